"""Mail: what is on its way through the firm and arrives in a later week – reports, commands, findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


@dataclass
class Report:
    """News of customers on its way to the database: the rows it is about and what it says of them."""

    arrives: int
    week: int
    rows: Ints
    value: Floats
    orders: Floats
    last_order: Ints  # week of the customer's last order from us, NEVER without one
    potential: Floats  # NaN where the report does not say
    marks: Floats | None  # [rows, marks], None where the report does not say
    exact: bool = False  # headquarters knows that its numbers have no error
    adds: bool = False  # of single purchases, which come on top of what the records say
    books: bool = False  # out of the customer ledger, which has all that its customers bought from us
    #: [rows, 2] errors of potential (log sd) and of marks (in sd of mark) by the writer's own account, None without one.
    doubt: Floats | None = None


@dataclass
class Command:
    """A call plan on its way down to the reps: what it says of the customers in ``rows``."""

    arrives: int
    week: int
    rows: Ints
    rep: Ints
    norm: Floats


@dataclass
class Findings:
    """What bought studies found, on its way to the market department: new values of columns of its tables."""

    arrives: int
    territories: Ints
    found: dict[str, NDArray[Any]]  # by column of the territories, [territories, …]
    rows: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # customers who stated their needs
    needs: Floats = field(default_factory=lambda: np.empty((0, 0)))  # [rows, attributes]


@dataclass
class RivalSales:
    """Purchases that rivals hear of: rows of their lists of accounts, and the value of each, minor units."""

    arrives: int
    week: int
    rows: Ints
    value: Floats


@dataclass
class Mail:
    """All that is on its way."""

    reports: list[Report] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    findings: list[Findings] = field(default_factory=list)
    rival_sales: list[RivalSales] = field(default_factory=list)
