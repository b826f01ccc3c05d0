"""The information system: the reporting line from the field to the customer database."""

from __future__ import annotations

import mesa
import numpy as np

from sim.agents.headquarters_view import see_firm
from sim.agents.market_department import check
from sim.questions.gateway import LEVELS, Gateway
from sim.rng import Decision
from sim.state import MarketState


class InformationSystem(mesa.Agent):
    """The gateway, or gateways, through which reports reach headquarters."""


def decide_gateway(state: MarketState) -> Gateway:
    """Ask for this week's reporting line."""
    answer: Gateway = state.rules.ask(
        "gateway", see_firm(state, Decision.GATEWAY), np.arange(len(state.layout.territories))
    )
    check("policy.gateway", bool((answer.offices >= 1).all()), "no office", "at least one")
    check(
        "policy.gateway",
        all(bool((values >= 0).all()) for values in (answer.delay, answer.noise, answer.cost, answer.command_delay)),
        "a negative delay, error or cost",
        "at least 0",
    )
    check(
        "policy.gateway",
        bool(((answer.loss >= 0) & (answer.loss <= 1)).all()),
        "a loss outside 0..1",
        "a share from 0 to 1",
    )
    shape = (len(state.layout.territories), len(LEVELS))
    check(
        "policy.gateway",
        answer.delay.shape == answer.loss.shape == answer.noise.shape == shape,
        "terms of other levels",
        f"terms of the levels {', '.join(LEVELS)} for each territory",
    )
    return answer
