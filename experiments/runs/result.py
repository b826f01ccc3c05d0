"""How a run ended: with what it gives, or with the reason why there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol

from typing_extensions import TypeVar

from experiments.runs.numbers import Numbers
from experiments.runs.run import Run


class Job(Protocol):
    """Anything that a driver carries out: a :class:`Run`, or a stand-in for one."""

    @property
    def name(self) -> str:
        """What a line about it starts with."""

    @property
    def replay(self) -> str:
        """The command that repeats it alone."""


#: What is carried out and what comes out; by default a run of the market and its numbers.
JobT = TypeVar("JobT", bound=Job, default=Run)
OutT = TypeVar("OutT", default=Numbers)
FailureKind = Literal["error", "timeout", "crashed"]


@dataclass(frozen=True)
class Done(Generic[JobT, OutT]):
    """A run that ended well."""

    job: JobT
    output: OutT


@dataclass(frozen=True)
class Failed(Generic[JobT]):
    """A run that raised an error, took too long ("timeout"), or whose worker died every time it was tried ("crashed")."""

    job: JobT
    kind: FailureKind
    message: str
    traceback: str = ""

    def line(self) -> str:
        """The failure on one line, with the command that repeats it."""
        return f"{self.job.name}: {self.message} (repeat: {self.job.replay})"


Result = Done | Failed


class RunsFailed(RuntimeError):
    """No replication ended well for every policy; ``failures`` says what happened."""

    def __init__(self, failures: Sequence[Failed]) -> None:
        self.failures = tuple(failures)
        first = f"; the first: {self.failures[0].line()}" if self.failures else ""
        super().__init__(f"no replication ended well for every policy{first}")


def failure_rows(failures: Sequence[Failed]) -> list[dict[str, Any]]:
    """Failed runs as plain values for JSON."""
    return [
        {"policy": f.job.policy, "seed": f.job.seed, "kind": f.kind, "message": f.message, "repeat": f.job.replay}
        for f in failures
    ]
