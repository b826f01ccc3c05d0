"""Headquarters: what the departments of the firm see of their market – never the truth, unless an oracle asks."""

from __future__ import annotations

from functools import partial
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.customer_database import see_customers
from sim.derived.expected_purchases import expected_purchases
from sim.rng import Decision
from sim.state import Ints, MarketState
from sim.views import FirmSeen, TruthSeen

#: Columns of the market department's table of territories that headquarters sees as they are.
OF_TERRITORIES = (
    "counted",
    "potential",
    "aware_share",
    "usage_share",
    "price_sensitivity",
    "rival_price",
    "rival_price_usual",
)


def every_territory(state: MarketState) -> NDArray[np.int64]:
    """Rows of all territories, for answers with one row per territory [T]."""
    return state.numbers.territory_rows


class Headquarters(mesa.Agent):
    """A department at headquarters; all of them see the same."""

    @staticmethod
    def see(state: MarketState, decision: Decision, rows: Ints | None = None) -> FirmSeen:
        """What a rule of the firm sees when it answers: database, head count, prices and sales.

        ``decision`` keys its luck; ``rows`` are the customers to show, by default all on record.
        """
        layout = state.layout
        return FirmSeen(
            week=state.calendar,
            luck=state.luck(decision),
            customers=see_customers(state, rows),
            rep_key=state.reps.key,
            rep_territory=state.reps.territory,
            rep_active=state.reps.active,
            rep_calls=state.reps.reported_calls,
            positions=np.asarray(state.numbers.positions),
            sales=state.headquarters.sales,
            list_price=state.numbers.own_list_price,
            unit_cost=state.numbers.own_unit_cost,
            segments=state.headquarters.segments,
            offer_names=tuple([layout.offers[j].name for j in layout.own_offers]),
            attribute_names=layout.attributes,
            **{name: getattr(state.territories, name) for name in OF_TERRITORIES},
        )

    @staticmethod
    def see_truth(state: MarketState, seen: FirmSeen) -> TruthSeen:
        """``seen`` with all customers, on record or not, and their latent state, for oracles."""
        fields = {name: getattr(seen, name) for name in FirmSeen.__dataclass_fields__}
        fields["customers"] = see_customers(state, np.arange(len(state.customers)))
        return TruthSeen(**fields, true_type=state.customers.type, true_value=expected_purchases(state))

    @classmethod
    def ask_by_territory(cls, state: MarketState, question: str, decision: Decision, **market: NDArray[Any]) -> Any:
        """The answer to a question with one row per territory; ``market`` is as in :func:`sim.rules.answers.ask`."""
        return state.rules.ask(question, partial(cls.see, state, decision), every_territory(state), **market)
