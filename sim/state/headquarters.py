"""Headquarters: what it keeps in mind apart from its customer database and its table of territories."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.questions.gateway import Gateway


@dataclass(frozen=True)
class ReportingLine:
    """The reporting line as it was asked for and as it worked last week, as it was before the last change, and since when it is new."""

    answer: Gateway
    working: Gateway
    former: Gateway
    weeks: NDArray[np.int64]  # [T] weeks since the change, 0 where there was none


@dataclass
class Headquarters:
    """Sales by territory, segments, what calls stress and offers have in each, age of call plans, use of the ledger, stated needs, the line."""

    sales: NDArray[np.float64]  # [T] sales to distributors a week at list price, averaged, minor units
    plan_of: NDArray[np.int64]  # [T] week in which the call plan in force was made, −1 before the first
    segments: int = 0
    #: [T] week since which the customer ledger is in use, −1 where it is not; [0] where the books name nobody.
    ledger_since: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    #: [segments + 1] attribute that calls stress by label, −1 for none; empty where nobody ever thought of it.
    messages: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    message_fit: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # [segments + 1] as believed
    #: [segments + 1] attribute for which our offers are adapted by label, −1 for none; empty where nobody ever thought of it.
    variants: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    variant_fit: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # [segments + 1] as believed
    #: [attributes] week from which a variant with more of the attribute can be had, NEVER where none was begun; empty at first.
    variants_ready: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    #: [N, attributes] once a survey asked.
    stated_needs: NDArray[np.floating[Any]] = field(default_factory=lambda: np.empty((0, 0)))
    #: None while a new line works in full at once.
    line: ReportingLine | None = None
