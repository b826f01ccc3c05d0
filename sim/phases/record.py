"""Record: the week's measures are written down and the laws of conservation checked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.call_hours import hours_per_call
from sim.derived.skill import product_knowledge
from sim.kernels.census import Inspected, People, Records, count_people, count_records, inspect_records
from sim.kernels.service_quality import Users, sum_over_users
from sim.kernels.stock_flow import check_stage
from sim.kernels.tally import count_events, sum_lines, tally_purchases
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
ROUTINE_USES = np.array([Use.FORMS, Use.MEETINGS, Use.TALKS, Use.TRAINING, Use.CONTROL, Use.QUESTIONS])

#: Recorded uses of managers' hours, and those that are spent with reps.
MANAGERS_USES = {
    "manager_hours_meetings": ManagerUse.MEETINGS,
    "manager_hours_forms": ManagerUse.CHECKING,
    "manager_hours_visits": ManagerUse.VISITS,
    "manager_hours_talks": ManagerUse.TALKS,
    "manager_hours_training": ManagerUse.TRAINING,
    "manager_hours_control": ManagerUse.CONTROL,
    "manager_hours_interviews": ManagerUse.INTERVIEWS,
    "manager_hours_reading": ManagerUse.READING,
    "manager_hours_selling": ManagerUse.SELLING,
    "manager_hours_spare": ManagerUse.SPARE,
}
MANAGERS_MEASURES, MANAGERS_ROWS = tuple(MANAGERS_USES), np.array(list(MANAGERS_USES.values()))
WITH_REPS = np.array([ManagerUse.MEETINGS, ManagerUse.VISITS, ManagerUse.TALKS, ManagerUse.TRAINING])

#: Measures that are written together, in the order in which they are counted.
PEOPLE = ("aware_customers", "active_customers", "users", "satisfaction_sum")
SATISFACTION = tuple(f"{name}_satisfaction_sum" for name in ("product", *DIMENSIONS))
SOLD = ("orders", "sell_out_units", "sell_out_value")
DECIDED = ("projects_opened", "projects_decided", "projects_won", "projects_lost", "project_weeks")
OPEN = (
    *("projects_open", *(f"projects_{stage.name.lower()}" for stage in ProjectStage)),
    *("pipeline", *(f"pipeline_{stage.name.lower()}" for stage in ProjectStage)),
)
CHANNEL = (
    *("demand_units", "unserved_units", "stock_units", "sell_in_units"),
    *("ordered_units", "sub_ordered_units", "sub_supplied_units"),
)
KNOWN = ("records", "accounts", "belief_count", "belief_error_sum")

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
    if len(rows) == 0:
        return np.zeros(shape)
    return count_events(rows, customers.territory, customers.type, shape).astype(np.float64)


def _cells(state: MarketState, rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """Territory and true type of the customers in ``rows`` [n] as one number: territory × types + type."""
    customers = state.customers
    types = len(state.layout.customer_types)
    cells: NDArray[np.int64] = customers.territory[rows].astype(np.int64) * types + customers.type[rows]
    return cells


def _record_customers(state: MarketState) -> None:
    week, layout, served, record = state.week, state.layout, state.today.served, state.record
    all_of = state.customers
    who = People(all_of.territory, all_of.type, all_of.aware, all_of.stage, all_of.last_order, all_of.satisfaction)
    territories, types = len(layout.territories), len(layout.customer_types)
    since = week - round(WEEKS_PER_YEAR)
    counts = count_people(who, layout.own_brand, since, territories=territories, types=types)
    record.put(week, "customers", state.numbers.customers)
    record.put_all(week, PEOPLE, counts)
    _record_dimensions(state)
    record.add(week, "lapses", served.lapses)  # on top of users that closed
    record.put(week, "new_customers", served.new_customers)
    record.put(week, "occasions", state.today.demanded.occasions_by_cell)


def _record_dimensions(state: MarketState) -> None:
    """Satisfaction with products and with each dimension of service, where service counts."""
    if not state.params.service_quality.on:
        return
    layout, customers = state.layout, state.customers
    who = Users(customers.territory, customers.type, customers.stage, customers.product, customers.dimensions)
    territories, types = len(layout.territories), len(layout.customer_types)
    sums = sum_over_users(who, layout.own_brand, territories=territories, types=types)
    state.record.put_all(state.week, SATISFACTION, sums)


def tally_sold(state: MarketState) -> NDArray[np.int64]:
    """Orders filled, units and value of this week by territory, true type and offer, int64 [3, T, types, J]."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    layout, customers = state.layout, state.customers
    shape = (len(layout.territories), len(layout.customer_types), len(layout.offers))
    return tally_purchases(
        orders.customer, orders.offer, served, orders.price, customers.territory, customers.type, shape
    )


