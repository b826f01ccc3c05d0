"""The hold-out test of an import: the weeks held out, observed against simulated, with a verdict for each measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Largest deviation of the simulated mean, relative to the observed value, that counts as fit.
TOLERANCE = 0.15
TOP_SHARE = 0.2

#: Runs the imported market, (seed, weeks) → one row per decided occasion: week (from 0), customer (row),
#: offer (product), value (major units), won, weeks (from opening to decision).
RunOrders = Callable[[int, int], pd.DataFrame]

#: Measures that are shares.
SHARES = frozenset({"top_share", "active_share", "win_rate"})


@dataclass(frozen=True)
class FitRow:
    """One measure over the weeks held out: observed, simulated mean and 95 % range over seeds, and the verdict."""

    measure: str
    label: str
    training: float
    observed: float
    simulated: float
    low: float
    high: float
    deviation: float
    reason: str
    runs: int

    @property
    def fits(self) -> bool:
        """True when the simulated mean lies within the tolerance."""
        return bool(abs(self.deviation) <= TOLERANCE)

    @property
    def verdict(self) -> str:
        """'fit', or 'unfit' with the reason if known; also whether the observed value lies outside the runs."""
        if self.fits and not self.low <= self.observed <= self.high:
            return f"fit, though the observed value is outside 95 % of {self.runs} runs"
        if self.fits:
            return "fit"
        return f"unfit: {self.reason}" if self.reason else "unfit"


def measure_orders(orders: pd.DataFrame, weeks: int, accounts: int) -> dict[str, float]:
    """The measures of a table with columns customer (blank or −1: unknown), value, won and, where known, weeks (of its cycle), over ``weeks``.

    The share of the top accounts refers to 20 % of all accounts, including those without orders.
    """
    won = orders[orders["won"].astype(bool)]
    value = won["value"].dropna()
    known = won[~won["customer"].isin(["", -1])]
    by_account = known.groupby("customer")["value"].sum().to_numpy(np.float64)
    return {
        "weekly_orders": len(won) / weeks,
        "order_value": float(value.mean()) if len(value) else float("nan"),
        "top_share": top_share(by_account, accounts),
        "active_share": len(by_account) / accounts,
        "win_rate": len(won) / len(orders) if len(orders) else float("nan"),
        "cycle": float(orders["weeks"].mean()) if "weeks" in orders else float("nan"),
    }


def top_share(by_account: NDArray[np.float64], accounts: int) -> float:
    """Share of the total that comes from the largest 20 % of ``accounts``; NaN when the total is 0."""
    total = float(by_account.sum())
    top = np.sort(by_account)[::-1][: max(1, round(TOP_SHARE * accounts))]
    return float(top.sum() / total) if total > 0 else float("nan")


def fit_row(
    measure: str,
    label: str,
    training: Mapping[str, float],
    observed: Mapping[str, float],
    simulated: Sequence[Mapping[str, float]],
    reason: str,
) -> FitRow:
    """One measure compared; ``simulated`` holds the measures of each run, and runs where the measure is NaN are skipped."""
    values = np.array([s[measure] for s in simulated])
    known = values[~np.isnan(values)]  # without any order there is no value of an order
    mean, seen = float(known.mean()) if len(known) else float("nan"), observed[measure]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (mean, mean)
    deviation = mean / seen - 1.0 if seen else float("inf")
    return FitRow(
        measure, label, training[measure], seen, mean, float(low), float(high), deviation, reason, len(values)
    )
