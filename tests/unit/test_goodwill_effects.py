"""Goodwill in choice and in calls: gone at strength zero, no jump at the start, alike for all brands, gains and losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.boards import offers_appeal
from sim.kernels.goodwill_effects import goodwill_utility
from sim.market import Market
from sim.params.advertising import Advertising, usual_goodwill
from sim.phases.decide import _push
from sim.phases.spread import visits_of_week
from tests.market.project_market import project_market
from tests.market.runs import fingerprint
from tests.unit.part_weeks import until

#: Goodwill at work, from what brands usually have.
ON = {
    "params.advertising.choice": 0.65,
    "params.advertising.synergy": 0.2,
    "params.advertising.at_start": 1.0,
}
#: The rival of tiny spends as much as we do.
ALIKE = {"params.rivals.advertising": 3_000_000}
CUSTOMERS = 600


def tiny(weeks: int = 8, seed: int = 3, customers: int = CUSTOMERS, **overrides: Any) -> Market:
    return Market("tiny", seed=seed, weeks=weeks, customers=customers, overrides={**ALIKE, **overrides})


def neutral(market: Market) -> np.ndarray:
    """Appeal of the market's offers without any push."""
    state = market.state
    push = np.zeros((len(state.distributors), len(state.layout.offers)))
    return offers_appeal(state.layout, state.params, push)


# ---- off means gone ---------------------------------------------------------------------------------------------------


def test_at_strength_zero_goodwill_is_what_it_was() -> None:
    """Its other numbers may be anything: the market is the same to the last bit."""
    plain = fingerprint(tiny().run())
    assert plain == fingerprint(tiny(**{"params.advertising.unadvertised": 0.1}).run())
    assert plain != fingerprint(tiny(**{"params.advertising.choice": 0.1}).run())
    assert plain != fingerprint(tiny(**{"params.advertising.synergy": 0.1}).run())


def test_brands_that_spend_as_usual_stand_where_they_stood() -> None:
    """Without registers that err, and distributors who push, hardly anything moves from the first week to the last."""
    quiet = {"params.studies.register_error": 0.0, "params.partners.effort_strength": 0.0}
    market = tiny(weeks=20, **ON, **quiet)
    moved = []
    while market.running:
        market.step()
        moved.append(np.abs(market.state.boards.offers.appeal - neutral(market)).max())
    assert len(moved) == 20
    # A flat budget gives both territories the same, whoever lives there: the only reason to move.
    heads = market.state.numbers.customers_of
    ours = 0.5 * heads.sum() / heads
    expected = np.abs(0.65 * np.log((ours + 1.0) / 2.0)).max()
    assert max(moved) <= expected + 1e-6
    assert moved[0] < 0.2 * expected, "the first week is no jump"


def test_control_a_market_in_which_nobody_ever_advertised_starts_with_less() -> None:
    state = until("manage", tiny(**{**ON, "params.advertising.at_start": 0.0}))
    utility = goodwill_utility(state.boards.goodwill, state.numbers.advertising)
    assert (utility < -0.3).all()


def test_the_usual_goodwill_is_what_rivals_spend_and_at_least_one() -> None:
    given = Advertising(reference_spend=5.0)
    assert usual_goodwill(given, 62.5) == 12.5
    assert usual_goodwill(given, 2.0) == usual_goodwill(given, 0.0) == 1.0
    ours, theirs = (tiny(customers=n).state.numbers.advertising.usual for n in (600, 1200))
    assert ours == pytest.approx(2 * theirs, rel=1e-12), "the same sum reaches each of twice as many half as much"


