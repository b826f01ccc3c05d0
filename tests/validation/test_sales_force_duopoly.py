"""Row V80: two brands with identical offers and a sales force each. The symmetric equilibrium of calls is known.

Customers choose between the two by the logit with weight b on the relationship, which in the long run is the ADBUDG
response f(x) = x/(d + x) to x calls a week. A brand earns m·share − k·x. Its first-order condition where both call
alike is m·b/4·f'(x) = k, so x* = √(m·b·d/(4k)) − d. Relationships, utilities and shares are those of the engine's kernels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sim.jit import sealed, sealed_array
from sim.kernels.board import OfferBoard, make_offer_board
from sim.kernels.choice import Choosers, choose
from sim.kernels.demand_step import Chosen, choosers
from sim.kernels.needs import Occasions
from sim.kernels.persuasion import odds_of_ours
from sim.kernels.relationship import adbudg, cultivate, fade
from sim.kernels.threads import blocks_of
from sim.market import Market
from sim.network import no_ties
from sim.params.customers import Choice, Experience, Relationship, choice_numbers, relationship_numbers
from sim.rng import Decision, stream
from sim.scenario import Scenario
from sim.state.customers import Customers, make_customers
from tests.validation.logit import choice_shares

Floats = NDArray[np.float64]

WEIGHT, HALF, MARGIN, COST = 1.8, 0.5, 100.0, 20.0
#: Utility of nothing where nothing is no option.
NO_OUTSIDE = -600.0
EQUILIBRIUM = math.sqrt(MARGIN * WEIGHT * HALF / (4 * COST)) - HALF


def led_to(calls: float) -> float:
    """The relationship that ``calls`` a week lead to, by the kernel week after week until it rests."""
    numbers = sealed(relationship_numbers(Relationship(half_life=2.0, half_calls=HALF), dtype=np.float64))
    stock = np.zeros(1)
    before = -1.0
    while abs(stock[0] - before) > 1e-13:
        before = stock[0]
        fade(0, 1, numbers, stock)
        cultivate(sealed_array(np.zeros(1, np.uint32)), sealed_array(np.array([calls])), numbers, stock)
    return float(stock[0])


def board(dtype: type[np.floating[Any]] = np.float32) -> OfferBoard:
    """Two offers that differ in nothing but their brand; the first is ours."""
    return make_offer_board(
        brand=[0, 1],
        category=[0, 0],
        durable=[False],
        own=[True, False],
        quality=[0.0, 0.0],
        attributes=np.zeros((2, 1)),
        outside=[NO_OUTSIDE],
        appeal=np.zeros((1, 1, 2)),
        price=np.ones((1, 1, 2)),
        price_minor=np.ones((1, 1, 2)),
        available=np.ones((1, 2)),
        order_spread=[0.0],
        dtype=dtype,
    )


def shoppers(rows: int, ours: float, rivals: float) -> Customers:
    customers = make_customers(rows, brands=2, categories=1, attributes=1, marks=0, forces=1)
    customers.fill({"aware": 3, "relationship": ours, "rival_relationship": np.full((rows, 1), rivals)})
    return customers


def weights(dtype: type[np.floating[Any]] = np.float32) -> Any:
    return choice_numbers(
        Choice(loyalty=0.0, quality=0.0, satisfaction=0.0, relationship=WEIGHT, neighbours=0.0), Experience(), dtype
    )


def share_of_ours(ours: float, rivals: float) -> float:
    """Our share at these relationships, by the kernel's utility; the log odds that reps persuade by say the same."""
    who = choosers(shoppers(1, ours, rivals), no_ties(1))
    who = Choosers(*(v.astype(np.float64) if v.dtype == np.float32 else v for v in who))
    who = sealed(who._replace(relationship=np.array([ours]), rival_relationship=np.array([[rivals]])))
    shares, odds, worth = np.empty((1, 3)), np.empty((1, 1)), np.empty((1, 1))
    row = sealed_array(np.zeros(1, np.uint32))
    offers, numbers = sealed(board(np.float64)), weights(np.float64)
    choice_shares(row, 0, who, offers, numbers, shares)
    odds_of_ours(0, 1, row, sealed_array(np.ones((1, 1))), who, offers, numbers, odds, worth)
    assert 1.0 / (1.0 + math.exp(-odds[0, 0])) == pytest.approx(shares[0, 0], abs=1e-6)
    return float(shares[0, 0])


def best_response(other: float, we: bool) -> float:
    """The calls that earn most against the ``other``'s, for us or for the rival."""
    theirs = led_to(other)

    def loss(calls: float) -> float:
        mine = led_to(calls)
        share = share_of_ours(mine, theirs) if we else 1.0 - share_of_ours(theirs, mine)
        return COST * calls - MARGIN * share

    found = minimize_scalar(loss, bounds=(0.0, 5.0), method="bounded", options={"xatol": 1e-7})
    return float(found.x)


def test_v80_best_responses_meet_at_the_known_equilibrium() -> None:
    ours, rivals = 0.1, 2.0
    for _ in range(12):
        ours = best_response(rivals, we=True)
        rivals = best_response(ours, we=False)
    assert ours == pytest.approx(EQUILIBRIUM, abs=1e-4)
    assert rivals == pytest.approx(EQUILIBRIUM, abs=1e-4)
    assert share_of_ours(led_to(ours), led_to(rivals)) == pytest.approx(0.5, abs=1e-4)


