"""A search's results as tables: every evaluated point, the front, what limits cost, and the check of the front.

evaluations.parquet  a row per point in the order of evaluation: levers, objectives, limits, feasible, on_front, hypervolume
limits.parquet       a row per limit: points of the front at it, what relaxing it buys at most
relaxations.parquet  a row per limit, objective and step: to what it would have to be relaxed, and what that would buy
checks.parquet       a row per checked point and KPI: value in the search and in the check, with the baseline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.factor import Factor
from analysis.limits import binding_limits, relaxations
from analysis.search import Limit, Search
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.design_file import factors_of
from experiments.batch.evaluation import Evaluation, Evaluator, limits_of, objectives_of
from experiments.batch.search_points import SearchPlan
from experiments.runs.run import Run

CHECKS = (
    "point",
    "kpi",
    "value",
    "checked",
    "baseline",
    "baseline_checked",
    "optimism",
    "feasible_checked",
    "error",
)


def search_of(plan: SearchPlan, folder: BatchFolder) -> Search:
    """What the folder's ledgers hold of the search: listed policies and points all of whose runs have ended."""
    objectives, limits = objectives_of(plan.design, plan.currency), limits_of(plan.design, plan.currency)
    assert plan.design.content.levers is not None
    levers = factors_of(plan.design.content.levers.factors)
    kpis = list(dict.fromkeys([item.kpi for item in objectives] + [item.kpi for item in limits]))
    found = _evaluations(plan, folder, list(plan.searching([policy.name for policy in plan.policies])), kpis, limits)
    found |= {point.name: Evaluation({}, {}, point.error) for point in plan.points if point.error}
    titles = {policy.name: policy.label.title for policy in plan.policies}
    facts = {point.name: (point.generation, point.levers) for point in plan.points}
    rows = []
    for name in [*plan.listed, *facts]:
        if name in found:
            generation, values = facts.get(name, (0, {}))
            head = {"point": name, "title": titles.get(name, name), "role": "searched" if name in facts else "listed"}
            rows.append({**head, "generation": generation, **_row(found[name], values, levers, kpis, limits)})
    columns = ["point", "title", "role", "generation", *(lever.name for lever in levers), *kpis]
    columns += [f"{kind}: {limit.name}" for limit in limits for kind in ("shortfall", "met")] + ["feasible", "error"]
    table = pd.DataFrame(rows, columns=columns)
    return Search(
        table,
        objectives,
        limits,
        levers,
        plan.baseline,
        plan.currency,
        int((plan.futures["role"] == "study").sum()),
        plan.design.content.replications,
        plan.horizons[0],
    )


def _row(
    found: Evaluation, values: Mapping[str, Any], levers: Sequence[Factor], kpis: list[str], limits: tuple[Limit, ...]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for lever in levers:
        value = values.get(lever.name)
        # A column has one type: numbers, with NaN for listed policies, or texts.
        row[lever.name] = (np.nan if value is None else float(value)) if lever.is_number else _text(value)
    row |= {kpi: found.means.get(kpi, np.nan) for kpi in kpis}
    for limit in limits:
        row[f"shortfall: {limit.name}"] = float(limit.shortfall(found.means.get(limit.kpi, np.nan)))
        row[f"met: {limit.name}"] = found.met.get(limit.name, np.nan)
    kept = not found.error and all(row[f"shortfall: {limit.name}"] == 0 for limit in limits)
    return {**row, "feasible": kept, "error": found.error}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _evaluations(
    plan: SearchPlan, folder: BatchFolder, runs: list[Run], kpis: list[str], limits: tuple[Limit, ...]
) -> dict[str, Evaluation]:
    """Sums by policy of those whose ``runs`` have all ended."""
    of_policy: dict[str, list[Run]] = {}
    for run in runs:
        of_policy.setdefault(run.policy, []).append(run)
    failures = {failure.identity: failure for failure in folder.failures()}
    with folder.reading() as ledgers:
        evaluator = Evaluator(ledgers, kpis, limits)
        found = {name: evaluator.evaluate(own, failures) for name, own in of_policy.items()}
    return {name: evaluation for name, evaluation in found.items() if evaluation is not None}


def checks_of(plan: SearchPlan, folder: BatchFolder, search: Search) -> pd.DataFrame:
    """The check of the front: a row per checked point (all its runs ended) and KPI, columns :data:`CHECKS`.

    ``optimism`` is by how much the point's lead over the baseline was larger in the search than in the check, in the
    KPI's good direction (limits: towards the bound kept): the part of it that was luck. Where the baseline
    failed, the point's own values are compared. ``feasible_checked``: whether all limits hold on the check's means.
    """
    kpis = list(dict.fromkeys([item.kpi for item in search.objectives] + [item.kpi for item in search.limits]))
    good = {limit.kpi: 1.0 if limit.least else -1.0 for limit in search.limits}
    good |= {objective.kpi: objective.direction for objective in search.objectives}
    found = _evaluations(plan, folder, list(plan.checking()), kpis, search.limits)
    table = search.evaluations.set_index("point")
    base = found.get(plan.baseline, Evaluation({}, {}, "not run"))
    rows = []
    for name in (name for name in plan.checked if name in found):
        own = found[name]
        kept = not own.error and all(float(item.shortfall(own.means[item.kpi])) == 0 for item in search.limits)
        for kpi in kpis:
            value, checked = float(table[kpi][name]), own.means.get(kpi, np.nan)
            ground, ground_checked = float(table[kpi][plan.baseline]), base.means.get(kpi, np.nan)
            moved = value - checked
            if not base.error and not np.isnan(ground):
                moved -= ground - ground_checked
            rows.append((name, kpi, value, checked, ground, ground_checked, good[kpi] * moved, kept, own.error))
    return pd.DataFrame(rows, columns=list(CHECKS))


def tables_of(plan: SearchPlan, folder: BatchFolder) -> dict[str, pd.DataFrame]:
    """All tables of a search, by name."""
    search = search_of(plan, folder)
    return {
        "evaluations": search.table(),
        "limits": binding_limits(search),
        "relaxations": relaxations(search),
        "checks": checks_of(plan, folder, search),
    }
