"""Every policy against every other one on the KPI that decides, adjusted for the number of comparisons."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.intervals import adjust_holm, compare_pairs
from analysis.paired import LEVEL, judge
from analysis.ranking import signed_values
from analysis.study import Study


def compare_all_pairs(study: Study, kpi: str = "contribution", level: float = LEVEL) -> pd.DataFrame:
    """Paired comparison of all pairs of policies on ``kpi``, in the order of the study's policies.

    Columns: policy, other, kpi, unit, difference (policy minus other, in the KPI's unit), low, high (plain ``level``
    confidence interval), p_value, p_holm (Holm 1979, Scandinavian Journal of Statistics 6:65-70, over all pairs: the chance that
    any equal pair has a value below x is at most x), prob_better, pairs, verdict (by the plain interval, for
    ``policy``). Raises StudyError for an unknown KPI or one without direction.
    """
    cells, sign = signed_values(study, kpi)
    values = dict(zip(cells.policies, cells.values[0], strict=True))
    couples = list(combinations(cells.policies, 2))
    if not couples:
        return pd.DataFrame(columns=["policy", "other", "kpi"])
    first, second = (np.array([values[couple[side]] for couple in couples]) for side in (0, 1))
    paired = compare_pairs(second, first, level)
    out = pd.DataFrame(couples, columns=["policy", "other"])
    out["kpi"] = kpi
    out["unit"] = str(study.definitions.set_index("kpi").loc[kpi, "unit"])
    out["difference"], out["low"], out["high"] = paired.difference, paired.low, paired.high
    out["p_value"], out["p_holm"] = paired.p_value, adjust_holm(paired.p_value)
    out["prob_better"] = paired.posterior if sign > 0 else 1 - paired.posterior
    out["pairs"] = len(cells.seeds)
    out["verdict"] = judge(paired, np.full(len(couples), sign))
    return out
