"""A clean list of ties from a user's table: blanks and ties to oneself set aside, double mentions counted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.intake.headers import MappedTable
from experiments.intake.quality import MENDED, SET_ASIDE, QualityLedger
from sim.network import MOST_TIES

_YES, _NO = (
    ("1", "1.0", "yes", "true", "y", "strong", "是", "强"),
    ("0", "0.0", "no", "false", "n", "weak", "", "否", "弱"),
)


@dataclass(frozen=True)
class TieList:
    """Each tie once: ``ties`` with text columns first and second and, where the file tells, bool strong; ``names`` sorted."""

    ties: pd.DataFrame
    names: list[str]


def clean_ties(table: MappedTable, ledger: QualityLedger) -> TieList:
    """Mend and check a table of ties. What cannot be mended goes to ``ledger`` as refusals and raises at once."""
    frame = pd.DataFrame({"first": table.cells("first"), "second": table.cells("second")})
    strong = _read_strong(table, ledger)
    if strong is not None:
        frame["strong"] = strong
    frame = _without_blanks(frame, table, ledger)
    loops = frame["first"].eq(frame["second"])
    if loops.any():
        why = "a customer's talk with itself teaches nothing"
        ledger.add(
            SET_ASIDE,
            table.file,
            table.header("second"),
            "ties of a customer with itself",
            why,
            list(frame.index[loops]),
        )
        frame = frame[~loops]
    frame = _once(frame, table, ledger)
    names = sorted(set(frame["first"]) | set(frame["second"]), key=_natural)
    _refuse_odd(frame, names, table, ledger)
    ledger.stop_if_refused()
    return TieList(frame.reset_index(drop=True), names)


def _natural(name: str) -> tuple[int, int, str]:
    """Numbers in order of size, before all other names."""
    return (0, int(name), "") if name.isdecimal() and len(name) < 19 else (1, 0, name)


def _read_strong(table: MappedTable, ledger: QualityLedger) -> pd.Series | None:
    if "strong" not in table.columns:
        return None
    words = table.cells("strong").str.casefold()
    wrong = words.index[~words.isin((*_YES, *_NO))]
    if len(wrong):
        ledger.refused(
            table.file,
            table.header("strong"),
            f"'{table.cells('strong').loc[wrong[0]]}' says neither that the tie is strong nor that it is weak",
            "1 or 0, yes or no",
            "turn weights into 1 and 0, or leave the column out: strong ties are drawn then",
            list(wrong),
        )
    return words.isin(_YES)


def _without_blanks(frame: pd.DataFrame, table: MappedTable, ledger: QualityLedger) -> pd.DataFrame:
    for end in ("first", "second"):
        blank = frame[end].eq("")
        if blank.any():
            rows = list(frame.index[blank])
            ledger.add(
                SET_ASIDE,
                table.file,
                table.header(end),
                "ties with one end left blank",
                "a tie needs two customers",
                rows,
            )
            frame = frame[~blank]
    return frame


def _once(frame: pd.DataFrame, table: MappedTable, ledger: QualityLedger) -> pd.DataFrame:
    """One row per tie, whichever way round it was named; strong if any mention is."""
    a, b = frame["first"].to_numpy(dtype=object), frame["second"].to_numpy(dtype=object)
    turned = a > b
    low, high = np.where(turned, b, a), np.where(turned, a, b)
    ordered = frame.assign(first=low, second=high)
    again = ordered.duplicated(["first", "second"])
    if again.any():
        same = ordered.assign(turned=turned).duplicated(["first", "second", "turned"])
        rows, back = list(frame.index[same]), list(frame.index[again & ~same])
        if rows:
            ledger.add(MENDED, table.file, "", "ties named again", "a tie counts once", rows)
        if back:
            ledger.add(
                MENDED, table.file, "", "ties named the other way round too", "talk goes both ways along a tie", back
            )
    if "strong" in ordered:
        ordered["strong"] = ordered.groupby(["first", "second"], sort=False)["strong"].transform("any")
    return ordered[~again]


def _refuse_odd(frame: pd.DataFrame, names: list[str], table: MappedTable, ledger: QualityLedger) -> None:
    if len(names) < 3:
        ledger.refused(
            table.file,
            "",
            f"too few are left: ties {len(frame)}, customers {len(names)}",
            "at least 3 customers",
            "give the whole list",
        )
        return
    count = pd.concat([frame["first"], frame["second"]]).value_counts()
    if count.iloc[0] > MOST_TIES:
        ledger.refused(
            table.file,
            "",
            f"customer {ledger.name(str(count.index[0]), personal=True)} has {count.iloc[0]:,} ties",
            f"at most {MOST_TIES:,}",
            "split or drop hubs that are no person: list servers, departments",
        )
