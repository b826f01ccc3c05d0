"""How well each policy does across futures: mean, regret, targets, worst tenth, probability of being best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.futures.regret import Regrets, estimate_regret
from analysis.intervals import ROUNDING, Floats, compare_pairs, share_interval
from analysis.ranking import choose
from analysis.targets import Target, all_met

#: The worst share of futures that "worst tenth" is the mean of.
TAIL = 0.1


class Across(NamedTuple):
    """Complete futures of one role, ready to be compared.

    ``gains`` [futures, policies]: means over replications, signed so that more is better; ``met`` [futures, policies]:
    whether all targets are met (no column without targets); ``cells`` [futures, policies, replications] of the same
    futures, signed alike; ``futures`` are their numbers; ``excluded`` counts the incomplete ones, ``thin`` those with
    missing replications.
    """

    gains: Floats
    met: npt.NDArray[np.bool_] | None
    cells: Floats
    futures: npt.NDArray[np.int64]
    excluded: int
    thin: int
    sign: float


def robust_table(
    ensemble: Ensemble,
    kpi: str = "contribution",
    targets: Sequence[Target] = (),
    role: str = "study",
    level: float = 0.95,
) -> pd.DataFrame:
    """One row per policy over the futures of ``role``, in which every policy has ``kpi`` and all KPIs of ``targets``.

    All futures weigh the same; confidence intervals are Student's t with the future as unit. Columns, in the unit of ``kpi`` unless
    stated otherwise: policy, kpi, label, unit, direction, mean with mean_low and mean_high; difference (paired, to
    the baseline) with difference_low and difference_high; max_regret, mean_regret and regret_90 (90th percentile) on
    means over replications, which noise makes too high, with max_regret_low and mean_regret_low, which it makes too
    low, and regret_noise (:class:`analysis.futures.regret.Regrets`); satisficing (share of futures that meet all targets) with
    satisficing_low and satisficing_high (Wilson); worst_tenth (:func:`worst_mean`); share_best (share of futures in
    which it is best, ties split); probability_best (:func:`probability_best`);
    futures, left_out (incomplete ones) and thin (counted, but without some of the replications). Without targets
    the satisficing columns are NaN. Raises :class:`StudyError` with fewer than two policies, without a complete future,
    for an unknown KPI and for one without direction.
    """
    across = gather(ensemble, kpi, targets, role)
    sign, gains, met = across.sign, across.gains, across.met
    means = sign * gains
    alone = compare_pairs(np.zeros_like(means.T), means.T, level)
    baseline = means[:, list(ensemble.policies).index(ensemble.baseline)]
    paired = compare_pairs(np.broadcast_to(baseline, means.T.shape), means.T, level)
    regrets = estimate_regret(across.cells)
    shares = (
        [share_interval(int(met[:, p].sum()), len(met), level) for p in range(gains.shape[1])]
        if met is not None
        else []
    )
    facts = ensemble.definitions.set_index("kpi").loc[kpi]
    out = pd.DataFrame({"policy": list(ensemble.policies), "kpi": kpi})
    out["label"], out["unit"], out["direction"] = facts["label"], facts["unit"], facts["direction"]
    out["mean"], out["mean_low"], out["mean_high"] = alone.difference, alone.low, alone.high
    out["difference"], out["difference_low"], out["difference_high"] = paired.difference, paired.low, paired.high
    _add_regret(out, regrets, gains)
    out["satisficing"] = met.mean(axis=0) if met is not None else np.nan
    out["satisficing_low"] = [low for low, _ in shares] if shares else np.nan
    out["satisficing_high"] = [high for _, high in shares] if shares else np.nan
    out["worst_tenth"] = sign * worst_mean(gains)
    out["share_best"] = share_best(gains)
    out["probability_best"] = probability_best(gains)
    return out.assign(futures=len(gains), left_out=across.excluded, thin=across.thin)


def _add_regret(out: pd.DataFrame, regrets: Regrets, gains: Floats) -> None:
    out["mean_regret"], out["mean_regret_low"] = regrets.mean, regrets.mean_low
    out["max_regret"], out["max_regret_low"] = regrets.most, regrets.most_low
    out["regret_90"] = np.quantile(gains.max(axis=1, keepdims=True) - gains, 0.9, axis=0)
    out["regret_noise"] = regrets.noise


def gather(ensemble: Ensemble, kpi: str, targets: Sequence[Target] = (), role: str = "study") -> Across:
    """The futures of ``role`` that are complete for ``kpi`` and for all ``targets``; errors as :func:`robust_table`."""
    if len(ensemble.policies) < 2:
        raise StudyError("policies", "a comparison needs at least two", "Add a policy to the design.")
    sign = ensemble.direction(kpi)
    means = ensemble.means(kpi, role)
    whole = means.notna().all(axis=1).to_numpy()
    met = all_met(ensemble, targets, role) if targets else None
    if met is not None:
        whole = whole & met.notna().all(axis=1).to_numpy()
    if not whole.any():
        raise StudyError(
            f"{role} futures, KPI '{kpi}'",
            "no future has a replication in which every policy has a value",
            "Run what is missing, or choose a KPI that every policy reports.",
        )
    cells = ensemble.cells(kpi, role)[whole]
    counts = np.logical_not(np.isnan(cells).any(axis=1)).sum(axis=1)
    return Across(
        gains=sign * means[whole].to_numpy(dtype=np.float64),
        met=None if met is None else met[whole].to_numpy(dtype=np.float64) == 1.0,
        cells=sign * cells,
        futures=means.index[whole].to_numpy(dtype=np.int64),
        excluded=int(np.sum(~whole)),
        thin=int((counts < cells.shape[2]).sum()),
        sign=sign,
    )


def worst_mean(gains: Floats, share: float = TAIL) -> Floats:
    """Mean of the worst ``share`` of futures, from ``gains`` [futures, policies], more being better (CVaR).

    The tail has the mass share × futures: the worst futures count whole, the next one with the fraction that is left.
    With ten futures or fewer it is the worst one. Source: Acerbi & Tasche (2002), On the coherence of expected shortfall.
    """
    mass = max(share * len(gains), 1.0)
    weights = np.clip(mass - np.arange(len(gains)), 0.0, 1.0)
    return np.asarray(weights @ np.sort(gains, axis=0) / mass)


def share_best(gains: Floats) -> Floats:
    """Share of futures in which each policy is best, from ``gains`` [futures, policies]; ties are split evenly."""
    top = gains.max(axis=1, keepdims=True)
    wins = gains >= top - ROUNDING * np.abs(gains).max(axis=1, keepdims=True)
    return np.asarray((wins / wins.sum(axis=1, keepdims=True)).mean(axis=0))


def probability_best(gains: Floats) -> Floats:
    """Probability that a policy has the best mean over futures, from ``gains`` [futures, policies] (posterior, flat prior).

    See :func:`analysis.ranking.choose`. NaN with one future, which says nothing about others.
    """
    return choose(gains.T)[0] if len(gains) > 1 else np.full(gains.shape[1], np.nan)
