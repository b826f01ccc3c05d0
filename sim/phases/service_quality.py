"""Service quality: calls, orders, delivery and repairs of the week become satisfaction with what comes with our products.

Shortfalls alone move the dimensions of orders, delivery and complaints: to get what was promised is what everyone
expects. Part of the phase `serve`, which lends the columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.derived.skill import learnt_of_job, skill_of
from sim.jit import sealed_array
from sim.kernels.service_quality import Feelings, Served, feel_events, serve_dimensions
from sim.params.service_quality import COMPLAINTS, DELIVERY, ORDERS
from sim.phases.projects import made_to_order
from sim.state import MarketState

Floats = NDArray[np.floating]
Ints = NDArray[np.integer[Any]]


def feel_service(state: MarketState) -> None:
    """A week of all dimensions, and the satisfaction with our brand that follows; nothing where none of them counts."""
    if not state.params.service_quality.on:
        return
    _feel_orders(state)
    _feel_waiting_for_repair(state)
    customers = state.customers
    owned, product = customers.sealed(("owned", "product"))
    served = Served(owned, state.diary.visits, state.knowledge.rep, state.reps.active, advice(state), product)
    feelings = Feelings(*customers.writables(Feelings._fields))
    serve_dimensions(served, state.layout.own_brand, state.numbers.quality, feelings)


def advice(state: MarketState) -> NDArray[np.float32]:
    """Satisfaction with advice that a call of each rep leaves [R]: by skill, product knowledge and years in the job."""
    numbers = state.params.service_quality
    seen = skill_of(state) - numbers.newcomer * (1.0 - learnt_of_job(state))
    return expit(state.params.experience.neutral + numbers.advice_response * seen).astype(np.float32)


def _feel_orders(state: MarketState) -> None:
    """Orders that were not accepted as placed, and goods that came, or are still to come, later than promised."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    numbers = state.params.service_quality
    ours = (orders.stock >= 0).nonzero()[0]
    customer, units, got = orders.customer[ours], orders.units[ours], served[ours]
    waited, to_order = orders.waited[ours], made_to_order(state, orders)[ours]
    new = ((waited == 0) & ~to_order).nonzero()[0]
    _feel(state, customer[new], ORDERS, numbers.refused * (1.0 - got[new] / units[new]))
    late = np.maximum(waited - promised_weeks(state) * to_order, 0)
    known = ((got > 0) | (late > 0)).nonzero()[0]
    _feel(state, customer[known], DELIVERY, numbers.late * late[known])


def promised_weeks(state: MarketState) -> int:
    """Weeks until goods made to order come when all goes well: their production and journey, each once it is its turn."""
    channel = state.params.channel
    return channel.order_cycle + channel.production_cycle + channel.production_lead_time + channel.lead_time


def _feel_waiting_for_repair(state: MarketState) -> None:
    """Failures of ours that wait longer than their owners expect; each week counts, the more the longer it has lasted."""
    if state.today.maintained is None:
        return
    jobs, numbers = state.upkeep.jobs, state.params.service
    beyond = state.week - jobs.since - numbers.expected_wait
    late = ((beyond > 0) & jobs.repair & (jobs.brand == state.layout.own_brand)).nonzero()[0]
    _feel(state, jobs.customer[late], COMPLAINTS, state.params.service_quality.unrepaired * beyond[late])


def _feel(state: MarketState, rows: Ints, dimension: int, shortfall: Floats) -> None:
    """Events of ``dimension`` in the lives of the customers in ``rows`` [n], each short of what was expected by so many log odds."""
    if not len(rows):
        return
    outcome = expit(state.params.experience.neutral - shortfall).astype(np.float32)
    stock = state.customers.writable("dimensions")
    feel_events(
        sealed_array(rows.astype(np.int64)), dimension, sealed_array(outcome), state.numbers.quality.step, stock
    )
