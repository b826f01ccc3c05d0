"""Quotation marks: no line disappears inside a cell; what belongs there is read, what swallows rows is refused with line numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.intake.tables.files.delimited import cut, split_lines
from experiments.intake.tables.files.table_reader import Table, read_table
from experiments.intake.tables.quality_ledger import QualityLedger

_HEADER = ["invoice", "customer", "product", "date", "quantity", "price"]
_END = st.sampled_from(["\n", "\r\n", "\r"])


def _lines(number: int, delimiter: str = ",") -> list[str]:
    rows = [
        [f"I{k}", f"Shop {k % 7}", f"Drill {k % 5}", f"2023-01-{k % 28 + 1:02d}", str(k % 9 + 1), f"{k}.50"]
        for k in range(number)
    ]
    return [delimiter.join(row) for row in (_HEADER, *rows)]


def _read(folder: Path, text: str) -> tuple[Table | None, QualityLedger]:
    path = folder / "t.csv"
    path.write_bytes(text.encode())
    ledger = QualityLedger()
    return read_table(path, ledger), ledger


@settings(max_examples=150, deadline=None)
@given(data=st.data(), delimiter=st.sampled_from([",", ";", "\t"]), end=_END)
def test_stray_marks_never_make_rows_disappear(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, delimiter: str, end: str
) -> None:
    lines, spoilt = _lines(40, delimiter), set()
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(1, 40))
        spoilt.add(row)
        cells = lines[row].split(delimiter)
        column = data.draw(st.integers(0, 5))
        form = data.draw(
            st.sampled_from(['"{}', '{}"', '"{}" x', '24" {}', '""{}', '{}""', '"{}""', '"24"" {}', "'{}", '\\"{}'])
        )
        cells[column] = form.format(cells[column])
        lines[row] = delimiter.join(cells)
    table, ledger = _read(tmp_path_factory.mktemp("t"), end.join(lines) + end)
    if table is None:
        assert all(error.place.startswith("t.csv, row") and error.remedy for error in ledger.refusals)
    else:
        assert list(table.frame.index) == list(range(2, 42))
        left = [k for k in range(1, 41) if k not in spoilt]
        assert all(list(table.frame.loc[k + 1]) == lines[k].split(delimiter) for k in left)


@settings(max_examples=80, deadline=None)
@given(
    notes=st.lists(st.text(alphabet="ab, ;\"\n\t1.'-", max_size=30), min_size=5, max_size=5),
    column=st.integers(0, 6),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_cell_content_is_read_back_or_refused(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str], column: int, quoting: int
) -> None:
    rows = [line.split(",") for line in _lines(20)]
    rows[0].insert(column, "note")
    for k, row in enumerate(rows[1:]):
        row.insert(column, notes[k] if k < len(notes) else "plain")
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows(rows)
    table, ledger = _read(tmp_path_factory.mktemp("t"), text.getvalue())
    if table is None:
        assert "look like rows" in ledger.refusals[0].problem
    else:
        assert list(table.frame["note"]) == [row[column].strip() for row in rows[1:]]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='ab,"\n\r\\', max_size=60))
def test_every_line_is_in_one_row(text: str) -> None:
    lines = split_lines(text)
    at = 0
    for row in cut(lines, ","):
        assert row.first == at + 1 <= row.last
        at = row.last
    assert at == len(lines)


def test_addresses_and_notes_of_several_lines_are_read_and_reported(tmp_path: Path) -> None:
    text = (
        "invoice,address,product,date,quantity,price,note\n"
        'I1,"Main Street 1\nSpringfield, IL",Drill,2023-01-02,1,2.50,"call first,\nask for Bob, please"\n'
        "I2,plain,Drill,2023-01-03,1,2.50,\n"
    )
    table, ledger = _read(tmp_path, text)
    assert table is not None and list(table.frame.index) == [2, 5]
    assert table.frame.loc[2, "address"] == "Main Street 1\nSpringfield, IL"
    (finding,) = [f for f in ledger.findings if "line breaks" in f.what]
    assert finding.rows == (2,) and "2 more lines than rows" in finding.what


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("swallowed", [1, 2, 10])
def test_rows_between_two_marks_are_refused_with_both_lines(tmp_path: Path, column: int, swallowed: int) -> None:
    lines = _lines(100)
    for row, form in ((20, '"{}'), (20 + swallowed, '{}"')):
        cells = lines[row].split(",")
        cells[column] = form.format(cells[column])
        lines[row] = ",".join(cells)
    table, ledger = _read(tmp_path, "\n".join(lines))
    assert table is None
    (error,) = ledger.refusals
    assert error.place == "t.csv, row 21" and f"closed in line {21 + swallowed}" in error.problem
    assert f"column '{_HEADER[column]}'" in error.problem


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_mark_opened_in_the_last_line_is_refused(tmp_path: Path, end: str) -> None:
    table, ledger = _read(tmp_path, "\n".join([*_lines(30), 'I30,Shop 1,"24 inch,2023-01-01,1,2.50']) + end)
    assert table is None
    assert "opened in line 32 (column 'product') and never closed up to the last line, 32" in ledger.refusals[0].problem


def test_marks_that_are_plain_text_stay(tmp_path: Path) -> None:
    lines = _lines(30)
    lines[3] = 'I2,Shop 2,Monitor 24",2023-01-03,3,2.50'
    lines[4] = 'I3,Shop 3,"Monitor 24" wide",2023-01-04,4,3.50'
    lines[5] = 'I4,Shop 4,"Monitor 24\\" wide, black",2023-01-05,5,4.50'
    lines[6] = "I5,O'Neill,'Drill',2023-01-06,6,5.50"
    table, ledger = _read(tmp_path, "\n".join(lines))
    assert table is not None and not ledger.refusals
    assert list(table.frame["product"])[2:6] == [
        'Monitor 24"',
        'Monitor 24 wide"',
        'Monitor 24" wide, black',
        "'Drill'",
    ]
    assert {f.rows for f in ledger.findings} == {(5,), (6,)}
