"""Reader of users' tables: CSV, TSV and Parquet files become tables of text cells with their row numbers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from experiments.intake.tables.files.delimited import cut, split_lines
from experiments.intake.tables.files.encodings import decode
from experiments.intake.tables.files.plain_file import read_bytes, refuse_wide
from experiments.intake.tables.files.quotation_marks import check_quotes
from experiments.intake.tables.files.table_bounds import drop_totals, find_headers, report_lines_above
from experiments.intake.tables.files.typed_columns import as_text
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, QualityLedger

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAVE_AS = "save the sheet as 'CSV UTF-8' and import that file"
_SNIFFED_LINES, _SNIFFED_SIGNS = 30, 1_000_000
#: First line of text exports of spreadsheets.
_SEPARATOR = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A user's table as it was written: text cells, blank = "", index = row number in the file.

    ``numeric`` are the columns that the file itself stores as numbers (Parquet): nothing about them is guessed.
    """

    path: Path
    frame: pd.DataFrame
    encoding: str
    delimiter: str
    numeric: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """Name of the file, as quoted in messages."""
        return self.path.name


def read_table(path: Path, ledger: QualityLedger) -> Table | None:
    """Read one file; None when it was refused (the ledger then holds the reason).

    The first line that is not a title holds the headers. Titles, totals, blank lines, blanks around cells and missing cells
    at the end of a row are reported. A row with more cells than headers is refused, because a stray delimiter shifts values
    into the wrong columns; so is a quotation mark that swallows rows.
    """
    raw = read_bytes(path, ledger)
    if raw is None:
        return None
    if not raw.strip():
        ledger.refused(
            path.name, "", "the file is empty", "a line of headers and rows below it", "export the table again"
        )
        return None
    if raw.startswith(b"PAR1"):
        return _read_parquet(path, ledger)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        ledger.refused(path.name, "", "this is a spreadsheet or a zip archive", "a text table or Parquet", _SAVE_AS)
        return None
    decoded = decode(raw)
    if decoded is None:
        ledger.refused(
            path.name,
            "",
            "the bytes are not text in a known encoding",
            "UTF-8, UTF-16, UTF-32, GBK or Latin-1",
            _SAVE_AS,
        )
        return None
    if not decoded.text.strip():
        ledger.refused(
            path.name, "", "the file is empty", "a line of headers and rows below it", "export the table again"
        )
        return None
    if decoded.encoding not in ("utf-8", "utf-8-sig"):
        ledger.add(NOTED, path.name, "", f"read as {decoded.encoding}", "the bytes are not valid UTF-8", count=0)
    return _read_text(path, decoded.text, decoded.encoding, ledger)


def sniff_delimiter(text: str) -> str:
    """The delimiter that most often splits the first lines into the same number of cells, and into the most cells."""
    lines = split_lines(text[:_SNIFFED_SIGNS])[:_SNIFFED_LINES]

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row.cells) for row in cut(lines, delimiter) if not row.blank)
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
        return (rows / sum(widths.values()), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=score)


def _read_text(path: Path, text: str, encoding: str, ledger: QualityLedger) -> Table | None:
    lines = split_lines(text)
    named = _SEPARATOR.fullmatch(lines[0]) if lines else None
    delimiter = named[1] if named else sniff_delimiter(text)
    if named:
        ledger.add(NOTED, path.name, "", f"the first line, '{lines[0]}', is not a row", "it names the delimiter", [1])
        lines[0] = ""
    if refuse_wide(path, max(row.width for row in islice(cut(lines, delimiter), _SNIFFED_LINES)), ledger):
        return None
    every = list(cut(lines, delimiter))
    filled = [row for row in every if not row.blank]
    if len(filled) < len(every):
        blank = [row.first for row in every if row.blank and not (named and row.first == 1)]
        if blank:
            ledger.add(CORRECTED, path.name, "", "blank lines skipped", "they hold no values", blank)
    above = find_headers(filled)
    report_lines_above(path.name, filled[:above], filled[above], ledger)
    top = filled[above]
    headers = [cell.strip() for cell in top.cells[: top.width]]
    marked = check_quotes(path.name, headers, filled[above:], delimiter, ledger)
    if not marked or not _headers_usable(path, headers, ledger):
        return None
    rows = drop_totals(path.name, top, filled[above + 1 :], ledger)
    cells, numbers = [row.cells for row in rows], [row.first for row in rows]
    if not _same_width(path, headers, top.first, cells, numbers, ledger):
        return None
    if not rows:
        ledger.refused(
            path.name, "", "there are headers but no rows", "at least one row of data", "export the table again"
        )
        return None
    frame = pd.DataFrame(cells, columns=headers, index=pd.Index(numbers, name="row"), dtype="str")
    return Table(path, _trimmed(path, frame, ledger), encoding, delimiter)


def _headers_usable(path: Path, headers: list[str], ledger: QualityLedger) -> bool:
    twice = sorted(header for header, number in Counter(headers).items() if number > 1)
    if twice:
        ledger.refused(
            path.name,
            ", ".join(twice),
            "two columns have the same header",
            "different headers",
            "rename one of them",
        )
    if "" in headers:
        ledger.refused(
            path.name,
            str(headers.index("") + 1),
            "a column has no header",
            "a header for every column",
            "name the column or delete it",
        )
    return not twice and "" not in headers


def _same_width(
    path: Path, headers: list[str], line: int, rows: list[list[str]], numbers: list[int], ledger: QualityLedger
) -> bool:
    """Pad short rows and strip blank cells at the end of long ones, in place; False when a row is too long."""
    width = len(headers)
    long: list[int] = []
    short: list[int] = []
    for number, row in zip(numbers, rows, strict=True):
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) > width:
            long.append(number)
        elif len(row) < width:
            short.append(number)
            row.extend([""] * (width - len(row)))
    if short:
        ledger.add(
            CORRECTED,
            path.name,
            "",
            "missing cells at the end of a row read as blank",
            "the cells before them are complete",
            short,
        )
    if long:
        remedy = "put quotes around cells that contain the delimiter; delete lines above the headers"
        problem = f"more cells than the {width} headers, which are in line {line}"
        ledger.refused(path.name, "", problem, f"{width} cells per row", remedy, long)
    return not long


def _trimmed(path: Path, frame: pd.DataFrame, ledger: QualityLedger) -> pd.DataFrame:
    trimmed = pd.DataFrame({column: frame[column].str.strip() for column in frame.columns})
    for column in frame.columns:
        rows = frame.index[frame[column] != trimmed[column]]
        if len(rows):
            ledger.add(
                CORRECTED,
                path.name,
                str(column),
                "blanks around values removed",
                "they are invisible and carry no meaning",
                list(rows),
            )
    return trimmed


def _read_parquet(path: Path, ledger: QualityLedger) -> Table | None:
    try:
        if refuse_wide(path, len(pq.read_schema(path)), ledger):
            return None
        typed = pd.read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's errors derive from these
        ledger.refused(path.name, "", f"not readable as Parquet: {error}", "a complete Parquet file", "write it again")
        return None
    if typed.empty:
        ledger.refused(path.name, "", "there are no rows", "at least one row of data", "export the table again")
        return None
    typed = typed.reset_index(drop=True)  # rows are numbered, whatever index was stored
    frame = pd.DataFrame({str(c): as_text(typed[c]) for c in typed.columns})
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    numeric = frozenset(str(c) for c in typed.columns if pd.api.types.is_numeric_dtype(typed[c]))
    return Table(path, _trimmed(path, frame, ledger), "parquet", "", numeric)
