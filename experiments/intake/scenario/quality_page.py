"""The data-quality page of an import: what was read and corrected, where the numbers come from, how well they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.intake.fits.holdout_test import SHARES, TOLERANCE, FitRow
from experiments.intake.scenario.kept_defaults import KeptDefault
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, SET_ASIDE, QualityLedger, quote_rows
from sim.text import markdown


@dataclass(frozen=True)
class Basis:
    """One number (or column of numbers) of the scenario, and how it was obtained."""

    name: str
    value: str
    how: str


def write_page(
    title: str,
    tables: Sequence[MappedTable],
    ledger: QualityLedger,
    bases: Sequence[Basis],
    assumed: Sequence[Basis],
    defaults: Sequence[KeptDefault],
    fit: Sequence[FitRow] | None,
    remarks: Sequence[str],
) -> str:
    """The page as Markdown; ``fit`` is None where there is nothing to test over time."""
    parts = [f"# Data quality: {markdown(title)}", _files(tables), _headers(tables), _findings(ledger)]
    parts.append(
        "## Numbers from the data\n\n" + _table(("number", "value", "how"), [(b.name, b.value, b.how) for b in bases])
    )
    parts.append(
        "## Set by the import without data\n\n"
        + _table(("number", "value", "why"), [(b.name, b.value, b.how) for b in assumed])
    )
    if fit is not None:
        parts.append(_fit(fit))
    if remarks:
        heading = "## What the data show but the market does not include yet"
        parts.append(f"{heading}\n\n" + "\n".join(f"- {r}" for r in remarks))
    if not defaults:
        return "\n\n".join(parts) + "\n"
    kept = _table(("parameter", "value", "source"), [(d.name, d.value, d.source) for d in defaults])
    parts.append(
        f"## Numbers that kept their default ({len(defaults)})\n\nSource A is an assumption of the model.\n\n{kept}"
    )
    return "\n\n".join(parts) + "\n"


def fit_line(row: FitRow) -> str:
    """One row of the hold-out table for a terminal."""
    numbers = f"observed {_amount(row, row.observed)}, simulated {_amount(row, row.simulated)} ({_deviation(row)})"
    return f"{row.label}: {numbers}: {row.verdict}"


def _amount(row: FitRow, value: float) -> str:
    return f"{value:.1%}" if row.measure in SHARES else f"{value:,.4g}"


def _deviation(row: FitRow) -> str:
    text = f"{row.deviation:+.1%}"
    return "0.0%" if text in ("+0.0%", "-0.0%") else text


def _files(tables: Sequence[MappedTable]) -> str:
    rows = [(t.file, t.kind.name, f"{len(t.table.frame):,}", t.table.encoding, _delimiter(t)) for t in tables]
    return "## Files\n\n" + _table(("file", "read as", "rows", "encoding", "delimiter"), rows)


def _delimiter(table: MappedTable) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}.get(table.table.delimiter, "–")


def _headers(tables: Sequence[MappedTable]) -> str:
    rows = [
        (t.kind.name, f.name, f.meaning, t.columns.get(f.name, "– not in the file"), t.how.get(f.name, ""))
        for t in tables
        for f in t.kind.fields
    ]
    text = "Guessed from the headers. `mapping.toml` in this folder holds the same mapping; edit it and pass it with `--mapping`."
    return f"## Headers\n\n{text}\n\n" + _table(("table", "field", "meaning", "your header", "found by"), rows)


def _findings(ledger: QualityLedger) -> str:
    titles = {CORRECTED: "Corrected", SET_ASIDE: "Set aside", NOTED: "Noted"}
    parts = []
    for kind, title in titles.items():
        rows = [
            (f.file, f.column, f.what, f.extent, quote_rows(f.rows) if f.rows else "", f.why)
            for f in ledger.findings
            if f.kind == kind
        ]
        parts.append(f"## {title}\n\n" + _table(("file", "column", "what", "how much", "first rows", "why"), rows))
    return "\n\n".join(parts)


def _fit(fit: Sequence[FitRow]) -> str:
    if not fit:
        return "## Fit\n\nThe fit was not tested: no weeks were held out, or nothing was simulated (`--runs 0`)."
    rows = [
        (
            r.label,
            _amount(r, r.training),
            _amount(r, r.observed),
            _amount(r, r.simulated),
            f"{_amount(r, r.low)} – {_amount(r, r.high)}",
            _deviation(r),
            r.verdict,
        )
        for r in fit
    ]
    head = (
        "measure",
        "fitted weeks, observed",
        "held out, observed",
        "held out, simulated",
        f"95 % of {fit[0].runs} runs",
        "deviation",
        f"within {TOLERANCE:.0%}",
    )
    return "## Fit on the weeks held out\n\n" + _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "None."
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows])


def _cell(text: str) -> str:
    return markdown(str(text))
