"""Phase relate and calls on distributors: hours, money, what moves trust and effort, and what is gone when switched off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.derived.margins import margins
from sim.market import Market
from sim.phases.distributor_effort import effect_of_effort
from sim.phases.relate import hours_by_distributor, relate
from sim.state import MarketState, Use
from tests.market.runs import LEFT_ALONE, fingerprint
from tests.unit.part_weeks import until, writes

#: Reps call on distributors for two hours a week; nobody quits.
CALLING = {
    **LEFT_ALONE,
    "policy.distributor_calls.kind": "fixed_hours",
    "policy.distributor_calls.hours": 2.0,
    "policy.routines.visit_hours": 0.0,
    "params.people.quit_probability": 0.0,
}


def tiny(weeks: int = 8, policy: str | None = None, **overrides: Any) -> Market:
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return Market("tiny", seed=4, weeks=weeks, policy=policy, overrides=given)


def a_week_later(state: MarketState) -> MarketState:
    with state.lend(writes("relate")):
        relate(state)
    return state


# ---- hours and money -------------------------------------------------------------------------------------------------


def test_hours_for_distributors_go_off_the_field_and_are_paid_for() -> None:
    quiet, calling = (
        Market("tiny", seed=4, weeks=6, overrides=o).run()
        for o in ({**CALLING, "policy.distributor_calls.hours": 0.0}, CALLING)
    )
    state = calling.state
    here = state.reps.active
    np.testing.assert_allclose(state.books.hours.spent[:, Use.DISTRIBUTORS][:, here], 2.0)
    assert not state.books.hours.spent[:, Use.DISTRIBUTORS][:, ~here].any()
    field_hours = [m.state.reps.field_hours[here] for m in (quiet, calling)]
    np.testing.assert_allclose(field_hours[0] - field_hours[1], 2.0, rtol=1e-5)
    assert calling.results.measure("calls").sum() < quiet.results.measure("calls").sum()
    assert calling.results.scorecard.set_index("kpi").loc["distributor_hours", "value"] == pytest.approx(2.0)
    # Hours on the road cost what hours of customer calls cost: 1,200 a call of .55 + .6 or .9 hours, at the same effort.
    travel = state.ledger.cut["territory"][-1, :, Account.TRAVEL]
    calls = np.bincount(state.reps.territory, weights=state.books.hours.spent[-1, Use.SELLING] / 0.55)
    effort = np.bincount(state.reps.territory, weights=state.reps.effort)
    expected = 1200 * (calls + 2.0 * effort / np.array([1.15, 1.45]))
    np.testing.assert_allclose(travel, expected, atol=3)


def test_hours_are_cut_to_what_the_week_has_left() -> None:
    state = Market("tiny", seed=1, weeks=1, overrides={**CALLING, "policy.distributor_calls.hours": 40.0}).run().state
    spent = state.books.hours.spent[0]
    np.testing.assert_allclose(
        spent[Use.DISTRIBUTORS, state.books.hours.available[0] > 0], 40 - 4 - 7 - 1.5 - 1.0, rtol=1e-6
    )
    assert not spent[[Use.SELLING, Use.TRAVEL]].any()


def test_an_hour_of_a_skilled_rep_is_worth_more_and_of_a_newcomer_less() -> None:
    state = until("relate", Market("tiny", seed=4, weeks=1, overrides=CALLING))
    with state.lend(("reps.skill", "reps.tenure", "reps.effort")):
        state.reps.skill[:], state.reps.tenure[:], state.reps.effort[:] = 0.0, 10_000, 1.0
        state.reps.skill[state.reps.territory == 0] = 1.0
        newcomer = np.flatnonzero(state.reps.active & (state.reps.territory == 1))[0]
        state.reps.tenure[newcomer] = 12
    learnt = 1 - np.exp(-13 / 13)
    there = 0.55 / np.array([1.15, 1.45])  # the rest of the hours goes by on the road
    np.testing.assert_allclose(hours_by_distributor(state)[1], there * [6 * np.exp(0.3), 4 + 2 * learnt], rtol=1e-6)


def test_who_takes_it_easy_with_customers_takes_it_easy_with_distributors() -> None:
    state = until("relate", Market("tiny", seed=4, weeks=1, overrides=CALLING))
    before = hours_by_distributor(state)[1]
    with state.lend(("reps.effort",)):
        state.reps.effort[:] *= 0.5
    np.testing.assert_allclose(hours_by_distributor(state)[1], 0.5 * before, rtol=1e-6)


def test_a_plan_for_one_territory_reaches_its_distributor_alone(tmp_path: Path) -> None:
    path = tmp_path / "south.toml"
    path.write_text(
        'extends = "tiny"\n[[change]]\nweek = 3\nterritories = ["south"]\n'
        'policy = { distributor_calls = { kind = "fixed_hours", hours = 4.0 } }\n',
        encoding="utf-8",
    )
    market = Market(str(path), seed=4, weeks=9).run()
    gained = market.results.measure("capability")[-1] - market.results.measure("capability")[0]
    assert gained[0] == 0.0
    assert gained[1] > 0.01
    trust = market.results.measure("trust")
    assert trust[-1, 1] > trust[1, 1]


def test_sellers_cost_what_their_share_of_all_turnover_says() -> None:
    market = tiny(weeks=3)
    market.run_week()
    turnover = market.state.distributors.turnover.sum(axis=1)
    market.run_week()
    state = market.state
    cost = state.ledger.book[2, 1:3, Account.DISTRIBUTOR_EFFORT]
    np.testing.assert_allclose(cost, 0.09 * 0.4 * turnover * state.distributors.effort[:, 0], atol=1)
    assert (cost > 0).all()
    off = tiny(weeks=3, params__partners__effort_strength=0.0).run().state.ledger.book[1:]
    assert not off[:, :, Account.DISTRIBUTOR_EFFORT].any()
    np.testing.assert_allclose(off[:, 1:3, Account.OWN_COSTS], -0.09 * off[:, 1:3, Account.SALES], atol=1)


# ---- turnover and effort ---------------------------------------------------------------------------------------------


def test_turnover_is_the_smoothed_sell_out_to_the_distributors_customers() -> None:
    market = tiny(weeks=1)
    state = market.state
    before = state.distributors.turnover.copy()
    market.run()
    sold = market.results.measure("sell_out_value")[0].sum(axis=1)  # one distributor in each territory
    assert sold.sum() > 0
    keep = 0.5 ** (1 / 26)
    np.testing.assert_allclose(state.distributors.turnover, keep * before + (1 - keep) * sold, rtol=1e-12)


def test_what_a_distributor_earns_with_all_brands_is_the_margin_on_what_its_customers_bought_of_each() -> None:
    market = tiny(weeks=1, policy__retail_price__markup=0.5).run()
    sold = market.results.measure("sell_out_value")[0].sum(axis=1)  # one distributor in each territory
    earned = (sold * margins(market.state)).sum(axis=1)
    np.testing.assert_allclose(market.results.measure("all_brands_margin")[0], earned)
    ours_alone = (sold * margins(market.state))[:, market.state.boards.offers.own].sum(axis=1)
    assert (earned > ours_alone + 1).all()


def test_margins_are_of_our_price_list_and_of_the_channels_mark_up() -> None:
    state = tiny(weeks=1, policy__retail_price__markup=0.5, params__rivals__channel_markup=0.25).run().state
    found = margins(state)
    np.testing.assert_allclose(found[:, state.boards.offers.own], 1 / 3, rtol=1e-3)
    np.testing.assert_allclose(found[:, ~state.boards.offers.own], 0.2)


def test_the_effect_starts_at_zero() -> None:
    state = until("manage", tiny(weeks=2))
    assert not effect_of_effort(state).any()
    assert not state.boards.pushed
    np.testing.assert_array_equal(state.distributors.effort, state.distributors.usual_effort)


def test_a_distributor_that_trusts_more_makes_our_offers_more_attractive_and_rivals_less() -> None:
    """Nothing is won out of nothing: at the same capability, what our offers gain theirs lose."""
    market = tiny(weeks=9)
    start = market.state.boards.offers.appeal.copy()
    for _ in range(4):
        market.run_week()
    state = market.state
    before = state.distributors.effort.copy()
    with state.lend(writes("relate")):
        state.distributors.trust[:] = 0.9
    market.run_week()
    assert (state.distributors.effort[:, 0] > before[:, 0] + 0.05).all()
    np.testing.assert_allclose(state.distributors.effort.sum(axis=1), 1.0)
    beyond = state.distributors.effort - state.distributors.usual_effort
    gained = 0.86 * (state.distributors.own_capability[:, None] * beyond)[:, state.boards.offers.brand]
    np.testing.assert_allclose(
        (state.boards.offers.appeal - start), np.repeat(gained[:, None, :], 2, axis=1), atol=2e-6
    )
    assert (gained[:, ~state.boards.offers.own] < 0).all()
    np.testing.assert_allclose(gained[:, :1] + gained[:, -1:], 0.0, atol=1e-12)  # one offer of each brand


def test_what_reps_teach_sells_our_offers_and_in_part_rivals_and_takes_sellers_time() -> None:
    """An hour of a rep's takes an hour of a seller's; what it is about selling serves all brands that are carried."""
    state = tiny(weeks=2, params__partners__advice_spillover=0.25).run().state
    distributors = state.distributors
    usual = distributors.own_capability[:, None] * distributors.usual_effort
    with state.lend(("distributors.capability", "distributors.effort", "distributors.taught")):
        distributors.effort[:] = distributors.usual_effort
        distributors.capability[:] = distributors.own_capability + 0.04
        distributors.taught[:] = [0.0, 0.5]
    learnt = np.array([0.04, 0.25 * 0.04])
    worth = (distributors.own_capability[:, None] + learnt) * distributors.usual_effort * [[1.0], [0.5]]
    expected = 0.86 * (worth - usual)[:, state.boards.offers.brand]
    np.testing.assert_allclose(effect_of_effort(state), expected, rtol=1e-12)
    assert (expected[0] > 0).all()
    assert (expected[1] < 0).all()


def test_advice_takes_the_hours_of_sellers_whom_the_distributors_own_costs_pay() -> None:
    state = Market("tiny", seed=4, weeks=5, overrides=CALLING).run().state
    sellers = 0.09 * 0.4 * state.distributors.turnover.sum(axis=1) / 3_000
    visits = np.bincount(state.reps.territory, weights=2.0 * state.reps.effort * state.reps.active)
    asked = visits * 0.55 / np.array([1.15, 1.45])
    np.testing.assert_allclose(state.distributors.taught, np.minimum(asked / sellers, 1.0), rtol=1e-6)
    assert (state.distributors.capability > state.distributors.own_capability).all()


def test_who_has_no_sellers_cannot_be_taught() -> None:
    nobody = {**CALLING, "params.channel.own_cost_share": 0.0}
    distributors = Market("tiny", seed=4, weeks=5, overrides=nobody).run().state.distributors
    np.testing.assert_array_equal(distributors.capability, distributors.own_capability)
    assert not distributors.taught.any()


def test_effort_is_divided_again_only_every_so_often() -> None:
    market = tiny(weeks=13, policy__brand_effort__every=6).run()
    effort = market.results.measure("effort_for_us")
    changed = (np.diff(effort, axis=0) != 0).any(axis=1)
    assert (1 + np.flatnonzero(changed)).tolist() == [6, 12]


def test_distributors_who_treat_brands_alike_change_nothing_but_their_costs() -> None:
    """Even effort is the usual one for ever: customers live as if distributors' effort did not exist."""
    even = tiny(weeks=12, policy__brand_effort__kind="even").run()
    off = tiny(weeks=12, params__partners__effort_strength=0.0).run()
    logit = tiny(weeks=12).run()
    for column in ("aware", "loyalty", "owned", "satisfaction", "last_order"):
        same = getattr(off.state.customers, column)
        np.testing.assert_array_equal(getattr(even.state.customers, column), same)
    np.testing.assert_array_equal(even.results.measure("orders"), off.results.measure("orders"))
    assert (logit.results.measure("orders") != off.results.measure("orders")).any()  # the control


