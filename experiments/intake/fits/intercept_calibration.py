"""Intercepts calibrated by simulation: offers win as often in the simulated fitted weeks as in the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.intake.fits.shrinkage import Floats

#: (intercept per product, seed, weeks) → decided occasions with columns week, customer, offer (product), value, won.
RunWith = Callable[[Mapping[str, float], int, int], pd.DataFrame]

ROUNDS = 6
#: Simulated occasions at which a product's own gap has the same weight as the gap of all products.
_OWN_WEIGHT = 400.0
_LARGEST_STEP = 1.5
_LARGEST_INTERCEPT = 10.0


@dataclass(frozen=True)
class Calibration:
    """Intercept per product, and how far the simulated win rate of all products was off in each round (log odds)."""

    intercepts: dict[str, float]
    gaps: tuple[float, ...]


def calibrate_intercepts(
    target: Mapping[str, float],
    weights: Mapping[str, float],
    start: Mapping[str, float],
    run: RunWith,
    seeds: Sequence[int],
    weeks: int,
) -> Calibration:
    """Move each intercept by the gap in log odds between fitted and simulated win rate, round by round.

    ``target`` and ``weights`` are fitted win rates and decided deals per product. Only fitted weeks are
    simulated, so the weeks held out stay unseen. Products with few simulated occasions follow the gap
    of all products together. Stops when the gap of all is below its own sampling error.
    """
    products = list(target)
    goal = np.array([target[p] for p in products])
    weight = np.array([weights[p] for p in products], dtype=np.float64)
    pooled_goal = float((goal * weight).sum() / weight.sum())
    now = np.array([start[p] for p in products])
    gaps: list[float] = []
    for _ in range(ROUNDS):
        orders = pd.concat(
            [run(dict(zip(products, now, strict=True)), seed, weeks) for seed in seeds], ignore_index=True
        )
        trials = orders["offer"].value_counts().reindex(products, fill_value=0).to_numpy(dtype=np.float64)
        wins = (
            orders.loc[orders["won"].astype(bool), "offer"]
            .value_counts()
            .reindex(products, fill_value=0)
            .to_numpy(dtype=np.float64)
        )
        if not trials.sum():
            raise ValueError("the simulated market has no occasions to calibrate on")
        all_gap = float(_log_odds(np.array(pooled_goal)) - _log_odds((wins.sum() + 0.5) / (trials.sum() + 1.0)))
        own_gap = _log_odds(goal) - _log_odds((wins + 0.5) / (trials + 1.0))
        share = trials / (trials + _OWN_WEIGHT)
        gaps.append(all_gap)
        error = 1.0 / np.sqrt(trials.sum() * pooled_goal * (1.0 - pooled_goal))
        if abs(all_gap) < error:
            break
        step = np.clip(share * own_gap + (1.0 - share) * all_gap, -_LARGEST_STEP, _LARGEST_STEP)
        now = np.clip(now + step, -_LARGEST_INTERCEPT, _LARGEST_INTERCEPT)
    return Calibration(dict(zip(products, now.tolist(), strict=True)), tuple(gaps))


def _log_odds(p: Floats | float) -> Floats:
    share = np.asarray(p, dtype=np.float64)
    return np.log(share / (1.0 - share))
