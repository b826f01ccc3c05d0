"""Maintain: items in use fail, service engineers install and repair, and owners live through failures and waiting."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.derived.call_hours import travel_hours
from sim.kernels.compress import places_of
from sim.kernels.experience import Deliveries
from sim.kernels.job_queues import work_queues
from sim.phases.field_problems import learn, report_problems
from sim.phases.own_papers import file_repairs
from sim.phases.record import count_by_cells
from sim.rng import Decision
from sim.solvers.ranking import ranked_by_turn
from sim.solvers.reliability import Wear, age_at_failure, expected_failures, failure_factor
from sim.state import MarketState
from sim.state.table import columns_of
from sim.state.today import Maintained, PlannedUpkeep
from sim.state.upkeep import FAILURE_OCCASION, WAITING_OCCASION, EngineerUse, Jobs, Problems, week_of_age

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Money = NDArray[np.int64]
Weeks = NDArray[np.integer[Any]]

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key type territory owned bought_week"),
    *columns_of("reps", "form_use form_hours"),
    *columns_of("knowledge", "label rep"),
    *columns_of("diary", "visits"),
    *columns_of("service", "engineers"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "failed_week next_failure need_open"),
    *columns_of("service", "machines requests open begun"),
    *columns_of("technical", "fleet_hours learnt_hours watched_from reports log_hours believed_mtbf believed_shape"),
)


def maintain(state: MarketState) -> None:
    """One week of upkeep; nothing at all in a market where nothing fails."""
    planned = state.today.decided.upkeep
    if planned is None:
        state.today.maintained = None
        return
    own, fleet = state.layout.own_brand, state.upkeep.service.machines.astype(np.float64)
    bought = _deliveries_that_can_fail(state)
    failed, harm = _fail(state, bought)
    _follow_ownership(state, bought)
    ours = failed.taken(failed.brand == own)
    ran = _note_problems(state, ours, fleet)
    file_repairs(state, ours)
    _queue(state, failed.joined(bought.taken(bought.brand == own)))
    _spend_hours_apart_from_jobs(state, planned)
    done = _work_off(state, planned)
    repairs = done.taken(done.repair)
    _record_jobs(state, done, repairs)
    parts = _use_up_parts(state, repairs)
    waited = state.week - state.upkeep.jobs.since
    penalty = _pay_for_waiting(state, waited)
    given_up = _lose_patience(state, waited)
    compensation = penalty + _compensate(state, given_up)
    report_problems(state, planned.technical, repairs)
    learn(state, ran, planned.technical.analysis_hours.astype(np.float64))
    state.today.maintained = Maintained(parts, compensation, given_up, _feel(state, failed, harm, waited))


def _deliveries_that_can_fail(state: MarketState) -> Jobs:
    """The week's deliveries of durables that can fail, as jobs of installation; those of rivals install themselves."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    can_fail = state.upkeep.fails[state.numbers.category]  # by offer
    got = (can_fail[orders.offer] & (served > 0)).nonzero()[0]
    if not len(got):
        return Jobs.none()
    offer = orders.offer[got]
    since, repair = np.full(len(got), state.week), np.zeros(len(got), np.bool_)
    brand = state.boards.offers.brand[offer].astype(np.int64)
    return Jobs(orders.customer[got], state.numbers.category[offer], since, brand, repair)


