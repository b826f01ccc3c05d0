"""The manufacturer: pays, sizes its sales force, makes offers to distributors, runs the plant."""

from __future__ import annotations

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.headquarters_view import see_firm
from sim.agents.market_department import check
from sim.kernels.stock_flow import inventory_position
from sim.questions.distributor_calls import DistributorCalls
from sim.questions.head_count import HeadCount
from sim.questions.pay import PayPlan
from sim.questions.production import Production
from sim.questions.recruiting import CHANNELS, INTERVIEWS, Recruiting
from sim.questions.retention import Retention
from sim.questions.sharing_contract import SharingOffer
from sim.rng import Decision
from sim.solvers.order_rules import error_deviation
from sim.state import MarketState
from sim.views import PartnersSeen, PlantSeen, RetentionSeen


class Manufacturer(mesa.Agent):
    """The firm: two or more product companies with one marketing centre."""


def decide_pay(state: MarketState) -> PayPlan:
    """Ask for this week's pay terms by territory."""
    answer: PayPlan = state.rules.ask("pay", see_firm(state, Decision.PAY), np.arange(len(state.layout.territories)))
    for rates in (answer.salary, answer.commission_on_revenue, answer.commission_on_margin):
        check("policy.pay", bool((rates >= 0).all()), "negative pay", "pay of at least 0")
    return answer


def decide_head_count(state: MarketState) -> HeadCount:
    """Ask for the positions of every territory."""
    answer: HeadCount = state.rules.ask(
        "head_count", see_firm(state, Decision.HEAD_COUNT), np.arange(len(state.layout.territories))
    )
    room = np.bincount(state.reps.territory, minlength=len(state.layout.territories))
    inside = bool(((answer.positions >= 0) & (answer.positions <= room)).all())
    check("policy.head_count", inside, f"{answer.positions.max()} positions in a territory", f"from 0 to {room.max()}")
    return answer


def decide_distributor_calls(state: MarketState) -> DistributorCalls:
    """Ask for the hours that the reps of every territory spend on its distributors."""
    answer: DistributorCalls = state.rules.ask(
        "distributor_calls", see_firm(state, Decision.DISTRIBUTOR_CALLS), np.arange(len(state.layout.territories))
    )
    check("policy.distributor_calls", bool((answer.hours >= 0).all()), "negative hours", "hours of at least 0")
    return answer


def offer_sharing(state: MarketState) -> SharingOffer:
    """Ask what is offered to each distributor for its data."""
    distributors = state.distributors
    seen = PartnersSeen(
        week=state.week,
        luck=state.luck(Decision.SHARING_CONTRACT),
        key=distributors.key,
        territory=distributors.territory,
        purchases=np.where(distributors.supplier < 0, distributors.purchases, 0.0),
        supplier=distributors.supplier,
        shares_data=distributors.shares_data,
        payment=distributors.payment,
    )
    answer: SharingOffer = state.rules.ask("sharing_contract", seen, distributors.territory)
    check("policy.sharing_contract", bool((answer.payment >= 0).all()), "a negative payment", "payments of at least 0")
    return answer


def owed_by_plant(state: MarketState) -> NDArray[np.int64]:
    """Units ordered from the plant and not shipped yet [D, own offers]; rows of sub-distributors are 0."""
    owed: NDArray[np.int64] = np.where((state.distributors.supplier < 0)[:, None], state.goods.channel.owed, 0)
    return owed


def shared_part(state: MarketState) -> float:
    """Part of the plant's volume whose sell-out is shared, 0..1.

    Who shares shows what its customers ask for and what it buys for them; what leaves the plant beyond that is the others'.
    It is sell-out that is set against the others' purchases: who serves others from stock buys less than nothing for its
    own customers for a while, and the whole, scaled up by that, would be without bound.
    """
    distributors = state.distributors
    sharing = distributors.shares_data
    shared = float(distributors.demand_value[sharing].sum())
    bought = float(distributors.purchases[distributors.supplier < 0].sum())
    others = max(bought - float(distributors.volume[sharing].sum()), 0.0)
    return shared / max(shared + others, 1.0)


def decide_production(state: MarketState) -> Production:
    """Ask what the plant starts this week."""
    seen = PlantSeen(
        week=state.week,
        luck=state.luck(Decision.PRODUCTION),
        on_hand=state.goods.plant.on_hand,
        in_production=inventory_position(state.goods.plant) - state.goods.plant.on_hand + state.goods.plant.backorders,
        owed=owed_by_plant(state).sum(axis=0),
        expected=state.goods.plant_forecast.level,
        deviation=error_deviation(state.goods.plant_forecast),
        shared_expected=state.goods.shared_forecast.level,
        shared_deviation=error_deviation(state.goods.shared_forecast),
        shared_share=shared_part(state),
        cover=state.params.channel.production_cover_weeks,
    )
    answer: Production = state.rules.ask("production", seen, size=len(seen.on_hand))
    check("policy.production", bool((answer.quantity >= 0).all()), "negative production", "quantities of at least 0")
    return answer


def decide_recruiting(state: MarketState) -> Recruiting:
    """Ask by which channel and process the vacancies of every territory are filled."""
    answer: Recruiting = state.rules.ask(
        "recruiting", see_firm(state, Decision.RECRUITING), np.arange(len(state.layout.territories))
    )
    for numbers, names in ((answer.channel, CHANNELS), (answer.interview, INTERVIEWS)):
        inside = bool(((numbers >= 0) & (numbers < len(names))).all())
        check(
            "policy.recruiting", inside, f"the number {numbers.max()}", f"one of {', '.join(names)}, by number from 0"
        )
    positive = bool((answer.care >= 0).all() and (answer.maturity_weight >= 0).all())
    check("policy.recruiting", positive, "negative care or weight", "at least 0")
    return answer


def decide_retention(
    state: MarketState, offer: NDArray[np.float64], attainment: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Ask what reps who have an ``offer`` [R] (pay a week, 0 without) get for staying, minor units [R]."""
    reps = state.reps
    if not offer.any():
        return np.zeros(len(reps), dtype=np.int64)
    seen = RetentionSeen(
        week=state.week,
        luck=state.luck(Decision.RETENTION),
        key=reps.key,
        territory=reps.territory,
        attainment=attainment,
        pay=reps.pay,
        offer=offer,
    )
    answer: Retention = state.rules.ask("retention", seen, reps.territory)
    check("policy.retention", bool((answer.stay_bonus >= 0).all()), "a negative bonus", "at least 0")
    bonus: NDArray[np.int64] = np.where(offer > 0, answer.stay_bonus, 0).astype(np.int64)
    return bonus
