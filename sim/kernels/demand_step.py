"""The customers' part of a week, phase by phase: spread, demand, serve, and the relationship with our reps.

Each function takes the customers' columns, reads what it needs and writes only columns that the phase may
write; the names it writes are in ``SPREAD_WRITES`` and so on. ``tick`` numbers the steps of time (a week, unless a
special case sets another dt) and keys the draws.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.jit import sealed, sealed_array
from sim.kernels.choice import Choosers, choose, count_bought, write_orders
from sim.kernels.choice_share import choice_shares
from sim.kernels.experience import Deliveries, Memory, TalkChanges, experience
from sim.kernels.funnel import Standing, move_customers
from sim.kernels.needs import Occasions, count_needs, list_occasions
from sim.kernels.relationship import cultivate, fade
from sim.kernels.spread import count_calls, spread_awareness
from sim.kernels.talk import count_talk, pass_on
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for
from sim.rng import Decision, stream

if TYPE_CHECKING:
    from sim.kernels.board import NeedBoard, OfferBoard
    from sim.network import Network
    from sim.params.customer_numbers import (
        ChoiceNumbers,
        ExperienceNumbers,
        FunnelNumbers,
        RelationshipNumbers,
        SpreadNumbers,
    )
    from sim.state.customers import Customers

Reals = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

SPREAD_WRITES = ("aware",)
RELATIONSHIP_WRITES = ("relationship",)
DEMAND_WRITES = ("need_open",)
#: Columns by which needs arise, as the kernel takes them.
_NEEDY = ("key", "type", "territory", "purchase_rate", "owned", "bought_week")
SERVE_WRITES = (*Memory._fields, "talk_weak", "talk_strong", "stage")


class Visits(NamedTuple):
    """Calls of our reps on customers this week; a customer may be listed more than once."""

    row: Ints  # [n]
    calls: Ints  # [n] number of calls
    effective: Reals  # [n] calls weighted by skill and fit


class Chosen(NamedTuple):
    """What was chosen on each occasion, and what would have been chosen without persuasion; -1 for nothing."""

    offer: NDArray[np.int16]
    anyway: NDArray[np.int16]

    @classmethod
    def of(cls, occasions: int) -> Chosen:
        """Room for so many occasions."""
        return cls(np.empty(occasions, np.int16), np.empty(occasions, np.int16))


class Orders(NamedTuple):
    """What customers want to buy, in order of rows."""

    customer: NDArray[np.uint32]  # row
    offer: NDArray[np.int16]
    units: NDArray[np.int32]
    occasion: NDArray[np.uint32]
    price: NDArray[np.int64]  # minor units per unit
    home: NDArray[np.uint16]  # the customer's distributor


def spread_week(
    customers: Customers,
    network: Network,
    hazard: Reals,
    visits: Visits,
    visit_speaks: ArrayLike,
    numbers: SpreadNumbers,
    *,
    seed: int,
    tick: int,
    ill: int = 4,
) -> None:
    """Update ``aware``: advertising (``hazard`` [B, T] per tick), visits and word of mouth, forgetting.

    ``visit_speaks`` [B]: 1 for brands that a visit makes known. In a complete network the talk of all customers replaces the
    neighbours'; ``ill`` is then the weight of a disappointed owner's talk in half units.
    """
    rows = len(customers)
    threads = threads_for(rows)
    real = customers.loyalty.dtype
    exposure = np.ascontiguousarray(hazard, real)
    if network.complete:
        share = np.maximum(crowd(customers, ill), 0.0)
        exposure = exposure + (numbers.imitation * share).astype(real)[:, np.newaxis]
    called = np.zeros(rows if len(visits.row) else 0, np.uint8)
    count_calls(visits.row.astype(np.int64), visits.calls.astype(np.int64), called)
    run_blocks(
        spread_awareness,
        blocks_of(rows),
        threads,
        stream(seed, Decision.AWARENESS, tick),
        sealed_array(customers.key),
        sealed_array(customers.territory),
        sealed_array(customers.talk_weak),
        sealed_array(customers.talk_strong),
        sealed_array(called),
        sealed_array(np.asarray(visit_speaks, np.uint8)),
        sealed_array(exposure),
        sealed(numbers),
        customers.writable("aware"),
    )


def crowd(customers: Customers, ill: int) -> NDArray[np.float64]:
    """Net share of all customers who speak well of each brand, [B]: what a complete network hears."""
    blocks = blocks_of(len(customers))
    total = np.zeros((blocks, customers.speaks.shape[1]), np.int64)
    run_blocks(count_talk, blocks, threads_for(len(customers)), sealed_array(customers.speaks), np.int32(ill), total)
    share: NDArray[np.float64] = total.sum(axis=0) / (2.0 * max(len(customers), 1))
    return share


def relationship_week(customers: Customers, visits: Visits, numbers: RelationshipNumbers) -> None:
    """Update ``relationship``: it fades for all and grows with effective calls.

    Where hand-overs cost sales, what it would be with the ``former`` rep moves in the same way.
    """
    tend(customers.writable("relationship"), visits, numbers)
    if customers.former.shape[1]:
        tend(customers.writable("former").reshape(-1), visits, numbers)


def tend(stock: Reals, visits: Visits, numbers: RelationshipNumbers) -> None:
    """Update a ``stock`` [N] that fades and grows with effective calls."""
    run_blocks(fade, blocks_of(len(stock)), threads_for(len(stock)), numbers, stock)
    if len(visits.row):
        rows, place = np.unique(visits.row, return_inverse=True)
        calls = np.bincount(place, visits.effective).astype(stock.dtype)
        cultivate(sealed_array(rows.astype(np.uint32)), sealed_array(calls), numbers, stock)


def demand_week(
    customers: Customers,
    network: Network,
    needs: NeedBoard,
    offers: OfferBoard,
    numbers: ChoiceNumbers,
    *,
    seed: int,
    tick: int,
    ill: int = 4,
) -> tuple[Occasions, Chosen, Orders]:
    """Who is in the market, what they choose and order.

    Writes ``need_open``. The occasions are needed again by :func:`serve_week`.
    """
    occasions = occasions_of_week(customers, needs, seed=seed, tick=tick)
    who = choosers(customers, network, ill)
    offers = sealed(offers)
    blocks = blocks_of(len(occasions.row))
    threads = threads_for(8 * len(occasions.row))
    chosen = Chosen.of(len(occasions.row))
    run_blocks(choose, blocks, threads, stream(seed, Decision.CHOICE, tick), occasions, who, offers, numbers, *chosen)
    return occasions, chosen, _orders(occasions, chosen.offer, who, offers, blocks, threads, seed, tick)


def occasions_of_week(customers: Customers, needs: NeedBoard, *, seed: int, tick: int) -> Occasions:
    """This week's occasions to buy; writes ``need_open``."""
    rows, needs = len(customers), sealed(needs)
    blocks, threads = blocks_of(rows), threads_for(rows)
    who = customers.sealed(_NEEDY)
    key, type_ = who[:2]
    need_open, need_luck = customers.writable("need_open"), stream(seed, Decision.NEED, tick)
    in_market, counts = np.empty(rows, np.uint32), np.empty(rows, np.uint8)
    sizes = np.zeros((2, blocks), np.int64)
    run_blocks(
        count_needs,
        blocks,
        threads,
        stream(seed, Decision.OCCASIONS, tick),
        need_luck,
        tick,
        *who,
        needs,
        need_open,
        in_market,
        counts,
        sizes,
    )
    start = _starts(sizes[1])
    total = int(start[-1])
    out = Occasions(np.empty(total, np.uint32), np.empty(total, np.uint8), np.empty(total, np.uint32), start)
    luck = stream(seed, Decision.OCCASION_CATEGORY, tick)
    run_blocks(
        list_occasions,
        blocks,
        threads,
        luck,
        need_luck,
        key,
        type_,
        need_open,
        in_market,
        counts,
        sizes,
        needs,
        out,
    )
    return sealed(out)


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of some blocks of these ``sizes`` begins, and where the last one ends."""
    start = np.zeros(len(sizes) + 1, np.int64)
    sizes.cumsum(out=start[1:])
    return start


def choosers(customers: Customers, network: Network, ill: int = 4) -> Choosers:
    """The columns that enter choice, as the kernels take them."""
    columns, real = customers.sealed(Choosers._fields[:-2]), customers.loyalty.dtype
    everybody = crowd(customers, ill).astype(real) if network.complete else np.empty(0, real)
    return Choosers._make((*columns, network.indptr, sealed_array(everybody)))


def expected_shares(
    customers: Customers, network: Network, offers: OfferBoard, numbers: ChoiceNumbers, ill: int
) -> Reals:
    """Of each customer's occasions in a category the part on which each offer is chosen as things are [N, offers]."""
    shares = np.empty((len(customers), len(offers.brand)), customers.loyalty.dtype)
    blocks, threads = blocks_of(len(customers)), threads_for(len(customers))
    run_blocks(choice_shares, blocks, threads, choosers(customers, network, ill), sealed(offers), numbers, shares)
    return shares


