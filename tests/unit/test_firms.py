"""Firms close and others open in their places: what goes, what stays, and what we have on record."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.derived.newcomers import OF_THE_PAST, without_a_past
from sim.market import Market
from sim.phases.firms import KEPT, NOT_MET, renew_firms, who_closes
from sim.rng import Decision
from sim.stages import Stage
from sim.state import MarketState
from sim.state.customers import Customers
from sim.state.diary import Diary
from sim.state.table import NEVER, Guarded
from tests.laws.eventful import EVENTFUL
from tests.laws.firms import check_renewed, check_talk
from tests.market.runs import fingerprint
from tests.market.service_on import SERVICE_ON
from tests.unit.part_weeks import writes

CLOSING = {"customer_type.workshop.closing": 0.6, "customer_type.plant.closing": 0.2}

#: A number of customers that counts nothing else.
ODD = 397

#: Where the market keeps something for each customer, apart from columns that :mod:`sim.phases.firms` names.
#: The company's records and rules' labels are belief, and stay; ties, names and rates belong to the place.
ELSEWHERE_KEPT = {
    *("alias", "network.strong_end", "headquarters.stated_needs"),
    *(f"opportunities.{name}" for name in ("yearly", "buying_rate")),
    *(f"opportunities.openings.{name}" for name in ("row", "category", "rate", "key")),
}
#: Lists whose entries name a customer: those of the first set lose the entries of a firm that closes; the others are
#: papers on their way, of which nobody takes back what is written, and rivals' lists of accounts.
ENDED = {"opportunities.projects", "upkeep.jobs", "upkeep.problems", "goods.waiting", "goods.wishes"}
ON_THEIR_WAY = {
    *("mail.reports", "mail.commands", "mail.findings", "mail.rival_sales", "upkeep.messages.problems"),
    "rival_accounts",
}


def lived(scenario: str = "tiny", weeks: int = 20, **settings: Any) -> MarketState:
    """The state of a small market in which firms close before the last of its weeks, with nothing of that week done."""
    market = Market(scenario, weeks=weeks, **{"seed": 4, "customers": 2000, "overrides": CLOSING, **settings})
    while market.week < weeks - 1:
        market.run_week()
    return market.state


def renew(state: MarketState) -> np.ndarray:
    """Run the phase alone; returns who closes."""
    rows = who_closes(state)
    with state.lend(writes("firms")):
        renew_firms(state)
    return rows


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> MarketState:
    """A market in which everything happens, some weeks on."""
    path = tmp_path_factory.mktemp("eventful") / "eventful.toml"
    path.write_text(EVENTFUL, encoding="utf-8")
    return lived(str(path), policy="deep_marketing", customers=ODD, seed=8, overrides=SERVICE_ON)


def test_without_closing_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    state = Market("tiny", seed=4, weeks=2, customers=200).run().state
    monkeypatch.setattr("sim.phases.firms.stream", None)
    assert len(who_closes(state)) == 0


def test_with_closing_of_next_to_nothing_the_market_is_the_old_one() -> None:
    never = {"customer_type.workshop.closing": 1e-12, "customer_type.plant.closing": 1e-12}
    runs = [Market("tiny", seed=4, weeks=12, customers=500, overrides=given).run() for given in ({}, never)]
    assert runs[1].results.measure("closed_firms").sum() == 0
    assert fingerprint(runs[0]) == fingerprint(runs[1])


def test_each_type_closes_at_its_own_rate() -> None:
    state = Market("tiny", seed=4, customers=20_000, overrides=CLOSING).state
    closed = np.zeros(len(state.customers), dtype=np.bool_)
    for week in range(1, 53):
        state.week = week
        closed[who_closes(state)] = True
    for row, share in ((0, 0.2), (1, 0.6)):  # plants, workshops: in the order of names
        assert closed[state.customers.type == row].mean() == pytest.approx(share, abs=0.02)


def test_the_kernel_draws_as_luck_does() -> None:
    """Against its slow twin: one uniform number per customer and week, below the chance of its type."""
    state = Market("tiny", seed=4, customers=9000, overrides=CLOSING).state
    state.customers.fill({"key": np.random.default_rng(1).integers(0, 2**63, 9000)})
    for state.week in (1, 17):
        chance = np.array([kind.closing_a_week for kind in state.layout.customer_types])[state.customers.type]
        drawn = state.luck(Decision.FIRM_CLOSES).uniform(state.customers.key)
        np.testing.assert_array_equal(who_closes(state), np.flatnonzero(drawn < chance))


def test_only_the_types_that_close_do() -> None:
    state = Market("tiny", seed=4, customers=5000, overrides={"customer_type.plant.closing": 0.9}).state
    state.week = 1
    rows = who_closes(state)
    assert len(rows) > 0
    assert {state.layout.customer_types[k].name for k in state.customers.type[rows]} == {"plant"}
    state.week = 0
    assert len(who_closes(state)) == 0, "the first week is as the market was made"


def test_a_new_firm_has_the_place_of_the_former_one_and_nothing_of_its_past() -> None:
    state = lived()
    before = state.customers.copy()
    rows = renew(state)
    others = np.setdiff1d(np.arange(len(before)), rows)
    kept = set(KEPT) - {"talk_weak", "talk_strong"}
    for name in kept:
        np.testing.assert_array_equal(getattr(state.customers, name), getattr(before, name), err_msg=name)
    for name, value in without_a_past(state).items():
        column = getattr(state.customers, name)
        np.testing.assert_array_equal(
            column[rows], np.broadcast_to(np.asarray(value, column.dtype), column[rows].shape)
        )
        np.testing.assert_array_equal(column[others], getattr(before, name)[others], err_msg=name)
    assert (before.aware[rows] > 0).any() and (before.owned[rows] >= 0).any()
    assert (state.customers.stage[rows] == Stage.UNKNOWN).all()


def test_a_newcomer_is_as_those_who_start_without_a_past() -> None:
    """Whoever knows and owns nothing when a market starts, column by column."""
    state = Market("tiny", seed=4, customers=2000).state
    fresh = np.flatnonzero((state.customers.aware == 0) & (state.customers.relationship == 0))
    assert len(fresh) > 20
    for name, value in without_a_past(state).items():
        column = getattr(state.customers, name)[fresh]
        np.testing.assert_array_equal(column, np.broadcast_to(np.asarray(value, column.dtype), column.shape), name)


def test_what_is_on_record_of_a_firm_stays_until_someone_finds_out() -> None:
    state = lived()
    rows = who_closes(state)
    known = rows[state.knowledge.known[rows] & (state.knowledge.value[rows] > 0)]
    assert len(known) > 0
    before = {name: getattr(state.knowledge, name).copy() for name in state.knowledge}
    renew(state)
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(state.knowledge, name), value, err_msg=name)
    assert (
        not state.diary.bought[rows].any() and not state.diary.ordered[rows].any() and not state.diary.met[rows].any()
    )


def test_a_call_on_a_new_firm_finds_that_it_buys_nothing() -> None:
    """Reports overwrite what was on record; where no one calls, it fades as any record does."""
    market = Market("tiny", seed=4, weeks=60, customers=1500)
    while market.week < 30:
        market.run_week()
    state = market.state
    rows = np.flatnonzero((state.knowledge.rep >= 0) & (state.knowledge.value > 0))
    with state.lend(writes("firms")):
        for name, value in without_a_past(state).items():
            state.customers.writable(name)[rows] = value
        for name in NOT_MET:
            state.diary.writable(name)[rows] = 0
    before, stood, since = state.knowledge.value[rows].copy(), state.knowledge.confirmed[rows].copy(), state.week
    while market.week < 40:
        market.run_week()
    called = (state.knowledge.confirmed[rows] > since + 1) & (state.customers.last_order[rows] == NEVER)
    silent = state.knowledge.confirmed[rows] == stood
    assert called.sum() > 10 and silent.sum() > 10
    assert (state.knowledge.value[rows][called] == 0).all()
    assert (state.knowledge.value[rows][silent] > 0.5 * before[silent]).all()


def test_users_who_close_are_lost_once_and_no_one_else_is() -> None:
    state = lived()
    rows = who_closes(state)
    with state.lend(("customers.stage",)):
        state.customers.stage[rows[:4]] = (Stage.BUYER, Stage.LOYAL, Stage.LAPSED, Stage.AWARE)
    users = np.isin(state.customers.stage[rows], (Stage.BUYER, Stage.LOYAL)).sum()
    renew(state)
    assert state.record["lapses"][state.week].sum() == users >= 2
    assert state.record["closed_firms"][state.week].sum() == len(rows)


def test_newcomers_are_new_customers_once_more_and_non_users_until_then() -> None:
    """Of those won, none more than there were to win."""
    with_firms = Market("tiny", seed=4, weeks=104, customers=1000, overrides=CLOSING).run().results
    without = Market("tiny", seed=4, weeks=104, customers=1000).run().results
    late = slice(78, 104)
    assert with_firms.measure("new_customers")[late].sum() > 2 * without.measure("new_customers")[late].sum()
    card = with_firms.scorecard.set_index("kpi")["value"]
    closed = with_firms.measure("closed_firms").sum()
    start = Market("tiny", seed=4, weeks=104, customers=1000, overrides=CLOSING).state.customers.last_order == NEVER
    expected = 100 * card["new_customers"] / (start.sum() + closed)
    assert card["share_non_users_won"] == pytest.approx(expected)


def test_the_books_of_a_closed_firm_are_closed(eventful: MarketState, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders, wishes, projects, repairs and machines of closed firms end; neighbours hear them no longer."""
    state = copy.deepcopy(eventful)
    machines, projects = state.upkeep.service.machines.copy(), len(state.opportunities.projects)
    waiting, wishes = state.goods.waiting, state.goods.wishes // len(state.layout.offers)
    assert waiting is not None
    busy = (waiting.customer, wishes, state.opportunities.projects.customer, state.upkeep.jobs.customer)
    assert all(len(np.unique(customers)) > 1 for customers in busy)
    rows = np.unique([np.unique(customers)[0] for customers in busy])
    monkeypatch.setattr("sim.phases.firms.who_closes", lambda state: rows)
    renew(state)
    check_renewed(state, rows)
    check_talk(state)
    ours = ((state.customers.owned == state.layout.own_brand) & state.upkeep.fails).sum(axis=1)
    left = np.bincount(state.customers.territory, ours, len(machines))
    np.testing.assert_array_equal(state.upkeep.service.machines, left)
    assert len(state.opportunities.projects) == projects - state.record["projects_dropped"][state.week].sum()


