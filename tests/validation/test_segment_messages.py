"""Value of segments for what reps say: two equal segments with opposite tastes, and labels that are wrong with rate m.

With tastes u ± (f, −f) a message that fits has fit f, one that does not −f. A firm that says to each label what its
customers value gains fit (1−2m)·f a customer over one message for all, which gains nothing: it loses beyond m = ½.
Shown by the rule, the work in the field and the persuasion of the simulator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.agents.headquarters import Headquarters
from sim.market import Market
from sim.phases.pitch import pitch
from sim.phases.work import _stress
from sim.questions.message.by_segment import MessageBySegment
from sim.questions.message.one_message import OneMessage
from sim.rng import Decision
from sim.state import MarketState

F = 0.4
STRENGTH = 0.5


def two_segments(apart: float = F, **more: Any) -> MarketState:
    """Two types of equal share whose tastes differ by ``apart`` from the usual one; everyone is asked without error."""
    overrides = {
        "customer_type.workshop.share": 0.5,
        "customer_type.plant.share": 0.5,
        "customer_type.workshop.taste": [0.7 + apart, 0.7 - apart],
        "customer_type.plant.taste": [0.7 - apart, 0.7 + apart],
        "customer_type.workshop.taste_spread": 0.0,
        "customer_type.plant.taste_spread": 0.0,
        "params.database.coverage_start": 1.0,
        "policy.coverage.accounts_per_rep": 1000,
        "params.pitch.strength": STRENGTH,
        "policy.studies.kind": "calendar",
        "policy.studies.needs": 2000,
        "policy.studies.interval": 500,
        "params.studies.needs_error": 0.0,
        "params.relationship.at_start": 0.0,
        **more,
    }
    market = Market("tiny", seed=4, customers=2000, overrides=overrides)
    for _ in range(8):
        market.step()
    market._open_week()
    state = market.state
    assert len(state.headquarters.stated_needs)
    return state


def say(state: MarketState, rule: MessageBySegment | OneMessage, wrong: np.ndarray) -> np.ndarray:
    """Persuasion [N] of a week in which everyone is served, has a full relationship, and is called on.

    The firm chooses what to say by true types; the labels by which reps go are then ``wrong`` for some.
    """
    everyone = np.arange(len(state.customers))
    types = state.customers.type.astype(np.int16)
    columns = ("knowledge.label", "knowledge.rep", "customers.relationship", "customers.pitch", "customers.persuasion")
    with state.lend(columns):
        state.knowledge.rep[:] = 0
        state.knowledge.label[:] = 1 + types
        state.customers.relationship[:] = 1.0
        state.customers.persuasion[:] = 0.0
        state.headquarters.segments = 2
        said = rule.answer(Headquarters.see(state, Decision.MESSAGE))
        state.headquarters.messages, state.headquarters.message_fit = said.attribute, said.fit
        state.knowledge.label[:] = 1 + np.where(wrong, 1 - types, types)
        _stress(state, everyone)
        state.today.look_again()
        pitch(state)
    return state.customers.persuasion.astype(np.float64)


@pytest.fixture(scope="module")
def state() -> MarketState:
    return two_segments()


@pytest.mark.parametrize("m", [0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
def test_v58c_messages_by_segment_gain_in_proportion_to_one_minus_twice_the_misclassification(
    state: MarketState, m: float
) -> None:
    rows = np.arange(len(state.customers))
    wrong = np.random.default_rng(1).permutation(rows) < m * len(rows)
    share = wrong.mean()
    # The usual taste is a mean over all customers, of whom a few more are of one type: what is off by that cancels in sums.
    gained = say(state, MessageBySegment(), wrong)
    types = state.customers.type
    of_types = [gained[types == k].mean() for k in range(2)]
    expected = [STRENGTH * F * (1 - 2 * wrong[types == k].mean()) for k in range(2)]
    tilt = abs(state.numbers.usual_taste[0] - 0.7)
    np.testing.assert_allclose(of_types, expected, atol=STRENGTH * tilt + 1e-6)
    assert np.mean(of_types) == pytest.approx(STRENGTH * F * (1 - 2 * share), abs=0.01)


def test_v58c_one_message_for_all_gains_nothing(state: MarketState) -> None:
    """The mean over the market is 0 to rounding, whatever is said; so beyond m = ½ labels lose against it."""
    nobody = np.zeros(len(state.customers), dtype=np.bool_)
    assert abs(say(state, OneMessage(), nobody).mean()) < 1e-7
    assert say(state, MessageBySegment(), ~nobody).mean() == pytest.approx(-STRENGTH * F, abs=0.01)


def test_v58c_alike_customers_gain_nothing_by_segments() -> None:
    """The special case of one taste: no message fits anyone better than another."""
    state = two_segments(apart=0.0)
    nobody = np.zeros(len(state.customers), dtype=np.bool_)
    for rule in (OneMessage(), MessageBySegment()):
        assert np.abs(say(state, rule, nobody)).max() < 1e-7


def test_v58c_the_gain_grows_with_the_difference_of_tastes() -> None:
    nobody = np.zeros(2000, dtype=np.bool_)
    gains = [say(two_segments(apart=f), MessageBySegment(), nobody).mean() for f in (0.2, 0.4, 0.8)]
    np.testing.assert_allclose(gains, [STRENGTH * f for f in (0.2, 0.4, 0.8)], atol=0.02)
