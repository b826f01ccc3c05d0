"""VALIDATION rows of the sales force that the first engine already serves: V17 allocation, V51 talks, V64 form loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import rng
from sim.market import Market
from sim.params.management import Forms, Management
from sim.questions.coverage.segment_norms import SegmentNorms
from sim.solvers.doses import after_talk
from sim.solvers.feedback import crowding, talk_effect
from sim.solvers.form_loop import next_use
from tests.policies.views import make_view

POTENTIAL = np.array([1.0, 2.0, 4.0])


def _planned(elasticity: float = 0.31, **believed: float) -> np.ndarray:
    """Calls that the rule ``segment_norms`` plans for three accounts of one rep, of 10 a week; times ten are 100."""
    seen = make_view("coverage", 1)
    one, none = np.zeros(3, np.int64), np.full(3, np.nan)
    customers = replace(
        seen.customers,
        key=np.arange(3, dtype=np.uint32),
        territory=one,
        known=one == 0,
        marks=np.zeros((3, 3)),
        orders=none * 0,
        value=np.zeros(3),
        potential=1e6 * POTENTIAL,
        last_order=one - 32_768,
        confirmed=one,
        label=one,
        rep=one - 1,
        needs=np.zeros((3, 0)),
        prospect=one > 0,
        call_length=np.ones(3),
    )
    rep = {"rep_key": one[:1], "rep_territory": one[:1], "rep_active": one[:1] == 0, "rep_calls": np.array([10.0])}
    rule = SegmentNorms(
        **{"elasticity": elasticity, "credibility": 1.0, "least_calls": 0.01, "most_calls": 10.0, **believed}
    )
    return 10.0 * rule.answer(replace(seen, customers=customers, segments=1, **rep)).norm.astype(np.float64)


def test_v17_territory_allocation() -> None:
    calls = _planned()
    np.testing.assert_allclose(calls, [8.94, 24.41, 66.65], atol=0.005)
    response = POTENTIAL @ calls**0.31
    equal = POTENTIAL @ np.full(3, 100 / 3) ** 0.31
    assert response / equal - 1 == pytest.approx(0.0628, abs=0.001)


@pytest.mark.parametrize("elasticity", [0.1, 0.31, 0.6])
def test_v17_no_call_could_be_moved_with_gain(elasticity: float) -> None:
    """At the optimum the last call is worth the same everywhere; and every other division brings less."""
    calls = _planned(elasticity)
    worth = POTENTIAL * elasticity * calls ** (elasticity - 1)
    np.testing.assert_allclose(worth, worth[0], rtol=1e-4)
    for other in np.random.default_rng(17).dirichlet(np.ones(3), 200) * 100:
        assert POTENTIAL @ other**elasticity <= POTENTIAL @ calls**elasticity + 1e-6


def test_v17_control_calls_by_potential_or_for_all_alike_are_worse() -> None:
    """With a linear response nearly; and for a firm that believes its segment and not the account, evenly."""
    even = _planned(credibility=0.0)
    np.testing.assert_allclose(even, 100 / 3, rtol=1e-6)
    proportional = POTENTIAL / POTENTIAL.sum() * 100
    assert POTENTIAL @ even**0.31 < POTENTIAL @ proportional**0.31 < POTENTIAL @ _planned() ** 0.31
    assert abs(proportional[2] - 66.65) > 1


def _talks(people: int, spread: float = Management().feedback_spread) -> np.ndarray:
    """Effect of one review talk of full length on each of many people who never had one."""
    draws = rng.normal(1, rng.Decision.FEEDBACK, 0, np.arange(people))
    return after_talk(np.zeros(people), Management().feedback_mean + spread * draws, np.ones(people))


def test_v51_a_third_of_review_talks_harm() -> None:
    effect = _talks(200_000)
    assert (effect < 0).mean() == pytest.approx(0.339, abs=0.01)
    assert effect.mean() == pytest.approx(0.41, abs=0.01)
    assert effect.std() == pytest.approx(0.985, abs=0.01)


def test_v51_the_market_gives_these_talks() -> None:
    """Every rep's first talk of full length has the effect that was drawn for it, and the reps' share of harm is a third."""
    numbers, harmed, talks = Management(), 0, 0
    every, stay = numbers.review_every, {"params.people.quit_probability": 0.0}
    for seed in range(1, 4):
        reviewed = {"policy.routines.review_hours": numbers.review_hours_full / every, **stay}
        state = Market("regional_plain", seed=seed, customers=50, weeks=every, overrides=reviewed).run().state
        reps = np.flatnonzero(state.reps.active)
        week = np.array(
            [next(w for w in range(every) if (w + key) % every == every - 1) for key in state.reps.key[reps]]
        )
        draw = np.array(
            [rng.normal(seed, rng.Decision.FEEDBACK, w, k) for w, k in zip(week, state.reps.key[reps], strict=True)]
        )
        talk = numbers.feedback_mean + numbers.feedback_spread * draw.ravel()
        faded = 0.5 ** ((every - 1 - week) / numbers.decay_half_life)
        np.testing.assert_allclose(state.reps.feedback[reps], talk * faded, rtol=1e-4, atol=1e-5)
        harmed, talks = harmed + int((talk < 0).sum()), talks + len(reps)
    assert harmed / talks == pytest.approx(0.339, abs=0.1)


def test_v51_with_able_and_weak_managers_a_third_of_talks_harm_all_the_same() -> None:
    """Reps of 4,000 managers, each with one full talk at the usual frequency: the published mean, spread and harm."""
    managers, span, numbers = 4_000, 50, Management()
    leader = np.repeat(rng.normal(1, rng.Decision.MANAGER_AT_START, 0, np.arange(managers), 1), span)
    luck = rng.normal(1, rng.Decision.FEEDBACK, 0, np.arange(managers * span))
    usual = np.full(leader.size, 0.5 ** (numbers.review_every / 13.0) / (1.0 - 0.5 ** (numbers.review_every / 13.0)))
    talk = talk_effect(numbers.feedback_mean, numbers.feedback_spread, 0.3, leader, luck)
    effect = after_talk(np.zeros(leader.size), talk - 0.15 * crowding(usual, 13.0, numbers.review_every), np.ones(1))
    assert (effect < 0).mean() == pytest.approx(0.339, abs=0.015)
    assert effect.mean() == pytest.approx(0.41, abs=0.02)
    assert effect.std() == pytest.approx(0.985, abs=0.02)
    weak = leader < np.quantile(leader, 0.1)
    assert effect[weak].mean() < -0.3


def test_v51_the_market_with_able_and_weak_managers() -> None:
    """First full talks of 48 reps in each of 20 markets: the mean and the harm are the published ones within their error."""
    every, stay = Management().review_every, {"params.people.quit_probability": 0.0}
    given = {"params.feedback.manager_share": 0.3, "params.feedback.fatigue": 0.15, **stay}
    given["policy.routines.review_hours"] = Management().review_hours_full / every
    talks: list[float] = []
    for seed in range(1, 21):
        state = Market("regional_plain", seed=seed, customers=30, weeks=every, overrides=given).run().state
        reps = np.flatnonzero(state.reps.active)
        week = (every - 1 - (state.reps.key[reps] % np.uint64(every)).astype(int)) % every
        faded = 0.5 ** ((every - 1 - week) / Management().decay_half_life)
        talks += list(state.reps.feedback[reps] / faded)
    of_managers = 0.985 * np.sqrt(0.3 / 120 + 0.7 / len(talks))
    assert np.mean(talks) == pytest.approx(0.41, abs=3 * of_managers)
    assert np.mean(np.array(talks) < 0) == pytest.approx(0.339, abs=0.06)


def test_v51_control_talks_that_all_go_alike_harm_nobody() -> None:
    np.testing.assert_allclose(_talks(100, spread=0.0), 0.41)


def _settle(start: float, enforcement: float) -> float:
    numbers = Forms()
    use = np.array([start])
    for _ in range(2000):
        use = next_use(use, np.array([enforcement]), numbers.steepness, numbers.threshold, numbers.speed)
    return float(use[0])


def test_v64_form_loop_has_hysteresis() -> None:
    """At the default numbers, e = .1 keeps dead forms dead and living forms alive."""
    assert _settle(0.0, 0.1) == pytest.approx(0.02, abs=0.005)
    assert _settle(1.0, 0.1) == pytest.approx(0.98, abs=0.005)


def test_v64_control_without_feedback_there_is_one_state() -> None:
    flat = Forms(steepness=2.0)
    use = np.array([0.0, 1.0])
    for _ in range(2000):
        use = next_use(use, np.full(2, 0.1), flat.steepness, flat.threshold, flat.speed)
    assert use[0] == pytest.approx(use[1], abs=1e-6)
