"""The report: measurements as a Markdown page and as CSV."""

from __future__ import annotations

import csv
import datetime
import math
import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench import demand
from bench.peers.c_market import compiler_version, has_compiler
from bench.same_market import Agreement
from bench.targets import Verdict
from bench.timing import QUIET, Measurement

_PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pydantic")
FOLDER = Path(__file__).parent


def write(
    command: str,
    found: Sequence[Measurement],
    verdicts: Sequence[Verdict],
    agreement: Agreement | None,
    folder: Path = FOLDER,
    name: str = "RESULTS",
) -> str:
    """Write the page ``name``.md and its table as CSV into ``folder``; returns the page."""
    page = "\n".join(_page(command, found, verdicts, agreement)) + "\n"
    (folder / f"{name}.md").write_text(page, encoding="utf-8")
    with (folder / f"{name.lower()}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            [
                "section",
                "measure",
                "customers",
                "threads",
                "unit",
                "median",
                "min",
                "max",
                "repetitions",
                "processor_time",
                "cores_used_by_others",
            ]
        )
        for m in found:
            row = [
                m.section,
                m.name,
                m.customers,
                m.threads,
                m.unit,
                *(f"{x:.6g}" for x in (m.median, min(m.values), max(m.values))),
            ]
            table.writerow([*row, len(m.values), _known(m.cpu_median), _known(m.load)])
    return page


def _page(
    command: str, found: Sequence[Measurement], verdicts: Sequence[Verdict], agreement: Agreement | None
) -> Iterable[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield "# Benchmarks"
    yield ""
    yield f"Written by `{command}` on {datetime.date.today()}: {platform.machine()}, {os.cpu_count()} cores, {platform.system()},"
    yield f"Python {platform.python_version()}, {versions}. Do not edit: run it again."
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
    for section in dict.fromkeys(m.section for m in found):
        yield from _section(section, [m for m in found if m.section == section])
        if section == demand.SECTION:
            yield "![Time per customer and week against customers](demand_phases.png)"
            yield ""
    if agreement is not None:
        yield from _agreement(agreement)


def _targets(verdicts: Sequence[Verdict]) -> Iterable[str]:
    yield "## Targets"
    yield ""
    yield "| target | measured | asked | |"
    yield "| --- | ---: | ---: | --- |"
    for v in verdicts:
        sign = "≥" if v.at_least else "≤"
        yield f"| {v.what} | {_short(v.measured)} {v.unit} | {sign} {v.target:g} | {'reached' if v.reached else '**missed**'} |"
    yield ""


def _section(title: str, rows: Sequence[Measurement]) -> Iterable[str]:
    sized = any(m.customers is not None for m in rows)
    threaded = any(m.threads is not None for m in rows)
    timed = any(m.cpu for m in rows)
    head = [
        "",
        *(["customers"] if sized else []),
        *(["threads"] if threaded else []),
        "median",
        "least",
        "most",
        *(["processor"] if timed else []),
        "others",
    ]
    yield f"## {title[0].upper()}{title[1:]}, {rows[0].unit}"
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for m in rows:
        cells = [m.name, *([f"{m.customers:,}"] if sized else []), *([str(m.threads)] if threaded else [])]
        cells += [
            _short(m.median),
            _short(min(m.values)),
            _short(max(m.values)),
            *([_known(m.cpu_median)] if timed else []),
            _known(m.load),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _agreement(agreement: Agreement) -> Iterable[str]:
    yield "## The same market"
    yield ""
    yield f"{len(agreement.measures)} aggregates of {agreement.customers:,} customers after {agreement.weeks} weeks, {agreement.seeds} seeds each:"
    yield "awareness, purchases by brand, occasions, satisfaction, loyalty, relationship, talk, stages, units. The largest difference is"
    yield f"{agreement.largest:.1f} standard errors ({agreement.where}); {agreement.limit:.1f} are allowed for so many comparisons."
    yield ""
    yield f"| mean of the last week | {' | '.join(agreement.contestants)} |"
    yield f"| --- |{' ---: |' * len(agreement.contestants)}"
    for name, values in agreement.measures.items():
        yield f"| {name} | {' | '.join(f'{value:.4f}' for value in values)} |"
    yield ""


def _known(value: float) -> str:
    return "" if math.isnan(value) else _short(value)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
