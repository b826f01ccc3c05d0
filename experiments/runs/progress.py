"""How far runs are: counted as they end, and reported to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Count:
    """Runs that ended (done before, now, or failed) of those planned so far."""

    ended: int
    planned: int
    failed: int
    reused: int


#: What is called with the count whenever it changes.
Progress = Callable[[Count], None]


@dataclass
class Tally:
    """What one driver has done: runs ended well now and before, and those that failed (now and before)."""

    planned: int = 0
    done: int = 0
    reused: int = 0
    failed: int = 0
    refilled: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def count(self) -> Count:
        """As progress is reported."""
        return Count(self.done + self.reused + self.failed, self.planned, self.failed, self.reused)
