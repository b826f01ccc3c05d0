"""The labour market: who gets offers, who takes them, what leavers and poachers leave behind, and who is paid to stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from sim.accounts_chart import Account
from sim.agents.sales_rep import SalesRep
from sim.market import Market
from sim.phases.labour_market import attainment, leave
from sim.questions.quit.one_hazard import OneHazard
from sim.questions.quit.weigh_offers import WeighOffers
from sim.questions.retention.counter_offer import CounterOffer
from sim.solvers.outside_offers import accept_probability, attention, best_of_week, offers_for, usual_exodus
from tests.policies.views import make_view
from tests.validation.people_runs import lent, sales_force, seeds, spread_sales


def test_attention_has_mean_one_and_goes_by_sales() -> None:
    sales, here = np.array([0.5, 1.0, 2.0, 5.0]), np.array([True, True, True, False])
    seen = attention(sales, here, 2.0)
    np.testing.assert_allclose(seen, np.array([0.25, 1.0, 4.0, 0.0]) * 3 / 5.25)
    np.testing.assert_allclose(attention(sales, here, 0.0), [1, 1, 1, 0])
    np.testing.assert_allclose(attention(np.zeros(4), here, 2.0), [1, 1, 1, 0])


@pytest.mark.parametrize("hazard", [0.0045, 0.06, 0.4, 1.5])
@pytest.mark.parametrize(("spread", "reluctance", "taste"), [(0.15, 0.1, 0.1), (0.15, 0.3, 0.1), (0.5, 0.0, 0.02)])
def test_so_many_offers_come_that_a_content_rep_leaves_at_the_hazard(
    hazard: float, spread: float, reluctance: float, taste: float
) -> None:
    """By offers that are counted and compared one by one: the best of each week is weighed."""
    luck, weeks = np.random.default_rng(7), 200_000
    count = luck.poisson(float(offers_for(np.array(hazard), spread, reluctance, taste)), weeks)
    best = np.full(weeks, -np.inf)
    for k in range(count.max()):
        best = np.where(count > k, np.maximum(best, luck.normal(size=weeks)), best)
    taken = accept_probability(spread * best, np.zeros(weeks), reluctance, taste)
    assert abs(taken.mean() + np.expm1(-hazard)) < 4 * taken.std() / np.sqrt(weeks)


def test_without_hazard_there_are_no_offers_and_alike_ones_come_as_often_as_they_must() -> None:
    assert offers_for(np.zeros(3), 0.15, 0.1, 0.1).tolist() == [0.0] * 3
    alike = offers_for(np.array([0.001, 0.1]), 0.0, 0.1, 0.1)
    taken = 1 / (1 + np.e)
    np.testing.assert_allclose(-np.expm1(-alike) * taken, -np.expm1(-np.array([0.001, 0.1])), rtol=1e-4)
    assert -np.expm1(-offers_for(np.array(1.0), 0.0, 0.1, 0.1)) > 0.999  # more than all cannot be asked


@pytest.mark.parametrize("rate", [1e-9, 0.01, 1.0, 30.0])
def test_the_best_offer_of_a_week_is_the_best_of_so_many(rate: float) -> None:
    """Given that any came: P(best ≤ z) = (exp(−r·P(one > z)) − exp(−r)) / (1 − exp(−r))."""
    draws = norm.ppf((np.arange(4001) + 0.5) / 4001)
    score = best_of_week(np.array(rate), draws)
    assert (np.diff(score) > 0).all()
    for z in (-1.0, 0.0, 1.5):
        wanted = (np.exp(-rate * norm.sf(z)) - np.exp(-rate)) / -np.expm1(-rate)
        assert (score <= z).mean() == pytest.approx(wanted, abs=5e-4)
    if rate < 1e-6:
        np.testing.assert_allclose(score, draws, rtol=1e-6, atol=1e-6)


def test_a_better_offer_is_never_taken_less_often() -> None:
    """Nor a worse pay here, nor less satisfaction; whoever has no offer leaves by what is left of the hazard."""
    view = replace(make_view("quit", 3), offer=np.full(9, 90_000.0))
    base = WeighOffers().answer(view).probability
    for reason in ({"offer": view.offer * 1.1}, {"push": view.push + 1}):
        assert (WeighOffers().answer(replace(view, **reason)).probability > base).all()
    veterans = replace(view, newness=np.zeros(9))
    lower = replace(veterans, pay=veterans.pay * 0.9)
    assert (WeighOffers().answer(lower).probability > WeighOffers().answer(veterans).probability).all()
    nobody = replace(view, offer=np.zeros(9))
    hazard = 0.25 * 0.005 * np.exp(view.push)
    np.testing.assert_allclose(WeighOffers().answer(nobody).probability, -np.expm1(-hazard))
    np.testing.assert_allclose(OneHazard().answer(view).probability, -np.expm1(-0.005 * np.exp(view.push)))


def test_without_offers_weighing_them_is_one_hazard_to_the_bit() -> None:
    view = replace(make_view("quit", 6), offer=np.zeros(9), by_offers=0.0)
    np.testing.assert_array_equal(WeighOffers().answer(view).probability, OneHazard().answer(view).probability)


def test_newcomers_expect_what_colleagues_earn() -> None:
    view = replace(
        make_view("quit", 3), pay=np.full(9, 60_000.0), colleagues_pay=np.full(9, 80_000.0), offer=np.full(9, 80_000.0)
    )
    new, old = (replace(view, newness=np.full(9, n)) for n in (1.0, 0.0))
    assert (WeighOffers().answer(new).probability < WeighOffers().answer(old).probability).all()
    assert (WeighOffers(foresight=0.0).answer(new).probability == WeighOffers().answer(old).probability).all()


def test_attainment_is_measured_against_the_own_team() -> None:
    state = sales_force(20)
    sales = spread_sales(state, 0.5)
    over, reps = attainment(state), state.reps
    assert not over[~reps.active].any()
    for team in range(3):
        here = reps.active & (reps.team == team)
        np.testing.assert_allclose(over[here], sales[here] / sales[here].mean(), rtol=1e-5)


#: Every rep has one account, so that few customers lose theirs.
ONE_EACH = {"policy.coverage.kind": "by_turnover", "policy.coverage.accounts_per_rep": 1}


def _leave_once(**overrides: object) -> tuple[object, np.ndarray, np.ndarray]:
    state = sales_force(50, **{"params.people.quit_probability": 0.95, **overrides})
    with lent(state):
        state.customers.relationship[:] = 0.5
        before = state.reps.active.copy()
        leave(state)
    return state, before & ~state.reps.active, state.record["offers"][0]


def test_offers_go_out_in_the_number_that_makes_the_usual_leavers() -> None:
    """Nobody gets one when nobody usually leaves, or no offers are made at all."""
    _, left, offers = _leave_once()
    assert offers.sum() > left.sum() * 0.75 > 0
    for silent in ({"params.labour_market.offers": 0.0}, {"params.people.quit_probability": 0.0}):
        _, left, offers = _leave_once(**silent)
        assert offers.sum() == 0
        assert (left.sum() > 0) == ("params.labour_market.offers" in silent)


def test_who_goes_to_a_rival_takes_more_of_the_relationship_along() -> None:
    share = {}
    for poached in (0.0, 1.0):
        everybody = {"params.labour_market.poached": poached, "params.labour_market.offers": 1.0}
        state, left, _ = _leave_once(**everybody, **ONE_EACH)
        theirs = (state.knowledge.rep >= 0) & left[state.knowledge.rep]
        assert theirs.any()
        np.testing.assert_allclose(state.customers.relationship[~theirs], 0.5)
        (share[poached],) = np.unique(state.customers.relationship[theirs].round(4))
        assert state.record["quits_to_rivals"][0].sum() == poached * state.record["quits"][0].sum()
    assert share == {0.0: pytest.approx(0.4), 1.0: pytest.approx(0.35)}


def test_a_rival_never_costs_less_of_the_relationship_than_any_other_leaving() -> None:
    lost = {"params.people.relationship_lost": 0.5, "params.labour_market.lost_to_rival": 0.3}
    rivals = {"params.labour_market.poached": 1.0, "params.labour_market.offers": 1.0}
    state, left, _ = _leave_once(**lost, **rivals, **ONE_EACH)
    theirs = (state.knowledge.rep >= 0) & left[state.knowledge.rep]
    assert theirs.any()
    assert state.record["quits_to_rivals"][0].sum() == state.record["quits"][0].sum()
    np.testing.assert_allclose(state.customers.relationship[theirs], 0.25)


def test_leavers_are_counted_by_tercile() -> None:
    state, left, _ = _leave_once()
    counted = sum(state.record[name][0].sum() for name in ("quits_low", "quits_middle", "quits_high"))
    assert counted == left.sum() == state.record["quits"][0].sum() > 0


def test_leavers_as_many_as_usual_bring_no_more_offers() -> None:
    offers = [_leave_once(**{"params.labour_market.contagion": pull})[2] for pull in (0.0, 50.0)]
    assert offers[0].sum() > 0
    np.testing.assert_array_equal(offers[0], offers[1])


def test_recent_leavers_fade() -> None:
    state, left, _ = _leave_once(**{"params.labour_market.contagion_half_life": 4.0})
    usual = usual_exodus(-np.log1p(-0.95) / 52, 4.0)
    here = state.reps.position
    others = np.bincount(state.reps.team[left], minlength=len(state.managers))[state.reps.team] - left
    share = others / (np.bincount(state.reps.team[here])[state.reps.team] - 1)
    np.testing.assert_allclose(state.reps.exodus[here], (usual * 0.5**0.25 + share)[here], rtol=1e-5)


# ---- pay against the market, and counter-offers -----------------------------------------------------------------------


def _leavers_a_tick(**overrides: object) -> tuple[float, int]:
    state = sales_force(50, **overrides)
    left = 0.0
    with lent(state):
        everybody = state.reps.position.copy()
        state.reps.pay[:] = 4_500_000 / 52
        for _ in seeds(state, 200):
            state.reps.exodus[:] = state.reps.exodus[everybody].mean()
            leave(state)
            state.reps.active[:] = everybody
            left += state.record["quits"][0].sum()
    return left, int(state.ledger.book[1, 0, Account.BONUS])


def test_pay_below_the_market_loses_people() -> None:
    usual, better, worse = (
        _leavers_a_tick(**{"params.labour_market.pay": pay})[0] for pay in (4_500_000, 4_000_000, 5_000_000)
    )
    assert better < 0.85 * usual
    assert worse > 1.2 * usual


def test_a_counter_offer_keeps_people_and_costs_money() -> None:
    plain, nothing = _leavers_a_tick()
    kept, paid = _leavers_a_tick(**{"policy.retention.kind": "counter_offer", "policy.retention.least_attainment": 0.0})
    assert nothing == 0
    assert kept < 0.9 * plain
    assert paid > 0


def test_only_those_worth_it_get_a_counter_offer() -> None:
    view = make_view("retention", 4)
    bonus = CounterOffer(match=0.5, least_attainment=1.0, most=0.1).answer(view).stay_bonus
    worth = (view.offer > view.pay) & (view.attainment >= 1.0)
    assert worth.any() and not worth.all()
    gain = np.minimum(view.offer - view.pay, 0.1 * view.pay)
    np.testing.assert_allclose(bonus[worth], 0.5 * 52 * gain[worth], atol=0.5)
    assert not bonus[~worth].any()


def test_a_bonus_for_staying_counts_as_pay_of_the_year() -> None:
    state = sales_force(5)
    bonus = np.full(len(state.reps), 520_000, dtype=np.int64)
    seen = SalesRep.see_offers(state, np.zeros(len(state.reps)), bonus)
    np.testing.assert_allclose(seen.pay, state.reps.pay + 10_000, rtol=1e-6)


def test_pay_and_sales_are_smoothed_for_those_who_worked() -> None:
    market = Market("tiny", seed=1, weeks=2, overrides={"params.people.quit_probability": 0.0})
    state = market.state
    before = {name: getattr(state.reps, name).copy() for name in ("pay", "sales")}
    market.run_week()
    here = state.books.hours.available[0] > 0
    np.testing.assert_allclose(
        state.reps.sales[here], (before["sales"] + (state.reps.credited - before["sales"]) / 26)[here], rtol=1e-5
    )
    paid = 3_600_000 / 52 + np.rint(0.02 * state.reps.credited)
    np.testing.assert_allclose(state.reps.pay[here], (before["pay"] + (paid - before["pay"]) / 26)[here], rtol=1e-5)
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(state.reps, name)[~here], values[~here])


@pytest.mark.parametrize(("weight", "start"), [(0.1, 0.1), (0.4, 0.7)])
def test_reps_expect_the_share_of_commission_that_they_had(weight: float, start: float) -> None:
    numbers = {"variable_share_smoothing": weight, "variable_share_at_start": start}
    given = {f"params.labour_market.{name}": value for name, value in numbers.items() if value != 0.1}
    market = Market("tiny", seed=1, weeks=2, overrides={"params.people.quit_probability": 0.0, **given})
    reps = market.state.reps
    np.testing.assert_allclose(reps.variable_share, start)
    market.run_week()
    here, salary = market.state.books.hours.available[0] > 0, round(3_600_000 / 52)
    commission = np.rint(0.02 * reps.credited)
    share = commission / (salary + commission)
    assert share[here].min() < share[here].max()
    np.testing.assert_allclose(reps.variable_share[here], ((1 - weight) * start + weight * share)[here], rtol=1e-5)
    np.testing.assert_allclose(reps.variable_share[~here], start)
