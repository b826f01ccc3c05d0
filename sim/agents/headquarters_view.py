"""What headquarters sees of its market: the database, head count, prices and sales – never the truth, unless asked by an oracle."""

from __future__ import annotations

import numpy as np

from sim.decisions.seen import CustomersSeen, FirmSeen, TruthSeen
from sim.population import NEVER
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.state import MarketState


def see_customers(state: MarketState) -> CustomersSeen:
    """The customer database as of this week, made once a week."""
    if state.today.customers_seen is None:
        state.today.customers_seen = _open_database(state)
    return state.today.customers_seen


def _open_database(state: MarketState) -> CustomersSeen:
    known = state.knowledge
    recency = np.where(known.last_order == NEVER, np.inf, state.week - known.last_order).astype(np.float32)
    age = np.where(known.confirmed == NEVER, np.inf, state.week - known.confirmed).astype(np.float32)
    return CustomersSeen(
        key=state.customers.key,
        territory=state.customers.territory,
        known=known.known,
        marks=known.marks,
        orders=known.orders,
        value=known.value,
        potential=known.potential,
        recency=recency,
        record_age=age,
        label=known.label,
    )


def see_firm(state: MarketState, decision: Decision) -> FirmSeen:
    """What a rule of the firm sees when it answers; ``decision`` keys its luck."""
    own = list(state.layout.own_offers)
    offers = [state.layout.offers[j] for j in own]
    return FirmSeen(
        week=state.week,
        luck=state.luck(decision),
        customers=see_customers(state),
        rep_territory=state.reps.territory,
        rep_active=state.reps.active,
        rep_calls=state.reps.reported_calls,
        positions=base_positions(state),
        sales=state.sales,
        list_price=np.array([offer.list_price for offer in offers], dtype=np.int64),
        unit_cost=np.array([offer.unit_cost for offer in offers], dtype=np.int64),
        segments=state.segments,
    )


def see_truth(state: MarketState, seen: FirmSeen) -> TruthSeen:
    """The same and the latent state of customers, for oracles."""
    fields = {name: getattr(seen, name) for name in FirmSeen.__dataclass_fields__}
    return TruthSeen(**fields, true_type=state.customers.type, true_value=expected_purchases(state))


def base_positions(state: MarketState) -> np.ndarray:
    """Positions by territory as the scenario gives them, [T]."""
    return np.asarray(state.numbers.positions)


def expected_purchases(state: MarketState) -> np.ndarray:
    """Expected purchases of each customer from anyone in minor units a year, [N] float64."""
    numbers = state.numbers
    consumables = (
        state.customers.purchase_rate * state.customers.order_size * numbers.consumable_price[state.customers.type]
    )
    value: np.ndarray = consumables * WEEKS_PER_YEAR + numbers.durable_value[state.customers.type]
    return value
