"""What headquarters sees of its market: the database, head count, prices and sales – never the truth, unless asked by an oracle."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.state import Ints, MarketState
from sim.views import CustomersSeen, FirmSeen, TruthSeen

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


class _Database(CustomersSeen):
    """The database as it lies there: a column is picked out when a rule first looks at it, and most never do."""

    PLAIN: ClassVar[type[CustomersSeen]] = CustomersSeen

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in CustomersSeen.__dataclass_fields__:
            raise AttributeError(name)
        state, rows = self.__dict__["_state"], self.__dict__["_rows"]
        if rows is None:
            rows = self.__dict__["_rows"] = recorded(state)
        column = self.__dict__[name] = _column(state, name, rows)
        column.flags.writeable = False
        return column


def see_customers(state: MarketState, rows: Ints | None = None) -> CustomersSeen:
    """The customer database of now: the customers in ``rows``, by default all whom the firm has on record."""
    seen = object.__new__(_Database)
    seen.__dict__.update(_state=state, _rows=rows, week=state.week)
    return seen


def recorded(state: MarketState) -> Ints:
    """Rows of the customers whom the firm has on record: known, served by a rep, or asked in a survey of needs.

    Of all others it knows neither who nor how many they are.
    """
    here = state.knowledge.known | (state.knowledge.rep >= 0)
    if len(state.headquarters.stated_needs):
        here |= np.isfinite(state.headquarters.stated_needs).all(axis=1)
    return np.flatnonzero(here)


def _column(state: MarketState, name: str, rows: Ints) -> NDArray[Any]:
    """One column of the database for the customers in ``rows``, a copy."""
    if name == "key":
        return state.alias[rows]
    if name == "territory":
        return state.customers.territory[rows]
    if name == "needs":
        asked = len(state.headquarters.stated_needs) > 0
        return state.headquarters.stated_needs[rows] if asked else np.empty((len(rows), 0), dtype=np.float32)
    column: NDArray[Any] = getattr(state.knowledge, name)[rows]
    return column


def see_firm(state: MarketState, decision: Decision, rows: Ints | None = None) -> FirmSeen:
    """What a rule of the firm sees when it answers; ``decision`` keys its luck, ``rows`` are as in :func:`see_customers`."""
    own = list(state.layout.own_offers)
    offers = [state.layout.offers[j] for j in own]
    return FirmSeen(
        week=state.week,
        luck=state.luck(decision),
        customers=see_customers(state, rows),
        rep_key=state.reps.key,
        rep_territory=state.reps.territory,
        rep_active=state.reps.active,
        rep_calls=state.reps.reported_calls,
        positions=base_positions(state),
        sales=state.headquarters.sales,
        list_price=np.array([offer.list_price for offer in offers], dtype=np.int64),
        unit_cost=np.array([offer.unit_cost for offer in offers], dtype=np.int64),
        segments=state.headquarters.segments,
        offer_names=tuple(offer.name for offer in offers),
        **{name: getattr(state.territories, name) for name in OF_TERRITORIES},
    )


def see_truth(state: MarketState, seen: FirmSeen) -> TruthSeen:
    """The same of all customers, on record or not, and their latent state, for oracles."""
    fields = {name: getattr(seen, name) for name in FirmSeen.__dataclass_fields__}
    fields["customers"] = see_customers(state, np.arange(len(state.customers)))
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
    return value + state.opportunities.yearly[rows] if len(state.opportunities.yearly) else value