# ---- trust -----------------------------------------------------------------------------------------------------------


def trust_moved(state: MarketState) -> np.ndarray:
    before = state.distributors.trust.copy()
    moved: np.ndarray = a_week_later(state).distributors.trust - before
    return moved


def at_relate(**overrides: Any) -> MarketState:
    """A market in its first week, before trust moves; nothing is held back, margins are the usual ones."""
    state = until("relate", tiny(**overrides))
    with state.lend(("channel.owed",)):
        state.goods.channel.owed[:] = 0
    return state


def test_an_ordinary_week_leaves_trust_as_it_is() -> None:
    np.testing.assert_allclose(trust_moved(at_relate()), 0.0, atol=2e-5)


def test_goods_held_back_cost_trust_twice_as_fast_as_it_is_earned() -> None:
    state = at_relate()
    with state.lend(("channel.owed",)):
        state.goods.channel.owed[0] = 10**6
    moved = trust_moved(state)
    assert moved[0] == pytest.approx(-2 * 0.04 * 0.5, abs=1e-4)  # a week's purchases or more: all of it
    assert moved[1] == pytest.approx(0.0, abs=2e-5)


def test_whatever_is_held_back_costs_no_more_trust_than_a_week_of_purchases() -> None:
    state = at_relate(params__partners__trust_shortage=0.2)
    with state.lend(("channel.owed",)):
        state.goods.channel.owed[0] = 10**6
    assert trust_moved(state)[0] == pytest.approx(-2 * 0.04 * 0.2, abs=1e-4)


