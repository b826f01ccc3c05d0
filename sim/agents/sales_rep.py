"""Sales reps: choose their effort and whom they visit, within their hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.agents.market_department import check
from sim.agents.row_agent import RowAgent
from sim.quantity import WEEKS_PER_YEAR, weekly_hazard_of_annual_probability
from sim.questions.calls import CallShares
from sim.questions.effort import Effort
from sim.questions.pursuit import Pursuit
from sim.questions.quit import Quits
from sim.rng import Decision
from sim.solvers.doses import combine, dose_effect
from sim.solvers.pursuit import carry
from sim.state import MarketState, Use
from sim.views import PursuitSeen, QuitSeen, RepSeen


class SalesRep(RowAgent):
    """A position of the sales force and the person who fills it."""


def hours_per_call(state: MarketState) -> NDArray[np.float64]:
    """Hours with the customer and on the road for one call, by rep [R]."""
    travel = np.array([t.travel_hours for t in state.layout.territories])
    per_call: NDArray[np.float64] = state.params.hours.selling_per_call + travel[state.reps.territory]
    return per_call


def visits_to_distributors(state: MarketState) -> NDArray[np.floating]:
    """Visits of each rep to distributors this week [R], as long and as far as calls on customers, and with the same effort."""
    visits: NDArray[np.floating] = state.books.hours.spent[state.week, Use.DISTRIBUTORS] * state.reps.effort
    return visits / hours_per_call(state)


def learnt_of_job(state: MarketState) -> NDArray[np.floating]:
    """Part of a seasoned rep's output that each rep has learnt to bring [R]: 1−exp(−t/τ) after t weeks in the job."""
    learnt: NDArray[np.floating] = -np.expm1(-(state.reps.tenure + 1.0) / state.params.people.ramp)
    return learnt


def skill_of(state: MarketState) -> NDArray[np.floating]:
    """Skill with which each rep sells, product knowledge included, in standard deviations [R]."""
    skill: NDArray[np.floating] = state.reps.skill + product_knowledge(state)
    return skill


def worth_with_distributors(state: MarketState) -> NDArray[np.floating]:
    """What an hour of each rep with a distributor is worth [R], 1 for a seasoned one of mean skill."""
    worth: NDArray[np.floating] = np.exp(state.params.calls.skill_spread * skill_of(state)) * learnt_of_job(state)
    return worth


def product_knowledge(state: MarketState) -> NDArray[np.float32]:
    """What joint training adds to the skill with which reps call [R], in standard deviations.

    It is one programme more beside coaching and training and combines with them under the same ceiling.
    """
    numbers, management, reps = state.params.technical, state.params.management, state.reps
    others = [
        dose_effect(management.coaching_d, reps.coached, management.coaching_half),
        dose_effect(management.training_d, reps.trained, management.training_half),
    ]
    joint = dose_effect(numbers.training_d, reps.product_trained, numbers.training_half)
    gain = combine([*others, joint], management.ceiling) - combine(others, management.ceiling)
    return np.where(reps.product_trained > 0, gain, 0.0).astype(np.float32)


def served(state: MarketState) -> NDArray[np.int64]:
    """Rows of the customers whom a rep serves in person, whose position is filled [A]."""
    accounts = state.accounts()
    rows: NDArray[np.int64] = accounts[state.reps.active[state.knowledge.rep[accounts]]]
    return rows


def relationships(state: MarketState, rows: NDArray[np.int64]) -> NDArray[np.floating]:
    """Relationship with the customers in ``rows``, all of them accounts, as their reps take it to be [rows].

    Reps know it from their own calls. Of one on whom a rep has not called yet it expects what it knows of the others.
    """
    felt: NDArray[np.floating] = state.customers.relationship[rows]
    strange = ~state.diary.met[rows]
    if not strange.any():
        return felt
    rep, accounts = state.knowledge.rep, state.accounts()
    met = accounts[state.diary.met[accounts]]
    total = np.bincount(rep[met], weights=state.customers.relationship[met], minlength=len(state.reps))
    usual = total / np.maximum(np.bincount(rep[met], minlength=len(state.reps)), 1)
    return np.where(strange, usual[rep[rows]].astype(felt.dtype), felt)


