"""Which uncertainties matter: Morris screening and Sobol indices of a KPI, or of what a policy changes in it.

Outcomes are means over replications. Replication r has the same seed in every future, so a mean over replications is a
function of the factors alone, and indices are those of this function: luck that adds the same everywhere cancels. What
does not cancel is luck that depends on the future. It looks like an interaction of all factors and raises total
indices; ``noise_share`` says how much of the variance it is. It is not subtracted: where a factor does nothing, two
futures that differ in it alone are the same run with the same luck, and its indices are exactly 0 with it in place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from SALib.analyze import sobol
from scipy.stats import bootstrap

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.futures.blocks import Blocks, whole_blocks
from analysis.intervals import ROUNDING, Floats

VALUE, DIFFERENCE = "value", "difference"
#: Fewest complete blocks from which numbers are given. Measured on functions with known truth: with fewer, 95 % intervals
#: cover it in 73–92 % of designs (Morris with 4 and 8) or 83–96 % (Saltelli with 16 and 32); with these in 89–94 % and 94 %
#: or more. Intervals of Morris reach 95 % with some 40 trajectories.
FEWEST = {"morris": 10, "saltelli": 64}
#: Percentiles need more resamples than a standard error, which 500 give to within 3 %.
_RESAMPLES = {"morris": 1000, "saltelli": 500}
_LEVEL = 0.95


@dataclass(frozen=True)
class Sensitivity:
    """How much each factor moves one outcome.

    ``table`` has a row per factor in the design's order. Morris: ``factor``, ``mu``, ``mu_star``, ``mu_star_low``,
    ``mu_star_high``, ``sigma``, in ``unit`` per full range. Saltelli: ``factor``, ``first``, ``first_low``,
    ``first_high``, ``total``, ``total_low``, ``total_high``, shares of the variance over futures. Intervals are 95 %.
    ``excluded`` lists blocks with gaps (columns: :data:`analysis.futures.blocks.EXCLUDED`), ``blocks`` counts those used.
    ``mean`` and ``spread`` (standard deviation) over futures are in ``unit``. ``noise_share`` is the share of the
    variance over futures that is luck specific to a future, NaN with one replication. ``against`` is the policy whose
    outcome was subtracted, "" where none was.
    """

    method: str
    kpi: str
    label: str
    unit: str
    policy: str
    against: str
    table: pd.DataFrame
    excluded: pd.DataFrame
    blocks: int
    replications: int
    mean: float
    spread: float
    noise_share: float

    @property
    def of(self) -> str:
        """Whether it is about a policy's "value" or its "difference" to another."""
        return DIFFERENCE if self.against else VALUE


def morris_screening(
    ensemble: Ensemble,
    kpi: str,
    policy: str | None = None,
    *,
    of: str = VALUE,
    against: str | None = None,
    seed: int = 1,
) -> Sensitivity:
    """Elementary effects of every factor on ``kpi`` (Morris 1991; mu* after Campolongo et al. 2007).

    An effect is the change of the outcome over one step, divided by the step as a share of the factor's full range (on
    its own scale: equal ratios for ``log``), in the unit of the KPI. ``mu`` is the mean effect, ``mu_star`` the mean of
    its size with a percentile bootstrap over trajectories, ``sigma`` the standard deviation: large where the effect
    depends on other factors or is not linear. For levels that are not numbers an effect is a switch of level, and with
    more than two of them ``mu`` is NaN: they have no order.

    ``of`` "value" is about ``policy`` (default: the baseline); "difference" about ``policy`` (default: the only other
    one) minus ``against`` (default: the baseline), in pairs with the same future and seed: what decides whether the
    policy pays. Raises :class:`StudyError` for another design, fewer than 10 complete blocks, and unknown names.
    """
    chosen, other = _sides(ensemble, policy, of, against)
    blocks, outcomes = _outcomes(ensemble, "morris", kpi, chosen, other)
    y = outcomes.mean(axis=2)
    effects = np.stack([_effects(ensemble, j, blocks, y) for j in range(len(ensemble.factors))])
    sizes = np.abs(effects)
    drawn = bootstrap(
        (sizes,),
        np.mean,
        axis=-1,
        n_resamples=_RESAMPLES["morris"],
        confidence_level=_LEVEL,
        method="percentile",
        rng=seed,
    )
    ordered = [f.is_number or len(f.levels) <= 2 for f in ensemble.factors]
    table = pd.DataFrame(
        {
            "factor": [f.name for f in ensemble.factors],
            "mu": np.where(ordered, effects.mean(axis=1), np.nan),
            "mu_star": sizes.mean(axis=1),
            "mu_star_low": drawn.confidence_interval.low,
            "mu_star_high": drawn.confidence_interval.high,
            "sigma": effects.std(axis=1, ddof=1),
        }
    )
    return _result(ensemble, kpi, chosen, other, table, blocks, outcomes)


