"""The market department: segments the market, plans coverage, prices by segment, spends the budgets for promotion."""

from __future__ import annotations

from functools import partial

from sim.agents.customer_database import recorded
from sim.agents.headquarters import Headquarters
from sim.questions.advertising import Advertising
from sim.questions.coverage import Coverage
from sim.questions.ledger import CustomerLedger
from sim.questions.message import Messages
from sim.questions.pricing import Discounts
from sim.questions.promotion import Promotion
from sim.questions.prospects import Prospects
from sim.questions.segmentation import Segments
from sim.questions.studies import Studies
from sim.rng import Decision
from sim.state import MarketState


class MarketDepartment(Headquarters):
    """The firm's market department; it decides for the whole market at once."""

    @staticmethod
    def decide_ledger(state: MarketState) -> CustomerLedger:
        """Ask where the customer ledger is in use this week."""
        answer: CustomerLedger = MarketDepartment.ask_by_territory(state, "ledger", Decision.LEDGER)
        return answer

    @staticmethod
    def decide_segments(state: MarketState) -> Segments | None:
        """Ask for new segments when they are due; None in other weeks."""
        if not state.rules.comes_up("segmentation"):
            return None
        due, territory, rows = state.rules.due("segmentation"), state.customers.territory, recorded(state)
        label = state.knowledge.label
        held = Segments(label=label, count=int(label[~due[territory]].max(initial=0)), cost=0)
        seen = MarketDepartment.see(state, Decision.LABEL, rows)
        oracles = any(rule.reads_truth for rule in state.rules.of_each("segmentation"))
        truth = MarketDepartment.see_truth(state, seen) if oracles else None
        answer: Segments = state.rules.renew("segmentation", seen, held, rows, truth)
        return answer

    @staticmethod
    def decide_coverage(state: MarketState) -> Coverage | None:
        """Ask for a new call plan when it is due; None in other weeks."""
        if not state.rules.comes_up("coverage"):
            return None
        held = Coverage(rep=state.knowledge.rep, norm=state.knowledge.norm)
        rows = recorded(state)
        answer: Coverage = state.rules.renew(
            "coverage",
            MarketDepartment.see(state, Decision.TARGET, rows),
            held,
            rows,
            home=state.customers.territory,
            rep_home=state.reps.territory,
            named=state.knowledge.known | (state.knowledge.rep >= 0),
        )
        return answer

    @staticmethod
    def decide_advertising(state: MarketState) -> Advertising:
        """Ask for this week's spending by territory."""
        answer: Advertising = MarketDepartment.ask_by_territory(state, "advertising", Decision.ADVERTISING)
        return answer

    @staticmethod
    def decide_discounts(state: MarketState) -> Discounts:
        """Ask for this week's discounts by segment."""
        answer: Discounts = state.rules.ask("pricing", partial(MarketDepartment.see, state, Decision.PRICING))
        return answer

    @staticmethod
    def decide_messages(state: MarketState) -> Messages | None:
        """Ask what calls are to stress, when it is due or labels are new; None in other weeks, and where nobody thinks of it."""
        if state.rules.idle("message") and len(state.headquarters.messages) == 0:
            return None
        if not (state.rules.comes_up("message") or state.rules.comes_up("segmentation")):
            return None
        answer: Messages = state.rules.ask("message", partial(MarketDepartment.see, state, Decision.MESSAGE))
        return answer

    @staticmethod
    def decide_promotion(state: MarketState) -> Promotion:
        """Ask for this week's campaigns by territory."""
        answer: Promotion = MarketDepartment.ask_by_territory(state, "promotion", Decision.PROMOTION)
        return answer

    @staticmethod
    def decide_prospects(state: MarketState) -> Prospects | None:
        """Ask the filter of potential users when it is due; None in other weeks."""
        if not state.rules.comes_up("prospects"):
            return None
        rows = recorded(state)
        held = Prospects(qualified=state.knowledge.prospect, worth=0, cost=0)
        seen = MarketDepartment.see(state, Decision.PROSPECTS, rows)
        answer: Prospects = state.rules.renew("prospects", seen, held, rows)
        return answer

    @staticmethod
    def decide_studies(state: MarketState) -> Studies:
        """Ask which studies are commissioned this week."""
        answer: Studies = MarketDepartment.ask_by_territory(state, "studies", Decision.STUDIES)
        return answer
