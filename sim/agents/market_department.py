"""The market department: segments the market, plans coverage, spends the advertising budget."""

from __future__ import annotations

import mesa
import numpy as np

from sim.agents.headquarters_view import see_firm, see_truth
from sim.decisions.advertising import Advertising
from sim.decisions.coverage import Coverage
from sim.decisions.pricing import Discounts
from sim.decisions.segmentation import Segments
from sim.errors import InputError
from sim.rng import Decision
from sim.state import MarketState

MOST_SEGMENTS = 200


class MarketDepartment(mesa.Agent):
    """The firm's market department; it decides for the whole market at once."""


def decide_segments(state: MarketState) -> Segments | None:
    """Ask for new segments when they are due; None in other weeks."""
    if not state.due("segmentation"):
        return None
    seen = see_firm(state, Decision.LABEL)
    if any(variant.rule.reads_truth for variant in state.rules(state.week, "segmentation")):
        seen = see_truth(state, seen)
    answer: Segments = state.ask("segmentation", seen, state.customers.territory)
    check("policy.segmentation", answer.count <= MOST_SEGMENTS, f"{answer.count} segments", f"at most {MOST_SEGMENTS}")
    check(
        "policy.segmentation",
        len(answer.label) == len(state.customers),
        "labels for other customers",
        "one label per customer",
    )
    inside = answer.label.min(initial=0) >= 0 and answer.label.max(initial=0) <= answer.count
    check("policy.segmentation", bool(inside), "labels beyond the count of segments", "labels from 0 to count")
    check("policy.segmentation", answer.cost >= 0, f"a cost of {answer.cost}", "a cost of at least 0")
    return answer


def decide_coverage(state: MarketState) -> Coverage | None:
    """Ask for a new call plan when it is due; None in other weeks."""
    if not state.due("coverage"):
        return None
    answer: Coverage = state.ask("coverage", see_firm(state, Decision.TARGET), state.customers.territory)
    served = answer.rep >= 0
    at_home = state.reps.territory[answer.rep[served]] == state.customers.territory[served]
    check(
        "policy.coverage", bool(at_home.all()), "a rep who serves another territory", "reps of the customer's territory"
    )
    check("policy.coverage", bool((answer.norm >= 0).all()), "a negative call norm", "norms of at least 0")
    return answer


def decide_advertising(state: MarketState) -> Advertising:
    """Ask for this week's spending by territory."""
    answer: Advertising = state.ask(
        "advertising", see_firm(state, Decision.POLICY), np.arange(len(state.layout.territories))
    )
    check("policy.advertising", bool((answer.spend >= 0).all()), "negative spending", "spending of at least 0")
    return answer


def decide_discounts(state: MarketState) -> Discounts:
    """Ask for this week's discounts by segment."""
    answer: Discounts = state.ask("pricing", see_firm(state, Decision.POLICY))
    inside = bool(((answer.discount >= 0) & (answer.discount < 1)).all())
    check("policy.pricing", inside, "a discount outside 0..1", "discounts from 0 to below 1")
    check(
        "policy.pricing",
        len(answer.discount) == state.segments + 1,
        f"{len(answer.discount)} discounts",
        "one per segment, and one without",
    )
    return answer


def check(place: str, holds: bool, problem: str, expected: str) -> None:
    """Refuse an answer that breaks the bounds of its question."""
    if not holds:
        raise InputError(place, f"the rule answered with {problem}", expected, "mend the rule")
