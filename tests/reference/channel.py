"""Slow twins of the channel kernels: plain Python, one cell or one order at a time, written from the description."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels import stock_flow
from sim.rng import draw, stream


@dataclass
class ForecastTwin:
    """Forecast of one cell; remembers everything it has seen, the oldest first."""

    expected: float
    deviation: float
    window: int
    demands: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.level = self.expected
        self.demands = [self.expected] * self.window
        self.errors = [self.deviation] * self.window

    def _see(self, demand: float) -> None:
        self.errors.append(demand - self.level)
        self.demands.append(demand)

    def moving_average(self, demand: float) -> None:
        self._see(demand)
        self.level = sum(self.demands[-self.window :]) / self.window

    def smoothing(self, demand: float, weight: float) -> None:
        self._see(demand)
        self.level = (1 - weight) * self.level + weight * demand

    def error_deviation(self) -> float:
        return math.sqrt(sum(e * e for e in self.errors[-self.window :]) / self.window)


@dataclass
class StageTwin:
    """One cell of a stage: shipments on their way are kept as (week of arrival, units)."""

    on_hand: int
    backorders: int = 0
    ordered: int = 0
    shipped: int = 0
    received: int = 0
    on_the_way: list[tuple[int, int]] = field(default_factory=list)

    def receive(self, week: int) -> int:
        due = sum(units for arrival, units in self.on_the_way if arrival == week)
        self.on_the_way = [(arrival, units) for arrival, units in self.on_the_way if arrival != week]
        self.on_hand += due
        self.received += due
        return due

    def serve(self, demand: int, waits: bool) -> int:
        delivered = 0
        for _ in range(self.backorders + demand):
            if self.on_hand == 0:
                break
            self.on_hand -= 1
            delivered += 1
        self.backorders = self.backorders + demand - delivered if waits else 0
        return delivered

    def request(self, order: int) -> None:
        self.ordered += order

    def ship(self, units: int, week: int, lead: int) -> None:
        self.shipped += units
        self.on_the_way.append((week + lead, units))

    @property
    def owed(self) -> int:
        return self.ordered - self.shipped

    @property
    def in_transit(self) -> int:
        return self.shipped - self.received


def ticket(seed: int, decision: int, week: int, entity: int, index: int) -> float:
    """The draw of one entity."""
    return float(draw(stream(seed, decision, week), np.uint64(entity), np.uint64(index)))


def ration(
    seed: int,
    decision: int,
    week: int,
    orders: Sequence[tuple[int, int, int, int, int]],
    supply: Sequence[int],
) -> list[int]:
    """Units served per order (cell, customer, index, units, waited), cell by cell, winner after winner."""
    served = [units if cell < 0 else 0 for cell, _, _, units, _ in orders]
    for cell, stock in enumerate(supply):
        queue = [i for i, order in enumerate(orders) if order[0] == cell]
        tickets = {i: ticket(seed, decision, week, orders[i][1], orders[i][2]) for i in queue}
        queue.sort(key=lambda i: (-orders[i][4], tickets[i]))
        for i in queue:
            served[i] = min(orders[i][3], stock)
            stock -= served[i]
    return served


def fate(
    seed: int, decision: int, week: int, customer: int, index: int, unserved: int, wait: float, switch: float
) -> int:
    """0 served, 1 waits, 2 switches, 3 leaves."""
    if unserved == 0:
        return 0
    u = ticket(seed, decision, week, customer, index)
    return 1 if u < wait else 2 if u < wait + switch else 3


def share(
    seed: int, decision: int, week: int, supply: int, wanted: Sequence[int], keys: Sequence[int], offer: int
) -> list[int]:
    """Units of one offer shipped to each distributor."""
    total = sum(wanted)
    if total <= supply:
        return list(wanted)
    shipped = [math.floor(Fraction(supply * want, total)) for want in wanted]
    tickets = [ticket(seed, decision, week, key, offer) for key in keys]
    winners = sorted((d for d in range(len(wanted)) if wanted[d] > 0), key=lambda d: tickets[d])
    for d in winners[: supply - sum(shipped)]:
        shipped[d] += 1
    return shipped


def serve(stage: stock_flow.Stage, demand: npt.NDArray[Any], waits: bool) -> npt.NDArray[Any]:
    """Deliver in bulk, first what is owed and then ``demand``, as far as the stock goes; returns the units delivered.

    What cannot be delivered becomes backorders when customers wait, and is lost when they do not.
    """
    wanted = stage.backorders + demand
    delivered: npt.NDArray[Any] = np.minimum(stage.on_hand, wanted)
    stock_flow.settle(stage, delivered, wanted - delivered if waits else np.zeros_like(wanted))
    return delivered


def plant_week(
    waiting: list[int],
    urgent: list[float],
    begun: list[float],
    company: list[int],
    work: list[float],
    capacity: list[float],
    overtime: float,
) -> tuple[list[int], list[float], list[float], list[float]]:
    """Units started and work left on the next one by offer, regular work and overtime by company."""
    offers, companies = range(len(work)), range(len(capacity))
    needed = [max(waiting[o] * work[o] - begun[o], 0.0) for o in offers]
    pressing = [min(max(min(waiting[o], urgent[o]) * work[o] - begun[o], 0.0), needed[o]) for o in offers]
    total = [math.fsum(needed[o] for o in offers if company[o] == c) for c in companies]
    first = [math.fsum(pressing[o] for o in offers if company[o] == c) for c in companies]
    regular = [min(total[c], capacity[c]) for c in companies]
    extra = [min(max(first[c] - capacity[c], 0.0), overtime * capacity[c]) for c in companies]
    started, left = [], []
    for o in offers:
        c = company[o]
        room = regular[c] + extra[c]
        urgent_part = min(room / first[c], 1.0) if first[c] > 0 else 1.0
        others = total[c] - first[c]
        other_part = min(max(room - first[c], 0.0) / others, 1.0) if others > 0 else 1.0
        given = pressing[o] * urgent_part + (needed[o] - pressing[o]) * other_part
        units = waiting[o] if given >= needed[o] else min(int((begun[o] + given) / work[o] + 1e-9), waiting[o])
        started.append(units)
        left.append(0.0 if units == waiting[o] else max(begun[o] + given - units * work[o], 0.0))
    return started, left, regular, extra
