"""Stock flow of a stage against its slow twin, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import LawBroken
from sim.kernels import stock_flow
from tests.reference.channel import StageTwin, serve

_week = st.tuples(
    st.lists(st.integers(0, 30), min_size=4, max_size=4),  # demand
    st.lists(st.integers(0, 30), min_size=4, max_size=4),  # order
    st.lists(st.floats(0, 1), min_size=4, max_size=4),  # share of what is owed that the supplier ships
)


@settings(max_examples=80, deadline=None)
@given(
    weeks=st.lists(_week, min_size=1, max_size=12),
    leads=st.lists(st.integers(1, 4), min_size=2, max_size=2),
    waits=st.booleans(),
    dtype=st.sampled_from([np.int64, np.float64]),
)
def test_a_stage_moves_units_as_its_twin(
    weeks: list[tuple[list[int], list[int], list[float]]], leads: list[int], waits: bool, dtype: type[np.generic]
) -> None:
    stage = stock_flow.open_stage(np.full((2, 2), 20), max(leads), dtype)
    twins = [StageTwin(20) for _ in range(4)]
    for t, (demand, order, share) in enumerate(weeks):
        arrived = stock_flow.receive(stage, t)
        assert arrived.ravel().tolist() == [twin.receive(t) for twin in twins]
        delivered = serve(stage, np.reshape(demand, (2, 2)), waits)
        assert delivered.ravel().tolist() == [twin.serve(d, waits) for twin, d in zip(twins, demand, strict=True)]
        stock_flow.request(stage, np.reshape(order, (2, 2)))
        shipped = np.floor(stage.owed * np.reshape(share, (2, 2))).astype(dtype)
        stock_flow.ship(stage, shipped, t, np.array(leads))
        for k, twin in enumerate(twins):
            twin.request(order[k])
            twin.ship(int(shipped.ravel()[k]), t, leads[k // 2])
        stock_flow.check_stage(stage, f"week {t}")
        for name in ("on_hand", "backorders", "owed", "in_transit"):
            assert getattr(stage, name).ravel().tolist() == [getattr(twin, name) for twin in twins], name
    position = stock_flow.inventory_position(stage)
    assert position.ravel().tolist() == [w.on_hand + w.owed + w.in_transit - w.backorders for w in twins]


def test_a_lead_of_l_weeks_arrives_after_l_weeks() -> None:
    stage = stock_flow.open_stage(np.array([0]), 3)
    stock_flow.request(stage, np.array([7]))
    stock_flow.ship(stage, np.array([7]), 5, 3)
    assert [int(stock_flow.receive(stage, week)[0]) for week in (6, 7, 8, 9)] == [0, 0, 7, 0]


def test_goods_taken_out_of_stock_are_gone() -> None:
    stage = stock_flow.open_stage(np.array([5]), 1)
    stock_flow.withdraw(stage, np.array([2]))
    assert stage.on_hand.tolist() == [3]


@pytest.mark.parametrize("lead", [0, 4])
def test_lead_times_outside_the_pipeline_are_refused(lead: int) -> None:
    stage = stock_flow.open_stage(np.array([[0]]), 3)
    with pytest.raises(ValueError, match=r"lead times must be in 1\.\.3 weeks"):
        stock_flow.ship(stage, np.array([[0]]), 0, lead)


def test_a_stage_of_units_refuses_reals() -> None:
    stage = stock_flow.open_stage(np.array([5]), 1)
    with pytest.raises(TypeError):
        stock_flow.request(stage, np.array([1.5]))
    with pytest.raises(TypeError):
        stock_flow.open_stage(np.array([0.5]), 1)


def test_shipping_more_than_ordered_breaks_the_law() -> None:
    stage = stock_flow.open_stage(np.array([5, 5]), 1)
    stock_flow.request(stage, np.array([3, 3]))
    stock_flow.ship(stage, np.array([3, 4]), 0, 1)
    with pytest.raises(
        LawBroken, match=r"plant, week 0: law broken: deliveries never exceed orders; found owed\[1\] = -1"
    ):
        stock_flow.check_stage(stage, "plant, week 0")


@pytest.mark.parametrize("value", [-1.0, float("nan")])
def test_negative_or_undefined_stock_breaks_the_law(value: float) -> None:
    stage = stock_flow.open_stage(np.array([5.0]), 1, np.float64)
    stage.on_hand[0] = value
    with pytest.raises(LawBroken, match="stock is never negative"):
        stock_flow.check_stage(stage, "distributor")


def test_a_lost_shipment_breaks_the_law() -> None:
    stage = stock_flow.open_stage(np.array([5]), 2)
    stock_flow.request(stage, np.array([3]))
    stock_flow.ship(stage, np.array([3]), 0, 2)
    stage.pipeline[:] = 0
    with pytest.raises(LawBroken, match="what is in transit is in the pipeline"):
        stock_flow.check_stage(stage, "distributor")
