"""The technical department: staffs service, decides how design works with the field, and believes its reports."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from sim.agents.headquarters import Headquarters, every_territory
from sim.agents.row_agent import RowAgent
from sim.derived.call_hours import travel_hours
from sim.questions.offer_variants import OfferVariants
from sim.questions.service import Service
from sim.questions.technical import Technical
from sim.rng import Decision
from sim.state import MarketState
from sim.views import ServiceSeen, TechnicalSeen


class TechnicalDepartment(RowAgent):
    """Designers and service engineers; its row of the table says what it has learnt and what it believes."""

    @staticmethod
    def see_service(state: MarketState) -> ServiceSeen:
        """What the service department sees by territory."""
        numbers, table = state.params.service, state.upkeep.service
        return ServiceSeen(
            week=state.calendar,
            luck=state.luck(Decision.SERVICE),
            key=table.key,
            engineers=table.engineers,
            requests=table.requests,
            open=table.open,
            job_hours=numbers.repair_hours + travel_hours(state),
            week_hours=numbers.hours,
            segments=state.headquarters.segments,
        )

    @staticmethod
    def see_design(state: MarketState, service: Service) -> TechnicalSeen:
        """What designers see of the problems in the field, and of the engineers of this week's ``service``."""
        row = state.upkeep.technical
        return TechnicalSeen(
            week=state.calendar,
            luck=state.luck(Decision.TECHNICAL),
            key=state.upkeep.service.key,
            engineers=service.engineers,
            reports=int(row.reports[0]),
            believed_mtbf=float(row.believed_mtbf[0]),
            believed_shape=float(row.believed_shape[0]),
        )

    @staticmethod
    def decide_service(state: MarketState) -> Service:
        """Ask for this week's engineers and order of service."""
        answer: Service = state.rules.ask(
            "service", partial(TechnicalDepartment.see_service, state), every_territory(state)
        )
        return answer

    @staticmethod
    def decide_technical(state: MarketState, service: Service) -> Technical:
        """Ask how design works with the field; hours are cut to those of the engineers there, training first."""
        see = partial(TechnicalDepartment.see_design, state, service)
        answer: Technical = state.rules.ask("technical", see, every_territory(state))
        there = service.engineers * state.params.service.hours
        training = np.minimum(answer.training_hours, there)
        analysis = np.minimum(answer.analysis_hours, there - training)
        return replace(answer, training_hours=training, analysis_hours=analysis)

    @staticmethod
    def decide_variants(state: MarketState) -> OfferVariants | None:
        """Ask which variants are offered to whom, when it is due or labels are new; None in other weeks, and where nobody thinks of it."""
        if state.rules.idle("offer_variants") and len(state.headquarters.variants) == 0:
            return None
        if not (state.rules.comes_up("offer_variants") or state.rules.comes_up("segmentation")):
            return None
        answer: OfferVariants = state.rules.ask(
            "offer_variants", partial(Headquarters.see, state, Decision.OFFER_VARIANTS)
        )
        return answer
