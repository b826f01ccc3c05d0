"""X1 and X1b: results over control have a top, and managers who react make them swing; by the rules and numbers of default."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.phases.manage import manage
from sim.phases.work import work
from sim.questions.effort.quadratic_cost import QuadraticCost
from tests.unit.part_weeks import until, writes

# ---- X1 ---------------------------------------------------------------------------------------------------------------

SEEN = np.arange(0.0, 0.96, 0.05)

#: Nothing wears, nothing is put on for show, and a check takes nobody's time.
FREE = {
    "params.management.observation_on_motivation": 0.0,
    "params.control.maturity_slope": 0.0,
    "policy.effort.concealment": 0.0,
    "params.control.check_hours": 0.0,
}


def worked(seen: float, **overrides: Any) -> float:
    """Hours in the field × effort of the market's reps when unannounced checks see so much of their work."""
    given = {"policy.routines.checks": float(-np.log1p(-seen)), "policy.routines.visit_hours": 0.0, **overrides}
    state = until("manage", Market("tiny", seed=1, customers=20, weeks=1, overrides=given))
    assert [type(v.rule) for v in state.rules.variants("effort")] == [QuadraticCost], "the rule of default"
    for phase, name in ((manage, "manage"), (work, "work")):
        with state.lend(writes(name)):
            phase(state)
    here = state.reps.active
    return float((state.reps.field_hours * state.reps.effort)[here].mean())


def over_control(**overrides: Any) -> np.ndarray:
    return np.array([worked(float(seen), **overrides) for seen in SEEN])


def of_maturity(maturity: float) -> dict[str, float]:
    """A team that is all of this maturity and stays so."""
    return {
        "params.recruiting.maturity_mean": maturity,
        "params.recruiting.maturity_spread": 0.0,
        "params.learning.maturity_time": 2000.0,
        "params.learning.maturity_coached": 0.0,
    }


@pytest.mark.parametrize("kappa", [0.02, 0.05, 0.1, 0.15])
def test_x1_control_has_an_inverted_u(kappa: float) -> None:
    """Over a range of wear around the default of .05: some control is better than none, and than very much."""
    found = over_control(**{"params.management.observation_on_motivation": kappa})
    top = int(np.argmax(found))
    assert 2 <= top <= len(SEEN) - 3
    assert found[top] > 1.005 * max(found[0], found[-1])
    assert (np.diff(found[: top + 1]) > 0).all() and (np.diff(found[top:]) < 0).all()


def test_x1_the_top_moves_down_with_maturity() -> None:
    amateurs, professionals = (SEEN[int(np.argmax(over_control(**of_maturity(m))))] for m in (0.0, 1.0))
    assert 0 < professionals <= amateurs - 0.1
    assert amateurs < SEEN[-1]


def test_x1_control_where_being_seen_is_free_more_is_always_better() -> None:
    assert (np.diff(over_control(**FREE)) > 0).all()


def test_x1_control_without_a_slope_maturity_does_not_matter() -> None:
    flat = {"params.control.maturity_slope": 0.0}
    tops = [int(np.argmax(over_control(**flat, **of_maturity(m)))) for m in (0.0, 1.0)]
    assert tops[0] == tops[1]


def test_x1_professionals_and_amateurs_have_their_top_for_different_reasons() -> None:
    """Wear alone, and show alone, each bring the top down from where time alone puts it."""
    free = dict(FREE)
    del free["params.control.check_hours"]
    time = int(np.argmax(over_control(**free)))
    for name, value in (("policy.effort.concealment", 0.5), ("params.management.observation_on_motivation", 0.2)):
        assert int(np.argmax(over_control(**{**free, name: value}))) < time, name


# ---- X1b --------------------------------------------------------------------------------------------------------------


def swings(gain: float | None, lag: int | None = None, seed: int = 1) -> dict[str, float]:
    """Spread over weeks, within teams, of control, alignment and effort; None leaves the reactive rule as it is."""
    overrides: dict[str, Any] = {"policy.routines.kind": "reactive", "params.people.quit_probability": 0.0}
    overrides |= {f"policy.routines.{k}": v for k, v in (("gain", gain), ("lag", lag)) if v is not None}
    record = Market("regional_plain", seed=seed, customers=300, weeks=104, overrides=overrides).run().state.record
    series = {
        "control": record["observed_sum"],
        "alignment": record["alignment_sum"],
        "effort": record["effort_sum"],
    }
    return {name: float((values / record["reps"])[52:].std(axis=0).mean()) for name, values in series.items()}


@pytest.fixture(scope="module")
def planned() -> dict[str, float]:
    return swings(0.0)


def test_x1b_reactive_managers_make_results_swing(planned: dict[str, float]) -> None:
    """With the rule's own gain and lag; how hard reps work swings half as much again, and more."""
    reactive = swings(None)
    assert reactive["control"] > 0.03
    assert reactive["alignment"] > 5 * planned["alignment"]
    assert reactive["effort"] > 1.5 * planned["effort"]


def test_x1b_the_harder_the_answer_the_more_control_and_effort_swing(planned: dict[str, float]) -> None:
    ladder = [planned, *(swings(gain, 8) for gain in (5.0, 20.0))]
    for name in ("control", "effort", "alignment"):
        assert (np.diff([step[name] for step in ladder]) > 0).all(), name


def test_x1b_control_planned_control_does_not_swing_whatever_the_lag(planned: dict[str, float]) -> None:
    assert planned["control"] < 1e-6
    assert swings(0.0, 13) == planned
