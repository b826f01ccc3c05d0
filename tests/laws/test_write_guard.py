"""The write guard: a phase writes what it declared and nothing else, and declares nothing that it does not write."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import sim.rules.answers
import sim.week
from sim.market import Market
from sim.state import MarketState
from sim.week import WEEK, Phase
from tests.laws.eventful import EVENTFUL
from tests.laws.untouched import Untouched
from tests.market.service_on import SERVICE_ON

DECLARED = [(phase.name, column) for phase in WEEK for column in phase.writes]


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A market before its first week."""
    path = tmp_path_factory.mktemp("eventful") / "eventful.toml"
    path.write_text(EVENTFUL, encoding="utf-8")
    return pickle.dumps(Market(str(path), policy="deep_marketing", customers=400, seed=3, overrides=SERVICE_ON))


def without(phase: Phase, column: str) -> tuple[Phase, ...]:
    narrower = replace(phase, writes=tuple(c for c in phase.writes if c != column))
    return tuple(narrower if p.name == phase.name else p for p in WEEK)


def test_control_the_eventful_market_runs(eventful: bytes) -> None:
    market = pickle.loads(eventful).run()
    assert market.state.record.done == market.state.weeks


@pytest.mark.parametrize(("name", "column"), DECLARED, ids=[f"{n}-{c}" for n, c in DECLARED])
def test_each_declared_write_is_needed(
    eventful: bytes, monkeypatch: pytest.MonkeyPatch, name: str, column: str
) -> None:
    market = pickle.loads(eventful)
    phase = next(p for p in WEEK if p.name == name)
    monkeypatch.setattr(sim.week, "WEEK", without(phase, column))
    with pytest.raises((ValueError, PermissionError), match=r"read-only|not lent"):
        market.run()


def scribble(column: str, phase: Phase) -> Callable[[MarketState], None]:
    table, _, name = column.partition(".")

    def function(state: MarketState) -> None:
        phase.function(state)
        array = getattr(state.tables()[table], name)
        array[...] = 1

    return function


COLUMNS = (
    "customers.loyalty",
    "customers.type",
    "reps.ability",
    "managers.territory",
    "distributors.trust",
    "distributors.supplier",
    "distributors.wholesale",
    "rivals.offer",
    "knowledge.marks",
    "diary.bought",
    "channel.on_hand",
    "forecasts.level",
    "projects.units",
)


@pytest.mark.parametrize("column", COLUMNS)
def test_no_phase_can_write_what_it_did_not_declare(
    eventful: bytes, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    market = pickle.loads(eventful)
    for phase in WEEK:
        if column in phase.writes:
            continue
        guilty = replace(phase, function=scribble(column, phase))
        monkeypatch.setattr(sim.week, "WEEK", tuple(guilty if p is phase else p for p in WEEK))
        with pytest.raises(ValueError, match="read-only"):
            pickle.loads(eventful).run_week()
    assert market.week == 0


def test_no_phase_changes_what_it_did_not_declare_by_any_route(eventful: bytes) -> None:
    market = pickle.loads(eventful)
    untouched = Untouched(market.state)
    while market.running:
        market.run_week(observe=untouched.after)
    assert market.state.record.done == market.state.weeks


def scatter(state: MarketState) -> None:
    np.add.at(state.diary.bought, [0], np.float32(1.0))


def write_through_a_kept_view(state: MarketState) -> None:
    with state.diary.lend(("bought",)):
        view = state.diary.bought.T
    view[0] += 1


@pytest.mark.parametrize("route", [scatter, write_through_a_kept_view])
def test_routes_around_read_only_arrays_are_seen_from_outside(
    eventful: bytes, monkeypatch: pytest.MonkeyPatch, route: Callable[[MarketState], None]
) -> None:
    market = pickle.loads(eventful)
    guilty = tuple(replace(p, function=route) if p.name == "segment" else p for p in WEEK)
    monkeypatch.setattr(sim.week, "WEEK", guilty)
    with pytest.raises(AssertionError, match=r"segment changed \['diary\.bought'\]"):
        market.run_week(observe=Untouched(market.state).after)


def test_nothing_is_writable_between_weeks(eventful: bytes) -> None:
    market = pickle.loads(eventful)
    market.run_week()
    for table in market.state.tables().values():
        for name in table:
            array = table._arrays[name]
            assert not array.flags.writeable, name


def test_the_guarded_stock_is_the_stock(eventful: bytes) -> None:
    state = pickle.loads(eventful).state
    for part in (state.goods.channel, state.goods.plant):
        for field, array in part._arrays.items():
            assert getattr(part, field) is array
    with state.lend(("channel.on_hand",)):
        state.goods.channel.on_hand[...] = 0
    with pytest.raises(ValueError, match="read-only"):
        state.goods.channel.on_hand[...] = 0


def test_an_unknown_column_cannot_be_lent(eventful: bytes) -> None:
    state = pickle.loads(eventful).state
    for wrong in ("reps.salry", "channel.stock", "customers.age"):
        with pytest.raises(ValueError, match="no such"), state.lend((wrong,)):
            pass


#: What a rule sees of a table whose columns are lent while it is asked: it must not be able to write there.
@pytest.mark.parametrize(
    "question",
    [
        "pay",
        "coverage",
        "segmentation",
        "share_data",
        "retail_price",
        "ordering",
        "production",
        "rival_price",
        "effort",
        "calls",
        "routines",
        "gateway",
        "pricing",
        "advertising",
        "head_count",
        "sharing_contract",
        "service",
        "technical",
        "promotion",
        "prospects",
        "studies",
        "rival_campaign",
        "pursuit",
    ],
)
@pytest.mark.parametrize("stranger", [False, True], ids=["shipped", "stranger"])
def test_rules_cannot_write_into_the_market(
    eventful: bytes, monkeypatch: pytest.MonkeyPatch, question: str, stranger: bool
) -> None:
    """A shipped rule may look at a column, which it cannot write; a stranger sees nothing that is the market's."""
    market = pickle.loads(eventful)
    rule = type(market.scenario.policy[question])
    honest, tried, looked = rule.answer, [], []

    def answer(self: object, seen: object) -> object:
        looked.append(seen)
        for owner in (seen, getattr(seen, "customers", None)):
            for name in getattr(owner, "__dataclass_fields__", ()):
                value = getattr(owner, name)
                if isinstance(value, np.ndarray) and value.size:
                    tables = [a for t in market.state.tables().values() for a in t._arrays.values()]
                    if any(np.shares_memory(value, array) for array in tables):
                        tried.append(name)
                        assert not stranger, f"{question}: {name} is the market's own"
                        assert not value.flags.writeable, f"{question}: a rule could write into {name}"
        return honest(self, seen)

    monkeypatch.setattr(rule, "answer", answer)
    if not stranger:
        monkeypatch.setattr(sim.rules.answers, "is_shipped", lambda rule: True)
    market.run_week()
    assert looked
    assert stranger or tried or question in ("production", "rival_campaign", "prospects", "segmentation", "coverage")
