"""Where a table begins and ends, what is not a table at all, and how wide and large one may be."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_fixture import findings_text, read, refusal, rows_of

from experiments.intake.tables.files import plain_file
from experiments.intake.tables.files.encodings import decode
from experiments.intake.tables.files.table_reader import Table, read_table
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.mapping_file import MappingFile

_HEADER = "invoice,customer,product,date,quantity,price"
_ROWS = [f"I{k},C{k % 5},P{k % 3},2023-01-{k % 28 + 1:02d},{k % 4 + 1},{k}.50" for k in range(60)]


def _read(folder: Path, text: str) -> tuple[Table | None, QualityLedger]:
    path = folder / "t.csv"
    path.write_bytes(text.encode())
    ledger = QualityLedger()
    return read_table(path, ledger), ledger


@pytest.mark.parametrize(
    "above",
    [
        ["Sales by Customer Detail", "My Company GmbH", "January 2023 - December 2024", ""],
        ["Sales by Customer Detail,,,,,"],
        ["Report: sales", "From 2023-01-01,to 2024-12-31", ",,,,,"],
        ["", "", "Sales"],
        ['"Sales, by customer"', "Printed 2024-01-01 10:00"],
        [f"note {k}" for k in range(20)],
    ],
)
@pytest.mark.parametrize("header", [_HEADER, "nummer,wer,was,tag,wieviel,wie teuer"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lines_above_the_headers_are_skipped_and_reported(
    tmp_path: Path, above: list[str], header: str, delimiter: str
) -> None:
    body = [line.replace(",", delimiter) for line in (header, *_ROWS)]
    titles = [line if '"' in line else line.replace(",", delimiter) for line in above]
    table, ledger = _read(tmp_path, "\n".join([*titles, *body]))
    assert table is not None, ledger.refusals
    assert list(table.frame.columns) == header.split(",") and table.frame.index[0] == len(above) + 2
    assert len(table.frame) == len(_ROWS)
    assert "lines above the headers skipped" in findings_text(
        ledger
    ) and f"the headers are in line {len(above) + 1}" in findings_text(ledger)


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_a_line_that_names_the_delimiter_is_not_a_row(tmp_path: Path, first: str) -> None:
    rows = [line.replace(",", ";").replace(".", ",") for line in (_HEADER, *_ROWS)]
    table, ledger = _read(tmp_path, "\r\n".join([first, *rows]))
    assert table is not None and table.delimiter == ";" and len(table.frame) == len(_ROWS)
    assert "it names the delimiter" in findings_text(ledger)


@pytest.mark.parametrize(
    ("below", "what"),
    [
        (["Total,,,,,1830.00"], "rows of totals: 'Total'"),
        (["", ",,,,,", "Grand total,,,,,1830.00"], "rows of totals: 'Grand total'"),
        (["Summe,,,,,1830.00", "Printed on 2024-01-01"], "lines below the table: 'Printed on 2024-01-01'"),
        (["合计,,,,,1830.00"], "rows of totals: '合计'"),
        (["Notes:", "prices without tax"], "lines below the table: 'Notes:'"),
        ([_HEADER, *_ROWS[:1]], "headers printed again: 'invoice'"),
    ],
)
def test_lines_below_a_table_are_set_aside_and_reported(tmp_path: Path, below: list[str], what: str) -> None:
    table, ledger = _read(tmp_path, "\n".join([_HEADER, *_ROWS, *below]))
    assert table is not None and what in findings_text(ledger)
    assert len(table.frame) == len(_ROWS) + (1 if _HEADER in below else 0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_lines_read_and_reported_add_up_to_the_lines_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    extra = ["", ",,,", "Total,,,,,5.00", _HEADER, 'I,C,"two\nlines",2023-01-01,1,2.50', "a note"]
    lines = [_HEADER, *_ROWS[:20]]
    for piece in data.draw(st.lists(st.sampled_from(extra), max_size=5)):
        lines.insert(data.draw(st.integers(1, len(lines))), piece)
    text = "\n".join(lines) + "\n"
    table, ledger = _read(tmp_path_factory.mktemp("t"), text)
    assert table is not None
    inside = sum(int(f.what.split("the file has ")[1].split()[0]) for f in ledger.findings if "line breaks" in f.what)
    apart = ("blank lines", "totals", "printed again", "below the table", "above the headers")
    skipped = sum(f.count for f in ledger.findings if any(word in f.what for word in apart))
    assert len(table.frame) + 1 + inside + skipped == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "agent,manager,office\nAnn Lee,Bo,West\nCy Day,,\n",
        "agent,manager,office\nAnn Lee,Bo,West\nCy Day\n",
        "account,sector,founded,location\nAcme,retail,1990,Rome\nTotal SA,,,\nCog,,,\n",
        "account,sector,founded,location\nAcme\nBolt,retail,1990,Rome\nCog\n",
    ],
)
def test_names_without_further_cells_are_not_notes(tmp_path: Path, text: str) -> None:
    table, ledger = _read(tmp_path, text)
    assert table is not None and len(table.frame) == text.count("\n") - 1
    assert "below the table" not in findings_text(ledger) and "totals" not in findings_text(ledger)


def test_long_rows_name_the_line_of_the_headers(tmp_path: Path) -> None:
    table, ledger = _read(tmp_path, "a,b,c\n1,2,3,4\n5,6,7,8\n")
    assert table is None and "the 3 headers, which are in line 1" in ledger.refusals[0].problem


def test_a_grouped_report_is_recognised_and_can_be_filled_down(tmp_path: Path) -> None:
    rows = rows_of([f"{k}.50" for k in range(30)])
    for k, row in enumerate(rows[1:]):
        row[1] = f"Shop {k // 10}" if k % 10 == 0 else ""
    found = refusal(tmp_path, rows)
    assert "27 rows have no customer" in found and "'Shop 0' in row 2, the next name in row 12" in found
    frame, _, ledger = read(tmp_path, rows, mapping='[rules]\nfill_down = ["customer"]\n')
    assert frame["customer"].tolist() == [f"Shop {k // 10}" for k in range(30)]
    assert "filled with the cell above (27 rows)" in findings_text(ledger)
    assert "'shop' is not a field" in refusal(tmp_path, rows, mapping='[rules]\nfill_down = ["shop"]\n')


def test_some_sales_without_a_customer_are_not_a_grouped_report(tmp_path: Path) -> None:
    rows = rows_of([f"{k}.50" for k in range(30)])
    for row in rows[2::2]:
        row[1] = ""
    frame, _, _ = read(tmp_path, rows)
    assert frame["customer"].eq("").sum() == 15


_TEXT = "invoice,customer,amount\nI1,Müller,12.50\nI2,北京机械厂,13.50\nI3,Łódź €,14.50\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("text", [_TEXT, _TEXT * 300, "a,b\n1,2\n", "客户,行业\n北京,零售\n"])
def test_unicode_is_read_in_every_width_with_and_without_a_mark(encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded is not None and decoded.text == text
    for big, mark in (("utf-16-be", b"\xfe\xff"), ("utf-32-be", b"\x00\x00\xfe\xff")):
        marked = decode(mark + text.encode(big))
        assert marked is not None and marked.text == text


@pytest.mark.parametrize(
    "raw", [b"\x00" * 64, bytes(range(256)) * 4, b"a,b\x00\n1,2\n", b"\x7fELF\x02\x01\x01" + b"\x00" * 57]
)
def test_bytes_that_are_not_text_stay_none(raw: bytes) -> None:
    assert decode(raw) is None


@pytest.mark.parametrize("columns", [20_000, 100_000])
def test_wide_tables_are_refused_at_once(tmp_path: Path, columns: int) -> None:
    line = ",".join(f"c{k}" for k in range(columns))
    begun = time.process_time()
    table, ledger = _read(tmp_path, f"{line}\n" + f"{','.join('1' * columns)}\n" * 20)
    assert table is None and f"{columns:,} columns" in ledger.refusals[0].problem
    assert "at most 2,000 columns" in ledger.refusals[0].expected and "t.csv" in ledger.refusals[0].place
    assert time.process_time() - begun < 10.0


def test_wide_parquet_is_refused_before_it_is_read(tmp_path: Path) -> None:
    pd.DataFrame({f"c{k}": [1] for k in range(2_001)}).to_parquet(tmp_path / "t.parquet")
    ledger = QualityLedger()
    assert read_table(tmp_path / "t.parquet", ledger) is None
    assert "2,001 columns" in ledger.refusals[0].problem


def test_headers_of_the_widest_table_are_matched_quickly(tmp_path: Path) -> None:
    line = ",".join(f"measure of day {k}" for k in range(plain_file.MOST_COLUMNS))
    table, ledger = _read(tmp_path, f"{line}\n{','.join('1' * plain_file.MOST_COLUMNS)}\n")
    assert table is not None
    begun = time.process_time()
    map_tables([table], CRM_KINDS, MappingFile(), ledger)
    assert time.process_time() - begun < 15.0 and ledger.refusals


def test_only_ordinary_files_of_limited_size_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large.csv").write_text("a,b\n1,2\n" * 10)
    monkeypatch.setattr(plain_file, "MOST_BYTES", 50)
    for path, problem in (
        (tmp_path / "pipe", "is a pipe or a device"),
        (Path("/dev/zero"), "is a pipe or a device"),
        (tmp_path, "is a folder"),
        (tmp_path / "gone.csv", "no such file"),
        (tmp_path / "x\x00y", "no such file"),
        (tmp_path / ("n" * 300), "no such file"),
        (tmp_path / "large.csv", "has 80 bytes"),
    ):
        ledger = QualityLedger()
        assert read_table(path, ledger) is None
        assert problem in ledger.refusals[0].problem and ledger.refusals[0].remedy
