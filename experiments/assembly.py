"""Assembly of a study: the tables of finished runs stacked, with the plan's words and where results come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.identity import versions
from experiments.planning import Plan
from experiments.runs import Done, Failed

if TYPE_CHECKING:
    import pandas as pd

    from analysis.study import Study


def assemble_study(
    plan: Plan, done: Sequence[Done], failed: Sequence[Failed], command: str, notes: Sequence[str] = ()
) -> Study:
    """The study of all replications that ended well for every policy.

    A seed that failed for one policy is left out for all, since only complete pairs can be compared; the
    study's notes say which and why. Raises ValueError when no complete pair is left.
    """
    import pandas as pd

    from analysis.study import PolicyLabel, Provenance, Study

    pairs = complete_seeds(plan, done)
    if not pairs:
        raise ValueError("no replication ended well for every policy")
    order = {arm.label: row for row, arm in enumerate(plan.arms)}
    kept = sorted((run for run in done if run.job.seed in pairs), key=lambda run: (order[run.job.label], run.job.seed))
    stacked = {
        name: pd.concat(
            [getattr(run.tables, name).assign(policy=run.job.label, seed=run.job.seed) for run in kept],
            ignore_index=True,
        )
        for name in ("kpis", "weekly", "by")
    }
    world = plan.baseline.scenario
    return Study(
        question=world.question,
        baseline=plan.baseline.label,
        policies={arm.label: PolicyLabel(arm.title, arm.description, bool(arm.scenario.oracles)) for arm in plan.arms},
        runs=stacked["kpis"][["policy", "seed", "kpi", "value"]],
        definitions=kept[0].tables.definitions,
        runs_weekly=stacked["weekly"][["policy", "seed", "week", "kpi", "value"]],
        runs_by=stacked["by"][["policy", "seed", "dimension", "level", "kpi", "value"]],
        assumptions=_assumptions(plan, kept),
        meta=Provenance(
            scenario=plan.scenario,
            weeks=world.weeks,
            seeds=tuple(sorted(pairs)),
            scenario_title=world.title,
            scenario_digest=world.digest,
            currency=world.world.currency,
            versions=versions(),
            commands=(command,),
            notes=(*notes, *(f"Left out for all policies: seed {f.job.seed}. {f.line()}" for f in failed)),
        ),
    )


def complete_seeds(plan: Plan, done: Sequence[Done]) -> set[int]:
    """Seeds that ended well for every policy of ``plan``."""
    ended: dict[int, set[str]] = {}
    for run in done:
        ended.setdefault(run.job.seed, set()).add(run.job.label)
    return {seed for seed, labels in ended.items() if len(labels) == len(plan.arms)}


def _assumptions(plan: Plan, kept: Sequence[Done]) -> pd.DataFrame:
    """Assumed values of all policies: once where all agree, else one row per policy that differs from the baseline."""
    import pandas as pd

    first = {run.job.label: run.tables.assumptions for run in reversed(kept)}
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
