"""The one currency of an import: named by its tables or the user; amounts in several currencies are refused or converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.notation.currency_mentions import (
    CURRENCY,
    CurrencyMention,
    currencies_of_amounts,
    currencies_of_words,
    find_currency_mentions,
    mentions_in_column,
    money_columns,
)
from experiments.intake.tables.quality_ledger import NOTED, QualityLedger
from experiments.intake.tables.schema.conventions import Currency
from experiments.intake.tables.schema.mapping_file import CurrencyRules
from experiments.intake.tables.values.amounts import cell_readings
from experiments.intake.tables.values.currency_symbols import WITHOUT_CENTS, currencies_in_header

#: The currency of a scenario when nothing names one.
USUAL = "EUR"
Factors = dict[tuple[Path, str], pd.Series]


def agree_on_currency(
    tables: Sequence[MappedTable], given: str | None, rules: CurrencyRules | None, style: str, ledger: QualityLedger
) -> tuple[Currency, Factors]:
    """The currency of all money, and the conversion factors by file and field where the user gave rates.

    A mention such as '$' can mean several currencies; the currency is what all mentions have in common. Refused: two
    mentions with nothing in common, a currency stated by the user that the tables contradict, and cells of one field with
    a symbol and with a currency that the symbol need not mean ('$12', '12 CAD'), unless the user says that they are one.
    """
    place = ", ".join(dict.fromkeys(table.file for table in tables))
    given = given or (rules.into if rules is not None else None)
    _refuse_unknown_words(tables, ledger)
    if rules is not None and rules.rates:
        code = given or USUAL
        how = f"converted at the rates of the mapping file: {_rates_text(rules.rates, code)}"
        return Currency(code, how), _factors(tables, rules.rates, code, ledger)
    named = find_currency_mentions(tables)
    common = _in_common(named)
    if named and not common:
        _refuse_several(named, place, ledger)
    elif named and given is not None and given not in common:
        _refuse_contradicted(named, given, _any(common), place, ledger)
    elif given is None and (unlike := _unlike(named)) is not None:
        _ask_whether_one(*unlike, common[0], place, ledger)
    elif given is None and len(common) > 1 and _has_cents(tables, style):
        common = tuple(code for code in common if code not in WITHOUT_CENTS) or common
    code = given or next(iter(common), USUAL)
    currency = Currency(code, _reason(named, common, given))
    cells = sum(one.cells for one in named)
    ledger.add(NOTED, place, "", f"money is in {code}", currency.how, count=cells, counted="cell")
    return currency, {}


def _reason(named: Sequence[CurrencyMention], common: Sequence[str], given: str | None) -> str:
    if not named:
        return (
            "as stated by the user"
            if given
            else "no symbol, header or column of the tables names a currency; --currency sets another"
        )
    if given is not None:
        return f"as stated by the user, and {named[0].place} agrees"
    if len(common) > 1:
        return f"{named[0].place} can be {_any(common)}; the first is used, --currency sets another"
    more = len(named) - 1
    others = f", and {more} more place{' agrees' if more == 1 else 's agree'}" if more else ""
    return f"named by {named[0].place}{others}"


def _refuse_several(named: Sequence[CurrencyMention], place: str, ledger: QualityLedger) -> None:
    first, other = _opposed(named)
    into, rate = first.codes[0], other.codes[0]
    ledger.refused(
        place,
        "",
        f"amounts are in more than one currency: {first.place} is {_any(first.codes)}, {other.place} is {_any(other.codes)}",
        "one currency in all files of an import",
        f'convert them, or give rates in a file given with --mapping: [currency] into = "{into}" rates = {{ {rate} = … }} '
        f"(the value of one {rate} in {into})",
    )


def _ask_whether_one(
    first: CurrencyMention, other: CurrencyMention, code: str, place: str, ledger: QualityLedger
) -> None:
    ledger.refused(
        place,
        "",
        f"amounts may be in more than one currency: {first.place} can be {_any(first.codes)}, {other.place} {_any(other.codes)}",
        "one way of writing the currency, or your confirmation that it is one",
        f"set --currency {code} if all are {code}; if not, write the code next to every amount (or in a column 'currency') "
        "and give rates in a file given with --mapping",
    )


def _refuse_contradicted(
    named: Sequence[CurrencyMention], given: str, expected: str, place: str, ledger: QualityLedger
) -> None:
    against = next((one for one in named if given not in one.codes), named[0])
    ledger.refused(
        place,
        "",
        f"--currency (or [currency] into) says {given}, but {against.place} is {_any(against.codes)}",
        f"{expected}, the currency of the amounts",
        f'omit --currency, or give rates in a file given with --mapping: [currency] into = "{given}" '
        f"rates = {{ {against.codes[0]} = … }}",
    )


def refuse_mixed_column(table: MappedTable, field: str, ledger: QualityLedger) -> None:
    """Refuse a column in two currencies. For amounts that are only compared with each other, whatever their currency."""
    named = (
        mentions_in_column(table, field, currencies_of_amounts(table.cells(field))) if field in table.columns else []
    )
    if named and not _in_common(named):
        _refuse_several(named, table.file, ledger)


def _in_common(named: Sequence[CurrencyMention]) -> tuple[str, ...]:
    """Currencies that every mention can mean, in the order of the most specific mention."""
    shortest = min(named, key=lambda one: len(one.codes), default=None)
    return tuple(c for c in shortest.codes if all(c in one.codes for one in named)) if shortest else ()


def _opposed(named: Sequence[CurrencyMention]) -> tuple[CurrencyMention, CurrencyMention]:
    """Two mentions that cannot mean the same currency (or, where any two can, the first and the most specific)."""
    pairs = ((a, b) for k, a in enumerate(named) for b in named[k + 1 :] if not set(a.codes) & set(b.codes))
    return next(pairs, (named[0], min(named[1:], key=lambda one: len(one.codes))))


def _unlike(named: Sequence[CurrencyMention]) -> tuple[CurrencyMention, CurrencyMention] | None:
    """Two mentions in cells of one field, one of which can mean more currencies than the other."""
    cells = [one for one in named if one.cells]
    pairs = ((a, b) for k, a in enumerate(cells) for b in cells[k + 1 :] if a.field == b.field)
    return next(((a, b) for a, b in pairs if set(a.codes) != set(b.codes)), None)


def _any(codes: Sequence[str]) -> str:
    """'USD', or 'USD, CAD or AUD' with at most four of them."""
    shown = [*codes[:4], *(["another"] if len(codes) > 4 else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _rates_text(rates: Mapping[str, float], into: str) -> str:
    return ", ".join(f"1 {code} = {rate:g} {into}" for code, rate in rates.items())


def _has_cents(tables: Sequence[MappedTable], style: str) -> bool:
    return any(
        cell_readings(str(cell)).get(style, 0.0) % 1.0
        for table, field in money_columns(tables)
        for cell in table.cells(field).unique()
    )


def _refuse_unknown_words(tables: Sequence[MappedTable], ledger: QualityLedger) -> None:
    for table in tables:
        cells = table.cells(CURRENCY)
        unknown = cells.ne("") & currencies_of_words(cells).map(len).eq(0)
        if CURRENCY in table.columns and unknown.any():
            rows = [int(r) for r in cells.index[unknown]]
            word = cells.loc[rows[0]]
            expected, remedy = "a symbol such as € or a three-letter code", "correct the cells, or rename the header"
            ledger.refused(
                table.file, table.header(CURRENCY), f"'{word}' is not a known currency", expected, remedy, rows
            )


def _factors(tables: Sequence[MappedTable], rates: Mapping[str, float], into: str, ledger: QualityLedger) -> Factors:
    """Value in ``into`` of one unit of each amount; amounts whose currency is unclear or has no rate are refused."""
    worth = {into: 1.0, **rates}
    found: Factors = {}
    for table, field in money_columns(tables):
        cells = table.cells(field)
        code = _codes(
            currencies_of_amounts(cells),
            currencies_of_words(table.cells(CURRENCY)),
            currencies_in_header(table.header(field)),
            worth,
        )
        bad = code.isna() & cells.ne("")
        if bad.any():
            rows = [int(r) for r in cells.index[bad]]
            ledger.refused(
                table.file,
                table.header(field),
                f"no rate for '{cells.loc[rows[0]]}', or its currency is not clear",
                f"amounts in {_any(list(worth))}, named by symbol or code in the cell, by the header or by the currency of the row",
                "add the rate to [currency] rates in the mapping file, or write the currency next to the amount",
                rows,
            )
        found[table.table.path, field] = code.map(worth).astype(np.float64).fillna(1.0)
        turned = code.notna() & code.ne(into) & cells.ne("")
        if turned.any():
            ledger.add(
                NOTED,
                table.file,
                table.header(field),
                f"amounts converted into {into}",
                f"at the rates of the mapping file: {_rates_text(rates, into)}",
                [int(r) for r in cells.index[turned]],
            )
    return found


def _codes(
    of_cells: pd.Series, of_rows: pd.Series, of_header: tuple[str, ...], worth: Mapping[str, float]
) -> pd.Series:
    """The one currency with a rate that cell, row and header of an amount can all mean; None where there is none, or several."""
    found = {}
    for pair in set(zip(of_cells, of_rows, strict=True)):
        named = [codes for codes in (*pair, of_header) if codes]
        fit = [code for code in worth if named and all(code in codes for codes in named)]
        found[pair] = fit[0] if len(fit) == 1 else None
    pairs = zip(of_cells, of_rows, strict=True)
    return pd.Series([found[pair] for pair in pairs], index=of_cells.index, dtype=object)
