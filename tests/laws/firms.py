"""What the auditor counts again of firms: those that closed are gone from wherever customers are listed."""

from __future__ import annotations

import numpy as np

from sim.state import MarketState
from sim.state.table import NEVER


def check_renewed(state: MarketState, gone: np.ndarray) -> None:
    """After firms closed: nothing of the customers in the rows ``gone`` waits, runs or is owned, and no one hears them."""
    customers, goods, upkeep = state.customers, state.goods, state.upkeep
    assert len(gone) == state.record["closed_firms"][state.week].sum()
    assert not customers.aware[gone].any() and not customers.loyalty[gone].any() and not customers.speaks[gone].any()
    assert (customers.owned[gone] < 0).all() and (customers.last_order[gone] == NEVER).all()
    assert (customers.next_failure[gone] == NEVER).all()
    lists = [state.opportunities.projects.customer, upkeep.jobs.customer, upkeep.problems.customer]
    lists.append(goods.wishes // len(state.layout.offers))
    if goods.waiting is not None:
        lists.append(goods.waiting.customer)
        owed = np.bincount(goods.waiting.stock, goods.waiting.units, goods.channel.backorders.size)
        np.testing.assert_array_equal(owed.reshape(goods.channel.backorders.shape), goods.channel.backorders)
    assert not any(np.isin(rows, gone).any() for rows in lists)
    if len(gone) and len(state.network.neighbours):
        check_talk(state)


def check_talk(state: MarketState) -> None:
    """What customers hear of both kinds of ties is what their neighbours say, counted tie by tie."""
    customers, network, ill = state.customers, state.network, int(state.numbers.experience.ill)
    weight = np.array([-ill, 0, 2])[customers.speaks.astype(np.int64) + 1]
    owner = np.repeat(np.arange(len(customers)), network.degree)
    strong = np.arange(len(network.neighbours)) < network.strong_end[owner]
    for column, ties in ((customers.talk_strong, strong), (customers.talk_weak, ~strong)):
        heard = np.zeros(column.shape, dtype=np.int64)
        np.add.at(heard, owner[ties], weight[network.neighbours[ties]])
        np.testing.assert_array_equal(heard, column)
