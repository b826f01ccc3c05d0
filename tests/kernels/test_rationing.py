"""Rationing: lotteries against their twins, invariance under relabelling, and that nothing is over- or under-served."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.rationing import Fate, choose_fates, ration_orders, share_out, share_out_each
from sim.rng import Decision, stream
from tests.reference import channel as twin

SEED, WEEK = 11, 4
CELLS = 5


def _lottery(decision: Decision) -> np.uint64:
    return stream(SEED, decision, WEEK)


_order = st.tuples(
    st.integers(-1, CELLS - 1), st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 9), st.integers(0, 3)
)
_orders = st.lists(_order, max_size=40, unique_by=lambda order: order[1:3])
_supply = st.lists(st.integers(0, 40), min_size=CELLS, max_size=CELLS)


def _columns(orders: list[tuple[int, int, int, int, int]]) -> list[npt.NDArray[np.int64]]:
    return list(np.array(orders, dtype=np.int64).reshape(-1, 5).T)


@settings(max_examples=150, deadline=None)
@given(orders=_orders, supply=_supply)
def test_ration_orders_equals_its_twin(orders: list[tuple[int, int, int, int, int]], supply: list[int]) -> None:
    cell, customer, index, units, waited = _columns(orders)
    served, delivered = ration_orders(
        _lottery(Decision.RATIONING), cell, customer, index, units, waited, np.array(supply)
    )
    assert served.tolist() == twin.ration(SEED, Decision.RATIONING, WEEK, orders, supply)
    wanted = [int(units[cell == k].sum()) for k in range(CELLS)]
    assert delivered.tolist() == [min(w, s) for w, s in zip(wanted, supply, strict=True)]
    assert delivered.tolist() == [int(served[cell == k].sum()) for k in range(CELLS)]


@settings(max_examples=50, deadline=None)
@given(orders=_orders, supply=_supply, data=st.data())
def test_ration_orders_does_not_depend_on_the_order_of_rows(
    orders: list[tuple[int, int, int, int, int]], supply: list[int], data: st.DataObject
) -> None:
    rows = np.array(data.draw(st.permutations(range(len(orders)))), dtype=np.int64)
    lottery, stock = _lottery(Decision.RATIONING), np.array(supply)
    cell, customer, index, units, waited = _columns(orders)
    served, _ = ration_orders(lottery, cell, customer, index, units, waited, stock)
    permuted, _ = ration_orders(lottery, cell[rows], customer[rows], index[rows], units[rows], waited[rows], stock)
    assert permuted.tolist() == served[rows].tolist()


def test_who_waited_longer_is_served_first_and_the_last_may_get_a_part() -> None:
    n = 20
    waited = np.zeros(n, dtype=np.int8)
    waited[7], waited[3] = 2, 1
    full = np.full(n, 4, dtype=np.int64)
    served, _ = ration_orders(
        _lottery(Decision.RATIONING),
        np.zeros(n, np.int16),
        np.arange(n, dtype=np.uint32),
        np.zeros(n, np.int16),
        full,
        waited,
        np.array([10]),
    )
    assert served[7] == 4 and served[3] == 4
    assert sorted(served.tolist())[-3:] == [2, 4, 4]


def test_the_lottery_is_fair_and_changes_every_week() -> None:
    n = 400
    wins = np.zeros(n)
    for week in range(200):
        served, _ = ration_orders(
            stream(SEED, Decision.RATIONING, week), np.zeros(n, int), np.arange(n), np.zeros(n, int), np.ones(n, int),
            np.zeros(n, int), np.array([100]),
        )  # fmt: skip
        wins += served
    assert wins.sum() == 100 * 200
    assert abs(wins[: n // 2].sum() / wins.sum() - 0.5) < 4 * 0.5 / np.sqrt(100 * 200)
    assert abs(wins.std() / np.sqrt(200 * 0.25 * 0.75) - 1.0) < 0.15


def test_reals_and_cells_out_of_range_are_refused() -> None:
    one = np.ones(1, dtype=np.int64)
    with pytest.raises(IndexError, match="no such supplier"):
        share_out_each(_lottery(Decision.SUB_SUPPLY), one[None], one[None], one, one)
    with pytest.raises(TypeError, match="whole units"):
        ration_orders(_lottery(Decision.RATIONING), one * 0, one, one, one * 0.5, one, one)  # type: ignore[arg-type]
    with pytest.raises(IndexError, match=r"-1\.\.0, got 1\.\.1"):
        ration_orders(_lottery(Decision.RATIONING), one, one, one, one, one, one)


@settings(max_examples=60, deadline=None)
@given(
    orders=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 3)), max_size=20),
    wait=st.floats(0, 0.5),
    switch=st.floats(0, 0.5),
)
def test_choose_fates_equals_its_twin(orders: list[tuple[int, int, int]], wait: float, switch: float) -> None:
    customer, index, unserved = np.array(orders, dtype=np.int64).reshape(-1, 3).T
    fates = choose_fates(_lottery(Decision.UNSERVED), customer, index, unserved, wait, switch)
    assert fates.tolist() == [twin.fate(SEED, Decision.UNSERVED, WEEK, *order, wait, switch) for order in orders]


def test_fates_follow_their_shares() -> None:
    n = 100_000
    fates = choose_fates(_lottery(Decision.UNSERVED), np.arange(n), np.zeros(n, int), np.ones(n, int), 0.5, 0.3)
    shares = np.bincount(fates, minlength=4) / n
    assert shares[Fate.SERVED] == 0
    for fate, share in ((Fate.WAITS, 0.5), (Fate.SWITCHES, 0.3), (Fate.LEAVES, 0.2)):
        assert abs(shares[fate] - share) < 4 * np.sqrt(share * (1 - share) / n)


@settings(max_examples=150, deadline=None)
@given(
    wanted=st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=12),
    supply=st.lists(st.integers(0, 300), min_size=3, max_size=3),
)
def test_share_out_equals_its_twin(wanted: list[list[int]], supply: list[int]) -> None:
    want = np.array(wanted)
    keys = np.arange(len(want)) * 7 + 3
    shipped = share_out(_lottery(Decision.SHORT_SUPPLY), np.array(supply), want, keys)
    for j in range(3):
        expected = twin.share(SEED, Decision.SHORT_SUPPLY, WEEK, supply[j], want[:, j].tolist(), keys.tolist(), j)
        assert shipped[:, j].tolist() == expected
    assert (shipped <= want).all()
    assert shipped.sum(axis=0).tolist() == np.minimum(want.sum(axis=0), supply).tolist()
    back = share_out(_lottery(Decision.SHORT_SUPPLY), np.array(supply), want[::-1], keys[::-1])
    assert back[::-1].tolist() == shipped.tolist()


@settings(max_examples=50, deadline=None)
@given(
    wanted=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12),
    supply=st.lists(st.tuples(st.integers(0, 150), st.integers(0, 150)), min_size=3, max_size=3),
)
def test_each_supplier_shares_out_what_it_has(
    wanted: list[tuple[int, int, int]], supply: list[tuple[int, int]]
) -> None:
    supplier, want = np.array(wanted)[:, 0], np.array(wanted)[:, 1:]
    keys = np.arange(len(want)) * 7 + 3
    shipped = share_out_each(_lottery(Decision.SUB_SUPPLY), np.array(supply), want, keys, supplier)
    for s, stock in enumerate(supply):
        alone = share_out(_lottery(Decision.SUB_SUPPLY), np.array(stock), want[supplier == s], keys[supplier == s])
        assert shipped[supplier == s].tolist() == alone.tolist()


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=6), st.floats(0, 1))
def test_supply_is_shared_exactly_where_products_need_more_than_64_bits(wanted: list[int], part: float) -> None:
    supply = int(part * sum(wanted))
    given_out = share_out(np.uint64(5), np.array([supply]), np.array(wanted)[:, None], np.arange(len(wanted)))[:, 0]
    assert given_out.sum() == min(supply, sum(wanted))
    for got, asked in zip(given_out.tolist(), wanted, strict=True):
        exact = supply * asked // sum(wanted) if supply < sum(wanted) else asked
        assert exact <= got <= min(exact + 1, asked)
