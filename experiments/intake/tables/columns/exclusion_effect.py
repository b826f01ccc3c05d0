"""What excluding rows would do: their share, and what they have in common that would bias the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.intake.tables.mapped_tables import MappedTable

#: Share of rows beyond which the rest is a different table, and a number of rows that is few in any table.
MOST_EXCLUDED, FEW = 0.05, 3
#: Fewest rows that make a part of the table, and the share of them excluded from which the part counts as lost.
_FEWEST, _GONE = 5, 0.5
#: Density of excluded rows, without their outermost tenths, from which they are one block of the file.
_DENSE = 0.3
#: Largest number that enters a share of value: beyond it, one typing error would be all of the value.
_LARGEST = 1e12
#: Fields that divide a table into parts: who, what and where.
_PERSONAL = ("customer", "account", "agent", "manager")
_PARTS = (
    "customer",
    "product",
    "group",
    "country",
    "region",
    "agent",
    "account",
    "stage",
    "manager",
    "office",
    "sector",
)
_DAYS, _AMOUNTS = ("day", "closed", "opened"), ("quantity", "price", "value", "units")
_MINUS = r"^\s*[-−(]|[-−)]\s*$"
_MONTH, _YEAR = 7, 4


@dataclass(frozen=True)
class Exclusion:
    """Rows that would be excluded from ``all_rows``: how many, their share of sales (NaN unknown), what they have in common."""

    rows: int
    all_rows: int
    value_share: float
    trait: str

    @property
    def harmful(self) -> bool:
        """Whether the rest would describe another market: too many rows are lost, or a whole part of it."""
        return (self.rows > FEW and self.rows > MOST_EXCLUDED * self.all_rows) or bool(self.trait)

    @property
    def description(self) -> str:
        """Share of rows and value, and the trait, in words."""
        text = f"{self.rows:,} of {self.all_rows:,} rows, {self.rows / self.all_rows:.1%}"
        if np.isfinite(self.value_share):
            text += f", with {self.value_share:.1%} of the value"
        return text + (f"; {self.trait}" if self.trait else "")


def assess_exclusion(table: MappedTable, bad: pd.Series, before: pd.Series, field: str) -> Exclusion:
    """The effect of excluding the ``bad`` rows for their cells in ``field``, in addition to those excluded ``before``.

    The share is that of all of them; a common trait is sought among the bad ones, which share one reason.
    """
    trait, gone = next(_parts_gone(table, bad, field), "") or _block(bad), bad | before
    return Exclusion(int(gone.sum()), len(gone), _value_share(table, gone), trait)


def _parts_gone(table: MappedTable, gone: pd.Series, field: str) -> Iterator[str]:
    """Parts of the table that would be lost with these rows, in words: one sign, one format, one name, one period."""
    for name in _AMOUNTS:
        if name in table.columns:
            below = table.cells(name).str.contains(_MINUS)
            if any(_most_gone(below.map({True: "-", False: ""}), gone)):
                yield f"they include most negative amounts in '{table.header(name)}'"
    cells = table.cells(field)
    bare = cells.str.replace(r"\d" if field in _DAYS else r"\d+", "9", regex=True)
    for form in _most_gone(bare, gone):
        written = "9" in form and not any(char.isalpha() for char in form)
        if written and cells[gone & bare.eq(form)].nunique() >= _FEWEST:
            yield f"they include most cells of '{table.header(field)}' written like {form}"
    for name in _PARTS:
        if name in table.columns and name != field:
            for value in _most_gone(table.cells(name), gone):
                shown = "one name" if name in _PERSONAL else f"'{value}'"
                yield f"they include most rows with {shown} in '{table.header(name)}'"
    for name in (day for day in _DAYS if day != field):
        days = table.cells(name).str.split(r"[T\s]", n=1, regex=True).str[0].fillna("")
        year_first = days.str[:_YEAR].str.isdecimal()
        for length, noun in ((_MONTH, "month"), (_YEAR, "year")):
            periods = days.str[:length].where(year_first, days.str[-length:])
            for value in filter(None, _most_gone(periods, gone)):
                yield f"they include most rows of one {noun} in '{table.header(name)}' ({value})"


def _most_gone(cells: pd.Series, gone: pd.Series) -> list[str]:
    """Values of ``cells`` that lose most of their rows; none where all rows have the same value."""
    lost = cells[gone].value_counts()
    lost = lost[lost.ge(_FEWEST)]
    of = cells[cells.isin(list(lost.index))].value_counts().reindex(lost.index)
    return [str(value) for value in lost.index[lost.ge(_GONE * of)] if of[value] < len(cells)]


def _block(gone: pd.Series) -> str:
    """The block of the file that the excluded rows form, in words; empty where they are scattered."""
    places = np.flatnonzero(gone.to_numpy())
    if len(places) < _FEWEST:
        return ""
    edge = len(places) // 10
    first, last = places[edge], places[-1 - edge]
    if (len(places) - 2 * edge) / (last - first + 1) < _DENSE:
        return ""
    return f"most of them are together, from row {gone.index[first]} to {gone.index[last]}"


def _value_share(table: MappedTable, gone: pd.Series) -> float:
    """Share of sales in these rows, as far as cells are plain numbers; NaN where too few are."""
    number = {
        name: pd.to_numeric(table.cells(name), errors="coerce").clip(-_LARGEST, _LARGEST)
        for name in ("value", "price", "quantity")
        if name in table.columns
    }
    value = number["value"] if "value" in number else number.get("price", np.nan) * number.get("quantity", np.nan)
    worth = pd.Series(value, index=gone.index, dtype=float).abs()
    if worth.notna().mean() < _GONE or worth[gone].isna().mean() > _GONE or not worth.sum() > 0.0:
        return float("nan")
    return float(worth[gone].sum() / worth.sum())
