"""Where a customer's whole week stands: what the simulator writes down of a week, as aggregates that contestants must agree on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.cut import Cut, Floats, Standing

Counts = NDArray[np.int64]

#: The database is inspected at the end of every so many weeks, as in :mod:`sim.phases.record`.
INSPECTED_EVERY = 13
#: Minor units in which money is compared.
_MONEY = 1e3


class WeekTables(NamedTuple):
    """Tables of one week; T territories, K types, J offers, D distributors. Sums are in their own units."""

    sold: NDArray[Any]  # [3, T, K, J] orders, units, value
    asked: NDArray[Any]  # [cells] units of ours by distributor and offer
    paid: NDArray[Any]  # [D, J]
    occasions: NDArray[Any]  # [T, K]
    newcomers: NDArray[Any]  # [T, K]
    lapses: NDArray[Any]  # [T, K]
    people: NDArray[Any]  # [4, T, K] aware of us, bought within a year, users, their satisfaction summed
    records: NDArray[Any]  # [4, T] records, accounts, records with purchases, their absolute log errors summed
    inspected: NDArray[Any]  # [8, T, K] see sim.kernels.census; all 0 before the first inspection


class Averages(NamedTuple):
    """Columns [N] of yearly averages, on record and true."""

    value: Floats
    orders: Floats
    bought: Floats
    ordered: Floats


class WeekStanding(NamedTuple):
    """Aggregates of a whole week; all but those that say otherwise per customer."""

    customers: Standing
    expectation: Floats  # [B] mean over all customers
    aware_of_us: Floats  # [T]
    active: Floats  # [K]
    users: Floats  # [K]
    users_satisfaction: Floats  # [K] mean over users
    occasions_by_type: Floats  # [K]
    newcomers: float
    lapses: float
    orders_by_offer: Floats  # [J]
    value_by_type: Floats  # [K] thousands of minor units
    value_by_offer: Floats  # [J] the same
    paid_by_distributor: Floats  # [D] the same
    asked_of_stocks: Floats  # [cells]
    records: float
    accounts: float
    judged: float
    error_of_value: float  # mean over judged records
    averages: Floats  # [4] value, orders, bought, ordered; value in thousands
    users_on_record: float
    users_with_rep: float
    stale: float
    age: float
    described: float
    error_of_marks: float


def stand(
    customers: Standing, cut: Cut, tables: WeekTables, averages: Averages, expectation: NDArray[Any]
) -> WeekStanding:
    """The standing of a week with these tables and columns; ``expectation`` is [N, B]."""
    rows = len(cut.customers)
    aware, active, users, satisfaction = tables.people.astype(np.float64)
    records, accounts, judged, error = tables.records.sum(axis=1).astype(np.float64)
    seen = tables.inspected.sum(axis=(1, 2)).astype(np.float64) / rows
    means = np.array([column.mean(dtype=np.float64) for column in averages]) / [_MONEY, 1.0, _MONEY, 1.0]
    value = tables.sold[2] / _MONEY / rows
    return WeekStanding(
        customers=customers,
        expectation=expectation.mean(axis=0, dtype=np.float64),
        aware_of_us=aware.sum(axis=1) / rows,
        active=active.sum(axis=0) / rows,
        users=users.sum(axis=0) / rows,
        users_satisfaction=satisfaction.sum(axis=0) / np.maximum(users.sum(axis=0), 1.0),
        occasions_by_type=tables.occasions.sum(axis=0) / rows,
        newcomers=float(tables.newcomers.sum()) / rows,
        lapses=float(tables.lapses.sum()) / rows,
        orders_by_offer=tables.sold[0].sum(axis=(0, 1)) / rows,
        value_by_type=value.sum(axis=(0, 2)),
        value_by_offer=value.sum(axis=(0, 1)),
        paid_by_distributor=tables.paid.sum(axis=1) / _MONEY / rows,
        asked_of_stocks=tables.asked / rows,
        records=records / rows,
        accounts=accounts / rows,
        judged=judged / rows,
        error_of_value=error / max(judged, 1.0),
        averages=means,
        users_on_record=seen[2],
        users_with_rep=seen[3],
        stale=seen[4],
        age=seen[5],
        described=seen[6],
        error_of_marks=seen[7],
    )
