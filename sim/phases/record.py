"""Record: the week's measures are written down and the laws of conservation checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.derived.call_hours import hours_per_call
from sim.derived.skill import product_knowledge
from sim.kernels.census import Inspected, People, Records, count_people, count_records, inspect_records
from sim.kernels.service_quality import Users, sum_over_users
from sim.kernels.stock_flow import check_stage
from sim.kernels.tally import count_events, tally_purchases
from sim.params.service_quality import DIMENSIONS
from sim.phases.potential import record_potential
from sim.quantity import WEEKS_PER_YEAR
from sim.stages import ProjectStage
from sim.state import ManagerUse, MarketState, Use
from sim.state.table import columns_of

Array = NDArray[np.float64]

#: The database is inspected in the first week and at the end of every so many: little of it changes in one.
INSPECTED_EVERY = 13
#: Measures of an inspection.
INSPECTION = (
    "inspected_records",
    "inspected_non_users",
    "user_records",
    "non_user_records",
    "key_accounts",
    "stale_records",
    "record_age_sum",
    "mark_count",
    "mark_error_sum",
)


#: Uses of reps' hours that count as routine; what is asked in calls is asked for the record of the customer.
ROUTINE_USES = (Use.FORMS, Use.MEETINGS, Use.TALKS, Use.TRAINING, Use.CONTROL, Use.QUESTIONS)

#: Recorded uses of managers' hours, by the end of the measure's name.
MANAGERS_USES = {
    "with_reps": (ManagerUse.MEETINGS, ManagerUse.VISITS, ManagerUse.TALKS, ManagerUse.TRAINING),
    "meetings": (ManagerUse.MEETINGS,),
    "forms": (ManagerUse.CHECKING,),
    "visits": (ManagerUse.VISITS,),
    "talks": (ManagerUse.TALKS,),
    "training": (ManagerUse.TRAINING,),
    "control": (ManagerUse.CONTROL,),
    "interviews": (ManagerUse.INTERVIEWS,),
    "reading": (ManagerUse.READING,),
    "selling": (ManagerUse.SELLING,),
    "spare": (ManagerUse.SPARE,),
}

#: Columns that the phase reads and does not write.
READS = (
    *columns_of(
        "customers",
        "type territory marks purchase_rate order_size aware satisfaction product dimensions last_order stage",
    ),
    *columns_of(
        "reps",
        "territory team position active motivation coached trained skill alignment form_use observed "
        "effort maturity know_how product_trained question_hours",
    ),
    *columns_of("distributors", "territory trust shares_data demand ordered effort capability supplier wholesale"),
    *columns_of("knowledge", "known marks value confirmed rep"),
    *columns_of("diary", "bought"),
    *columns_of("territories", "potential"),
    *columns_of("projects", "customer category stage_end worth"),
    *columns_of("channel", "on_hand backorders owed in_transit pipeline"),
    *columns_of("plant", "on_hand backorders owed in_transit pipeline"),
)
#: Columns that the phase may write, and read.
WRITES: tuple[str, ...] = ()


def record(state: MarketState) -> None:
    """Write the week down."""
    _record_customers(state)
    _record_purchases(state)
    _record_projects(state)
    record_channel(state)
    _record_team(state)
    _record_managers(state)
    _record_knowledge(state)
    _inspect_database(state)
    _record_market_department(state)
    state.record.done = state.week + 1
    check_laws(state)


def count_by(
    state: MarketState, rows: NDArray[np.bool_] | None = None, weights: NDArray[np.floating] | None = None
) -> Array:
    """Customers (or ``weights``) by territory and true type [T, types], of ``rows`` only if given."""
    layout, customers = state.layout, state.customers
    types = len(layout.customer_types)
    cell = customers.territory.astype(np.int64) * types + customers.type
    if rows is not None:
        cell = cell[rows]
        weights = None if weights is None else weights[rows]
    counts = np.bincount(cell, weights=weights, minlength=len(layout.territories) * types)
    return counts.reshape(len(layout.territories), types).astype(np.float64)


def count_by_cells(state: MarketState, rows: NDArray[np.integer]) -> Array:
    """Events by territory and true type [T, types], from the row of the customer of each."""
    customers = state.customers
    shape = (len(state.layout.territories), len(state.layout.customer_types))
    return count_events(rows, customers.territory, customers.type, shape).astype(np.float64)


def _record_customers(state: MarketState) -> None:
    week, layout, served = state.week, state.layout, state.today.served
    columns = (getattr(state.customers, name) for name in People._fields)
    counts = count_people(
        People(*columns),
        layout.own_brand,
        week - round(WEEKS_PER_YEAR),
        territories=len(layout.territories),
        types=len(layout.customer_types),
    )
    state.record.put(week, "customers", state.numbers.customers)
    for name, values in zip(("aware_customers", "active_customers", "users", "satisfaction_sum"), counts, strict=True):
        state.record.put(week, name, values)
    _record_dimensions(state)
    state.record.add(week, "lapses", served.lapses)  # on top of users that closed
    state.record.put(week, "new_customers", served.new_customers)
    state.record.put(week, "occasions", state.today.demanded.occasions_by_cell)


def _record_dimensions(state: MarketState) -> None:
    """Satisfaction with products and with each dimension of service, where service counts."""
    if not state.params.service_quality.on:
        return
    layout = state.layout
    who = Users(*(getattr(state.customers, name) for name in Users._fields))
    territories, types = len(layout.territories), len(layout.customer_types)
    sums = sum_over_users(who, layout.own_brand, territories=territories, types=types)
    for name, found in zip(("product", *DIMENSIONS), sums, strict=True):
        state.record.put(state.week, f"{name}_satisfaction_sum", found)


def tally_sold(state: MarketState) -> NDArray[np.int64]:
    """Orders filled, units and value of this week by territory, true type and offer, int64 [3, T, types, J]."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    layout, customers = state.layout, state.customers
    shape = (len(layout.territories), len(layout.customer_types), len(layout.offers))
    return tally_purchases(
        orders.customer, orders.offer, served, orders.price, customers.territory, customers.type, shape
    )


