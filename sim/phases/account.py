"""Account: everything that happened this week is booked, to the minor unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.accounts_chart import Account
from sim.derived.call_hours import hours_per_call, visits_to_distributors
from sim.derived.offer_variants import number_of_variants
from sim.ledger import MANUFACTURER, average_cost
from sim.phases.customer_ledger import named_buyers
from sim.phases.offer_variants import delivered_variants
from sim.quantity import WEEKS_PER_YEAR
from sim.questions.ledger import CustomerLedger
from sim.solvers.tiers import to_suppliers
from sim.state import Ints, Invoices, MarketState
from sim.state.table import columns_of
from sim.state.today import PlannedUpkeep

Money = NDArray[np.int64]

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("reps", "territory team effort visit_hours question_hours calls credited checks training_fee"),
    *columns_of("managers", "territory calls"),
    *columns_of("distributors", "territory shares_data payment turnover effort supplier wholesale"),
    *columns_of("customers", "territory price_group"),
    *columns_of("knowledge", "known in_books last_order"),
    *columns_of("channel", "on_hand in_transit"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("reps", "variable_share pay sales"),
    *columns_of("distributors", "stock_value"),
)


def account(state: MarketState) -> None:
    """Book goods, sales, pay and every cost of the week."""
    state.ledger.open_week(state.week)
    _book_production(state)
    _book_sell_in(state)
    _book_supply(state)
    _book_sell_out(state)
    _book_distributors_costs(state)
    _book_pay(state)
    _book_marketing_information_and_service(state)
    _book_set_up(state)
    _settle_invoices(state)


def _money(amount: NDArray[np.floating] | float) -> Money:
    """Round an amount to whole minor units, once, where it is made."""
    return np.rint(np.asarray(amount, dtype=np.float64)).astype(np.int64)


def _book_production(state: MarketState) -> None:
    own = state.numbers.own_offers
    by = {"offer": own}
    amount = state.today.fulfilled.made * state.numbers.unit_cost[own]
    state.ledger.pay(MANUFACTURER, state.ledger.outside, amount, debit=Account.FINISHED_GOODS, by=by)


def _book_sell_in(state: MarketState) -> None:
    """Shipments to distributors: invoiced at list price, payable after the terms of payment."""
    shipped = state.today.fulfilled.shipped
    ledger, numbers = state.ledger, state.numbers
    rows, columns = np.nonzero(shipped)
    buyers, offer = 1 + rows, numbers.own_offers[columns]
    units = shipped[rows, columns]
    amount = units * numbers.list_price[offer]
    by: dict[str, Ints] = {"territory": state.distributors.territory[rows], "offer": offer}
    ledger.invoice(MANUFACTURER, buyers, amount, by=by)
    ledger.post(Account.COST_OF_GOODS, Account.FINISHED_GOODS, units * numbers.unit_cost[offer], by=by)
    state.distributors.stock_value[rows, columns] += amount
    sold = np.bincount(by["territory"], weights=amount, minlength=len(state.headquarters.sales))
    state.headquarters.sales = (
        state.headquarters.sales + (sold - state.headquarters.sales) / state.params.channel.sell_in_memory
    )
    _fall_due(state, Invoices(buyers, MANUFACTURER, amount))


def _fall_due(state: MarketState, invoices: Invoices) -> None:
    state.books.invoices.setdefault(state.week + state.params.channel.payment_weeks, []).append(invoices)


def _book_supply(state: MarketState) -> None:
    """Shipments to sub-distributors: income of their suppliers, at the wholesale price, on the same terms of payment.

    The cost of these goods is booked with that of sell-out, out of a stock that holds all that came in this week.
    """
    supplied, distributors = state.today.fulfilled.supplied, state.distributors
    if not supplied.any():
        return
    amount = supplied * distributors.wholesale
    distributors.stock_value[:] += amount
    buyers = np.flatnonzero(supplied.any(axis=1))
    sellers, owed = 1 + distributors.supplier[buyers].astype(np.int64), amount[buyers].sum(axis=1)
    state.ledger.invoice(sellers, 1 + buyers, owed, credit=Account.INTERNAL_SALES)
    _fall_due(state, Invoices(1 + buyers, sellers, owed))


def _book_sell_out(state: MarketState) -> None:
    """Deliveries to customers: the distributor's sales, and discounts and rebates the manufacturer grants; the cost of all that left."""
    goods, ours = state.today.fulfilled, state.today.served.ours
    orders, served = goods.orders, goods.served
    ledger, distributors = state.ledger, state.distributors
    seller = orders.stock[ours] // len(state.layout.own_offers)
    rows = 1 + np.arange(len(distributors))
    # A week's sales in minor units stay far below 2^53, so that float64 holds them exactly.
    sales = np.bincount(seller, weights=served[ours] * orders.price[ours], minlength=len(rows))
    ledger.pay(ledger.outside, rows, sales.astype(np.int64), credit=Account.SALES)
    _book_discounts(state, ours, seller)
    _book_variants(state, ours, seller)
    delivered, passed_on = goods.delivered, to_suppliers(distributors.supplier, goods.supplied)
    held = state.goods.channel.on_hand + state.goods.channel.in_transit + delivered + passed_on
    for entry, left in ((Account.CHANNEL_COST_OF_GOODS, delivered), (Account.INTERNAL_COST, passed_on)):
        if not left.any():
            continue
        cost = average_cost(distributors.stock_value, held, left)
        distributors.stock_value[:] -= cost
        held = held - left
        ledger.post(entry, Account.CHANNEL_STOCK, cost.sum(axis=1), entity=rows)


