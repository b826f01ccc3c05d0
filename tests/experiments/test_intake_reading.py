"""Reading users' tables: encodings, headers, dates, amounts, names – corrected and counted, or refused with a message."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.intake.tables.files.encodings import decode
from experiments.intake.tables.files.table_reader import read_table, sniff_delimiter
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.invoice_kind import INVOICE_KINDS
from experiments.intake.tables.schema.mapping_file import MappingFile, load_mapping
from experiments.intake.tables.values.amounts import COMMA, POINT, parse_amounts
from experiments.intake.tables.values.date_order import DAY_FIRST, MONTH_FIRST, find_order, parse_dates
from experiments.intake.tables.values.name_matching import match_names
from sim.errors import InputErrors

_CHINESE = "客户,行业\n北京机械厂,制造业\n上海工具公司,零售\n"
_FRENCH = "account,sector\nSociété Générale,électronique\nCafé Noël,détail\n"


def _write(folder: Path, raw: bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (_CHINESE, "utf-8", "utf-8"),
        (_CHINESE, "utf-8-sig", "utf-8-sig"),
        (_CHINESE, "gbk", "gb18030"),
        (_CHINESE, "utf-16", "utf-16"),
        (_FRENCH, "latin-1", "cp1252"),
        (_FRENCH, "utf-8", "utf-8"),
    ],
)
def test_encodings_are_recognised(text: str, encoding: str, found: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded is not None
    assert decoded.text == text
    assert decoded.encoding == found


def test_other_encoding_than_utf8_is_reported(tmp_path: Path) -> None:
    ledger = QualityLedger()
    table = read_table(_write(tmp_path, _CHINESE.encode("gbk")), ledger)
    assert table is not None
    assert list(table.frame["客户"]) == ["北京机械厂", "上海工具公司"]
    assert "gb18030" in ledger.findings[0].what


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_sniffed(delimiter: str) -> None:
    lines = [["name", "note", "n"], ["a", '"x, y; z"', "1"], ["b", "plain", "2"]]
    assert sniff_delimiter("\n".join(delimiter.join(row) for row in lines)) == delimiter


def test_rows_keep_their_line_numbers_and_corrections_are_counted(tmp_path: Path) -> None:
    ledger = QualityLedger()
    raw = b'account,sector,note\n\nAcme , retail,"two\nlines"\nBolt,mining\nCog,media,,\n'
    table = read_table(_write(tmp_path, raw), ledger)
    assert table is not None
    assert list(table.frame.index) == [3, 5, 6]
    assert list(table.frame["account"]) == ["Acme", "Bolt", "Cog"]
    assert {f.what: f.rows for f in ledger.findings} == {
        "blank lines skipped": (2,),
        "missing cells at the end of a row read as blank": (5,),
        "blanks around values removed": (3,),
    } or {f.column: f.rows for f in ledger.findings if f.column} == {"account": (3,), "sector": (3,)}


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,b\n1,2,3\n", "more cells"),
        (b"a,a\n1,2\n", "same header"),
        (b"a,,c\n1,2,3\n", "no header"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"a,b\x00\n1,2\n", "not text"),
        (b"PAR1 and no more", "not readable as Parquet"),
        (b'a,b\n1,"' + b"x" * 200_000, "never closed up to the last line"),
    ],
)
def test_unreadable_files_are_refused_with_a_remedy(tmp_path: Path, raw: bytes, problem: str) -> None:
    ledger = QualityLedger()
    assert read_table(_write(tmp_path, raw), ledger) is None
    (error,) = ledger.refusals
    assert problem in error.problem
    assert error.place.startswith("table.csv") and error.expected and error.remedy


def test_a_table_without_headers_is_refused_as_such(tmp_path: Path) -> None:
    ledger = QualityLedger()
    table = read_table(_write(tmp_path, b"1,2\n2,3\n"), ledger)
    assert table is not None
    map_tables([table], INVOICE_KINDS, MappingFile(), ledger)
    assert ledger.refusals[0].remedy.startswith("the first line does not hold headers")
    assert ledger.refusals[0].expected.startswith("a table of transactions")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    ledger = QualityLedger()
    assert read_table(tmp_path / "gone.csv", ledger) is None
    assert "no such file" in ledger.refusals[0].problem


def test_parquet_reads_like_text(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"account": ["a", None], "when": pd.to_datetime(["2022-03-04", None]), "n": [1.5, None], "k": [1, 2]}
    )
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    table = read_table(path, QualityLedger())
    assert table is not None
    assert table.frame.to_numpy().tolist() == [["a", "2022-03-04", "1.5", "1"], ["", "", "", "2"]]


def test_date_order_is_decided_over_the_whole_column() -> None:
    american = pd.Series(["3/4/2017", "12/25/2016", "1/2/2017", ""])
    european = pd.Series(["3/4/2017", "25/12/2016", "1/2/2017", ""])
    assert find_order([american]).order == MONTH_FIRST
    assert find_order([european]).order == DAY_FIRST
    assert find_order([pd.Series(["3/4/2017"])]).order is None
    assert find_order([pd.Series(["3/4/2017"]), american]).order == MONTH_FIRST
    for column, order, first in ((american, MONTH_FIRST, "2017-03-04"), (european, DAY_FIRST, "2017-04-03")):
        values, bad = parse_dates(column, order)
        assert str(values.iloc[0].date()) == first
        assert not bad.any()


@pytest.mark.parametrize(
    "cell", ["2/30/2017", "13/13/2017", "2017-02-29", "yesterday", "0/1/2017", "2017-03-04 or so", "Jan 2017", "2017"]
)
def test_impossible_dates_are_bad(cell: str) -> None:
    _, bad = parse_dates(pd.Series([cell]), MONTH_FIRST)
    assert bad.all()


@pytest.mark.parametrize(
    "cell",
    ["2017-03-04", "2017/3/4", "20170304", "2017年3月4日", "4-Mar-2017", "2017-03-04T10:00:00", "3/4/2017 09:15"],
)
def test_dates_in_many_forms(cell: str) -> None:
    values, bad = parse_dates(pd.Series([cell]), MONTH_FIRST)
    assert not bad.any() and str(values.iloc[0].date()) == "2017-03-04"


def test_amounts_with_signs_separators_and_decimal_commas() -> None:
    values, bad = parse_amounts(pd.Series(["$1,250.50", "1,250", "(30)", "", "￥99", "abc"]), POINT)
    assert values.tolist()[:3] == [1250.5, 1250.0, -30.0] and values[4] == 99.0
    assert bad.tolist() == [False, False, False, False, False, True]
    values, bad = parse_amounts(pd.Series(["1.250,50", "12,5", "1,250", "7"]), COMMA)
    assert values.tolist() == [1250.5, 12.5, 1.25, 7.0] and not bad.any()


def test_names_match_by_spacing_and_similarity_but_not_across_digits() -> None:
    valid = ["GTX Pro", "GTX Basic", "GTX Plus Pro", "GTK 500", "Grinder 500"]
    found = match_names(["GTXPro", "GTX Baisc", "Grinder 600", "gtk-500", "Nail", "Old"], valid, {"Old": "GTX Pro"})
    got = {w: (m.name, m.how) if m else None for w, m in found.items()}
    assert got == {
        "GTXPro": ("GTX Pro", "spacing"),
        "GTX Baisc": ("GTX Basic", "similar"),
        "Grinder 600": None,
        "gtk-500": ("GTK 500", "spacing"),
        "Nail": None,
        "Old": ("GTX Pro", "alias"),
    }


def _map(folder: Path, text: str, mapping: str = "") -> tuple[QualityLedger, dict[str, str]]:
    ledger = QualityLedger()
    table = read_table(_write(folder, text.encode()), ledger)
    assert table is not None
    toml = _write(folder, mapping.encode(), "mapping.toml") if mapping else None
    found = map_tables([table], CRM_KINDS, load_mapping(toml, CRM_KINDS), ledger)
    return ledger, {kind: m.columns.get("account", "") for kind, m in found.items()}


def test_headers_are_guessed_and_the_mapping_file_overrides(tmp_path: Path) -> None:
    text = (
        "Deal Owner,Sales Agent,Product,Account Nme,Ship To,Deal Stage,Close Date,Amount\na,b,c,d,e,Won,2022-01-01,5\n"
    )
    _, columns = _map(tmp_path, text)
    assert columns == {"opportunities": "Account Nme"}
    _, columns = _map(tmp_path, text, '[tables.opportunities.columns]\naccount = "Ship To"\n')
    assert columns == {"opportunities": "Ship To"}


def test_chinese_headers_are_known(tmp_path: Path) -> None:
    _, columns = _map(tmp_path, "商机编号,销售代表,产品,客户,阶段,关闭日期,金额\n1,a,b,c,赢单,2022-01-01,5\n")
    assert columns == {"opportunities": "客户"}


@pytest.mark.parametrize(
    "headers",
    [
        "Rechnungsnummer,Kunde,Artikel,Datum,Menge,Betrag",
        "Sales/Number,Sales/Partner,Sales/Product,Sales/Date,Sales/Quantity,Sales/Subtotal",
        "Billing Document,Sold-to party,Material,Billing Date,Billed Quantity,Net value",
        "Num,Name,Product/Service,Date,Qty,Amount",
        "Invoice Number,Customer ID,Product,Date (UTC),Quantity,Amount (USD)",
        "invoice no,client,sku,invoice date [local],units,total in EUR",
    ],
)
def test_headers_of_common_exports_are_known_in_their_places(tmp_path: Path, headers: str) -> None:
    ledger = QualityLedger()
    table = read_table(_write(tmp_path, f"{headers}\n1,a,b,2022-01-01,1,5.50\n".encode()), ledger)
    assert table is not None
    found = map_tables([table], INVOICE_KINDS, MappingFile(), ledger)["transactions"].columns
    fields = ("invoice", "customer", "product", "day", "quantity", "value")
    assert [found.get(field) for field in fields] == headers.split(",")


def test_wrong_headers_are_refused_naming_what_is_missing(tmp_path: Path) -> None:
    ledger, columns = _map(tmp_path, "deal_stage,sales_agent,product,account,close_value\nWon,a,b,c,5\n")
    assert not columns
    assert "opportunities, but the file lacks closed" in ledger.refusals[0].expected


def test_mapping_file_errors_come_all_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    bad = '[tables.opportunites]\nfile = "x.csv"\n[tables.roster.columns]\nagnet = "rep"\n[names.city]\na = "b"\n'
    with pytest.raises(InputErrors) as caught:
        load_mapping(_write(tmp_path, bad.encode(), "m.toml"), CRM_KINDS)
    assert len(caught.value.errors) == 3
    assert "opportunities" in caught.value.errors[0].remedy and "agent" in caught.value.errors[1].remedy
    misspelled = "[transactions]\nown_shre = 0.3\nown_share = 30\n"
    with pytest.raises(InputErrors) as caught:
        load_mapping(_write(tmp_path, misspelled.encode(), "m.toml"), CRM_KINDS)
    by_place = {error.place: error for error in caught.value.errors}
    assert by_place["m.toml: transactions.own_shre"].remedy == "did you mean 'own_share'?"
    share = by_place["m.toml: transactions.own_share"]
    assert (share.problem, share.expected) == ("found 30", "a share from 0.05 to 0.95, such as 0.3 for 30 %")
    with pytest.raises(InputErrors, match="unusable_rows"):
        load_mapping(_write(tmp_path, b'[rules]\nunusable_rows = "drop"\n', "m.toml"), CRM_KINDS)


def test_a_mapped_header_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    text = "rep,product,customer,status,closed,amount\na,b,c,Won,2022-01-01,5\n"
    ledger, _ = _map(tmp_path, text, '[tables.opportunities.columns]\naccount = "Client"\n')
    assert (
        any("names this header" in e.problem for e in ledger.refusals) or "lacks account" in ledger.refusals[0].expected
    )
