"""When to stop adding replications: the interval is narrow enough, or the budget ends.

The rule looks at the data after 20 replications (more where more are asked for at the start) and then after every batch of 10. Looking makes intervals
slightly too narrow, since a run of lucky spread stops early: with normal differences the 95 % interval
covers the truth in 94.2 to 95.1 % of simulated studies, the less the nearer the rule stops to its first
looks (20,000 studies for each of eight precisions; Chow & Robbins 1965 show that the loss vanishes as the
precision goes to zero). The report says that the rule was used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: Fewest replications after which the data are looked at.
FIRST_LOOK = 20
#: Replications added at a time once the first ones are done.
BATCH = 10
#: Replications after which a comparison ends even if it is not sure yet.
BUDGET = 200
#: The key figure that decides.
DECIDING = "contribution"


@dataclass(frozen=True)
class Width:
    """How wide the interval of contribution is: the largest half-width over policies, relative to the baseline's mean."""

    relative: float
    replications: int

    def within(self, precision: float) -> bool:
        """Whether every policy's interval is as narrow as wanted."""
        return self.relative <= precision


def width_of(table: pd.DataFrame) -> Width:
    """Width reached in a table of :func:`analysis.compare_policies`; infinite when it cannot be told yet."""
    rows = table[table["kpi"] == DECIDING]
    widths = [
        math.inf if math.isnan(half) else 0.0 if half == 0.0 else half / abs(mean) if mean else math.inf
        for half, mean in zip(rows["half_width"].map(float), rows["baseline_mean"].map(float), strict=True)
    ]
    replications = int(rows["pairs"].max()) if len(rows) else 0
    return Width(max(widths, default=math.inf), replications)


def stopping_note(width: Width, precision: float, budget: int) -> str:
    """What the report says about when and why replications ended."""
    told = f"{width.relative:.2%} of the baseline's mean after {width.replications} replications"
    if width.within(precision):
        return (
            f"Replications were added until the half-width of contribution was at most {precision:.2%}: it is {told}. "
            "Looking at the data to decide when to stop leaves 95 % intervals with a coverage of about 94 %."
        )
    return (
        f"The budget of {budget} replications ended before the wanted precision of {precision:.2%}: half-width {told}."
    )