def test_a_margin_beyond_rivals_earns_trust_and_one_below_costs_it() -> None:
    rich = trust_moved(at_relate(policy__retail_price__markup=0.32))
    poor = trust_moved(at_relate(policy__retail_price__markup=0.12))
    beyond = 0.32 / 1.32 - 0.22 / 1.22
    np.testing.assert_allclose(rich, 0.04 * beyond, rtol=1e-2)
    np.testing.assert_allclose(poor, 2 * 0.04 * (0.12 / 1.12 - 0.22 / 1.22), rtol=1e-2)


@pytest.mark.parametrize(("offices", "returned"), [(1, 0.9), (3, 0.3)])
def test_an_answer_to_shared_data_earns_trust_and_a_payment_as_much_as_a_margin_of_its_size(
    offices: int, returned: float
) -> None:
    state = at_relate(policy__gateway__companies=offices, policy__gateway__loss=0.1)
    with state.lend(("distributors.shares_data", "distributors.payment")):
        state.distributors.shares_data[:] = [True, False]
        state.distributors.payment[:] = 10_000
    turnover = state.distributors.turnover[0, state.boards.offers.own].sum()
    expected = 0.04 * (10_000 / turnover + 0.1 * returned)
    np.testing.assert_allclose(trust_moved(state), [expected, 0.0], rtol=5e-2, atol=2e-5)


