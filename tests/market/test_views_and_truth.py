"""Every view, field by field: it is documented, made of what the page says, and of nothing else."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import sim.views as views
from sim.agents.customer_database import recorded
from sim.agents.headquarters import Headquarters
from sim.derived.accounts import served
from sim.market import Market
from sim.rng import Decision
from sim.state import MarketState
from tests.laws.eventful import EVENTFUL
from tests.market.every_view import INDEX, SEEN, change, change_all_but, columns_of, differs, documented, view

PAGE = documented()
every_view = pytest.mark.parametrize("kind", sorted(SEEN))

#: Views that are another one and more; and what every view holds.
BASE = {"TruthSeen": "FirmSeen", "PursuitSeen": "RepSeen"}
COMMON = {"week", "luck"}
CUSTOMERS = 601


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("eventful") / "eventful.toml"
    path.write_text(EVENTFUL, encoding="utf-8")
    market = Market(str(path), policy="deep_marketing", customers=CUSTOMERS, seed=3)
    for _ in range(12):
        market.step()
    return pickle.dumps(market)


@pytest.fixture
def state(running: bytes) -> MarketState:
    market: Market = pickle.loads(running)
    return market.state


def varied(running: bytes) -> MarketState:
    """A market in which some accounts have not been called on yet, and one distributor shares its data."""
    state: MarketState = pickle.loads(running).state
    distributors = state.distributors
    with state.lend(("diary.met", "distributors.shares_data", "distributors.volume")):
        state.diary.met[served(state)[::3]] = False
        distributors.shares_data[:] = np.arange(len(distributors)) == 0
        distributors.volume[:] = distributors.purchases.sum() / (4 + np.arange(len(distributors)))
    return state


def sources(kind: str) -> set[str]:
    found = set().union(*PAGE[kind].values())
    if kind in ("FirmSeen", "TruthSeen"):
        found |= sources("CustomersSeen")
    return found | (sources(BASE[kind]) if kind in BASE else set())


def test_every_view_is_documented_and_tried() -> None:
    shown = {name for name, item in vars(views).items() if name.endswith("Seen") and isinstance(item, type)}
    assert shown == set(PAGE) == set(SEEN)


@every_view
def test_every_field_is_documented_with_its_source(kind: str) -> None:
    fields = set(getattr(views, kind).__dataclass_fields__) - COMMON
    inherited = set(getattr(views, BASE[kind]).__dataclass_fields__) if kind in BASE else set()
    assert fields - inherited == set(PAGE[kind])


@every_view
def test_sources_on_the_page_exist(state: MarketState, kind: str) -> None:
    known = {*columns_of(state), *(f"record.{name}" for name in state.record.measures)}
    known |= {
        "alias",
        "headquarters.sales",
        "headquarters.stated_needs",
        "opportunities.yearly",
        "numbers",
        "numbers.positions",
        "layout",
        "params",
    }
    assert sources(kind) - {"CustomersSeen", "service"} <= known


@every_view
def test_a_view_changes_with_nothing_but_its_sources(state: MarketState, kind: str) -> None:
    before = view(state, kind)
    change_all_but(state, sources(kind))
    assert differs(before, view(state, kind)) == []


@every_view
def test_control_each_source_moves_the_view(running: bytes, kind: str) -> None:
    first = varied(running)
    before = view(first, kind)
    still = []
    for name in sorted(set().union(*PAGE[kind].values()) & set(columns_of(first))):
        constant = name in INDEX and len(np.unique(columns_of(first)[name])) == 1
        moved = []
        for one in (False, True):
            state = varied(running)
            change(state, name, one=one)
            moved += differs(before, view(state, kind))
        if not constant and not moved:
            still.append(name)
    assert still == []


@every_view
def test_customers_without_a_record_are_not_there(state: MarketState, kind: str) -> None:
    """Whoever is not on record may be anybody, live anywhere and buy anything; no view but the oracle's has their number."""
    if kind == "TruthSeen":
        pytest.skip("an oracle sees everybody")
    before = view(state, kind)
    assert not any(CUSTOMERS in np.shape(value) for value in before.values())
    on_record = recorded(state)
    others = np.setdiff1d(np.arange(CUSTOMERS), on_record)
    assert len(others) > 20
    for name in columns_of(state):
        if name.partition(".")[0] in ("customers", "diary"):
            change(state, name, others)
    assert differs(before, view(state, kind)) == []


