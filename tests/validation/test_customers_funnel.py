"""Row V62: the funnel with constant hazards, by its own table and by simulation with the simulator's kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.jit import jit, sealed
from sim.kernels.funnel import ALIKE, move_probability, next_stage
from sim.params.customers import Experience, Funnel, FunnelNumbers, Lapse, Loyalty, funnel_numbers
from sim.rng import Decision, draw32, stream
from sim.stages import Stage

STAGES = len(Stage)
EVERY_STIMULUS = 255
WEEKLY = {
    (Stage.UNKNOWN, Stage.AWARE): 0.10,
    (Stage.AWARE, Stage.CONSIDERING): 0.30,
    (Stage.AWARE, Stage.UNKNOWN): 0.02,
    (Stage.CONSIDERING, Stage.BUYER): 0.25,
    (Stage.CONSIDERING, Stage.AWARE): 0.10,
    (Stage.BUYER, Stage.LOYAL): 0.20,
    (Stage.BUYER, Stage.LAPSED): 0.10,
}


def constant(moves: dict[tuple[Stage, Stage], float], dtype: type[np.floating[Any]] = np.float64) -> FunnelNumbers:
    """Moves that need no stimulus; lapsing does not depend on satisfaction."""
    hazard = np.zeros((STAGES, STAGES))
    for (start, end), probability in moves.items():
        hazard[start, end] = probability
    usual = funnel_numbers(Funnel(), Lapse(satisfaction=0.0), Loyalty(), Experience(), dtype=dtype)
    return sealed(usual._replace(hazard=hazard.astype(dtype), gate=np.zeros((STAGES, STAGES), np.uint16)))


def absorption(numbers: FunnelNumbers) -> tuple[float, float]:
    """Expected steps from unknown to loyal or lapsed, and the chance of loyal, from the kernel's own probabilities."""
    step = np.array([[move_probability(s, to, 0.0, numbers, ALIKE) for to in range(STAGES)] for s in range(STAGES)])
    transient = [Stage.UNKNOWN, Stage.AWARE, Stage.CONSIDERING, Stage.BUYER]
    within = step[np.ix_(transient, transient)] + np.diag(1.0 - step.sum(axis=1)[transient])
    fundamental = np.linalg.inv(np.eye(4) - within)
    return float(fundamental[0].sum()), float(fundamental[0] @ step[transient, Stage.LOYAL])


@jit
def walk(luck: NDArray[np.uint64], numbers: FunnelNumbers, stage: NDArray[np.int64], steps: NDArray[np.int64]) -> None:
    """Let all customers walk until absorbed, with one draw a week as in the simulator."""
    for i in range(stage.size):
        for week in range(luck.size):
            if stage[i] >= 4:
                break
            stage[i] = next_stage(draw32(luck[week], np.uint64(i), np.uint64(0)), stage[i], 255, 0.0, numbers, ALIKE)
            steps[i] += 1


def test_v62_fundamental_matrix() -> None:
    steps, loyal = absorption(constant(WEEKLY))
    assert steps == pytest.approx(22.93, abs=0.005)
    assert loyal == pytest.approx(0.6667, abs=5e-5)


def simulate(numbers: FunnelNumbers, rows: int = 20_000) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    luck = np.array([stream(1, Decision.FUNNEL, week) for week in range(600)], np.uint64)
    stage, steps = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    walk(luck, numbers, stage, steps)
    assert (stage >= Stage.LOYAL).all()
    return steps, stage == Stage.LOYAL


def test_v62_simulated() -> None:
    steps, loyal = simulate(constant(WEEKLY))
    assert abs(steps.mean() - 22.93) < 4 * steps.std() / np.sqrt(steps.size) + 0.005
    assert abs(loyal.mean() - 2 / 3) < 4 * loyal.std() / np.sqrt(loyal.size)


def test_v62_control_a_funnel_without_return_is_quicker() -> None:
    one_way = {move: p for move, p in WEEKLY.items() if move[1] > move[0]}
    steps, _ = absorption(constant(one_way))
    assert steps < 21.5
    assert abs(simulate(constant(one_way))[0].mean() - 22.93) > 1.0