# ---- whom it moves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("brand", [0, 1])
def test_goodwill_moves_the_offers_of_its_brand_where_it_is_and_no_others(brand: int) -> None:
    market = tiny(**ON)
    state = until("manage", market)
    state.boards.goodwill[:] = state.numbers.advertising.usual
    state.boards.goodwill[brand, 1] *= 3.0
    _push(state, None, None)
    gained = state.boards.offers.appeal - neutral(market)
    there = (state.distributors.territory == 1)[:, None] & (state.boards.offers.brand == brand)[None]
    assert there.any() and not there.all()
    np.testing.assert_allclose(gained[:, 0], np.where(there, 0.65 * np.log(2.0), 0.0), atol=1e-6)


def test_brands_alike_gain_alike() -> None:
    numbers = tiny(**ON).state.numbers.advertising
    goodwill = np.array([[3.0, 0.0], [90.0, 40.0], [7.0, 1.0]])
    np.testing.assert_array_equal(goodwill_utility(goodwill[::-1], numbers), goodwill_utility(goodwill, numbers)[::-1])


def test_deciders_of_projects_hear_of_brands_too() -> None:
    won = []
    for budget in (0, 300_000_000):
        given = {"params__advertising__choice": 2.0, "policy__advertising__budget": budget}
        market = project_market(weeks=30, customers=1500, **given)
        market.run()
        decided = market.state.record["projects_decided"].sum()
        assert decided > 100
        won.append(market.state.record["projects_won"].sum() / decided)
    assert won[1] > won[0] + 0.05


def test_a_call_works_better_where_we_advertise() -> None:
    market = tiny(**{**ON, "params.advertising.synergy": 0.5})
    state = until("spread", market)
    rows = state.today.worked.visited
    usual = state.numbers.advertising.usual
    state.boards.goodwill[:] = usual
    state.boards.goodwill[1] = 9.0 * usual  # the rival's does not matter
    plain = visits_of_week(state, rows)
    state.boards.goodwill[0] = [0.0, 3.0 * usual]
    moved = visits_of_week(state, rows)
    np.testing.assert_array_equal(plain.calls, moved.calls)
    factor = np.where(state.customers.territory[rows] == 0, 0.5, 1.25)
    assert {0.5, 1.25} == set(factor.tolist())
    np.testing.assert_allclose(moved.effective, plain.effective * factor, rtol=1e-6)


# ---- what it brings ---------------------------------------------------------------------------------------------------


def outcome(budget: int, seed: int, **overrides: Any) -> tuple[float, float]:
    """Sales to customers and contribution of a year."""
    market = tiny(weeks=52, seed=seed, **ON, **overrides, **{"policy.advertising.budget": budget})
    card = market.run().results.scorecard.set_index("kpi")["value"]
    return float(market.state.record["sell_out_value"].sum(axis=(0, 1, 2))[[0, 2]].sum()), float(card["contribution"])


def test_advertising_can_win_and_can_lose() -> None:
    """Dorfman & Steiner: more is worth it as long as its elasticity times the margin exceeds its share of sales."""
    won, lost = [], []
    for seed in range(4):
        sold, earned = zip(*(outcome(budget, seed) for budget in (0, 3_000_000, 300_000_000)), strict=True)
        assert sold[0] < sold[1] < sold[2]
        won.append(earned[1] - earned[0])
        lost.append(earned[2] - earned[1])
    assert np.mean(won) > 0
    assert np.mean(lost) < 0


def test_rivals_advertising_takes_sales_from_us() -> None:
    def sales(seed: int, spend: int) -> float:
        market = tiny(weeks=20, seed=seed, **ON)
        state = market.state
        state.boards.goodwill[1] *= spend
        with pytest.MonkeyPatch.context() as patch:
            usual = state.numbers.advertising.usual
            patch.setattr(
                "sim.phases.campaigns.usual_advertising", lambda s: spend * usual * 5.0 * s.numbers.customers_of
            )
            market.run()
        return float(market.state.record["sell_out_value"].sum(axis=(0, 1, 2))[[0, 2]].sum())

    assert sum(sales(seed, 4) for seed in range(3)) < sum(sales(seed, 1) for seed in range(3))