def _fail(state: MarketState, bought: Jobs) -> tuple[Jobs, Floats]:
    """Items that fail this week, of all brands, and the harm of each on the scale of quality.

    What waits for an engineer cannot fail, and what is replaced this week is not missed. A failure right after the
    last one, or after the purchase, harms in full; one after as long as usual hardly. The zero of the scale is the
    usual experience: at the category's own rate, expected failures since the last one are exponential with mean 1,
    whatever the shape, so that E[max(1 − them, 0)] = 1/e. Only of an item too young to have failed once harm is more.
    """
    customers, upkeep, week = state.customers, state.upkeep, state.week
    # Drawn ahead, so that a week costs a customer a comparison and not a draw.
    customer, category = np.divmod(places_of(week, customers.next_failure.reshape(-1)), len(upkeep.fails))
    brand = customers.owned[customer, category].astype(np.int64)
    due = Jobs(customer, category, np.full(len(customer), week), brand, np.ones(len(customer), np.bool_))
    due = due.without(bought)
    _draw_next_failures(state, due, bought)
    failed = due.without(upkeep.jobs)
    failed = failed.taken(still_fails(state, failed))
    if not len(failed):
        return failed, np.empty(0)
    cell = (failed.customer, failed.category)
    since = customers.bought_week[cell]
    usual = Wear(*[numbers[failed.category] for numbers in upkeep.wear])
    now, then = expected_failures(np.array([week - since, customers.failed_week[cell] - since]), usual)
    customers.failed_week[cell] = week
    return failed, state.params.service.failure_harm * (np.maximum(1.0 - (now - then), 0.0) - math.exp(-1.0))


def still_fails(state: MarketState, due: Jobs) -> NDArray[np.bool_]:
    """Which of the items that would fail by the designs of the start do so by those of today: fewer of ours, as we learn."""
    if not len(due):
        return np.empty(0, np.bool_)
    growth = failure_factor(
        state.upkeep.technical.learnt_hours[0], state.upkeep.start_hours, state.params.technical.growth
    )
    chance = np.where(due.brand == state.layout.own_brand, float(growth), 1.0)
    luck = state.luck(Decision.FAILURE).uniform(state.customers.key[due.customer], 8 + due.category)
    fails: NDArray[np.bool_] = luck < chance
    return fails


def _draw_next_failures(state: MarketState, due: Jobs, bought: Jobs) -> None:
    """Draw when items that were ``due``, as old as they are, and those ``bought`` now fail next by the designs of the start."""
    items, customers = due.joined(bought), state.customers
    if not len(items):
        return
    since = np.concatenate([customers.bought_week[due.customer, due.category], bought.since])
    luck = state.luck(Decision.FAILURE).uniform(customers.key[items.customer], items.category)
    age = age_at_failure(state.week - since, luck, state.upkeep.wear_of(items.brand, items.category))
    customers.next_failure[items.customer, items.category] = week_of_age(since, age)


def _follow_ownership(state: MarketState, bought: Jobs) -> None:
    """Take new items into account: how many of ours are in use.

    Jobs for an item that is replaced are dropped: what is given up is not repaired.
    """
    upkeep, own = state.upkeep, state.layout.own_brand
    if not len(bought):
        return
    upkeep.jobs = upkeep.jobs.without(bought)
    before = state.customers.owned[bought.customer, bought.category] == own
    change = (bought.brand == own).astype(np.float64) - before
    territory = state.customers.territory[bought.customer]
    machines = upkeep.service.machines
    machines += np.bincount(territory, change, len(machines)).astype(np.int64)


def _note_problems(state: MarketState, ours: Jobs, fleet: Floats) -> float:
    """Keep the failures of ours for the designers; each stands for its part of the hours that the fleet ran, which are returned."""
    ran = float(np.add.reduce(fleet)) * state.params.technical.usage_hours
    hours = np.full(len(ours), ran / max(len(ours), 1))
    new = Problems(ours.customer, ours.category, ours.since, hours)
    state.upkeep.problems = state.upkeep.problems.joined(new)
    state.record.put(state.week, "failures", count_by_cells(state, ours.customer))
    state.record.put(state.week, "machines", fleet)
    state.record.put(state.week, "fleet_hours", fleet * state.params.technical.usage_hours)
    return ran


def _queue(state: MarketState, new: Jobs) -> None:
    """Let new jobs join those that wait, and count what is asked of our engineers."""
    own = new.brand == state.layout.own_brand
    asked = _by_territory(state, new.customer[own])
    weight = state.params.service.request_smoothing if state.week else 1.0
    requests = state.upkeep.service.requests
    requests += weight * (asked - requests)
    state.upkeep.jobs = state.upkeep.jobs.joined(new)


