"""The scorecard: KPIs of one run computed from its books and its record, in total, week by week, and cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.ledger import MANUFACTURER, Ledger
from sim.record import Record
from sim.scoring.kpi import Kpi

Array = NDArray[np.float64]


class Scorecard:
    """The KPIs of one run, computed from its books and its record."""

    def __init__(
        self,
        record: Record,
        ledger: Ledger,
        own: NDArray[np.bool_],
        non_users: NDArray[np.float64],
        companies: tuple[str, ...] = (),
        company_of: NDArray[np.int64] | None = None,
    ) -> None:
        """``company_of`` gives the product line of every offer, as a place in ``companies``."""
        self.record, self.ledger, self.own, self.non_users = record, ledger, own, non_users
        self.companies = companies
        self._lines = np.zeros((len(own), len(companies)))
        if company_of is not None:
            self._lines[np.arange(len(own)), company_of] = 1.0

    def total(self, kpi: Kpi) -> float:
        """The KPI over the whole run so far."""
        top = self._series(kpi.numerator)
        below = self._series(kpi.denominator) if kpi.denominator else top
        return self._over(kpi, top, below) if len(top) and self._exists(kpi) else float("nan")

    def so_far(self, kpi: Kpi) -> Array:
        """:meth:`total` as it stood at the end of each week [weeks done]."""
        top = self._series(kpi.numerator)
        below = self._series(kpi.denominator) if kpi.denominator else top
        exists = np.logical_or.accumulate(self._series(kpi.where) != 0) if kpi.where else np.ones(len(top), np.bool_)
        weeks = range(1, len(top) + 1)
        return np.array([self._over(kpi, top[:w], below[:w]) if exists[w - 1] else np.nan for w in weeks], np.float64)

    def _over(self, kpi: Kpi, top: Array, below: Array) -> float:
        """The KPI over weeks with these numerators and denominators [weeks ≥ 1]."""
        if kpi.how == "total":
            return float(top.sum()) * kpi.scale
        if kpi.how == "ratio":
            return float(_divide(top.sum(), _once(kpi.denominator, below))) * kpi.scale
        if kpi.how == "variance":
            return float(_divide(top.var(), below.var())) * kpi.scale
        weekly = _divide(top, below) if kpi.denominator else top
        return float(weekly.mean() if kpi.how == "mean" else weekly[-1]) * kpi.scale

    def weekly(self, kpi: Kpi) -> Array:
        """The KPI week by week [weeks done]."""
        top = self._series(kpi.numerator)
        if not self._exists(kpi):
            return np.full(len(top), np.nan)
        if kpi.how == "variance":
            so_far = (_variance_so_far(s) for s in (top, self._series(kpi.denominator)))
            return _divide(*so_far) * kpi.scale
        return (_divide(top, self._series(kpi.denominator)) if kpi.denominator else top) * kpi.scale

    def by(self, kpi: Kpi, dimension: str) -> Array | None:
        """The KPI cut by ``dimension`` [levels], or None when it cannot be cut this way.

        ``company`` is the product line: that of a company's own offers and, in shares, of the rivals' offers in the same line.
        """
        top = self._cut(kpi.numerator, dimension)
        below = self._cut(kpi.denominator, dimension) if kpi.denominator else None
        if top is None or (kpi.denominator and below is None):
            return None
        if below is not None and dimension == "offer" and kpi.numerator == f"own:{kpi.denominator}":
            # An offer's part of the whole market, so that the parts of ours add up to our share.
            below = np.repeat(below.sum(axis=1, keepdims=True), below.shape[1], axis=1)
        if len(top) == 0 or not self._exists(kpi):
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

    def _exists(self, kpi: Kpi) -> bool:
        """Whether there is anything that the KPI measures."""
        return not kpi.where or bool(self._series(kpi.where).any())

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
            # A firm that opens in mid-run starts as one; without any, these are the numbers of the start.
            opened: Array = np.cumsum(self.record["closed_firms"][:done], axis=0)
            return self.non_users + opened
        if term == "hours_office":
            return self.record["hours_routine"][:done] + self.record["hours_administration"][:done]
        name = term.removeprefix("own:")
        values = self.record[name][:done]
        if term.startswith("own:"):
            return values * self.own  # the offer axis comes last in every measure that has one
        return values

    def _cut(self, term: str, dimension: str) -> Array | None:
        if dimension == "company":
            by_offer = self._cut(term, "offer")
            return None if by_offer is None else by_offer @ self._lines
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


def _once(term: str, values: Array) -> Array:
    """Total of a denominator over weeks; a count since the start counts once, as it stands now, not every week."""
    total: Array = values[-1] if term.startswith("start:") else values.sum(axis=0)
    return total


def _variance_so_far(series: Array) -> Array:
    """Variance of the weeks up to each one."""
    return np.array([series[: week + 1].var() for week in range(len(series))])


def _divide(top: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Array = np.where(below == 0, np.nan, top / np.where(below == 0, 1.0, below))
    return ratio