@pytest.mark.parametrize("kind", ["RepSeen", "PursuitSeen"])
def test_reps_know_accounts_by_their_own_calls_alone(state: MarketState, kind: str) -> None:
    """An account on which its rep has not called yet is a stranger: its relationship and purchases are not seen."""
    accounts = served(state)
    unmet = accounts[::3]
    with state.lend(("diary.met",)):
        state.diary.met[unmet] = False
    before = view(state, kind)
    change(state, "customers.relationship", unmet)
    change(state, "diary.bought", unmet)
    assert differs(before, view(state, kind)) == []
    change(state, "customers.relationship", np.setdiff1d(accounts, unmet))
    assert "account_relationship" in differs(before, view(state, kind))


def test_an_account_is_met_by_a_call_and_forgotten_with_its_rep() -> None:
    market = Market("tiny", seed=2, weeks=40, overrides={"params.people.quit_probability": 0.9})
    lost = 0
    while market.running:
        rep, hires = market.state.knowledge.rep.copy(), market.state.reps.hires.copy()
        market.step()
        state = market.state
        called = state.today.worked.visited[
            state.knowledge.rep[state.today.worked.visited] == rep[state.today.worked.visited]
        ]
        joined = np.flatnonzero(state.reps.hires != hires)
        new = np.isin(state.knowledge.rep, joined)
        assert not state.diary.met[new].any()
        assert state.diary.met[called[~new[called]]].all()
        lost += int(new.sum())
    assert lost > 0


def test_rivals_studied_for_themselves() -> None:
    """Rivals' estimates of customers' price sensitivity are wrong, differently for each brand and category."""
    market = Market("regional_plain", seed=5, weeks=1, customers=500)
    believed, true = market.state.rivals.sensitivity, float(market.state.customers.price_sensitivity.mean())
    assert not np.isclose(believed, true, rtol=1e-3).any()
    brand_and_category = {
        (market.state.layout.offers[j].brand, market.state.layout.offers[j].category) for j in market.state.rivals.offer
    }
    assert len(np.unique(believed)) == len(brand_and_category)
    exact = Market(
        "regional_plain", seed=5, weeks=1, customers=500, overrides={"params.rivals.study_error": 0.0}
    ).state.rivals.sensitivity
    np.testing.assert_allclose(exact, true)
    seeds = [Market("tiny", seed=s, weeks=1).state for s in range(40)]
    errors = [np.log(s.rivals.sensitivity / s.customers.price_sensitivity.mean()).mean() for s in seeds]
    assert abs(np.mean(errors) + 0.02) < 4 * 0.2 / np.sqrt(len(seeds)) and np.std(errors) > 0.1


def test_no_field_counts_the_market() -> None:
    """The issue in one line: rows per territory in the firm's database are its records, which are fewer than customers."""
    state = Market("regional_plain", seed=5, weeks=1, customers=2000).state
    seen = Headquarters.see(state, Decision.POLICY)
    counted = np.bincount(seen.customers.territory, minlength=len(seen.sales))
    truth = np.bincount(state.customers.territory, minlength=len(seen.sales))
    assert (counted < truth).all()
    on_record = np.bincount(state.customers.territory[recorded(state)], minlength=len(truth))
    np.testing.assert_array_equal(counted, on_record)
    rivals = state.territories.registered
    assert (rivals != truth).any() and (rivals != counted).any()


def test_aliases_are_distinct_and_tell_nothing(tmp_path: Path) -> None:
    one, two, other = (Market("tiny", seed=s, weeks=1, customers=c).state for s, c in ((1, 900), (1, 600), (2, 600)))
    assert len(np.unique(one.alias)) == 900
    np.testing.assert_array_equal(one.alias[:600], two.alias)  # of the customer, not of the market around it
    assert (two.alias != other.alias).mean() > 0.99
    assert abs(float(np.mean(one.alias.astype(np.float64))) / 2**64 - 0.5) < 4 / np.sqrt(12 * 900)
    assert abs(np.corrcoef(one.alias, np.arange(900))[0, 1]) < 4 / np.sqrt(900)