def _by_territory(state: MarketState, rows: NDArray[np.integer[Any]]) -> Floats:
    """Customers in ``rows`` by territory [T]."""
    return np.bincount(state.customers.territory[rows], minlength=len(state.upkeep.service)).astype(np.float64)


def _spend_hours_apart_from_jobs(state: MarketState, planned: PlannedUpkeep) -> None:
    """Book the hours of engineers that go to training and analysis."""
    book = state.upkeep.hours
    book.grant(state.week, planned.service.engineers * state.params.service.hours)
    book.spend(state.week, EngineerUse.TRAINING, planned.technical.training_hours)
    book.spend(state.week, EngineerUse.ANALYSIS, planned.technical.analysis_hours)


def _work_off(state: MarketState, planned: PlannedUpkeep) -> Jobs:
    """Do our jobs, territory by territory, as far as the hours go; those of rivals end after their usual time.

    Returns those of our jobs that are finished.
    """
    upkeep, table, week, numbers = state.upkeep, state.upkeep.service, state.week, state.params.service
    left = np.maximum(upkeep.hours.available[week] - np.add.reduce(upkeep.hours.spent[week], axis=0), 0.0)
    order, hours = _in_order(state, planned)
    jobs = upkeep.jobs
    territory = state.customers.territory[jobs.customer[order]].astype(np.int64)
    done, begun, spent = np.empty(len(order), np.bool_), np.empty(len(left)), np.empty(len(left))
    work_queues(territory, hours[order], left, table.begun, done, begun, table.writable("open"), spent)
    upkeep.hours.spend(week, EngineerUse.JOBS, spent)
    upkeep.hours.spend(week, EngineerUse.SPARE, left - spent)
    table.begun[:] = begun
    finished = np.zeros(len(jobs), np.bool_)
    finished[order[done]] = True
    done_now = jobs.taken(finished)
    finished |= (jobs.brand != state.layout.own_brand) & (week - jobs.since >= numbers.rival_wait)
    upkeep.jobs = jobs.taken(~finished)
    return done_now


def _in_order(state: MarketState, planned: PlannedUpkeep) -> tuple[Ints, Floats]:
    """Places of our jobs by territory, priority, weeks of waiting and a draw, and the hours of every job."""
    jobs, numbers = state.upkeep.jobs, state.params.service
    ours = np.flatnonzero(jobs.brand == state.layout.own_brand)
    customer = jobs.customer[ours]
    territory = state.customers.territory[customer].astype(np.int64)
    first = planned.service.priority[territory, state.knowledge.label[customer]]
    drawn = state.luck(Decision.REPAIR).uniform(state.customers.key[customer], jobs.category[ours])
    levels = np.unique(-planned.service.priority)
    since = jobs.since[ours] - jobs.since.min(initial=0)
    turn = (territory * len(levels) + np.searchsorted(levels, -first)) * (since.max(initial=0) + 1) + since
    order = ours[ranked_by_turn(turn, drawn)]
    home = state.customers.territory[jobs.customer].astype(np.int64)
    repair = numbers.repair_hours + planned.technical.report_share[home] * state.params.technical.report_hours
    hours = np.where(jobs.repair, repair, numbers.installation_hours) + travel_hours(state)[home]
    return order, hours


def _record_jobs(state: MarketState, done: Jobs, repairs: Jobs) -> None:
    week, put = state.week, state.record.put
    put(week, "open_jobs", state.upkeep.service.open)
    put(week, "engineers", state.upkeep.service.engineers)
    if len(repairs):
        territory, waited = state.customers.territory[repairs.customer], (week - repairs.since).astype(np.float64)
        put(week, "repairs", _by_territory(state, repairs.customer))
        put(week, "repair_weeks_sum", np.bincount(territory, waited, len(state.upkeep.service)))
    if len(repairs) < len(done):
        put(week, "installations", _by_territory(state, done.customer[~done.repair]))