def test_which_firms_close_is_keyed_by_customer() -> None:
    many, few = (Market("tiny", seed=4, customers=n, overrides=CLOSING).state for n in (2000, 500))
    for week in range(1, 30):
        many.week = few.week = week
        closing = who_closes(many)
        np.testing.assert_array_equal(closing[closing < 500], who_closes(few))


# ---- nothing is forgotten -------------------------------------------------------------------------------------------


def test_every_column_of_customers_is_kept_or_starts_again() -> None:
    assert sorted((*KEPT, *OF_THE_PAST)) == sorted(Customers.declared), (
        "a firm that opens must either take a column over (KEPT) or start without it (OF_THE_PAST)"
    )
    assert {*NOT_MET, "due", "visits"} == set(Diary.declared), "what reps owe and do is theirs; the rest is of the firm"


def test_everything_kept_by_customer_is_known_to_the_phase(eventful: MarketState) -> None:
    """A new store of something per customer, in a table or not, must be listed here, and thought of."""
    tables = {id(table): name for name, table in eventful.tables().items()}
    columns = {f"{name}.{column}" for name in ("customers", "diary", "knowledge") for column in eventful.tables()[name]}
    found, listing = set(), set()
    for path, value, holder in walk(eventful):
        table = tables.get(id(holder))
        name = path if table is None else f"{table}.{path.rpartition('.')[2]}"
        if isinstance(value, np.ndarray) and value.ndim and len(value) == ODD and value.size:
            found.add(name)
        if path.rpartition(".")[2] in ("customer", "rows", "wishes") and isinstance(value, np.ndarray):
            listing.add(path if path.endswith("wishes") else path.rpartition(".")[0])
    assert found <= columns | ELSEWHERE_KEPT, sorted(found - columns - ELSEWHERE_KEPT)
    assert listing <= ENDED | ON_THEIR_WAY, sorted(listing - ENDED - ON_THEIR_WAY)
    assert {"alias", "opportunities.yearly", "customers.taste"} <= found  # the search finds what is there
    assert listing >= ENDED


