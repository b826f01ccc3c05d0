"""What the user sees: consoles, panels for mistakes, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

from experiments.cli.streams import is_unicode
from sim.text import clean, steers

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from experiments.runs.result import Failed
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
    """A console for which text is text: no markup, no emoji names, no signs that a terminal would obey."""
    from rich.console import Console
    from rich.segment import Segment

    class Plain(Console):
        def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(clean(segment.text), segment.style)

    width = None if stream.isatty() else WIDE
    return Plain(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)


def write_json(content: Any) -> None:
    """Write ``content`` to standard output as JSON; signs that steer, or that the output lacks, as escapes of JSON."""
    text = json.dumps(content, indent=2, ensure_ascii=not is_unicode(sys.stdout), allow_nan=False)
    sys.stdout.write("".join(_escaped(sign) if sign != "\n" and steers(sign) else sign for sign in text) + "\n")


def _escaped(sign: str) -> str:
    return json.dumps(sign)[1:-1] if ord(sign) != 127 else "\\u007f"


def say_place(place: object) -> None:
    """Write a path for scripts, as it is; on a terminal without signs that steer."""
    text = str(place)
    sys.stdout.write(f"{clean(text) if sys.stdout.isatty() else text}\n")


def complain(title: str, text: str) -> None:
    """A panel on standard error."""
    from rich.panel import Panel
    from rich.text import Text

    stderr().print(Panel(Text(text), title=Text(title), title_align="left", border_style="red"))


def show_mistakes(mistakes: Sequence[InputError]) -> None:
    """All input errors, one paragraph each: place, problem, expectation, meaning, remedy."""
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
        text.append(f"   to fix it: {mistake.remedy}\n" if mistake.remedy else "")
    text.rstrip()
    title = "Input error" if len(mistakes) == 1 else f"{len(mistakes)} input errors"
    stderr().print(Panel(text, title=Text(title), title_align="left", border_style="red"))


def mistake_row(mistake: InputError) -> dict[str, str]:
    """One input error for machines."""
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
        console.print(f"warning: {text}", style="yellow")


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
    """Cells as texts without signs that steer, so that they are as wide as they look."""
    return [clean(str(cell)) for cell in cells]


def add_heading(table: Table, heading: str) -> None:
    """A row that heads the ones below it."""
    from rich.text import Text

    table.add_row(Text(clean(heading), style="bold"))
