"""Several spellings of one customer are one, two customers stay two, and a missing name is missing: over all files and both ends of a tie."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from crm_fixture import ACCOUNTS, small_crm
from hypothesis import given
from hypothesis import strategies as st
from invoice_fixture import SmallInvoices, small_invoices

from experiments.intake import import_crm, import_transactions
from experiments.intake.network_import import import_network
from experiments.intake.scenario.import_summary import ImportSummary
from experiments.intake.tables.values.missing_names import missing_name_words
from sim.errors import InputErrors
from sim.reading.identity import digits_lost, normal_form, tidy, written_form

_CUSTOMER, _PRODUCT, _PRICE, _COUNTRY = 6, 1, 5, 7
_NUMBER, _SHOPS = 12_001, 40


def _halves(spell: object, column: int = _CUSTOMER) -> tuple[SmallInvoices, SmallInvoices]:
    """The same customers in two files, with ids from 12001; ``spell`` writes them in the second one."""
    assert callable(spell)
    rows = small_invoices(customers=_SHOPS, weeks=30).rows
    for row in rows[1:]:
        row[_CUSTOMER] = str(_NUMBER + int(row[_CUSTOMER].split()[1]))
    half = len(rows) // 2
    later = [rows[0], *([*r[:column], spell(r[column]), *r[column + 1 :]] for r in rows[half:])]
    return SmallInvoices(rows[:half]), SmallInvoices(later)


def _import(
    folder: Path, *tables: SmallInvoices, rules: str = "", hash_personal: bool = False
) -> tuple[ImportSummary, pd.DataFrame]:
    files = [path for k, table in enumerate(tables) for path in table.write(folder, f"part_{k}.csv")]
    mapping = folder / "rules.toml"
    mapping.write_text(rules, encoding="utf-8")
    summary = import_transactions(
        files, folder / "m", runs=0, holdout=0.0, mapping=mapping, hash_personal=hash_personal
    )
    return summary, pd.read_parquet(folder / "m" / "customers.parquet")


def _found(summary: ImportSummary, words: str) -> list[str]:
    return [f.line() for f in summary.ledger.findings if words in f.line()]


@pytest.mark.parametrize(
    "spell",
    [
        lambda n: n.zfill(10),
        lambda n: f"{n}.0",
        lambda n: f"{int(n):.4E}",
        lambda n: f"{int(n):.4E}".replace(".", ","),
        lambda n: f"'{n.zfill(8)}",
        lambda n: f'="{n}"',
        lambda n: n.translate(dict(zip(map(ord, "0123456789"), "０１２３４５６７８９", strict=True))),
        lambda n: f"\u200b{n}",
        lambda n: f"{n}\u00a0",
        lambda n: f"{n[:2]}\u00ad{n[2:]}",
    ],
    ids=[
        "zeros",
        "float",
        "exponent",
        "comma",
        "apostrophe",
        "formula",
        "full width",
        "zero width",
        "no-break",
        "soft",
    ],
)
def test_one_customer_in_two_spellings_is_one(spell: object, tmp_path: Path) -> None:
    first, second = _halves(spell)
    summary, customers = _import(tmp_path, first, second)
    assert len(customers) == _SHOPS
    expected = ("several spellings", "'.0' removed", "invisible characters", "blanks around values removed")
    assert any(_found(summary, words) for words in expected)
    if _found(summary, "several spellings"):
        assert "read as one" in (tmp_path / "m" / "quality.md").read_text(encoding="utf-8")
    assert set(customers["id"]) <= {str(_NUMBER + k) for k in range(_SHOPS)} | {
        str(_NUMBER + k).zfill(10) for k in range(_SHOPS)
    }


@pytest.mark.parametrize(
    "spell", [str.upper, lambda n: unicodedata.normalize("NFD", n), lambda n: n.replace(" ", "\u2009 ")]
)
def test_names_that_look_alike_are_one(spell: object, tmp_path: Path) -> None:
    assert callable(spell)
    rows = small_invoices(customers=_SHOPS, weeks=30).rows
    for k, row in enumerate(rows[1:]):
        name = row[_CUSTOMER].replace("Shop", "Café")
        row[_CUSTOMER] = spell(name) if k % 2 else name
    _, customers = _import(tmp_path, SmallInvoices(rows))
    assert len(customers) == _SHOPS


def test_products_and_places_are_joined_too(tmp_path: Path) -> None:
    first, second = _halves(lambda code: code.zfill(8), _PRODUCT)
    for row in second.rows[1:]:
        row[_COUNTRY] = row[_COUNTRY].upper()
    summary, customers = _import(tmp_path, first, second)
    assert {place.casefold() for place in customers["territory"]} == {"italy", "spain"}
    assert _found(summary, "10 products appear") and _found(summary, "countries appear")


def test_leading_zeros_in_one_column_need_a_rule(tmp_path: Path) -> None:
    """007 and 7 in one file may be two customers: only the user knows."""
    rows = _halves(str)[0].rows
    for k, row in enumerate(rows[1:]):
        row[_CUSTOMER] = row[_CUSTOMER].zfill(8) if k % 2 else row[_CUSTOMER]
    with pytest.raises(InputErrors, match=r"differ from another only by leading zeros, such as '12\d+' and '00012"):
        _import(tmp_path, SmallInvoices(rows))
    assert not (tmp_path / "m").exists()
    _, same = _import(tmp_path, SmallInvoices(rows), rules='[rules]\nleading_zeros = "same"\n')
    other = tmp_path / "other"
    other.mkdir()
    summary, differ = _import(other, SmallInvoices(rows), rules='[rules]\nleading_zeros = "differ"\n')
    assert len(differ) > 1.2 * len(same) == 1.2 * _SHOPS
    assert _found(summary, "spelled nearly alike"), "reported as kept apart"


def test_lost_digits_are_refused(tmp_path: Path) -> None:
    first, second = _halves(lambda n: f"{123_450_000_000 + int(n):.5E}")
    with pytest.raises(InputErrors, match=r"digits are lost: '1\.23450E\+11' could be any of 1,000,000 numbers"):
        _import(tmp_path, first, second)


def test_case_distinguishes_ids_of_mixed_case(tmp_path: Path) -> None:
    rows = small_invoices(customers=_SHOPS, weeks=30).rows
    for row in rows[1:]:
        row[_CUSTOMER] = (
            row[_CUSTOMER].replace("Shop ", "0015gAbC")
            if "1" in row[_CUSTOMER]
            else row[_CUSTOMER].replace("Shop ", "0015gAbc")
        )
    rows += [[*r[:_CUSTOMER], r[_CUSTOMER].replace("AbC", "Abc"), *r[_CUSTOMER + 1 :]] for r in rows[1:]]
    before = len({r[_CUSTOMER] for r in rows[1:]})
    summary, customers = _import(tmp_path, SmallInvoices(rows))
    assert len(customers) == before and _found(summary, "spelled nearly alike")


def test_near_twins_are_reported_and_kept_apart_until_the_user_decides(tmp_path: Path) -> None:
    rows = small_invoices(customers=_SHOPS, weeks=30).rows
    for k, row in enumerate(rows[1:]):
        if row[_CUSTOMER] == "Shop 003" and k % 2:
            row[_CUSTOMER] = "Shop-003"
    summary, customers = _import(tmp_path, SmallInvoices(rows))
    assert len(customers) == _SHOPS + 1
    assert _found(summary, "1 customer is spelled nearly alike")
    _, customers = _import(tmp_path, SmallInvoices(rows), rules='[names.customer]\n"Shop-003" = "Shop 003"\n')
    assert len(customers) == _SHOPS


def test_files_without_a_customer_in_common_are_reported(tmp_path: Path) -> None:
    first, second = _halves(lambda n: f"K{n[::-1]}X")
    summary, _ = _import(tmp_path, first, second)
    assert _found(summary, "are also in part_0.csv")


_MISSING = [
    "N/A",
    "NULL",
    "nan",
    "none",
    "-",
    "#N/A",
    "(blank)",
    "unknown",
    "k. A.",
    "无",
    "<NULL>",
    "\\N",
    "Gast",
    "???",
]


@pytest.mark.parametrize("hash_personal", [False, True])
def test_a_missing_name_is_not_a_customer(hash_personal: bool, tmp_path: Path) -> None:
    rows = small_invoices(customers=_SHOPS, weeks=30).rows
    for row, word in zip(rows[10:], 3 * _MISSING, strict=False):
        row[_CUSTOMER] = word
    summary, customers = _import(tmp_path, SmallInvoices(rows), hash_personal=hash_personal)
    assert len(customers) <= _SHOPS and not set(_MISSING) & set(customers["id"])
    (finding,) = _found(summary, "read as no customer")
    assert all(f"'{word}' (3)" in finding for word in _MISSING)
    (aside,) = [f for f in summary.ledger.findings if f.what == "lines without a customer"]
    assert aside.count == 3 * len(_MISSING)


def test_a_customer_called_na_can_be_kept_and_a_place_called_na_is(tmp_path: Path) -> None:
    rows = small_invoices(customers=_SHOPS, weeks=30).rows
    for row in rows[1:]:
        row[_COUNTRY] = "NA" if row[_COUNTRY] == "Italy" else "ZA"
        row[_CUSTOMER] = "None" if row[_CUSTOMER] == "Shop 007" else row[_CUSTOMER]
    summary, customers = _import(tmp_path, SmallInvoices(rows), rules='[rules]\nreal_names = ["None"]\n')
    assert "None" in set(customers["id"])
    assert {t.casefold() for t in customers["territory"]} == {"na", "za"}
    assert _found(summary, "'NA' read as the name of a country")


def test_accounts_and_reps_are_joined_over_all_tables_of_a_crm(tmp_path: Path) -> None:
    crm = small_crm()
    for k, row in enumerate(crm.opportunities[1:]):
        row[3] = str(500 + int(row[3].split()[1])).zfill(10)
        row[1] = row[1].upper() if k % 2 else row[1].replace(" ", "\u00a0")
    for row in crm.accounts[1:]:
        row[0] = str(500 + int(row[0].split()[1]))
    crm.opportunities[5][3] = "(blank)"
    summary = import_crm(crm.write(tmp_path), tmp_path / "m", runs=0)
    customers = pd.read_parquet(tmp_path / "m" / "customers.parquet")
    assert sorted(customers["id"]) == sorted(str(500 + k) for k in range(ACCOUNTS))
    assert len(pd.read_csv(tmp_path / "m" / "roster.csv")) == 4
    assert _found(summary, "12 accounts appear in several spellings") and _found(summary, "'(blank)' (1)")


def test_a_list_with_both_spellings_means_two_names(tmp_path: Path) -> None:
    crm = small_crm()
    crm.accounts += [["FOUNDRY 3", "retail", "10", "10", "1990"]]
    import_crm(crm.write(tmp_path), tmp_path / "m", runs=0)
    ids = set(pd.read_parquet(tmp_path / "m" / "customers.parquet")["id"])
    assert {"Foundry 3", "FOUNDRY 3"} <= ids


def _ties(path: Path, rows: list[str], header: str = "source,target,strong") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_both_ends_of_a_tie_are_one_customer(tmp_path: Path) -> None:
    rows = [f"{k:06d},{(k + 1) % 24}.0,1" for k in range(24)] + ["N/A,3,1", "000007,7,1"]
    summary = import_network(_ties(tmp_path / "e.csv", rows), tmp_path / "out", base="tiny")
    assert len(pd.read_csv(tmp_path / "out" / "nodes.csv")) == 24
    assert _found(summary, "one end blank") and _found(summary, "ties of a customer to itself")


@pytest.mark.parametrize("turned", [True, False])
def test_contradicting_rows_of_a_tie_need_a_rule(turned: bool, tmp_path: Path) -> None:
    rows = [f"n{k},n{(k + 1) % 30},1" for k in range(30)]
    weak = [f"n{(k + 1) % 30},n{k},0" if turned else f"n{k},n{(k + 1) % 30},0" for k in range(30)]
    file = _ties(tmp_path / "e.csv", rows + weak)
    with pytest.raises(InputErrors, match="30 of 30 ties are strong in one row and weak in another"):
        import_network(file, tmp_path / "out", base="tiny")
    for word, share in (("either", "100.0%"), ("both", "0.0%")):
        mapping = tmp_path / f"{word}.toml"
        mapping.write_text(f'[rules]\nstrong_ties = "{word}"\n', encoding="utf-8")
        summary = import_network(file, tmp_path / word, base="tiny", mapping=mapping)
        assert {b.name: b.value for b in summary.bases}["strong ties"] == share
        assert _found(summary, "strong in one row and weak in another")
    summary = import_network(_ties(tmp_path / "f.csv", rows + weak[:1]), tmp_path / "one", base="tiny")
    assert _found(summary, "1 of 30 ties are strong in one row and weak in another")


def test_a_column_that_separates_repeated_ties_is_reported(tmp_path: Path) -> None:
    rows = [f"{k},{(k + 1) % 12},{town}" for town in ("Rome", "Oslo", "Bern") for k in range(12)]
    summary = import_network(_ties(tmp_path / "e.csv", rows, "from,to,town"), tmp_path / "out", base="tiny")
    (finding,) = _found(summary, "repeat a tie")
    assert "town" in finding and "67% of rows" in finding and "3 values" in finding


def test_ids_of_a_customers_table_are_found_in_another_spelling(tmp_path: Path) -> None:
    crm = small_crm()
    for table, column in ((crm.opportunities, 3), (crm.accounts, 0)):
        for row in table[1:]:
            row[column] = str(500 + int(row[column].split()[1])).zfill(10)
    import_crm(crm.write(tmp_path), tmp_path / "m", runs=0)
    rows = [f"{500 + k},{501 + k},1" for k in range(ACCOUNTS - 1)]
    summary = import_network(_ties(tmp_path / "e.csv", rows), tmp_path / "net", base=str(tmp_path / "m"))
    assert {b.name: b.value for b in summary.bases}["ties"] == str(ACCOUNTS - 1)
    assert _found(summary, "12 customers spelled differently")


@given(st.text(max_size=12))
def test_normal_forms_are_final(name: str) -> None:
    assert tidy(tidy(name)) == tidy(name)
    assert normal_form(tidy(name)) == normal_form(name)
    assert normal_form(f" {name}\u200b") == normal_form(name)
    assert not name.isascii() or normal_form(name.upper()) == normal_form(name.lower())


@given(st.integers(0, 10**12), st.integers(0, 6))
def test_a_number_is_one_however_it_is_written(number: int, zeros: int) -> None:
    plain = str(number)
    wide = plain.translate({ord("0") + k: chr(0xFF10 + k) for k in range(10)})
    ways = [plain, "0" * zeros + plain, f"{plain}.0", f"'{plain}", f'="{plain}"', f"{number:.{len(plain) - 1}E}", wide]
    assert {normal_form(way) for way in ways if "E" not in way or "." in way or "+" in way} == {plain}
    assert len({written_form(plain), written_form("0" + plain)}) == 2


def test_forms_that_are_not_numbers_stay() -> None:
    assert normal_form("12E3") == "12e3" and normal_form("1.25E+01") == "1.25e+01" and normal_form("12,000") == "12,000"
    assert (
        digits_lost("1.23457E+11") == (6, 11) and digits_lost("1.2001E+04") == (0, 4) and digits_lost("12E3") == (0, 0)
    )
    assert normal_form("O’Brien – Söhne") == normal_form("o'brien - so\u0308hne")
    assert missing_name_words(["Nan Ltd", "Guest & Co", "Noneso", "0"]) == set()
    assert missing_name_words(["0", "12345", "23456"]) == {"0"} and missing_name_words(["0", "1", "2"]) == set()
