"""The state of a market: everything that exists and changes from week to week, and who may write it when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.board import NeedBoard, OfferBoard
from sim.ledger import Ledger
from sim.network import Network
from sim.params import Params
from sim.params.world import World
from sim.record import Record
from sim.rng import Decision, Luck
from sim.state.books import Books
from sim.state.customers import Customers
from sim.state.diary import Diary
from sim.state.distributors import Distributors
from sim.state.goods import Goods
from sim.state.headquarters import Headquarters
from sim.state.knowledge import Knowledge
from sim.state.mail import Mail
from sim.state.managers import Managers
from sim.state.numbers import Numbers
from sim.state.opportunities import Opportunities
from sim.state.presence import Presence
from sim.state.reps import Reps
from sim.state.rival_force import RivalAccounts, RivalBrands
from sim.state.rivals import Rivals
from sim.state.rules_in_force import RuleBook, RulesInForce
from sim.state.table import Guarded
from sim.state.territories import Territories
from sim.state.today import Today
from sim.state.upkeep import Upkeep

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


@lru_cache(maxsize=256)
def _by_table(writes: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Columns by table of names like ``table.column``; the same few lists come back every week."""
    columns: dict[str, list[str]] = {}
    for name in writes:
        table, _, column = name.partition(".")
        columns.setdefault(table, []).append(column)
    return tuple((table, frozenset(names)) for table, names in columns.items())


@dataclass
class Boards:
    """What customers meet: the offers and needs of this week, and the goodwill that advertising has built."""

    offers: OfferBoard
    needs: NeedBoard
    goodwill: Floats  # [B, T]
    pushed: bool = False  # promotion, distributors' effort or goodwill is in the appeal of offers


class Loan:
    """A context in which the columns ``of_tables`` are writable; as a class, which costs less than a generator."""

    __slots__ = ("_begun", "_of_tables", "_tables")

    def __init__(self, tables: Mapping[str, Guarded], of_tables: tuple[tuple[str, frozenset[str]], ...]) -> None:
        self._tables, self._of_tables = tables, of_tables
        self._begun: list[tuple[Guarded, frozenset[str]]] = []

    def __enter__(self) -> None:
        try:
            for name, columns in self._of_tables:
                table = self._tables[name]
                self._begun.append((table, table.begin_loan(columns)))
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *raised: object) -> None:
        while self._begun:
            table, outer = self._begun.pop()
            table.end_loan(outer)


@dataclass
class MarketState:
    """One market: its actors, books and records. Arrays of tables are read-only outside of :meth:`lend`."""

    seed: int
    weeks: int
    layout: World
    params: Params
    numbers: Numbers
    schedule: RuleBook
    boards: Boards
    customers: Customers
    alias: Ints  # [N] by which actors know customers, see sim.kernels.alias
    ids: tuple[str, ...] | None  # [N] customers' ids in the users' table; None in a generated market
    network: Network
    reps: Reps
    managers: Managers
    distributors: Distributors
    rivals: Rivals
    rival_brands: RivalBrands
    rival_accounts: RivalAccounts  # no rows where rivals have no sales forces
    presence: Presence
    territories: Territories
    knowledge: Knowledge
    diary: Diary
    upkeep: Upkeep
    opportunities: Opportunities
    goods: Goods
    headquarters: Headquarters
    books: Books
    ledger: Ledger
    record: Record
    mail: Mail = field(default_factory=Mail)
    today: Today = field(default_factory=Today)
    week: int = 0
    taste_width: float = 1.0  # spread of individual tastes relative to the start
    origin: int = 0  # weeks of warm-up: the policy comes into force in the week with this number

    @property
    def calendar(self) -> int:
        """The week (0-based) as people in the market count it: from the start of the policy, below 0 in the warm-up.

        What is stored is dated by ``week``, which is never negative; rules, their calendars, season and growth go by this one.
        """
        return self.week - self.origin

    def tables(self) -> dict[str, Guarded]:
        """Everything that is written only by permission, by name."""
        return {
            "customers": self.customers,
            "reps": self.reps,
            "managers": self.managers,
            "distributors": self.distributors,
            "rivals": self.rivals,
            "rival_brands": self.rival_brands,
            "rival_accounts": self.rival_accounts,
            "knowledge": self.knowledge,
            "diary": self.diary,
            "service": self.upkeep.service,
            "technical": self.upkeep.technical,
            "territories": self.territories,
            "projects": self.opportunities.projects,
            "channel": self.goods.channel,
            "plant": self.goods.plant,
            "forecasts": self.goods.forecasts,
            "plant_forecast": self.goods.plant_forecast,
            "shared_forecast": self.goods.shared_forecast,
        }

    def lend(self, writes: Iterable[str]) -> Loan:
        """Make ``table.column`` names writable while the context is open; everything else stays read-only."""
        return Loan(self.tables(), _by_table(tuple(writes)))

    @property
    def rules(self) -> RulesInForce:
        """The rules that answer this week's questions."""
        return RulesInForce(
            self.schedule,
            self.calendar,
            len(self.layout.territories),
            self.customers,
            -self.origin,
            self.headquarters.segments,
        )

    def accounts(self) -> NDArray[np.int64]:
        """Rows of the customers that have a rep of their own by this week's plan; looked up once a week."""
        if self.today.accounts is None:
            self.today.accounts = np.flatnonzero(self.knowledge.rep >= 0)
        return self.today.accounts

    def luck(self, decision: Decision) -> Luck:
        """Keyed draws of this week for one decision."""
        return Luck.of(self.seed, decision, self.week)
