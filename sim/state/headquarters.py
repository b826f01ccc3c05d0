"""Headquarters: what it keeps in mind apart from its customer database and its table of territories."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Headquarters:
    """Sales by territory, the segments in use and what calls stress in each, the age of call plans, and what a survey of needs found."""

    sales: NDArray[np.float64]  # [T] sales to distributors a week at list price, averaged, minor units
    plan_of: NDArray[np.int64]  # [T] week in which the call plan in force was made, −1 before the first
    segments: int = 0
    #: [segments + 1] attribute that calls stress by label, −1 for none; empty where nobody ever thought of it.
    messages: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    message_fit: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # [segments + 1] as believed
    #: [N, attributes] once a survey asked.
    stated_needs: NDArray[np.floating[Any]] = field(default_factory=lambda: np.empty((0, 0)))
