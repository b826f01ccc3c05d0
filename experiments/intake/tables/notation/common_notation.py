"""The notation that all tables of an import share: number style, currency, clock; disagreements are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.notation.currency_mentions import money_columns
from experiments.intake.tables.notation.grouped_rows import fill_down
from experiments.intake.tables.notation.import_currency import agree_on_currency, refuse_mixed_column
from experiments.intake.tables.notation.number_style import agree_on_style
from experiments.intake.tables.notation.time_zone import agree_on_zone
from experiments.intake.tables.quality_ledger import NOTED, QualityLedger, quote_rows
from experiments.intake.tables.schema.conventions import Conventions, Currency
from experiments.intake.tables.schema.mapping_file import MappingFile
from experiments.intake.tables.values.amounts import split_amount


def agree_on_conventions(
    tables: Sequence[MappedTable], mapping: MappingFile, currency: str | None, ledger: QualityLedger
) -> tuple[list[MappedTable], Currency]:
    """The tables with their conventions, and the currency of the import; disagreements are refused in ``ledger``."""
    if not tables:
        return [], Currency(currency or "", "")
    tables = fill_down(tables, mapping.rules.fill_down, ledger)
    style = agree_on_style(tables, mapping.rules.number_style, ledger)
    money, factors = agree_on_currency(tables, currency, mapping.currency, style, ledger)
    for table in tables:
        refuse_mixed_column(table, "revenue", ledger)
    credits = _sign_of_credits(tables, ledger)
    zone, since_1904 = agree_on_zone(tables, ledger), mapping.rules.day_numbers == "since_1904"
    agreed = []
    for table in tables:
        own = {field: each for (path, field), each in factors.items() if path == table.table.path}
        agreed.append(replace(table, conventions=Conventions(style, credits, own, zone, since_1904)))
    return agreed, money


def _sign_of_credits(tables: Sequence[MappedTable], ledger: QualityLedger) -> float:
    """-1 where amounts marked CR are returns among sales, +1 where most amounts are marked CR."""
    credits, others = 0, 0
    place, rows = "", [0]
    for table, field in money_columns(tables):
        cells = table.cells(field)
        sides = {cell: w.side for cell in cells.unique() if (w := split_amount(str(cell)))}
        marked = cells.map(sides).eq("CR")
        credits, others = credits + int(marked.sum()), others + int((~marked & cells.ne("")).sum())
        if marked.any() and not place:
            place, rows = f"{table.file}, column '{table.header(field)}'", [int(r) for r in cells.index[marked]]
    if not credits:
        return -1.0
    sales = credits > others
    what = "amounts marked CR are read as sales, DR as returns" if sales else "amounts marked CR are read as negative"
    why = f"{credits:,} are marked CR, {others:,} are not; sales are more frequent than returns"
    ledger.add(NOTED, place, "", f"{what} (first rows {quote_rows(rows)})", why, count=credits, counted="cell")
    return 1.0 if sales else -1.0
