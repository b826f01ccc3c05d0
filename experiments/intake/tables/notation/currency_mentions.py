"""What the tables of an import say about its currency: symbols and codes in cells, words in headers, a currency column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import quote_rows
from experiments.intake.tables.schema.conventions import MONEY
from experiments.intake.tables.values.amounts import split_amount
from experiments.intake.tables.values.currency_symbols import currencies_in_header, currencies_of

#: Field of kinds that may have a currency column.
CURRENCY = "currency"


@dataclass(frozen=True)
class CurrencyMention:
    """Currencies that one place can mean, the most likely first; the place in words, its money cells, and their field.

    Headers and currency columns have no money cells of their own: they apply to the amounts in their column or row.
    """

    codes: tuple[str, ...]
    place: str
    cells: int
    field: str


def money_columns(tables: Sequence[MappedTable]) -> Iterator[tuple[MappedTable, str]]:
    """Table and field of every money column."""
    for table in tables:
        for field in MONEY:
            if field in table.columns:
                yield table, field


def find_currency_mentions(tables: Sequence[MappedTable]) -> list[CurrencyMention]:
    """Every mention of a currency, once per column and way of writing it."""
    found = []
    for table, field in money_columns(tables):
        header = table.header(field)
        if currencies_in_header(header):
            found.append(
                CurrencyMention(currencies_in_header(header), f"the header '{header}' of {table.file}", 0, field)
            )
        found += mentions_in_column(table, field, currencies_of_amounts(table.cells(field)))
    for table in tables:
        if CURRENCY in table.columns:
            found += mentions_in_column(table, CURRENCY, currencies_of_words(table.cells(CURRENCY)))
    return found


def currencies_of_amounts(cells: pd.Series) -> pd.Series:
    """Currencies that each amount can be in, by its own symbol or code; () where it names none."""
    return cells.map({cell: w.unit if (w := split_amount(str(cell))) else () for cell in cells.unique()})


def currencies_of_words(cells: pd.Series) -> pd.Series:
    """Currencies that each cell of a currency column can mean; () for blanks and for words that are not currencies."""
    return cells.map({cell: currencies_of(str(cell)) for cell in cells.unique()})


def mentions_in_column(table: MappedTable, field: str, codes: pd.Series) -> list[CurrencyMention]:
    """Mentions in the cells of one column; ``codes`` are the currencies that each cell can mean."""
    cells = table.cells(field)
    found = []
    for meant in codes.unique():
        if meant:
            rows = [int(r) for r in cells.index[codes.map(lambda c, m=meant: c == m)]]
            place = f"'{cells.loc[rows[0]]}' in column '{table.header(field)}' of {table.file}, row{'s' if len(rows) > 1 else ''} {quote_rows(rows)}"
            found.append(CurrencyMention(meant, place, 0 if field == CURRENCY else len(rows), field))
    return found
