"""Commands on their way down: when a new call plan reaches the reps, what it finds there, and how far it is followed."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.phases.commands import carry_out_call_plans
from sim.state import Command, MarketState
from tests.market.runs import fingerprint, small

STAY = {"params.people.quit_probability": 0.0}


def plans(weeks: int, **overrides: Any) -> tuple[np.ndarray, np.ndarray, Market]:
    """Rep and norm of every customer after each of ``weeks`` weeks [weeks, N], and the market."""
    given = {**STAY, "policy.coverage.kind": "segment_norms", **{k.replace("__", "."): v for k, v in overrides.items()}}
    market = Market("tiny", seed=1, overrides=given)
    rep, norm = [], []
    for _ in range(weeks):
        market.run_week()
        rep.append(market.state.knowledge.rep.copy())
        norm.append(market.state.knowledge.norm.copy())
    return np.array(rep), np.array(norm), market


@pytest.mark.parametrize("name", ["params__information__command_delay", "policy__gateway__command_delay"])
def test_reps_follow_the_old_plan_until_the_new_one_arrives(name: str) -> None:
    start = Market("tiny", seed=1, overrides={"policy.coverage.kind": "segment_norms"}).state.knowledge
    rep, norm, market = plans(5, **{name: 3})
    assert (start.norm[start.rep >= 0] > 0).all(), "portfolios come with the calls that were usual"
    for week in range(3):
        np.testing.assert_array_equal(rep[week], start.rep)
        np.testing.assert_array_equal(norm[week], start.norm)
    assert (norm[3] != start.norm).any()
    np.testing.assert_array_equal(norm[4], norm[3])
    assert market.results.measure("plan_age").tolist() == [[0, 0], [0, 0], [0, 0], [3, 3], [4, 4]]
    at_once = plans(1)[1][0]
    np.testing.assert_array_equal(norm[3], at_once)  # what headquarters said in its first week


def test_delays_of_the_line_and_of_headquarters_add_up() -> None:
    _, norm, _ = plans(8, policy__gateway__command_delay=2, params__information__command_delay=4)
    changes = [week for week in range(1, 8) if (norm[week] != norm[week - 1]).any()]
    assert changes == [6]


def test_control_without_delay_the_plan_holds_in_the_week_it_is_made() -> None:
    start = Market("tiny", seed=1, overrides={"policy.coverage.kind": "segment_norms"}).state.knowledge
    _, norm, market = plans(1)
    assert (norm[0] != start.norm).any()
    assert not market.state.mail.commands


def test_of_one_plan_a_territory_carries_out_what_it_follows() -> None:
    start = Market("tiny", seed=1, overrides={"policy.coverage.kind": "segment_norms"}).state.knowledge
    sent = plans(1)[1][0]
    changed = sent != start.norm
    followed = {}
    for unheeded in (0.0, 0.5, 1.0):
        _, (norm,), market = plans(1, params__information__unheeded=unheeded)
        says = market.results.measure("plan_changes").sum()
        done = market.results.measure("plan_changes_heeded").sum()
        assert says >= changed.sum() and (done == says) == (unheeded == 0.0) and (done == 0) == (unheeded == 1.0)
        np.testing.assert_array_equal(norm[~changed], sent[~changed])
        assert (norm[changed] == sent[changed]).sum() == done, "as many follow the plan as the record says"
        kept = norm == start.norm
        assert (kept | (norm == sent)).all()
        followed[unheeded] = float((norm[changed] == sent[changed]).mean())
    assert followed[0.0] == 1.0 and followed[1.0] == 0.0
    assert abs(followed[0.5] - 0.5) < 4 * np.sqrt(0.25 / changed.sum())


def arriving(state: MarketState, week: int, rep: int, *, made: int) -> None:
    """A plan that puts everybody of the north to one rep, made in week ``made``, arrives in ``week``."""
    rows = np.flatnonzero(state.customers.territory == 0)
    state.week = week
    state.mail.commands.append(Command(week, made, rows, np.full(len(rows), rep), np.ones(len(rows))))
    with state.lend(("knowledge.rep", "knowledge.norm", "diary.due", "diary.met", "customers.relationship")):
        carry_out_call_plans(state)


def test_a_plan_that_was_overtaken_is_thrown_away() -> None:
    state = Market("tiny", seed=1).state
    north = state.customers.territory == 0
    arriving(state, 6, 1, made=5)
    arriving(state, 7, 2, made=3)
    assert (state.knowledge.rep[north] == 1).all()
    assert state.headquarters.plan_of.tolist() == [5, -1]
    arriving(state, 8, 2, made=6)
    assert (state.knowledge.rep[north] == 2).all()


def test_an_account_pays_for_its_new_rep_when_the_plan_arrives() -> None:
    state = Market("tiny", seed=1).state
    before = state.customers.relationship.copy()
    moved = (state.customers.territory == 0) & (state.knowledge.rep >= 0) & (state.knowledge.rep != 1)
    assert moved.any() and (before[moved] > 0).all()
    arriving(state, 6, 1, made=5)
    kept = np.float32(1 - state.params.people.relationship_lost)
    np.testing.assert_allclose(state.customers.relationship[moved], before[moved] * kept, rtol=1e-6)
    np.testing.assert_array_equal(state.customers.relationship[~moved], before[~moved])


def test_only_territories_whose_plan_is_due_get_one(tmp_path: Any) -> None:
    path = tmp_path / "north.toml"
    path.write_text(
        'extends = "tiny"\nweeks = 8\n[[change]]\nweek = 5\nterritories = ["north"]\n'
        'set = { "policy.coverage.accounts_per_rep" = 9, "policy.gateway.command_delay" = 2 }\n',
        encoding="utf-8",
    )
    market = Market(str(path), seed=1, overrides=STAY)
    for _ in range(5):
        market.run_week()
    command = market.state.mail.commands
    assert [(plan.week, plan.arrives) for plan in command] == [(4, 6)]
    assert (market.state.customers.territory[command[0].rows] == 0).all()
    market.run()
    assert market.results.measure("plan_age")[-1].tolist() == [3, 7]


def test_a_run_with_commands_on_their_way_can_be_split() -> None:
    late = {"policy.gateway.command_delay": 3, "params.information.unheeded": 0.2}
    part = small(weeks=8, overrides=late)
    part.step()
    assert part.state.mail.commands
    continued = pickle.loads(pickle.dumps(part)).run()
    assert (
        fingerprint(continued) == fingerprint(small(weeks=8, overrides=late).run()) != fingerprint(small(weeks=8).run())
    )
