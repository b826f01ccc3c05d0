"""Amounts: one number style for an import, proved by a cell, stated by the user, or asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_fixture import HEADER, findings_text, read, refusal, rows_of

from experiments.intake.tables.values.amounts import COMMA, POINT, readings, split_amount

#: Ways of writing a number: decimal sign, sign of thousands.
_STYLES = {
    "plain point": (".", ""),
    "plain comma": (",", ""),
    "English": (".", ","),
    "German": (",", "."),
    "Swiss": (".", "'"),
    "Swiss, curved": (".", "’"),
    "French": (",", "\u202f"),
    "thin blank": (",", "\u2009"),
    "no-break blank": (",", "\u00a0"),
    "blank and point": (".", " "),
}


def _written(cents: int, decimal: str, thousands: str) -> str:
    return f"{cents // 100:,}".replace(",", thousands) + f"{decimal}{cents % 100:02d}"


@pytest.mark.parametrize("style", _STYLES)
def test_every_style_gives_the_same_amounts(tmp_path: Path, style: str) -> None:
    cents = [1, 150, 99_999, 100_000, 123_456, 195_000, 12_345_678, 100_000_000]
    frame, _, ledger = read(tmp_path, rows_of([_written(c, *_STYLES[style]) for c in cents]))
    assert frame["value"].tolist() == [c / 100 for c in cents]
    assert ("decimal comma" if _STYLES[style][0] == "," else "decimal point") in findings_text(ledger)


@given(st.integers(0, 10**12), st.sampled_from(sorted(_STYLES)))
def test_a_number_with_cents_is_read_back_in_its_style_only(cents: int, style: str) -> None:
    decimal, thousands = _STYLES[style]
    written = split_amount(_written(cents, decimal, thousands))
    assert written is not None
    assert readings(written.number) == {COMMA if decimal == "," else POINT: cents / 100}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,23,456.00", 123456.0),
        ("12,34,567.5", 1234567.5),
        ("40.00-", -40.0),
        ("(40.00)", -40.0),
        ("(€40.00)", -40.0),
        ("−40.00", -40.0),
        ("–40.00", -40.0),
        ("－40.00", -40.0),
        ("+40.00", 40.0),
        ("'40.00", 40.0),
        ("４０.００", 40.0),
        ("٤٠.٥", 40.5),
        ("40.-", 40.0),
        ("$.50", 0.5),
        ("Rs.40.00", 40.0),
        ("1.5E+03", 1500.0),
        ("\u200e40.00", 40.0),
    ],
)
def test_signs_digits_and_groups_of_all_kinds(tmp_path: Path, cell: str, number: float) -> None:
    frame, _, _ = read(tmp_path, rows_of([cell, "7.25" if "Rs" not in cell else "Rs.7.25"]))
    assert frame["value"].tolist()[0] == number


@pytest.mark.parametrize(
    "cell",
    [
        "5²",
        "½",
        "12.5.3",
        "--5",
        "(40",
        "40)",
        "-(40)",
        "abc",
        "1 2 3",
        "-",
        "n/a",
        "1e5000",
        "40 Euro 50",
        "₹40 Cr",
    ],
)
def test_a_cell_that_is_not_an_amount_is_refused(tmp_path: Path, cell: str) -> None:
    assert "not a number" in refusal(tmp_path, rows_of([cell, "7.25"]))


@pytest.mark.parametrize("cell", ["3万", "1.2k", "3 Mio", "2億", "5 lakh"])
def test_thousands_in_words_are_refused_as_such(tmp_path: Path, cell: str) -> None:
    assert f"in thousands or larger units: '{cell}'" in refusal(tmp_path, rows_of([cell, "7.25"]))


@pytest.mark.parametrize("cell", ["12%", "12 ‰"])
def test_shares_are_not_amounts(tmp_path: Path, cell: str) -> None:
    assert "a share, not an amount" in refusal(tmp_path, rows_of([cell, "7.25"]))


def test_thousands_follow_the_proof_of_another_cell_column_or_file(tmp_path: Path) -> None:
    plain, whole = rows_of(["950", "1.950"]), rows_of(["1.950", "20"], quantities=["1,5", "2"])
    frame, _, _ = read(tmp_path, rows_of(["1.950", "370,50"]))
    assert frame["value"].tolist() == [1950.0, 370.5]
    frame, _, _ = read(tmp_path, whole)
    assert frame["value"].tolist() == [1950.0, 20.0] and frame["quantity"].tolist() == [1.5, 2.0]
    frame, _, _ = read(tmp_path, plain, whole)
    assert frame["value"].tolist() == [950.0, 1950.0, 1950.0, 20.0]
    frame, _, _ = read(tmp_path, rows_of(["19.50", "7.25"], quantities=["1.250", "3"]))
    assert frame["quantity"].tolist() == [1.25, 3.0]


@pytest.mark.parametrize("sign", [".", ","])
def test_thousands_without_a_proof_need_a_rule(tmp_path: Path, sign: str) -> None:
    rows = rows_of(["950", f"1{sign}950", f"9{sign}262"])
    asked = refusal(tmp_path, rows)
    assert f"2 cells such as '1{sign}950' (t0.csv, row 3, column 'value')" in asked and "number_style" in asked
    for style, whole in ((COMMA, sign == "."), (POINT, sign == ",")):
        frame, _, _ = read(tmp_path, rows, mapping=f'[rules]\nnumber_style = "{style}"\n')
        assert frame["value"].tolist() == [950.0, 1950.0 if whole else 1.95, 9262.0 if whole else 9.262]


def test_a_point_in_pieces_does_not_make_decimals_of_money(tmp_path: Path) -> None:
    rows = rows_of(["1.950", "950"], quantities=["0.5", "2"])
    asked = refusal(tmp_path, rows)
    assert "1 cell such as '1.950' (t0.csv, row 2, column 'value')" in asked
    assert "only '0.5' (t0.csv, row 2, column 'quantity'), in another column, proves one" in asked
    frame, _, ledger = read(tmp_path, rows, mapping='[rules]\nnumber_style = "decimal_point"\n')
    assert frame["value"].tolist() == [1.95, 950.0]
    assert "1 cell could be read in another way, such as '1.950'" in findings_text(
        ledger
    ) and "read as 1.95" in findings_text(ledger)
    frame, _, _ = read(tmp_path, rows_of(["1.950", "19.50"], quantities=["0.5", "2"]))
    assert frame["value"].tolist() == [1.95, 19.5]


def test_two_styles_are_refused_with_a_cell_of_each(tmp_path: Path) -> None:
    found = refusal(tmp_path, rows_of(["12,50", "3"]), rows_of(["8", "12.50"]))
    assert "'12.50' (t1.csv, row 3, column 'value') has a decimal point" in found
    assert "'12,50' (t0.csv, row 2, column 'value') a decimal comma" in found
    frame, _, ledger = read(
        tmp_path,
        rows_of(["12,50", "3", "4.25"]),
        mapping='[rules]\nnumber_style = "decimal_point"\nunusable_rows = "set_aside"\n',
    )
    assert frame["value"].tolist() == [3.0, 4.25]
    assert "not a number: '12,50'" in findings_text(ledger)


def test_whole_numbers_need_no_style(tmp_path: Path) -> None:
    frame, _, ledger = read(tmp_path, rows_of(["950", "1 950", "12"]))
    assert frame["value"].tolist() == [950.0, 1950.0, 12.0]
    assert "numbers are whole" in findings_text(ledger)


def test_numbers_with_an_exponent_are_reported(tmp_path: Path) -> None:
    frame, _, ledger = read(tmp_path, rows_of(["1.5E+05", "2.50"]))
    assert frame["value"].tolist() == [
        150000.0,
        2.5,
    ] and "numbers with an exponent: '1.5E+05' (1 row)" in findings_text(ledger)


def test_pieces_have_no_currency(tmp_path: Path) -> None:
    rows = [HEADER, ["I1", "A", "P", "2023-01-01", "€5", "10.00"], ["I2", "A", "P", "2023-01-02", "5", "10.00"]]
    assert "not a number: '€5'" in refusal(tmp_path, rows)