def _record_purchases(state: MarketState) -> None:
    for name, total in zip(("orders", "sell_out_units", "sell_out_value"), state.today.served.sold, strict=True):
        state.record.put(state.week, name, total.astype(np.float64))
    state.record.put(state.week, "key_account_value", _sold_to_key_accounts(state))


def _sold_to_key_accounts(state: MarketState) -> Array:
    """What customers with a rep of their own paid for our deliveries of this week, by territory and true type."""
    orders, served, ours = state.today.fulfilled.orders, state.today.fulfilled.served, state.today.served.ours
    kept = ours[state.knowledge.rep[orders.customer[ours]] >= 0]
    customer, paid = orders.customer[kept], served[kept] * orders.price[kept]
    territories, types = len(state.layout.territories), len(state.layout.customer_types)
    cell = state.customers.territory[customer].astype(np.int64) * types + state.customers.type[customer]
    value = np.bincount(cell, weights=paid, minlength=territories * types)
    return value.reshape(territories, types).astype(np.float64)


def _record_projects(state: MarketState) -> None:
    """What opened, was decided and is open, by stage. What is open counts as the firm counts it: worth × share won."""
    decided, projects = state.today.demanded.decided, state.opportunities.projects
    if decided is None:
        return
    ended, ours = decided.projects, decided.won
    put = state.record.put
    put(state.week, "projects_opened", count_by_cells(state, decided.opened))
    put(state.week, "projects_decided", count_by_cells(state, ended.customer))
    put(state.week, "projects_won", count_by_cells(state, ended.customer[ours]))
    put(state.week, "projects_lost", count_by_cells(state, ended.customer[~ours]))
    put(state.week, "project_weeks", _sum_by_cells(state, ended.customer, state.week - ended.opened))
    put(state.week, "projects_open", count_by_cells(state, projects.customer))
    worth = projects.worth * state.opportunities.won_share[projects.category]
    put(state.week, "pipeline", _sum_by_cells(state, projects.customer, worth))
    stage = projects.stage(state.week)
    for at in ProjectStage:
        rows, name = np.flatnonzero(stage == at), at.name.lower()
        put(state.week, f"projects_{name}", count_by_cells(state, projects.customer[rows]))
        put(state.week, f"pipeline_{name}", _sum_by_cells(state, projects.customer[rows], worth[rows]))


