"""Errors in a CRM: corrected and counted, set aside and counted, or refused with place and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from crm_fixture import SmallCrm, small_crm

from experiments.intake.crm.crm_tables import CrmTables, read_crm
from experiments.intake.tables.files.table_reader import read_table
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.notation.common_notation import agree_on_conventions
from experiments.intake.tables.quality_ledger import CORRECTED, QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.mapping_file import load_mapping
from sim.errors import InputErrors


def _read(crm: SmallCrm, folder: Path, mapping: str = "") -> tuple[CrmTables, QualityLedger]:
    ledger = QualityLedger()
    toml = folder / "mapping.toml" if mapping else None
    if toml:
        toml.write_text(mapping, encoding="utf-8")
    given = load_mapping(toml, CRM_KINDS)
    tables = [read_table(p, ledger) for p in reversed(crm.write(folder))]
    found = map_tables([t for t in tables if t is not None], CRM_KINDS, given, ledger)
    agreed, _ = agree_on_conventions(list(found.values()), given, None, ledger)
    found = {table.kind.name: table for table in agreed}
    return read_crm(found, given, ledger), ledger


def _set(row: int, column: int, value: str) -> Callable[[SmallCrm], None]:
    def change(crm: SmallCrm) -> None:
        crm.opportunities[row][column] = value

    return change


def _said(ledger: QualityLedger, words: str) -> int:
    """Rows of the findings that contain ``words``."""
    return sum(f.count for f in ledger.findings if words in f.what)


def test_clean_tables_need_no_corrections(tmp_path: Path) -> None:
    tables, ledger = _read(small_crm(), tmp_path)
    assert not [f for f in ledger.findings if f.kind == CORRECTED]
    assert len(tables.deals) == 500 and len(tables.accounts) == 12 and len(tables.products) == 3
    assert tables.deals["state"].value_counts().to_dict()["open"] == 20


@pytest.mark.parametrize(
    ("change", "problem", "place"),
    [
        (_set(3, 6, "2022-02-31"), "impossible date: '2022-02-31'", "opportunities.csv, row 4, column 'closed'"),
        (_set(3, 5, "2024-01-01"), "closed before it was opened", "row 4"),
        (_set(3, 7, "-12"), "below 0: '-12'", "row 4, column 'amount'"),
        (_set(3, 7, "lots"), "not a number: 'lots'", "row 4"),
        (_set(3, 7, "1e308"), "above 1e+10: '1e308'", "row 4"),
        (lambda c: [r.__setitem__(3, "") for r in c.opportunities[1:]], "no decided deal has an account", "'customer'"),
        (_set(3, 6, ""), "no close date", "row 4"),
        (_set(3, 4, ""), "no stage", "row 4"),
        (_set(3, 1, ""), "no agent", "row 4"),
        (_set(3, 0, "D0000"), "different rows with the same deal number", "rows 2, 4"),
        (_set(3, 2, "Laser"), "product 'Laser' has no list price", "row 4"),
        (
            lambda c: c.roster.append(["Ann Lee", "Ed Gray", "South"]),
            "for the same agent 'Ann Lee'",
            "roster.csv, rows 2, 6",
        ),
        (lambda c: c.products.append(["Saw", "S", ""]), "no list price", "products.csv, row 5"),
        (lambda c: c.accounts[1].__setitem__(4, "96"), "not a year", "accounts.csv, row 2"),
        (lambda c: c.skip.add("opportunities"), "no table of opportunities", "the files given"),
        (
            lambda c: [r.__setitem__(4, "Settled") for r in c.opportunities[1:]],
            "no deal is won or lost",
            "column 'status'",
        ),
        (
            lambda c: [r.__setitem__(1, "Zed X") for r in c.opportunities[1:200]],
            "1 reps with 199 of 500 deals",
            "column 'rep'",
        ),
        (
            lambda c: [r.__setitem__(slice(5, 7), ["", "03/04/2022"]) for r in c.opportunities[1:]],
            "fit both month/day and day/month",
            "closed",
        ),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    change: Callable[[SmallCrm], None], problem: str, place: str, tmp_path: Path
) -> None:
    crm = small_crm()
    change(crm)
    with pytest.raises(InputErrors) as caught:
        _read(crm, tmp_path)
    (error,) = [e for e in caught.value.errors if problem in e.problem]
    assert place in error.place
    assert error.expected and error.remedy


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    crm = small_crm()
    _set(3, 7, "-1")(crm)
    _set(4, 6, "2022-13-01")(crm)
    crm.products.append(["Saw", "S", "-4"])
    with pytest.raises(InputErrors) as caught:
        _read(crm, tmp_path)
    assert len(caught.value.errors) >= 3
    assert str(caught.value).count("expected") >= 3


def test_unusable_rows_are_set_aside_when_the_user_says_so(tmp_path: Path) -> None:
    crm = small_crm()
    _set(3, 7, "-1")(crm)
    _set(4, 6, "2022-13-01")(crm)
    tables, ledger = _read(crm, tmp_path, '[rules]\nunusable_rows = "set_aside"\n')
    assert len(tables.deals) == 498
    assert ledger.count("set aside") == 2


def test_safe_corrections_are_counted(tmp_path: Path) -> None:
    crm = small_crm()
    for k in range(1, 8):
        crm.opportunities[k][2] = "grinder-500" if k < 5 else "Drill"
    crm.opportunities.append(list(crm.opportunities[-1]))
    crm.opportunities[9][3] = "Fuondry 3"
    crm.opportunities[10][3] = ""
    crm.opportunities[11][3] = "Newcomer Ltd"
    crm.opportunities[12][1] = "Old Rep"
    crm.accounts[1][1] = "technolgy"
    tables, ledger = _read(crm, tmp_path)
    assert _said(ledger, "'grinder-500' read as 'Grinder 500'") == 4
    assert _said(ledger, "identical rows kept once") == 1
    assert _said(ledger, "'Fuondry 3' read as 'Foundry 3'") == 1
    assert _said(ledger, "deals without an account") == 1
    assert _said(ledger, "1 accounts that are not in accounts.csv added") == 1
    assert _said(ledger, "rep 'Old Rep' is not in roster.csv") == 1
    assert _said(ledger, "'technolgy' read as 'technology'") == 1
    assert "Old Rep" not in set(tables.roster["agent"]) and len(tables.accounts) == 13
    assert len(tables.deals) == 500


def test_tables_other_than_opportunities_may_be_absent(tmp_path: Path) -> None:
    crm = small_crm()
    crm.skip |= {"roster", "accounts", "products"}
    tables, ledger = _read(crm, tmp_path)
    assert tables.absent == ("roster", "accounts", "products")
    assert len(tables.roster) == 4 and len(tables.accounts) == 12
    assert tables.products.set_index("product")["list_price"]["Press"] == pytest.approx(5400, rel=0.05)
    assert {"no roster", "no table of accounts", "no table of products"} <= {f.what for f in ledger.findings}


def test_custom_stage_words(tmp_path: Path) -> None:
    crm = small_crm()
    for row in crm.opportunities[1:]:
        row[4] = {"Won": "Signed", "Lost": "Gone", "Open": "Open"}[row[4]]
    tables, _ = _read(crm, tmp_path, '[stages]\nwon = ["Signed"]\nlost = ["Gone"]\n')
    assert set(tables.deals["state"]) == {"won", "lost", "open"}


def test_semicolons_gbk_and_day_first_dates_give_the_same_deals(tmp_path: Path) -> None:
    plain, _ = _read(small_crm(), tmp_path)
    crm = small_crm()
    crm.delimiter, crm.encoding = ";", "gbk"
    crm.accounts[1][1] = "零售"
    for row in crm.opportunities[1:]:
        for column in (5, 6):
            row[column] = "/".join(reversed(row[column].split("-"))) if row[column] else ""
        row[7] = row[7].replace(".", ",")
    tables, ledger = _read(crm, tmp_path)
    assert (tables.deals["closed"].dropna() == plain.deals["closed"].dropna()).all()
    assert tables.deals["value"].dropna().tolist() == plain.deals["value"].dropna().tolist()
    assert (
        _said(ledger, "dates read as day/month/year") > 0 and _said(ledger, "numbers read with a decimal comma") > 480
    )