def _book_discounts(state: MarketState, ours: NDArray[np.int64], seller: NDArray[np.int64]) -> None:
    """What was granted and bargained on each order when it was made, for the units of it that were delivered now."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    by = {"territory": state.distributors.territory[seller], "offer": orders.offer[ours]}
    for account, each in ((Account.DISCOUNTS, orders.discount[ours]), (Account.REBATES, orders.rebate[ours])):
        if each.any():
            amount = each * served[ours]
            state.ledger.pay(MANUFACTURER, 1 + seller, amount, debit=account, credit=Account.OTHER_INCOME, by=by)


def _book_variants(state: MarketState, ours: NDArray[np.int64], seller: NDArray[np.int64]) -> None:
    """What each unit of a variant costs more than the usual one, when it is delivered; and how many were."""
    if len(state.headquarters.variants) == 0:
        return
    orders, units = state.today.fulfilled.orders, state.today.fulfilled.served[ours]
    adapted, each = delivered_variants(state, ours)
    home, offer = state.distributors.territory[seller], orders.offer[ours]
    state.ledger.pay(
        MANUFACTURER,
        state.ledger.outside,
        each * units,
        debit=Account.VARIETY,
        by={"territory": home, "offer": offer},
    )
    at, places = state.customers.territory[orders.customer[ours]], len(state.layout.territories)
    for name, counted in (("variant_units", adapted * units), ("units_where_variants", units)):
        state.record.put(state.week, name, np.bincount(at, weights=counted, minlength=places))


def _book_distributors_costs(state: MarketState) -> None:
    ledger, channel = state.ledger, state.params.channel
    partners, distributors = state.params.partners, state.distributors
    rows = 1 + np.arange(len(distributors))
    sales, internal = (-ledger.book[1 + state.week, rows, a] for a in (Account.SALES, Account.INTERNAL_SALES))
    own = channel.own_cost_share * (1.0 - partners.selling_effort)
    own_costs = _money(own * sales + channel.supply_cost_share * internal)
    # Its sellers cost a distributor a share of what it sells of all brands; we bear of it what we get of their effort.
    sellers = channel.own_cost_share * partners.selling_effort * distributors.turnover.sum(axis=1)
    for_us = distributors.effort[:, state.layout.own_brand]
    costs = {
        Account.OWN_COSTS: own_costs,
        Account.DISTRIBUTOR_EFFORT: _money(sellers * for_us),
        Account.HOLDING: _money(channel.holding_rate / WEEKS_PER_YEAR * distributors.stock_value.sum(axis=1)),
    }
    ledger.pay_for(rows, ledger.outside, costs)


def _book_pay(state: MarketState) -> None:
    """Reps' and managers' pay, severance, travel and training, by territory."""
    reps, costs, ledger, pay = state.reps, state.params.costs, state.ledger, state.today.decided.pay
    there, home = reps_at_work(state), reps.territory
    salary = _money(np.where(there, pay.salary[home], 0.0))
    on_revenue, on_margin = pay.commission_on_revenue[home], pay.commission_on_margin[home]
    commission = _money(on_revenue * reps.credited + on_margin * state.today.served.credited_margin)
    earned = salary + commission
    # Who visits or checks a rep in the field has to get there as well: a trip to each check, and to each visited call.
    trips = visits_to_distributors(state) + reps.checks + reps.visit_hours / hours_per_call(state)
    paid = {
        Account.SALARY: salary,
        Account.COMMISSION: commission,
        Account.BENEFITS: _money(costs.benefits * earned),
        Account.TRAVEL: reps.calls.astype(np.int64) * costs.travel + _money(trips * costs.travel),
        Account.TRAINING: _money(np.where(there, reps.training_fee, 0.0)),
    }
    ledger.pay_for(MANUFACTURER, ledger.outside, paid, by={"territory": home, "team": reps.team})
    gone = state.today.decided.dismissed
    if len(gone):
        severance = _money(state.params.people.severance * pay.salary[home[gone]])
        at = {"territory": home[gone], "team": reps.team[gone]}
        ledger.pay(MANUFACTURER, ledger.outside, severance, debit=Account.SEVERANCE, by=at)
    _book_managers(state)
    _smooth_variable_pay(state, earned, commission)
    _smooth_earnings(state, earned, there)


def _book_managers(state: MarketState) -> None:
    """Managers' pay; those who sell travel to their calls as reps do."""
    managers, ledger = state.managers, state.ledger
    weekly = round(state.params.management.manager_pay / WEEKS_PER_YEAR)
    paid = {Account.MANAGEMENT: np.full(len(managers), weekly, dtype=np.int64)}
    if managers.calls.shape[1]:
        paid[Account.TRAVEL] = managers.calls[:, 0].astype(np.int64) * state.params.costs.travel
    by: dict[str, Ints] = {"territory": managers.territory, "team": np.arange(len(managers))}
    ledger.pay_for(MANUFACTURER, ledger.outside, paid, by=by)