def test_v80_control_where_only_we_have_a_force_the_answer_is_another() -> None:
    alone = best_response(0.0, we=True)
    assert abs(alone - EQUILIBRIUM) > 0.02
    assert share_of_ours(led_to(alone), led_to(0.0)) > 0.6


def test_relationships_start_where_the_kernel_rests() -> None:
    assert led_to(EQUILIBRIUM) == pytest.approx(adbudg(EQUILIBRIUM, 0.0, 1.0, 1.0, HALF), abs=1e-9)


@pytest.mark.parametrize(("ours", "rivals"), [(EQUILIBRIUM, EQUILIBRIUM), (EQUILIBRIUM, 0.0), (0.2, 1.0)])
def test_v80_customers_who_choose_one_by_one_give_these_shares(ours: float, rivals: float) -> None:
    rows = 200_000
    occasions = Occasions(
        np.arange(rows, dtype=np.uint32), np.zeros(rows, np.uint8), np.zeros(rows, np.uint32), np.zeros(1, np.int64)
    )
    chosen = Chosen.of(rows)
    who = choosers(shoppers(rows, led_to(ours), led_to(rivals)), no_ties(rows))
    luck = stream(3, Decision.CHOICE, 0)
    choose(0, blocks_of(rows), luck, sealed(occasions), who, sealed(board()), weights(), *chosen)
    expected = share_of_ours(led_to(ours), led_to(rivals))
    assert (chosen.offer == 0).mean() == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / rows))


#: Two brands alike in everything: known to all, at one price, no habits, talk, campaigns or distributors' preferences,
#: and reps who are worth the same from the first day and divide their calls evenly among all customers.
ALIKE: Mapping[str, Any] = {
    "brand.own.aware_at_start": 1.0,
    "brand.rival.aware_at_start": 1.0,
    "brand.own.users_at_start": 0.3,
    "brand.rival.users_at_start": 0.3,
    "offer.machine_rival.list_price": 100_000,
    "offer.machine_rival.attributes": [0.5, 0.3],
    "offer.machine_rival.quality": 0.2,
    "offer.refill_rival.list_price": 1_700,
    "offer.refill_rival.attributes": [0.4, 0.2],
    "offer.refill_rival.quality": 0.1,
    "category.machine.failure_rate": 0.0,
    "params.awareness.forgetting": 0.0,
    "params.choice.loyalty": 0.0,
    "params.choice.neighbours": 0.0,
    "params.experience.step": 0.0,
    "params.partners.effort_strength": 0.0,
    "params.people.quit_probability": 0.0,
    "params.people.ramp": 0.1,
    "params.calls.skill_spread": 0.0,
    "params.calls.motivation_spread": 0.0,
    "params.channel.stock_weeks_at_start": 52.0,
    "params.channel.plant_weeks_at_start": 52.0,
    "params.rival_force.accounts": 1.0,
    "params.rival_force.estimate_error": 0.0,
    "policy.advertising.budget": 0,
    "policy.calls.ease": 0.0,
    "policy.calls.pay": 0.0,
    "policy.coverage.accounts_per_rep": 400,
    "policy.rival_price.kind": "hold",
    "policy.rival_force.kind": "steady",
    "policy.rival_force.elasticity": 0.0,
    "params.rivals.advertising": 0,
}
#: Customers of one type have one potential, so that a rival that divides calls by potential calls on all alike.
ONE_TYPE: Mapping[str, Any] = {
    f"customer_type.{name}.{key}": value
    for name in ("workshop", "plant")
    for key, value in {
        "purchase_rate": 1.0,
        "purchase_shape": 100.0,
        "order_size": 3.0,
        "order_size_spread": 0.0,
        "price_sensitivity": 2.0,
    }.items()
}


def shares_of_market(calls: float | None, seeds: range) -> tuple[Floats, float]:
    """Our share of orders of refills by seed, and our calls a week; the rival makes ``calls``, none without a force."""
    moved = {"brand.rival.sales_calls": calls} if calls is not None else {"policy.rival_force.kind": "none"}
    rule = {} if calls is not None else {"policy.rival_force.elasticity": None}
    given = {k: v for k, v in {**ALIKE, **ONE_TYPE, **moved}.items() if k not in rule}
    scenario = Scenario.load("tiny", overrides=given)
    shares, made = [], []
    for seed in seeds:
        state = Market(scenario, seed=seed).run().state
        names = [offer.name for offer in state.layout.offers]
        orders = state.record["orders"].sum(axis=(0, 1, 2))
        ours, rivals = orders[names.index("refill_one")], orders[names.index("refill_rival")]
        shares.append(ours / (ours + rivals))
        made.append(state.record["calls"].sum() / state.weeks)
    return np.array(shares), float(np.mean(made))


def test_v80_equal_forces_share_a_simulated_market_equally() -> None:
    passive, calls = shares_of_market(None, range(1, 5))
    assert passive.mean() > 0.53, "a force alone wins"
    shares, _ = shares_of_market(calls, range(1, 9))
    error = shares.std(ddof=1) / math.sqrt(len(shares))
    assert abs(shares.mean() - 0.5) < 3.0 * error
    stronger, _ = shares_of_market(3 * calls, range(1, 5))
    assert stronger.mean() < 0.47, "three times our calls win"
