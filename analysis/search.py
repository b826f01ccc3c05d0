"""A search among levers for the best trade-offs: objectives, limits, and every point that was evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.intervals import Floats
from analysis.numerals import inside, scale_of
from analysis.pareto import (
    Flags,
    box_volume,
    dominating,
    hypervolume_by_evaluation,
    non_dominated,
    reference_point,
)
from analysis.study import check_columns

#: What an evaluated point is: one chosen by the search, or a policy that the design lists.
ROLES = ("searched", "listed")
#: Columns of evaluations in addition to levers, KPIs, and those of each limit.
COLUMNS = ("point", "title", "role", "generation", "feasible", "error")


@dataclass(frozen=True)
class Objective:
    """A KPI to improve; ``direction`` is +1 when more of it is better and −1 when less is."""

    kpi: str
    label: str
    unit: str
    direction: float


@dataclass(frozen=True)
class Limit:
    """What the mean of a KPI must meet: ``bound`` is its least value (``least``) or its greatest."""

    kpi: str
    label: str
    unit: str
    bound: float
    least: bool

    @property
    def name(self) -> str:
        """Its name in tables: ``satisfaction at least 0.62``."""
        return f"{self.kpi} {self.side} {self.bound:g}"

    @property
    def side(self) -> str:
        """In words."""
        return "at least" if self.least else "at most"

    def slack(self, values: npt.ArrayLike) -> Floats:
        """How far ``values`` are on the right side of the bound, in units of the KPI; negative beyond it."""
        given = np.asarray(values, dtype=np.float64)
        return np.asarray(given - self.bound if self.least else self.bound - given, dtype=np.float64)

    def shortfall(self, values: npt.ArrayLike) -> Floats:
        """How far ``values`` are beyond the bound, in units of the KPI; 0 where it is met."""
        return np.maximum(-self.slack(values), 0.0)

    def words(self, currency: str, bound: float | None = None) -> str:
        """The limit as readers see it: ``customer satisfaction at least 62.0 %``; ``bound`` replaces its own."""
        value = self.bound if bound is None else bound
        gap = abs(value - self.bound)
        amount = scale_of([value], self.unit, currency, gap if gap > 0 else float("nan")).level(value)
        return f"{inside(self.label)} {self.side} {amount}"


@dataclass(frozen=True)
class Search:
    """What a search evaluated.

    ``evaluations`` has a row per point in the order of evaluation (listed policies first), with :data:`COLUMNS`, one
    column per lever and one per KPI among objectives and limits: its mean over the futures of the means over
    replications, NaN for a point that failed, whose ``error`` says why. For each limit there are ``shortfall: NAME``
    (units of the KPI) and ``met: NAME`` (share of the futures in which the mean over replications meets it).
    ``feasible`` points did not fail and meet all limits on the mean over futures.
    Refuses with :class:`StudyError` tables with missing columns, and searches without an objective.
    """

    evaluations: pd.DataFrame
    objectives: tuple[Objective, ...]
    limits: tuple[Limit, ...]
    levers: tuple[Factor, ...]
    baseline: str = ""
    currency: str = "EUR"
    futures: int = 1
    replications: int = 1
    weeks: int = 0

    def __post_init__(self) -> None:
        if not self.objectives:
            raise StudyError("objectives", "at least one is expected", "Name a KPI to improve.")
        kpis = [objective.kpi for objective in self.objectives] + [limit.kpi for limit in self.limits]
        check_columns(self.evaluations, (*COLUMNS, *(lever.name for lever in self.levers), *kpis), "evaluations")

    @property
    def directions(self) -> list[float]:
        """Directions of the objectives."""
        return [objective.direction for objective in self.objectives]

    @cached_property
    def values(self) -> Floats:
        """Objectives [points, objectives]; NaN for failed points."""
        return self.evaluations[[objective.kpi for objective in self.objectives]].to_numpy(dtype=np.float64)

    @cached_property
    def feasible(self) -> Flags:
        """Points [points] that did not fail and meet all limits."""
        return self.evaluations["feasible"].to_numpy(dtype=np.bool_)

    @cached_property
    def failed(self) -> Flags:
        """Points [points] without numbers."""
        return np.asarray(self.evaluations["error"] != "", dtype=np.bool_)

    @cached_property
    def on_front(self) -> Flags:
        """Feasible points [points] that no feasible point dominates, listed policies among them."""
        return non_dominated(np.where(self.feasible[:, None], self.values, np.nan), self.directions)

    @cached_property
    def reference(self) -> Floats | None:
        """Reference point [objectives] of hypervolumes (:func:`analysis.pareto.reference_point`); None without a feasible point."""
        return reference_point(self.values[self.feasible], self.directions) if self.feasible.any() else None

    @cached_property
    def hypervolumes(self) -> Floats:
        """Hypervolume after each evaluation [points], as a share of the box up to the best of each objective; 0 before
        the first feasible point."""
        if self.reference is None:
            return np.zeros(len(self.values))
        curve = hypervolume_by_evaluation(self.values, self.feasible, self.reference, self.directions)
        return curve / box_volume(self.values[self.feasible], self.reference, self.directions)

    @property
    def front(self) -> pd.DataFrame:
        """Points of the front, the best in the first objective first."""
        first = self.objectives[0]
        rows = self.evaluations[self.on_front]
        return rows.sort_values(first.kpi, ascending=first.direction < 0, kind="stable")

    def table(self) -> pd.DataFrame:
        """Evaluations with ``evaluation`` (from 1), ``on_front`` and ``hypervolume`` (share, after each evaluation)."""
        found = self.evaluations.assign(on_front=self.on_front, hypervolume=self.hypervolumes)
        found.insert(0, "evaluation", np.arange(1, len(found) + 1))
        return found

    def beaten(self) -> dict[str, int]:
        """By listed policy that did not fail, how many feasible points of the search dominate it."""
        searched = self.feasible & np.asarray(self.evaluations["role"] == "searched")
        listed = np.asarray(self.evaluations["role"] == "listed") & ~self.failed
        return {
            str(self.evaluations["point"].iloc[row]): int(
                dominating(self.values[row], self.values[searched], self.directions).sum()
            )
            for row in np.flatnonzero(listed)
        }