def reps_at_work(state: MarketState) -> NDArray[np.bool_]:
    """Reps who had hours this week [R]."""
    there: NDArray[np.bool_] = state.books.hours.available[state.week] > 0
    return there


def _smooth_variable_pay(state: MarketState, pay: Money, commission: Money) -> None:
    """What part of their ``pay`` [R] reps know as commission, of those who are paid."""
    reps, weight = state.reps, state.params.labour_market.variable_share_smoothing
    share = commission / np.maximum(pay, 1)
    smoothed = (1.0 - weight) * reps.variable_share + weight * share
    np.copyto(reps.variable_share, smoothed, "same_kind", where=pay > 0)


def _smooth_earnings(state: MarketState, pay: Money, there: NDArray[np.bool_]) -> None:
    """What reps expect to earn and what they are seen to sell; of those who were ``there`` this week [R]."""
    reps, weight = state.reps, 1.0 / state.params.labour_market.sales_memory
    np.copyto(reps.pay, reps.pay + weight * (pay - reps.pay), "same_kind", where=there)
    np.copyto(reps.sales, reps.sales + weight * (reps.credited - reps.sales), "same_kind", where=there)


def _book_marketing_information_and_service(state: MarketState) -> None:
    ledger = state.ledger
    by = {"territory": np.arange(len(state.layout.territories))}
    ledger.pay_for(MANUFACTURER, ledger.outside, _costs_by_territory(state), by=by)
    ledger.pay_for(MANUFACTURER, ledger.outside, _costs_of_headquarters(state))
    sharing = np.flatnonzero(state.distributors.shares_data)
    if len(sharing):
        payment = state.distributors.payment[sharing]
        ledger.pay(MANUFACTURER, 1 + sharing, payment, debit=Account.DATA_SHARING, credit=Account.OTHER_INCOME)


def _costs_by_territory(state: MarketState) -> dict[Account, Ints]:
    """What the week costs for marketing, information, service and the technical department, minor units [T]."""
    decided, maintained = state.today.decided, state.today.maintained
    costs: dict[Account, Ints] = {
        Account.ADVERTISING: decided.advertising.spend,
        Account.INFORMATION_SYSTEM: decided.gateway.cost,
    }
    if decided.campaigns.ours is not None:
        costs[Account.CAMPAIGNS] = decided.campaigns.ours.spend
    if decided.studies is not None:
        costs[Account.STUDIES] = decided.studies.cost
    if state.today.looked.ledger is not None:
        costs[Account.DATABASE] = _ledger_upkeep(state, state.today.looked.ledger)
    if decided.upkeep is not None and maintained is not None:
        costs[Account.SERVICE] = _cost_of_engineers(state, decided.upkeep) + maintained.parts + maintained.compensation
        costs[Account.TECHNICAL] = decided.upkeep.technical.cost
    return costs


