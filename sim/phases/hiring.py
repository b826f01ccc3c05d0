"""Hiring: vacancies are filled through a channel, by an interview, with applicants who may say no."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.phases.account import book_hiring
from sim.phases.labour_market import exodus_at_rest
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.solvers.applicants import ability_behind, first_to_accept
from sim.solvers.motives import NEEDS, STYLES
from sim.state import MarketState

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

#: Places of a hire's draws after those of the applicants, of which there are at most 100.
_REST, _ZEAL, _STYLE, _NEED = 990, 991, 992, 993

#: What a newcomer has none of yet.
_FRESH = (
    *("tenure", "coached", "trained", "feedback", "carry", "skill"),
    *("inducted", "drilled", "know_how", "fairness", "morale", "lack", "talked"),
)


@dataclass(frozen=True)
class _Way:
    """How each of some positions is filled this week, one row each."""

    cost: Ints  # minor units a hire
    applicants: Ints
    quality: Floats  # sd of ability
    validity: Floats
    hours: Floats  # manager's, per applicant
    care: Floats  # part of these spent on treating applicants as guests
    maturity_weight: Floats

    def of(self, rows: NDArray[np.bool_]) -> _Way:
        """The same for some of the positions."""
        return _Way(**{name: values[rows] for name, values in vars(self).items()})


def hire(state: MarketState) -> None:
    """Vacant positions are filled by the applicant who looks best to the selection and accepts."""
    reps, teams = state.reps, len(state.managers)
    rows = np.flatnonzero(reps.position & ~reps.active)
    if len(rows) == 0:
        return
    rows = rows[state.luck(Decision.HIRE).uniform(reps.key[rows]) < _chance(state, rows)]
    if len(rows) == 0:
        return
    way = _ways(state, rows)
    hours = way.applicants * way.hours
    state.managers.interviews[:] += np.bincount(reps.team[rows], weights=hours, minlength=teams)
    who, looks = _choose(state, way, rows)
    joins = who >= 0
    hired = np.bincount(reps.team[rows[joins]], minlength=teams)
    state.record.put(state.week, "hires", hired)
    state.books.heads.hire(state.week, hired)
    book_hiring(state, int(way.cost[joins].sum()))
    if joins.any():
        accounts, new = state.accounts(), np.zeros(len(reps), dtype=np.bool_)
        new[rows[joins]] = True
        state.diary.met[accounts[new[state.knowledge.rep[accounts]]]] = False
        _join(state, rows[joins], looks[who, np.arange(len(rows))][joins], who[joins], way.of(joins))


def _chance(state: MarketState, rows: Ints) -> Floats:
    """Probability that the search for each of ``rows`` comes to its end this week."""
    answer, usual, numbers = state.today.decided.recruiting, state.params.people, state.params.recruiting
    chance = _chance_by_channel(usual.vacancy, numbers.referral_weeks, numbers.agency_weeks)
    of_rows: Floats = chance[answer.channel[state.reps.territory[rows]]]
    return of_rows


@lru_cache
def _chance_by_channel(*mean_weeks: float) -> Floats:
    """Probability that a search comes to its end in a week, by the mean weeks it takes."""
    weeks = np.array(mean_weeks)
    chance: Floats = np.where(weeks < 1.0, 1.0, -np.expm1(-1.0 / np.maximum(weeks, 1.0)))
    return chance


def _ways(state: MarketState, rows: Ints) -> _Way:
    """What the firm's answer means for the positions ``rows``."""
    answer, usual, numbers = state.today.decided.recruiting, state.params.people, state.params.recruiting
    home = state.reps.territory[rows]
    channel, interview, care = answer.channel[home], answer.interview[home], answer.care[home]
    validities = (usual.validity, numbers.validity_structured, numbers.validity_work_sample, numbers.validity_knowledge)
    hours = (
        numbers.hours_unstructured,
        numbers.hours_structured,
        numbers.hours_work_sample,
        numbers.hours_knowledge,
    )
    return _Way(
        cost=np.array([usual.hiring_cost, numbers.referral_cost, numbers.agency_cost])[channel],
        applicants=np.array([usual.applicants, numbers.referral_applicants, numbers.agency_applicants])[channel],
        quality=np.array([0.0, numbers.referral_quality, numbers.agency_quality])[channel],
        validity=np.array(validities)[interview],
        hours=np.array(hours)[interview] + care,
        care=care,
        maturity_weight=answer.maturity_weight[home],
    )


def _draw_index(state: MarketState, rows: Ints) -> Ints:
    """First place of the draws for the next person to hold each position."""
    index: Ints = (state.reps.hires[rows].astype(np.int64) + 1) * 1000
    return index


