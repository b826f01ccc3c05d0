"""Talks and visits by the manager's ability, with frequency, and on whom they act."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.params.management import Management
from sim.solvers.feedback import coaching_worth, crowding, reactance, talk_effect, weeks_between_talks
from sim.state import MarketState
from tests.market.runs import fingerprint
from tests.market.service_on import FEEDBACK_ON
from tests.unit.part_weeks import until

STAY = {"params.people.quit_probability": 0.0}
NUMBERS = Management()
#: Weekly hours of one full talk a quarter.
QUARTERLY = NUMBERS.review_hours_full / NUMBERS.review_every


def run(weeks: int, seed: int = 1, **overrides: Any) -> MarketState:
    """A market of reps with few customers."""
    given = {**STAY, **{name.replace("__", "."): value for name, value in overrides.items()}}
    return Market("regional_plain", seed=seed, customers=60, weeks=weeks, overrides=given).run().state


def test_at_strength_zero_the_other_numbers_do_nothing() -> None:
    other = {"params.feedback.talk_memory": 2.0, "params.feedback.reactance_half": 0.1}
    talks = {"policy.routines.review_hours": 0.3, "policy.routines.visit_hours": 1.0}
    plain = Market("tiny", seed=2, weeks=15, overrides=talks).run()
    assert fingerprint(Market("tiny", seed=2, weeks=15, overrides={**talks, **other}).run()) == fingerprint(plain)
    assert not plain.state.reps.talked.any()


# ---- the solvers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_managers_part_leaves_mean_and_spread_of_talks(share: float) -> None:
    g = np.random.default_rng(1)
    leader, luck = np.repeat(g.normal(size=4000), 50), g.normal(size=200_000)
    talk = talk_effect(0.41, 0.985, share, leader, luck)
    assert talk.mean() == pytest.approx(0.41, abs=0.07)
    assert talk.std() == pytest.approx(0.985, abs=0.05)
    of_managers = talk.reshape(4000, 50).mean(axis=1)
    assert of_managers.var() / talk.var() == pytest.approx(share + (1 - share) / 50, abs=0.03)


def test_hours_beyond_a_full_talk_make_talks_more_frequent() -> None:
    hours = np.array([0.0, 0.1, 2 / 13, 0.25, 0.5, 1.0, 2.0, 40.0])
    np.testing.assert_array_equal(weeks_between_talks(hours, 2.0, 13), [13, 13, 13, 8, 4, 2, 1, 1])


def test_talks_are_crowded_beyond_the_usual_frequency_alone() -> None:
    """In the long run one talk every n weeks leaves k/(1−k) of them in mind before the next, k = 2^(−n/13)."""
    kept = 0.5 ** (np.array([26.0, 13.0, 4.0, 1.0]) / 13.0)
    beyond = crowding(kept / (1 - kept), 13.0, 13)
    np.testing.assert_allclose(beyond[:2], 0.0, atol=1e-9)
    np.testing.assert_allclose(beyond[2:], np.log1p(kept[2:] / (1 - kept[2:]) - 1.0))
    np.testing.assert_allclose(crowding(np.array([0.0]), 13.0, 13), 0.0)


def test_an_hour_of_coaching_is_worth_what_the_manager_is() -> None:
    np.testing.assert_allclose(coaching_worth(np.array([-3.0, -1.0, 0.0, 1.0]), 0.5), [0.0, 0.5, 1.0, 1.5])
    np.testing.assert_allclose(coaching_worth(np.array([-3.0, 2.0]), 0.0), 1.0)


def test_the_mature_mind_attention_and_the_immature_gain() -> None:
    np.testing.assert_allclose(reactance(0.3, np.array([0.2, 0.7, 1.0]), 0.7, np.full(3, 0.5)), [-0.075, 0.0, 0.045])


# ---- the phase --------------------------------------------------------------------------------------------------------


def mean_effect(hours: float, weeks: int = 104, **overrides: Any) -> float:
    """Mean effect of talks on the skill of all reps over the second year."""
    given = {**STAY, "policy.routines.review_hours": hours, **overrides}
    market = Market("regional_plain", seed=3, customers=60, weeks=weeks, overrides=given)
    seen = []
    while market.running:
        market.run_week()
        if market.state.week > weeks // 2:
            seen.append(market.state.reps.feedback[market.state.reps.active].mean())
    return float(np.mean(seen))


def test_more_talks_help_up_to_a_frequency_and_then_harm() -> None:
    doses = [0.0, QUARTERLY / 2, QUARTERLY, 0.5, 2.0]
    found = [mean_effect(hours, **{"params.feedback.fatigue": 0.15}) for hours in doses]
    assert found[0] == 0.0 < found[1] < found[2] > found[3] > found[4]
    assert found[4] < 0.05
    # Without fatigue hours beyond a full talk a quarter do nothing for skill and nothing against it.
    assert mean_effect(2.0) == pytest.approx(mean_effect(QUARTERLY), rel=1e-6)


def test_the_first_talk_is_not_crowded_and_talks_are_counted() -> None:
    given = {"params__feedback__fatigue": 0.15, "policy__routines__review_hours": 1.0}
    state = run(2, **given)
    plain = run(2, params__feedback__fatigue=1e-9, policy__routines__review_hours=1.0)
    reps = state.reps
    assert (reps.talked[reps.active] > 0).all()
    np.testing.assert_allclose(reps.feedback, plain.reps.feedback, atol=1e-6)


def test_a_weak_managers_talks_harm_on_average_and_an_able_ones_help() -> None:
    found = {}
    for ability in (-1.5, 0.0, 1.5):
        effects = []
        for seed in range(1, 7):
            given = {**STAY, "params.feedback.manager_share": 0.3, "policy.routines.review_hours": QUARTERLY}
            market = Market("regional_plain", seed=seed, customers=60, weeks=13, overrides=given)
            with market.state.lend(("managers.leadership",)):
                market.state.managers.leadership[:] = ability
            reps = market.run().state.reps
            effects.append(reps.feedback[reps.active])
        found[ability] = float(np.mean(effects))
    assert found[-1.5] < -0.2 < 0.2 < found[0.0] < found[1.5] - 0.5


def test_visits_of_an_able_manager_coach_more() -> None:
    state = until("work", Market("regional_plain", seed=1, customers=60, weeks=2, overrides=FEEDBACK_ON))
    reps, leader = state.reps, state.managers.leadership[state.reps.team]
    assert np.std(leader) > 0.3
    expected = reps.visit_hours * np.maximum(1.0 + 0.5 * leader, 0.0)
    np.testing.assert_allclose(reps.coached[reps.active], expected[reps.active], rtol=1e-5)


def test_frequent_attention_wears_the_mature_and_steadies_the_immature() -> None:
    given = {"policy__routines__review_hours": 1.0, "policy__routines__visit_hours": 0.5}
    plain, minded = run(2, **given), run(2, params__feedback__reactance=0.3, **given)
    reps = plain.reps
    change = (minded.reps.motivation - reps.motivation)[reps.active]
    attention = -np.expm1(-(reps.review_hours + reps.visit_hours)[reps.active])
    np.testing.assert_allclose(change, -0.3 * (reps.maturity[reps.active] - 0.7) * attention, atol=1e-5)
    assert change.min() < 0 < change.max()


def test_talks_cost_the_hours_of_both_and_weekly_ones_lose() -> None:
    """Weekly talks of two hours by the usual manager: less skill than one a quarter, fewer calls, hours that are gone."""
    given = {"params.feedback.fatigue": 0.15}
    runs = {}
    for hours in (QUARTERLY, 2.0):
        overrides = {**STAY, **given, "policy.routines.review_hours": hours}
        runs[hours] = Market("regional_plain", seed=3, customers=400, weeks=52, overrides=overrides).run()
    few, many = (runs[hours].results.scorecard.set_index("kpi")["value"] for hours in (QUARTERLY, 2.0))
    assert many["skill"] < few["skill"] - 0.1
    assert many["calls_per_rep_week"] < few["calls_per_rep_week"] - 0.3
