"""Cases for scenario discovery: in which futures a policy fails its targets, or is beaten by another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.ensemble import ROLES, Ensemble
from analysis.errors import StudyError
from analysis.intervals import ROUNDING
from analysis.numerals import inside
from analysis.targets import Target, all_met, targets_in_words


def fails(ensemble: Ensemble, policy: str, targets: Sequence[Target]) -> pd.Series:
    """Futures in which ``policy`` misses at least one of ``targets``: true or false by number of the future.

    Covers study and fresh futures and omits incomplete ones. The name of the series says in words what a case is.
    Raises :class:`StudyError` for an unknown policy, no target or an unknown KPI.
    """
    _check(ensemble, policy)
    met = pd.concat([all_met(ensemble, targets, role)[policy] for role in ROLES]).dropna().sort_index()
    words = f"{ensemble.title(policy)} misses its target: {targets_in_words(ensemble, targets)}"
    return pd.Series(met == 0.0, name=words)


def beaten(ensemble: Ensemble, policy: str, by: str, kpi: str = "contribution") -> pd.Series:
    """Futures in which ``by`` does better than ``policy`` on ``kpi`` (means over paired replications), as :func:`fails`.

    Differences within rounding do not count. Raises :class:`StudyError` for an unknown policy or a KPI without direction.
    """
    _check(ensemble, policy)
    _check(ensemble, by)
    means = pd.concat([ensemble.means(kpi, role) for role in ROLES]).dropna().sort_index()
    gain = ensemble.direction(kpi) * (means[by] - means[policy])
    label = inside(str(ensemble.definitions.set_index("kpi").loc[kpi, "label"]))
    words = f"{ensemble.title(by)} beats {ensemble.title(policy)} on {label}"
    return pd.Series(gain > ROUNDING * np.maximum(means[by].abs(), means[policy].abs()), name=words)


def _check(ensemble: Ensemble, policy: str) -> None:
    if policy not in ensemble.policies:
        known = ", ".join(ensemble.policies)
        raise StudyError(f"policy '{policy}'", "there is no such policy", f"Choose one of: {known}.")
