"""Set-up: another way of working costs money in the week in which it is introduced, and works in part until it has settled.

Nothing is introduced in the first week of a market: what is in force then, the company has lived with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.derived.practice import learnt_after
from sim.questions.gateway import Gateway
from sim.rules.copies import same_answer
from sim.state import MarketState
from sim.state.headquarters import ReportingLine
from sim.state.table import NEVER
from sim.state.today import SetUp

Bools = NDArray[np.bool_]
Money = NDArray[np.int64]
Reals = NDArray[np.floating[Any]]


#: Questions whose rules cost something to introduce.
_WITH_SET_UP = ("routines", "gateway", "segmentation")


def introduced(state: MarketState, question: str) -> Bools:
    """Territories [T] where a rule that does anything about ``question`` takes the place of another one this week."""
    if state.week == 0 or not state.rules.changes(question):
        return np.zeros(len(state.layout.territories), dtype=np.bool_)
    new: Bools = np.array([not rule.idle for rule in state.rules.of_each(question)])
    return state.rules.changed(question) & new


def set_up(state: MarketState, begin_to_share: Bools, development: int = 0) -> SetUp | None:
    """What it costs to introduce this week's changes, None for nothing.

    The distributors [D] who ``begin_to_share`` are among them, and the ``development`` of variants, minor units.
    """
    numbers, reps = state.params.change, state.reps
    new = _link(state, begin_to_share)
    if not (development > 0 or new.any() or any(map(state.rules.changes, _WITH_SET_UP))):
        return None
    routines = introduced(state, "routines")[reps.territory] & reps.active
    costs = SetUp(
        routines=numbers.routine_setup * routines.astype(np.int64),
        gateway=_part_of(state, numbers.gateway_setup, introduced(state, "gateway")),
        segmentation=_part_of(state, numbers.segmentation_setup, introduced(state, "segmentation")),
        sharing=numbers.sharing_setup * new.astype(np.int64),
        variants=_part_of(state, development, np.full(len(state.layout.territories), development > 0)),
    )
    return costs if any(amounts.any() for amounts in vars(costs).values()) else None


def _part_of(state: MarketState, whole: int, where: Bools) -> Money:
    """The parts [T] that territories ``where`` bear of what the ``whole`` market costs, minor units."""
    parts: Money = np.where(where, round(whole / len(state.layout.territories)), 0).astype(np.int64)
    return parts


def _link(state: MarketState, begin_to_share: Bools) -> Bools:
    """Note since when distributors share; returns those who are linked for the first time, in the first week none."""
    linked, week = state.distributors.linked, state.week
    if linked.shape[1] == 0:
        return np.zeros(len(begin_to_share), dtype=np.bool_)
    new: Bools = begin_to_share & (linked[:, 0] == NEVER)
    if week == 0:
        linked[new, 0] = -state.params.change.sharing_weeks
        return np.zeros_like(new)
    linked[new, 0] = week
    return new


def sends_data(state: MarketState) -> Bools:
    """Distributors [D] whose sell-out data arrive: those who share and are linked."""
    sharing, linked = state.distributors.shares_data, state.distributors.linked
    if linked.shape[1] == 0:
        return sharing
    ready: Bools = sharing & (state.week - linked[:, 0] >= state.params.change.sharing_weeks)
    return ready


def learn_gateway(state: MarketState, answer: Gateway) -> Gateway:
    """The reporting line as it works this week: where it is new, what is better than in the old one comes with time.

    Its offices ask for their forms, and cost, from the first week on.
    """
    settle = state.params.change.gateway_weeks
    if settle == 0:
        return answer
    held = state.headquarters.line
    if held is None:
        state.headquarters.line = ReportingLine(answer, answer, answer, np.zeros(len(answer.offices), dtype=np.int64))
        return answer
    unmoved = answer is held.answer or same_answer(answer, held.answer)
    another = state.rules.changes("gateway")
    if unmoved and not (another or held.weeks.any()):
        return held.working  # the same line as ever
    new = state.rules.changed("gateway")
    weeks = np.where(new, 1, held.weeks + 1)
    former = _by_territory(new, held.working, held.former) if another else held.former
    learnt = np.where(held.weeks + new > 0, learnt_after(weeks, settle), 1.0)[:, None]
    working = replace(
        answer,
        loss=_between(former.loss, answer.loss, learnt),
        noise=_between(former.noise, answer.noise, learnt),
        delay=np.rint(_between(1.0 * former.delay, 1.0 * answer.delay, learnt)).astype(np.int64),
    )
    state.headquarters.line = ReportingLine(answer, working, former, np.where(held.weeks + new > 0, weeks, 0))
    return working


def _by_territory(where: Bools, one: Gateway, other: Gateway) -> Gateway:
    """The line ``one`` in the territories ``where`` [T], the ``other`` elsewhere, as far as it is learnt."""
    pick = where[:, None]
    return replace(
        other,
        loss=np.where(pick, one.loss, other.loss),
        noise=np.where(pick, one.noise, other.noise),
        delay=np.where(pick, one.delay, other.delay),
    )


def _between(former: Reals, new: Reals, learnt: Reals) -> Reals:
    """From ``former`` to ``new`` as far as ``learnt`` where that is less, which is better; ``new`` at once elsewhere."""
    between: Reals = np.where(new < former, former + (new - former) * learnt, new)
    return between
