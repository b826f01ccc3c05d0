"""The market department: segments the market, plans coverage, spends the advertising budget."""

from __future__ import annotations

import mesa
import numpy as np

from sim.agents.headquarters_view import recorded, see_firm, see_truth
from sim.errors import InputError
from sim.questions.advertising import Advertising
from sim.questions.coverage import Coverage
from sim.questions.pricing import Discounts
from sim.questions.promotion import Promotion
from sim.questions.prospects import Prospects
from sim.questions.segmentation import Segments
from sim.questions.studies import Studies
from sim.rng import Decision
from sim.state import MarketState

MOST_SEGMENTS = 200


class MarketDepartment(mesa.Agent):
    """The firm's market department; it decides for the whole market at once."""


def decide_segments(state: MarketState) -> Segments | None:
    """Ask for new segments when they are due; None in other weeks."""
    territory, rows = state.customers.territory, recorded(state)
    due = state.rules.due("segmentation")
    if not due.any():
        return None
    label = state.knowledge.label
    held = Segments(label=label, count=int(label[~due[territory]].max(initial=0)), cost=0)
    seen = see_firm(state, Decision.LABEL, rows)
    oracles = any(rule.reads_truth for rule in state.rules.of_each("segmentation"))
    truth = see_truth(state, seen) if oracles else None
    answer: Segments = state.rules.renew("segmentation", seen, held, rows, truth)
    check("policy.segmentation", answer.count <= MOST_SEGMENTS, f"{answer.count} segments", f"at most {MOST_SEGMENTS}")
    inside = answer.label.min(initial=0) >= 0 and answer.label.max(initial=0) <= answer.count
    check("policy.segmentation", bool(inside), "labels beyond the count of segments", "labels from 0 to count")
    check("policy.segmentation", answer.cost >= 0, f"a cost of {answer.cost}", "a cost of at least 0")
    return answer


def decide_coverage(state: MarketState) -> Coverage | None:
    """Ask for a new call plan when it is due; None in other weeks."""
    if not state.rules.due("coverage").any():
        return None
    held = Coverage(rep=state.knowledge.rep, norm=state.knowledge.norm)
    rows = recorded(state)
    answer: Coverage = state.rules.renew("coverage", see_firm(state, Decision.TARGET, rows), held, rows)
    served = answer.rep >= 0
    at_home = state.reps.territory[answer.rep[served]] == state.customers.territory[served]
    check(
        "policy.coverage", bool(at_home.all()), "a rep who serves another territory", "reps of the customer's territory"
    )
    check("policy.coverage", bool((answer.norm >= 0).all()), "a negative call norm", "norms of at least 0")
    # Somebody who answered a survey of needs may have neither record nor rep: nobody can be sent without a name.
    named = state.knowledge.known | (state.knowledge.rep >= 0)
    check(
        "policy.coverage",
        bool(named[served].all()),
        "a rep for a customer nobody knows",
        "customers with a record or a rep",
    )
    return answer


def decide_advertising(state: MarketState) -> Advertising:
    """Ask for this week's spending by territory."""
    answer: Advertising = state.rules.ask(
        "advertising", see_firm(state, Decision.ADVERTISING), np.arange(len(state.layout.territories))
    )
    check("policy.advertising", bool((answer.spend >= 0).all()), "negative spending", "spending of at least 0")
    return answer


def decide_discounts(state: MarketState) -> Discounts:
    """Ask for this week's discounts by segment."""
    answer: Discounts = state.rules.ask("pricing", see_firm(state, Decision.PRICING))
    inside = bool(((answer.discount >= 0) & (answer.discount < 1)).all())
    check("policy.pricing", inside, "a discount outside 0..1", "discounts from 0 to below 1")
    check(
        "policy.pricing",
        len(answer.discount) == state.headquarters.segments + 1,
        f"{len(answer.discount)} discounts",
        "one per segment, and one without",
    )
    return answer


def decide_promotion(state: MarketState) -> Promotion:
    """Ask for this week's campaigns by territory."""
    answer: Promotion = state.rules.ask(
        "promotion", see_firm(state, Decision.PROMOTION), np.arange(len(state.layout.territories))
    )
    place = "policy.promotion"
    check(place, bool((answer.spend >= 0).all()), "negative spending", "spending of at least 0")
    share = bool(((answer.information >= 0) & (answer.information <= 1)).all())
    check(place, share, "a share for information outside 0..1", "a share from 0 to 1")
    inside = bool(((answer.price_off >= 0) & (answer.price_off < 1)).all())
    check(place, inside, "a price-off outside 0..1", "shares from 0 to below 1")
    columns = answer.price_off.shape[1]
    check(
        place, columns == state.headquarters.segments + 1, f"{columns} price-offs", "one per segment, and one without"
    )
    return answer


def decide_prospects(state: MarketState) -> Prospects | None:
    """Ask the filter of potential users when it is due; None in other weeks."""
    if not state.rules.due("prospects").any():
        return None
    rows = recorded(state)
    held = Prospects(qualified=state.knowledge.prospect, worth=0, cost=0)
    answer: Prospects = state.rules.renew("prospects", see_firm(state, Decision.PROSPECTS, rows), held, rows)
    check("policy.prospects", answer.cost >= 0, f"a cost of {answer.cost}", "a cost of at least 0")
    return answer


def decide_studies(state: MarketState) -> Studies:
    """Ask which studies are commissioned this week."""
    answer: Studies = state.rules.ask(
        "studies", see_firm(state, Decision.STUDIES), np.arange(len(state.layout.territories))
    )
    check("policy.studies", bool((answer.sample >= 0).all()), "a negative sample", "samples of at least 0")
    return answer


def check(place: str, holds: bool, problem: str, expected: str) -> None:
    """Refuse an answer that breaks the bounds of its question."""
    if not holds:
        raise InputError(place, f"the rule answered with {problem}", expected, "mend the rule")
