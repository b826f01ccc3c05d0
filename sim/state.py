"""The state of a market: everything that exists and changes from week to week, and who may write it when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.books import HeadsBook, HoursBook, UnitsBook
from sim.kernels.board import NeedBoard, OfferBoard
from sim.kernels.projects import Openings
from sim.kernels.stock_flow import Stage
from sim.ledger import Ledger
from sim.network import Network
from sim.open_projects import OpenProjects
from sim.params import Params
from sim.params.world import World
from sim.population import Columns
from sim.record import Record
from sim.rng import Decision, Luck
from sim.rules.answers import answer_of, ask, checked, merge, spread
from sim.rules.rule import Rule, Variant
from sim.rules.shipped import is_shipped
from sim.rules.strangers import refusal
from sim.solvers.order_rules import Forecast
from sim.tables import Holdings
from sim.today import Purchases, Today
from sim.upkeep import Upkeep

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


class Use(IntEnum):
    """What the hours of a rep go to."""

    ABSENCE = 0
    ADMINISTRATION = 1
    FORMS = 2
    MEETINGS = 3
    TALKS = 4
    TRAINING = 5
    TRAVEL = 6
    SELLING = 7
    IDLE = 8  # field hours not used: less than full effort, or no accounts
    DISTRIBUTORS = 9  # calls on distributors, the way there included
    CONTROL = 10  # showing what was done to whoever checks


class ManagerUse(IntEnum):
    """What the hours of a sales manager go to."""

    ADMINISTRATION = 0
    MEETINGS = 1
    CHECKING = 2
    VISITS = 3
    TALKS = 4
    SPARE = 5
    INTERVIEWS = 6
    CONTROL = 7  # unannounced checks of reps' work
    TRAINING = 8  # on the job


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


@dataclass(frozen=True)
class Invoices:
    """Invoices that fall due in one week: who owes how much to whom, entities of the ledger and minor units."""

    debtor: Ints
    creditor: Ints | int
    amount: NDArray[np.int64]


def hold(
    channel: Stage, plant: Stage, forecasts: Forecast, plant_forecast: Forecast, shared_forecast: Forecast
) -> Holdings:
    """Put the arrays of stocks and forecasts under the write guard, by names like ``channel_on_hand``."""
    parts: dict[str, Stage | Forecast] = {
        "channel": channel,
        "plant": plant,
        "forecast": forecasts,
        "plant_forecast": plant_forecast,
        "shared_forecast": shared_forecast,
    }
    return Holdings(
        {f"{label}_{name}": array for label, part in parts.items() for name, array in part._asdict().items()}
    )


@lru_cache(maxsize=256)
def _by_table(writes: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Columns by table of names like ``table.column``; the same few lists come back every week."""
    columns: dict[str, list[str]] = {}
    for name in writes:
        table, _, column = name.partition(".")
        columns.setdefault(table, []).append(column)
    return tuple((table, frozenset(names)) for table, names in columns.items())


class RuleBook(Protocol):
    """Where the rules in force come from: a scenario; weeks are counted from 1."""

    def variants_at(self, week: int, question: str) -> list[Variant]:
        """Rules for ``question`` in ``week`` (from 1), the whole firm's first."""
        ...

    def changed(self) -> str:
        """What somebody has changed who may not: a rule of this market, or the scenario; empty for nothing."""
        ...


