"""Rivals' sales forces in a market: gone without one, whole calls on those expected to buy most, sales heard of late."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.agents.competitor import Competitor
from sim.build.sales_force import usual_calls
from sim.derived.expected_purchases import expected_purchases
from sim.kernels.relationship import adbudg
from sim.market import Market
from sim.phases.projects import project_choosers
from sim.phases.rival_calls import call_for_rivals
from sim.phases.spread import WRITES as SPREAD_WRITES
from sim.state import MarketState
from sim.state.table import NEVER
from sim.views import NEVER_ORDERED
from tests.market.runs import small

STEADY: Mapping[str, Any] = {"policy.rival_force.kind": "steady"}
DEFEND: Mapping[str, Any] = {"policy.rival_force.kind": "defend"}
PROJECTS = str(Path(__file__).parents[1] / "market" / "projects.toml")
#: Measures that exist only where rivals have sales forces.
OF_FORCES = {"switches_to_rivals", "switches_to_us"}


def outcome(market: Market) -> bytes:
    """Books, record and customers, apart from what only sales forces have."""
    state = market.run().state
    kept = [state.ledger.book.tobytes()]
    kept += [state.record[name].tobytes() for name in sorted(set(state.record.measures) - OF_FORCES)]
    kept += [
        getattr(state.customers, name).tobytes() for name in sorted(state.customers) if name != "rival_relationship"
    ]
    return b"".join(kept)


def tiny(**overrides: Any) -> Market:
    return Market("tiny", seed=5, overrides={name.replace("__", "."): value for name, value in overrides.items()})


@pytest.fixture(scope="module")
def running() -> bytes:
    market = Market("tiny", seed=5, overrides=dict(STEADY))
    for _ in range(8):
        market.step()
    return pickle.dumps(market)


@pytest.fixture
def state(running: bytes) -> MarketState:
    market: Market = pickle.loads(running)
    return market.state


def test_without_a_force_nothing_is_there_and_nothing_costs() -> None:
    state = tiny().state
    assert state.customers.rival_relationship.shape == (600, 0)
    assert len(state.rival_accounts) == 0
    assert outcome(tiny()) == outcome(
        tiny(params__rival_force__size=9.0, params__rival_force__skill=2.0, brand__rival__sales_calls=5_000.0)
    )


@pytest.mark.parametrize("rule", ["steady", "defend"])
def test_a_force_that_makes_no_calls_is_the_market_without_one_to_the_bit(rule: str) -> None:
    assert outcome(tiny(policy__rival_force__kind=rule, params__rival_force__size=0.0)) == outcome(tiny())
    assert outcome(tiny(policy__rival_force__kind=rule)) != outcome(tiny())


def test_calls_of_no_weight_make_the_brand_known_and_nothing_else() -> None:
    quiet = {"params__choice__relationship": 0.0, "params__awareness__visit": 0.0, "params__rival_force__call_cost": 0}
    alone, called = tiny(**quiet).run().state, tiny(**quiet, policy__rival_force__kind="steady").run().state
    np.testing.assert_array_equal(alone.ledger.book, called.ledger.book)
    assert called.record["rival_calls"].sum() > 100


def test_the_list_holds_those_expected_to_buy_most(state: MarketState) -> None:
    accounts = state.rival_accounts
    assert len(accounts) == round(0.15 * 600)
    exact = tiny(policy__rival_force__kind="steady", params__rival_force__estimate_error=0.0).state
    worth = expected_purchases(exact)
    listed = exact.rival_accounts.customer
    assert worth[listed].min() >= np.delete(worth, listed).max()
    assert set(listed) != set(accounts.customer), "estimates are wrong"


def test_calls_are_as_many_as_ours_for_as_many_users_and_cost_the_rival(state: MarketState) -> None:
    brands = state.rival_brands
    ours = 6 * usual_calls(state.params)
    assert brands.usual_calls[0] == pytest.approx(ours * 0.35 / 0.25, rel=1e-3)
    made = state.record["rival_calls"][: state.week]
    assert (made == np.rint(made)).all() and made.mean() == pytest.approx(state.rival_accounts.calls.sum(), rel=0.1)
    np.testing.assert_allclose(state.record["rival_call_spend"], state.record["rival_calls"] * 4_800)


def test_relationships_start_at_what_usual_calls_lead_to_and_stay_there() -> None:
    state = Market("tiny", seed=5, overrides=dict(STEADY)).state
    accounts, start = state.rival_accounts, state.customers.rival_relationship.copy()
    led_to = [adbudg(float(calls), 0.0, 1.0, 1.0, 0.5) for calls in accounts.calls]
    np.testing.assert_allclose(start[accounts.customer, accounts.brand], led_to, rtol=1e-6)
    assert start.sum() == pytest.approx(sum(led_to), rel=1e-6), "nobody else knows a rep"
    market = Market("tiny", seed=5, weeks=26, overrides=dict(STEADY)).run()
    later = market.state.customers.rival_relationship
    assert later.sum() == pytest.approx(start.sum(), rel=0.05)


def test_a_call_builds_the_relationship_with_its_brand_alone(state: MarketState) -> None:
    accounts, stock = state.rival_accounts, state.customers.rival_relationship
    with state.lend(("rival_accounts.calls", "rival_accounts.due", "customers.rival_relationship")):
        stock[:] = 0.1
        accounts.calls[:] = 0.0
        accounts.due[:] = 0.0
        accounts.due[3] = 1.0
    before = stock.copy()
    with state.lend(SPREAD_WRITES):
        call_for_rivals(state)
    rose = np.flatnonzero(stock[:, 0] > before[:, 0])
    assert rose.tolist() == [accounts.customer[3]]
    others = np.delete(np.arange(600), rose)
    keep = 2.0 ** (-1 / 16)
    np.testing.assert_allclose(stock[others], before[others] * keep, rtol=1e-5)
    assert accounts.due[3] == 0.0


def test_a_call_makes_the_brand_known() -> None:
    rare = {"brand__rival__aware_at_start": 0.35, "params__rivals__advertising": 0, "params__talk__weak": 0.0}
    known = []
    for rule in ("none", "steady"):
        state = tiny(**rare, params__talk__strong=0.0, policy__rival_force__kind=rule).run().state
        known.append(int((state.customers.aware >> np.uint8(1) & 1).sum()))
    assert known[1] > known[0] + 20


def test_skilled_reps_count_for_more() -> None:
    plain, skilled = (
        Market("tiny", seed=5, overrides={**STEADY, "params.rival_force.skill": z}).state.customers for z in (0.0, 2.0)
    )
    assert skilled.rival_relationship.sum() > 1.1 * plain.rival_relationship.sum()


def test_rivals_hear_of_their_own_sales_late_and_in_part() -> None:
    lag = 4
    heard_all = {**STEADY, "params.rival_force.sales_seen": 1.0, "params.rival_force.sales_lag": lag}
    market = Market("tiny", seed=5, overrides=heard_all)
    before = market.state.rival_accounts.last_order.copy()
    for _ in range(lag):
        market.step()
    np.testing.assert_array_equal(market.state.rival_accounts.last_order, before)
    for _ in range(6):
        market.step()
    last = market.state.rival_accounts.last_order
    assert last.max() == market.state.week - 1 - lag
    deaf = Market("tiny", seed=5, weeks=10, overrides={**heard_all, "params.rival_force.sales_seen": 0.0}).run()
    np.testing.assert_array_equal(deaf.state.rival_accounts.last_order, before)
    half = Market("tiny", seed=5, weeks=10, overrides={**heard_all, "params.rival_force.sales_seen": 0.5}).run()
    changed = [(m.state.rival_accounts.last_order != before).sum() for m in (deaf, half, market)]
    assert changed[0] < changed[1] < changed[2]


def test_rivals_see_nothing_of_what_we_sell(state: MarketState) -> None:
    """Whatever we sell to a rival's account, know of it or do there, its view is the same."""
    before = Competitor.see_accounts(state)
    names = ["knowledge.value", "diary.bought", "diary.visits", "customers.relationship", "customers.last_order"]
    with state.lend(names):
        for name in names:
            table, _, column = name.partition(".")
            state.tables()[table].writable(column)[...] += 3
    state.ledger.book[...] += 1000
    state.record["sell_out_value"][...] *= 2.0
    after = Competitor.see_accounts(state)
    for field in ("share_lost", "potential", "bought", "ordered", "since_order", "usual_calls"):
        np.testing.assert_array_equal(getattr(before, field), getattr(after, field))
    never = state.rival_accounts.last_order == NEVER
    np.testing.assert_array_equal(before.since_order[never], NEVER_ORDERED)


