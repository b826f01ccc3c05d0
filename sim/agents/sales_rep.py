"""Sales reps: choose their effort, the customers they visit and the projects they pursue, and whether they stay."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.agents.row_agent import RowAgent
from sim.derived.accounts import relationships, served
from sim.derived.call_hours import hours_expected, hours_per_call
from sim.derived.call_lengths import calls_differ
from sim.quantity import WEEKS_PER_YEAR, weekly_hazard_of_annual_probability
from sim.questions.calls import CallShares
from sim.questions.effort import Effort
from sim.questions.pursuit import Pursuit
from sim.questions.quit import Quits
from sim.rng import Decision
from sim.rules.copies import for_reading
from sim.solvers.pursuit import carry
from sim.state import MarketState
from sim.views import PursuitSeen, QuitSeen, RepSeen


class SalesRep(RowAgent):
    """A position of the sales force and the person who fills it."""

    OWNERS: ClassVar[dict[str, str]] = {"account": "account_rep", "project": "project_rep"}

    @staticmethod
    def see(state: MarketState) -> RepSeen:
        """What all reps see: their hours and their own accounts, those that :func:`served` lists, in this order."""
        reps, knowledge, accounts = state.reps, state.knowledge, served(state)
        hours = hours_expected(state)
        seen = RepSeen(
            week=state.calendar,
            luck=state.luck(Decision.CALL_CHOICE),
            key=reps.key,
            selling_hours=reps.field_hours,
            hours_per_call=SalesRep._mean_hours(state, accounts, hours),
            alignment=reps.alignment,
            motivation=reps.motivation,
            commission_share=reps.variable_share,
            observed=reps.observed,
            account_key=state.alias[accounts],
            account_rep=knowledge.rep[accounts],
            account_norm=knowledge.norm[accounts],
            account_relationship=relationships(state, accounts),
            account_value=np.where(state.diary.met[accounts], state.diary.bought[accounts], knowledge.value[accounts]),
            account_hours=hours,
        )
        return for_reading(seen)  # closed once for all that reps are asked this week

    @staticmethod
    def _mean_hours(state: MarketState, accounts: NDArray[np.int64], hours: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of the ``hours`` of a call [A] over the calls that the plan asks of each rep [R]."""
        usual = hours_per_call(state)
        if not calls_differ(state):
            return usual
        rep, norm = state.knowledge.rep[accounts], state.knowledge.norm[accounts].astype(np.float64)
        calls, total = (np.bincount(rep, weights=w, minlength=len(usual)) for w in (norm, norm * hours))
        return np.where(calls > 0, total / np.where(calls > 0, calls, 1.0), usual)

    @staticmethod
    def see_projects(state: MarketState, seen: RepSeen, rows: NDArray[np.int64]) -> PursuitSeen:
        """What all reps see of the open projects in ``rows``, all of which are their accounts'."""
        projects, customer = state.opportunities.projects, state.opportunities.projects.customer[rows]
        fields = {name: getattr(seen, name) for name in RepSeen.__dataclass_fields__}
        return PursuitSeen(
            **{**fields, "luck": state.luck(Decision.PURSUIT)},
            load=state.params.projects.load,
            project_key=state.alias[customer],
            project_number=projects.number[rows],
            project_rep=state.knowledge.rep[customer],
            project_stage=projects.stage(state.week - 1)[rows],
            project_age=(state.week - projects.opened[rows]).astype(np.float64),
            project_worth=projects.guess[rows],
            project_relationship=relationships(state, customer),
            project_attention=projects.attention[rows],
        )

    @staticmethod
    def see_offers(state: MarketState, offer: NDArray[np.float64], stay_bonus: NDArray[np.int64]) -> QuitSeen:
        """What reps weigh when they may leave.

        ``offer`` [R] is the pay a week they are offered outside, 0 without offer; ``stay_bonus`` [R] what they get
        once for staying, minor units.
        """
        reps, teams, market = state.reps, len(state.managers), state.params.labour_market
        heads = np.bincount(reps.team[reps.active], minlength=teams)
        pay = np.bincount(reps.team[reps.active], weights=reps.pay[reps.active], minlength=teams) / np.maximum(heads, 1)
        return QuitSeen(
            week=state.calendar,
            luck=state.luck(Decision.LEAVING),
            key=reps.key,
            tenure=reps.tenure,
            newness=np.exp(-reps.tenure / state.params.people.ramp),
            pay=reps.pay + stay_bonus / WEEKS_PER_YEAR,
            colleagues_pay=pay[reps.team],
            offer=offer,
            push=state.params.people.quit_motivation * (1.0 - reps.motivation) + reps.lack,
            hazard=weekly_hazard_of_annual_probability(state.params.people.quit_probability),
            by_offers=market.offers,
            reluctance=market.reluctance,
            taste=market.taste,
        )

    @staticmethod
    def decide_effort(state: MarketState, seen: RepSeen) -> NDArray[np.float64]:
        """Ask every rep for its effort, kept within 0..1; 0 for vacant positions."""
        answer: Effort = state.rules.ask("effort", lambda: seen.drawing(state.luck(Decision.EFFORT)))
        effort: NDArray[np.float64] = np.where(state.reps.active, answer.effort, 0.0)
        return effort

    @staticmethod
    def decide_calls(state: MarketState, seen: RepSeen) -> NDArray[np.float64]:
        """Ask how every rep divides its calls among its accounts; shares are made to sum to 1 per rep."""
        answer: CallShares = state.rules.ask("calls", lambda: seen)
        total = np.bincount(seen.account_rep, weights=answer.share, minlength=len(state.reps))
        divided: NDArray[np.float64] = answer.share / np.where(total > 0, total, 1.0)[seen.account_rep]
        return divided

    @staticmethod
    def decide_pursuit(state: MarketState, seen: PursuitSeen) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Ask which projects reps carry [P], and which part of the rep's calls each gets [P]; at most 1 per rep."""
        answer: Pursuit = state.rules.ask("pursuit", lambda: seen)
        carried = carry(answer.priority, seen.project_rep, seen.project_key, seen.project_number, seen.load)
        share = np.where(carried, answer.share, 0.0)
        total = np.bincount(seen.project_rep, weights=share, minlength=len(state.reps))
        return carried, share / np.maximum(total, 1.0)[seen.project_rep]

    @staticmethod
    def decide_quits(
        state: MarketState, offer: NDArray[np.float64], stay_bonus: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Ask how likely each rep is to leave this week, given its outside ``offer`` [R] and ``stay_bonus`` [R]."""
        answer: Quits = state.rules.ask(
            "quit", partial(SalesRep.see_offers, state, offer, stay_bonus), state.reps.territory
        )
        probability: NDArray[np.float64] = np.asarray(answer.probability, dtype=np.float64)
        return probability
