"""Factorial studies: what each part of a policy does, alone, as the last one added, and on average over all orders.

A study with one policy per subset of k parts (2^k policies, same seeds). With v(S) the value of the KPI under subset S,
a part's effect *alone* is v({p}) − v(∅), as the *last* part v(all) − v(all without p), and its *share* the Shapley
value: the mean over all orders in which parts can be added (Shapley 1953), the one division that adds up to the whole.
All are contrasts of runs with common luck, so that each seed gives one value and intervals are paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from analysis.errors import StudyError
from analysis.intervals import Floats, Paired, compare_pairs
from analysis.paired import arrange, judge, signs
from analysis.study import Study

Subset = frozenset[str]


def factorial_effects(study: Study, subsets: Mapping[str, Subset], level: float = 0.95) -> pd.DataFrame:
    """Effects of parts on every KPI: columns kind, part, kpi, label, unit, direction, baseline_mean,
    difference, low, high, half_width, verdict, pairs.

    ``subsets`` says which parts each policy of the study has on. Raises :class:`StudyError` where a subset is missing.
    """
    parts = sorted(frozenset[str]().union(*subsets.values()), key=list(_ordered(subsets)).index)
    found = {on: policy for policy, on in subsets.items()}
    missing = [on for on in _all_subsets(parts) if on not in found]
    if missing or set(subsets) != set(study.policies):
        named = " + ".join(sorted(missing[0])) if missing and missing[0] else "no part"
        raise StudyError("policies", f"the policy with {named} is missing", "Run one policy for every subset of parts.")
    cells = arrange(study.runs, tuple(study.policies), ("kpi",), "runs")
    facts = cells.keys.merge(study.definitions, on="kpi", how="left")
    value = {on: cells.of(found[on]) for on in _all_subsets(parts)}
    rows = [
        _rows(kind, name, value, contrast, facts, level)
        for kind, name, contrast in _contrasts(parts)
        if kind != "share" or len(parts) > 1
    ]
    return pd.concat(rows, ignore_index=True)


def _ordered(subsets: Mapping[str, Subset]) -> list[str]:
    """Parts in the order in which they first stand alone, then any others."""
    alone = [next(iter(on)) for on in subsets.values() if len(on) == 1]
    return [*alone, *sorted(frozenset[str]().union(*subsets.values()) - set(alone))]


def _all_subsets(parts: list[str]) -> list[Subset]:
    return [frozenset(some) for size in range(len(parts) + 1) for some in combinations(parts, size)]


def _contrasts(parts: list[str]) -> list[tuple[str, str, dict[Subset, float]]]:
    """(kind, name, weight of each subset) of every effect; weights sum to 0."""
    whole, nothing = frozenset(parts), frozenset[str]()
    found: list[tuple[str, str, dict[Subset, float]]] = [("whole", "all parts", {whole: 1.0, nothing: -1.0})]
    found += [("alone", p, {frozenset({p}): 1.0, nothing: -1.0}) for p in parts]
    found += [("last", p, {whole: 1.0, whole - {p}: -1.0}) for p in parts]
    found += [("share", p, _shapley(p, parts)) for p in parts]
    found += [("interaction", f"{p} × {q}", _interaction(p, q, parts)) for p, q in combinations(parts, 2)]
    return found


def _shapley(part: str, parts: list[str]) -> dict[Subset, float]:
    weights: dict[Subset, float] = {}
    others, n = [p for p in parts if p != part], len(parts)
    for before in _all_subsets(others):
        weight = factorial(len(before)) * factorial(n - len(before) - 1) / factorial(n)
        weights[before | {part}] = weights.get(before | {part}, 0.0) + weight
        weights[before] = weights.get(before, 0.0) - weight
    return weights


def _interaction(first: str, second: str, parts: list[str]) -> dict[Subset, float]:
    """Mean over the settings of all other parts of v(both) − v(first) − v(second) + v(neither)."""
    rest = _all_subsets([p for p in parts if p not in (first, second)])
    weights: dict[Subset, float] = {}
    for on in rest:
        for also, sign in ((frozenset({first, second}), 1.0), (frozenset({first}), -1.0), (frozenset({second}), -1.0)):
            weights[on | also] = sign / len(rest)
        weights[on] = 1.0 / len(rest)
    return weights


def _rows(
    kind: str,
    name: str,
    value: Mapping[Subset, Floats],
    contrast: Mapping[Subset, float],
    facts: pd.DataFrame,
    level: float,
) -> pd.DataFrame:
    """The effect on every KPI: a paired comparison of the subsets with positive weight against those with negative."""
    plus = sum((w * value[on] for on, w in contrast.items() if w > 0), start=np.zeros(()))
    minus = sum((-w * value[on] for on, w in contrast.items() if w < 0), start=np.zeros(()))
    defined = np.asarray(np.isfinite(plus).all(axis=1) & np.isfinite(minus).all(axis=1), dtype=np.bool_)
    paired: Paired = compare_pairs(np.where(defined[:, None], minus, 0.0), np.where(defined[:, None], plus, 0.0), level)
    blank = np.where(defined, 1.0, np.nan)
    paired = paired._replace(difference=paired.difference * blank, low=paired.low * blank, high=paired.high * blank)
    out = facts[["kpi", "label", "kpi_class", "unit", "direction"]].copy()
    out.insert(0, "kind", kind)
    out.insert(1, "part", name)
    nothing = value[frozenset()]
    out["baseline_mean"] = nothing.mean(axis=1)
    out["difference"], out["low"], out["high"] = paired.difference, paired.low, paired.high
    out["half_width"] = (paired.high - paired.low) / 2
    out["verdict"] = judge(paired, signs(facts["direction"]))
    out["pairs"] = nothing.shape[1]
    return out