def test_a_loss_of_share_shows_late_and_with_an_error(state: MarketState) -> None:
    kept = state.rival_brands.share_kept
    with state.lend(("rival_brands.share_kept",)):
        kept[:, state.week - 1] = 0.5
    state.today.look_again()
    early = Competitor.see_accounts(state).share_lost
    assert abs(early[0]) < 0.4, "the last week is not known yet"
    state.week += state.params.rival_force.share_lag
    state.today.look_again()
    late = Competitor.see_accounts(state).share_lost
    assert 0.3 < late[0] < 0.7 and late[0] != 0.5
    first = Market("tiny", seed=5, overrides=dict(STEADY)).state
    np.testing.assert_array_equal(Competitor.see_accounts(first).share_lost, 0.0)


def test_steady_shares_look_neither_like_gain_nor_like_loss() -> None:
    market = Market("tiny", seed=5, overrides={**STEADY, "policy.rival_price.kind": "hold"}).run()
    kept = market.state.rival_brands.share_kept[0]
    assert kept[0] == pytest.approx(1.0) and abs(kept - 1.0).max() < 0.25


def test_rivals_who_defend_take_back_a_part_of_what_we_won_and_pay_for_it() -> None:
    few = {"params.rival_force.size": 0.05}  # so that accounts take more calls
    strong = {
        **DEFEND,
        **few,
        "policy.rival_force.tolerance": 0.0,
        "policy.rival_force.per_loss": 20.0,
        "policy.rival_force.most_added": 2.0,
    }
    share, spend, calls = [], [], []
    for overrides in ({**STEADY, **few}, strong):
        runs = [small("deep_marketing", seed=s, weeks=52, overrides=dict(overrides)).run() for s in (1, 2, 3)]
        cards = [run.results.scorecard.set_index("kpi").value for run in runs]
        share.append(np.mean([card["market_share"] for card in cards]))
        spend.append(np.mean([card["rival_spending"] for card in cards]))
        calls.append(np.mean([card["rival_calls"] for card in cards]))
    assert share[1] < share[0] - 0.2
    assert spend[1] > 1.1 * spend[0] and calls[1] > 1.1 * calls[0]


