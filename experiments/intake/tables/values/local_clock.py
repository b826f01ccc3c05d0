"""Local time of one place: minutes ahead of UTC, which change with summer time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class LocalClock:
    """``offsets[k]`` (minutes ahead of UTC) applies from ``since[k]`` (minutes since 1970, UTC); the first also applies before."""

    since: tuple[int, ...]
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, seen: Iterable[tuple[int, int]]) -> LocalClock:
        """The clock that agrees with each (moment, offset) of ``seen``; between two of them the earlier offset applies."""
        kept: list[tuple[int, int]] = []
        for moment, offset in sorted(seen):
            if not kept or kept[-1][1] != offset:
                kept.append((moment, offset))
        return cls(tuple(m for m, _ in kept), tuple(o for _, o in kept))

    def offset_at(self, moment: int) -> int:
        """Minutes ahead of UTC at a moment (minutes since 1970, UTC)."""
        return self.offsets[max(bisect_right(self.since, moment) - 1, 0)]
