"""Where a batch stands, as its ledgers note it: planned, done, failed and left, without reading the design or a market.

Every driver notes the runs that it was given, so that a look costs a few queries: planning again takes seconds.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.batch.batch_folder import WATCHED, BatchFolder
from experiments.runs.run_ledger import Failure

#: Seconds of the past from which the present pace is computed.
_RECENT = 600.0


@dataclass(frozen=True)
class Standing:
    """Where a batch stands. ``by_policy`` holds (done, failed, left) by policy; ``pace`` is runs a second recently."""

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


def standing_noted(folder: BatchFolder) -> Standing | None:
    """Count a batch's runs by its ledgers alone.

    None where a ledger does not say what was planned, or files that its driver had read were touched since: whether
    they say anything else now takes planning again.
    """
    planned: dict[tuple[str, str], int] = {}
    with folder.reading() as ledgers:
        if not ledgers:
            return None
        for ledger in ledgers:
            noted, watched = ledger.planned(), json.loads(ledger.fact(WATCHED) or "{}")
            if not noted or states_of(Path(name) for name in watched) != watched:
                return None
            planned |= noted
    done, failures = folder.done(), folder.failures()
    failed = {failure.identity for failure in failures}
    counts: dict[str, Counter[str]] = {}
    for (policy, identity), runs in planned.items():
        state = "done" if identity in done else "failed" if identity in failed else "left"
        counts.setdefault(policy, Counter())[state] += runs
    return summed({identity for _, identity in planned}, counts, done, failures)


def states_of(files: Iterable[Path]) -> dict[str, str]:
    """Size and time of the last change of files, by their path."""
    states = {}
    for file in files:
        try:
            found = file.stat()
        except OSError:
            states[str(file)] = "absent"
        else:
            states[str(file)] = f"{found.st_size} {found.st_mtime_ns}"
    return states


def summed(
    ours: set[str], counts: dict[str, Counter[str]], done: dict[str, tuple[float, float]], failures: list[Failure]
) -> Standing:
    """The standing of the runs ``ours``, given (done, failed, left) by policy and what ledgers hold."""
    ended = [facts for identity, facts in done.items() if identity in ours]
    return Standing(
        planned=len(ours),
        done=len(ended),
        failed=len({failure.identity for failure in failures} & ours),
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
