"""Users' text as text: in cells, on lines, in names; control characters are removed, unusual text stays."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.errors import InputErrors
from sim.scenario import Scenario
from sim.text import cell, clean, markdown, meant, one_line, shows, steers, text_error, write_csv

#: What spreadsheets take for the beginning of a formula.
BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NASTY = st.text(
    st.one_of(
        st.sampled_from("=+-@'\t\r\n|`<>&$_^{}[]()*\\/\"\x1b\x07\u202e\u200b\u200d\ufeff\x00\x9b"), st.characters()
    )
)


@pytest.mark.parametrize("begin", BEGINS)
@pytest.mark.parametrize("rest", ['cmd|" /C calc"!A0', "SUM(A1:A9)", "HYPERLINK(1)", "A1"])
def test_what_would_be_a_formula_is_text(begin: str, rest: str) -> None:
    assert cell(begin + rest) == f"'{begin}{rest}"
    assert cell(f" {begin}{rest}") == f"' {begin}{rest}"


@pytest.mark.parametrize("number", ["-5", "+3.25", "-1,234.50", "-12 %", "-1e-05", "- 5", "-", "-0", "+1.234,5"])
def test_negative_numbers_are_not_touched(number: str) -> None:
    assert cell(number) == number


@pytest.mark.parametrize("value", [-5, 2.5, True, None])
def test_what_is_no_text_is_not_touched(value: object) -> None:
    assert cell(value) is value


@given(NASTY)
@example("'=1+1")
@example("''=1")
def test_a_cell_means_what_was_put_into_it(text: str) -> None:
    written = cell(text)
    assert meant(written) == text
    assert not (written[:1] in BEGINS and written == text and any(sign.isalpha() for sign in text))


@given(NASTY)
def test_nothing_that_steers_is_left(text: str) -> None:
    assert not any(steers(sign) for sign in clean(text) if sign not in "\n\t")
    assert not any(steers(sign) for sign in one_line(text))
    assert "\n" not in one_line(text)


@pytest.mark.parametrize("text", ["深度营销", "می‌خواهم", "👨‍👩‍👧", "Ω ≥ 5 – “x”", "a\u00a0b", "naïve"])
def test_what_is_only_unusual_stays(text: str) -> None:
    assert clean(text) == text
    assert text_error(text, line=True) is None


@given(NASTY)
def test_a_cell_of_markdown_stays_one_cell(text: str) -> None:
    page = markdown(text)
    bare = page.replace("\\\\", "")
    assert "\n" not in page
    assert all(bare[place - 1] == "\\" for place, sign in enumerate(bare) if sign in "|`<[]*")


@pytest.mark.parametrize("text", [" ", "\u200b", "\u00a0\u2003", "\ufeff", "\u200d"])
def test_text_that_nobody_sees_is_no_text(text: str) -> None:
    assert not shows(text)
    assert text_error(text, line=False) is not None


def test_a_table_is_written_as_text_and_read_back(tmp_path: Path) -> None:
    table = pd.DataFrame({"=head": ["=1+1", "-5", "@x"], "n": [-1.5, 2.0, 3.0]}, index=["+a", "b", "c"])
    write_csv(table, tmp_path / "t.csv", index_label="who")
    write_csv(table.iloc[:1], tmp_path / "t.csv", index_label="who", add=True)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["who", "'=head", "n"],
        ["'+a", "'=1+1", "-1.5"],
        ["b", "-5", "2.0"],
        ["c", "'@x", "3.0"],
        ["'+a", "'=1+1", "-1.5"],
    ]
    assert table.columns[0] == "=head", "the caller's table is as it was"


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x7f", "\x9b", "\u202e", "\u2066"])
@pytest.mark.parametrize("place", ["title", "name", "offer.consumable_kit.name"])
def test_names_and_titles_that_steer_are_refused(sign: str, place: str) -> None:
    with pytest.raises(InputErrors) as caught:
        Scenario.load("regional_plain", overrides={place: f"a{sign}b"})
    assert f"U+{ord(sign):04X}" in str(caught.value)


@pytest.mark.parametrize("key", ["title", "name", "description"])
@pytest.mark.parametrize("value", ['"\\u001b[31m"', '" "', "5"])
def test_words_of_a_policy_are_text(tmp_path: Path, key: str, value: str) -> None:
    file = tmp_path / "p.toml"
    file.write_text(f'extends = "status_quo"\n{key} = {value}\n', encoding="utf-8")
    with pytest.raises(InputErrors, match=f"p.toml, line 2, {key}"):
        Scenario.load("tiny", policy=str(file))
