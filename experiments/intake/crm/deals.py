"""Deals of a CRM export as a clean table: numbers, states, dates and values checked row by row."""

from __future__ import annotations

import pandas as pd

from experiments.intake.tables.columns.date_columns import read_dates
from experiments.intake.tables.columns.date_outliers import OutlierTexts, refuse_date_outliers
from experiments.intake.tables.columns.number_columns import read_amounts
from experiments.intake.tables.columns.row_check import RowCheck
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, SET_ASIDE, QualityLedger
from experiments.intake.tables.schema.mapping_file import MappingFile, Stages
from experiments.intake.tables.values.date_stamps import is_zero
from experiments.intake.tables.values.name_matching import normalised

WON, LOST, OPEN = "won", "lost", "open"
_WORDS = OutlierTexts(
    future="won or lost on a day in the future",
    today="a close date no later than today",
    apart="without a decision lie between these deals and most others",
    most="most deals are decided",
)
_WON_WORDS = ("won", "closed won", "win", "success", "赢单", "成交", "已成交", "赢")
_LOST_WORDS = ("lost", "closed lost", "loss", "丢单", "输单", "失败", "流失")
_OPEN_WORDS = (
    "open",
    "prospecting",
    "engaging",
    "lead",
    "qualification",
    "qualified",
    "proposal",
    "negotiation",
    "new",
    "in progress",
    "needs analysis",
)


def read_deals(table: MappedTable, mapping: MappingFile, ledger: QualityLedger) -> tuple[pd.DataFrame, RowCheck]:
    """The deals as a table (see CrmTables), and the check that records which rows are not used."""
    check = RowCheck.of(table, ledger, mapping.rules.unusable_rows)
    deals = pd.DataFrame(index=table.table.frame.index)
    deals["id"] = _ids(table, check)
    for field in ("agent", "product"):
        deals[field] = table.cells(field)
        check.unusable(field, deals[field].eq(""), f"no {field}", f"the name of the {field}")
    deals["account"] = table.cells("account")
    deals["state"] = _states(table, mapping.stages, check)
    when = read_dates(table, ("opened", "closed"), check, mapping.rules.date_order)
    deals["opened"], deals["closed"] = when["opened"], when["closed"]
    deals["value"] = read_amounts(table, "value", check)
    deals["units"] = read_amounts(table, "units", check).fillna(1.0) if "units" in table.columns else 1.0
    decided = deals["state"].ne(OPEN)
    check.unusable(
        "closed",
        decided & (table.cells("closed").eq("") | table.cells("closed").map(is_zero)),
        "won or lost, but no close date",
        "the day the deal was decided",
    )
    check.unusable(
        "closed",
        deals["closed"].lt(deals["opened"]),
        "closed before it was opened",
        "a close date on or after the open date",
    )
    refuse_date_outliers("closed", deals["closed"].where(decided), check, _WORDS)
    _note_values(table, check.keep(deals), ledger)
    return deals, check


def _ids(table: MappedTable, check: RowCheck) -> pd.Series:
    """Deal numbers; identical rows are kept once, different rows with the same number are unusable."""
    frame = table.table.frame
    if "id" not in table.columns:
        check.ledger.add(
            NOTED,
            table.file,
            "",
            "deals have no number; each row is read as a different deal",
            "no header means 'id'",
            count=len(frame),
        )
        return pd.Series([f"row {r}" for r in frame.index], index=frame.index, dtype="str")
    ids = table.cells("id")
    repeated = frame.duplicated(keep="first") & ids.ne("")
    if repeated.any():
        check.ledger.add(
            CORRECTED,
            table.file,
            table.header("id"),
            "identical rows kept once",
            "every cell is the same",
            list(frame.index[repeated]),
        )
        check.dropped |= repeated
    twice = ids.ne("") & ids[~repeated].duplicated(keep=False).reindex(ids.index, fill_value=False)
    check.unusable("id", twice, "different rows with the same deal number", "one row per deal")
    check.unusable("id", ids.eq(""), "no deal number", "a number for every deal")
    return ids


def _states(table: MappedTable, stages: Stages, check: RowCheck) -> pd.Series:
    """Won, lost or open per deal; an unknown word counts as open and is reported."""
    meaning = {
        normalised(w): s for s, words in ((WON, _WON_WORDS), (LOST, _LOST_WORDS), (OPEN, _OPEN_WORDS)) for w in words
    }
    meaning |= {
        normalised(w): s for s, words in ((WON, stages.won), (LOST, stages.lost), (OPEN, stages.open)) for w in words
    }
    cells = table.cells("stage")
    check.unusable("stage", cells.eq(""), "no stage", "won, lost or a stage of an open deal")
    for word in cells.unique():
        if word and normalised(word) not in meaning:
            rows = list(cells.index[cells == word])
            check.ledger.add(
                NOTED,
                table.file,
                table.header("stage"),
                f"stage '{word}' read as open",
                "it is not a known word for won or lost",
                rows,
            )
    states = cells.map({c: meaning.get(normalised(c), OPEN) for c in cells.unique()}).astype("str")
    missing = [state for state in (WON, LOST) if not states.eq(state).any()]
    if missing:
        counts = cells[cells.ne("")].value_counts()
        found = ", ".join(f"'{word}' ({number:,})" for word, number in counts.head(8).items())
        example = " ".join(f'{state} = ["…"]' for state in missing)
        check.ledger.refused(
            table.file,
            table.header("stage"),
            f"no deal is {' or '.join(missing)}; stages found: {found}",
            "deals won and deals lost, under words such as Won and Lost",
            f"say which of these words mean that, in a file given with --mapping: [stages] {example}",
        )
    return states


def _note_values(table: MappedTable, deals: pd.DataFrame, ledger: QualityLedger) -> None:
    """Report deals whose dates or values are missing, and for what they are not used."""
    opened, closed, value = (table.header(field) for field in ("opened", "closed", "value"))
    still_open, worthless = deals["state"].eq(OPEN), deals["value"].fillna(0.0).eq(0.0)

    def note(mask: pd.Series, header: str, what: str, why: str, kind: str = NOTED) -> None:
        if mask.any():
            ledger.add(kind, table.file, header, what, why, list(deals.index[mask]))

    blank = still_open & (deals["closed"].isna() | deals["value"].isna())
    why = "they are not decided yet; used only for the open pipeline"
    note(blank, f"{closed}, {value}", "open deals without close date or value", why)
    if "opened" in table.columns:
        why = "not used for cycle length and opening rate"
        note(deals["opened"].isna(), opened, "deals without an open date", why)
    early = still_open & deals["closed"].notna()
    note(early, closed, "open deals with a close date", "read as planned dates and not used")
    why = "a lost deal earns nothing; they count for win rates, not for prices"
    note(deals["state"].eq(LOST) & worthless, value, "lost deals with value 0 or none", why)
    why = "they count as won, but not for prices and order values"
    note(deals["state"].eq(WON) & worthless, value, "won deals with value 0 or none", why, SET_ASIDE)
