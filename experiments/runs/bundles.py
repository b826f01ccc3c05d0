"""Bundles: runs that share a past go to one worker together, as long as no other worker idles for it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise

from experiments.runs.run import Run

#: Runs of a bundle at most: what is lost when a worker dies, and what ends at once.
MOST = 12

Bundle = tuple[Run, ...]


def past_of(run: Run) -> Hashable | None:
    """What runs with one past agree in; None for a run without a warm-up.

    It says which runs are done together. Whether their pasts are the same the worker finds out.
    """
    past = run.base.past
    if past is None:
        return None
    settings = [(path, repr(value)) for path, value in run.settings if not path.startswith("policy.")]
    return past.digest, tuple(sorted(settings)), run.weeks, run.seed


def make_bundles(runs: Iterable[Run], workers: Callable[[], int] | None = None) -> list[Bundle]:
    """``runs`` in bundles, in the order of their first runs; a run without a past to share is a bundle of its own.

    With ``workers``, who are asked how many they are only if it matters, bundles are split where that ends all runs
    sooner although each part has to live the past for itself; without, they are as large as they may be.
    """
    groups: dict[Hashable, list[Run]] = {}
    for number, run in enumerate(runs):
        past = past_of(run)
        groups.setdefault((number,) if past is None else past, []).append(run)
    whole = list(groups.values())
    if all(len(group) == 1 for group in whole):
        return [tuple(group) for group in whole]
    parts = 1 if workers is None else _parts(whole, workers())
    return [piece for group in whole for piece in _split(group, parts)]


def _split(group: Sequence[Run], parts: int) -> list[Bundle]:
    """``group`` in ``parts`` of about the same size, and none larger than it may be."""
    count = max(min(parts, len(group)), -(-len(group) // MOST))
    ends = [len(group) * k // count for k in range(count + 1)]
    return [tuple(group[first:last]) for first, last in pairwise(ends)]


def _parts(groups: Sequence[Sequence[Run]], workers: int) -> int:
    """Into how many parts bundles are split: as few as possible among those with which the last run ends first."""
    if workers == 1 or len(groups) >= 2 * workers:
        return 1
    most = max(len(group) for group in groups)
    return min(range(1, most + 1), key=lambda parts: (_weeks_until_end(groups, parts, workers), parts))


def _weeks_until_end(groups: Sequence[Sequence[Run]], parts: int, workers: int) -> int:
    """Weeks that the busiest of ``workers`` lives through: the longest bundle first, each to whoever is free."""
    lengths = [_weeks(piece) for group in groups for piece in _split(group, parts)]
    busy = [0] * workers
    for length in sorted(lengths, reverse=True):
        heapq.heapreplace(busy, busy[0] + length)
    return max(busy)


def _weeks(bundle: Sequence[Run]) -> int:
    past = bundle[0].base.past
    before, after = (0, 1) if past is None else (past.weeks, past.weeks_after)
    return before + sum(after if run.weeks is None else run.weeks for run in bundle)