def see_reps(state: MarketState) -> RepSeen:
    """What all reps see: their hours and their own accounts, those that :func:`served` lists, in this order."""
    reps, knowledge, accounts = state.reps, state.knowledge, served(state)
    return RepSeen(
        week=state.week,
        luck=state.luck(Decision.CALL_CHOICE),
        key=reps.key,
        selling_hours=reps.field_hours,
        hours_per_call=hours_per_call(state),
        alignment=reps.alignment,
        motivation=reps.motivation,
        commission_share=reps.variable_share,
        observed=reps.observed,
        account_key=state.alias[accounts],
        account_rep=knowledge.rep[accounts],
        account_norm=knowledge.norm[accounts],
        account_relationship=relationships(state, accounts),
        account_value=np.where(state.diary.met[accounts], state.diary.bought[accounts], knowledge.value[accounts]),
    )


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


def decide_pursuit(state: MarketState, seen: PursuitSeen) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Ask which projects reps carry [P], and which part of the rep's calls each gets [P]; at most 1 per rep."""
    answer: Pursuit = state.rules.ask("pursuit", seen, size=len(seen.project_key))
    carried = carry(answer.priority, seen.project_rep, seen.project_key, seen.project_number, seen.load)
    share = np.where(carried, np.clip(answer.share, 0.0, 1.0), 0.0)
    total = np.bincount(seen.project_rep, weights=share, minlength=len(state.reps))
    return carried, share / np.maximum(total, 1.0)[seen.project_rep]


def decide_effort(state: MarketState, seen: RepSeen) -> NDArray[np.float64]:
    """Ask every rep for its effort, kept within 0..1; 0 for vacant positions."""
    answer: Effort = state.rules.ask("effort", replace(seen, luck=state.luck(Decision.EFFORT)), size=len(seen.key))
    effort: NDArray[np.float64] = np.where(state.reps.active, np.clip(answer.effort, 0.0, 1.0), 0.0)
    return effort


def decide_calls(state: MarketState, seen: RepSeen) -> NDArray[np.float64]:
    """Ask how every rep divides its calls among its accounts; shares are made to sum to 1 per rep."""
    answer: CallShares = state.rules.ask("calls", seen, size=len(seen.account_key))
    share = np.maximum(answer.share, 0.0)
    total = np.bincount(seen.account_rep, weights=share, minlength=len(state.reps))
    divided: NDArray[np.float64] = share / np.where(total > 0, total, 1.0)[seen.account_rep]
    return divided


def see_offers(state: MarketState, offer: NDArray[np.float64], stay_bonus: NDArray[np.int64]) -> QuitSeen:
    """What reps weigh when they may leave.

    ``offer`` [R] is the pay a week they are offered outside, 0 without offer; ``stay_bonus`` [R] what they get once for
    staying, minor units.
    """
    reps, teams, market = state.reps, len(state.managers), state.params.labour_market
    heads = np.bincount(reps.team[reps.active], minlength=teams)
    pay = np.bincount(reps.team[reps.active], weights=reps.pay[reps.active], minlength=teams) / np.maximum(heads, 1)
    return QuitSeen(
        week=state.week,
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


def decide_quits(state: MarketState, offer: NDArray[np.float64], stay_bonus: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ask how likely each rep is to leave this week, given its outside ``offer`` [R] and ``stay_bonus`` [R]."""
    answer: Quits = state.rules.ask("quit", see_offers(state, offer, stay_bonus), state.reps.territory)
    inside = bool(((answer.probability >= 0) & (answer.probability <= 1)).all())
    check("policy.quit", inside, "a probability outside 0..1", "from 0 to 1")
    probability: NDArray[np.float64] = np.asarray(answer.probability, dtype=np.float64)
    return probability