def _record_purchases(state: MarketState) -> None:
    state.record.put_all(state.week, SOLD, state.today.served.sold)
    state.record.put(state.week, "key_account_value", _sold_to_key_accounts(state))


def _sold_to_key_accounts(state: MarketState) -> Array:
    """What customers with a rep of their own paid for our deliveries of this week, by territory and true type."""
    orders, served, ours = state.today.fulfilled.orders, state.today.fulfilled.served, state.today.served.ours
    kept = ours[state.knowledge.rep[orders.customer[ours]] >= 0]
    paid = served[kept] * orders.price[kept]
    territories, types = len(state.layout.territories), len(state.layout.customer_types)
    value = np.bincount(_cells(state, orders.customer[kept]), weights=paid, minlength=territories * types)
    return value.reshape(territories, types).astype(np.float64)


def _record_projects(state: MarketState) -> None:
    """What opened, was decided and is open, by stage. What is open counts as the firm counts it: worth × share won."""
    decided, week = state.today.demanded.decided, state.week
    if decided is None:
        return
    shape = (len(state.layout.territories), len(state.layout.customer_types))
    cells, at = shape[0] * shape[1], _cells(state, decided.projects.customer)
    opened = np.bincount(_cells(state, decided.opened), minlength=cells)
    lost, won = np.bincount(at + cells * decided.won, minlength=2 * cells).reshape(2, cells)
    weeks = np.bincount(at, weights=week - decided.projects.opened, minlength=cells)
    state.record.put_all(week, DECIDED, np.array((opened, won + lost, won, lost, weeks)).reshape(-1, *shape))
    _record_open_projects(state, shape)


def _record_open_projects(state: MarketState, shape: tuple[int, int]) -> None:
    projects, cells, stages = state.opportunities.projects, shape[0] * shape[1], len(ProjectStage)
    at = _cells(state, projects.customer)
    at_stage = at + cells * projects.stage(state.week)
    worth = projects.worth * state.opportunities.won_share[projects.category]
    found = np.empty((len(OPEN), cells))
    found[1 : 1 + stages] = np.bincount(at_stage, minlength=stages * cells).reshape(stages, cells)
    found[0] = found[1 : 1 + stages].sum(axis=0)
    found[1 + stages] = np.bincount(at, weights=worth, minlength=cells)
    found[2 + stages :] = np.bincount(at_stage, weights=worth, minlength=stages * cells).reshape(stages, cells)
    state.record.put_all(state.week, OPEN, found.reshape(-1, *shape))


