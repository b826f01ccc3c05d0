"""A clean list of ties from a user's table: blanks and self-ties set aside, duplicates counted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.intake.tables.columns.name_spellings import NameColumn, NameGroup, own_copy, unify_names
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, SET_ASIDE, QualityLedger
from experiments.intake.tables.schema.mapping_file import Rules
from sim.quantity import MOST_TIES

_YES, _NO = (
    ("1", "1.0", "yes", "true", "y", "strong", "是", "强"),
    ("0", "0.0", "no", "false", "n", "weak", "", "否", "弱"),
)

#: Share of ties with contradicting rows on strength, beyond which only the user can decide.
_MANY_CONTRADICTIONS = 0.05
#: Share of duplicate rows from which a column that may separate groups is sought, and the most values it may have.
_MOST_REPEAT, _MOST_GROUPS = 0.5, 50


@dataclass(frozen=True)
class TieList:
    """Each tie once: ``ties`` with text columns first and second and, where the file has it, bool strong; ``names`` sorted."""

    ties: pd.DataFrame
    names: list[str]


def clean_ties(table: MappedTable, rules: Rules, ledger: QualityLedger) -> TieList:
    """Correct and check a table of ties. Raises InputErrors with everything that cannot be corrected."""
    table = own_copy(table)
    ends = (NameColumn(table, "first"), NameColumn(table, "second"))
    unify_names([NameGroup("customer", "customers", ends, personal=True, numbers=False)], rules, ledger)
    frame = pd.DataFrame({"first": table.cells("first"), "second": table.cells("second")})
    strong = _read_strong(table, ledger)
    if strong is not None:
        frame["strong"] = strong
    frame = _without_blanks(frame, table, ledger)
    loops = frame["first"].eq(frame["second"])
    if loops.any():
        why = "word of mouth needs two customers"
        ledger.add(
            SET_ASIDE,
            table.file,
            table.header("second"),
            "ties of a customer to itself",
            why,
            list(frame.index[loops]),
        )
        frame = frame[~loops]
    _report_separating_column(frame, table, ledger)
    frame = _once(frame, table, rules, ledger)
    names = sorted(set(frame["first"]) | set(frame["second"]), key=_natural)
    _refuse_odd(frame, names, table, ledger)
    ledger.stop_if_refused()
    return TieList(frame.reset_index(drop=True), names)


def _natural(name: str) -> tuple[int, int, str]:
    """Sort key: numbers in numerical order, before all other names."""
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
            "turn weights into 1 and 0, or remove the column: strong ties are then drawn at random",
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
                "ties with one end blank",
                "a tie needs two customers",
                rows,
            )
            frame = frame[~blank]
    return frame


def _report_separating_column(frame: pd.DataFrame, table: MappedTable, ledger: QualityLedger) -> None:
    """Report an unread column whose few values separate most duplicates: names may be reused in each group."""
    repeated = frame.duplicated(["first", "second"]).mean()
    if repeated <= _MOST_REPEAT:
        return
    for header in table.unused:
        groups = frame.assign(group=table.table.frame.loc[frame.index, header])
        number, apart = groups["group"].nunique(), groups.duplicated(["first", "second", "group"]).mean()
        if 2 <= number <= _MOST_GROUPS and apart < repeated:
            what = f"{repeated:.0%} of rows repeat a tie, but only {apart:.0%} do so within one of the {number} values of this column"
            why = (
                "it is not read: if the same name means different customers in each of its groups, prefix every name with "
                "the group, or import one group"
            )
            ledger.add(NOTED, table.file, header, what, why, count=0)


def _once(frame: pd.DataFrame, table: MappedTable, rules: Rules, ledger: QualityLedger) -> pd.DataFrame:
    """One row per tie, in whichever direction it was named; ``rules`` decide where its rows contradict each other on strength."""
    a, b = frame["first"].to_numpy(dtype=object), frame["second"].to_numpy(dtype=object)
    turned = a > b
    low, high = np.where(turned, b, a), np.where(turned, a, b)
    ordered = frame.assign(first=low, second=high)
    again = ordered.duplicated(["first", "second"])
    if again.any():
        same = ordered.assign(turned=turned).duplicated(["first", "second", "turned"])
        rows, back = list(frame.index[same]), list(frame.index[again & ~same])
        if rows:
            ledger.add(CORRECTED, table.file, "", "repeated ties", "a tie counts once", rows)
        if back:
            ledger.add(
                CORRECTED,
                table.file,
                "",
                "ties also named in the other direction",
                "word of mouth goes both ways along a tie",
                back,
            )
    if "strong" in ordered:
        ordered["strong"] = _settle_strength(ordered, table, rules, ledger)
    return ordered[~again]


def _settle_strength(ordered: pd.DataFrame, table: MappedTable, rules: Rules, ledger: QualityLedger) -> pd.Series:
    """Strength of the tie of each row. A rule resolves contradictions between rows of one tie; many of them need a user's rule."""
    of_tie = ordered.groupby(["first", "second"], sort=False)["strong"]
    some, every = of_tie.transform("any"), of_tie.transform("all")
    contradicted = some & ~every
    if not contradicted.any():
        return some
    number, ties = len(ordered[contradicted].drop_duplicates(["first", "second"])), of_tie.ngroups
    first = ordered[contradicted].iloc[0]
    pair = f"{ledger.name(first['first'], True)} and {ledger.name(first['second'], True)}"
    what = f"{number:,} of {ties:,} ties are strong in one row and weak in another, such as that of {pair}"
    rows = list(ordered.index[contradicted])
    header = table.header("strong")
    if rules.strong_ties is None and number > max(_MANY_CONTRADICTIONS * ties, 1):
        remedy = (
            '[rules] strong_ties = "either" in the mapping file makes them strong, "both" weak; or remove the column'
        )
        ledger.refused(
            table.file, header, what, "one strength per tie: word of mouth goes both ways along it", remedy, rows
        )
        return some
    both = rules.strong_ties == "both"
    why = "the mapping file requires both rows to say strong" if both else "one row that says strong is enough"
    ledger.add(CORRECTED, table.file, header, f"{what}: read as {'weak' if both else 'strong'}", why, rows)
    return every if both else some


def _refuse_odd(frame: pd.DataFrame, names: list[str], table: MappedTable, ledger: QualityLedger) -> None:
    if len(names) < 3:
        ledger.refused(
            table.file,
            "",
            f"too few remain: ties {len(frame)}, customers {len(names)}",
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
            "split or drop hubs that are not people: list servers, departments",
        )
