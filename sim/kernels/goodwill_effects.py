"""What goodwill moves apart from awareness: the choice of a brand, and the effect of calls on its customers.

Both are measured from the market's usual goodwill G_u, at which a brand stands as it would without them. With r = G/G_u:

    utility of the brand's offers   c·ln((r + r0)/(1 + r0))
    effect of a call                1 + κ·(r − 1)/(r + 1)

r0 is what customers hold of a brand that never advertises. The elasticity of sales by the logit is then
c·(1 − share)·r/(r + r0) once goodwill has built up, and 1 − λ^k of it k ticks after a small lasting change, as in the
model of Koyck (Sethuraman, Tellis & Briesch 2011). Small arrays, one cell per brand and territory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from sim.params.customer_numbers import AdvertisingNumbers

Floats = NDArray[np.float64]


def goodwill_utility(goodwill: ArrayLike, numbers: AdvertisingNumbers) -> Floats:
    """Utility that the offers of each brand gain in each territory by its ``goodwill`` [B, T]; 0 at the usual goodwill."""
    held = np.asarray(goodwill, np.float64) / numbers.usual + numbers.unadvertised
    utility: Floats = numbers.choice * np.log(np.maximum(held, numbers.least) / (1.0 + numbers.unadvertised))
    return utility


def factor_of_calls(goodwill: ArrayLike, numbers: AdvertisingNumbers) -> Floats:
    """What a call for each brand is worth in each territory by the brand's ``goodwill`` [B, T], 1 at the usual goodwill.

    Between 1 − κ for a brand that nobody has heard of and, with ever more advertising, 1 + κ (Gopalakrishna & Chatterjee
    1992 find that advertising and calls add to each other; the form is an assumption).
    """
    relative = np.asarray(goodwill, np.float64) / numbers.usual
    factor: Floats = 1.0 + numbers.synergy * (relative - 1.0) / (relative + 1.0)
    return factor
