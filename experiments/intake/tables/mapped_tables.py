"""Tables mapped to known fields: which kind of table a file is and which header means which field; a mapping file overrides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as declared
from functools import lru_cache

import pandas as pd

from experiments.intake.tables.files.table_reader import Table
from experiments.intake.tables.quality_ledger import NOTED, QualityLedger
from experiments.intake.tables.schema.conventions import Conventions
from experiments.intake.tables.schema.mapping_file import MappingFile, TableMapping
from experiments.intake.tables.schema.table_kind import Kind
from experiments.intake.tables.values.currency_symbols import header_without_unit
from experiments.intake.tables.values.name_matching import normalised, similarity

#: Similarity from which an unknown spelling of a header is matched to a known one.
HEADER_SIMILAR = 0.86


@dataclass(frozen=True)
class MappedTable:
    """A table with its kind and the header found for each field; ``how`` names the rule that found it.

    ``conventions`` say how its cells are read; they are set once all tables of the import are known.
    """

    kind: Kind
    table: Table
    columns: dict[str, str]
    how: dict[str, str]
    conventions: Conventions = declared(default_factory=Conventions)

    @property
    def file(self) -> str:
        """Name of the file, as quoted in messages."""
        return self.table.file

    def header(self, field: str) -> str:
        """The user's header of ``field`` (the name of the field itself when the file has no such column)."""
        return self.columns.get(field, field)

    def cells(self, field: str) -> pd.Series:
        """Text cells of ``field``, indexed by row number; blanks when the file has no such column."""
        if field in self.columns:
            return self.table.frame[self.columns[field]]
        return pd.Series("", index=self.table.frame.index, dtype="str")

    @property
    def unused(self) -> list[str]:
        """Headers that match no field of the kind; their columns are not read."""
        used = set(self.columns.values())
        return [str(h) for h in self.table.frame.columns if h not in used]


def map_tables(
    tables: list[Table], kinds: tuple[Kind, ...], mapping: MappingFile, ledger: QualityLedger
) -> dict[str, MappedTable]:
    """Find the kind of each table and its headers. Files may come in any order.

    Refused: a file of unknown kind, two files of the same kind, and a header that the mapping file names but the file
    lacks.
    """
    found: dict[str, MappedTable] = {}
    _check_files(tables, mapping, ledger)
    for table in tables:
        mapped = _map_one(table, kinds, mapping, ledger)
        if mapped is None:
            continue
        if mapped.kind.name in found:
            other = found[mapped.kind.name].file
            remedy = f'give one of them, or name it in the mapping file: [tables.{mapped.kind.name}] file = "…"'
            ledger.refused(
                table.file, "", f"both this file and {other} look like {mapped.kind.name}", "one file per kind", remedy
            )
            continue
        found[mapped.kind.name] = mapped
        if mapped.unused:
            ledger.add(
                NOTED,
                table.file,
                ", ".join(mapped.unused),
                "columns not read",
                f"no field of {mapped.kind.name} has a header like this",
                count=0,
            )
    return found


def _check_files(tables: list[Table], mapping: MappingFile, ledger: QualityLedger) -> None:
    """Refuse the import if the mapping file names a file that was not given."""
    given = [t.file for t in tables]
    for kind, of_kind in mapping.tables.items():
        if of_kind.file is not None and of_kind.file not in given:
            problem = f"the mapping file says that {kind} are in '{of_kind.file}', which is not among the files given"
            ledger.refused(
                "mapping file", f"tables.{kind}.file", problem, f"one of {', '.join(given)}", "correct the name"
            )


def _map_one(table: Table, kinds: tuple[Kind, ...], mapping: MappingFile, ledger: QualityLedger) -> MappedTable | None:
    candidates = [k for k in kinds if mapping.tables.get(k.name, TableMapping()).file == table.file]
    if not candidates:
        candidates = [k for k in kinds if mapping.tables.get(k.name, TableMapping()).file is None]
    refusals = len(ledger.refusals)
    best: MappedTable | None = None
    for kind in candidates:
        given = mapping.tables.get(kind.name, TableMapping())
        columns, how = guess_columns(table, kind, given.columns)
        present = sum(f in columns for f in kind.required)
        named = all(f in columns or f in given.columns for f in kind.required) and 2 * present >= len(kind.required)
        fits = named and not _has_field_of_other(table, kind, kinds)
        if (fits or given.file == table.file) and (best is None or len(columns) > len(best.columns)):
            best = MappedTable(kind, table, columns, how)
    if best is not None:
        _check_given(best, mapping, ledger)
    else:
        _refuse_unknown(table, kinds, ledger)
    return best if len(ledger.refusals) == refusals else None