def _costs_of_headquarters(state: MarketState) -> dict[Account, int]:
    """What the week costs that belongs to no territory, minor units.

    Of it, overtime is a premium that plants pay beyond regular hours on the work done in it, when it is done.
    """
    costs, headquarters, segmented = state.params.costs, state.headquarters, state.today.segmented
    records, plant = np.count_nonzero(state.knowledge.known), state.today.fulfilled.plant
    messages = len({message for message in headquarters.messages.tolist() if message >= 0})
    variety = (
        headquarters.segments * costs.variety,
        messages * state.params.pitch.material,
        number_of_variants(state) * state.params.offer_variants.upkeep,
    )
    premium = 0 if plant is None else int(_money(state.params.plant.overtime_premium * plant.overtime).sum())
    return {
        Account.OVERTIME: premium,
        Account.STUDIES: segmented.segment_cost + segmented.filter_cost,
        Account.DATABASE: round(int(records) * state.params.database.upkeep / WEEKS_PER_YEAR),
        Account.VARIETY: sum(round(yearly / WEEKS_PER_YEAR) for yearly in variety),
        Account.OVERHEAD: round(costs.overhead / WEEKS_PER_YEAR),
    }


def _ledger_upkeep(state: MarketState, answer: CustomerLedger) -> Money:
    """What the ledger by customer costs this week [T], for those whom it names."""
    rows = named_buyers(state, state.knowledge.last_order)
    named = np.bincount(state.customers.territory[rows], minlength=len(answer.cost))
    return _money(answer.in_use * named * answer.cost / WEEKS_PER_YEAR)


def _cost_of_engineers(state: MarketState, planned: PlannedUpkeep) -> Money:
    """Pay of service engineers, and what their coming and going costs, minor units [T]."""
    numbers = state.params.service
    weekly = numbers.engineer_pay / WEEKS_PER_YEAR
    joined, left = np.maximum(planned.staff_change, 0.0), np.maximum(-planned.staff_change, 0.0)
    change = numbers.hiring_cost * joined + numbers.severance * weekly * left
    return _money(weekly * planned.service.engineers) + _money(change)


def _book_set_up(state: MarketState) -> None:
    """What it costs to introduce other routines, another line or segmentation, links to distributors, variants of offers."""
    costs = state.today.decided.set_up
    if costs is None:
        return
    reps, home = state.reps, state.distributors.territory
    territories = len(state.layout.territories)
    everywhere = np.arange(territories)
    booked = (
        (Account.TRAINING, costs.routines, reps.territory),
        (Account.INFORMATION_SYSTEM, costs.gateway, everywhere),
        (Account.STUDIES, costs.segmentation, everywhere),
        (Account.INFORMATION_SYSTEM, costs.sharing, home),
        (Account.VARIETY, costs.variants, everywhere),
    )
    for account_of, amounts, where in booked:
        state.ledger.pay(MANUFACTURER, state.ledger.outside, amounts, debit=account_of, by={"territory": where})
        total = np.bincount(where, weights=amounts, minlength=territories)
        state.record.add(state.week, "set_up_cost", total)


def book_hiring(state: MarketState, cost: int) -> None:
    """Cost of filling positions, minor units; booked when people join."""
    state.ledger.pay(MANUFACTURER, state.ledger.outside, cost, debit=Account.HIRING)


def book_stay_bonus(state: MarketState, bonus: Money) -> None:
    """What reps [R] get for staying, minor units; booked in the week in which they decline an offer."""
    by = {"territory": state.reps.territory, "team": state.reps.team}
    state.ledger.pay(MANUFACTURER, state.ledger.outside, bonus, debit=Account.BONUS, by=by)


def _settle_invoices(state: MarketState) -> None:
    for due in state.books.invoices.pop(state.week, []):
        state.ledger.settle(due.debtor, due.creditor, due.amount)
