"""Which policy to choose: probability of being best, and the price of being wrong."""

from __future__ import annotations

from math import lgamma

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtri, stdtr

from analysis.errors import StudyError
from analysis.intervals import ROUNDING, Floats, without_rounding
from analysis.paired import Cells, arrange, signs
from analysis.study import Study

#: Points of the deterministic sequence that integrates the posterior of three or more policies.
POINTS = 1 << 14


def rank_policies(study: Study, kpi: str = "contribution") -> pd.DataFrame:
    """Rank all policies, the baseline included, on ``kpi``, the best mean first.

    Columns: policy, kpi, mean, probability_best, expected_loss (the price of being wrong: what
    choosing this policy is expected to cost against the best one, in the KPI's unit), pairs. The
    posterior of the means is a multivariate t (flat prior) with the covariance of the paired
    values. With fewer than three pairs the expected loss is infinite, unless all differences are
    constant. Raises StudyError for an unknown KPI or one without direction.
    """
    cells, sign = signed_values(study, kpi)
    values = cells.values[0]
    best, loss = choose(sign * values)
    out = pd.DataFrame(
        {
            "policy": cells.policies,
            "kpi": kpi,
            "mean": values.mean(axis=1),
            "probability_best": best,
            "expected_loss": loss,
            "pairs": len(cells.seeds),
        }
    )
    order = np.argsort(-sign * out["mean"].to_numpy(), kind="stable")
    return out.iloc[order].reset_index(drop=True)


def signed_values(study: Study, kpi: str) -> tuple[Cells, float]:
    """Values of ``kpi`` [1, policies, seeds], and +1 where more of it is better, −1 where less is. Raises StudyError."""
    facts = study.definitions.set_index("kpi")
    if kpi not in facts.index or kpi not in set(study.runs["kpi"]):
        raise StudyError(f"KPI '{kpi}'", "no policy has a value for it", "Choose a KPI that the runs report.")
    sign = float(signs(facts.loc[[kpi], "direction"])[0])
    if sign == 0:
        raise StudyError(f"KPI '{kpi}'", "neither more nor less of it is better", "Rank by a KPI with a direction.")
    return arrange(study.runs[study.runs["kpi"] == kpi], tuple(study.policies), ("kpi",), "runs"), sign


def choose(values: Floats) -> tuple[Floats, Floats]:
    """Probability of being best and expected loss of each policy, from ``values`` [policies, pairs].

    More is better. Two policies are solved in closed form; more by a fixed low-discrepancy
    sequence, so the same values always give the same answer.
    """
    if not np.isfinite(values).all():
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    if len(values) == 2:
        return _choose_of_two(values)
    return _choose_of_many(values)


def _choose_of_two(values: Floats) -> tuple[Floats, Floats]:
    difference = without_rounding(values[1] - values[0], np.abs(values).max())
    mean = float(difference.mean())
    error = _error(difference, values)
    if error == 0:
        second = float(np.heaviside(mean, 0.5))
        return np.array([1 - second, second]), np.array([max(mean, 0.0), max(-mean, 0.0)])
    if difference.size < 2:
        return np.full(2, np.nan), np.full(2, np.inf)
    dof = difference.size - 1
    second = float(stdtr(dof, mean / error))
    if dof < 2:
        return np.array([1 - second, second]), np.full(2, np.inf)
    gain = error * _mean_excess(abs(mean) / error, dof)
    # The better one loses what is left of the excess; below rounding that is nothing.
    rest = gain - abs(mean)
    rest = 0.0 if rest < ROUNDING * float(np.abs(values).max()) else rest
    loss = np.array([gain, rest]) if mean > 0 else np.array([rest, gain])
    return np.array([1 - second, second]), loss


def _mean_excess(t: float, dof: int) -> float:
    """E max(0, t + T) of Student's T with ``dof`` > 1 degrees of freedom."""
    log_density = (
        float(np.log(1 + t * t / dof)) * -(dof + 1) / 2
        + lgamma((dof + 1) / 2)
        - lgamma(dof / 2)
        - 0.5 * float(np.log(dof * np.pi))
    )
    return (dof + t * t) / (dof - 1) * float(np.exp(log_density)) + t * float(stdtr(dof, t))


def _choose_of_many(values: Floats) -> tuple[Floats, Floats]:
    count, pairs = values.shape
    relative = without_rounding(values - values[0], np.broadcast_to(np.abs(values).max(), count))
    means = relative.mean(axis=1)
    if pairs < 2:
        return np.full(count, np.nan), np.full(count, np.inf)
    covariance = np.cov(relative) / pairs
    width, turn = np.linalg.eigh(covariance)
    root = turn * np.sqrt(np.clip(width, 0.0, None))
    points = _sequence(POINTS, count + 1)
    chi2 = 2 * gammaincinv((pairs - 1) / 2, points[:, -1])
    draws = means + (ndtri(points[:, :-1]) @ root.T) / np.sqrt(chi2 / (pairs - 1))[:, None]
    top = draws.max(axis=1, keepdims=True)
    wins = draws >= top - ROUNDING * np.abs(values).max()
    best = (wins / wins.sum(axis=1, keepdims=True)).mean(axis=0)
    constant = np.allclose(np.diag(covariance), 0.0, atol=(ROUNDING * np.abs(values).max()) ** 2)
    loss = (top - draws).mean(axis=0) if pairs > 2 or constant else np.full(count, np.inf)
    return best, loss


def _sequence(points: int, dimensions: int) -> Floats:
    """Roberts' additive low-discrepancy sequence in the open unit cube [points, dimensions].

    Source: M. Roberts (2018), The unreasonable effectiveness of quasirandom sequences: steps are
    the powers of 1/φ_d, φ_d the root of x^(d+1) = x + 1.
    """
    phi = 2.0
    for _ in range(60):
        phi = (1 + phi) ** (1 / (dimensions + 1))
    steps = phi ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + np.outer(np.arange(1, points + 1), steps)) % 1.0).clip(1e-9, 1 - 1e-9)


def _error(difference: Floats, values: Floats) -> float:
    if np.all(difference == difference[0]):
        return 0.0
    spread = float(difference.std(ddof=1))
    return 0.0 if spread <= ROUNDING * float(np.abs(values).max()) else spread / float(np.sqrt(difference.size))
