"""Elasticities from pairs of runs: over which weeks sales are compared, and how far inside the published bands they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from experiments.comparison.sales_by_week import SalesByWeek

#: Weeks of the short run, and of the long run at the end.
SHORT_WEEKS, LONG_WEEKS = 13, 52


@dataclass(frozen=True)
class Windows:
    """The weeks of a run over which sales are compared: places of the first and behind the last."""

    weeks: int

    @property
    def whole(self) -> slice:
        """All weeks."""
        return slice(0, self.weeks)

    @property
    def short(self) -> slice:
        """The first quarter, or the first half of a run of less than two quarters."""
        return slice(0, max(min(SHORT_WEEKS, self.weeks // 2), 1))

    @property
    def long(self) -> slice:
        """The last year, or what follows the short run where that is less."""
        return slice(self.weeks - max(min(LONG_WEEKS, self.weeks - self.short.stop), 1), self.weeks)


class Pair(NamedTuple):
    """Two runs of one seed with a lever moved up and down, and the ratio of the causes where the lever itself has one."""

    up: SalesByWeek
    down: SalesByWeek
    factor: float | None  # None: as calls per rep moved

    def elasticity(self, prices: Mapping[str, float] | None, weeks: slice) -> float:
        """ln(sales up / sales down) / ln(cause up / cause down) in ``weeks``; NaN where nothing was sold.

        Sales are units at ``prices``; None: what customers served in person paid.
        """
        sold = [run.served(weeks) if prices is None else run.volume(prices, weeks) for run in (self.up, self.down)]
        if min(sold) <= 0:
            return float("nan")
        factor = self.up.calls(weeks) / self.down.calls(weeks) if self.factor is None else self.factor
        return float(np.log(sold[0] / sold[1]) / np.log(factor))


class Measured(NamedTuple):
    """Mean of the seeds' elasticities and its 95 % interval; NaN where a seed has none."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, pairs: Sequence[Pair], prices: Mapping[str, float] | None, weeks: slice) -> Measured:
        """Over ``pairs`` in ``weeks``; ``prices`` as in :meth:`Pair.elasticity`."""
        from scipy import stats

        each = np.array([pair.elasticity(prices, weeks) for pair in pairs])
        half = float(stats.t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each)))
        return cls(float(each.mean()), float(each.mean()) - half, float(each.mean()) + half)

    def verdict(self, least: float, most: float) -> str:
        """Whether the mean lies "inside" the band, "below" it, weaker than published, or "above" it; "" without a mean."""
        if np.isnan(self.mean):
            return ""
        if least <= self.mean <= most:
            return "inside"
        return "below" if (self.mean < least) == (least + most > 0) else "above"


def make_row(
    pairs: Sequence[Pair], prices: Mapping[str, float] | None, windows: Windows, band: tuple[float, float]
) -> dict[str, Any]:
    """What one row of the table says of ``pairs``: the whole run, the short and the long run, each next to the ``band``."""
    whole = Measured.of(pairs, prices, windows.whole)
    row: dict[str, Any] = {
        "elasticity": whole.mean,
        "low": whole.low,
        "high": whole.high,
        "pairs": len(pairs),
        "band_low": band[0],
        "band_high": band[1],
        "inside": whole.verdict(*band) == "inside",
        "verdict": whole.verdict(*band),
    }
    for name, weeks in (("short", windows.short), ("long", windows.long)):
        found = Measured.of(pairs, prices, weeks)
        row |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
        row |= {f"{name}_verdict": found.verdict(*band), f"{name}_weeks": weeks.stop - weeks.start}
    return row
