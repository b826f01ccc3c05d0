"""Declared numbers: bounds on every element, strictness, what kernels receive, conversions of time units."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from pydantic import ValidationError

from sim.quantity import (
    Section,
    freeze,
    param,
    retention_of_half_life,
    weekly_hazard_of_annual_probability,
)


class Pump(Section):
    """A section with one field of every shape."""

    flow: float = param(1, unit="l/s", doc="Flow.", bounds=(0, 2), soft=(0.5, 1.5))
    stages: int = param(1, unit="stages", doc="Stages.", bounds=(0.5, 3), lever=True)
    weights: tuple[float, ...] = param((1.0,), unit="-", doc="Weights.", bounds=(0, 2), soft=(0, 1), length=(1, 3))
    matrix: list[list[float]] = param([[1.0]], unit="-", doc="Matrix.", bounds=(0, 2))
    shares: dict[str, float] = param({}, unit="share", doc="Shares.", bounds=(0, 1))
    cap: float | None = param(None, unit="l/s", doc="Cap.", bounds=(0, 2))
    offset: float = param(0.0, unit="-", doc="Offset, without bounds.")
    on: bool = param(True, unit="yes/no", doc="Switch.")


def wrong_places(**given: Any) -> set[tuple[int | str, ...]]:
    """Places that validation refuses."""
    with pytest.raises(ValidationError) as caught:
        Pump(**given)
    return {item["loc"] for item in caught.value.errors()}


def test_bounds_hold_for_every_number_in_a_field() -> None:
    places = wrong_places(flow=3, stages=4, weights=[1, 5], matrix=[[1, 3.5]], shares={"a": -0.1}, cap=7)
    assert places == {("flow",), ("stages",), ("weights", 1), ("matrix", 0, 1), ("shares", "a"), ("cap",)}


def test_bounds_are_inclusive_and_rounded_inwards_for_whole_numbers() -> None:
    assert Pump(flow=2, stages=3).flow == 2
    assert wrong_places(stages=0) == {("stages",)}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"flow": math.nan}, ("flow",)),
        ({"offset": math.nan}, ("offset",)),
        ({"offset": -math.inf}, ("offset",)),
        ({"shares": {"a": math.inf}}, ("shares", "a")),
        ({"flow": "1"}, ("flow",)),
        ({"flow": True}, ("flow",)),
        ({"stages": 1.0}, ("stages",)),
        ({"on": 1}, ("on",)),
        ({"weights": []}, ("weights",)),
        ({"weights": [1, 1, 1, 1]}, ("weights",)),
        ({"flaw": 1.0}, ("flaw",)),
    ],
)
def test_nothing_is_converted_in_silence(given: dict[str, Any], place: tuple[str, ...]) -> None:
    assert wrong_places(**given) == {place}


def test_a_list_fills_a_tuple_and_a_whole_number_a_float() -> None:
    pump = Pump(weights=[1, 2], flow=1)  # type: ignore[arg-type]
    assert pump.weights == (1.0, 2.0)
    assert isinstance(pump.flow, float)


def test_sections_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Pump().flow = 2.0


def test_soft_range_must_lie_within_bounds() -> None:
    with pytest.raises(ValueError, match="soft range"):
        param(1.0, unit="-", doc="Wrong.", bounds=(0, 1), soft=(0, 2))


def test_surprising_values_are_found_in_containers() -> None:
    declared = dict(Pump.declarations())
    assert set(declared) == {"flow", "stages", "weights", "matrix", "shares", "cap", "offset", "on"}
    assert list(declared["weights"].surprising((0.5, 2.0))) == [2.0]
    assert list(declared["flow"].surprising(1.0)) == []
    assert list(declared["matrix"].surprising([[9.0]])) == []


def test_the_json_schema_carries_the_declaration() -> None:
    schema = Pump.model_json_schema()["properties"]
    assert schema["flow"]["quantity"] == {
        "unit": "l/s",
        "bounds": [0, 2],
        "soft": [0.5, 1.5],
        "source": "A",
        "lever": False,
    }
    assert schema["weights"]["items"] == {"type": "number", "minimum": 0, "maximum": 2}


class PumpNumbers(NamedTuple):
    """What a kernel takes of a pump."""

    flow: np.float32
    stages: np.int32
    weights: np.ndarray[Any, Any]
    doubled: np.float32


def test_freeze_types_numbers_for_kernels() -> None:
    numbers = freeze(Pump(weights=(0.5, 2.0)), PumpNumbers, doubled=2.0)
    assert [type(value) for value in numbers] == [np.float32, np.int32, np.ndarray, np.float32]
    assert numbers.weights.dtype == np.float32
    assert freeze(Pump(), PumpNumbers, np.float64, doubled=2.0).flow.dtype == np.float64


def test_time_units_are_converted_by_hazard() -> None:
    hazard = weekly_hazard_of_annual_probability(0.27)
    assert math.exp(-52 * hazard) == pytest.approx(1 - 0.27)
    assert retention_of_half_life(4.0) ** 4 == pytest.approx(0.5)