def sobol_indices(
    ensemble: Ensemble,
    kpi: str,
    policy: str | None = None,
    *,
    of: str = VALUE,
    against: str | None = None,
    seed: int = 1,
) -> Sensitivity:
    """First-order and total Sobol indices of every factor (estimators of Saltelli et al. 2010, by SALib).

    ``first`` is the share of the variance over futures that would go if the factor were known, ``total`` the share that
    would stay if all others were. Intervals: estimate ± 1.96 standard errors from a bootstrap over blocks; an estimate
    near 0 may be below it. ``policy``, ``of`` and ``against`` as in :func:`morris_screening`; ``seed`` (1 or above) is
    that of the bootstrap. Raises :class:`StudyError` for another design, fewer than 64 complete blocks, an outcome that is
    the same in all futures, and unknown names.
    """
    if seed < 1:
        raise ValueError("seed must be 1 or above: SALib takes 0 for none and uses the global generator")
    chosen, other = _sides(ensemble, policy, of, against)
    blocks, outcomes = _outcomes(ensemble, "saltelli", kpi, chosen, other)
    y = outcomes.mean(axis=2)
    scale = np.abs(blocks.values).max()
    if np.ptp(y[:, [0, -1]]) <= ROUNDING * scale:
        raise StudyError(
            f"KPI '{kpi}'",
            f"there is no variance to attribute: the {of} is the same in all futures",
            "Choose another KPI or policy, or wider ranges of the factors.",
        )
    names = [f.name for f in ensemble.factors]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    found = sobol.analyze(
        problem, y.ravel(), calc_second_order=False, num_resamples=_RESAMPLES["saltelli"], conf_level=_LEVEL, seed=seed
    )
    table = pd.DataFrame({"factor": names})
    for name, index in (("first", "S1"), ("total", "ST")):
        table[name] = found[index]
        table[f"{name}_low"] = found[index] - found[f"{index}_conf"]
        table[f"{name}_high"] = found[index] + found[f"{index}_conf"]
    return _result(ensemble, kpi, chosen, other, table, blocks, outcomes)


def _sides(ensemble: Ensemble, policy: str | None, of: str, against: str | None) -> tuple[str, str]:
    """The policy the question is about, and the one to subtract ("" for none)."""
    if of == VALUE:
        return policy or ensemble.baseline, ""
    if of != DIFFERENCE:
        raise StudyError("of", f"'{of}' is neither 'value' nor 'difference'", "Use one of the two.")
    against = against or ensemble.baseline
    others = [name for name in ensemble.policies if name != against]
    if policy is None and len(others) != 1:
        raise StudyError("policy", f"one of {', '.join(others)} is expected", "Say which policy's difference is meant.")
    chosen = policy or others[0]
    if chosen == against:
        raise StudyError("policy", f"a difference needs two policies, '{chosen}' was given twice", "Name another one.")
    return chosen, against


def _outcomes(ensemble: Ensemble, method: str, kpi: str, policy: str, against: str) -> tuple[Blocks, Floats]:
    """The complete blocks, and outcomes [blocks, steps, replications] of them."""
    if ensemble.method != method and ensemble.method in FEWEST:
        function = {"morris": "morris_screening", "saltelli": "sobol_indices"}[ensemble.method]
        raise StudyError("design", f"'{method}' is expected, this is '{ensemble.method}'", f"Use {function}.")
    blocks = whole_blocks(ensemble, kpi, (policy, against) if against else (policy,))
    count, fewest = len(blocks.futures), FEWEST[method]
    if count < fewest:
        raise StudyError(
            f"KPI '{kpi}'",
            f"at least {fewest} complete blocks are expected, there are {count} ({len(blocks.excluded)} excluded)",
            "Draw more blocks, and fix what makes runs fail.",
        )
    values = blocks.values
    return blocks, values[:, :, 0] - values[:, :, 1] if against else values[:, :, 0]


def _effects(ensemble: Ensemble, j: int, blocks: Blocks, y: Floats) -> Floats:
    """Elementary effects [blocks] of factor ``j`` on outcomes ``y`` [blocks, steps]."""
    factor: Factor = ensemble.factors[j]
    at = factor.positions(ensemble.futures.loc[blocks.futures.ravel(), factor.name].tolist()).reshape(y.shape)
    moved = np.diff(at, axis=1)
    step = moved.sum(axis=1)  # one of them is not 0
    if not factor.is_number:
        step = np.sign(step)
    return np.asarray((np.diff(y, axis=1) * (moved != 0)).sum(axis=1) / step, dtype=np.float64)


def _result(
    ensemble: Ensemble, kpi: str, policy: str, against: str, table: pd.DataFrame, blocks: Blocks, outcomes: Floats
) -> Sensitivity:
    facts = ensemble.definitions.set_index("kpi")
    label, unit = (str(facts.loc[kpi, name]) if kpi in facts.index else "" for name in ("label", "unit"))
    rows = outcomes.reshape(-1, outcomes.shape[2])
    return Sensitivity(
        method=ensemble.method,
        kpi=kpi,
        label=label or kpi,
        unit=unit,
        policy=policy,
        against=against,
        table=table,
        excluded=blocks.excluded,
        blocks=len(blocks.futures),
        replications=rows.shape[1],
        mean=float(rows.mean()),
        spread=float(rows.mean(axis=1).std(ddof=1)),
        noise_share=noise_share(rows),
    )


def noise_share(values: Floats) -> float:
    """Share of the variance of means over replications that is luck specific to a future; ``values`` [futures, replications].

    The residual variance of future and replication (two ways, no interaction), over the number of replications, as a
    share of the variance of the futures' means. NaN with one replication, where luck cannot be separated from the future;
    0 where nothing varies.
    """
    futures, replications = values.shape
    if replications < 2 or futures < 2:
        return float("nan")
    means = values.mean(axis=1)
    rest = values - means[:, None] - values.mean(axis=0)[None, :] + values.mean()
    noise = float((rest**2).sum()) / ((futures - 1) * (replications - 1)) / replications
    spread = float(means.var(ddof=1))
    floor = (ROUNDING * float(np.abs(values).max())) ** 2
    return min(noise / spread, 1.0) if spread > floor else 0.0