def record_channel(state: MarketState) -> None:
    """Write down the week's demand, orders, stocks and production, and what distributors are to us."""
    week, record, own = state.week, state.record, state.numbers.own_offers
    goods, distributors, stock = state.today.fulfilled, state.distributors, state.goods.channel.on_hand
    ordered = distributors.ordered * (distributors.supplier < 0)[:, None]
    units = (
        goods.demand,
        goods.unserved,
        stock,
        goods.shipped,
        ordered,
        distributors.ordered - ordered,
        goods.supplied,
    )
    of_all = np.zeros((len(units), len(distributors), len(state.layout.offers)))
    of_all[:, :, own] = np.array(units)
    record.put_all(week, CHANNEL, of_all)
    record.put(week, "distributor_stock_value", (stock * distributors.wholesale).sum(axis=1))
    price, territories = state.numbers.list_price[own], len(state.layout.territories)
    for name, wanted in (("demand_value", distributors.demand), ("plant_orders_value", ordered)):
        record.put(week, name, np.bincount(distributors.territory, wanted @ price, territories))
    record["plant_stock_units"][week][own] = state.goods.plant.on_hand
    record["production_units"][week][own] = goods.started
    record["production_value"][week][own] = goods.started * price
    _record_plants(state)
    usual = state.boards.offers.price[:, 0, :]
    record.put(week, "price", np.add.reduce(usual, axis=0) / len(usual))
    record.put(week, "sharing", distributors.shares_data)
    record.put(week, "distributors", 1.0)
    record.put(week, "effort_for_us", distributors.effort[:, state.layout.own_brand])
    record.put(week, "trust", distributors.trust)
    record.put(week, "capability", distributors.capability)


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
    week, reps, hours = state.week, state.reps, state.books.hours
    spent, available = hours.spent[week], hours.available[week]
    worked = spent[Use.SELLING]
    there = (available > 0).astype(np.float64)
    values = {
        "hours_attended": available - spent[Use.ABSENCE],
        "hours_selling": worked + spent[Use.IDLE] * state.params.hours.selling_per_call / hours_per_call(state),
        "hours_worked": worked,
        "hours_travel": spent[Use.TRAVEL],
        "hours_routine": spent[ROUTINE_USES].sum(axis=0),
        "hours_administration": spent[Use.ADMINISTRATION],
        "hours_distributors": spent[Use.DISTRIBUTORS],
        "reps": there,
        "positions": reps.position,
        "vacancies": reps.position * (1.0 - there),
    }
    of_those_there = {
        "skill_sum": reps.skill,
        "effort_sum": reps.effort,
        "alignment_sum": reps.alignment,
        "form_use_sum": reps.form_use,
        "know_how_sum": reps.know_how,
        "maturity_sum": reps.maturity,
        "motivation_sum": reps.motivation,
        "observed_sum": reps.observed,
        "product_knowledge_sum": product_knowledge(state),
    }
    table = np.empty((len(values) + len(of_those_there), len(reps)))
    for line, each in zip(table, (*values.values(), *of_those_there.values()), strict=True):
        line[:] = each
    table[len(values) :] *= there
    state.record.put_all(week, (*values, *of_those_there), sum_lines(table, reps.team, len(state.managers)))


def _record_managers(state: MarketState) -> None:
    """Managers' hours by what they went to."""
    week, book, record = state.week, state.books.manager_hours, state.record
    spent = book.spent[week]
    record.put(week, "manager_hours", book.available[week])
    record.put(week, "manager_hours_with_reps", spent[WITH_REPS].sum(axis=0))
    record.put_all(week, MANAGERS_MEASURES, spent[MANAGERS_ROWS])


def _record_knowledge(state: MarketState) -> None:
    """How much the firm knows, and how far what it believes is from what is true."""
    knowledge = state.knowledge
    records = Records(state.customers.territory, knowledge.known, knowledge.rep, knowledge.value, state.diary.bought)
    state.record.put_all(state.week, KNOWN, count_records(records, territories=len(state.layout.territories)))


def _inspect_database(state: MarketState) -> None:
    """Whom the records cover, how old they are and how true their marks, looked at every quarter; held in between."""
    week, spread = state.week, state.numbers.mark_spread
    if week and (week + 1) % INSPECTED_EVERY:
        state.record.let_stand(week, INSPECTION)
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
    state.record.put_all(week, INSPECTION, np.array(found))


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
    record, week = state.record, state.week
    spend = sum(float(record[f"rival_{way}_spend"][week]) for way in ("call", "margin", "poaching"))
    record.put(week, "rival_spend", spend + np.add.reduce(record["rival_campaign_spend"][week]))


def check_laws(state: MarketState) -> None:
    """Raise LawBroken if units, money, hours or heads appeared or vanished this week."""
    week = state.week
    state.ledger.check()
    check_stage(state.goods.channel, f"distributors, week {week}")
    check_stage(state.goods.plant, f"plant, week {week}")
    channel = state.goods.channel
    stock = np.add.reduce(channel.on_hand, axis=0) + state.goods.plant.on_hand
    state.goods.units.check(week, stock, np.add.reduce(channel.in_transit, axis=0))
    state.books.hours.check(week)
    state.books.manager_hours.check(week)
    state.upkeep.hours.check(week)
    state.books.heads.check(week, np.bincount(state.reps.team[state.reps.active], minlength=len(state.managers)))
