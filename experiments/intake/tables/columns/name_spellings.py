"""Spellings of one name, over all files and both ends of a tie: joined where that is safe, reported or asked about elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, QualityLedger
from experiments.intake.tables.schema.mapping_file import NAMED_FIELDS, Rules
from experiments.intake.tables.values.missing_names import missing_name_words
from experiments.intake.tables.values.name_matching import normalised
from sim.reading.identity import digits_lost, normal_form, tidy, written_form

_POINT_NOTHING = re.compile(r"^-?\d+[.,]0+$")
#: Names that differ by case, such as 0015g00000AbCdE: letters of both cases mixed, and digits.
_MIXED_CASE = re.compile(r"^(?=\S*\d)[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*$")
_ZEROS_INSIDE = re.compile(r"(?<!\d)0+(?=\d)")
#: Share of the smaller file's names that is also in the other, below which it is reported; and fewest names.
_FEW_SHARED, _FEWEST = 0.05, 10


@dataclass(frozen=True)
class NameColumn:
    """Names in one column; ``listed`` where the table is the list of them, each once, so that two spellings are two names."""

    table: MappedTable
    field: str
    listed: bool = False


@dataclass(frozen=True)
class NameGroup:
    """Columns whose names are compared with each other; ``noun`` and ``plural`` name what they are names of.

    ``aliases``: written names and what they mean. ``numbers``: whether 0 and -1 may mean a missing name. ``joined``: whether
    spellings of one name are sought (invoice numbers may start again every year).
    """

    noun: str
    plural: str
    columns: tuple[NameColumn, ...]
    personal: bool = False
    places: bool = False
    numbers: bool = True
    joined: bool = True
    aliases: Mapping[str, str] | None = None


def unify_names(groups: Sequence[NameGroup], rules: Rules, ledger: QualityLedger) -> None:
    """Give every name of each group one spelling, in the tables themselves; words for a missing name become blank.

    Changes are reported in ``ledger``. Refused there, because only the user can know: numbers of one column that differ
    only by leading zeros, and numbers whose digits are hidden by an exponent.
    """
    for group in groups:
        _Names(group, rules, ledger).settle()


class _Names:
    """One group of names while its spellings are unified."""

    def __init__(self, group: NameGroup, rules: Rules, ledger: QualityLedger) -> None:
        self.group, self.rules, self.ledger = group, rules, ledger
        self.columns = [column for column in group.columns if column.field in column.table.columns]

    def settle(self) -> None:
        """All steps in order; each sees the names as the previous steps left them."""
        self._apply_aliases()
        self._tidy()
        self._blank_missing_names()
        if self.group.joined:
            self._refuse_lost_digits()
            self._join()
            self._report_twins()
            self._report_strangers()

    def _counts(self) -> list[Counter[str]]:
        return [
            Counter({str(name): int(n) for name, n in c.table.cells(c.field).value_counts().items() if name})
            for c in self.columns
        ]

    def _change(self, column: NameColumn, meant: Mapping[str, str]) -> pd.Index:
        """Write ``meant`` into the cells of ``column``; returns the rows that changed."""
        cells = column.table.cells(column.field)
        known = {name: to for name, to in meant.items() if name != to}
        rows = cells.index[cells.isin(list(known))]
        if len(rows):
            header = column.table.header(column.field)
            each = cells.map({name: known.get(name, name) for name in cells.unique()})
            column.table.table.frame[header] = each.astype("str")
        return rows

    def _apply_aliases(self) -> None:
        for column in self.columns:
            meant = {w: m for w, m in (self.group.aliases or {}).items() if w in set(column.table.cells(column.field))}
            for written, name in meant.items():
                rows = list(self._change(column, {written: name}))
                what = f"{self._name(written)} read as {self._name(name)}"
                self._add(CORRECTED, column, what, "the mapping file says so", rows)

    def _tidy(self) -> None:
        for column, counts in zip(self.columns, self._counts(), strict=True):
            rows = list(self._change(column, {name: tidy(name) for name in counts}))
            if rows:
                why = "they are invisible and carry no meaning"
                self._add(CORRECTED, column, "invisible characters and irregular blanks removed", why, rows)
            given = {tidy(name) for name in counts} - missing_name_words(counts)
            if given and all(_POINT_NOTHING.match(name) for name in given):
                whole = {name: re.split("[.,]", name)[0] for name in given}
                rows = list(self._change(column, whole))
                why = "every id ends like this: they were stored as numbers"
                self._add(CORRECTED, column, "'.0' removed", why, rows)

    def _blank_missing_names(self) -> None:
        counts = self._counts()
        words = missing_name_words(
            sum(counts, Counter[str]()), self.rules.real_names, places=self.group.places, numbers=self.group.numbers
        )
        for column, names in zip(self.columns, counts, strict=True):
            mine = sorted(words & set(names))
            if mine:
                rows = list(self._change(column, dict.fromkeys(mine, "")))
                words_found = ", ".join(f"'{word}' ({names[word]:,})" for word in mine)
                what = f"read as no {self.group.noun}: {words_found}"
                why = f"they mean a missing name; if a {self.group.noun} is really called so, list it in [rules] real_names of the mapping file"
                self._add(CORRECTED, column, what, why, rows)
            kept = missing_name_words(names, self.rules.real_names) & set(names) if self.group.places else set()
            for word in sorted(kept - words):
                what = f"'{word}' read as the name of a {self.group.noun}"
                why = "it may be Namibia or North America; if it means a missing name, blank these cells"
                self._add(NOTED, column, what, why, [], count=names[word])

    def _refuse_lost_digits(self) -> None:
        for column, counts in zip(self.columns, self._counts(), strict=True):
            lost = {name: digits_lost(name) for name in counts}
            whole = {power for gone, power in lost.values() if power and not gone}
            bad = [name for name, (gone, power) in lost.items() if gone and power not in whole]
            if not bad:
                continue
            cells = column.table.cells(column.field)
            self.ledger.refused(
                column.table.file,
                column.table.header(column.field),
                f"digits are lost: {self._name(bad[0])} could be any of {10 ** min(lost[bad[0]][0], 30):,} numbers",
                f"all digits of the {self.group.noun} number",
                "export again with the column as text, or as a number format that shows all digits",
                list(cells.index[cells.isin(bad)]),
            )

    def _join(self) -> None:
        counts = self._counts()
        case = _case_matters(set().union(*counts))
        form = written_form if self.rules.leading_zeros == "differ" else normal_form
        families: dict[str, list[str]] = {}
        for name in dict.fromkeys(name for names in counts for name in names):
            families.setdefault(form(name, case=case), []).append(name)
        listed = [set(names) for c, names in zip(self.columns, counts, strict=True) if c.listed]
        # a list that has both spellings means two names
        several = [f for f in families.values() if len(f) > 1 and not any(len(n & set(f)) > 1 for n in listed)]
        asked = [family for family in several if self._must_ask(family, counts)]
        self._ask(asked, counts)
        self._report_joined(self._spellings([family for family in several if family not in asked], counts))

    def _must_ask(self, family: list[str], counts: Sequence[Counter[str]]) -> bool:
        """Whether some column holds numbers of ``family`` that differ by leading zeros, and no rule decides."""
        if self.rules.leading_zeros is not None:
            return False
        return any(len({written_form(name) for name in family if name in names}) > 1 for names in counts)

    def _spellings(self, families: Sequence[list[str]], counts: Sequence[Counter[str]]) -> dict[str, str]:
        """What each other spelling means: the one of a list; otherwise plain digits, with leading zeros if most cells have them."""
        total = sum(counts, Counter[str]())
        of_list = {n for c, names in zip(self.columns, counts, strict=True) if c.listed for n in names}
        numbers = [name for family in families for name in family if _is_number(name)]
        padded = 2 * sum(total[n] for n in numbers if n[0] == "0") > sum(total[n] for n in numbers)

        def rank(name: str) -> tuple[bool, bool, bool, int, int, str]:
            digits = _is_number(name)
            odd = not digits and normal_form(name).isdecimal()
            return name not in of_list, odd, digits and (name[0] == "0") != padded, -total[name], len(name), name

        best = [(family, min(family, key=rank)) for family in families]
        return {name: to for family, to in best for name in family if name != to}

    def _ask(self, asked: Sequence[list[str]], counts: Sequence[Counter[str]]) -> None:
        for column, names in zip(self.columns, counts, strict=True):
            mine = [here for family in asked if len(here := [name for name in family if name in names]) > 1]
            if not mine:
                continue
            cells = column.table.cells(column.field)
            rare = [min(here, key=names.__getitem__) for here in mine]
            self.ledger.refused(
                column.table.file,
                column.table.header(column.field),
                f"{len(mine):,} {self._many(len(mine))} differ from another only by leading zeros, such as "
                f"{' and '.join(self._name(name) for name in mine[0])}: it is unclear whether they are the same",
                "one way of writing a number",
                '[rules] leading_zeros = "same" or "differ" in the mapping file says which it is',
                list(cells.index[cells.isin(rare)]),
            )

    def _report_joined(self, meant: Mapping[str, str]) -> None:
        reasons: dict[str, dict[str, str]] = {}
        for name, best in meant.items():
            reasons.setdefault(_difference(name, best), {})[name] = best
        for why, pairs in reasons.items():
            name, best = next(iter(pairs.items()))
            number = len(set(pairs.values()))
            verb = "appears" if number == 1 else "appear"
            what = (
                f"{number:,} {self._many(number)} {verb} in several spellings, such as {self._name(best)} and {self._name(name)}: "
                "read as one"
            )
            for column in self.columns:
                rows = list(self._change(column, pairs))
                if rows:
                    self._add(CORRECTED, column, what, f"{why}; spelled {self._name(best)} from here on", rows)

    def _report_twins(self) -> None:
        """Report names that differ only in accents, punctuation or zeros inside; they are kept apart."""
        if any(column.listed for column in self.columns):
            return  # misspelled names are matched with the list
        twins: dict[str, list[str]] = {}
        for name in dict.fromkeys(name for names in self._counts() for name in names):
            twins.setdefault(_rough(name), []).append(name)
        pairs = [names for form, names in twins.items() if form and len(names) > 1]
        if pairs and self.columns:
            what = (
                f"{len(pairs):,} {self._many(len(pairs))} {'is' if len(pairs) == 1 else 'are'} spelled nearly alike, such as "
                f"{' and '.join(self._name(name) for name in pairs[0][:2])}: kept apart"
            )
            why = "they differ only in accents, case, punctuation or zeros"
            if self.group.noun in NAMED_FIELDS:
                why += f"; [names.{self.group.noun}] in the mapping file says which are the same"
            files = " and ".join(dict.fromkeys(column.table.file for column in self.columns))
            header = self.columns[0].table.header(self.columns[0].field)
            self.ledger.add(NOTED, files, header, what, why, count=len(pairs), counted="spelling")

    def _report_strangers(self) -> None:
        """Report files of one kind whose names have next to nothing in common."""
        if not self.group.personal:
            return
        found = list(zip(self.columns, self._counts(), strict=True))
        for k, (column, names) in enumerate(found):
            for other, others in found[:k]:
                if other.table is column.table or other.table.kind.name != column.table.kind.name:
                    continue
                fewest, shared = min(len(names), len(others)), len(set(names) & set(others))
                if fewest >= _FEWEST and shared < _FEW_SHARED * fewest:
                    what = f"{shared:,} of {fewest:,} {self.group.plural} are also in {other.table.file}"
                    why = "if they are the same, they are written in ways that cannot be compared here"
                    self._add(NOTED, column, what, why, [])

    def _add(
        self, kind: str, column: NameColumn, what: str, why: str, rows: Sequence[int], count: int | None = None
    ) -> None:
        self.ledger.add(kind, column.table.file, column.table.header(column.field), what, why, rows, count=count)

    def _name(self, name: str) -> str:
        return self.ledger.name(name, self.group.personal)

    def _many(self, number: int) -> str:
        return self.group.noun if number == 1 else self.group.plural


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def _case_matters(names: set[str]) -> bool:
    return bool(names) and 2 * sum(1 for name in names if _MIXED_CASE.match(name)) > len(names)


def _difference(name: str, best: str) -> str:
    """How two spellings of one name differ, as the reason for reading them as one."""
    if written_form(name) != written_form(best):
        return "the same number apart from leading zeros"
    if written_form(name).isdecimal():
        return "the same number, stored as text or with decimals"
    if name.casefold() == best.casefold():
        return "the same apart from case"
    return "the same apart from the width and shape of characters"


def _rough(name: str) -> str:
    """``name`` without accents, case, punctuation, and the leading zeros of any number in it."""
    plain = "".join(s for s in unicodedata.normalize("NFKD", normal_form(name)) if not unicodedata.combining(s))
    return _ZEROS_INSIDE.sub("", normalised(plain))


def own_copy(table: MappedTable) -> MappedTable:
    """The same table with its own copy of the cells, so that names can be changed in it."""
    return replace(table, table=replace(table.table, frame=table.table.frame.copy()))
