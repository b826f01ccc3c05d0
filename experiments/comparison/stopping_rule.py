"""When to stop adding replications: the interval is narrow enough twice in a row, or the budget ends.

The rule looks at the data after 20 replications (more where more are asked for at the start) and then after every
batch of 10. It ends at the second of two looks in a row at which the interval is narrow enough. Looking makes
intervals too narrow, since a run of lucky spread stops early (Chow & Robbins 1965, Annals of Mathematical Statistics
36:457-462); a fixed number of further observations after the first such look takes that back (Simons 1968, Annals of
Mathematical Statistics 39:1946-1952). Measured coverage is in docs/statistics.md, measured by
tests/experiments/test_stopping.py through this class. The report says that the rule was used.
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
#: Looks in a row at which the interval must be narrow enough.
IN_A_ROW = 2
#: Replications after which a comparison ends even if it is not sure yet.
BUDGET = 200
#: The KPI that decides.
DECIDING = "contribution"


@dataclass(frozen=True)
class Width:
    """How wide intervals are: the largest half-width over policies.

    ``relative`` is a share of the baseline's mean, ``half_width`` in the KPI's unit as tables show it
    (currency, not minor units; percentage points), each infinite when it cannot be computed yet.
    """

    relative: float
    half_width: float
    replications: int


@dataclass(frozen=True)
class Wanted:
    """The largest half-width wanted of ``kpi``: ``precision`` as a share of the baseline's mean, or ``half_width`` in its unit as shown."""

    precision: float | None = None
    half_width: float | None = None
    kpi: str = DECIDING

    def __post_init__(self) -> None:
        if (self.precision is None) == (self.half_width is None):
            raise ValueError("either a precision or a half-width is wanted")

    def met_by(self, width: Width) -> bool:
        """Whether every policy's interval is as narrow as wanted."""
        if self.precision is not None:
            return width.relative <= self.precision
        return self.half_width is not None and width.half_width <= self.half_width


class StoppingRule:
    """The loop of looks: do replications until ``due`` of them have ended, then :meth:`look`, until ``ended``.

    ``first`` are the replications asked for at the start, ``budget`` the most. ``reached`` says whether the interval
    was narrow enough at the last look.
    """

    def __init__(
        self,
        wanted: Wanted,
        first: int = FIRST_LOOK,
        budget: int = BUDGET,
        *,
        first_look: int = FIRST_LOOK,
        batch: int = BATCH,
        in_a_row: int = IN_A_ROW,
    ) -> None:
        self.wanted, self.budget = wanted, max(budget, first)
        self.due = min(max(first, first_look), self.budget)
        self.ended = self.reached = False
        self._batch, self._in_a_row, self._narrow = batch, in_a_row, 0

    def look(self, width: Width) -> None:
        """Decide on the interval after ``due`` replications: end, or ask for another batch."""
        self.reached = self.wanted.met_by(width)
        self._narrow = self._narrow + 1 if self.reached else 0
        self.ended = self._narrow >= self._in_a_row or self.due >= self.budget
        if not self.ended:
            self.due = min(self.due + self._batch, self.budget)


def width_of(table: pd.DataFrame, kpi: str = DECIDING) -> Width:
    """Width reached in a table of :func:`analysis.compare_policies`. Raises StudyError when no run has a value of ``kpi``."""
    from analysis.errors import StudyError
    from analysis.numerals import shown_unit

    rows = table[table["kpi"] == kpi]
    if rows.empty:
        raise StudyError(f"KPI '{kpi}'", "no run has a value for it", "Choose a KPI that the runs report.")
    halves = [math.inf if math.isnan(half) else half for half in rows["half_width"].map(float)]
    relative = [
        0.0 if half == 0.0 else half / abs(mean) if mean else math.inf
        for half, mean in zip(halves, rows["baseline_mean"].map(float), strict=True)
    ]
    return Width(max(relative), max(halves) / shown_unit(str(rows["unit"].iloc[0])), int(rows["pairs"].max()))


def stopping_note(rule: StoppingRule, width: Width, table: pd.DataFrame, currency: str) -> str:
    """What the report says about when and why replications ended; ``table`` is the one of :func:`width_of`."""
    from analysis.numerals import inside, scale_of, shown_unit

    wanted = rule.wanted
    row = table[table["kpi"] == wanted.kpi].iloc[0]
    size = shown_unit(str(row["unit"]))
    scale = scale_of([width.half_width * size], str(row["unit"]), currency)
    reached = f"{scale.difference(width.half_width * size).lstrip('+')}, {width.relative:.2%} of the baseline's mean"
    wording = f"{reached}, after {width.replications} replications"
    if wanted.precision is not None:
        aim = f"{wanted.precision:.2%} of the baseline's mean"
    else:
        goal = (wanted.half_width or 0.0) * size
        aim = scale_of([goal], str(row["unit"]), currency).difference(goal).lstrip("+")
    name = inside(str(row["label"]))
    if rule.reached:
        return (
            f"Replications were added until the half-width of {name} was at most {aim}: it is {wording}. Looking at the "
            "data to decide when to stop leaves 95 % confidence intervals with a coverage between 94 and 95 %, less where "
            "differences are strongly skewed (docs/statistics.md)."
        )
    return f"The budget of {rule.budget} replications ended before the half-width of {name} was at most {aim}: it is {wording}."
