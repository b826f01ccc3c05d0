"""The read guard: a phase reads what it declared and nothing else, and declares nothing that it never reads."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim.rules.answers
import sim.week
from sim.market import Market
from sim.state import MarketState
from sim.state.read_guard import UndeclaredRead, watch_reads
from sim.week import WEEK, Phase
from tests.laws.eventful import EVENTFUL
from tests.market.service_on import SERVICE_ON

#: What the eventful market does not do: hear of everyone, supply sub-distributors by what they share.
COMPLETE = {"params.network.kind": "complete"}
TIERS = {"channel_layout.sub_distributors": 2, "params.channel.data_to_suppliers": True}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("eventful") / "eventful.toml"
    path.write_text(EVENTFUL, encoding="utf-8")
    return path


def market(path: Path, **overrides: Any) -> Market:
    return Market(str(path), policy="deep_marketing", customers=400, seed=3, overrides=overrides)


@contextmanager
def replaced(*phases: Phase) -> Iterator[None]:
    """The week with other phases in the places of those of their names."""
    others = {phase.name: phase for phase in phases}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim.week, "WEEK", tuple(others.get(phase.name, phase) for phase in WEEK))
        yield


def noting(phase: Phase, found: set[str]) -> Phase:
    """The phase, which writes down what it reads."""

    def function(state: MarketState) -> None:
        with watch_reads(state.tables(), found.add):
            phase.function(state)

    return replace(phase, function=function)


@pytest.fixture(scope="module")
def reads(scenario: Path) -> dict[str, set[str]]:
    """What each phase reads in some markets in which everything happens; in one of them rules look at all they may."""
    found: dict[str, set[str]] = {phase.name: set() for phase in WEEK}
    with replaced(*(noting(phase, found[phase.name]) for phase in WEEK)):
        for overrides in ({}, COMPLETE, TIERS, SERVICE_ON):
            market(scenario, **overrides).run()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sim.rules.answers, "is_shipped", lambda rule: False)
            market(scenario).run()
    return found


@pytest.mark.parametrize("phase", WEEK, ids=[phase.name for phase in WEEK])
def test_a_phase_declares_what_it_reads_and_nothing_more(reads: dict[str, set[str]], phase: Phase) -> None:
    assert sorted(reads[phase.name] - set(phase.writes)) == sorted(phase.reads)


def test_what_is_declared_exists_and_is_declared_once(scenario: Path) -> None:
    columns = {f"{name}.{column}" for name, table in market(scenario).state.tables().items() for column in table}
    for phase in WEEK:
        declared = [*phase.reads, *phase.writes]
        assert set(declared) <= columns
        assert len(set(declared)) == len(declared), phase.name


def test_control_the_eventful_market_runs_checked(scenario: Path) -> None:
    checked = market(scenario)
    while checked.running:
        checked.run_week(check_reads=True)
    assert checked.state.record.done == checked.state.weeks


@pytest.mark.parametrize("phase", WEEK, ids=[phase.name for phase in WEEK])
def test_an_undeclared_read_is_refused(scenario: Path, phase: Phase) -> None:
    def curious(state: MarketState) -> None:
        phase.function(state)
        _ = state.rivals.sensitivity if phase.name != "decide" else state.customers.speaks

    guilty = market(scenario)
    message = rf"phase '{phase.name}' reads (rivals.sensitivity|customers.speaks)"
    with replaced(replace(phase, function=curious)), pytest.raises(UndeclaredRead, match=message):
        guilty.run_week(check_reads=True)
    for table in guilty.state.tables().values():
        assert type(table) is table.plain, "nothing is watched any more"
        assert not table.lent


def test_a_declaration_that_is_missing_is_noticed(scenario: Path) -> None:
    narrower = [replace(p, reads=tuple(c for c in p.reads if c != "reps.team")) for p in WEEK if "reps.team" in p.reads]
    assert len(narrower) > 3
    for phase in narrower:
        with replaced(phase), pytest.raises(UndeclaredRead, match=f"{phase.name}.*reps.team"):
            market(scenario).run_week(check_reads=True)


def test_what_is_copied_while_watched_is_a_plain_table(scenario: Path) -> None:
    state = market(scenario).state
    with watch_reads(state.tables(), lambda name: None):
        twin = state.customers.copy()
        assert type(state.customers) is not type(twin)
    assert type(twin) is type(state.customers)
    assert len(pickle.loads(pickle.dumps(twin))) == len(state.customers)