def walk(
    value: Any, path: str = "", holder: Any = None, seen: set[int] | None = None
) -> Iterator[tuple[str, Any, Any]]:
    """Every array in the state, with the names that lead to it; entries of lists share a name. Rules, the week's parts and parameters aside."""
    seen = set() if seen is None else seen
    if isinstance(value, np.ndarray):
        yield path, value, holder
        return
    if id(value) in seen or path in ("schedule", "today", "layout", "params", "record", "ledger", "books", "boards"):
        return
    seen.add(id(value))
    inner: list[tuple[str, Any]] = []
    if isinstance(value, Guarded):
        inner = [(name, getattr(value, name)) for name in value]
    elif is_dataclass(value):
        inner = [(f.name, getattr(value, f.name)) for f in fields(value)]
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        inner = [(name, getattr(value, name)) for name in value._fields]
    elif isinstance(value, (list, tuple)):
        for entry in value[:1] if value and not isinstance(value[0], str) else ():
            yield from walk(entry, path, holder, seen)
    for name, part in inner:
        yield from walk(part, f"{path}.{name}".lstrip("."), value, seen)


def test_a_folder_of_the_users_tables_composes_with_closing(tmp_path: Path) -> None:
    """A warm-up, changes of policy, types that change, and every type that closes: the market runs to its end."""
    text = 'extends = "tiny"\nweeks = 20\n[warm_up]\nweeks = 8\n[[change]]\nweek = 5\nset = { "policy.routines.visit_hours" = 1.0 }\n'
    path = tmp_path / "composed.toml"
    path.write_text(text, encoding="utf-8")
    overrides = {**CLOSING, "params.tastes.type_change": 0.5, "params.tastes.every": 2}
    market = Market(str(path), seed=4, overrides=overrides).run()
    assert market.results.measure("closed_firms").sum() > 0
    assert market.results.warm_up is not None and market.results.warm_up.measure("closed_firms").sum() > 0
