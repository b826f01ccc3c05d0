"""First figures of a comparison: a table that is renewed in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from experiments.cli.progress_bar import EVERY, Lines, bar
from experiments.runs.progress import Count

if TYPE_CHECKING:
    from rich.table import Table

    from analysis.comparison_table import Line
    from experiments.comparison.so_far import Interim

Tell = Callable[[Count], None]
Watch = Callable[["Interim"], None]


@contextmanager
def show_figures(what: str, quiet: bool) -> Iterator[tuple[Tell, Watch | None]]:
    """Give two functions: one to be called with how far things are, one with what the pairs so far say (None when quiet)."""
    if quiet:
        yield lambda count: None, None
    elif sys.stderr.isatty():
        with _live(what) as shown:
            yield shown
    else:
        yield Lines(what, time.monotonic), FigureLines(time.monotonic)


class FigureLines:
    """Contribution so far as lines: after the first pair, then every :data:`EVERY` seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.written: float | None = None

    def __call__(self, interim: Interim) -> None:
        """Write a line when one is due."""
        now = self.clock()
        if self.written is not None and now - self.written < EVERY:
            return
        self.written = now
        sys.stderr.write(f"{sentence(interim)}\n")
        sys.stderr.flush()


def sentence(interim: Interim) -> str:
    """What the pairs so far say of contribution, in one line."""
    said = []
    for policy, title in interim.policies.items():
        line = _lines(interim, policy).get("contribution")
        if line is not None:
            said.append(f"{title} {_difference(line, interim)}")
    return f"after {_pairs(interim)}, contribution against {interim.baseline}: {'; '.join(said)}"


def table_so_far(interim: Interim) -> Table:
    """Differences to the baseline by KPI and policy, with their 95 % intervals as they are by now."""
    from experiments.cli.screen import make_table, plain_row

    heads = [f"{title} against {interim.baseline}" for title in interim.policies.values()]
    table = make_table(["KPI", *heads], f"{_pairs(interim)} so far", right=range(1, len(heads) + 1))
    by_policy = {policy: _lines(interim, policy) for policy in interim.policies}
    first = next(iter(by_policy.values()))
    for kpi, line in first.items():
        table.add_row(*plain_row(line.label, *(_difference(lines[kpi], interim) for lines in by_policy.values())))
    return table


def _pairs(interim: Interim) -> str:
    return f"{interim.pairs} of {interim.planned} pair{'s' if interim.planned > 1 else ''}"


def _lines(interim: Interim, policy: str) -> dict[str, Line]:
    from analysis.comparison_table import scorecard_groups

    groups = scorecard_groups(interim.table, policy, interim.currency)
    return {line.kpi: line for group in groups for line in group.lines}


def _difference(line: Line, interim: Interim) -> str:
    """The difference with its interval; one pair alone has none."""
    return line.difference if interim.pairs < 2 else f"{line.difference} {line.interval}"


@contextmanager
def _live(what: str) -> Iterator[tuple[Tell, Watch]]:
    """A table above the bar, both gone at the end: the final table takes their place."""
    from rich.console import Group, RenderableType
    from rich.live import Live

    from experiments.cli.screen import stderr

    console = stderr()
    progress, tell = bar(what, console)
    shown: list[RenderableType] = [progress]
    with Live(Group(*shown), console=console, transient=True, get_renderable=lambda: Group(*shown)):
        yield tell, lambda interim: shown.__setitem__(slice(None), [table_so_far(interim), progress])
