"""Tallies and running averages against plain loops over the events."""

from __future__ import annotations

import numpy as np

from sim.kernels.running_averages import add_events, fade_all
from sim.kernels.tally import count_events, sum_lines, tally_purchases, units_by_stock, value_by_distributor

T, K, J = 3, 2, 4
CHANCE = np.random.default_rng(4)
TERRITORY = CHANCE.integers(0, T, 50).astype(np.uint16)
TYPE = CHANCE.integers(0, K, 50).astype(np.uint8)
ROWS = CHANCE.integers(0, 50, 300)


def test_events_are_counted_by_territory_and_type() -> None:
    counts = count_events(ROWS, TERRITORY, TYPE, (T, K))
    for t in range(T):
        for k in range(K):
            assert counts[t, k] == sum(TERRITORY[i] == t and TYPE[i] == k for i in ROWS)
    assert count_events(ROWS[:0], TERRITORY, TYPE, (T, K)).sum() == 0


def test_purchases_are_tallied_by_territory_type_and_offer() -> None:
    offer, served, price = (CHANCE.integers(low, high, 300) for low, high in ((0, J), (0, 3), (5, 900)))
    total = tally_purchases(ROWS, offer, served, price, TERRITORY, TYPE, (T, K, J))
    expected = np.zeros((3, T, K, J), np.int64)
    for i, j, n, p in zip(ROWS, offer, served, price, strict=True):
        expected[:, TERRITORY[i], TYPE[i], j] += (n > 0, n, n * p)
    assert (total == expected).all()


def test_what_was_paid_is_summed_by_distributor_and_offer() -> None:
    offer, served, price = (CHANCE.integers(low, high, 300) for low, high in ((0, J), (0, 3), (5, 900)))
    expected = np.zeros((T, J), np.int64)
    for i, j, n, p in zip(ROWS, offer, served, price, strict=True):
        expected[TERRITORY[i], j] += n * p
    assert (value_by_distributor(ROWS, offer, served, price, TERRITORY, (T, J)) == expected).all()


def test_units_are_summed_by_stock_and_rivals_have_none() -> None:
    stock, units = CHANCE.integers(-1, 6, 300), CHANCE.integers(0, 9, 300)
    assert units_by_stock(stock, units, 7).tolist() == [units[stock == c].sum() for c in range(7)]


def test_lines_are_summed_by_group_in_order_of_people() -> None:
    lines, group = CHANCE.normal(size=(3, 40)), CHANCE.integers(0, 4, 40).astype(np.int32)
    total = sum_lines(lines, group, 5)
    for line, sums in zip(lines, total, strict=True):
        expected = [0.0] * 5
        for value, g in zip(line.tolist(), group.tolist(), strict=True):
            expected[g] += value
        assert sums.tolist() == expected


def test_running_averages_fade_and_gain() -> None:
    stock = CHANCE.uniform(size=50).astype(np.float32)
    amount = CHANCE.uniform(size=300).astype(np.float32)
    expected = stock * np.float32(0.9)
    np.add.at(expected, ROWS, amount)
    fade_all(stock, np.float32(0.9))
    add_events(stock, ROWS, amount)
    np.testing.assert_array_equal(stock, expected)
