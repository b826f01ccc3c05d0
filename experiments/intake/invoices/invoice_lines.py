"""Invoice lines as one clean table, from one file or several, each line with its file and row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.intake.tables.columns.date_columns import read_dates
from experiments.intake.tables.columns.date_outliers import OutlierTexts, refuse_date_outliers
from experiments.intake.tables.columns.name_spellings import NameColumn, NameGroup, own_copy, unify_names
from experiments.intake.tables.columns.number_columns import LARGEST, read_amounts
from experiments.intake.tables.columns.row_check import RowCheck
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, SET_ASIDE, QualityLedger
from experiments.intake.tables.schema.mapping_file import MappingFile
from experiments.intake.tables.values.date_stamps import is_zero

#: Text fields that are used as they are.
_TEXTS = ("invoice", "product", "description", "group", "customer", "country", "region", "postcode")
_WORDS = OutlierTexts(
    future="invoiced on a day in the future",
    today="a date no later than today",
    apart="without an invoice lie between these lines and most others",
    most="most invoices are",
)


@dataclass
class InvoiceLines:
    """Lines and what happened to each: ``fate`` is "used" or the reason why a line is not used.

    frame: file (number), row (in that file), copy (hash of all its cells), invoice, prefix (letters before its
    number), product, description, group, customer, country, region, postcode ("" none), day, quantity, price (per
    piece), value, fate.
    ``tables`` are the files in the order of their numbers; ``given`` names the fields that some file has.
    """

    frame: pd.DataFrame
    tables: tuple[MappedTable, ...]
    ledger: QualityLedger

    def has(self, field: str) -> bool:
        """Whether any file has a column for ``field``."""
        return any(field in table.columns for table in self.tables)

    def set_aside(self, mask: pd.Series, field: str, fate: str, what: str, why: str) -> None:
        """Report all lines where ``mask`` is true; those still in use get ``fate`` and are no longer used."""
        self._report(mask, field, what, why, SET_ASIDE)
        self.frame.loc[mask & self.frame["fate"].eq("used"), "fate"] = fate

    def correct(self, mask: pd.Series, field: str, what: str, why: str, fate: str = "") -> None:
        """Report lines where something was corrected; given a ``fate``, those in use get it and are no longer used."""
        self._report(mask, field, what, why, CORRECTED)
        if fate:
            self.frame.loc[mask & self.frame["fate"].eq("used"), "fate"] = fate

    @property
    def used(self) -> pd.Series:
        """Mask of the lines still in use."""
        return self.frame["fate"].eq("used")

    def _report(self, mask: pd.Series, field: str, what: str, why: str, kind: str) -> None:
        found = self.frame.loc[mask, ["file", "row"]]
        for number, rows in found.groupby("file")["row"]:
            table = self.tables[int(str(number))]
            self.ledger.add(kind, table.file, table.header(field) if field else "", what, why, list(rows))


def by_value(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """``column`` with every cell changed; each distinct value is processed once."""
    return column.map({value: change(str(value)) for value in column.unique()}).astype("str")


def _leading_letters(number: str) -> str:
    return number[: next((k for k, char in enumerate(number) if not char.isalpha()), len(number))]


def read_lines(tables: Sequence[MappedTable], mapping: MappingFile, ledger: QualityLedger) -> InvoiceLines:
    """All lines of the files, each name in one spelling; raises InputErrors with every cell that cannot be used."""
    tables = [own_copy(table) for table in tables]
    unify_names(_name_groups(tables, mapping), mapping.rules, ledger)
    frames = [_read_one(number, table, mapping, ledger) for number, table in enumerate(tables)]
    ledger.stop_if_refused()
    frame = pd.concat(frames, ignore_index=True)
    if frame.empty:
        ledger.refused(tables[0].file, "", "no line remains", "invoice lines", "correct the cells that were set aside")
        ledger.stop_if_refused()
    return InvoiceLines(frame.assign(fate="used"), tuple(tables), ledger)


def _name_groups(tables: Sequence[MappedTable], mapping: MappingFile) -> list[NameGroup]:
    """Names on invoice lines: customers, products and places, each kind compared over all files."""

    def columns(field: str) -> tuple[NameColumn, ...]:
        return tuple(NameColumn(table, field) for table in tables)

    return [
        NameGroup("customer", "customers", columns("customer"), personal=True, aliases=mapping.names.get("customer")),
        NameGroup("product", "products", columns("product"), numbers=False, aliases=mapping.names.get("product")),
        NameGroup("group", "groups of products", columns("group"), numbers=False),
        NameGroup("country", "countries", columns("country"), places=True, numbers=False),
        NameGroup("region", "regions", columns("region"), places=True, numbers=False),
        NameGroup("invoice", "invoices", columns("invoice"), numbers=False, joined=False),
    ]


def _read_one(number: int, table: MappedTable, mapping: MappingFile, ledger: QualityLedger) -> pd.DataFrame:
    check = RowCheck.of(table, ledger, mapping.rules.unusable_rows)
    raw = table.table.frame
    frame = pd.DataFrame({"file": number, "row": raw.index}, index=raw.index)
    frame["copy"] = pd.util.hash_pandas_object(raw[sorted(raw.columns)], index=False)
    for field in _TEXTS:
        frame[field] = table.cells(field)
    frame["prefix"] = by_value(frame["invoice"], _leading_letters)
    check.unusable("product", frame["product"].eq(""), "no product", "the code or name of the product")
    check.unusable("day", table.cells("day").eq(""), "no date", "the day of the invoice")
    frame["day"] = read_dates(table, ("day",), check, mapping.rules.date_order)["day"]
    zero = frame["day"].isna() & table.cells("day").map(is_zero)
    check.unusable("day", zero, "no date: a zero instead of one", "the day of the invoice")
    refuse_date_outliers("day", frame["day"], check, _WORDS)
    check.unusable("quantity", table.cells("quantity").eq(""), "no quantity", "the number of pieces sold")
    frame["quantity"] = read_amounts(table, "quantity", check, minimum=None)
    frame["price"], frame["value"] = _money(table, frame["quantity"], check, ledger)
    return check.keep(frame)


def _money(
    table: MappedTable, quantity: pd.Series, check: RowCheck, ledger: QualityLedger
) -> tuple[pd.Series, pd.Series]:
    """Price per piece and value of the line; where both are given, the value is what was paid."""
    if "price" not in table.columns and "value" not in table.columns:
        headers = ", ".join(str(h) for h in table.table.frame.columns)
        remedy = '[tables.transactions.columns] price = "your header" (or value) in the mapping file'
        expected = f"e.g. unit_price or line total; found: {headers}"
        ledger.refused(table.file, "", "no header means the price per piece or the value of the line", expected, remedy)
        return quantity, quantity
    price, value = read_amounts(table, "price", check, minimum=None), read_amounts(table, "value", check, minimum=None)
    field = "price" if "price" in table.columns else "value"
    blank = table.cells("price").eq("") & table.cells("value").eq("")
    check.unusable(field, blank, "no price", "the price per piece, or the value of the line")
    paid = value.where(value.notna(), price * quantity)
    check.unusable(field, paid.abs().gt(LARGEST), f"a line worth more than {LARGEST:g}", "a smaller price or quantity")
    each = (value / quantity.where(quantity.ne(0.0))).where(value.notna(), price)
    differ = value.notna() & price.notna() & (value - price * quantity).abs().gt(0.01 * value.abs() + 0.01)
    if differ.any():
        what = "lines worth more or less than price × quantity"
        ledger.add(
            NOTED,
            table.file,
            table.header("value"),
            what,
            "the value is used as what was paid",
            list(differ.index[differ]),
        )
    return each.fillna(price).astype(np.float64), paid.astype(np.float64)