def test_calls_earn_trust_with_falling_returns() -> None:
    gains = []
    for hours in (0.0, 0.4, 0.8, 1.2):
        calls = {"policy__distributor_calls__kind": "fixed_hours", "policy__distributor_calls__hours": hours}
        gains.append(trust_moved(at_relate(**calls)))
    steps = np.diff(gains, axis=0)
    assert (steps > 1e-4).all()
    assert (np.diff(steps, axis=0) < 0).all()


def test_a_distributor_shares_its_data_by_the_trust_it_has() -> None:
    odds = {}
    for start in (0.0, 1.0):  # odds of 3,000 to 1 either way
        market = tiny(
            weeks=2,
            policy="deep_marketing",
            params__channel__trust_start=start,
            policy__share_data__a0=-8.0,
            policy__share_data__a1=0.0,
            policy__share_data__a2=16.0,
        ).run()
        odds[start] = market.results.measure("sharing").sum()
    assert odds == {0.0: 0.0, 1.0: 4.0}


# ---- off means gone --------------------------------------------------------------------------------------------------

#: A mechanism at strength zero (left), and the same with its other numbers moved (right): nothing may tell them apart.
GONE = {
    "effort": (
        {"params__partners__effort_strength": 0.0},
        {
            "params__partners__effort_strength": 0.0,
            "params__partners__selling_part": 1.0,
            "policy__brand_effort__every": 1,
        },
    ),
    "trust": (
        {"params__partners__trust_speed": 0.0},
        {
            "params__partners__trust_speed": 0.0,
            "params__partners__trust_shortage": 1.0,
            "params__partners__trust_margin": 5.0,
        },
    ),
    "calls": (
        {},
        {
            "policy__distributor_calls__kind": "fixed_hours",
            "policy__distributor_calls__hours": 0.0,
            "params__partners__advice": 0.2,
        },
    ),
}


@pytest.mark.parametrize("name", GONE)
@pytest.mark.parametrize("policy", ["status_quo", "deep_marketing"])
def test_a_mechanism_at_strength_zero_leaves_no_trace(name: str, policy: str) -> None:
    zero, moved = (tiny(weeks=16, policy=policy, **o).run() for o in GONE[name])
    assert fingerprint(zero) == fingerprint(moved)
    if name == "trust":
        assert (zero.results.measure("trust") == 0.5).all()


@pytest.mark.parametrize("strong", [{"params__partners__selling_part": 1.0}, {"params__partners__trust_shortage": 1.0}])
def test_control_the_same_numbers_matter_when_it_is_on(strong: dict[str, Any]) -> None:
    assert fingerprint(tiny(weeks=16, **strong).run()) != fingerprint(tiny(weeks=16).run())


def test_one_more_distributor_leaves_the_capability_of_others_alone() -> None:
    one, two = (
        Market("tiny", seed=9, overrides={"territory.north.distributors": n}).state.distributors for n in (1, 2)
    )
    assert [two.own_capability[0], two.own_capability[2]] == one.own_capability.tolist()
    assert [two.key[0], two.key[2]] == one.key.tolist()
    assert np.ptp(two.own_capability) > 0
