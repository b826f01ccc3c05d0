"""Regret: what a policy forgoes in a future against the one that is best there, and how much of it is noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.intervals import Floats


class Regrets(NamedTuple):
    """Regret of each policy, all fields [policies], in the unit of the KPI.

    ``mean`` and ``most`` (over futures) rest on means over replications, so that the best of several noisy means is
    too good and regret too high. ``mean_low`` and ``most_low`` err on the other side: which policy is best (and which
    future is worst) is decided without the replication that then measures it. The truth lies between the two in
    expectation; a lower estimate below zero means that noise hides any regret, nan that no future has two
    complete replications. ``noise``: root mean square, over futures, of the
    standard error of the paired difference to the policy that seems best there.
    """

    mean: Floats
    mean_low: Floats
    most: Floats
    most_low: Floats
    noise: Floats


def regret_table(ensemble: Ensemble, kpi: str = "contribution", role: str = "study") -> pd.DataFrame:
    """Regret [futures × policies] on means over replications, in the unit of ``kpi`` and never negative.

    The best policy's mean minus the policy's own where more is better, the other way round where less is. Futures
    without a replication that all policies share are NaN throughout. Raises :class:`StudyError` for an unknown KPI or
    one without direction. Means are noisy: see :func:`estimate_regret`.
    """
    gains = ensemble.direction(kpi) * ensemble.means(kpi, role)
    # 0.0 + x: no negative zeros.
    return 0.0 + gains.rsub(gains.max(axis=1, skipna=False), axis=0)


def estimate_regret(values: Floats) -> Regrets:
    """Regret from ``values`` [futures, policies, replications], more being better; NaN where a run is missing.

    Futures without a complete replication do not count. Method: cross-fitting, leaving one replication out, as the double
    estimator of a maximum (van Hasselt 2010, Double Q-learning, NeurIPS 23): max of means is biased upwards, the value
    of what others chose downwards.
    """
    whole = np.logical_not(np.isnan(values).any(axis=1))
    values, whole = values[whole.any(axis=1)], whole[whole.any(axis=1)]
    filled = np.where(whole[:, None, :], values, 0.0)
    counts = whole.sum(axis=1)
    means = filled.sum(axis=2) / counts[:, None]
    regret = means.max(axis=1, keepdims=True) - means
    mean_low, most_low = _cross_fitted(filled, whole)
    return Regrets(regret.mean(axis=0), mean_low, regret.max(axis=0), most_low, _noise(filled, whole, means))


def _cross_fitted(filled: Floats, whole: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and largest regret, measured by each replication in turn where the others say what is best and worst."""
    futures, policies, replications = filled.shape
    counts = whole.sum(axis=1)
    sums = filled.sum(axis=2)
    per_future = np.zeros((futures, policies))
    most: list[Floats] = []
    for r in range(replications):
        rows = np.flatnonzero(whole[:, r] & (counts > 1))
        if not rows.size:
            continue
        others = (sums[rows] - filled[rows, :, r]) / (counts[rows] - 1)[:, None]
        best = others.argmax(axis=1)
        forgone = filled[rows, best, r][:, None] - filled[rows, :, r]
        per_future[rows] += forgone / counts[rows, None]
        worst = (others.max(axis=1, keepdims=True) - others).argmax(axis=0)
        most.append(forgone[worst, np.arange(policies)])
    if not most:
        return np.full(policies, np.nan), np.full(policies, np.nan)
    # Not cut off at zero: that would raise the average, and the estimate would no longer err low.
    return per_future[counts > 1].mean(axis=0), np.mean(most, axis=0)


def _noise(filled: Floats, whole: npt.NDArray[np.bool_], means: Floats) -> Floats:
    counts = whole.sum(axis=1)
    rows = counts > 1
    if not rows.any():
        return np.full(means.shape[1], np.nan)
    best = means.argmax(axis=1)
    difference = filled - np.take_along_axis(filled, best[:, None, None], axis=1)
    centred = np.where(whole[:, None, :], difference - (means - means.max(axis=1, keepdims=True))[:, :, None], 0.0)
    n = counts[rows][:, None]
    squared_error = (centred[rows] ** 2).sum(axis=2) / (n - 1) / n
    return np.asarray(np.sqrt(squared_error.mean(axis=0)))
