"""Commands: a new call plan goes down from headquarters to the reps, takes its time, and is carried out to a degree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.market_department import MarketDepartment
from sim.phases.compliance import Plan, unsettle
from sim.phases.hand_over import break_off
from sim.phases.labour_market import lose_relationship
from sim.questions.gateway import Gateway
from sim.rng import Decision
from sim.state import Command, MarketState


def send_call_plan(state: MarketState, gateway: Gateway) -> None:
    """Send a new plan to the territories where it is due; each gets it after the delay of its line."""
    coverage = MarketDepartment.decide_coverage(state)
    if coverage is None:
        return
    due, home = state.rules.due("coverage"), state.customers.territory
    delay = _delay(state, gateway)
    for weeks in np.unique(delay[due]):
        rows = np.flatnonzero((due & (delay == weeks))[home])
        state.mail.commands.append(
            Command(state.week + int(weeks), state.week, rows, coverage.rep[rows], coverage.norm[rows])
        )


def _delay(state: MarketState, gateway: Gateway) -> NDArray[np.int64]:
    """Weeks from headquarters to the reps [T]."""
    own = np.full(len(state.layout.territories), state.params.information.command_delay, dtype=np.int64)
    return own + gateway.command_delay


def carry_out_call_plans(state: MarketState) -> NDArray[np.bool_]:
    """Take up the plans that arrive this week; one that was overtaken by a later plan is thrown away.

    Returns the territories [T] where that changes anything.
    """
    changed = np.zeros(len(state.headquarters.plan_of), dtype=np.bool_)
    arrived = [command for command in state.mail.commands if command.arrives <= state.week]
    state.mail.commands = [command for command in state.mail.commands if command.arrives > state.week]
    for command in arrived:
        home = state.customers.territory[command.rows]
        news = command.week >= state.headquarters.plan_of[home]
        followed = _followed(state, command)
        changed |= _record_changes(state, command, news, followed)
        _carry_out(state, command, news & followed)
        state.headquarters.plan_of[np.unique(home[news])] = command.week
    age = np.where(state.headquarters.plan_of < 0, 0, state.week - state.headquarters.plan_of)
    state.record.put(state.week, "plan_age", age)
    return changed


def _record_changes(
    state: MarketState, command: Command, news: NDArray[np.bool_], followed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Record for how many customers the plan changes what is in force, and for how many of them it is followed.

    Returns the territories [T] where there are any of the latter.
    """
    knowledge, rows = state.knowledge, command.rows
    says = news & ((command.rep != knowledge.rep[rows]) | (command.norm != knowledge.norm[rows]))
    for name, which in (("plan_changes", says), ("plan_changes_heeded", says & followed)):
        home = state.customers.territory[rows[which]]
        count = np.bincount(home, minlength=len(state.headquarters.plan_of))
        state.record.add(state.week, name, count)
    changed: NDArray[np.bool_] = count > 0
    return changed


def _followed(state: MarketState, command: Command) -> NDArray[np.bool_]:
    """For which of its customers the territory does as the plan says; in another week it may be others."""
    ignored = state.params.information.unheeded
    if ignored == 0:
        return np.ones(len(command.rows), dtype=np.bool_)
    followed: NDArray[np.bool_] = state.luck(Decision.COMMAND).uniform(state.customers.key[command.rows]) >= ignored
    return followed


def _carry_out(state: MarketState, command: Command, followed: NDArray[np.bool_]) -> None:
    """An account that goes to another rep keeps only part of its relationship; one that goes to none misses its rep."""
    knowledge, rows, rep = state.knowledge, command.rows[followed], command.rep[followed]
    before, norm = knowledge.rep[rows], command.norm[followed]
    # Those whose rep has left have paid when the rep left.
    lost = (before >= 0) & (rep != before) & state.reps.active[before]
    lose_relationship(state, rows[lost & (rep >= 0)], part=state.params.change.reassigned)
    break_off(state, rows[lost & (rep < 0)], state.params.change.dropped)
    unsettle(state, Plan(rows, before, knowledge.norm[rows]), Plan(rows, rep, norm))
    knowledge.rep[rows] = rep
    state.diary.met[rows[rep != before]] = False
    knowledge.norm[rows] = norm
    state.diary.due[rows[rep < 0]] = 0.0