def _use_up_parts(state: MarketState, repairs: Jobs) -> Money:
    """Cost of the parts of the week's ``repairs``, by territory, for the books: a share of the list price of what failed."""
    if not len(repairs):
        return np.zeros(len(state.upkeep.service), np.int64)
    offer = state.upkeep.first_offer[repairs.brand, repairs.category]
    cost = np.rint(state.params.service.parts * state.numbers.list_price[offer])
    territory = state.customers.territory[repairs.customer]
    return np.bincount(territory, cost, len(state.upkeep.service)).astype(np.int64)


def _pay_for_waiting(state: MarketState, waited: Weeks) -> Money:
    """What owners of ours get for each week that a repair is late, by territory: a share of the list price."""
    jobs, numbers, own = state.upkeep.jobs, state.params.service, state.layout.own_brand
    beyond = (waited > numbers.expected_wait) & (waited <= numbers.patience)
    late = jobs.taken(beyond & jobs.repair & (jobs.brand == own))
    if not len(late):
        return np.zeros(len(state.upkeep.service), np.int64)
    price = state.numbers.list_price[state.upkeep.first_offer[own, late.category]]
    due = np.rint(numbers.late_penalty * price)
    return np.bincount(state.customers.territory[late.customer], due, len(state.upkeep.service)).astype(np.int64)


def _lose_patience(state: MarketState, waited: Weeks) -> Jobs:
    """Who has waited too long for a repair gives the item up and looks for another one; returns the items."""
    jobs = state.upkeep.jobs
    lost = jobs.taken(jobs.repair & (waited == state.params.service.patience))
    for c in np.unique(lost.category) if len(lost) else ():
        state.customers.need_open[lost.customer[lost.category == c]] |= np.uint8(1 << c)
    return lost


def _compensate(state: MarketState, given_up: Jobs) -> Money:
    """What we pay for items of ours that were given up, by territory: what each was still worth.

    That falls evenly from the list price to nothing over the mean life.
    """
    if not len(given_up):
        return np.zeros(len(state.upkeep.service), np.int64)
    week, own = state.week, state.layout.own_brand
    ours = given_up.taken(given_up.brand == own)
    life = np.array([category.life_mean or 1.0 for category in state.layout.categories])[ours.category]
    age = week - state.customers.bought_week[ours.customer, ours.category]
    price = state.numbers.list_price[state.upkeep.first_offer[own, ours.category]]
    worth = np.rint(state.params.service.compensation * price * np.clip(1.0 - age / life, 0.0, 1.0))
    territory = state.customers.territory[ours.customer]
    state.record.put(week, "given_up", _by_territory(state, ours.customer))
    return np.bincount(territory, worth, len(state.upkeep.service)).astype(np.int64)


def _feel(state: MarketState, failed: Jobs, harm: Floats, waited: Weeks) -> Deliveries:
    """What owners live through: failures, and each week of waiting for an engineer beyond what they expect.

    Every week of waiting is felt, and the worse, the longer it has lasted.
    """
    numbers, upkeep = state.params.service, state.upkeep
    beyond = waited - numbers.expected_wait
    late = upkeep.jobs.taken(beyond > 0)
    both, number, missed = failed, FAILURE_OCCASION + failed.category, harm  # failures are in order of customers
    if len(late):
        both = failed.joined(late)
        number = np.concatenate([number, WAITING_OCCASION + late.category])
        missed = np.concatenate([harm, numbers.waiting_harm * beyond[beyond > 0]])
        order = np.argsort(both.customer, kind="stable")
        both, number, missed = both.taken(order), number[order], missed[order]
        ours = late.customer[late.brand == state.layout.own_brand]
        state.record.put(state.week, "late_jobs", _by_territory(state, ours))
    return Deliveries(
        customer=both.customer.astype(np.uint32),
        offer=upkeep.first_offer[both.brand, both.category].astype(np.int16),
        occasion=number.astype(np.uint32),
        bought=np.zeros(len(both), np.bool_),
        performance=(upkeep.quality[both.brand, both.category] - missed).astype(np.float32),
    )
