"""Invoice files that tests write and then read as an import does, up to the clean lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.intake.invoices.invoice_lines import read_lines
from experiments.intake.tables.files.table_reader import read_table
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.notation.common_notation import agree_on_conventions
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.conventions import Currency
from experiments.intake.tables.schema.invoice_kind import INVOICE_KINDS
from experiments.intake.tables.schema.mapping_file import load_mapping
from sim.errors import InputErrors

HEADER = ["invoice", "customer", "product", "date", "quantity", "value"]


def rows_of(values: Sequence[str], days: Sequence[str] = (), quantities: Sequence[str] = ()) -> list[list[str]]:
    """Header and one invoice line per value, with the given days and quantities (plain ones by default)."""
    return [
        HEADER,
        *(
            [
                f"I{k}",
                f"Shop {k % 3}",
                f"P{k % 2}",
                days[k] if days else f"2023-01-{k % 28 + 1:02d}",
                quantities[k] if quantities else "1",
                value,
            ]
            for k, value in enumerate(values)
        ),
    ]


def write(path: Path, rows: Sequence[Sequence[str]], delimiter: str = ";") -> Path:
    """Write rows as a text table."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def read(
    folder: Path, *tables: Sequence[Sequence[str]], mapping: str = "", currency: str | None = None
) -> tuple[pd.DataFrame, Currency, QualityLedger]:
    """Lines of one file per table, the currency and the ledger; raises InputErrors as an import does."""
    ledger = QualityLedger()
    toml = folder / "mapping.toml"
    toml.write_text(mapping, encoding="utf-8")
    given = load_mapping(toml, INVOICE_KINDS)
    mapped = []
    for number, rows in enumerate(tables):
        table = read_table(write(folder / f"t{number}.csv", rows), ledger)
        ledger.stop_if_refused()
        assert table is not None
        mapped += map_tables([table], INVOICE_KINDS, given, ledger).values()
    ledger.stop_if_refused()
    agreed, money = agree_on_conventions(mapped, given, currency, ledger)
    ledger.stop_if_refused()
    return read_lines(agreed, given, ledger).frame, money, ledger


def refusal(folder: Path, *tables: Sequence[Sequence[str]], mapping: str = "", currency: str | None = None) -> str:
    """The refusals of :func:`read` as text."""
    try:
        read(folder, *tables, mapping=mapping, currency=currency)
    except InputErrors as refused:
        assert all(error.place and error.expected and error.remedy for error in refused.errors)
        return "\n".join(f"{error.place}: {error.problem} | {error.remedy}" for error in refused.errors)
    raise AssertionError("nothing was refused")


def findings_text(ledger: QualityLedger) -> str:
    """All findings, one line each."""
    return "\n".join(finding.line() for finding in ledger.findings)
