"""Which policy each rule of robust choice picks, and how that pick does on futures it was not chosen on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from analysis.ensemble import Ensemble
from analysis.futures.robust import Across, gather, probability_best, share_best, worst_mean
from analysis.intervals import Floats
from analysis.targets import Target

#: Rules in the order of the table, and what a reader calls them.
RULES = {
    "minimax_regret": "least maximum regret",
    "satisficing": "meets its targets most often",
    "worst_tenth": "best mean of the worst tenth",
    "mean": "best mean",
    "probability_best": "most probably the best mean",
    "share_best": "best in most futures",
}


def choose_robust(
    ensemble: Ensemble, kpi: str = "contribution", targets: Sequence[Target] = (), digits: int = 9
) -> pd.DataFrame:
    """What each rule picks on study futures, and how the pick does on fresh ones: one row per rule.

    Columns: rule, words, policy (the pick; of policies that score the same to ``digits`` significant digits the one
    with the better mean), tied (policies that score the same), score (the rule's own measure on study futures: regret,
    share, KPI or probability), fresh_score, fresh_policy (what the rule picks there), fresh_best_score, fresh_rank (of
    the pick, 1 the best, ties share the better rank), again (whether the pick is picked or ties with it),
    fresh_mean_regret and fresh_max_regret of the pick and fresh_difference (paired, its mean minus the baseline's) in
    the KPI's unit, futures, fresh_futures, left_out, fresh_left_out. Columns of fresh futures are NaN (again: NA) when
    there are none, or none is complete. Without targets there is no satisficing rule. Raises :class:`StudyError` as
    :func:`analysis.futures.robust.robust_table`.
    """
    study = gather(ensemble, kpi, targets)
    fresh = _whole_fresh(ensemble, kpi, targets)
    learnt, checked = score_rules(study), score_rules(fresh) if fresh else {}
    rows = [_row(ensemble, rule, learnt[rule], study, checked.get(rule), fresh, digits) for rule in learnt]
    return pd.DataFrame(rows).astype({"again": "boolean"})


def _whole_fresh(ensemble: Ensemble, kpi: str, targets: Sequence[Target]) -> Across | None:
    """Complete fresh futures; None when there are none (yet)."""
    known = [ensemble.means(name, "fresh").notna().all(axis=1) for name in (kpi, *(target.kpi for target in targets))]
    whole = np.logical_and.reduce([one.to_numpy() for one in known])
    return gather(ensemble, kpi, targets, "fresh") if whole.any() else None


def score_rules(across: Across) -> dict[str, Floats]:
    """Score [policies] of every rule, signed so that more is better."""
    gains = across.gains
    regret = gains.max(axis=1, keepdims=True) - gains
    scores = {
        "minimax_regret": -regret.max(axis=0),
        "worst_tenth": worst_mean(gains),
        "mean": gains.mean(axis=0),
        "probability_best": probability_best(gains),
        "share_best": share_best(gains),
    }
    if across.met is not None:
        scores["satisficing"] = across.met.mean(axis=0)
    return {rule: scores[rule] for rule in RULES if rule in scores}


def _row(
    ensemble: Ensemble,
    rule: str,
    learnt: Floats,
    study: Across,
    checked: Floats | None,
    fresh: Across | None,
    digits: int,
) -> dict[str, object]:
    policies = list(ensemble.policies)
    pick, tied = _pick(learnt, study, digits)
    shown = _sign(rule, study)
    row: dict[str, object] = {
        "rule": rule,
        "words": RULES[rule],
        "policy": policies[pick],
        "tied": tied,
        "score": shown * learnt[pick],
    }
    return (
        row
        | _on_fresh(ensemble, pick, shown, checked, fresh, digits)
        | {
            "futures": len(study.gains),
            "fresh_futures": len(fresh.gains) if fresh else 0,
            "left_out": study.excluded,
            "fresh_left_out": fresh.excluded if fresh else 0,
        }
    )


def _on_fresh(
    ensemble: Ensemble, pick: int, shown: float, checked: Floats | None, fresh: Across | None, digits: int
) -> dict[str, object]:
    if fresh is None or checked is None:
        nothing = ("fresh_score", "fresh_best_score", "fresh_rank")
        later = ("fresh_mean_regret", "fresh_max_regret", "fresh_difference")
        return dict.fromkeys(nothing, np.nan) | {"fresh_policy": "", "again": pd.NA} | dict.fromkeys(later, np.nan)
    policies = list(ensemble.policies)
    base = policies.index(ensemble.baseline)
    rounded = _rounded(checked, digits)
    there, _ = _pick(checked, fresh, digits)
    regret = fresh.gains.max(axis=1) - fresh.gains[:, pick]
    return {
        "fresh_score": shown * checked[pick],
        "fresh_best_score": shown * checked[there],
        "fresh_rank": int(rankdata(-rounded, method="min")[pick]),
        "fresh_policy": policies[there],
        "again": bool(rounded[pick] == rounded.max()),
        "fresh_mean_regret": float(regret.mean()),
        "fresh_max_regret": float(regret.max()),
        "fresh_difference": float(fresh.sign * (fresh.gains[:, pick] - fresh.gains[:, base]).mean()),
    }


def _pick(scores: Floats, across: Across, digits: int) -> tuple[int, int]:
    """The policy with the best score, the better mean deciding ties, and how many policies tie."""
    rounded = _rounded(scores, digits)
    ties = np.flatnonzero(rounded == rounded.max())
    return int(ties[np.argmax(across.gains.mean(axis=0)[ties])]), len(ties)


def _rounded(scores: Floats, digits: int) -> npt.NDArray[np.float64]:
    """Scores without rounding errors, relative to the largest; nan (no posterior from one future) is worst."""
    known = np.where(np.isnan(scores), -np.inf, scores)
    scale = float(np.abs(known[np.isfinite(known)]).max(initial=0.0)) or 1.0
    return np.asarray(np.round(known / scale, digits))


def _sign(rule: str, across: Across) -> float:
    """The sign that turns a score back into the measure readers know."""
    return -1.0 if rule == "minimax_regret" else across.sign if rule in ("mean", "worst_tenth") else 1.0
