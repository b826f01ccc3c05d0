"""Satisfaction with contact, advice, orders, delivery and complaint handling: what moves each, and what follows for all of it."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputErrors
from sim.kernels.service_quality import Feelings, Served, Users, feel_events, serve_dimensions, sum_over_users
from sim.market import Market
from sim.params.customers import Experience
from sim.params.service_quality import (
    ADVICE,
    COMPLAINTS,
    CONTACT,
    DELIVERY,
    DIMENSIONS,
    ORDERS,
    ServiceQuality,
    service_quality_numbers,
)
from sim.phases.service_quality import advice, feel_service, promised_weeks
from sim.stages import Stage
from tests.market.runs import fingerprint
from tests.market.service_on import DIMENSIONS_ON
from tests.unit.part_weeks import until, writes

PROJECTS = Path(__file__).parents[1] / "market" / "projects.toml"
NEUTRAL = Experience().neutral_satisfaction
QUALITY = ServiceQuality(contact=0.1, advice=0.15, orders=0.1, delivery=0.1, complaints=0.15)
OWN = 0


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# ---- off means gone ---------------------------------------------------------------------------------------------------


def test_without_weights_there_are_no_columns_and_no_other_number_matters() -> None:
    plain = Market("tiny", seed=3).run()
    customers = plain.state.customers
    assert customers.product.size == customers.dimensions.size == customers.contact.size == 0
    other = {f"params.service_quality.{name}": 7.0 for name in ("late", "refused", "unrepaired", "newcomer")}
    other |= {"params.service_quality.half_life": 3.0, "params.service_quality.calls_recent": 2.0}
    assert fingerprint(Market("tiny", seed=3, overrides=other).run()) == fingerprint(plain)
    card = plain.results.scorecard.set_index("kpi")["value"]
    assert card[[f"satisfaction_{name}" for name in ("product", *DIMENSIONS)]].isna().all()


def test_weights_are_parts_of_one_whole() -> None:
    with pytest.raises(InputErrors, match=r"is 1\.1, expected at most 1"):
        Market("tiny", overrides={"params.service_quality.contact": 0.6, "params.service_quality.advice": 0.5})


# ---- the kernel -------------------------------------------------------------------------------------------------------


def passed(rows: int = 6, weeks: int = 1, **given: Any) -> tuple[Feelings, np.ndarray]:
    """Customers after a week: the first four own ours, all but the last had a call a week, the first two have a rep now."""
    columns: dict[str, Any] = {
        "owned": np.array([[0, -1], [1, 0], [0, 0], [0, 1], [1, -1], [1, 1]], np.int8),
        "visits": np.array([1, 0, 0, 0, 2, 0], np.int32),
        "rep": np.array([0, 1, 2, -1, 0, -1], np.int32),
        "there": np.array([True, True, False]),
        "advice": np.array([0.9, 0.6, 0.5], np.float32),
        "product": np.array([[0.6, 0.5]] * rows, np.float32),
        **given,
    }
    feelings = Feelings(
        np.full((rows, 5), NEUTRAL, np.float32),
        np.array([[1.0, 1.0]] * (rows - 1) + [[0.0, 0.0]], np.float32),
        np.full((rows, 2), 0.3, np.float32),
    )
    for _ in range(weeks):
        numbers = service_quality_numbers(QUALITY, Experience().neutral, Experience().loss_aversion)
        serve_dimensions(Served(**columns), OWN, numbers, feelings)
    return feelings, columns["product"]


def contact_by_hand(calls: float, there: bool) -> float:
    """Satisfaction with contact after one week of ``calls`` by one who had one call a week."""
    recent, used_to = (calls + (1 - calls) * 0.5 ** (1 / h) for h in (QUALITY.calls_recent, QUALITY.calls_used_to))
    gap = math.log((recent + 0.02) / (used_to + 0.02))
    felt = 1.1 + 0.5 * gap * (2.0 if gap < 0 else 1.0)
    return sigma(felt - (0.0 if there else 0.5 * used_to / (used_to + 0.02)))


def test_a_week_of_calls_by_hand() -> None:
    feelings, _ = passed()
    expected = [contact_by_hand(1, True), contact_by_hand(0, True)] + [contact_by_hand(0, False)] * 2 + [NEUTRAL] * 2
    np.testing.assert_allclose(feelings.dimensions[:, CONTACT], expected, rtol=1e-5)
    assert expected[0] == pytest.approx(NEUTRAL) and expected[2] < expected[1] < NEUTRAL
    # One call moves advice by a step towards what its rep leaves; who owns nothing of ours has no opinion.
    called = NEUTRAL + 0.3 * (0.9 - NEUTRAL)
    np.testing.assert_allclose(feelings.dimensions[:, ADVICE], [called] + [NEUTRAL] * 5, rtol=1e-6)
    weighed = feelings.dimensions.astype(np.float64) @ np.array(QUALITY.weights) + (1 - QUALITY.total) * 0.6
    np.testing.assert_allclose(feelings.satisfaction[:5, OWN], weighed[:5], rtol=1e-6)
    assert (feelings.satisfaction[:, 1] == np.float32(0.3)).all()  # rivals' is not ours to touch
    assert feelings.satisfaction[5, OWN] == np.float32(0.3)  # nothing was on this one's mind


def test_two_calls_a_week_are_two_steps() -> None:
    feelings, _ = passed(owned=np.zeros((6, 2), np.int8))
    assert feelings.dimensions[4, ADVICE] == pytest.approx(NEUTRAL + (1 - 0.7**2) * (0.9 - NEUTRAL), rel=1e-6)


def test_contact_is_judged_by_what_one_is_used_to() -> None:
    """More calls please while they are new; fewer displease until one is used to them."""
    more = np.array([3] * 6, np.int32)
    none = np.zeros(6, np.int32)
    soon, late = (passed(weeks=w, visits=more)[0].dimensions[0, CONTACT] for w in (8, 800))
    assert soon > NEUTRAL + 0.02 and late == pytest.approx(NEUTRAL, abs=2e-3)
    soon, late = (passed(weeks=w, visits=none)[0].dimensions[0, CONTACT] for w in (8, 1200))
    assert soon < NEUTRAL - 0.05 and late == pytest.approx(NEUTRAL, abs=2e-3)


def test_events_move_a_dimension_by_steps_and_fade() -> None:
    feelings, _ = passed(weeks=0)
    numbers = service_quality_numbers(QUALITY, Experience().neutral, Experience().loss_aversion)
    rows, outcome = np.array([2, 2, 5]), np.array([0.2, 0.2, 0.5], np.float32)
    feel_events(rows, DELIVERY, outcome, numbers.step, feelings.dimensions)
    hurt = 0.2 + 0.7**2 * (NEUTRAL - 0.2)
    np.testing.assert_allclose(feelings.dimensions[2, DELIVERY], hurt, rtol=1e-6)
    assert feelings.dimensions[5, DELIVERY] == pytest.approx(NEUTRAL + 0.3 * (0.5 - NEUTRAL))
    served = Served(
        np.zeros((6, 2), np.int8),
        np.zeros(6, np.int32),
        np.full(6, -1, np.int32),
        np.array([True]),
        np.array([0.7], np.float32),
        np.full((6, 2), NEUTRAL, np.float32),
    )
    for _ in range(26):
        serve_dimensions(served, OWN, numbers, feelings)
    assert feelings.dimensions[2, DELIVERY] - NEUTRAL == pytest.approx((hurt - NEUTRAL) / 2, rel=1e-4)


def test_satisfaction_is_summed_over_users_alone() -> None:
    g = np.random.default_rng(4)
    rows, types = 9000, 3
    stage = g.integers(0, len(Stage), rows).astype(np.uint8)
    who = Users(
        g.integers(0, 2, rows).astype(np.uint16),
        g.integers(0, types, rows).astype(np.uint8),
        stage,
        g.random((rows, 2)).astype(np.float32),
        g.random((rows, 5)).astype(np.float32),
    )
    sums = sum_over_users(who, 1, territories=2, types=types)
    users = np.isin(stage, (Stage.BUYER, Stage.LOYAL))
    values = np.concatenate([who.product[:, 1:], who.dimensions], axis=1)
    for t in range(2):
        for k in range(types):
            inside = users & (who.territory == t) & (who.type == k)
            np.testing.assert_allclose(sums[:, t, k], values[inside].sum(axis=0, dtype=np.float64), atol=1e-6 * rows)


# ---- the phase --------------------------------------------------------------------------------------------------------


def test_overall_satisfaction_is_the_weighted_mean() -> None:
    played = Market("tiny", seed=5, overrides=DIMENSIONS_ON).run()
    customers, own = played.state.customers, played.state.layout.own_brand
    weights = np.array(list(DIMENSIONS_ON.values()))
    product = 1.0 - weights.sum()
    ours = product * customers.product[:, own] + customers.dimensions @ weights
    assert ours.std() > 0.01
    np.testing.assert_allclose(customers.satisfaction[:, own], ours, atol=2e-5)
    rivals = product * customers.product[:, 1] + (1.0 - product) * NEUTRAL
    assert rivals.std() > 0.01
    np.testing.assert_allclose(customers.satisfaction[:, 1], rivals, atol=2e-5)


def test_advice_is_the_skill_of_who_calls_and_years_in_the_job() -> None:
    state = until("serve", Market("tiny", seed=1, overrides=DIMENSIONS_ON))
    with state.lend(("reps.skill", "reps.tenure")):
        state.reps.skill[:3] = [0.0, 1.0, 1.0]
        state.reps.tenure[:3] = [2000, 2000, 0]
    felt = advice(state)[:3]
    fresh = math.exp(-1 / state.params.people.ramp)
    np.testing.assert_allclose(felt, [NEUTRAL, sigma(1.6), sigma(1.6 - 0.5 * fresh)], rtol=1e-5)


def test_orders_and_delivery_are_felt_as_short_and_late_as_they_are() -> None:
    """An order refused today; one that comes after three weeks; one that waits since two; one made to order, in time and not."""
    given = {**DIMENSIONS_ON, "category.line.made_to_order": True}
    state = until("serve", Market(str(PROJECTS), seed=1, overrides=given))
    orders = state.today.fulfilled.orders
    stocked = int(np.flatnonzero(~state.numbers.to_order)[0])
    to_order = int(np.flatnonzero(state.numbers.to_order)[0])
    own = list(state.layout.own_offers)
    late = promised_weeks(state) + 2
    waited = np.array([0, 0, 3, 2, late - 2, late])
    column = np.array([stocked, stocked, stocked, stocked, to_order, to_order])
    served = np.array([0, 4, 4, 0, 4, 4])
    for name, values in {
        "customer": np.arange(6),
        "offer": np.array(own)[column],
        "units": np.full(6, 4),
        "stock": column,
        "waited": waited,
    }.items():
        object.__setattr__(orders, name, values)
    object.__setattr__(state.today.fulfilled, "served", served)
    with state.lend(writes("serve")):
        state.customers.writable("dimensions")[:] = NEUTRAL
        feel_service(state)
    felt = state.customers.dimensions[:6]
    keep = 0.5 ** (1 / 26)

    def moved(shortfall: float) -> float:
        return NEUTRAL + keep * 0.3 * (sigma(1.1 - shortfall) - NEUTRAL)

    np.testing.assert_allclose(felt[:, ORDERS], [moved(1.0)] + [NEUTRAL] * 5, atol=1e-5)
    weeks = [0, 0, 3, 2, 0, 2]
    np.testing.assert_allclose(felt[:, DELIVERY], [moved(float(w)) for w in weeks], atol=1e-5)


# ---- policies move it -------------------------------------------------------------------------------------------------


def values(seed: int, **overrides: Any) -> np.ndarray:
    """Satisfaction, its dimensions, contribution."""
    given = {**DIMENSIONS_ON, "category.machine.failure_rate": 2.0, **overrides}
    played = Market("tiny", seed=seed, customers=1500, weeks=26, overrides=given).run()
    card = played.results.scorecard.set_index("kpi")["value"]
    return card[["satisfaction", *(f"satisfaction_{name}" for name in DIMENSIONS), "contribution"]].to_numpy()


@cache
def unchanged(seed: int) -> np.ndarray:
    return values(seed)


@pytest.mark.parametrize(
    ("change", "moved", "down"),
    [
        ({"policy.head_count.extra": -2}, CONTACT, True),
        ({"policy.service.engineers": 0.08}, COMPLAINTS, True),
        ({"policy.ordering.safety_factor": -2.0, "params.channel.stock_weeks_at_start": 0.5}, ORDERS, True),
        ({"policy.ordering.safety_factor": -2.0, "params.channel.stock_weeks_at_start": 0.5}, DELIVERY, True),
        ({"policy.routines.training_hours": 2.0}, ADVICE, False),
    ],
    ids=["reps dismissed", "engineers cut", "out of stock: orders", "out of stock: delivery", "reps trained"],
)
def test_a_policy_moves_its_dimension_and_all_of_satisfaction(change: dict[str, Any], moved: int, down: bool) -> None:
    """Beyond the 95 % confidence interval of four pairs."""
    paired = np.array([values(seed, **change) - unchanged(seed) for seed in range(1, 5)])
    sign = -1.0 if down else 1.0
    half = 3.18 * paired.std(axis=0, ddof=1) / 2.0
    for of in (0, 1 + moved):
        assert sign * paired[:, of].mean() > max(half[of], 2e-4), (of, paired[:, of])


def test_satisfaction_is_not_all_there_is() -> None:
    """Customers of dismissed reps are less satisfied; in a market where reps sell too little to be worth their pay, money is saved all the same."""
    paired = np.array([values(seed, **{"policy.head_count.extra": -2}) - unchanged(seed) for seed in range(1, 5)])
    assert (paired[:, 0] < 0).all() and (paired[:, -1] > 0).all()


def test_talk_and_lapse_follow_overall_satisfaction() -> None:
    """Poor service silences owners of good products, and more of those who are overdue lapse."""
    lapsed = []
    for start in (None, 0.0):
        given = {**DIMENSIONS_ON, "params.service_quality.complaints": 0.5, "params.service_quality.half_life": 500.0}
        played = Market("tiny", seed=5, weeks=8, overrides=given)
        state, own = played.state, played.state.layout.own_brand
        if start is not None:
            with state.lend(("customers.dimensions",)):
                state.customers.writable("dimensions")[:, COMPLAINTS] = start
        played.run()
        customers = state.customers
        bought = (customers.owned == own).any(axis=1) & (customers.last_order >= 0)
        assert bought.sum() > 20
        assert (customers.product[bought, own] >= Experience().content_at).mean() > 0.8
        assert ((customers.speaks[bought, own] > 0).mean() > 0.8) == (start is None)
        lapsed.append(played.results.measure("lapses").sum())
    assert (customers.speaks[bought, own] > 0).mean() < 0.05
    assert lapsed[1] > 1.2 * lapsed[0]