def guess_columns(table: Table, kind: Kind, given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Headers per field and how each was found: 'mapping file', 'known spelling' or 'similar spelling'."""
    headers = [str(h) for h in table.frame.columns]
    columns = {field: header for field, header in given.items() if header in headers}
    how = dict.fromkeys(columns, "mapping file")
    for find, rule in _RULES:
        for spec in kind.fields:
            if spec.name in columns or spec.name in given:
                continue
            taken = set(columns.values())
            header = find(tuple(h for h in headers if h not in taken), spec.spellings)
            if header is not None:
                columns[spec.name], how[spec.name] = header, rule
    return columns, how


def _known_spelling(headers: Sequence[str], spellings: tuple[str, ...]) -> str | None:
    """The header that equals the earliest spelling of the list (spellings are ordered from certain to vague)."""
    forms = {normalised(h): h for h in reversed(headers)}
    return next((forms[normalised(s)] for s in spellings if normalised(s) in forms), None)


def _known_but_for_unit(headers: Sequence[str], spellings: tuple[str, ...]) -> str | None:
    """A known spelling after removing the currency, brackets or an export path: 'Amount (USD)', 'Invoice lines/Date'."""
    paths = {h.rsplit("/", 1)[-1]: h for h in reversed(headers)}
    bare = paths | {header_without_unit(h): h for h in reversed(headers)}
    found = _known_spelling(list(bare), spellings)
    return bare[found] if found else None


@lru_cache(maxsize=256)  # a table of unknown kind is tried against every kind, twice
def _similar_spelling(headers: tuple[str, ...], spellings: tuple[str, ...]) -> str | None:
    ranked = [
        (similarity(form, spelling), header)
        for header in headers
        for spelling in map(normalised, spellings)
        if len(spelling) > 3 and _can_be_similar(form := normalised(header), spelling)
    ]
    best = max(ranked, default=(0.0, ""))
    return best[1] if best[0] >= HEADER_SIMILAR else None


@lru_cache(maxsize=65536)
def _letters(word: str) -> Counter[str]:
    return Counter(word)


def _can_be_similar(a: str, b: str) -> bool:
    """Whether two words can reach ``HEADER_SIMILAR`` at all, judged by lengths and letters (cheap, as a table may be wide)."""
    if 2 * min(len(a), len(b)) < HEADER_SIMILAR * (len(a) + len(b)):
        return False
    return 2 * (_letters(a) & _letters(b)).total() >= HEADER_SIMILAR * (len(a) + len(b))


_RULES = (
    (_known_spelling, "known spelling"),
    (_known_but_for_unit, "known spelling but for unit or path"),
    (_similar_spelling, "similar spelling"),
)


def _has_field_of_other(table: Table, kind: Kind, kinds: tuple[Kind, ...]) -> bool:
    """True when a header means a field that rules ``kind`` out (a roster has no deal stage)."""
    headers = [str(h) for h in table.frame.columns]
    fields = {f.name: f for k in kinds for f in k.fields}
    return any(_known_spelling(headers, fields[n].spellings) is not None for n in kind.never if n in fields)


def _check_given(mapped: MappedTable, mapping: MappingFile, ledger: QualityLedger) -> None:
    given = mapping.tables.get(mapped.kind.name, TableMapping()).columns
    headers = ", ".join(str(h) for h in mapped.table.frame.columns)
    for field, header in given.items():
        if field not in mapped.columns:
            ledger.refused(
                mapped.file,
                header,
                f"the mapping file names this header for '{field}', but the file does not have it",
                headers,
                "correct the mapping file",
            )
    for field in mapped.kind.required:
        if field not in mapped.columns and field not in given:
            spec = mapped.kind.field(field)
            ledger.refused(
                mapped.file,
                "",
                f"no header means '{field}' ({spec.meaning})",
                f"e.g. {spec.spellings[0]}; found: {headers}",
                f'[tables.{mapped.kind.name}.columns] {field} = "your header" in the mapping file',
            )


def _refuse_unknown(table: Table, kinds: tuple[Kind, ...], ledger: QualityLedger) -> None:
    """Refuse a file of unknown kind, naming the closest kind and what the file lacks for it."""

    def lacking(kind: Kind) -> list[str]:
        columns, _ = guess_columns(table, kind, {})
        return [f for f in kind.required if f not in columns]

    def likeness(kind: Kind) -> tuple[bool, int]:
        return not _has_field_of_other(table, kind, kinds), len(guess_columns(table, kind, {})[0])

    near = max(kinds, key=likeness)
    lacks = (
        ", ".join(f"{f} (e.g. '{near.field(f).spellings[0]}')" for f in lacking(near))
        or "nothing, but has columns of another kind"
    )
    headers = ", ".join(str(h) for h in table.frame.columns)
    several = f"one of {', '.join(k.name for k in kinds)}; closest is {near.name}, but the file lacks {lacks}"
    lines = " ".join(f'{field} = "…"' for field in lacking(near))
    fix = f"rename headers, or say which header is which field in a file given with --mapping: [tables.{near.name}.columns] {lines}"
    if all(_is_number(str(h)) for h in table.frame.columns):
        fix = f"the first line does not hold headers: add a line of headers above it; or {fix}"
    ledger.refused(
        table.file,
        "",
        f"the headers match no known kind of table: {headers}",
        several if len(kinds) > 1 else f"a table of {near.name}; the file lacks {lacks}",
        fix,
    )


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdecimal()


def mapping_content(found: Mapping[str, MappedTable], given: MappingFile) -> dict[str, object]:
    """Contents of mapping.toml: the mapping that was used, in the form that --mapping accepts."""
    content: dict[str, object] = {
        "tables": {kind: {"file": t.file, "columns": dict(t.columns)} for kind, t in found.items()}
    }
    return content | given.model_dump(exclude={"tables"}, exclude_none=True)
