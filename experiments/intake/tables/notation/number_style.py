"""One number style for all amounts of an import: proved by a cell, stated by the user, or asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import NOTED, QualityLedger
from experiments.intake.tables.schema.conventions import MONEY, NUMBERS
from experiments.intake.tables.values.amounts import COMMA, POINT, STYLES, cell_readings

_WORDS = {POINT: "a decimal point, as in 1,250.50", COMMA: "a decimal comma, as in 1.250,50"}


@dataclass
class Evidence:
    """Cells that prove one style, or prove nothing: how many, and the first of them with its place."""

    cells: int = 0
    cell: str = ""
    first: str = ""

    def add(self, table: MappedTable, name: str, cells: pd.Series, cell: str, count: int) -> None:
        """Add ``count`` cells with the text ``cell``."""
        if not self.cells:
            self.cell = cell
            row = int(cells.index[cells.eq(cell)][0])
            self.first = f"'{cell}' ({table.file}, row {row}, column '{table.header(name)}')"
        self.cells += count


def number_columns(tables: Sequence[MappedTable]) -> Iterator[tuple[MappedTable, str]]:
    """Table and field of every column of numbers written as text (typed numbers of a Parquet file need no style)."""
    for table in tables:
        for name in NUMBERS:
            if name in table.columns and table.columns[name] not in table.table.numeric:
                yield table, name


@dataclass
class Found:
    """Evidence of all number columns: cells that prove a style, cells with two readings, plain whole numbers.

    ``decimals`` are, by style, the cells of money columns that would have three decimals in it while no cell of their own
    column proves that style: money hardly ever has three decimals.
    """

    proofs: dict[str, Evidence] = field(default_factory=lambda: {style: Evidence() for style in STYLES})
    unclear: Evidence = field(default_factory=Evidence)
    plain: int = 0
    decimals: dict[str, Evidence] = field(default_factory=lambda: {style: Evidence() for style in STYLES})

    @property
    def proved(self) -> list[str]:
        """Styles that at least one cell proves."""
        return [style for style in STYLES if self.proofs[style].cells]


def agree_on_style(tables: Sequence[MappedTable], given: str | None, ledger: QualityLedger) -> str:
    """The style in which every number of the import is read.

    1.250 is a thousand in one style and one and a quarter in the other, so it proves nothing; 12,5 and 1.250,00 prove
    one. Refused: both styles proved, and cells that need a style where nothing proves one. ``given``, stated by the user,
    resolves both.
    """
    found = _look(tables)
    place = ", ".join(dict.fromkeys(table.file for table in tables))
    if given is None:
        _refuse(found, place, ledger)
    style = given or (found.proved[0] if found.proved else POINT)
    proof = found.proofs[style]
    if proof.cells or found.unclear.cells:
        what = f"numbers read with {_WORDS[style]}"
        why = f"{_cells(proof.cells)} can be read in no other way, such as {proof.first}"
        if found.unclear.cells:
            value = cell_readings(found.unclear.cell)[style]
            what += f"; {_cells(found.unclear.cells)} could be read in another way, such as {found.unclear.first}, read as {value:g}"
        total = proof.cells + found.unclear.cells + found.plain
        ledger.add(NOTED, place, "", what, "the mapping file says so" if given else why, count=total, counted="cell")
    elif found.plain:
        what = "numbers are whole, without decimals or thousands separators"
        ledger.add(NOTED, place, "", what, "they mean the same in every style", count=found.plain, counted="cell")
    else:
        ledger.add(NOTED, place, "", "numbers are stored as numbers", "there is no style to decide", count=0)
    return style


def _look(tables: Sequence[MappedTable]) -> Found:
    found = Found()
    for table, name in number_columns(tables):
        cells = table.cells(name)
        own = {style: Evidence() for style in STYLES}
        proved = set()
        for cell, count in cells.value_counts(sort=False).items():
            read = cell_readings(str(cell))
            if len(read) == 1:
                proved.add(next(iter(read)))
                found.proofs[next(iter(read))].add(table, name, cells, str(cell), int(count))
            elif len(set(read.values())) == 2:
                found.unclear.add(table, name, cells, str(cell), int(count))
                own[min(read, key=read.__getitem__)].add(table, name, cells, str(cell), int(count))
            elif read:
                found.plain += int(count)
        for style in STYLES:
            if name in MONEY and style not in proved and not found.decimals[style].cells:
                found.decimals[style] = own[style]
    return found


def _refuse(found: Found, place: str, ledger: QualityLedger) -> None:
    if len(found.proved) == 2:
        point, comma = (found.proofs[style] for style in STYLES)
        ledger.refused(
            place,
            "",
            f"numbers are written in two styles: {point.first} has a decimal point ({_cells(point.cells)}), "
            f"{comma.first} a decimal comma ({_cells(comma.cells)})",
            "one style in all columns of amounts and quantities",
            f"{_SETTING}; cells that do not fit are then errors to be corrected or set aside",
        )
        return
    doubt = found.decimals[found.proved[0]] if found.proved else found.unclear
    if doubt.cells:
        proof = (
            f"only {found.proofs[found.proved[0]].first}, in another column, proves one"
            if found.proved
            else "no cell proves one"
        )
        ledger.refused(
            place,
            "",
            f"the number style is unclear: {_cells(doubt.cells)} such as {doubt.first} can be thousands or have three "
            f"decimals, and {proof}",
            "numbers such as 1250 or 1250.00, or at least one that can be read in only one way, such as 1.250,00",
            _SETTING,
        )


_SETTING = f'set [rules] number_style = "{COMMA}" (1.250,50) or "{POINT}" (1,250.50) in a file given with --mapping'


def _cells(number: int) -> str:
    return f"{number:,} cell{'' if number == 1 else 's'}"
