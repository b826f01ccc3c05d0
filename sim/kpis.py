"""KPI definitions: every key figure's formula, unit and direction in one place, in the four classes of the scorecard.

The lines of contribution form a class of their own (``books``): a reconciliation, shown apart from the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.accounts_chart import CONTRIBUTION_LINES, FORMULAS
from sim.ledger import MANUFACTURER, Ledger
from sim.record import Record

Array = NDArray[np.float64]
KpiClass = Literal["financial", "growth", "satisfaction", "management", "distributor", "books"]
How = Literal["total", "ratio", "mean", "last", "variance"]


@dataclass(frozen=True)
class Kpi:
    """A key figure: numerator over denominator, both figures of the books or measures of the record.

    ``how`` says how weeks become one value: the total over weeks, the ratio of totals, the mean of weekly values, the
    last week's value, or the ratio of variances over weeks (week by week: those of the run so far). ``scale`` multiplies the result. Figures of the books start with
    ``books.``; a measure may be restricted to our offers (``own:``) or to rows of the first week (``start:``).
    """

    name: str
    label: str
    kpi_class: KpiClass
    unit: str
    direction: Literal["up", "down", "none"]
    how: How
    numerator: str
    denominator: str = ""
    scale: float = 1.0

    @property
    def formula(self) -> str:
        """The formula in words a reader can check."""
        top, below = _in_words(self.numerator), _in_words(self.denominator)
        ratio = top + (f" / {below}" if below else "")
        once = self.denominator.startswith("start:")
        scale = f" × {self.scale:g}" if self.scale != 1.0 else ""
        return {
            "total": f"Σ weeks {ratio}",
            "ratio": f"Σ {top} / {'' if once else 'Σ '}{below}",
            "mean": f"mean over weeks of {ratio}",
            "last": f"{ratio} in the last week",
            "variance": f"variance over weeks of {top} / that of {below}",
        }[self.how] + scale


KPIS: tuple[Kpi, ...] = (
    Kpi("contribution", "Manufacturer's contribution", "financial", "minor units", "up", "total", "books.contribution"),
    Kpi("revenue", "Revenue (sell-in, net)", "financial", "minor units", "up", "total", "books.revenue"),
    Kpi("cost_to_sell", "Cost of selling", "financial", "minor units", "down", "total", "books.cost_to_sell"),
    Kpi(
        "selling_cost_share",
        "Cost of selling / revenue",
        "financial",
        "%",
        "down",
        "ratio",
        "books.cost_to_sell",
        "books.revenue",
        100.0,
    ),
    Kpi(
        "cash_in_channel",
        "Money bound in channel stock",
        "financial",
        "minor units",
        "down",
        "mean",
        "books.cash_in_channel",
    ),
    Kpi("sell_out_units", "Units sold to customers", "growth", "units", "up", "total", "own:sell_out_units"),
    Kpi("new_customers", "New customers", "growth", "customers", "up", "total", "new_customers"),
    Kpi("active_customers", "Active customers at the end", "growth", "customers", "up", "last", "active_customers"),
    Kpi(
        "share_non_users_won",
        "Non-users won",
        "growth",
        "% of non-users at the start",
        "up",
        "ratio",
        "new_customers",
        "start:non_users",
        100.0,
    ),
    Kpi(
        "market_share",
        "Market share by value",
        "growth",
        "%",
        "up",
        "ratio",
        "own:sell_out_value",
        "sell_out_value",
        100.0,
    ),
    Kpi(
        "aware_share",
        "Customers who know us at the end",
        "growth",
        "%",
        "up",
        "last",
        "aware_customers",
        "customers",
        100.0,
    ),
    Kpi(
        "satisfaction", "Satisfaction of our users", "satisfaction", "index", "up", "ratio", "satisfaction_sum", "users"
    ),
    Kpi("lapsed", "Customers lapsed", "satisfaction", "customers", "down", "total", "lapses"),
    Kpi(
        "unserved_share",
        "Demand not served",
        "satisfaction",
        "%",
        "down",
        "ratio",
        "unserved_units",
        "demand_units",
        100.0,
    ),
    Kpi("calls_per_rep_week", "Calls per rep and week", "management", "calls", "none", "ratio", "calls", "reps"),
    Kpi(
        "selling_time_share",
        "Reps' time with customers",
        "management",
        "%",
        "up",
        "ratio",
        "hours_selling",
        "hours_attended",
        100.0,
    ),
    Kpi(
        "admin_time_share",
        "Reps' time on administration and routines",
        "management",
        "%",
        "down",
        "ratio",
        "hours_office",
        "hours_attended",
        100.0,
    ),
    Kpi(
        "plan_compliance",
        "Planned calls that were made",
        "management",
        "%",
        "up",
        "ratio",
        "calls_on_plan",
        "calls_planned",
        100.0,
    ),
    Kpi("report_truth", "Use of forms", "management", "%", "up", "ratio", "form_use_sum", "reps", 100.0),
    Kpi(
        "belief_error",
        "Error of recorded purchases",
        "management",
        "mean |log error|",
        "down",
        "ratio",
        "belief_error_sum",
        "belief_count",
    ),
    Kpi("turnover", "Turnover of reps a year", "management", "%", "down", "ratio", "quits", "reps", 5200.0),
    Kpi("skill", "Skill of reps", "management", "sd", "up", "ratio", "skill_sum", "reps"),
    Kpi("effort", "Effort of reps", "management", "1 = reference", "up", "ratio", "effort_sum", "reps"),
    Kpi(
        "distributor_hours",
        "Reps' hours for distributors",
        "management",
        "hours per rep and week",
        "none",
        "ratio",
        "hours_distributors",
        "reps",
    ),
    Kpi(
        "distributor_profit",
        "Distributors' profit",
        "distributor",
        "minor units",
        "up",
        "total",
        "books.distributor_profit",
    ),
    Kpi(
        "distributor_margin",
        "Distributors' gross margin",
        "distributor",
        "%",
        "up",
        "ratio",
        "books.distributor_gross_margin",
        "books.distributor_revenue",
        100.0,
    ),
    Kpi(
        "channel_profit",
        "Profit of firm and distributors together",
        "distributor",
        "minor units",
        "up",
        "total",
        "books.channel_profit",
    ),
    Kpi(
        "stock_cover_weeks",
        "Distributors' stock cover",
        "distributor",
        "weeks",
        "none",
        "ratio",
        "distributor_stock_value",
        "books.distributor_cost_of_goods",
    ),
    Kpi(
        "distributor_effort",
        "Distributors' selling effort for us",
        "distributor",
        "%",
        "up",
        "ratio",
        "effort_for_us",
        "distributors",
        100.0,
    ),
    Kpi("distributor_trust", "Distributors' trust", "distributor", "share", "up", "ratio", "trust", "distributors"),
    Kpi(
        "distributor_capability",
        "Distributors' capability",
        "distributor",
        "share",
        "up",
        "ratio",
        "capability",
        "distributors",
    ),
    Kpi(
        "bullwhip",
        "Bullwhip: variance of orders at the plant over that of demand",
        "distributor",
        "ratio",
        "down",
        "variance",
        "plant_orders_value",
        "demand_value",
    ),
    *(
        Kpi(
            line,
            FORMULAS[line].label,
            "books",
            "minor units",
            "up" if line == CONTRIBUTION_LINES[0] else "down",
            "total",
            f"books.{line}",
        )
        for line in CONTRIBUTION_LINES
    ),
)


class Scorecard:
    """The key figures of one run, computed from its books and its record."""

    def __init__(self, record: Record, ledger: Ledger, own: NDArray[np.bool_], non_users: NDArray[np.float64]) -> None:
        self.record, self.ledger, self.own, self.non_users = record, ledger, own, non_users

    def total(self, kpi: Kpi) -> float:
        """The figure over the whole run so far."""
        top = self._series(kpi.numerator)
        below = self._series(kpi.denominator) if kpi.denominator else top
        if len(top) == 0:
            return float("nan")
        if kpi.how == "total":
            return float(top.sum()) * kpi.scale
        if kpi.how == "ratio":
            return float(_divide(top.sum(), _once(kpi.denominator, below))) * kpi.scale
        if kpi.how == "variance":
            return float(_divide(top.var(), below.var())) * kpi.scale
        weekly = _divide(top, below) if kpi.denominator else top
        return float(weekly.mean() if kpi.how == "mean" else weekly[-1]) * kpi.scale

    def weekly(self, kpi: Kpi) -> Array:
        """The figure week by week [weeks done]."""
        top = self._series(kpi.numerator)
        if kpi.how == "variance":
            so_far = (_variance_so_far(s) for s in (top, self._series(kpi.denominator)))
            return _divide(*so_far) * kpi.scale
        return (_divide(top, self._series(kpi.denominator)) if kpi.denominator else top) * kpi.scale

    def by(self, kpi: Kpi, dimension: str) -> Array | None:
        """The figure cut by ``dimension`` [levels], or None when it cannot be cut so."""
        top = self._cut(kpi.numerator, dimension)
        below = self._cut(kpi.denominator, dimension) if kpi.denominator else None
        if top is None or (kpi.denominator and below is None):
            return None
        if below is not None and dimension == "offer" and kpi.numerator == f"own:{kpi.denominator}":
            # An offer's part of the whole market, so that the parts of ours add up to our share.
            below = np.repeat(below.sum(axis=1, keepdims=True), below.shape[1], axis=1)
        if len(top) == 0:
            return np.full(top.shape[1:], np.nan)
        if kpi.how == "total":
            total: Array = top.sum(axis=0) * kpi.scale
            return total
        if kpi.how == "ratio":
            assert below is not None
            return _divide(top.sum(axis=0), _once(kpi.denominator, below)) * kpi.scale
        if kpi.how == "variance":
            assert below is not None
            return _divide(top.var(axis=0), below.var(axis=0)) * kpi.scale
        weekly = _divide(top, below) if below is not None else top
        value: Array = (weekly.mean(axis=0) if kpi.how == "mean" else weekly[-1]) * kpi.scale
        return value

    def _series(self, term: str) -> Array:
        """Weekly totals of a term [weeks done]."""
        if term.startswith("books."):
            flows = self.ledger.flows(term[6:])[: self.record.done]
            entity = (
                flows[:, self.ledger.distributors].sum(axis=1) if _of_distributors(term) else flows[:, MANUFACTURER]
            )
            if term == "books.channel_profit":
                entity = flows[:, : self.ledger.outside].sum(axis=1)
            series: Array = entity.astype(np.float64)
            return series
        values = self._measure(term)
        summed: Array = values.sum(axis=tuple(range(1, values.ndim)))
        return summed

    def _measure(self, term: str) -> Array:
        done = self.record.done
        if term == "start:non_users":
            return np.repeat(self.non_users[None], done, axis=0)
        if term == "hours_office":
            return self.record["hours_routine"][:done] + self.record["hours_administration"][:done]
        name = term.removeprefix("own:")
        values = self.record[name][:done]
        if term.startswith("own:"):
            return values * self.own  # the offer axis comes last in every measure that has one
        return values

    def _cut(self, term: str, dimension: str) -> Array | None:
        if term.startswith("books."):
            return self._cut_books(term, dimension)
        name = term.removeprefix("own:")
        cut = (
            ("territory", "segment")
            if term.startswith("start:")
            else ("team",)
            if term == "hours_office"
            else self.record.measures[name].cut
        )
        if dimension not in cut:
            return None
        axis = 1 + cut.index(dimension)
        values = self._measure(term)
        cut_values: Array = values.sum(axis=tuple(a for a in range(1, values.ndim) if a != axis))
        return cut_values

    def _cut_books(self, term: str, dimension: str) -> Array | None:
        # Only sell-in is posted with a breakdown, and by these two alone.
        if term != "books.revenue" or dimension not in ("territory", "offer"):
            return None
        return self.ledger.flows_by("revenue", dimension)[: self.record.done].astype(np.float64)


def _of_distributors(term: str) -> bool:
    return term.startswith("books.distributor_") or term == "books.cash_in_channel"


def _in_words(term: str) -> str:
    """A term as a formula shows it: recorded measures and figures of the books by their names."""
    words = {
        "start:non_users": "customers without a purchase from us at the start",
        "hours_office": "(hours_routine + hours_administration)",
    }
    return words.get(term, term.replace("own:", "our "))


def _once(term: str, values: Array) -> Array:
    """Total of a denominator over weeks; what holds from the start counts once, not once a week."""
    start: Array = values[0] if term.startswith("start:") else values.sum(axis=0)
    return start


def _variance_so_far(series: Array) -> Array:
    """Variance of the weeks up to each one."""
    return np.array([series[: week + 1].var() for week in range(len(series))])


def _divide(top: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Array = np.where(below == 0, np.nan, top / np.where(below == 0, 1.0, below))
    return ratio
