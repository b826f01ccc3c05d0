"""What the user sees: consoles, panels for mistakes, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from experiments.runs import Failed
    from sim.errors import InputError

#: Width of tables that do not go to a terminal.
WIDE = 160
#: Failures that are shown one by one.
SHOWN = 8


def stdout() -> Console:
    """Console for results."""
    return _console(sys.stdout)


def stderr() -> Console:
    """Console for progress, warnings and mistakes."""
    return _console(sys.stderr)


def _console(stream: IO[str]) -> Console:
    from rich.console import Console

    return Console(file=stream, width=None if stream.isatty() else WIDE, highlight=False, soft_wrap=False)


def write_json(content: Any) -> None:
    """Write ``content`` to standard output as JSON."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def complain(title: str, text: str) -> None:
    """A panel on standard error."""
    from rich.panel import Panel
    from rich.text import Text

    stderr().print(Panel(Text(text), title=title, title_align="left", border_style="red"))


def show_mistakes(mistakes: Sequence[InputError]) -> None:
    """All mistakes in what the user gave, one paragraph each: place, problem, expectation, meaning, remedy."""
    from rich.panel import Panel
    from rich.text import Text

    text = Text()
    for number, mistake in enumerate(mistakes, 1):
        text.append("\n" if number > 1 else "")
        text.append(f"{number}. " if len(mistakes) > 1 else "")
        text.append(mistake.place, style="bold")
        text.append(f": {mistake.problem}\n")
        text.append(f"   expected: {mistake.expected}\n" if mistake.expected else "")
        text.append(f"   meaning: {mistake.meaning}\n" if mistake.meaning else "")
        text.append(f"   to mend it: {mistake.remedy}\n" if mistake.remedy else "")
    text.rstrip()
    title = "Something given is wrong" if len(mistakes) == 1 else f"{len(mistakes)} things given are wrong"
    stderr().print(Panel(text, title=title, title_align="left", border_style="red"))


def mistake_row(mistake: InputError) -> dict[str, str]:
    """One mistake for machines."""
    return {
        "place": mistake.place,
        "problem": mistake.problem,
        "expected": mistake.expected,
        "remedy": mistake.remedy,
        "meaning": mistake.meaning,
    }


def show_failures(failures: Sequence[Failed], heading: str) -> None:
    """Runs that failed, each with the command that repeats it."""
    lines = [heading, *(failure.line() for failure in failures[:SHOWN])]
    if len(failures) > SHOWN:
        lines.append(f"and {len(failures) - SHOWN} more")
    complain("Runs failed", "\n".join(lines))


def warn(texts: Iterable[str]) -> None:
    """Warnings on standard error, one line each."""
    console = stderr()
    for text in texts:
        console.print(f"warning: {text}", style="yellow", markup=False)


def note(text: str) -> None:
    """What is good to know, on standard error."""
    stderr().print(text, markup=False, soft_wrap=True)


def make_table(heads: Sequence[str], title: str = "", right: Sequence[int] = ()) -> Table:
    """An empty table; columns numbered in ``right`` are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number in right else "left", overflow="fold")
    return table


def fitting(
    console: Console,
    make: Callable[[Sequence[str]], Table],
    columns: Sequence[str],
    dispensable: Sequence[str],
    wrap: bool = False,
) -> Table:
    """The table ``make`` gives of ``columns``, without as many of the ``dispensable`` ones as it takes to fit the console.

    It fits when every row stands on one line, or with ``wrap`` when no word has to be broken.
    """
    kept = list(columns)
    unbounded = console.options.update(max_width=10 * WIDE)
    for column in dispensable:
        need = console.measure(make(kept), options=unbounded)
        if (need.minimum if wrap else need.maximum) <= console.width:
            break
        kept.remove(column)
    return make(kept)


def plain_row(*cells: object) -> list[str]:
    """Cells as texts in which brackets are brackets, not markup."""
    from rich.markup import escape

    return [escape(str(cell)) for cell in cells]
