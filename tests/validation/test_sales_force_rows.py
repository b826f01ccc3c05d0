"""VALIDATION rows of the sales force that the first engine already serves: V17 allocation, V64 form loop."""

from __future__ import annotations

import numpy as np
import pytest

from sim.params.management import Forms
from sim.solvers.allocation import allocate_calls
from sim.solvers.form_loop import next_use


def test_v17_territory_allocation() -> None:
    potential = np.array([1.0, 2.0, 4.0])
    calls = allocate_calls(potential, 0.31, 100.0)
    np.testing.assert_allclose(calls, [8.94, 24.41, 66.65], atol=0.005)
    response = potential @ calls**0.31
    equal = potential @ np.full(3, 100 / 3) ** 0.31
    assert response / equal - 1 == pytest.approx(0.0628, abs=0.001)


def test_v17_control_an_allocation_by_potential_alone_is_worse() -> None:
    potential = np.array([1.0, 2.0, 4.0])
    proportional = potential / potential.sum() * 100
    assert potential @ proportional**0.31 < potential @ allocate_calls(potential, 0.31, 100.0) ** 0.31
    assert abs(proportional[2] - 66.65) > 1


def _settle(start: float, enforcement: float) -> float:
    numbers = Forms()
    use = np.array([start])
    for _ in range(2000):
        use = next_use(use, np.array([enforcement]), numbers.steepness, numbers.threshold, numbers.speed)
    return float(use[0])


def test_v64_form_loop_has_hysteresis() -> None:
    """At the default numbers, e = .1 keeps dead forms dead and living forms alive."""
    assert _settle(0.0, 0.1) == pytest.approx(0.02, abs=0.005)
    assert _settle(1.0, 0.1) == pytest.approx(0.98, abs=0.005)


def test_v64_control_without_feedback_there_is_one_state() -> None:
    flat = Forms(steepness=2.0)
    use = np.array([0.0, 1.0])
    for _ in range(2000):
        use = next_use(use, np.full(2, 0.1), flat.steepness, flat.threshold, flat.speed)
    assert use[0] == pytest.approx(use[1], abs=1e-6)
