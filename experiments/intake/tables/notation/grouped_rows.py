"""Reports that name a group only in its first row: recognised, and filled down where the user says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, QualityLedger

#: Fields that name the group in reports by customer.
_GROUPS = ("customer", "account")
#: Share of rows without a name from which a table is suspect, and share of names that occur once in a grouped report.
_BLANK, _ONCE = 0.5, 0.9


def fill_down(tables: Sequence[MappedTable], fields: Sequence[str], ledger: QualityLedger) -> list[MappedTable]:
    """The tables with blank cells of ``fields`` filled with the cell above, counted; other grouped reports are refused."""
    known = {spec.name for table in tables for spec in table.kind.fields}
    for field in fields:
        if field not in known:
            problem, expected = (
                f"'{field}' is not a field of these tables",
                f"fields such as {', '.join(sorted(known))}",
            )
            ledger.refused("mapping file", "rules.fill_down", problem, expected, "correct the name")
    filled = []
    for table in tables:
        for field in fields:
            if field in table.columns:
                table = _filled(table, field, ledger)
        for field in _GROUPS:
            if field in table.columns:
                _refuse_grouped(table, field, ledger)
        filled.append(table)
    return filled


def _filled(table: MappedTable, field: str, ledger: QualityLedger) -> MappedTable:
    cells = table.cells(field)
    down = cells.where(cells.ne("")).ffill().fillna("").astype("str")
    rows = [int(r) for r in cells.index[down.ne(cells)]]
    if not rows:
        return table
    why = "the mapping file says that a group is named only in its first row"
    ledger.add(CORRECTED, table.file, table.header(field), "blank cells filled with the cell above", why, rows)
    frame = table.table.frame.assign(**{table.columns[field]: down})
    return replace(table, table=replace(table.table, frame=frame))


def _refuse_grouped(table: MappedTable, field: str, ledger: QualityLedger) -> None:
    cells = table.cells(field)
    blank = cells.eq("")
    names = cells[~blank]
    if len(names) < 2 or blank.mean() < _BLANK or names.nunique() < _ONCE * len(names) or blank.iloc[0]:
        return
    rows = [int(r) for r in cells.index[blank]]
    first = ledger.name(str(names.iloc[0]), personal=True)
    problem = (
        f"{len(rows):,} rows have no {field}; it seems to be given only in the first row of each group: {first} in row "
        f"{names.index[0]}, the next name in row {names.index[1]}"
    )
    remedy = (
        f'set [rules] fill_down = ["{field}"] in a file given with --mapping, or fill the column in the spreadsheet'
    )
    ledger.refused(table.file, table.header(field), problem, f"the {field} in every row", remedy, rows)