def test_deciders_of_projects_weigh_rivals_reps_as_other_customers_do() -> None:
    state = Market(PROJECTS, seed=5, overrides=dict(STEADY)).state
    projects, weights = state.opportunities.projects, state.numbers.choice
    who, plain = project_choosers(state, projects)
    felt = float(weights.relationship) * state.customers.rival_relationship[projects.customer]
    assert felt.any() and float(plain.relationship) == 1.0
    np.testing.assert_allclose(who.rival_relationship, felt, rtol=1e-6)


def test_rivals_with_reps_win_projects() -> None:
    won = []
    for overrides in ({}, STEADY):
        states = [Market(PROJECTS, seed=s, overrides=dict(overrides)).run().state for s in range(3)]
        won.append(sum(state.record["projects_won"].sum() for state in states))
    assert won[1] < 0.95 * won[0]


def test_a_force_can_come_and_go_by_a_change(tmp_path: Any) -> None:
    path = tmp_path / "late.toml"
    text = 'extends = "tiny"\n[[change]]\nweek = 5\npolicy = { rival_force = { kind = "steady" } }\n'
    text += '[[change]]\nweek = 12\npolicy = { rival_force = { kind = "none" } }\n'
    path.write_text(text, encoding="utf-8")
    state = Market(str(path), seed=5).run().state
    calls = state.record["rival_calls"]
    assert not calls[:4].any() and calls[5:11].all() and not calls[11:].any()
    assert 0 < state.customers.rival_relationship.max() < 0.5
    early, never = (Market(source, seed=5, weeks=4).run().state for source in (str(path), "tiny"))
    np.testing.assert_array_equal(early.ledger.book, never.ledger.book)