def _choose(state: MarketState, way: _Way, rows: Ints) -> tuple[Ints, Floats]:
    """Number of the applicant hired for each of ``rows``, −1 where all decline, and all applicants' looks [applicants, rows]."""
    reps = state.reps
    index, places = _draw_index(state, rows), np.arange(way.applicants.max())[:, None]
    looks = state.luck(Decision.HIRE_ABILITY).normal(reps.key[rows][None], index[None] + places)
    missing = places >= way.applicants
    score = looks
    if way.maturity_weight.any():
        maturity = state.luck(Decision.APPLICANT).normal(reps.key[rows][None], index[None] + places)
        score = looks + way.maturity_weight * maturity
    accepts = state.luck(Decision.OFFER_ACCEPTED).uniform(reps.key[rows][None], places) < _acceptance(state, way, rows)
    chosen = first_to_accept(np.where(missing, -np.inf, score), accepts & ~missing)
    return chosen, looks


def _acceptance(state: MarketState, way: _Way, rows: Ints) -> Floats:
    """Probability that an applicant accepts each of the positions ``rows``: the usual one at the market's pay and the usual care."""
    numbers = state.params.recruiting
    if numbers.accept >= 1.0:
        return np.ones(len(rows))
    pay = np.log(np.maximum(colleagues_pay(state)[rows], 1.0) * WEEKS_PER_YEAR / state.params.labour_market.pay)
    odds = (
        special.logit(numbers.accept) + numbers.accept_pay * pay + numbers.accept_care * (way.care - numbers.care_usual)
    )
    accepted: Floats = special.expit(odds)
    return accepted


def colleagues_pay(state: MarketState) -> Floats:
    """Mean pay a week of the team of each position [R], minor units; the market's pay where no one is left."""
    reps, teams = state.reps, len(state.managers)
    market = np.full(teams, state.params.labour_market.pay / WEEKS_PER_YEAR)
    pay: Floats = _team_mean(state, reps.pay, market)[reps.team]
    return pay


def _team_mean(state: MarketState, values: Floats, empty: Floats) -> Floats:
    """Mean of ``values`` [R] over the reps of each team [M]; ``empty`` [M] where a team has none."""
    reps, teams = state.reps, len(state.managers)
    heads = np.bincount(reps.team[reps.active], minlength=teams)
    total = np.bincount(reps.team[reps.active], weights=values[reps.active], minlength=teams)
    mean: Floats = np.where(heads > 0, total / np.maximum(heads, 1), empty)
    return mean


def _join(state: MarketState, rows: Ints, looks: Floats, who: Ints, way: _Way) -> None:
    """Applicants ``who``, seen as ``looks``, take the positions ``rows``."""
    reps, calls = state.reps, state.params.calls
    traits, index = state.luck(Decision.HIRE_ABILITY), _draw_index(state, rows)
    ability = ability_behind(looks, traits.normal(reps.key[rows], index + _REST), way.validity)
    pay = colleagues_pay(state)
    sales = _team_mean(state, reps.sales, np.zeros(len(state.managers)))[reps.team]
    for column in _FRESH:
        getattr(reps, column)[rows] = 0
    reps.ability[rows] = calls.ability_spread * (ability + way.quality)
    reps.zeal[rows] = np.maximum(1.0 + calls.motivation_spread * traits.normal(reps.key[rows], index + _ZEAL), 0.0)
    reps.motivation[rows] = reps.zeal[rows]
    reps.maturity[rows] = _maturity(state, way, rows, who)
    persons = state.luck(Decision.APPLICANT)
    reps.style[rows] = np.floor(len(STYLES) * persons.uniform(reps.key[rows], index + _STYLE))
    reps.need[rows] = np.floor(len(NEEDS) * persons.uniform(reps.key[rows], index + _NEED))
    reps.skill[rows] = reps.ability[rows]
    reps.alignment[rows] = calls.compliance_start
    reps.form_use[rows] = state.params.forms.start
    reps.variable_share[rows] = state.params.labour_market.variable_share_at_start
    reps.exodus[rows] = exodus_at_rest(state)  # who went before was no colleague
    reps.pay[rows] = pay[rows]
    reps.sales[rows] = sales[rows]
    reps.hires[rows] += 1
    reps.active[rows] = True


def _maturity(state: MarketState, way: _Way, rows: Ints, who: Ints) -> Floats:
    """Maturity of those who join: what was seen of it is as valid as what was seen of ability."""
    numbers, reps = state.params.recruiting, state.reps
    traits, index = state.luck(Decision.APPLICANT), _draw_index(state, rows)
    seen, rest = traits.normal(reps.key[rows], index + who), traits.normal(reps.key[rows], index + _REST)
    z = ability_behind(seen, rest, way.validity)
    maturity: Floats = np.clip(numbers.maturity_mean + numbers.maturity_spread * z, 0.0, 1.0)
    return maturity
