"""Progress: a bar with the time left on a terminal, a line every 30 seconds elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from experiments.runs.progress import Count

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

EVERY = 30.0


@contextmanager
def show_progress(what: str, quiet: bool) -> Iterator[Callable[[Count], None]]:
    """Give a function to be called with how far things are; ``what`` names what is counted ("runs")."""
    if quiet:
        yield lambda count: None
    elif sys.stderr.isatty():
        with _bar(what) as tell:
            yield tell
    else:
        yield Lines(what, time.monotonic)


class Lines:
    """Progress as lines: one every :data:`EVERY` seconds, so that a log stays short."""

    def __init__(self, what: str, clock: Callable[[], float]) -> None:
        self.what, self.clock = what, clock
        self.reported = clock()
        self.first: tuple[int, float] | None = None
        self.ended = 0

    def __call__(self, count: Count) -> None:
        """Write a line when one is due."""
        now = self.clock()
        if count.ended < self.ended:
            self.first = None  # the next of several studies: its pace is its own
        self.ended = count.ended
        if self.first is None and count.ended > count.reused:
            self.first = count.ended, now
        if now - self.reported < EVERY:
            return
        self.reported = now
        sys.stderr.write(f"{count.ended} of {count.planned} {self.what}{_failed(count)}{self._left(count, now)}\n")
        sys.stderr.flush()

    def _left(self, count: Count, now: float) -> str:
        if self.first is None or count.ended <= self.first[0]:
            return ""  # one run says nothing: starting up and compiling are in its time
        seconds = (now - self.first[1]) / (count.ended - self.first[0]) * (count.planned - count.ended)
        return f", about {seconds:.0f} s left" if seconds < 120 else f", about {seconds / 60:.0f} min left"


def _failed(count: Count) -> str:
    return f", {count.failed} failed" if count.failed else ""


@contextmanager
def _bar(what: str) -> Iterator[Callable[[Count], None]]:
    from experiments.cli.screen import stderr

    progress, tell = bar(what, stderr())
    with progress:
        yield tell


def bar(what: str, console: Console) -> tuple[Progress, Callable[[Count], None]]:
    """A bar that counts ``what`` on ``console``, not shown yet, and the function that moves it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task(what, total=None)

    def tell(count: Count) -> None:
        if count.ended < progress.tasks[0].completed:
            progress.reset(task)
        progress.update(task, total=count.planned, completed=count.ended, description=f"{what}{_failed(count)}")

    return progress, tell
