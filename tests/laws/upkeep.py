"""An auditor of upkeep: counts jobs, machines and engineers' hours again, from the tables."""

from __future__ import annotations

import numpy as np

from sim.accounts_chart import Account
from sim.state import MarketState


class UpkeepAuditor:
    """Follows the jobs of our engineers from week to week."""

    def __init__(self, state: MarketState) -> None:
        self._jobs = state.upkeep.jobs.item  # of ours that waited at the end of last week

    def after_firms(self, gone: np.ndarray) -> None:
        """Jobs of the customers in the rows ``gone`` are dropped with their items."""
        self._jobs = self._jobs[~np.isin(self._jobs // 8, gone)]

    def after_maintain(self, state: MarketState) -> None:
        """Every job that came is done, dropped with its item, or waits; engineers work no more than their hours."""
        upkeep, week, own = state.upkeep, state.week, state.layout.own_brand
        if not upkeep.on:
            assert not state.record["failures"].any() and not state.upkeep.service.open.any()
            return
        jobs = upkeep.jobs
        assert len(np.unique(jobs.item)) == len(jobs)
        assert (jobs.since <= week).all()
        ours = jobs.taken(jobs.brand == own)
        waiting = np.bincount(state.customers.territory[ours.customer], minlength=len(state.upkeep.service))
        np.testing.assert_array_equal(waiting, state.upkeep.service.open)
        queued, done = len(ours), state.record["repairs"][week].sum() + state.record["installations"][week].sum()
        orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
        got = (served > 0) & upkeep.fails[state.numbers.category[orders.offer]]
        came = state.record["failures"][week].sum() + np.count_nonzero(got & (orders.stock >= 0))
        replaced = np.isin(self._jobs, orders.customer[got] * 8 + state.numbers.category[orders.offer[got]]).sum()
        assert len(self._jobs) - replaced + came == queued + done
        self._jobs = ours.item
        spent, available = upkeep.hours.spent[week], upkeep.hours.available[week]
        np.testing.assert_allclose(spent.sum(axis=0), available, atol=1 / 60)
        np.testing.assert_allclose(available, state.upkeep.service.engineers * state.params.service.hours)

    def after_week(self, state: MarketState) -> None:
        """The machines that service counts as it goes along are those that customers own; staff is paid for."""
        book, week = state.ledger.book, state.week
        if state.upkeep.on:
            ours = ((state.customers.owned == state.layout.own_brand) & state.upkeep.fails).sum(axis=1)
            machines = np.bincount(state.customers.territory, ours, len(state.upkeep.service))
            np.testing.assert_array_equal(state.upkeep.service.machines, machines)
            pay = state.params.service.engineer_pay / 52 * state.upkeep.service.engineers
            assert book[1 + week, 0, Account.SERVICE] >= np.floor(pay).sum()
            assert book[1 + week, 0, Account.TECHNICAL] == state.today.decided.upkeep.technical.cost.sum()
        else:
            assert not book[:, :, [Account.SERVICE, Account.TECHNICAL]].any()
