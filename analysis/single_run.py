"""One run of one policy on one seed, as the tables of its market."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import StudyError
from analysis.study import ASSUMPTIONS, PolicyLabel, Provenance, check_columns, empty

SCORECARD = ("kpi", "label", "kpi_class", "value", "unit", "direction", "formula")
KPIS_WEEKLY = ("week", "kpi", "value")
WEEKLY = ("week", "territory", "segment", "offer", "team", "distributor", "measure", "value", "unit")
KPIS_BY = ("dimension", "level", "kpi", "value")


@dataclass(frozen=True)
class Run:
    """The results of one market run.

    ``scorecard``, ``kpis_weekly`` and ``weekly`` are the tables of ``market.results``; ``kpis_by``
    stacks ``market.results.kpis_by(dimension)`` under a column dimension. ``meta.seeds`` is the
    one seed. Refuses tables without the columns expected, with :class:`StudyError`.
    """

    policy: PolicyLabel
    scorecard: pd.DataFrame
    meta: Provenance
    kpis_weekly: pd.DataFrame = field(default_factory=lambda: empty(KPIS_WEEKLY))
    weekly: pd.DataFrame = field(default_factory=lambda: empty(WEEKLY))
    kpis_by: pd.DataFrame = field(default_factory=lambda: empty(KPIS_BY))
    assumptions: pd.DataFrame = field(default_factory=lambda: empty(ASSUMPTIONS))
    question: str = ""

    def __post_init__(self) -> None:
        for name, columns in (
            ("scorecard", SCORECARD),
            ("kpis_weekly", KPIS_WEEKLY),
            ("weekly", WEEKLY),
            ("kpis_by", KPIS_BY),
            ("assumptions", ASSUMPTIONS),
        ):
            check_columns(getattr(self, name), columns, name)
        if self.scorecard.empty:
            raise StudyError("scorecard", "at least one KPI is expected, the table is empty", "Run the market first.")

    @property
    def definitions(self) -> pd.DataFrame:
        """The scorecard without its values: what each KPI is."""
        return self.scorecard.drop(columns="value")
