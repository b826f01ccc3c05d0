"""The table of results: one row for each thing measured, kept from run to run so that any part can be measured alone."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from bench.timing import Measurement


@dataclass(frozen=True)
class Row:
    """What was measured of one thing, when (a date) and by which command; NaN where a number was not taken."""

    section: str
    measure: str
    customers: int | None
    threads: int | None
    unit: str
    median: float
    min: float
    max: float
    repetitions: int
    processor_time: float
    cores_used_by_others: float
    date: str
    command: str

    @property
    def name(self) -> str:
        """What was measured."""
        return self.measure


def rows_of(found: Sequence[Measurement], command: str, date: str) -> list[Row]:
    """The rows of fresh measurements."""
    return [
        Row(
            section=m.section,
            measure=m.name,
            customers=m.customers,
            threads=m.threads,
            unit=m.unit,
            median=m.median,
            min=min(m.values),
            max=max(m.values),
            repetitions=len(m.values),
            processor_time=m.cpu_median,
            cores_used_by_others=m.load,
            date=date,
            command=command,
        )
        for m in found
    ]


def merge(before: Sequence[Row], now: Sequence[Row]) -> list[Row]:
    """Sections that were measured now in place of what they were before, the others as they are; new ones last."""
    sections = {row.section for row in now}
    order = list(dict.fromkeys([*(row.section for row in before), *(row.section for row in now)]))
    rows = [*(row for row in before if row.section not in sections), *now]
    return sorted(rows, key=lambda row: order.index(row.section))


def read(path: Path) -> list[Row]:
    """The rows of a table, none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_parse(line) for line in csv.DictReader(file)]


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write a table; numbers with six digits."""
    names = [field.name for field in fields(Row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(names)
        for row in rows:
            table.writerow([_text(getattr(row, name)) for name in names])


def _parse(line: dict[str, str]) -> Row:
    def number(name: str) -> float:
        return float(line[name]) if line[name] else math.nan

    def whole(name: str) -> int | None:
        return int(line[name]) if line[name] else None

    return Row(
        section=line["section"],
        measure=line["measure"],
        customers=whole("customers"),
        threads=whole("threads"),
        unit=line["unit"],
        median=number("median"),
        min=number("min"),
        max=number("max"),
        repetitions=int(line["repetitions"]),
        processor_time=number("processor_time"),
        cores_used_by_others=number("cores_used_by_others"),
        date=line["date"],
        command=line["command"],
    )


def _text(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return "" if value is None else value
