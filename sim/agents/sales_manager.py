"""Sales managers: give their hours to meetings, forms, field visits and talks."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.agents.row_agent import RowAgent
from sim.questions.routines import Routines
from sim.rng import Decision
from sim.state import MarketState
from sim.views import ManagerSeen

#: Weeks that the view of past gaps covers: the longest lag that a rule may ask for.
WEEKS_SHOWN = 26


class SalesManager(RowAgent):
    """The manager of one team."""

    @staticmethod
    def see(state: MarketState) -> ManagerSeen:
        """What all managers see: their teams, and how far these keep to the plan by their own reports."""
        managers, reps, gaps = state.managers, state.reps, past_gaps(state)
        return ManagerSeen(
            week=state.calendar,
            luck=state.luck(Decision.CHECK),
            key=managers.key,
            team_territory=managers.territory,
            span=np.bincount(reps.team[reps.active], minlength=len(managers)),
            hours=np.full(len(managers), state.params.management.manager_hours),
            plan_gap=gaps[0],
            past_gaps=gaps,
        )

    @staticmethod
    def decide_routines(state: MarketState) -> Routines:
        """Ask every manager for this week's routines, and give each rep the answer to the rule of the rep's territory.

        Teams may work in several territories, so the answer has one row per rep. Hours beyond the manager's own are
        cut by the engine.
        """
        answer: Routines = state.rules.ask(
            "routines", partial(SalesManager.see, state), state.reps.territory, state.reps.team
        )
        return answer


def past_gaps(state: MarketState) -> NDArray[np.float64]:
    """Reported calls short of plan as a share of the plan, by weeks ago and team [26, M]; 0 before the first week."""
    gaps = np.zeros((WEEKS_SHOWN, len(state.managers)))
    first = max(state.week - state.params.management.gap_memory, 0)
    planned = state.record["calls_planned"][first : state.week][::-1]
    made = state.record["calls_reported_on_plan"][first : state.week][::-1]
    gaps[: len(planned)] = np.where(planned > 0, 1 - made / np.maximum(planned, 1e-9), 0.0)
    return gaps
