"""An auditor who follows a market and counts everything again from outside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.accounts_chart import Account
from sim.derived.call_hours import hours_per_call, travel_hours
from sim.derived.call_lengths import calls_differ, true_lengths
from sim.market import Market
from sim.phases.firms import who_closes
from sim.stages import Stage
from sim.state import MarketState, Use
from sim.state.orders import Purchases
from sim.state.table import NEVER
from sim.week import Phase
from tests.laws.firms import check_renewed
from tests.laws.projects import check_carried, count_projects
from tests.laws.scorecard import check_scorecard
from tests.laws.untouched import Untouched
from tests.laws.upkeep import UpkeepAuditor


@dataclass
class Auditor:
    """Follows a market week by week and counts again, from the tables, what its books and record say."""

    market: Market
    made: np.ndarray = field(init=False)
    opening: np.ndarray = field(init=False)
    ordered: np.ndarray = field(init=False)
    shipped: np.ndarray = field(init=False)
    heads: np.ndarray = field(init=False)
    projects: float = field(init=False)
    begun: np.ndarray = field(init=False)
    worked: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        state = self.market.state
        self.opening = units_held(state)
        self.projects = float(len(state.opportunities.projects))
        self.made = np.zeros_like(self.opening)
        self.heads = np.bincount(state.reps.team[state.reps.active], minlength=len(state.managers))
        self.ordered = np.zeros_like(state.goods.channel.on_hand)
        self.shipped = np.zeros_like(state.goods.channel.on_hand)
        self._before: Purchases | None = None
        limit = state.numbers.plant
        self.begun, self.worked = (np.zeros(0 if limit is None else len(limit.capacity)) for _ in range(2))
        self._upkeep = UpkeepAuditor(state)
        self._untouched = Untouched(state)
        self._wishes: set[tuple[int, int]] = set()  # (customer, durable of ours) asked for and not got yet

    def run(self) -> Market:
        """Run all weeks, checking after phases and after every week; returns the market."""
        while self.market.running:
            self.market.run_week(observe=self.after, check_reads=True)
        check_scorecard(self.market)
        return self.market

    def after(self, phase: Phase) -> None:
        """What must hold after a phase."""
        self._untouched.after(phase)
        check = {
            "firms": self._after_firms,
            "demand": self._after_demand,
            "work": self._after_work,
            "fulfil": self._after_fulfil,
            "maintain": self._upkeep.after_maintain,
            "serve": self._after_serve,
            "record": self._after_week,
        }
        if phase.name in check:
            check[phase.name](self.market.state)

    def _after_firms(self, state: MarketState) -> None:
        gone = who_closes(state)
        self._wishes = {(c, j) for c, j in self._wishes if c not in gone}
        self._upkeep.after_firms(gone)
        check_renewed(state, gone)

    def _after_work(self, state: MarketState) -> None:
        reps, spent, available = (
            state.reps,
            state.books.hours.spent[state.week],
            state.books.hours.available[state.week],
        )
        np.testing.assert_allclose(spent.sum(axis=0), available, atol=1 / 60)
        np.testing.assert_allclose(available, state.params.hours.contract * reps.active)
        in_the_field = (Use.TRAVEL, Use.SELLING, Use.QUESTIONS)
        field_hours = available - spent[[u for u in Use if u not in (*in_the_field, Use.IDLE)]].sum(axis=0)
        assert (hours_in_the_field(state) <= field_hours + 1e-3).all()
        np.testing.assert_allclose(spent[list(in_the_field)].sum(axis=0), hours_in_the_field(state), atol=1e-3)
        assert ((reps.effort >= 0) & (reps.effort <= 1)).all()
        assert (reps.calls[~reps.active] == 0).all()
        visits = np.bincount(
            state.knowledge.rep[state.today.worked.visited], state.diary.visits[state.today.worked.visited], len(reps)
        )
        np.testing.assert_array_equal(visits, reps.calls)
        assert state.diary.visits.sum() == reps.calls.sum()
        assert (reps.active[state.knowledge.rep[state.today.worked.visited]]).all()
        check_carried(state)

    def _after_demand(self, state: MarketState) -> None:
        orders = state.today.demanded.orders
        self._before = orders
        self._waiting = state.goods.waiting
        self._stock = (
            state.goods.channel.on_hand + state.goods.channel.pipeline[state.week % len(state.goods.channel.pipeline)]
        )
        assert (np.diff(orders.customer) >= 0).all()
        check_choices(state, orders)

    def _after_fulfil(self, state: MarketState) -> None:
        orders, served, new = state.today.fulfilled.orders, state.today.fulfilled.served, self._before
        assert new is not None
        assert ((served >= 0) & (served <= orders.units)).all()
        check_choices(state, orders)
        given = per_cell(state, orders, served)
        assert (given <= self._stock).all()
        passed_on = self._pass_on(state)
        np.testing.assert_array_equal(self._stock - given - passed_on, state.goods.channel.on_hand)
        queued = 0 if self._waiting is None else len(self._waiting.offer)
        first = queued + len(new.offer)
        self._count_wishes(state, orders, served, queued)
        rest = orders.units[:first] - served[:first]
        waiting = state.goods.waiting
        assert waiting is not None
        assert waiting.units.sum() <= rest.sum()
        assert (waiting.units > 0).all()
        np.testing.assert_array_equal(per_cell(state, waiting, waiting.units), state.goods.channel.backorders)
        assert orders.units[first:].sum() <= rest.sum()
        assert (
            served[state.numbers.own_column[orders.offer] < 0]
            == orders.units[state.numbers.own_column[orders.offer] < 0]
        ).all()

    def _pass_on(self, state: MarketState) -> np.ndarray:
        """Units that each distributor shipped to its sub-distributors, who never get more than they have ordered."""
        supplied, shipped = state.today.fulfilled.supplied, state.today.fulfilled.shipped
        self.ordered += state.distributors.ordered
        self.shipped += shipped + supplied
        assert (self.shipped <= self.ordered).all()
        np.testing.assert_array_equal(self.ordered - self.shipped, state.goods.channel.owed)
        passed_on = np.zeros_like(supplied)
        for d, supplier in enumerate(state.distributors.supplier):
            assert not (shipped if supplier >= 0 else supplied)[d].any()
            if supplier >= 0:
                passed_on[supplier] += supplied[d]
        return passed_on

    def _count_wishes(self, state: MarketState, orders: Purchases, served: np.ndarray, queued: int) -> None:
        """Demand is what is asked for the first time: not by orders that waited, nor for the same durable again."""
        category, durable = state.numbers.category[orders.offer], state.boards.offers.durable
        wished = list(zip(orders.customer.tolist(), orders.offer.tolist(), strict=True))
        first = np.array([k >= queued and wish not in self._wishes for k, wish in enumerate(wished)], dtype=np.bool_)
        np.testing.assert_array_equal(per_cell(state, orders, orders.units * first), state.today.fulfilled.demand)
        lacking = per_cell(state, orders, (orders.units - served) * first)
        lacking[:, state.numbers.to_order] = 0  # no one expects to get made-to-order goods at once
        np.testing.assert_array_equal(lacking, state.today.fulfilled.unserved)
        bought = {(c, k) for (c, _), k, got in zip(wished, category, served, strict=True) if got and durable[k]}
        self._wishes |= {
            wish
            for wish, k, got in zip(wished, category, served, strict=True)
            if durable[k] and not got and wish[1] in state.layout.own_offers
        }
        self._wishes = {(c, j) for c, j in self._wishes if (c, state.numbers.category[j]) not in bought}

    def _after_serve(self, state: MarketState) -> None:
        orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
        ours = state.numbers.own_column[orders.offer] >= 0
        at_list = (served * state.numbers.list_price[orders.offer])[ours].sum()
        assert 0 <= state.reps.credited.sum() <= at_list
        customers = state.customers
        assert all(customers.need_open[c] >> state.numbers.category[j] & 1 for c, j in self._wishes)
        # Loyalty is kept in float32: sums may be off by its rounding.
        assert (customers.loyalty >= 0).all() and (customers.loyalty.sum(axis=1) <= 1 + 1e-5).all()
        assert ((customers.satisfaction >= 0) & (customers.satisfaction <= 1)).all()
        assert ((customers.relationship >= 0) & (customers.relationship <= 1 + 1e-6)).all()
        bought = served > 0
        last = (
            state.week == customers.bought_week[orders.customer[bought], state.numbers.category[orders.offer[bought]]]
        )
        assert last.all()
        assert (customers.last_order[orders.customer[bought & ours]] == state.week).all()

    def _after_week(self, state: MarketState) -> None:
        self._count_units(state)
        self.projects = count_projects(state, self.projects)
        self._count_money(state)
        self._count_people(state)
        self._upkeep.after_week(state)
        for stage in (state.goods.channel, state.goods.plant):
            assert all((part >= 0).all() for part in stage._arrays.values())
            np.testing.assert_array_equal(stage.pipeline.sum(axis=0), stage.in_transit)
        measures = {name: state.record[name][state.week] for name in state.record.measures}
        assert all(np.isfinite(values).all() for values in measures.values())
        signed = ("skill_sum", "all_brands_margin")  # who sells below what it pays has a margin below 0
        assert all((values >= 0).all() for name, values in measures.items() if name not in signed)
        assert measures["customers"].sum() == len(state.customers)
        assert (measures["calls_on_plan"] <= measures["calls_planned"] + 1e-6).all()
        assert (measures["calls_on_plan"] <= measures["calls_reported_on_plan"] + 1e-6).all()
        for most in ("calls", "calls_planned"):
            assert (measures["calls_reported_on_plan"] <= measures[most] + 1e-6).all(), most
        # No call is shorter than the shortest, where calls differ.
        shortest = state.params.call_length.shortest if calls_differ(state) else 1.0
        room = state.reps.field_hours / (hours_per_call(state) * shortest)
        assert (measures["calls_planned"] <= np.bincount(state.reps.team, weights=room) + 1e-3).all()
        assert (measures["unserved_units"] <= measures["demand_units"]).all()
        for part in ("active_customers", "aware_customers", "users"):
            assert (measures[part] <= measures["customers"]).all()
        customers, own = state.customers, state.layout.own_brand
        users = np.isin(customers.stage, (Stage.BUYER, Stage.LOYAL))
        assert measures["users"].sum() == users.sum()
        assert measures["aware_customers"].sum() == (customers.aware >> own & 1).sum()
        recent = (customers.last_order != NEVER) & (state.week - customers.last_order < 52)
        assert measures["active_customers"].sum() == recent.sum()
        satisfied = customers.satisfaction[users, own].sum(dtype=np.float64)
        np.testing.assert_allclose(measures["satisfaction_sum"].sum(), satisfied, rtol=1e-5, atol=1e-6)

    def _count_units(self, state: MarketState) -> None:
        self.made += state.today.fulfilled.made
        own = list(state.layout.own_offers)
        sold = state.record["sell_out_units"][: state.week + 1][..., own].sum(axis=(0, 1, 2))
        np.testing.assert_array_equal(self.opening + self.made - sold, units_held(state))

    def _count_money(self, state: MarketState) -> None:
        book, week, own = state.ledger.book, state.week, list(state.layout.own_offers)
        assert not book.sum(axis=2).any()
        assert not book[:, :, Account.CASH].sum(axis=1).any()
        price, cost = state.numbers.list_price[own], state.numbers.unit_cost[own]
        shipped = state.record["sell_in_units"][week][:, own]
        assert -book[1 + week, 0, Account.REVENUE] == (shipped @ price).sum()
        assert book[1 + week, 0, Account.COST_OF_GOODS] == (shipped @ cost).sum()
        sold = state.record["sell_out_value"][week][..., own].sum()
        assert -book[1 + week, 1 : state.ledger.outside, Account.SALES].sum() == sold
        np.testing.assert_array_equal(
            state.ledger.balance(Account.CHANNEL_STOCK)[1 : state.ledger.outside],
            state.distributors.stock_value.sum(axis=1),
        )
        assert state.ledger.balance(Account.FINISHED_GOODS)[0] == (state.goods.plant.on_hand * cost).sum()
        held = state.goods.channel.on_hand + state.goods.channel.in_transit
        assert (state.distributors.stock_value >= 0).all()
        assert not state.distributors.stock_value[held == 0].any()
        debts = np.zeros_like(state.ledger.claims)
        for due in state.books.invoices.values():
            for invoices in due:
                np.add.at(debts, (invoices.creditor, invoices.debtor), invoices.amount)
        np.testing.assert_array_equal(state.ledger.claims, debts)
        self._count_trade(state)
        self._count_rebates_and_overtime(state)

    def _count_rebates_and_overtime(self, state: MarketState) -> None:
        """What customers bargained off our prices is ours to pay, to their distributors; overtime costs its premium."""
        book, goods = state.ledger.book[1 + state.week], state.today.fulfilled
        ours = goods.orders.stock >= 0
        assert book[0, Account.REBATES] == (goods.orders.rebate * goods.served)[ours].sum()
        granted = (goods.orders.discount * goods.served)[ours].sum() + book[0, Account.REBATES]
        assert -book[:, Account.OTHER_INCOME].sum() == granted + book[0, Account.DATA_SHARING]
        if goods.plant is None:
            assert book[0, Account.OVERTIME] == 0 and not state.goods.plant.owed.any()
            return
        limit, plant = state.numbers.plant, state.params.plant
        assert limit is not None
        premium = np.rint(plant.overtime_premium * goods.plant.overtime).sum()
        assert book[0, Account.OVERTIME] == premium
        assert (goods.plant.regular <= limit.capacity * (1 + 1e-12)).all()
        assert (goods.plant.overtime <= plant.overtime * limit.capacity * (1 + 1e-12)).all()
        self.begun += np.bincount(limit.company, goods.started * limit.work, len(limit.capacity))
        self.worked += goods.plant.regular + goods.plant.overtime
        unfinished = np.bincount(limit.company, state.goods.begun, len(limit.capacity))
        np.testing.assert_allclose(self.worked, self.begun + unfinished, rtol=1e-9)
        assert ((state.goods.begun >= 0) & (state.goods.begun < limit.work)).all()

    def _count_trade(self, state: MarketState) -> None:
        """What moves between distributors is income of one and stock of the other, and no sell-out."""
        book, own, distributors = state.ledger.book[1 + state.week], list(state.layout.own_offers), state.distributors
        supplied = state.record["sub_supplied_units"][state.week][:, own]
        income = np.zeros(state.ledger.entities)
        for d, supplier in enumerate(distributors.supplier):
            price = state.numbers.list_price[own]
            above = supplier
            while above >= 0:
                price = np.rint(price * (1 + state.params.channel.sub_markup))
                above = distributors.supplier[above]
            np.testing.assert_array_equal(distributors.wholesale[d], price)
            if supplier >= 0:
                income[1 + supplier] += supplied[d] @ price
        np.testing.assert_array_equal(-book[:, Account.INTERNAL_SALES], income)
        assert (book[:, Account.INTERNAL_COST] >= 0).all()
        assert not book[income == 0, Account.INTERNAL_COST].any()
        internal = book[:, [Account.INTERNAL_SALES, Account.INTERNAL_COST, Account.CHANNEL_STOCK]]
        assert not internal[[0, -1]].any()
        orders = state.record["sub_ordered_units"][state.week] + state.record["ordered_units"][state.week]
        np.testing.assert_array_equal(orders[:, own], distributors.ordered)
        assert not state.record["ordered_units"][state.week][distributors.supplier >= 0].any()

    def _count_people(self, state: MarketState) -> None:
        book, week = state.books.heads, state.week
        present = np.bincount(state.reps.team[state.reps.active], minlength=len(state.managers))
        np.testing.assert_array_equal(self.heads + (book.hired - book.left)[: week + 1].sum(axis=0), present)
        np.testing.assert_array_equal(book.hired[week], state.record["hires"][week])
        assert (state.record["quits"][week] <= book.left[week]).all()
        assert not (state.reps.active & ~state.reps.position).any()
        spent = state.books.manager_hours.spent[week]
        assert (spent >= 0).all()
        np.testing.assert_allclose(spent.sum(axis=0), state.params.management.manager_hours, atol=1 / 60)
        for share in ("alignment", "form_use", "observed", "variable_share", "maturity", "fairness"):
            values = getattr(state.reps, share)
            assert ((values >= 0) & (values <= 1 + 1e-6)).all(), share
        served = state.knowledge.rep >= 0
        assert (state.reps.territory[state.knowledge.rep[served]] == state.customers.territory[served]).all()
        for share in ("trust", "effort", "capability"):
            values = getattr(state.distributors, share)
            assert ((values >= 0) & (values <= 1)).all(), share
        assert (state.distributors.capability >= state.distributors.own_capability - 1e-12).all()
        assert (state.rivals.share >= 0).all()
        category = state.numbers.category[state.rivals.offer]
        assert (np.bincount(category, state.rivals.share) <= 1 + 1e-9).all()


def hours_in_the_field(state: MarketState) -> np.ndarray:
    """Hours of each rep with the accounts it visited, asking them, and on the way to them, counted call by call [R]."""
    hours, way = np.zeros(len(state.reps)), travel_hours(state)
    rows = state.today.worked.visited
    for row, length in zip(rows, true_lengths(state, rows), strict=True):
        each = state.params.hours.selling_per_call * length + way[state.customers.territory[row]]
        rep = state.knowledge.rep[row]
        hours[rep] += state.diary.visits[row] * (each + state.reps.question_hours[rep])
    return hours


def check_choices(state: MarketState, orders: Purchases) -> None:
    """Fresh choices are of offers that the customer knows and can get, at the price that is asked; waiting ones are older."""
    fresh = orders.waited == 0
    customer, offer = orders.customer[fresh], orders.offer[fresh]
    brand = state.boards.offers.brand[offer].astype(np.uint8)
    home = state.customers.distributor[customer]
    assert (state.customers.aware[customer] >> brand & 1).all(), "a purchase of an unknown brand"
    assert state.boards.offers.available[home, offer].all(), "a purchase of an unavailable offer"
    np.testing.assert_array_equal(
        (orders.price + orders.rebate)[fresh],
        state.boards.offers.price_minor[home, state.customers.price_group[customer], offer],
    )
    assert (orders.units > 0).all()
    assert (orders.price >= 0).all()


def per_cell(state: MarketState, orders: Purchases, units: np.ndarray) -> np.ndarray:
    """Units of our offers by distributor and offer, counted one by one."""
    total = np.zeros(state.goods.channel.on_hand.shape, dtype=np.int64)
    for customer, offer, quantity in zip(orders.customer, orders.offer, units, strict=True):
        if offer in state.layout.own_offers:
            total[state.customers.distributor[customer], state.layout.own_offers.index(offer)] += quantity
    return total


def units_held(state: MarketState) -> np.ndarray:
    """Units of each of our offers anywhere between the plant's gate and the customer [own offers]."""
    held: np.ndarray = (
        state.goods.channel.on_hand.sum(axis=0) + state.goods.channel.in_transit.sum(axis=0) + state.goods.plant.on_hand
    )
    return held
