"""Where a batch stands: how many runs of each policy are done, failed and left, and how long the rest will take."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from experiments.batch.driving import extended
from experiments.batch.folder import Folder
from experiments.batch.ledger import Failure
from experiments.batch.planning import BatchPlan
from experiments.batch.run import Run
from sim.errors import InputError, InputErrors

#: Seconds of the past from which the present pace is told.
_RECENT = 600.0


@dataclass(frozen=True)
class Standing:
    """Where a batch stands. ``by_policy`` holds (done, failed, left) by policy; ``pace`` is runs a second of late."""

    planned: int
    done: int
    failed: int
    seconds: float
    pace: float
    by_policy: dict[str, tuple[int, int, int]]
    failures: tuple[Failure, ...]

    @property
    def left(self) -> int:
        """Runs that nobody has tried yet."""
        return self.planned - self.done - self.failed

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "planned": self.planned,
            "done": self.done,
            "failed": self.failed,
            "left": self.left,
            "seconds_per_run": self.seconds,
            "runs_per_second": self.pace,
            "policies": {
                name: dict(zip(("done", "failed", "left"), counts, strict=True))
                for name, counts in self.by_policy.items()
            },
            "failures": [
                {"run": f.run, "identity": f.identity, "kind": f.kind, "message": f.message, "replay": f.replay}
                for f in self.failures
            ],
        }


def standing_of(plan: BatchPlan, folder: Folder) -> Standing:
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
    ended = [facts for identity, facts in done.items() if identity in ours]
    return Standing(
        planned=len(ours),
        done=len(ended),
        failed=len(failed & ours),
        seconds=sum(seconds for seconds, _ in ended) / len(ended) if ended else 0.0,
        pace=_pace([end for _, end in ended]),
        by_policy={name: (found["done"], found["failed"], found["left"]) for name, found in counts.items()},
        failures=tuple(failure for failure in failures if failure.identity in ours),
    )


def _pace(ends: list[float]) -> float:
    """Runs a second over the last ten minutes; 0 when nothing ended then."""
    now = time.time()
    recent = sorted(end for end in ends if now - end < _RECENT)
    return (len(recent) - 1) / (now - recent[0]) if len(recent) > 1 else 0.0


def find_run(plan: BatchPlan, folder: Folder, text: str) -> Run:
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
