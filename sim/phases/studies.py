"""Studies: the firm commissions them, customers are asked, and findings come in after their delay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.market_department import MarketDepartment
from sim.derived.expected_purchases import expected_purchases
from sim.questions.studies import StudyKind
from sim.rng import Decision
from sim.solvers.potential import purchases_from_anyone
from sim.stages import Stage
from sim.state import Findings, MarketState, Report
from sim.state.table import NEVER
from sim.state.today import Commissioned

Ints = NDArray[np.int64]
Found = dict[str, NDArray[Any]]

#: Half the spread of a yes-or-no answer at its worst: a sample of n shows a share with an error of at most this / √n.
_WORST_SHARE = 0.5

# What a question of the usage survey is about, as index of its error; marks come after these.
_PURCHASES, _ORDERS, _POTENTIAL, _COUNT, _MARKS = 0, 1, 2, 3, 8
#: Errors of different kinds of study never share a draw.
_QUESTIONS_A_STUDY = 64


def commission_studies(state: MarketState) -> Commissioned | None:
    """Ask the customers of this week's samples, and send what they say on its way; None in a week without studies."""
    if state.rules.idle("studies"):
        return None
    sample = MarketDepartment.decide_studies(state).sample
    if not sample.any():
        return None
    numbers, places = state.params.studies, len(sample)
    cost, studied = np.zeros(places, dtype=np.int64), np.zeros(places, dtype=np.int64)
    prices = {StudyKind.TRACKER: numbers.short_interview, StudyKind.RIVALS: numbers.price_note}
    for kind in StudyKind:
        where = np.flatnonzero(sample[:, kind])
        if len(where) == 0:
            continue
        if kind == StudyKind.RIVALS:
            asked = sample[:, kind].astype(np.int64)
            _note_prices(state, where, asked[where])
        else:
            rows = _draw_sample(state, kind, sample[:, kind])
            asked = np.bincount(state.customers.territory[rows], minlength=places)
            studied += asked
            _ASK[kind](state, where, rows)
        cost += numbers.fee * (sample[:, kind] > 0) + prices.get(kind, numbers.interview) * asked
    return Commissioned(cost, studied)


def _draw_sample(state: MarketState, kind: StudyKind, size: NDArray[np.integer]) -> Ints:
    """Rows of as many customers of each territory as ``size`` [T] says, or all there are: those of the smallest draws."""
    lot = state.luck(Decision.STUDY_SAMPLE).uniform(state.customers.key, int(kind))
    territory = state.customers.territory
    order = np.lexsort((lot, territory))
    home = territory[order]
    place = np.arange(len(order)) - np.searchsorted(home, home)
    return np.sort(order[place < size[home]])


def _errors(state: MarketState, kind: StudyKind, rows: Ints, question: int | NDArray[np.integer]) -> NDArray[Any]:
    """Standard normal errors of the answers of ``rows`` to a question, one draw per customer and question."""
    return state.luck(Decision.STUDY).normal(state.customers.key[rows], question + _QUESTIONS_A_STUDY * int(kind))


def _blurred(values: NDArray[np.floating], spread: float, errors: NDArray[np.floating]) -> NDArray[np.float64]:
    """``values`` with lognormal errors of mean 1: wrong one by one, right on average."""
    wrong: NDArray[np.float64] = np.asarray(values, np.float64) * np.exp(spread * errors - 0.5 * spread**2)
    return wrong


def _mean_by(state: MarketState, where: Ints, rows: Ints, values: NDArray[Any]) -> NDArray[np.float64]:
    """Mean of ``values`` [rows] over the customers asked in each territory of ``where``; NaN without any."""
    home, places = state.customers.territory[rows], len(state.territories)
    count = np.bincount(home, minlength=places)[where]
    total = np.bincount(home, weights=values, minlength=places)[where]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _ask_usage(state: MarketState, where: Ints, rows: Ints) -> None:
    """Usage and attitude: a record of every customer asked, purchases of those without a record, and a better count."""
    numbers, kind, knowledge = state.params.studies, StudyKind.USAGE, state.knowledge
    arrives = state.week + numbers.delay
    spread, marks = numbers.purchase_error, state.customers.marks[rows]
    potential = _blurred(expected_purchases(state, rows), spread, _errors(state, kind, rows, _POTENTIAL))
    error = state.luck(Decision.STUDY).normal(
        state.customers.key[rows][:, None], _MARKS + np.arange(marks.shape[1])[None, :]
    )
    state.mail.reports.append(
        Report(
            arrives=arrives,
            week=state.week,
            rows=rows,
            value=_blurred(state.diary.bought[rows], spread, _errors(state, kind, rows, _PURCHASES)).astype(np.float32),
            orders=_blurred(state.diary.ordered[rows], spread, _errors(state, kind, rows, _ORDERS)).astype(np.float32),
            last_order=state.customers.last_order[rows],
            potential=potential.astype(np.float32),
            marks=(marks + numbers.mark_error * state.numbers.mark_spread * error).astype(np.float32),
            doubt=_admitted(state, len(rows)),
        )
    )
    recorded = purchases_from_anyone(
        knowledge.potential[rows], knowledge.value[rows], knowledge.last_order[rows] != NEVER
    )
    silent = np.isnan(recorded)
    count = np.bincount(state.customers.territory[rows], minlength=len(state.territories))[where]
    # Addresses that do not exist any more show in a sample as a share does.
    miss = (
        _WORST_SHARE
        / np.sqrt(np.maximum(count, 1))
        * state.luck(Decision.STUDY).normal(state.territories.key[where], _COUNT)
    )
    found = {
        "unheard_mean": _mean_by(state, where, rows[silent], potential[silent]),
        "counted": np.rint(state.numbers.customers_of[where] * np.exp(miss)),
    }
    state.mail.findings.append(Findings(arrives, where, found))


