"""Hiring: channels, interviews, acceptance, what they cost in money and managers' hours, and who comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from sim.phases.hiring import hire
from sim.questions.recruiting.by_urgency import ByUrgency
from sim.solvers.applicants import first_to_accept
from sim.state import ManagerUse, MarketState
from tests.policies.views import make_view
from tests.validation.people_runs import lent, sales_force


def hired(at_once: bool = True, pay: float = 4_500_000, **policy: Any) -> tuple[MarketState, np.ndarray]:
    """A sales force of 400 of whom every other position was vacant, after one week of hiring; rows of who joined."""
    overrides = {f"policy.recruiting.{k}" if "." not in k else k: v for k, v in policy.items()}
    if at_once:
        overrides |= {
            f"params.{name}": 0.0 for name in ("people.vacancy", "recruiting.referral_weeks", "recruiting.agency_weeks")
        }
    state = sales_force(50, **overrides)
    with lent(state):
        vacant = state.reps.position & (np.arange(len(state.reps)) % 2 == 0)
        state.reps.active[:] = state.reps.position & ~vacant
        state.reps.pay[:] = pay / 52
        hire(state)
    return state, np.flatnonzero(vacant & state.reps.active)


def test_the_first_who_accepts_is_hired() -> None:
    looks = np.array([[1.0, 0.0, 2.0, -np.inf], [3.0, 1.0, 1.0, 0.0], [2.0, -1.0, 0.0, -np.inf]])
    accepts = np.array([[True, True, False, False], [False, True, True, False], [True, True, True, False]])
    np.testing.assert_array_equal(first_to_accept(looks, accepts), [2, 1, 1, -1])


@pytest.mark.parametrize(
    ("channel", "cost", "applicants"), [("advertised", 800_000, 5), ("referral", 300_000, 3), ("agency", 1_100_000, 4)]
)
def test_a_channel_costs_money_and_brings_applicants_who_cost_hours(channel: str, cost: int, applicants: int) -> None:
    state, rows = hired(channel=channel, **{"params.recruiting.accept": 1.0})
    assert len(rows) == 200
    assert state.ledger.book[1, 0, Account.HIRING] == 200 * cost
    assert state.managers.interviews.sum() == pytest.approx(200 * applicants * (1.0 + 0.5))


def test_a_faster_channel_fills_more_positions_a_week() -> None:
    filled = {channel: len(hired(at_once=False, channel=channel)[1]) for channel in ("advertised", "agency")}
    assert filled["advertised"] == pytest.approx(200 * -np.expm1(-1 / 8), abs=25)
    assert filled["agency"] == pytest.approx(200 * -np.expm1(-1 / 4), abs=25)


@pytest.mark.parametrize(("interview", "validity"), [("structured", 0.42), ("knowledge", 0.40), ("work_sample", 0.33)])
def test_a_better_interview_finds_abler_people(interview: str, validity: float) -> None:
    """Expected best of five is 1.163 sd as seen, of which the validity is real."""
    state, rows = hired(interview=interview, **{"params.recruiting.accept": 1.0})
    error = 4 / np.sqrt(len(rows))
    assert state.reps.ability[rows].mean() == pytest.approx(1.163 * validity, abs=error)
    plain, others = hired(**{"params.recruiting.accept": 1.0})
    assert state.reps.ability[rows].mean() > plain.reps.ability[others].mean()


def test_referred_applicants_are_abler_by_what_is_said_of_them() -> None:
    better, usual = (
        hired(channel="referral", **{"params.recruiting.referral_quality": quality})[0] for quality in (0.5, 0.0)
    )
    new = better.reps.hires > 0
    np.testing.assert_allclose(better.reps.ability[new], usual.reps.ability[new] + 0.5, atol=1e-5)


def test_care_and_pay_bring_the_best_rather_than_the_next() -> None:
    """Whoever declines is replaced by the next in line, or by nobody."""
    strict = {"params.recruiting.accept": 0.3, "params.people.validity": 1.0}
    tried = {
        "poor": hired(**strict, pay=3_000_000),
        "plain": hired(**strict),
        "careful": hired(**strict, care=3.0),
        "rich": hired(**strict, pay=6_000_000),
    }
    ability = {name: state.reps.ability[rows].mean() for name, (state, rows) in tried.items()}
    numbers = {name: len(rows) for name, (_, rows) in tried.items()}
    for better in ("careful", "rich"):
        assert ability["poor"] + 0.1 < ability["plain"] < ability[better] - 0.1
        assert numbers["poor"] < numbers["plain"] < numbers[better]
    assert tried["careful"][0].managers.interviews.sum() > tried["plain"][0].managers.interviews.sum()


def test_when_everybody_accepts_neither_care_nor_pay_matters() -> None:
    free = {"params.recruiting.accept": 1.0}
    plain, other = hired(**free)[0], hired(**free, pay=2_000_000, care=0.0)[0]
    np.testing.assert_array_equal(plain.reps.ability, other.reps.ability)


def test_who_looks_for_maturity_gets_it_at_the_cost_of_ability() -> None:
    free = {"params.recruiting.accept": 1.0, "params.people.validity": 1.0}
    (able, rows), (mature, _) = hired(**free), hired(**free, maturity_weight=3.0)
    assert mature.reps.maturity[rows].mean() > able.reps.maturity[rows].mean() + 0.1
    assert mature.reps.ability[rows].mean() < able.reps.ability[rows].mean() - 0.3
    assert ((mature.reps.maturity >= 0) & (mature.reps.maturity <= 1)).all()


def test_an_agency_is_called_where_it_is_urgent() -> None:
    view = make_view("recruiting", 2)
    here = np.ones(9, dtype=bool)
    here[4] = False  # one of three positions in the second of three territories
    answer = ByUrgency(urgent_at=0.3, interview="structured").answer(replace(view, rep_active=here))
    np.testing.assert_array_equal(answer.channel, [0, 2, 0])
    np.testing.assert_array_equal(answer.interview, 1)


def test_interviews_take_the_managers_hours_of_the_next_weeks() -> None:
    """What does not fit into a week waits; meetings get what interviews leave."""
    market = Market("tiny", seed=1, weeks=3, overrides={"params.people.quit_probability": 0.0})
    state = market.state
    with state.lend(("managers.interviews",)):
        state.managers.interviews[:] = (40.0, 0.0)
    market.run_week()
    np.testing.assert_allclose(state.books.manager_hours.spent[0][ManagerUse.INTERVIEWS], [28.0, 0.0])
    np.testing.assert_allclose(state.managers.interviews, [12.0, 0.0])
    np.testing.assert_allclose(state.books.manager_hours.spent[0][ManagerUse.MEETINGS], [0.0, 1.5])
    assert not state.reps.meeting_hours[state.reps.active & (state.reps.team == 0)].any()
    market.run_week()
    np.testing.assert_allclose(state.books.manager_hours.spent[1][ManagerUse.INTERVIEWS], [12.0, 0.0])
    np.testing.assert_allclose(state.books.manager_hours.spent[:2].sum(axis=1), 42.0)
