"""Row V60: optimal smoothing of noisy and late news of a level that wanders, by the solver that renews the database."""

from __future__ import annotations

import numpy as np
import pytest

from sim import rng
from sim.rng import Decision
from sim.solvers.smoothing import optimal_gain, prior_error, smoothed

RATIO = 0.1
EXACT = {0: 0.270, 2: 0.470, 4: 0.670}


def squared_error(gain: float, delay: int, series: int = 2000, periods: int = 300) -> float:
    """Mean squared error, in units of the news' variance, of a belief that hears of the level ``delay`` periods late."""
    entity = np.arange(series)
    step = np.sqrt(RATIO) * np.stack([rng.normal(1, Decision.REPORT, t, entity, 0) for t in range(periods)])
    level = np.cumsum(step, axis=0)
    news = level + np.stack([rng.normal(1, Decision.REPORT, t, entity, 1) for t in range(periods)])
    belief, errors = news[0], []
    for t in range(1, periods):
        belief = smoothed(belief, news[t], gain)
        if 100 <= t < periods - delay:
            errors.append(np.mean((belief - level[t + delay]) ** 2))
    return float(np.mean(errors))


def test_v60_the_gain() -> None:
    assert optimal_gain(RATIO) == pytest.approx(0.2702, abs=5e-5)
    prior = float(prior_error(RATIO))
    assert prior**2 == pytest.approx(RATIO * prior + RATIO)
    assert optimal_gain(0.0) == 0.0
    assert optimal_gain(np.inf) == 1.0
    assert (np.diff(optimal_gain(np.array([0.0, 0.1, 1.0, 10.0, 1e9, np.inf]))) > 0).all()


@pytest.mark.parametrize("delay", EXACT)
def test_v60_error_by_delay(delay: int) -> None:
    gain = float(optimal_gain(RATIO))
    assert gain + delay * RATIO == pytest.approx(EXACT[delay], abs=5e-4)
    assert squared_error(gain, delay) == pytest.approx(EXACT[delay], rel=0.02)


@pytest.mark.parametrize("gain", [0.1, 0.5, 1.0])
def test_v60_control_another_gain_knows_less(gain: float) -> None:
    assert squared_error(gain, 0) > 1.1 * EXACT[0]
