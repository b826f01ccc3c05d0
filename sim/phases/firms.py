"""Firms: some close, and in the place of each another one opens: with the same needs, and without a past.

Place, type, size, tastes and ties stay, so that registers stay right; all that the former firm knew, felt, owned, had
ordered or begun is gone. What we and rivals have on record of it stays as it was, until a call, a report or the ledger
says otherwise. All draws are keyed by customer and week.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.newcomers import OF_THE_PAST, without_a_past
from sim.kernels.closing import flag_closing
from sim.kernels.talk import pass_on, talk_of
from sim.kernels.tally import units_by_stock
from sim.kernels.threads import blocks_of, run_blocks, threads_for
from sim.phases.record import count_by_cells
from sim.rng import Decision, stream
from sim.stages import Stage
from sim.state import MarketState
from sim.state.table import columns_of
from sim.state.upkeep import among

Ints = NDArray[np.int64]

#: Columns of customers that a new firm takes over: what the place is like, what neighbours say, and our label for it.
KEPT = (
    *("key", "type", "territory", "distributor", "marks", "taste", "price_sensitivity", "purchase_rate", "order_size"),
    *("churn", "talk_weak", "talk_strong", "price_group"),
)
#: Columns of the diary that a new firm starts without.
NOT_MET = ("met", "bought", "ordered")

#: Columns that the phase reads and does not write.
READS = columns_of("customers", "key type territory")
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", " ".join(OF_THE_PAST)),
    *columns_of("customers", "talk_weak talk_strong"),  # neighbours no longer hear the former firm
    *columns_of("diary", " ".join(NOT_MET)),
    *columns_of("channel", "backorders"),
    *columns_of("service", "machines"),
    *columns_of(
        "projects",
        "customer key number category opened stage_end units taste price_sensitivity worth guess attention carried",
    ),
)


def renew_firms(state: MarketState) -> None:
    """Let firms close and others open in their places; nothing ever happens where no type of customer closes."""
    rows = who_closes(state)
    if len(rows) == 0:
        return
    _record(state, rows)
    _cancel_orders(state, rows)
    _drop_projects(state, rows)
    if state.upkeep.on:
        _scrap_machines(state, rows)
    changes = talk_of(rows, state.customers.speaks[rows], int(state.numbers.experience.ill))
    pass_on(state.customers, state.network, changes._replace(delta=-changes.delta))
    for name, value in without_a_past(state).items():
        state.customers.writable(name)[rows] = value
    for name in NOT_MET:
        state.diary.writable(name)[rows] = 0


def who_closes(state: MarketState) -> Ints:
    """Rows of the customers that close this week, ascending; none in the first week of a market."""
    chances = state.layout.closing_chances
    if state.week == 0 or not chances.any():
        return np.empty(0, dtype=np.int64)
    customers, rows = state.customers, len(state.customers)
    flags = np.zeros(rows, dtype=np.bool_)
    run_blocks(
        flag_closing,
        blocks_of(rows),
        threads_for(rows),
        stream(state.seed, Decision.FIRM_CLOSES, state.week),
        *customers.sealed(("key", "type")),
        chances,
        flags,
    )
    return flags.nonzero()[0]


def _record(state: MarketState, rows: Ints) -> None:
    """Count the firms that close; one that bought from us until now is a customer lost, as one that lapses."""
    state.record.put(state.week, "closed_firms", count_by_cells(state, rows))
    users = np.isin(state.customers.stage[rows], (Stage.BUYER, Stage.LOYAL))
    state.record.add(state.week, "lapses", count_by_cells(state, rows[users]))


def _cancel_orders(state: MarketState, rows: Ints) -> None:
    """Orders that wait are cancelled, and wishes forgotten; goods on their way for them go into the distributor's stock."""
    goods, offers = state.goods, len(state.layout.offers)
    goods.wishes = goods.wishes[~among(goods.wishes // offers, rows)]
    waiting, owed = goods.waiting, goods.channel.writable("backorders")
    if waiting is None:
        return
    gone = among(waiting.customer, rows)
    owed -= units_by_stock(waiting.stock[gone], waiting.units[gone], owed.size).reshape(owed.shape)
    goods.waiting = waiting.rest(~gone, waiting.units[~gone])


def _drop_projects(state: MarketState, rows: Ints) -> None:
    """Projects of the closed firms end undecided; nobody won or lost them."""
    projects = state.opportunities.projects
    if len(projects) == 0:
        return
    gone = among(projects.customer, rows)
    state.record.put(state.week, "projects_dropped", count_by_cells(state, projects.customer[gone]))
    projects.keep(~gone)


def _scrap_machines(state: MarketState, rows: Ints) -> None:
    """Items of the closed firms leave the fleet, their repairs and installations the queues.

    Problems that nobody has reported yet are lost for the designers; reports that are on their way arrive.
    """
    upkeep, own = state.upkeep, state.layout.own_brand
    ours = ((state.customers.owned[rows] == own) & upkeep.fails).sum(axis=1)
    machines = upkeep.service.writable("machines")
    machines -= np.bincount(state.customers.territory[rows], ours, len(machines)).astype(np.int64)
    upkeep.jobs = upkeep.jobs.taken(~among(upkeep.jobs.customer, rows))
    upkeep.problems = upkeep.problems.taken(~among(upkeep.problems.customer, rows))
