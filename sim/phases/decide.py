"""Decide: the firm, its distributors and its rivals answer this week's questions on plans, pay, prices and data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.agents.distributor import Distributor
from sim.agents.information_system import InformationSystem
from sim.agents.manufacturer import Manufacturer
from sim.agents.market_department import MarketDepartment
from sim.agents.technical_department import TechnicalDepartment
from sim.derived.presence import show_offers
from sim.jit import sealed_array
from sim.kernels.board import appeal
from sim.kernels.goodwill import adstock
from sim.kernels.goodwill_effects import goodwill_utility
from sim.phases.campaigns import run_campaigns, take_off_prices
from sim.phases.commands import carry_out_call_plans, send_call_plan
from sim.phases.distributor_effort import divide_effort
from sim.phases.labour_market import lose_relationship
from sim.phases.offer_variants import adapt_offers
from sim.phases.rival_calls import plan_rival_calls
from sim.phases.set_up import learn_gateway, set_up
from sim.phases.studies import commission_studies
from sim.questions.advertising import Advertising
from sim.questions.promotion import Promotion
from sim.state import Floats, Ints, MarketState
from sim.state.table import columns_of
from sim.state.today import Decided, PlannedUpkeep

Money = NDArray[np.int64]

#: Columns that the phase reads and does not write.
READS = (
    *columns_of(
        "customers",
        "key type territory marks taste price_sensitivity purchase_rate order_size aware last_order stage price_group",
    ),
    *columns_of("reps", "key territory team reported_calls"),
    *columns_of(
        "distributors",
        "key territory trust purchases turnover capability reserve own_capability taught supplier wholesale",
    ),
    *columns_of("rivals", "key offer unit_cost share sensitivity"),
    *columns_of("rival_brands", "key usual_calls share_kept effort_kept"),
    *columns_of("rival_accounts", "key brand potential bought ordered last_order"),
    *columns_of("knowledge", "known marks orders value potential last_order confirmed label prospect"),
    *columns_of("diary", "bought ordered"),
    *columns_of("service", "key requests open"),
    *columns_of("technical", "reports believed_mtbf believed_shape"),
    *columns_of(
        "territories",
        "key registered counted potential aware_share usage_share price_sensitivity rival_price rival_price_usual",
    ),
    *columns_of("channel", "on_hand backorders owed in_transit"),
    *columns_of("forecasts", "level errors"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "relationship broken"),
    *columns_of("reps", "position active alignment"),
    *columns_of("distributors", "shares_data linked payment price effort usual_effort"),
    *columns_of("rivals", "price"),
    *columns_of("rival_brands", "margin"),
    *columns_of("rival_accounts", "calls"),
    *columns_of("knowledge", "rep norm"),
    *columns_of("diary", "due met"),
    *columns_of("service", "engineers"),
    *columns_of("territories", "wear campaigns"),
)


def decide(state: MarketState) -> None:
    """Ask everyone who plans, and put the answers where the week can find them."""
    if state.presence.moves(state.week):
        show_offers(state)
    dismissed = _size_sales_force(state)
    gateway = learn_gateway(state, InformationSystem.decide_gateway(state))
    send_call_plan(state, gateway)
    replanned = carry_out_call_plans(state)
    pay = Manufacturer.decide_pay(state)
    plan_rival_calls(state)
    campaigns, spend = run_campaigns(state)
    advertising = _advertise(state, spend)
    linked = _share_data(state)
    discount, price_off = set_prices(state, campaigns.ours)
    distributor_hours = Manufacturer.decide_distributor_calls(state).hours[state.reps.territory]
    _leave_margins(state)
    _push(state, campaigns.promotion, divide_effort(state))
    _choose_messages(state)
    development = adapt_offers(state)
    recruiting = Manufacturer.decide_recruiting(state)
    upkeep = _staff_service(state)
    studies = commission_studies(state)
    state.today.decided = Decided(
        dismissed,
        gateway,
        pay,
        advertising,
        campaigns,
        discount,
        price_off,
        distributor_hours,
        recruiting,
        upkeep,
        studies,
        set_up(state, linked, development),
        replanned,
    )


def _size_sales_force(state: MarketState) -> Ints:
    """Open and close positions; whoever sits on a closed position is dismissed, and missed by its accounts.

    Returns the reps who are dismissed.
    """
    reps = state.reps
    wanted = Manufacturer.decide_head_count(state).positions
    if np.array_equal(np.bincount(reps.territory[reps.position], minlength=len(wanted)), wanted):
        return np.empty(0, dtype=np.int64)  # as many as there are
    position = _positions(state, wanted)
    leaving = reps.active & ~position
    reps.position[:] = position
    reps.active[leaving] = False
    if leaving.any():
        rep = state.knowledge.rep
        lose_relationship(state, np.flatnonzero((rep >= 0) & leaving[rep]))
    state.books.heads.leave(state.week, np.bincount(reps.team[leaving], minlength=len(state.managers)))
    return np.flatnonzero(leaving)


def _positions(state: MarketState, wanted: Ints) -> NDArray[np.bool_]:
    """Which positions exist [R]: as many as ``wanted`` [T], filled ones before vacant ones, those before new ones."""
    reps = state.reps
    standing = np.where(reps.active, 0, np.where(reps.position, 1, 2))
    order = np.lexsort((standing, reps.territory))  # of equals the first by row
    territory = reps.territory[order]
    position = np.zeros(len(reps), dtype=np.bool_)
    position[order] = np.arange(len(order)) - np.searchsorted(territory, territory) < wanted[territory]
    return position


def _advertise(state: MarketState, spend: Floats) -> Advertising:
    """Turn our advertising, with the ``spend`` of information campaigns and rivals [B, T], into goodwill by territory."""
    advertising = MarketDepartment.decide_advertising(state)
    spend[state.layout.own_brand] += advertising.spend
    state.boards.goodwill = adstock(state.boards.goodwill, spend, state.numbers.customers_of, state.numbers.advertising)
    return advertising


def _share_data(state: MarketState) -> NDArray[np.bool_]:
    """Put the firm's offer to the distributors whose commitment is over, or who get a contract of another kind.

    What is agreed holds for the commitment: the data, and the payment for it. Returns those [D] who begin to share.
    """
    distributors = state.distributors
    if not (state.rules.comes_up("share_data") or state.rules.changes("sharing_contract")):
        return np.zeros(len(distributors), dtype=np.bool_)
    before = distributors.shares_data.copy()
    asked = (state.rules.due("share_data") | state.rules.changed("sharing_contract"))[distributors.territory]
    if asked.any():
        distributors.payment[asked] = Manufacturer.decide_sharing_offer(state).payment[asked]
        distributors.shares_data[asked] = Distributor.decide_sharing(state).shares[asked]
    linked: NDArray[np.bool_] = distributors.shares_data & ~before
    return linked


def set_prices(state: MarketState, campaigns: Promotion | None) -> tuple[Money, Money | None]:
    """Set the prices of all offers, by distributor and price group, relative and in minor units.

    Returns the discounts [price groups, J] and what campaigns take off [T, price groups, J], minor units a unit.
    """
    layout, numbers = state.layout, state.numbers
    own = state.numbers.own_offers
    state.distributors.price[:] = Distributor.decide_retail_prices(state).price
    there = state.presence.offers(state.week)[state.rivals.offer]
    state.rivals.price[:] = np.where(there, Competitor.decide_prices(state).price, state.rivals.price)
    discount = MarketDepartment.decide_discounts(state).discount
    granted = np.zeros((len(discount), len(layout.offers)), dtype=np.int64)
    granted[:, own] = np.rint(discount[:, None] * numbers.list_price[own])
    minor = np.empty((len(state.distributors), len(discount), len(layout.offers)), dtype=np.float64)
    taken_off, price_off = take_off_prices(state, campaigns, discount)
    net = 1.0 - state.params.channel.pass_through * taken_off
    minor[:, :, own] = state.distributors.price[:, None, :] * net
    minor[:, :, state.rivals.offer] = state.rivals.price * numbers.reference_price[state.rivals.offer]
    charged = np.rint(minor).astype(np.int64)
    relative = (charged / numbers.reference_price).astype(np.float32)
    state.boards.offers = state.boards.offers._replace(price=sealed_array(relative), price_minor=sealed_array(charged))
    return granted, price_off


def _leave_margins(state: MarketState) -> None:
    """Renew what rivals leave their distributors beyond the usual, when their terms are due."""
    if state.rules.comes_up("rival_margin"):
        idle = state.rules.idle("rival_margin")
        state.rival_brands.margin[:] = 0.0 if idle else Competitor.decide_margins(state).margin


def _push(state: MarketState, promotion: Floats | None, effort: Floats | None) -> None:
    """Renew the appeal of offers where ``promotion`` [T, J], distributors' ``effort`` [D, J] or goodwill changes it.

    Without any of them it stays as built.
    """
    push = np.zeros((len(state.distributors), len(state.layout.offers)))
    if state.numbers.advertising.choice != 0:
        utility = goodwill_utility(state.boards.goodwill, state.numbers.advertising)
        push += utility[:, state.distributors.territory].T[:, state.boards.offers.brand]
    if promotion is not None:
        push += promotion[state.distributors.territory]
    if effort is not None:
        push += effort
    boards = state.boards
    if boards.pushed or push.any():
        boards.pushed = bool(push.any())
        numbers, types = state.numbers, len(state.layout.customer_types)
        utility = appeal(numbers.intercept, numbers.quality_of, push, numbers.choice, types=types)
        boards.offers = boards.offers._replace(appeal=sealed_array(utility.astype(boards.offers.appeal.dtype)))


def _choose_messages(state: MarketState) -> None:
    """Renew what calls on each segment stress, when it is due."""
    messages = MarketDepartment.decide_messages(state)
    if messages is not None:
        state.headquarters.messages = messages.attribute.astype(np.int64)
        state.headquarters.message_fit = messages.fit.astype(np.float64)


def _staff_service(state: MarketState) -> PlannedUpkeep | None:
    """Set the service engineers of each territory, and how designers work with them; None where nothing fails."""
    if not state.upkeep.on:
        return None
    table = state.upkeep.service
    service = TechnicalDepartment.decide_service(state)
    technical = TechnicalDepartment.decide_technical(state, service)
    change = service.engineers - table.engineers if state.week else np.zeros(len(table))
    table.engineers[:] = service.engineers
    return PlannedUpkeep(service, technical, change)