def _orders(
    occasions: Occasions,
    chosen: NDArray[np.int16],
    who: Choosers,
    offers: OfferBoard,
    blocks: int,
    threads: int,
    seed: int,
    tick: int,
) -> Orders:
    chosen = sealed_array(chosen)
    bought = np.zeros(blocks, np.int64)
    run_blocks(count_bought, blocks, threads, chosen, bought)
    place = _starts(bought)
    total = int(place[-1])
    orders = Orders(
        np.empty(total, np.uint32),
        np.empty(total, np.int16),
        np.empty(total, np.int32),
        np.empty(total, np.uint32),
        np.empty(total, np.int64),
        np.empty(total, np.uint16),
    )
    run_blocks(
        write_orders,
        blocks,
        threads,
        stream(seed, Decision.ORDER_SIZE, tick),
        stream(seed, Decision.ORDER_ROUNDING, tick),
        occasions,
        chosen,
        place,
        who,
        offers,
        *orders,
    )
    return sealed(orders)


def serve_week(
    customers: Customers,
    network: Network,
    deliveries: Deliveries,
    occasions: Occasions,
    offers: OfferBoard,
    numbers: ExperienceNumbers,
    funnel: FunnelNumbers,
    *,
    own_brand: int,
    seed: int,
    tick: int,
    rate: Reals | None = None,
) -> NDArray[np.uint32]:
    """Experience of ``deliveries`` (in order of rows), talk pushed to neighbours, moves of the funnel.

    Writes ``SERVE_WRITES``. ``occasions`` are those of this week's :func:`demand_week`, with all further needs;
    ``rate`` [N] is how often customers buy, if that is more than their ``purchase_rate``. Returns the rows of those
    who lapse.
    """
    live_through(customers, network, deliveries, offers, numbers, seed=seed, tick=tick)
    return funnel_week(customers, occasions, offers, funnel, own_brand=own_brand, seed=seed, tick=tick, rate=rate)


