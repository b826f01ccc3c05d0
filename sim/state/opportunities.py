"""Opportunities: the projects that are open, who opens any, and how many of them we win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.projects import Openings
from sim.stages import ProjectStage
from sim.state.table import Table, column

Array = NDArray[Any]


class OpenProjects(Table):
    """The projects that are open now; rows come and go, all columns at once, while all are lent."""

    customer = column(np.int64, "row", "the customer who will buy")
    key = column(np.uint64, "-", "stable key of the customer, used in draws")
    number = column(np.int64, "-", "number among all projects of the customer, used in draws")
    category = column(np.int64, "row", "category it is about")
    opened = column(np.int64, "week", "week in which it opened; negative: before the start")
    stage_end = column(
        np.int64, "week", "week in which each stage ends; that of the last is the decision", width="stages"
    )
    units = column(np.int64, "units", "units that will be bought")
    taste = column(np.float32, "utility per attribute", "the deciders' taste, by their weights", width="attributes")
    price_sensitivity = column(
        np.float32, "utility per relative price", "the deciders' weight on price, by their weights"
    )
    worth = column(np.float64, "minor units", "units at the category's reference price")
    guess = column(np.float64, "minor units", "the same as a rep judges it before the decision")
    attention = column(np.float32, "0..1", "stock that calls of our reps on the project build up")
    carried = column(np.bool_, "yes/no", "a rep works on it this week")

    def __init__(self, attributes: int, rows: int = 0) -> None:
        super().__init__(rows, {"stages": len(ProjectStage), "attributes": attributes})

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the rows where ``mask`` is False. Raises PermissionError unless all columns are lent."""
        self._replace({name: self.writable(name)[mask] for name in self})

    def append(self, rows: Mapping[str, Array]) -> None:
        """Add projects, given as columns of one length. Raises PermissionError unless all columns are lent."""
        self._replace(
            {
                name: np.concatenate([self.writable(name), np.asarray(rows[name], self._arrays[name].dtype)])
                for name in self
            }
        )

    def _replace(self, arrays: Mapping[str, Array]) -> None:
        self._put(arrays)
        self._rows = len(self._arrays["customer"])

    def stage(self, week: int) -> NDArray[np.int64]:
        """:class:`ProjectStage` of each project at the end of ``week``, when boundaries of the week are crossed."""
        stage: NDArray[np.int64] = (self.stage_end[:, :-1] <= week).sum(axis=1)
        return stage


@dataclass
class Opportunities:
    """Projects from week to week; a market without opportunities has neither any nor customers who open any."""

    projects: OpenProjects
    openings: Openings | None = None  # who opens projects; None in a market without opportunities
    yearly: NDArray[np.float64] = field(
        default_factory=lambda: np.empty(0)
    )  # [N] projects a year, minor units; or empty
    buying_rate: NDArray[np.floating[Any]] | None = (
        None  # [N] purchases a week, projects included; None without opportunities
    )
    won_share: NDArray[np.float64] = field(
        default_factory=lambda: np.empty(0)
    )  # [C] of decided projects that we won, averaged
    #: Rates of these openings by category [N], noted when first asked for: they are the same in most weeks.
    _noted: tuple[Openings | None, dict[int, NDArray[np.float32]]] = (None, {})

    def rates(self, rows: NDArray[np.integer[Any]], category: int, customers: int) -> NDArray[np.float32]:
        """Projects of one ``category`` that each of the customers in ``rows`` [n], out of all ``customers``, opens a week [n]."""
        openings, (noted, of_category) = self.openings, self._noted
        if openings is None:
            return np.zeros(len(rows), np.float32)
        if noted is not openings:
            of_category = {}
            self._noted = (openings, of_category)
        if category not in of_category:
            mine = np.flatnonzero(openings.category == category)
            of_category[category] = np.zeros(customers, np.float32)
            of_category[category][openings.row[mine]] = openings.rate[mine]
        rates: NDArray[np.float32] = of_category[category][rows]
        return rates

    @cached_property
    def none(self) -> OpenProjects:
        """No projects."""
        return OpenProjects(self.projects.taste.shape[1])
