"""Paired tests of policies over futures: the future is the unit, with an adjustment for many comparisons."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.futures.robust import gather
from analysis.intervals import adjust_holm, compare_pairs
from analysis.paired import judge


def compare_in_futures(
    ensemble: Ensemble,
    kpi: str = "contribution",
    pairwise: bool = False,
    role: str = "study",
    level: float = 0.95,
) -> pd.DataFrame:
    """Every policy against the baseline, or with ``pairwise`` every pair, on means over replications by future.

    One row per comparison: policy, against, kpi, label, unit, direction, against_mean, policy_mean, difference (policy
    minus against, in the KPI's unit) with low and high (Student's t over futures, one comparison alone), spread (of the
    difference between futures), p_value (two-sided), p_holm (over all rows), share_better (of the futures, ties half),
    futures, left_out (incomplete), verdict. A verdict other than *cannot tell* or *identical* also needs p_holm at most
    1 − ``level``. Raises :class:`StudyError` as :func:`analysis.futures.robust.robust_table`.
    """
    across = gather(ensemble, kpi, (), role)
    policies = list(ensemble.policies)
    base = policies.index(ensemble.baseline)
    pairs = (
        list(combinations(range(len(policies)), 2))
        if pairwise
        else [(base, other) for other in range(len(policies)) if other != base]
    )
    means = (across.sign * across.gains).T
    first, second = (means[[pair[side] for pair in pairs]] for side in (0, 1))
    paired = compare_pairs(first, second, level)
    holm = adjust_holm(paired.p_value)
    facts = ensemble.definitions.set_index("kpi").loc[kpi]
    verdicts = judge(paired, np.full(len(pairs), across.sign))
    return pd.DataFrame(
        {
            "policy": [policies[b] for _, b in pairs],
            "against": [policies[a] for a, _ in pairs],
            "kpi": kpi,
            "label": facts["label"],
            "unit": facts["unit"],
            "direction": facts["direction"],
            "against_mean": paired.baseline_mean,
            "policy_mean": paired.policy_mean,
            "difference": paired.difference,
            "low": paired.low,
            "high": paired.high,
            "spread": paired.spread,
            "p_value": paired.p_value,
            "p_holm": holm,
            "share_better": paired.above if across.sign > 0 else 1 - paired.above,
            "futures": len(across.futures),
            "left_out": across.excluded,
            "verdict": [
                word if word == "identical" or p <= 1 - level else "cannot tell"
                for word, p in zip(verdicts, holm, strict=True)
            ],
        }
    )
