"""A past that runs share: runs done one after the other live it once, and each has its own future from there.

A worker keeps one past at most, for as long as the runs that share it take.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sim.market import Market
    from sim.scenario import Scenario

T = TypeVar("T")


class _Shelf(threading.local):
    """What this thread keeps: how many more runs may ask for a past, and the market at its end."""

    left: int = 0
    market: Market | None = None


_shelf = _Shelf()


def in_turn(jobs: Sequence[T]) -> Iterator[T]:
    """``jobs`` one by one; a past that one of them lives is kept for those after it, and let go of with the last."""
    try:
        for place, job in enumerate(jobs, 1):
            _shelf.left = len(jobs) - place
            yield job
    finally:
        _shelf.left, _shelf.market = 0, None


def market_at_start(scenario: Scenario, seed: int, live_in: Callable[[Market], object]) -> Market:
    """A market with its warm-up done: a copy of one that a run before has left here, or one that ``live_in`` lets live.

    Raises what ``live_in`` raises; then nothing is kept, and the next run tries for itself.
    """
    from sim.market import Market

    kept = _shelf.market
    if kept is not None and kept.seed == seed and kept.scenario.past == scenario.past:
        if not _shelf.left:
            _shelf.market = None
        return kept.fork(scenario)
    kept = _shelf.market = None
    market = Market(scenario, seed=seed, lived_in=False)
    live_in(market)
    if _shelf.left and scenario.warm_up.weeks:
        _shelf.market = market.fork()
    return market
