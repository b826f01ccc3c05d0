"""Assembly of a study: the tables of finished runs stacked, with the plan's words and where results come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.comparison.arms import ComparisonPlan
from experiments.runs.identity import versions
from experiments.runs.numbers import DEFINITION
from experiments.runs.result import Done, Failed, RunsFailed

if TYPE_CHECKING:
    import pandas as pd

    from analysis.study import Study


def assemble_study(
    plan: ComparisonPlan, pairs: Sequence[Done], failed: Sequence[Failed], command: str, notes: Sequence[str] = ()
) -> Study:
    """The study of ``pairs``, runs of complete replications as :func:`complete_pairs` gives them.

    A seed that failed for one policy is excluded for all, since only complete pairs can be compared; the study's
    notes say which and why.
    """
    study = assemble_kpis(plan, pairs)
    excluded = tuple(f"Excluded for all policies: seed {f.job.seed}. {f.line()}" for f in failed)
    return replace(
        study,
        runs_weekly=_stacked(pairs, "weekly")[["policy", "seed", "week", "kpi", "value"]],
        runs_by=_stacked(pairs, "by")[["policy", "seed", "dimension", "level", "kpi", "value"]],
        assumptions=_assumptions(plan, pairs),
        meta=replace(study.meta, commands=(command,), notes=(*notes, *excluded)),
    )


def assemble_kpis(plan: ComparisonPlan, pairs: Sequence[Done]) -> Study:
    """The study of ``pairs`` as far as KPIs over the whole run go: what a look at the precision needs."""
    from analysis.study import PolicyLabel, Provenance, Study

    world = plan.baseline.scenario
    return Study(
        question=world.question,
        baseline=plan.baseline.label,
        policies={arm.label: PolicyLabel(arm.title, arm.description, bool(arm.scenario.oracles)) for arm in plan.arms},
        runs=_stacked(pairs, "kpis")[["policy", "seed", "kpi", "value"]],
        definitions=pairs[0].output.table("kpis")[list(DEFINITION)],
        meta=Provenance(
            scenario=plan.scenario,
            weeks=world.weeks,
            seeds=tuple(sorted({run.job.seed for run in pairs})),
            scenario_title=world.title,
            scenario_digest=world.digest,
            currency=world.world.currency,
            versions=versions(),
        ),
    )


def complete_pairs(plan: ComparisonPlan, done: Sequence[Done], failed: Sequence[Failed] = ()) -> list[Done]:
    """Runs of the seeds that ended well for every policy of ``plan``, by policy and seed.

    Raises :class:`RunsFailed` when there is no such seed.
    """
    ended: dict[int, set[str]] = {}
    for run in done:
        ended.setdefault(run.job.seed, set()).add(run.job.policy)
    complete = {seed for seed, labels in ended.items() if len(labels) == len(plan.arms)}
    if not complete:
        raise RunsFailed(failed)
    order = {arm.label: row for row, arm in enumerate(plan.arms)}
    kept = [run for run in done if run.job.seed in complete]
    return sorted(kept, key=lambda run: (order[run.job.policy], run.job.seed))


def _stacked(pairs: Sequence[Done], part: str) -> pd.DataFrame:
    """One table of all runs, with the columns policy and seed."""
    import pandas as pd

    tables = [run.output.table(part).assign(policy=run.job.policy, seed=run.job.seed) for run in pairs]
    return pd.concat(tables, ignore_index=True)


def _assumptions(plan: ComparisonPlan, kept: Sequence[Done]) -> pd.DataFrame:
    """Assumed values of all policies: once where all agree, else one row per policy that differs from the baseline."""
    import pandas as pd

    first = {run.job.policy: run.output.table("assumptions") for run in reversed(kept)}
    frames = [first[plan.baseline.label]]
    known = {(path, value) for path, value in zip(frames[0]["path"], frames[0]["value"].map(str), strict=True)}
    for arm in plan.arms[1:]:
        table = first[arm.label]
        new = [(path, str(value)) not in known for path, value in zip(table["path"], table["value"], strict=True)]
        added = table[new]
        if len(added):
            frames.append(added.assign(path=added["path"] + f" ({arm.title})"))
            known |= set(zip(added["path"], added["value"].map(str), strict=True))
    return pd.concat(frames, ignore_index=True)