@dataclass
class MarketState:
    """One market: its actors, books and records. Arrays are read-only outside of :meth:`lend`."""

    seed: int
    weeks: int
    layout: World
    params: Params
    numbers: Any  # frozen numbers of the kernels, see sim.build.numbers
    schedule: RuleBook
    board: OfferBoard
    needs: NeedBoard
    customers: Columns
    alias: Ints  # [N] by which actors know customers, see sim.kernels.alias
    network: Network
    reps: Columns
    managers: Columns
    distributors: Columns
    rivals: Columns
    knowledge: Columns
    diary: Columns
    service: Columns
    technical: Columns
    upkeep: Upkeep
    territories: Columns
    channel: Stage
    plant: Stage
    forecasts: Forecast
    plant_forecast: Forecast
    shared_forecast: Forecast
    holdings: Holdings
    ledger: Ledger
    units: UnitsBook
    hours: HoursBook
    manager_hours: HoursBook
    heads: HeadsBook
    record: Record
    week: int = 0
    today: Today = field(default_factory=Today)
    reports: list[Report] = field(default_factory=list)
    waiting: Purchases | None = None
    wishes: NDArray[np.int64] = field(
        default_factory=lambda: np.empty(0, dtype=np.int64)
    )  # our durables asked for and not got: customer × offers + offer
    invoices: dict[int, list[Invoices]] = field(default_factory=dict)  # by the week in which they fall due
    goodwill: Floats = field(default_factory=lambda: np.empty(0))
    segments: int = 0
    pushed: bool = False  # promotion or distributors' effort is on the board of offers
    sales: Floats = field(default_factory=lambda: np.empty(0))
    kept_orders: list[dict[str, Any]] | None = None
    ids: tuple[str, ...] | None = None  # [N] customers' ids in the users' table; None in a generated market
    commands: list[Command] = field(default_factory=list)
    plan_of: Ints = field(
        default_factory=lambda: np.empty(0, dtype=np.int64)
    )  # [T] week in which the call plan in force was made, −1 before the first
    findings: list[Findings] = field(default_factory=list)
    stated_needs: Floats = field(default_factory=lambda: np.empty((0, 0)))  # [N, attributes] once a survey asked
    projects: OpenProjects = field(default_factory=lambda: OpenProjects(0))
    openings: Openings | None = None  # who opens projects; None in a market without opportunities
    project_worth: Floats = field(default_factory=lambda: np.empty(0))  # [N] projects a year, minor units; or empty
    buying_rate: Floats | None = None  # [N] purchases a week, projects included; None without opportunities
    won_share: Floats = field(default_factory=lambda: np.empty(0))  # [C] of decided projects that we won, averaged

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle; stocks and forecasts get arrays of their own again, under the guard (see Columns.__setstate__)."""
        self.__dict__.update(state)
        for name in ("channel", "plant", "forecasts", "plant_forecast", "shared_forecast"):
            part = getattr(self, name)
            setattr(self, name, type(part)(*(np.array(array) for array in part)))
        self.holdings = hold(self.channel, self.plant, self.forecasts, self.plant_forecast, self.shared_forecast)

    def tables(self) -> dict[str, Columns | Holdings]:
        """Everything that is written only by permission, by name."""
        return {
            "customers": self.customers,
            "reps": self.reps,
            "managers": self.managers,
            "distributors": self.distributors,
            "rivals": self.rivals,
            "knowledge": self.knowledge,
            "diary": self.diary,
            "service": self.service,
            "technical": self.technical,
            "territories": self.territories,
            "channel": self.holdings,
            "projects": self.projects,
        }

    @contextmanager
    def lend(self, writes: Iterable[str]) -> Iterator[None]:
        """Make ``table.column`` names writable while the context is open; everything else stays read-only."""
        tables, loans = self.tables(), []
        try:
            for name, columns in _by_table(tuple(writes)):
                loans.append((tables[name], tables[name].begin_loan(columns)))
            yield
        finally:
            for table, outer in reversed(loans):
                table.end_loan(outer)

    def rules(self, week: int, question: str) -> list[Variant]:
        """Rules for ``question`` in ``week`` (0-based): the whole firm's first, then those of some territories."""
        return self.schedule.variants_at(week + 1, question)

    def accounts(self) -> Ints:
        """Rows of the customers whom a rep serves in person by this week's plan; looked up once a week."""
        if self.today.accounts is None:
            self.today.accounts = np.flatnonzero(self.knowledge.rep >= 0)
        return self.today.accounts

    def luck(self, decision: Decision) -> Luck:
        """Keyed draws of this week for one decision."""
        return Luck.of(self.seed, decision, self.week)

    def ask(
        self,
        question: str,
        seen: Any,
        territory: Ints | None = None,
        rows: Ints | None = None,
        **market: NDArray[Any],
    ) -> Any:
        """Answer a question by the rules in force this week; see :func:`sim.rules.answers.ask`."""
        answer = ask(self.rules(self.week, question), seen, territory, rows, market)
        self._look_after(self.rules(self.week, question))
        return answer

    def _look_after(self, asked: list[Variant]) -> None:
        """Raise InputError when a stranger among those ``asked`` has changed other rules or the scenario."""
        for variant in asked:
            if not is_shipped(variant.rule) and (changed := self.schedule.changed()):
                raise refusal(variant.rule, f"changed {changed}", "a rule that only answers")

    def idle(self, question: str) -> bool:
        """Whether no rule in force this week does anything about ``question`` beyond the usual."""
        return all(variant.rule.idle for variant in self.rules(self.week, question))

    def due_in(self, question: str) -> NDArray[np.bool_]:
        """Territories [T] where ``question`` comes up this week: its rule's weeks are over, or the rule is new there."""
        variants = self.rules(self.week, question)
        weeks_over = np.array([self.week % int(getattr(v.rule, "every", 1)) == 0 for v in variants])
        due: NDArray[np.bool_] = weeks_over[self._holding(variants)] | self.changed_in(question)
        return due

    def changed_in(self, question: str) -> NDArray[np.bool_]:
        """Territories [T] where another rule for ``question`` holds than last week; all of them in the first week."""
        if self.week == 0:
            return np.ones(len(self.layout.territories), dtype=np.bool_)
        now, before = self.rules(self.week, question), self.rules(self.week - 1, question)
        if now is before:  # no change between them: the common case, without comparing rules
            return np.zeros(len(self.layout.territories), dtype=np.bool_)
        pairs = zip(self.rules_in(self.week, question), self.rules_in(self.week - 1, question), strict=True)
        return np.array([rule != old for rule, old in pairs])

    def rules_in(self, week: int, question: str) -> list[Rule]:
        """The rule for ``question`` that holds in each territory [T] in ``week`` (0-based)."""
        variants = self.rules(week, question)
        return [variants[k].rule for k in self._holding(variants)]

    def _holding(self, variants: list[Variant]) -> NDArray[np.int64]:
        """Which of ``variants`` holds in each territory [T]: the last that reaches it."""
        holding = np.zeros(len(self.layout.territories), dtype=np.int64)
        for k, variant in enumerate(variants):
            holding[slice(None) if variant.territories is None else list(variant.territories)] = k
        return holding

    def renew(self, question: str, seen: Any, held: Any, rows: Ints, truth: Any = None, **market: NDArray[Any]) -> Any:
        """``held``, a row for each customer, with the answers of all rules that are due, each in the territories where it holds.

        ``seen`` shows the customers in ``rows``; of all others a rule says nothing, and they get what the answer's
        fields declare for customers ``without`` a record. ``truth`` is what oracles see instead: all customers. A rule
        that is due nowhere is not asked and costs nothing. ``market`` is as in :func:`sim.rules.answers.ask`. Raises
        InputError for an answer out of the bounds that its question declares.
        """
        variants, due, answer = self.rules(self.week, question), self.due_in(question), held
        holding, territory = self._holding(variants), self.customers.territory
        for k, variant in enumerate(variants):
            inside = due & (holding == k)
            if inside.any():
                oracle = variant.rule.reads_truth and truth is not None
                other = answer_of(variant.rule, truth if oracle else seen)
                for_whom = np.arange(len(territory)) if oracle else rows
                answer = merge(answer, spread(other, for_whom, len(territory)), inside[territory])
        self._look_after([variant for k, variant in enumerate(variants) if (due & (holding == k)).any()])
        return checked(answer, variants, seen, territory, market)
