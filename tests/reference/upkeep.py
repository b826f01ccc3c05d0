"""Slow twins of upkeep: which items fail, and which jobs the engineers get to, one at a time in plain Python.

They share the keyed draws with the phase and nothing else: failures are found by looking at every item, hours are
handed out minute by minute to a sorted list.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from sim.rng import Decision, uniform
from sim.state import MarketState


class Failure(NamedTuple):
    customer: int
    category: int
    brand: int
    harm: float
    next_failure: int


def luck(state: MarketState, decision: Decision, row: int, index: int) -> float:
    return float(uniform(state.seed, decision, state.week, [int(state.customers.key[row])], index)[0])


def expected(age: float, rate: float, life: float, shape: float) -> float:
    return rate * life * (age / life) ** shape


def delivered(state: MarketState) -> dict[tuple[int, int], int]:
    """Brand of every durable delivered this week by (customer, category)."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    found = {}
    for customer, offer, units in zip(orders.customer.tolist(), orders.offer.tolist(), served.tolist(), strict=True):
        category = int(state.numbers.category[offer])
        if units and state.layout.categories[category].failure_rate > 0:
            found[customer, category] = int(state.boards.offers.brand[offer])
    return found


def failures(state: MarketState) -> tuple[list[Failure], list[tuple[int, int]]]:
    """(failures of the week, items that were due and did not fail), as seen before the phase."""
    c, week, own = state.customers, state.week, state.layout.own_brand
    open_items = set(zip(state.upkeep.jobs.customer.tolist(), state.upkeep.jobs.category.tolist(), strict=True))
    replaced, failed, spared = delivered(state), [], []
    growth = (
        float(state.upkeep.technical.learnt_hours[0]) / state.upkeep.start_hours
    ) ** -state.params.technical.growth
    for i in range(len(c)):
        for k, category in enumerate(state.layout.categories):
            if int(c.next_failure[i, k]) != week or (i, k) in replaced:
                continue
            brand = int(c.owned[i, k])
            rate = category.failure_rate / 52 * state.layout.brands[brand].failure_factor
            life, shape, bought = float(category.life_mean or 1), category.failure_shape, int(c.bought_week[i, k])
            age = week - bought
            level = expected(age, rate, life, shape) - math.log(luck(state, Decision.FAILURE, i, k))
            following = bought + math.ceil(life * (level / (rate * life)) ** (1 / shape))
            if (i, k) in open_items or (brand == own and luck(state, Decision.FAILURE, i, 8 + k) >= growth):
                spared.append((i, k))
                continue
            then = max(int(c.failed_week[i, k]) - bought, 0)
            usual = category.failure_rate / 52
            run = expected(age, usual, life, shape) - expected(then, usual, life, shape)
            harm = state.params.service.failure_harm * (max(1 - run, 0) - math.exp(-1))
            failed.append(Failure(i, k, brand, harm, following))
    return failed, spared


def jobs_done(state: MarketState, waiting: list[tuple[int, int, int, bool]]) -> dict[int, tuple[set[Any], float]]:
    """By territory: which of our ``waiting`` jobs (customer, category, since, is a repair) get done, and hours left in the next."""
    numbers, technical, service = (
        state.params.service,
        state.today.decided.upkeep.technical,
        state.today.decided.upkeep.service,
    )
    found = {}
    for t, territory in enumerate(state.layout.territories):
        queue = []
        for job in waiting:
            customer, category, since, repair = job
            if state.customers.territory[customer] == t:
                label = int(state.knowledge.label[customer])
                lot = luck(state, Decision.REPAIR, customer, category)
                hours = numbers.repair_hours + technical.report_share[t] * state.params.technical.report_hours
                hours = (hours if repair else numbers.installation_hours) + territory.travel_hours
                queue.append((-service.priority[t, label], since, lot, hours, job))
        left = float(service.engineers[t]) * numbers.hours - technical.training_hours[t] - technical.analysis_hours[t]
        left = max(left, 0.0) + float(state.upkeep.service.begun[t])
        done = set()
        for *_, hours, job in sorted(queue):
            if hours > left + 1e-9:
                break
            left -= hours
            done.add(job)
        found[t] = (done, left if len(done) < len(queue) else 0.0)
    return found


def work_queue(hours: list[float], left: float, begun: float) -> tuple[list[bool], float, float]:
    """One territory's jobs in their order: which get done, the hours in the next one, and the hours spent this week."""
    reach, done = left + begun, []
    for job in hours:
        if job > reach + 1e-9 or False in done:
            done.append(False)
        else:
            reach -= job
            done.append(True)
    following = max(reach, 0.0) if False in done else 0.0
    used = sum(job for job, finished in zip(hours, done, strict=True) if finished)
    return done, following, min(max(used + following - begun, 0.0), left)
