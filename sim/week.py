"""The week: its phases in order, what each may write, and why it stands where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.phases.account import account
from sim.phases.decide import decide
from sim.phases.demand import demand
from sim.phases.fulfil import fulfil
from sim.phases.look import look
from sim.phases.maintain import maintain
from sim.phases.manage import manage
from sim.phases.people import people
from sim.phases.record import record
from sim.phases.relate import relate
from sim.phases.segment import segment
from sim.phases.serve import serve
from sim.phases.spread import spread
from sim.phases.work import work
from sim.state import MarketState
from sim.state.opportunities import OpenProjects


@dataclass(frozen=True)
class Phase:
    """One phase: ``writes`` names the columns lent to it, as ``table.column``; all others are read-only meanwhile."""

    name: str
    function: Callable[[MarketState], None]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    why: str


_KNOWN = ("known", "marks", "orders", "value", "potential", "last_order", "confirmed", "described")
_FOUND = (
    "counted",
    "unheard_mean",
    "aware_share",
    "usage_share",
    "price_sensitivity",
    "rival_price",
    "rival_price_usual",
)
_STOCKS = tuple(
    f"{stage}.{array}"
    for stage in ("channel", "plant")
    for array in ("on_hand", "backorders", "owed", "in_transit", "pipeline")
)
_FORECASTS = tuple(
    f"{forecast}.{array}"
    for forecast in ("forecasts", "plant_forecast", "shared_forecast")
    for array in ("level", "demands", "errors")
)
_OF_MANAGERS = (
    *("span", "meeting_hours", "checking_hours", "visit_hours", "review_hours"),
    *("interviews", "interview_hours", "control_hours", "on_the_job_hours"),
)
_ROUTINES = (
    *("meeting_hours", "form_hours", "checking_hours", "visit_hours", "review_hours", "training_hours"),
    *("meetings", "checks", "on_the_job_hours", "training_fee"),
)
_LEARNT = (
    *("alignment", "observed", "coached", "trained", "feedback", "skill", "form_use", "motivation"),
    *("inducted", "drilled", "know_how", "fairness", "morale", "maturity", "lack"),
)
_SERVICE = ("machines", "requests", "open", "begun")
_TECHNICAL = (
    "fleet_hours",
    "learnt_hours",
    "watched_from",
    "reports",
    "log_hours",
    "believed_mtbf",
    "believed_shape",
)
_PERSON = (
    "active",
    "tenure",
    "hires",
    "ability",
    "zeal",
    "motivation",
    "coached",
    "trained",
    "feedback",
    "carry",
    "skill",
    "alignment",
    "form_use",
    "variable_share",
    "exodus",
    "pay",
    "sales",
    "maturity",
    "inducted",
    "drilled",
    "know_how",
    "fairness",
    "morale",
    "style",
    "need",
    "lack",
)

WEEK: tuple[Phase, ...] = (
    Phase(
        "look",
        look,
        ("diary", "distributors.shares_data", "customers", "knowledge.rep"),
        tuple(f"knowledge.{c}" for c in _KNOWN),
        "Reports that arrive this week, and how accounts stand, are known before anybody decides.",
    ),
    Phase(
        "segment",
        segment,
        ("knowledge",),
        (
            "knowledge.label",
            "customers.price_group",
            "knowledge.prospect",
            *(f"territories.{c}" for c in _FOUND),
            "territories.potential",
        ),
        "Segments come from what is known, before plans and prices use them.",
    ),
    Phase(
        "decide",
        decide,
        ("knowledge", "reps", "distributors", "rivals"),
        (
            "reps.position",
            "reps.active",
            "knowledge.rep",
            "knowledge.norm",
            "diary.due",
            "diary.met",
            "customers.relationship",
            "distributors.payment",
            "distributors.shares_data",
            "distributors.price",
            "rivals.price",
            "distributors.effort",
            "distributors.usual_effort",
            "service.engineers",
            "territories.wear",
            "territories.campaigns",
        ),
        "Plans, pay, prices and budgets stand before the week's work begins.",
    ),
    Phase(
        "manage",
        manage,
        ("reps",),
        (*(f"managers.{c}" for c in _OF_MANAGERS), *(f"reps.{c}" for c in (*_ROUTINES, *_LEARNT))),
        "Routines take their hours first; what they leave is for the field.",
    ),
    Phase(
        "work",
        work,
        ("knowledge.rep", "knowledge.norm", "customers.relationship"),
        (
            "reps.field_hours",
            "reps.effort",
            "reps.calls",
            "reps.carry",
            "reps.reported_calls",
            "diary.due",
            "diary.visits",
            "diary.met",
            "reps.product_trained",
            "projects.attention",
            "projects.carried",
        ),
        "Reps visit before customers choose; their reports start their way.",
    ),
    Phase(
        "spread",
        spread,
        ("diary.visits", "customers.talk_weak", "customers.talk_strong", "reps.skill", "knowledge.rep"),
        ("customers.aware", "customers.relationship", "customers.persuasion"),
        "Advertising, visits and talk make brands known before needs arise.",
    ),
    Phase(
        "demand",
        demand,
        ("customers",),
        ("customers.need_open", *(f"projects.{c}" for c in OpenProjects.declared)),
        "Customers with a need choose among the offers they know and can get.",
    ),
    Phase(
        "fulfil",
        fulfil,
        ("customers.distributor",),
        (
            "distributors.demand",
            "distributors.ordered",
            "distributors.purchases",
            "distributors.volume",
            "distributors.demand_value",
            *_STOCKS,
            *_FORECASTS,
        ),
        "Goods that arrived serve this week's choices; what was sold is ordered anew.",
    ),
    Phase(
        "maintain",
        maintain,
        ("customers.owned", "diary.visits", "reps.form_use", "knowledge.label"),
        (
            "customers.failed_week",
            "customers.next_failure",
            "customers.need_open",
            *(f"service.{c}" for c in _SERVICE),
            *(f"technical.{c}" for c in _TECHNICAL),
        ),
        "Items fail as they were owned until today, and what was bought today is installed; both are felt with it.",
    ),
    Phase(
        "serve",
        serve,
        ("diary.visits",),
        (
            "customers.loyalty",
            "customers.satisfaction",
            "customers.expectation",
            "customers.owned",
            "customers.bought_week",
            "customers.need_open",
            "customers.last_order",
            "customers.speaks",
            "customers.talk_weak",
            "customers.talk_strong",
            "customers.stage",
            "diary.bought",
            "diary.ordered",
            "reps.credited",
            "rivals.share",
        ),
        "What was delivered becomes experience, habit and talk.",
    ),
    Phase(
        "account",
        account,
        ("reps", "distributors"),
        ("distributors.stock_value", "reps.variable_share", "reps.pay", "reps.sales"),
        "Everything that happened is booked once, to the minor unit.",
    ),
    Phase(
        "relate",
        relate,
        ("distributors.shares_data",),
        ("distributors.turnover", "distributors.trust", "distributors.capability", "distributors.taught"),
        "What the week brought distributors moves what they do in the next.",
    ),
    Phase(
        "people",
        people,
        ("reps.motivation",),
        (*(f"reps.{c}" for c in _PERSON), "customers.relationship", "diary.met", "managers.interviews"),
        "People leave and join between weeks, after they were paid.",
    ),
    Phase("record", record, ("everything",), (), "The week is written down and the laws of conservation are checked."),
)


def run_week(state: MarketState, observe: Callable[[Phase], None] | None = None) -> None:
    """Run all phases once; ``observe`` is told after each phase (for timing)."""
    for phase in WEEK:
        with state.lend(phase.writes):
            phase.function(state)
        if observe is not None:
            observe(phase)