def live_through(
    customers: Customers,
    network: Network,
    deliveries: Deliveries,
    offers: OfferBoard,
    numbers: ExperienceNumbers,
    *,
    seed: int,
    tick: int,
) -> None:
    """Experience of ``deliveries`` (in order of rows), and the talk that changes with it."""
    events = len(deliveries.customer)
    if not events:
        return
    real = customers.loyalty.dtype
    if deliveries.performance.dtype != real:
        deliveries = deliveries._replace(performance=deliveries.performance.astype(real))
    deliveries, offers = sealed(deliveries), sealed(offers)
    changes = TalkChanges(
        np.empty(2 * events, np.uint32), np.empty(2 * events, np.int8), np.empty(2 * events, np.int16)
    )
    run_blocks(
        experience,
        blocks_of(events),
        threads_for(4 * events),
        stream(seed, Decision.PERFORMANCE, tick),
        tick,
        sealed_array(customers.key),
        deliveries,
        _categories(offers.first.tobytes()),
        offers,
        numbers,
        Memory(*customers.writables(Memory._fields)),
        changes,
    )
    pass_on(customers, network, changes)


@lru_cache(maxsize=64)
def _categories(first: bytes) -> NDArray[np.uint8]:
    """Category of each offer, from the first offers of the categories: the same every week."""
    begins = np.frombuffer(first, np.int32)
    sizes = begins[1:] - begins[:-1]
    return sealed_array(np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes))


def funnel_week(
    customers: Customers,
    occasions: Occasions,
    offers: OfferBoard,
    numbers: FunnelNumbers,
    *,
    own_brand: int,
    seed: int,
    tick: int,
    rate: Reals | None = None,
) -> NDArray[np.uint32]:
    """Moves of the funnel; writes ``stage``. Returns the rows of those who lapse; ``rate`` as in :func:`serve_week`."""
    rows = len(customers)
    standing = Standing(*customers.sealed(Standing._fields))
    if rate is not None:
        standing = standing._replace(purchase_rate=sealed_array(rate))
    blocks = blocks_of(rows)
    lapsed, lapses = np.empty(rows, np.uint32), np.zeros(blocks, np.int64)
    run_blocks(
        move_customers,
        blocks,
        threads_for(rows),
        stream(seed, Decision.FUNNEL, tick),
        tick,
        own_brand,
        standing,
        sealed(occasions),
        sealed(offers),
        sealed(numbers),
        customers.writable("stage"),
        lapsed,
        lapses,
    )
    if blocks == 1:
        return lapsed[: lapses[0]]
    return np.concatenate([lapsed[k * BLOCK : k * BLOCK + n] for k, n in enumerate(lapses)] or [lapsed[:0]])