def _sum_by_cells(state: MarketState, rows: NDArray[np.integer], weights: NDArray[Any]) -> Array:
    """``weights`` [n] of the customers in ``rows`` [n], added up by territory and true type [T, types]."""
    types, territories = len(state.layout.customer_types), len(state.layout.territories)
    cell = state.customers.territory[rows].astype(np.int64) * types + state.customers.type[rows]
    sums = np.bincount(cell, weights=weights, minlength=territories * types)
    return sums.reshape(territories, types).astype(np.float64)


def record_channel(state: MarketState) -> None:
    """Write down the week's demand, orders, stocks and production, and what distributors are to us."""
    own, goods, distributors = list(state.layout.own_offers), state.today.fulfilled, state.distributors
    from_plant = (distributors.supplier < 0)[:, None]
    ordered = np.where(from_plant, distributors.ordered, 0)
    tables = {
        "demand_units": goods.demand,
        "unserved_units": goods.unserved,
        "stock_units": state.goods.channel.on_hand,
        "sell_in_units": goods.shipped,
        "ordered_units": ordered,
        "sub_ordered_units": np.where(from_plant, 0, distributors.ordered),
        "sub_supplied_units": goods.supplied,
    }
    for name, values in tables.items():
        state.record[name][state.week][:, own] = values
    held = (state.goods.channel.on_hand * distributors.wholesale).sum(axis=1)
    state.record.put(state.week, "distributor_stock_value", held.astype(np.float64))
    price, territories = state.numbers.list_price[own], len(state.layout.territories)
    for name, units in (("demand_value", distributors.demand), ("plant_orders_value", ordered)):
        state.record.put(state.week, name, np.bincount(distributors.territory, units @ price, territories))
    state.record["plant_stock_units"][state.week][own] = state.goods.plant.on_hand
    state.record["production_units"][state.week][own] = goods.started
    state.record["production_value"][state.week][own] = goods.started * price
    _record_plants(state)
    state.record.put(state.week, "price", state.boards.offers.price[:, 0, :].mean(axis=0))
    state.record.put(state.week, "sharing", state.distributors.shares_data.astype(np.float64))
    state.record.put(state.week, "distributors", 1.0)
    state.record.put(state.week, "effort_for_us", distributors.effort[:, state.layout.own_brand])
    state.record.put(state.week, "trust", distributors.trust)
    state.record.put(state.week, "capability", distributors.capability)


def _record_plants(state: MarketState) -> None:
    """Work of the plants against what they can do, where there is a limit."""
    limits, worked = state.numbers.plant, state.today.fulfilled.plant
    if limits is None or worked is None:
        return
    state.record.put(state.week, "plant_work", (worked.regular + worked.overtime).sum())
    state.record.put(state.week, "plant_overtime", worked.overtime.sum())
    state.record.put(state.week, "plant_capacity", limits.capacity.sum())
    state.record.put(state.week, "plant_queue", float(state.goods.plant.owed @ limits.work - state.goods.begun.sum()))


def _record_team(state: MarketState) -> None:
    week, reps, teams = state.week, state.reps, len(state.managers)
    spent = state.books.hours.spent[week]
    worked = spent[Use.SELLING]
    idle_selling = spent[Use.IDLE] * state.params.hours.selling_per_call / hours_per_call(state)
    there = (state.books.hours.available[week] > 0).astype(np.float64)
    values = {
        "hours_attended": state.books.hours.available[week] - spent[Use.ABSENCE],
        "hours_selling": worked + idle_selling,
        "hours_worked": worked,
        "hours_travel": spent[Use.TRAVEL],
        "hours_routine": spent[list(ROUTINE_USES)].sum(axis=0),
        "hours_administration": spent[Use.ADMINISTRATION],
        "hours_distributors": spent[Use.DISTRIBUTORS],
        "reps": there,
        "positions": reps.position,
        "skill_sum": reps.skill * there,
        "effort_sum": reps.effort * there,
        "alignment_sum": reps.alignment * there,
        "form_use_sum": reps.form_use * there,
        "vacancies": reps.position * (1.0 - there),
        "know_how_sum": reps.know_how * there,
        "maturity_sum": reps.maturity * there,
        "motivation_sum": reps.motivation * there,
        "observed_sum": reps.observed * there,
        "product_knowledge_sum": product_knowledge(state) * there,
    }
    for name, weights in values.items():
        state.record.put(week, name, np.bincount(reps.team, weights=weights, minlength=teams))


