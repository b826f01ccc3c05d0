"""Calls against the plan: what the plan asks within the hours, how much of it was done, and what managers hear of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.agents.sales_manager import SalesManager
from sim.derived.call_hours import hours_per_call
from sim.market import Market
from sim.phases.work import work
from sim.state import MarketState
from tests.unit.part_weeks import until, writes

#: Nobody leads anybody: reps divide their calls as they like, or as the plan says, from the first week on.
ALONE = {
    "params.management.meeting_effect": 0.0,
    "params.management.visit_effect": 0.0,
    "params.people.quit_probability": 0.0,
    "policy.calls.pay": 2.0,
}


def worked(norm: float, *, calls: int | None = None, form_use: float = 1.0, **overrides: Any) -> MarketState:
    """A tiny market after the first week's work: each rep's plan asks for ``norm`` calls, each makes ``calls``."""
    market = Market("tiny", seed=1, weeks=2, overrides={**ALONE, **overrides})
    state = until("work", market)
    with state.lend(("knowledge.norm", "reps.form_use", "reps.carry")):
        held = np.bincount(state.knowledge.rep[state.knowledge.rep >= 0], minlength=len(state.reps))
        state.knowledge.norm[:] = np.where(
            state.knowledge.rep >= 0, norm / np.maximum(held, 1)[state.knowledge.rep], 0.0
        )
        state.reps.form_use[:] = form_use
    with state.lend(writes("work")):
        work(state)
    return state


def measure(state: MarketState, name: str) -> float:
    return float(state.record[name][0].sum())


def test_whoever_loses_all_accounts_makes_no_call_for_the_one_that_was_carried_over() -> None:
    """A whole call may be carried over: more were begun than the hours allow. It goes to an account, or is not made."""
    state = until("work", Market("tiny", seed=1, weeks=2, overrides=ALONE))
    rep = int(np.flatnonzero(state.reps.active)[0])
    with state.lend(("knowledge.rep", "reps.carry")):
        state.knowledge.rep[state.knowledge.rep == rep] = -1
        state.reps.carry[:] = 1.0
    with state.lend(writes("work")):
        work(state)
    assert state.reps.calls[rep] == 0
    visits = np.bincount(
        state.knowledge.rep[state.today.worked.visited], state.diary.visits[state.today.worked.visited]
    )
    np.testing.assert_array_equal(visits, state.reps.calls[: len(visits)])
    assert visits.sum() == state.reps.calls.sum() > 0


def test_a_plan_asks_for_no_more_calls_than_the_hours_allow() -> None:
    modest, bold = worked(10.0), worked(500.0)
    reps = int(modest.reps.active.sum())
    assert measure(modest, "calls_planned") == pytest.approx(10.0 * reps, rel=1e-5)
    possible = (bold.reps.field_hours / hours_per_call(bold))[bold.reps.active].sum()
    assert measure(bold, "calls_planned") == pytest.approx(possible, rel=1e-5)


@pytest.mark.parametrize("drive", [0.2, 0.7])
def test_whoever_makes_fewer_calls_falls_short_of_the_plan(drive: float) -> None:
    """With reps who follow the plan to the account, what is missing is calls."""
    state = worked(12.0, **{"params.calls.compliance_start": 1.0, "policy.effort.own_drive": drive})
    done = np.minimum(state.reps.calls, 12.0)[state.reps.active].sum()
    assert measure(state, "calls_on_plan") == pytest.approx(done, rel=1e-5)
    assert (measure(state, "calls_on_plan") < 0.6 * measure(state, "calls_planned")) == (drive == 0.2)


def test_whoever_calls_on_others_falls_short_of_the_plan() -> None:
    state = worked(10.0, **{"params.calls.compliance_start": 0.0})
    assert (state.reps.calls[state.reps.active] >= 10).all()
    assert measure(state, "calls_on_plan") < 0.7 * measure(state, "calls_planned")


def test_calls_beyond_the_plan_do_not_make_up_for_those_on_others() -> None:
    few, many = (worked(norm, **{"params.calls.compliance_start": 0.0}) for norm in (5.0, 10.0))
    shares = [measure(s, "calls_on_plan") / measure(s, "calls_planned") for s in (few, many)]
    assert shares[0] == pytest.approx(shares[1], rel=1e-4)


def test_managers_hear_whom_reps_visited_as_far_as_forms_are_used() -> None:
    """Calls are counted by travel claims; on a form that nobody uses, all of them went where the plan says."""
    gap = {}
    for use in (0.0, 0.5, 1.0):
        blind = {"params.control.found": 0.0, "params.calls.compliance_start": 0.0, "policy.effort.own_drive": 0.2}
        state = worked(12.0, form_use=use, **blind)
        assert SalesManager.see(state).plan_gap.max() == 0.0  # nobody has heard anything before the first week
        state.week = 1
        gap[use] = SalesManager.see(state).plan_gap
    done = np.minimum(state.reps.calls, 12.0)
    by_team = np.bincount(state.reps.team, weights=np.where(state.reps.active, done, 0.0))
    np.testing.assert_allclose(gap[0.0], 1 - by_team / (3 * 12.0), rtol=1e-5)
    np.testing.assert_allclose(gap[1.0], 1 - state.record["calls_on_plan"][0] / (3 * 12.0), rtol=1e-5)
    np.testing.assert_allclose(gap[0.5], (gap[0.0] + gap[1.0]) / 2, rtol=1e-5)
    assert (gap[1.0] > gap[0.0] + 0.1).all()


@pytest.mark.parametrize(("visits", "checks"), [(0.2, 0.0), (0.0, 0.4), (0.0, 1.5)])
def test_a_manager_who_was_there_knows_what_forms_do_not_tell(visits: float, checks: float) -> None:
    """Dead forms repeat the plan; of what supervision sees, by visits or unannounced checks, the part `found` is found out."""
    gap = {}
    for found in (0.0, 0.5, 1.0):
        idle = {"params.control.found": found, "params.calls.compliance_start": 0.0, "policy.effort.own_drive": 0.2}
        watched = {"policy.routines.visit_hours": visits, "policy.routines.checks": checks}
        state = worked(12.0, form_use=0.0, **{**idle, **watched, "params.control.check_effect": 0.0})
        seen = state.reps.observed[state.reps.active]
        state.week = 1
        gap[found] = SalesManager.see(state).plan_gap
    np.testing.assert_allclose(seen, 1 - np.exp(-visits - checks), rtol=1e-5)
    all_known = 1 - state.record["calls_on_plan"][0] / (3 * 12.0)
    assert (all_known > gap[0.0] + 0.1).all()
    np.testing.assert_allclose(gap[1.0], gap[0.0] + seen[0] * (all_known - gap[0.0]), rtol=1e-5)
    np.testing.assert_allclose(gap[0.5], (gap[0.0] + gap[1.0]) / 2, rtol=1e-5)
