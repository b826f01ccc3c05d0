"""The information system: the reporting line from the field to the customer database."""

from __future__ import annotations

from sim.agents.headquarters import Headquarters
from sim.questions.gateway import Gateway
from sim.rng import Decision
from sim.state import MarketState


class InformationSystem(Headquarters):
    """The gateway, or gateways, through which reports reach headquarters."""

    @staticmethod
    def decide_gateway(state: MarketState) -> Gateway:
        """Ask for this week's reporting line."""
        answer: Gateway = InformationSystem.ask_by_territory(state, "gateway", Decision.GATEWAY)
        return answer
