"""The cut: one market's customers, ties, offers and numbers as plain arrays, from which every contestant starts.

The demand phases (spread, relationship, demand, serve) are timed alone: prices, advertising and visits stand still
at those of the market's first week, reps are all of mean skill, and everything chosen is delivered. Whoever implements these rules in another
way or language starts from the same arrays and the same numbers, with chance of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim import Market, Scenario
from sim.derived.purchase_weight import weight_of_purchase
from sim.kernels.board import NeedBoard, OfferBoard
from sim.kernels.demand_step import Visits
from sim.kernels.goodwill import advertising_hazard
from sim.network import Network
from sim.params.customer_numbers import (
    ChoiceNumbers,
    ExperienceNumbers,
    FunnelNumbers,
    RelationshipNumbers,
    SpreadNumbers,
)
from sim.params.customers import Lapse
from sim.quantity import retention_of_half_life
from sim.state import MarketState
from sim.state.customers import Customers

Floats = NDArray[np.floating[Any]]

#: The market of the benchmarks.
SCENARIO = Path(__file__).with_name("market.toml")

#: One customer in so many is called on by a rep, every week.
CUSTOMERS_PER_VISIT = 200

#: Share of purchases that is expected from a buyer at least; as the model has it.
LEAST_SHARE = Lapse().least_share


class Numbers(NamedTuple):
    """Numbers of the rules, as the kernels take them; see :mod:`sim.params.customers`."""

    spread: SpreadNumbers
    relationship: RelationshipNumbers
    choice: ChoiceNumbers
    experience: ExperienceNumbers
    funnel: FunnelNumbers


class Firm(NamedTuple):
    """What the firm knows of its customers and sells them, as the whole week of a customer needs it; copy before writing."""

    known: NDArray[np.bool_]  # [N] on record
    rep: NDArray[np.int32]  # [N]
    confirmed: NDArray[np.int32]  # [N] week of the latest report
    measured: Floats  # [N, M] marks on record, NaN where never measured
    value: Floats  # [N] yearly purchases from us on record, and so on
    orders: Floats
    bought: Floats  # [N] the true ones
    ordered: Floats
    mark_weight: Floats  # [M] one over M times the spread of each mark
    list_price: NDArray[np.int64]  # [J] minor units
    own_column: NDArray[np.int64]  # [J] place among our offers, -1 for rivals'
    keep: np.float32  # of yearly averages a week
    gain: np.float32  # what one purchase counts in them
    stale: int  # weeks


@dataclass(frozen=True)
class Cut:
    """Where every contestant starts: N customers in ``customers`` (copy it before writing), and what stands still."""

    customers: Customers
    network: Network
    offers: OfferBoard
    needs: NeedBoard
    hazard: Floats  # [B, T] cumulative hazard a week of learning of a brand from advertising
    visits: Visits  # the same every week
    visit_speaks: NDArray[np.uint8]  # [B] 1 for the brand whose reps call
    numbers: Numbers
    own_brand: int
    first_week: int
    firm: Firm


class Standing(NamedTuple):
    """Where a market stands: aggregates that must agree between contestants."""

    aware_share: Floats  # [B]
    buying_share: Floats  # [B] orders of the week by brand, per customer
    occasions: float  # of the week, per customer
    satisfaction: Floats  # [B] mean over all customers
    loyalty: Floats  # [B] mean over all customers
    relationship: float  # mean over all customers
    speaking_well: Floats  # [B] share of customers
    speaking_ill: Floats  # [B] share of customers
    stages: Floats  # [stages] share of customers
    units: float  # ordered in the week, per customer


class Contestant(Protocol):
    """A market with the rules of the demand phases, or of a customer's whole week, in whatever way it is written."""

    def step(self) -> None:
        """Run one week."""

    def standing(self) -> tuple[Any, ...]:
        """Aggregates after the latest week, a named tuple of numbers, arrays and further named tuples."""


def take_cut(customers: int, seed: int = 1, overrides: Mapping[str, float] | None = None) -> Cut:
    """Build the market of the benchmarks with ``customers`` customers, run its first week, and cut its demand out."""
    alike = {"params.calls.skill_spread": 0.0}
    scenario = Scenario.load(SCENARIO, customers=customers, overrides={**alike, **(overrides or {})})
    assert scenario.params.network.kind == "small_world"
    market = Market(scenario, seed=seed)
    market.step()
    state = market.state
    numbers = state.numbers
    rows = np.arange(0, customers, CUSTOMERS_PER_VISIT, dtype=np.uint32)
    speaks = np.zeros(len(state.layout.brands), np.uint8)
    speaks[state.layout.own_brand] = 1
    return Cut(
        customers=state.customers.copy(),
        network=state.network,
        offers=state.boards.offers,
        needs=state.boards.needs,
        hazard=np.asarray(advertising_hazard(state.boards.goodwill, numbers.advertising), np.float32),
        visits=Visits(rows, np.ones(len(rows), np.int64), np.ones(len(rows), np.float32)),
        visit_speaks=speaks,
        numbers=Numbers(numbers.spread, numbers.relationship, numbers.choice, numbers.experience, numbers.funnel),
        own_brand=state.layout.own_brand,
        first_week=state.week,
        firm=_cut_firm(state),
    )


def _cut_firm(state: MarketState) -> Firm:
    known, diary, spread = state.knowledge, state.diary, state.numbers.mark_spread
    return Firm(
        known=known.known.copy(),
        rep=known.rep.copy(),
        confirmed=known.confirmed.copy(),
        measured=known.marks.copy(),
        value=known.value.copy(),
        orders=known.orders.copy(),
        bought=diary.bought.copy(),
        ordered=diary.ordered.copy(),
        mark_weight=np.divide(1.0, spread * len(spread), out=np.zeros(len(spread)), where=spread > 0),
        list_price=state.numbers.list_price.astype(np.int64),
        own_column=state.numbers.own_column.astype(np.int64),
        keep=np.float32(retention_of_half_life(state.params.database.memory)),
        gain=weight_of_purchase(state),
        stale=state.params.database.stale_after,
    )


def demand_of_cut(cut: Cut) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(brand, category) of each offer, for contestants that keep no board. Raises ValueError where there are durables."""
    if bool(np.any(cut.offers.durable)) or len(cut.offers.durable) != 1:
        raise ValueError("the peers know one category of consumables")
    brand = cut.offers.brand.astype(np.int64)
    return brand, np.zeros(len(brand), np.int64)
