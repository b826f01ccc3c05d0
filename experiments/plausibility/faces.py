"""The face of a market: measures by which somebody who knows such markets would recognise one, or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Results

#: Part of the buyers whose share of sales is published most often.
TOP = 0.2


@dataclass(frozen=True)
class Measure:
    """A measure of one run: what it is, its unit, and how it is computed."""

    what: str
    unit: str
    of: Callable[[Seen], float]


@dataclass(frozen=True)
class Seen:
    """What measures are computed from: a run's scorecard and weekly KPIs by name, and its purchases."""

    kpi: Mapping[str, float]
    weekly: Mapping[str, np.ndarray]
    bought: pd.DataFrame  # our purchases: week, customer, value

    @classmethod
    def of(cls, results: Results) -> Seen:
        """From the results of a run that kept its orders."""
        weekly = results.kpis_weekly
        orders = results.orders
        ours = orders[orders["won"]]
        return cls(
            dict(zip(results.scorecard["kpi"], results.scorecard["value"], strict=True)),
            {str(kpi): rows["value"].to_numpy() for kpi, rows in weekly.groupby("kpi", sort=False)},
            ours.assign(value=ours["units"] * ours["price"])[["week", "customer", "value"]],
        )


def _kpi(name: str) -> Callable[[Seen], float]:
    return lambda seen: float(seen.kpi[name])


def gross_margin(seen: Seen) -> float:
    """What remains of revenue after the cost of goods, %."""
    return 100.0 * (1.0 - seen.kpi["cost_of_goods"] / seen.kpi["revenue"])


def repeat_rate(seen: Seen) -> float:
    """Of the customers who bought from us in the first half of the run, those who did so in the second half too, %."""
    half = len(seen.weekly["contribution"]) // 2
    early = seen.bought["customer"][seen.bought["week"] <= half].unique()
    late = seen.bought["customer"][seen.bought["week"] > half].unique()
    return float(100.0 * np.isin(early, late).mean()) if len(early) else float("nan")


def top_share(seen: Seen) -> float:
    """Share of our sales to the fifth of the buyers who buy most, %."""
    value = np.sort(seen.bought.groupby("customer")["value"].sum().to_numpy())[::-1]
    if len(value) == 0:
        return float("nan")
    most = max(round(TOP * len(value)), 1)
    return float(100.0 * value[:most].sum() / value.sum())


def _change(name: str) -> Callable[[Seen], float]:
    """Second half of the run against the first, %, as a yearly rate for runs of two years."""

    def change(seen: Seen) -> float:
        series = seen.weekly[name]
        half = len(series) // 2
        first, second = np.nansum(series[:half]), np.nansum(series[half : 2 * half])
        return float(100.0 * (second / first - 1.0)) if first else float("nan")

    return change


MEASURES: dict[str, Measure] = {
    "market_share": Measure("market share by value", "%", _kpi("market_share")),
    "gross_margin": Measure("gross margin", "% of revenue", gross_margin),
    "selling_cost_share": Measure("cost of selling", "% of revenue", _kpi("selling_cost_share")),
    "turnover": Measure("turnover of reps", "% a year", _kpi("turnover")),
    "vacancy": Measure("positions vacant", "%", _kpi("vacancy")),
    "calls_per_rep_week": Measure("calls of a rep", "a week", _kpi("calls_per_rep_week")),
    "selling_time_share": Measure("reps' time with customers", "% of hours", _kpi("selling_time_share")),
    "admin_time_share": Measure("reps' time on administration", "% of hours", _kpi("admin_time_share")),
    "stock_cover_weeks": Measure("distributors' stock cover", "weeks", _kpi("stock_cover_weeks")),
    "unserved_share": Measure("demand not served in its week", "%", _kpi("unserved_share")),
    "repeat_rate": Measure("buyers of one year who buy again in the next", "%", repeat_rate),
    "top_share": Measure("sales to the top fifth of buyers", "%", top_share),
    "satisfaction": Measure("satisfaction of our users", "0..1", _kpi("satisfaction")),
    "new_customers_change": Measure("new customers, second year against first", "%", _change("new_customers")),
    "revenue_change": Measure("revenue, second year against first", "%", _change("revenue")),
    "lapses_change": Measure("lapses, second year against first", "%", _change("lapsed")),
    "database_coverage": Measure("customers on record", "%", _kpi("database_coverage")),
}


def face_of(results: Results) -> dict[str, Any]:
    """Every measure of one run by name."""
    seen = Seen.of(results)
    return {name: measure.of(seen) for name, measure in MEASURES.items()}
