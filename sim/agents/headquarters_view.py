"""What headquarters sees of its market: the database, head count, prices and sales – never the truth, unless asked by an oracle."""

from __future__ import annotations

import numpy as np

from sim.decisions.seen import CustomersSeen, FirmSeen, TruthSeen
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.state import MarketState

#: Columns of the database that headquarters sees as they are.
RECORDED = (
    "known",
    "marks",
    "orders",
    "value",
    "potential",
    "last_order",
    "confirmed",
    "label",
    "rep",
    "prospect",
)

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


def see_customers(state: MarketState) -> CustomersSeen:
    """The customer database as of this week, made once a week."""
    if state.today.customers_seen is None:
        state.today.customers_seen = _open_database(state)
    return state.today.customers_seen


def _open_database(state: MarketState) -> CustomersSeen:
    columns = {name: getattr(state.knowledge, name) for name in RECORDED}
    needs = state.stated_needs if len(state.stated_needs) else np.empty((len(state.customers), 0), dtype=np.float32)
    return CustomersSeen(
        key=state.customers.key, territory=state.customers.territory, week=state.week, needs=needs, **columns
    )


def see_firm(state: MarketState, decision: Decision) -> FirmSeen:
    """What a rule of the firm sees when it answers; ``decision`` keys its luck."""
    own = list(state.layout.own_offers)
    offers = [state.layout.offers[j] for j in own]
    return FirmSeen(
        week=state.week,
        luck=state.luck(decision),
        customers=see_customers(state),
        rep_key=state.reps.key,
        rep_territory=state.reps.territory,
        rep_active=state.reps.active,
        rep_calls=state.reps.reported_calls,
        positions=base_positions(state),
        sales=state.sales,
        list_price=np.array([offer.list_price for offer in offers], dtype=np.int64),
        unit_cost=np.array([offer.unit_cost for offer in offers], dtype=np.int64),
        segments=state.segments,
        offer_names=tuple(offer.name for offer in offers),
        **{name: getattr(state.territories, name) for name in OF_TERRITORIES},
    )


def see_truth(state: MarketState, seen: FirmSeen) -> TruthSeen:
    """The same and the latent state of customers, for oracles."""
    fields = {name: getattr(seen, name) for name in FirmSeen.__dataclass_fields__}
    return TruthSeen(**fields, true_type=state.customers.type, true_value=expected_purchases(state))


def base_positions(state: MarketState) -> np.ndarray:
    """Positions by territory as the scenario gives them, [T]."""
    return np.asarray(state.numbers.positions)


def expected_purchases(state: MarketState, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Expected purchases from anyone in minor units a year of the customers in ``rows`` (default: all), float64."""
    numbers, customers = state.numbers, state.customers
    kind = customers.type[rows]
    consumables = customers.purchase_rate[rows] * customers.order_size[rows] * numbers.consumable_price[kind]
    value: np.ndarray = consumables * WEEKS_PER_YEAR + numbers.durable_value[kind]
    return value + state.project_worth[rows] if len(state.project_worth) else value