def _record_managers(state: MarketState) -> None:
    """Managers' hours by what they went to."""
    week, book = state.week, state.books.manager_hours
    state.record.put(week, "manager_hours", book.available[week])
    for name, uses in MANAGERS_USES.items():
        state.record.put(week, f"manager_hours_{name}", book.spent[week, list(uses)].sum(axis=0))


def _record_knowledge(state: MarketState) -> None:
    """How much the firm knows, and how far what it believes is from what is true."""
    knowledge = state.knowledge
    records = Records(state.customers.territory, knowledge.known, knowledge.rep, knowledge.value, state.diary.bought)
    counts = count_records(records, territories=len(state.layout.territories))
    names = ("records", "accounts", "belief_count", "belief_error_sum")
    for name, values in zip(names, counts, strict=True):
        state.record.put(state.week, name, values)


def _inspect_database(state: MarketState) -> None:
    """Whom the records cover, how old they are and how true their marks, looked at every quarter; held in between."""
    week, spread = state.week, state.numbers.mark_spread
    if week and (week + 1) % INSPECTED_EVERY:
        for name in INSPECTION:
            state.record.put(week, name, state.record[name][week - 1])
        return
    customers, knowledge = state.customers, state.knowledge
    counts = inspect_records(
        Inspected(
            territory=customers.territory,
            type=customers.type,
            stage=customers.stage,
            known=knowledge.known,
            rep=knowledge.rep,
            confirmed=knowledge.confirmed,
            measured=knowledge.marks,
            true=customers.marks,
            weight=np.divide(1.0, spread * len(spread), out=np.zeros(len(spread)), where=spread > 0),
        ),
        week,
        state.params.database.stale_after,
        territories=len(state.layout.territories),
        types=len(state.layout.customer_types),
    )
    records, users, of_users = counts[:3]
    found = (records, state.numbers.customers - users, of_users, records - of_users, *counts[3:])
    for name, values in zip(INSPECTION, found, strict=True):
        state.record.put(week, name, values)


def _record_market_department(state: MarketState) -> None:
    """Campaigns, studies and what is believed of territories."""
    campaigns, studies = state.today.decided.campaigns, state.today.decided.studies
    record_potential(state)
    for name, values in (
        ("campaign_spend", None if campaigns.ours is None else campaigns.ours.spend),
        ("rival_campaign_spend", campaigns.rivals),
        ("studied_customers", None if studies is None else studies.studied),
    ):
        if values is not None:
            state.record.put(state.week, name, values)
    parts = ("rival_call_spend", "rival_margin_spend", "rival_poaching_spend", "rival_campaign_spend")
    state.record.put(state.week, "rival_spend", sum(state.record[name][state.week].sum() for name in parts))


def check_laws(state: MarketState) -> None:
    """Raise LawBroken if units, money, hours or heads appeared or vanished this week."""
    week = state.week
    state.ledger.check()
    check_stage(state.goods.channel, f"distributors, week {week}")
    check_stage(state.goods.plant, f"plant, week {week}")
    stock = state.goods.channel.on_hand.sum(axis=0) + state.goods.plant.on_hand
    state.goods.units.check(week, stock, state.goods.channel.in_transit.sum(axis=0))
    state.books.hours.check(week)
    state.books.manager_hours.check(week)
    state.upkeep.hours.check(week)
    state.books.heads.check(week, np.bincount(state.reps.team[state.reps.active], minlength=len(state.managers)))
