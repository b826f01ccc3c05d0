"""Where a batch stands by its design, planned again; :mod:`experiments.batch.status` reports it without planning."""

from __future__ import annotations

from collections import Counter

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan
from experiments.batch.drive import extended
from experiments.batch.status import Standing, summed
from experiments.runs.run import Run
from sim.errors import InputError, InputErrors


def standing_of(plan: BatchPlan, folder: BatchFolder) -> Standing:
    """Count a batch's runs."""
    plan = extended(plan, folder)
    done, failures = folder.done(), folder.failures()
    failed = {failure.identity for failure in failures}
    counts: dict[str, Counter[str]] = {policy.name: Counter() for policy in plan.policies}
    ours: set[str] = set()
    for run in plan.runs():
        ours.add(run.identity)
        state = "done" if run.identity in done else "failed" if run.identity in failed else "left"
        counts[run.policy][state] += 1
    return summed(ours, counts, done, failures)


def find_run(plan: BatchPlan, folder: BatchFolder, text: str) -> Run:
    """The run that ``text`` names: the start of its identity, or POLICY/FUTURE/REPLICATION[/WEEKS].

    Raises :class:`InputErrors` when none or several are meant.
    """
    plan = extended(plan, folder)
    found = [run for run in plan.runs() if _meant(run, text, max(plan.horizons))]
    if len({run.identity for run in found}) == 1:
        return found[0]
    problem = (
        f"`{text}` is no run of this batch" if not found else f"`{text}` is the start of {len(found)} runs' identities"
    )
    example = next(plan.runs())
    expected = f"the start of an identity ({example.identity[:8]}) or policy/future/replication ({example.policy}/0/0)"
    raise InputErrors([InputError("RUN", problem, expected, "`deepmarket batch status FOLDER` lists failed runs")])


def _meant(run: Run, text: str, longest: int) -> bool:
    if "/" not in text:
        return len(text) >= 4 and run.identity.startswith(text)
    key = f"{run.policy}/{run.future}/{run.replication}"
    return text == f"{key}/{run.weeks}" or (text == key and run.weeks == longest)
