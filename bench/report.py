"""The report: the table of results as a Markdown page, with targets; what was not measured now stays from before."""

from __future__ import annotations

import datetime
import math
import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench import demand, table, whole_step
from bench.against_page import comparison_lines, is_comparison
from bench.peers.c_market import compiler_version, has_compiler
from bench.same_market import Agreement
from bench.table import Row
from bench.targets import Verdict, judge
from bench.timing import QUIET, Measurement

_PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pydantic")
FOLDER = Path(__file__).parent
#: How pages say whether contestants agree: a section of words, which is kept as it is until measured again.
_SAME = "## The same market"
#: What a reader must know of a section.
_NOTES = {
    whole_step.SECTION: (
        "The C program (`bench/peers/whole_week.c`) does all that costs per customer in a week: spread, relationships, needs, choice,\n"
        "orders and their tallies, experience, talk, diary and records, funnel, census, inspection of the database. Reps, managers,\n"
        "distributors, plant, ledger and plans, which do not grow with customers, are in the whole step of ours alone. The rows\n"
        "*what costs per customer* start from one cut, in which prices and calls stand still and everything is delivered."
    ),
    whole_step.AGAINST_C: (
        "The C program takes several phases of a block of customers in one pass, so that a column is fetched by the first step that\n"
        "reads it: rows show where the time goes, the whole step what it is worth. `fulfil` holds tallies of orders alone in C."
    ),
}


def write(
    command: str,
    found: Sequence[Measurement],
    agreements: Sequence[Agreement],
    folder: Path = FOLDER,
    name: str = "RESULTS",
) -> str:
    """Bring the page ``name``.md and its table up to date in ``folder``; returns the page."""
    path, place = folder / f"{name}.md", folder / f"{name.lower()}.csv"
    today = datetime.date.today().isoformat()
    rows = table.merge(table.read(place), table.rows_of(found, command, today))
    compared = [*_agreement_lines(agreements, command, today)] or _kept_agreement(path)
    page = "\n".join([*_page(rows, judge(rows)), *compared]).rstrip("\n") + "\n"
    path.write_text(page, encoding="utf-8")
    table.write(place, rows)
    return page


def _page(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> Iterable[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield "# Benchmarks"
    yield ""
    yield f"Written by `python -m bench`, last on {platform.machine()}, {os.cpu_count()} cores, {platform.system()},"
    yield f"Python {platform.python_version()}, {versions}. Do not edit: run it again."
    yield "Below each section is the command that measured it, and when: each can be measured alone, the others stay."
    yield ""
    yield "Each figure is a median over repetitions taken in turn, with the least and the most. *Others* are the cores that other"
    yield f"programs used meanwhile: above {QUIET:g} the figure is too high, most of all with several threads; *processor* is the time that"
    yield "our own threads together were at work."
    yield ""
    yield (
        f"The C program is compiled by {compiler_version()}."
        if has_compiler()
        else "There is no gcc here: C is skipped."
    )
    yield ""
    yield from _targets(verdicts)
    for section in dict.fromkeys(row.section for row in rows):
        yield from _section(section, [row for row in rows if row.section == section])


def _targets(verdicts: Sequence[Verdict]) -> Iterable[str]:
    yield "## Targets"
    yield ""
    yield "| target | measured | asked | |"
    yield "| --- | ---: | ---: | --- |"
    for v in verdicts:
        sign = "≥" if v.at_least else "≤"
        yield f"| {v.what} | {_short(v.measured)} {v.unit} | {sign} {v.target:g} | {'reached' if v.reached else '**missed**'} |"
    yield ""


def _section(title: str, rows: Sequence[Row]) -> Iterable[str]:
    yield f"## {title[0].upper()}{title[1:]}, {rows[0].unit}"
    yield ""
    if title in _NOTES:
        yield _NOTES[title]
        yield ""
    if is_comparison(rows):
        yield from comparison_lines(rows, _known)
    else:
        yield from _table(rows)
    yield from _stamp(rows[0].command, rows[0].date)
    if title == demand.SECTION:
        yield "![Time per customer and week against customers](demand_phases.png)"
        yield ""


def _table(rows: Sequence[Row]) -> Iterable[str]:
    columns = {
        "customers": [f"{r.customers:,}" if r.customers is not None else "" for r in rows],
        "threads": [str(r.threads) if r.threads is not None else "" for r in rows],
        "median": [_short(r.median) for r in rows],
        "least": [_short(r.min) for r in rows],
        "most": [_short(r.max) for r in rows],
        "processor": [_known(r.processor_time) for r in rows],
        "others": [_known(r.cores_used_by_others) for r in rows],
    }
    shown = {name: cells for name, cells in columns.items() if any(cells)}
    yield f"|  | {' | '.join(shown)} |"
    yield f"| --- |{' ---: |' * len(shown)}"
    for k, row in enumerate(rows):
        yield f"| {row.name} | {' | '.join(cells[k] for cells in shown.values())} |"
    yield ""


def _stamp(command: str, date: str) -> Iterable[str]:
    yield f"`{command}`, {date}"
    yield ""


def _kept_agreement(path: Path) -> list[str]:
    """The sections on sameness of the page as it is."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    starts = [k for k, line in enumerate(lines) if line.startswith("## ")]
    kept: list[str] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if lines[start].startswith(_SAME):
            kept += lines[start:end]
    return kept


def _agreement_lines(agreements: Sequence[Agreement], command: str, date: str) -> Iterable[str]:
    for agreement in agreements:
        yield f"{_SAME}: {agreement.of}"
        yield ""
        yield f"{len(agreement.measures)} aggregates of {agreement.customers:,} customers after {agreement.weeks} weeks, {agreement.seeds} seeds each."
        yield f"The largest difference is {agreement.largest:.1f} standard errors ({agreement.where}); {agreement.limit:.1f} are allowed for so many comparisons."
        yield ""
        yield f"| mean of the last week | {' | '.join(agreement.contestants)} |"
        yield f"| --- |{' ---: |' * len(agreement.contestants)}"
        for name, values in agreement.measures.items():
            yield f"| {name} | {' | '.join(f'{value:.4f}' for value in values)} |"
        yield ""
        yield from _stamp(command, date)


def _known(value: float) -> str:
    return "" if math.isnan(value) else _short(value)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
