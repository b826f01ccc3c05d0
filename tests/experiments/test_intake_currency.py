"""The currency of an import: named by cells, headers or a column; several are refused or converted, never added up."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_fixture import HEADER, findings_text, read, refusal, rows_of

from experiments.intake import import_transactions
from experiments.intake.tables.files.table_reader import read_table
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.notation.common_notation import agree_on_conventions
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.mapping_file import MappingFile
from experiments.intake.tables.values.currency_symbols import (
    CODES,
    currencies_in_header,
    currencies_of,
    header_without_unit,
)
from sim.scenario import Scenario

_WRITTEN = {
    "CHF 40.00": "CHF", "40,00 kr": "SEK", "40,00 zł": "PLN", "₹40.00": "INR", "€40.00": "EUR", "40,00 €": "EUR",
    "40.00 eur": "EUR", "£40.00": "GBP", "$40.00": "USD", "US$40.00": "USD", "USD 40.00": "USD", "HK$40.00": "HKD",
    "R$ 40,00": "BRL", "C$40.00": "CAD", "A$40.00": "AUD", "Fr. 40.00": "CHF", "Rs. 40.00": "INR", "40,00 ₽": "RUB",
    "40,00 руб.": "RUB", "₺40,00": "TRY", "฿40.00": "THB", "40.00元": "CNY", "RMB 40.00": "CNY", "￥40.50": "CNY",
    "40,00 Kč": "CZK", "40,00 Ft": "HUF", "40,00 lei": "RON", "SEK\u00a040.00": "SEK", "40.00\u202fCHF": "CHF",
    "₩4000": "KRW", "¥4000": "JPY", "4000円": "JPY", "JPY 4000": "JPY", "40.00 ₪": "ILS", "kr. 40,00": "SEK",
}  # fmt: skip


@pytest.mark.parametrize("cell", _WRITTEN)
def test_symbols_words_and_codes_set_the_currency(tmp_path: Path, cell: str) -> None:
    frame, money, ledger = read(tmp_path, rows_of([cell, cell]))
    assert money.code == _WRITTEN[cell]
    assert frame["value"].tolist()[0] in (40.0, 40.5, 4000.0)
    assert f"money is in {money.code} (2 cells)" in findings_text(ledger) and cell in money.how


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Amount (USD)", "USD"),
        ("amount_eur", "EUR"),
        ("Amount in GBP", "GBP"),
        ("value [kr]", "SEK"),
        ("Amount €", "EUR"),
        ("金额（元）", "CNY"),
        ("sale_dollars", "USD"),
        ("Amount (RUB)", "RUB"),
        ("Total", "EUR"),
    ],
)
def test_headers_set_the_currency(tmp_path: Path, header: str, code: str) -> None:
    rows = rows_of(["40.00", "50.00"])
    rows[0] = [*HEADER[:-1], header]
    _, money, _ = read(tmp_path, rows)
    assert money.code == code


@pytest.mark.parametrize(
    "header", ["price per cup", "top price", "All sales", "try price", "net price", "Price Rs list"]
)
def test_words_in_headers_are_not_currency_codes(header: str) -> None:
    assert currencies_in_header(header) == ()


def test_every_code_means_itself() -> None:
    assert all(currencies_of(code) == (code,) == currencies_of(code.lower()) for code in CODES)
    assert header_without_unit("Unit price (USD)") == "Unit price" and header_without_unit("Amount in EUR") == "Amount"


@pytest.mark.parametrize(
    ("first", "other"),
    [("€40.00", "$40.00"), ("£40.00", "¥4000"), ("40.00 kr", "40.00 zł"), ("CHF 40.00", "EUR 40.00")],
)
def test_two_currencies_are_refused_with_a_cell_of_each(tmp_path: Path, first: str, other: str) -> None:
    found = refusal(tmp_path, rows_of([first, other, first]))
    assert f"'{first}' in column 'value' of t0.csv, rows 2, 4 is {currencies_of(first.strip('40. '))[0]}" in found
    assert f"'{other}' in column 'value' of t0.csv, row 3 is" in found and "rates" in found
    assert "more than one currency" in refusal(tmp_path, rows_of([first]), rows_of([other]))


@pytest.mark.parametrize(
    ("sign", "code", "other"),
    [("$40.00", "CAD", "USD"), ("$40.00", "USD", "CAD"), ("40.00 kr", "NOK", "SEK"), ("¥4000", "CNY", "JPY")],
)
def test_a_symbol_and_a_code_in_one_column_need_confirmation(tmp_path: Path, sign: str, code: str, other: str) -> None:
    """'$12' and '12 CAD' may be one currency or two: half of a file could be wrong without notice."""
    rows = [sign, f"30.00 {code}", sign]
    for found in (refusal(tmp_path, rows_of(rows)), refusal(tmp_path, rows_of(rows[:1]), rows_of(rows[1:2]))):
        assert "may be in more than one currency" in found and f"'{sign}'" in found and f"'30.00 {code}'" in found
        assert f"--currency {code}" in found
    assert read(tmp_path, rows_of(rows), currency=code)[1].code == code
    rates = f'[currency]\ninto = "{code}"\nrates = {{ {other} = 2.0 }}\n'
    assert "its currency is not clear" in refusal(tmp_path, rows_of(rows), mapping=rates)
    frame, _, _ = read(tmp_path, rows_of([f"30.00 {other}", f"30.00 {code}"]), mapping=rates)
    assert frame["value"].tolist() == [60.0, 30.0]


def test_marks_of_customers_are_in_one_currency_of_their_own(tmp_path: Path) -> None:
    def crm(revenues: tuple[str, str]) -> str:
        ledger = QualityLedger()
        deals = "deal_id,agent,product,account,stage,close date,value\n1,A,P,Acme,Won,2023-01-02,€5.50\n"
        accounts = f"account,revenue\nAcme,{revenues[0]}\nBolt,{revenues[1]}\n"
        tables = []
        for name, text in (("deals.csv", deals), ("accounts.csv", accounts)):
            (tmp_path / name).write_text(text, encoding="utf-8")
            table = read_table(tmp_path / name, ledger)
            assert table is not None
            tables.append(table)
        _, money = agree_on_conventions(
            list(map_tables(tables, CRM_KINDS, MappingFile(), ledger).values()), MappingFile(), None, ledger
        )
        return money.code + "".join(error.problem for error in ledger.refusals)

    assert crm(("$5.50", "$7.50")) == "EUR"
    assert "'$5.50' in column 'revenue' of accounts.csv, row 2" in crm(("$5.50", "£7.50"))


def _with_currency(values: list[str], codes: list[str]) -> list[list[str]]:
    rows = rows_of(values)
    return [[*row, code] for row, code in zip(rows, ["currency", *codes], strict=True)]


def test_a_column_of_currencies_is_evidence(tmp_path: Path) -> None:
    _, money, _ = read(tmp_path, _with_currency(["40.00", "$50.00"], ["cad", "CAD"]))
    assert money.code == "CAD"
    found = refusal(tmp_path, _with_currency(["40.00", "50.00"], ["EUR", "USD"]))
    assert "'EUR' in column 'currency' of t0.csv, row 2" in found and "'USD'" in found
    assert "'Taler' is not a known currency" in refusal(tmp_path, _with_currency(["40.00"], ["Taler"]))


def test_the_user_resolves_an_ambiguous_symbol_but_must_not_contradict_it(tmp_path: Path) -> None:
    assert read(tmp_path, rows_of(["$40.00"]), currency="CAD")[1].code == "CAD"
    assert read(tmp_path, rows_of(["40,00 kr"]), currency="NOK")[1].code == "NOK"
    assert read(tmp_path, rows_of(["40.00"]), currency="GBP")[1].code == "GBP"
    assert "--currency (or [currency] into) says EUR, but '$40.00'" in refusal(
        tmp_path, rows_of(["$40.00"]), currency="EUR"
    )
    _, money, ledger = read(tmp_path, rows_of(["40.00"]))
    assert money.code == "EUR" and "no symbol, header or column" in findings_text(ledger)
    assert "can be USD, CAD, AUD, NZD or another; the first is used" in findings_text(
        read(tmp_path, rows_of(["$40.00"]))[2]
    )


def test_rates_convert_cells_rows_and_files(tmp_path: Path) -> None:
    rates = '[currency]\ninto = "EUR"\nrates = { USD = 0.5, JPY = 0.01 }\n'
    frame, money, ledger = read(tmp_path, rows_of(["€40.00", "$40.00", "¥4000"]), mapping=rates)
    assert frame["value"].tolist() == [40.0, 20.0, 40.0] and money.code == "EUR"
    assert "1 USD = 0.5 EUR" in findings_text(ledger)
    frame, _, _ = read(tmp_path, _with_currency(["40.00", "40.00"], ["EUR", "USD"]), mapping=rates)
    assert frame["value"].tolist() == [40.0, 20.0]
    dollars = rows_of(["40.00"])
    dollars[0] = [*HEADER[:-1], "Amount (USD)"]
    frame, _, _ = read(tmp_path, rows_of(["€40.00"]), dollars, mapping=rates)
    assert frame["value"].tolist() == [40.0, 20.0]
    assert "no rate for '£40.00'" in refusal(tmp_path, rows_of(["€40.00", "£40.00"]), mapping=rates)
    assert "no rate for '40.00'" in refusal(tmp_path, rows_of(["€40.00", "40.00"]), mapping=rates)


@pytest.mark.parametrize(
    "rates",
    ['into = "EURO"', 'into = "EUR"\nrates = { USD = 0.0 }', 'into = "EUR"\nrates = { dollar = 1.0 }', "rates = {}"],
)
def test_impossible_rates_are_refused(tmp_path: Path, rates: str) -> None:
    assert "mapping.toml: currency" in refusal(tmp_path, rows_of(["€40.00"]), mapping=f"[currency]\n{rates}\n")


def test_credits_are_below_zero_unless_most_amounts_are_credits(tmp_path: Path) -> None:
    frame, _, ledger = read(tmp_path, rows_of(["40.00 DR", "30.00 DR", "20.00 CR"]))
    assert frame["value"].tolist() == [40.0, 30.0, -20.0] and "marked CR are read as negative" in findings_text(ledger)
    frame, _, ledger = read(tmp_path, rows_of(["40.00", "30.00 Cr.", "20.00"]))
    assert frame["value"].tolist() == [40.0, -30.0, 20.0]
    frame, _, ledger = read(tmp_path, rows_of(["40.00 CR", "30.00 CR", "20.00 DR"]))
    assert frame["value"].tolist() == [40.0, 30.0, -20.0] and "read as sales" in findings_text(ledger)
    assert "not a number: '-20.00 CR'" in refusal(tmp_path, rows_of(["40.00 DR", "-20.00 CR"]))


def test_yen_reach_the_scenario_in_yen(tmp_path: Path) -> None:
    """Money is kept in hundredths whatever the currency, so whole yen and whole euros give the same numbers."""
    from invoice_fixture import small_invoices

    scenarios = []
    for sign in ("€", "¥"):
        invoices = small_invoices(customers=40, weeks=30)
        for row in invoices.rows[1:]:
            row[5] = f"{sign}{max(round(float(row[5])), 1)}"
        import_transactions(invoices.write(tmp_path), tmp_path / "m", runs=0)
        scenarios.append(Scenario.load(tmp_path / "m"))
    euros, yen = scenarios
    assert (euros.world.currency, yen.world.currency) == ("EUR", "JPY")
    assert "| currency | JPY | " in (tmp_path / "m" / "quality.md").read_text(encoding="utf-8")
    assert [o.list_price for o in yen.world.offers] == [o.list_price for o in euros.world.offers]
