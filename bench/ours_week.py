"""Our engine on the cut: all kernels of a week that cost per customer, called as the week's phases call them."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cut import Cut, Floats
from bench.ours import DemandKernels
from bench.week_standing import INSPECTED_EVERY, Averages, Counts, WeekStanding, WeekTables, stand
from sim.kernels.census import Inspected, People, Records, count_people, count_records, inspect_records
from sim.kernels.demand_step import Orders
from sim.kernels.running_averages import add_events, fade_all
from sim.kernels.tally import count_events, tally_purchases, units_by_stock, value_by_distributor
from sim.quantity import WEEKS_PER_YEAR
from sim.state.table import NEVER


class OurWeek(DemandKernels):
    """The customers' part of the whole week on a copy of the cut; reps report what they see exactly, a week later.

    ``seconds`` holds what each phase took, week by week.
    """

    def __init__(self, cut: Cut, seed: int) -> None:
        super().__init__(cut, seed)
        firm = cut.firm
        self._known, self._confirmed = firm.known.copy(), firm.confirmed.copy()
        self._on_record = {"value": firm.value.copy(), "orders": firm.orders.copy()}
        self._diary = {"value": firm.bought.copy(), "orders": firm.ordered.copy()}
        self._news: dict[str, Floats] = {}
        hazard, offers = cut.hazard, cut.offers
        self._cells = (hazard.shape[1], offers.appeal.shape[1])
        self._own = int(offers.own.sum())
        self._inspected: Floats = np.zeros((8, *self._cells))
        self.tables: WeekTables | None = None
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def step(self) -> None:
        """Run one week."""
        self._mark = time.perf_counter()
        self._look()
        self._note("look")
        self.spread()
        self._note("spread")
        occasions, orders = self.demand()
        met = self._count(occasions.row)
        self._note("demand")
        stock = self._stock_cells(orders)
        asked = units_by_stock(stock, orders.units, len(self._cut.offers.available) * self._own)
        paid = self._paid(orders)
        self._note("fulfil")
        ours = np.flatnonzero(stock >= 0)
        first = np.unique(orders.customer[ours][self.customers.last_order[orders.customer[ours]] == NEVER])
        lapsed = self.serve(occasions, orders)
        sold = self._tally(orders)
        self._remember(orders, ours)
        newcomers, lapses = self._count(first), self._count(lapsed)
        self._note("serve")
        people, records = self._take_census()
        self._note("record")
        self.tables = WeekTables(sold, asked, paid, met, newcomers, lapses, people, records, self._inspected)
        self._week += 1

    def standing(self) -> WeekStanding:
        """Aggregates of the latest week, those of the whole week among them."""
        assert self.tables is not None
        averages = Averages(*self._on_record.values(), *self._diary.values())
        return stand(self.aggregate(), self._cut, self.tables, averages, self.customers.expectation)

    def _note(self, phase: str) -> None:
        now = time.perf_counter()
        self.seconds[phase].append(now - self._mark)
        self._mark = now

    def _look(self) -> None:
        """Records fade; last week's reports come in, and this week's are written."""
        keep, rows = self._cut.firm.keep, self._cut.visits.row
        for name, column in self._on_record.items():
            fade_all(column, keep)
            if self._news:
                column[rows] = self._news[name] * keep
        if self._news:
            self._known[rows] = True
            self._confirmed[rows] = self._week - 1
        self._news = {name: column[rows] for name, column in self._diary.items()}

    def _stock_cells(self, orders: Orders) -> Counts:
        column = self._cut.firm.own_column[orders.offer]
        return np.where(column >= 0, orders.home.astype(np.int64) * self._own + column, -1)

    def _paid(self, orders: Orders) -> Counts:
        distributor = self.customers.distributor
        shape = self._cut.offers.available.shape
        return value_by_distributor(
            orders.customer, orders.offer, orders.units, orders.price, distributor, (shape[0], shape[1])
        )

    def _tally(self, orders: Orders) -> Counts:
        who, shape = self.customers, (*self._cells, len(self._cut.offers.brand))
        return tally_purchases(
            orders.customer, orders.offer, orders.units, orders.price, who.territory, who.type, shape
        )

    def _count(self, rows: NDArray[np.integer[Any]]) -> Counts:
        return count_events(rows, self.customers.territory, self.customers.type, self._cells)

    def _remember(self, orders: Orders, ours: Counts) -> None:
        firm = self._cut.firm
        value = (orders.units[ours] * firm.list_price[orders.offer[ours]]).astype(np.float32)
        for name, amount in (("value", value), ("orders", np.ones(len(ours), np.float32))):
            fade_all(self._diary[name], firm.keep)
            add_events(self._diary[name], orders.customer[ours], firm.gain * amount)

    def _take_census(self) -> tuple[Floats, Floats]:
        cut, who, (territories, types) = self._cut, self.customers, self._cells
        people = count_people(
            People(*(getattr(who, name) for name in People._fields)),
            cut.own_brand,
            self._week - round(WEEKS_PER_YEAR),
            territories=territories,
            types=types,
        )
        records = Records(who.territory, self._known, cut.firm.rep, self._on_record["value"], self._diary["value"])
        counts = count_records(records, territories=territories)
        if (self._week + 1) % INSPECTED_EVERY == 0:
            self._inspected = self._inspect()
        return people, counts

    def _inspect(self) -> Floats:
        cut, who, (territories, types) = self._cut, self.customers, self._cells
        columns = Inspected(
            territory=who.territory,
            type=who.type,
            stage=who.stage,
            known=self._known,
            rep=cut.firm.rep,
            confirmed=self._confirmed,
            measured=cut.firm.measured,
            true=who.marks,
            weight=cut.firm.mark_weight,
        )
        return inspect_records(columns, self._week, cut.firm.stale, territories=territories, types=types)