def _admitted(state: MarketState, rows: int) -> NDArray[np.float64] | None:
    """Errors that the study's own report gives for its findings [rows, 2]; None where headquarters does not weigh them."""
    if state.params.database.smoothing != "precision":
        return None
    return np.tile([state.params.studies.purchase_error, state.params.studies.mark_error], (rows, 1))


def _ask_tracker(state: MarketState, where: Ints, rows: Ints) -> None:
    """Brand tracker: who knows us, who uses us."""
    customers = state.customers
    knows = customers.aware[rows] >> np.uint8(state.layout.own_brand) & 1
    uses = np.isin(customers.stage[rows], (Stage.BUYER, Stage.LOYAL))
    found = {
        "aware_share": _mean_by(state, where, rows, knows),
        "usage_share": _mean_by(state, where, rows, uses),
    }
    state.mail.findings.append(Findings(state.week + state.params.studies.short_delay, where, found))


def _ask_price(state: MarketState, where: Ints, rows: Ints) -> None:
    """Price study: what customers say of how much price counts."""
    numbers = state.params.studies
    error = _errors(state, StudyKind.PRICE, rows, 0)
    stated = _blurred(state.customers.price_sensitivity[rows], numbers.sensitivity_error, error)
    found = {"price_sensitivity": _mean_by(state, where, rows, stated)}
    state.mail.findings.append(Findings(state.week + numbers.delay, where, found))


def _ask_needs(state: MarketState, where: Ints, rows: Ints) -> None:
    """Survey of needs: how much each attribute counts, customer by customer."""
    numbers, taste = state.params.studies, state.customers.taste[rows]
    index = _QUESTIONS_A_STUDY * int(StudyKind.NEEDS) + np.arange(taste.shape[1])
    error = state.luck(Decision.STUDY).normal(state.customers.key[rows][:, None], index[None, :])
    state.mail.findings.append(
        Findings(state.week + numbers.delay, where, {}, rows, taste + numbers.needs_error * error)
    )


_ASK = {
    StudyKind.USAGE: _ask_usage,
    StudyKind.TRACKER: _ask_tracker,
    StudyKind.PRICE: _ask_price,
    StudyKind.NEEDS: _ask_needs,
}


def _note_prices(state: MarketState, where: Ints, notes: Ints) -> None:
    """Price watch: the mean of ``notes`` price lists of every rival offer in each territory of ``where``."""
    numbers = state.params.studies
    keys = (
        state.territories.key[where][:, None] + state.rivals.key[None, :]
    )  # of a territory and an offer; wraps around
    error = state.luck(Decision.RIVALS_WATCHED).normal(keys)
    spread = numbers.price_note_error / np.sqrt(notes)[:, None]
    there = state.presence.offers(state.week)[state.rivals.offer]
    price = np.where(there, state.rivals.price, np.nan)
    found = {"rival_price": price[None, :] * np.exp(spread * error)}
    state.mail.findings.append(Findings(state.week + numbers.short_delay, where, found))


def take_in_findings(state: MarketState) -> None:
    """Write the findings that arrive this week into the market department's tables; older findings give way."""
    arrived = [findings for findings in state.mail.findings if findings.arrives <= state.week]
    if not arrived:
        return
    state.mail.findings = [findings for findings in state.mail.findings if findings.arrives > state.week]
    table = state.territories
    for findings in arrived:
        for name, values in findings.found.items():
            if name == "rival_price":
                _hold_for_usual(state, findings.territories, values)
            known = np.isfinite(values) if values.ndim == 1 else np.ones(len(values), dtype=np.bool_)
            getattr(table, name)[findings.territories[known]] = values[known]
        if len(findings.rows):
            _write_down_needs(state, findings)


def _write_down_needs(state: MarketState, findings: Findings) -> None:
    """Keep what customers stated; room for it is made by the first survey."""
    if len(state.headquarters.stated_needs) == 0:
        state.headquarters.stated_needs = np.full(state.customers.taste.shape, np.nan, dtype=np.float32)
    state.headquarters.stated_needs[findings.rows] = findings.needs


def _hold_for_usual(state: MarketState, where: NDArray[np.integer], noted: NDArray[np.floating]) -> None:
    """The price held for usual follows what is noted slowly; the first note is usual."""
    before = state.territories.rival_price_usual[where]
    moved = before + state.params.studies.usual_step * (noted - before)
    state.territories.rival_price_usual[where] = np.where(np.isnan(before), noted, moved)
