"""Readers of users' tables: CSV, TSV and Parquet files become tables of text cells with their row numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.intake.encodings import decode
from experiments.intake.quality import MENDED, NOTED, QualityLedger

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAVE_AS = "save the sheet as 'CSV UTF-8' and import that file"
_SNIFFED_LINES = 30
#: Whole numbers below this are exact as floating-point numbers.
_EXACT = 2.0**53


@dataclass(frozen=True)
class Table:
    """A user's table as it was written: text cells, blank = "", index = row number in the file.

    ``numeric`` are the columns whose numbers the file itself holds as numbers (Parquet): nothing about them is a guess.
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

    The first non-blank line holds the headers. Blank lines, blanks around cells and missing cells at
    the end of a row are mended and reported; a row with more cells than headers is refused, because
    a stray delimiter shifts values into wrong columns.
    """
    if not path.is_file():
        there = path.is_dir()
        problem, remedy = (
            ("is a folder", "name the files in it") if there else ("no such file", "check the name and the folder")
        )
        ledger.refused(str(path), "", problem, "a table in CSV, TSV or Parquet format", remedy)
        return None
    try:
        raw = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        ledger.refused(str(path), "", problem, "a file that this user may read", "give yourself the right to read it")
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
            path.name, "", "the bytes are no text in a known encoding", "UTF-8, UTF-16, GBK or Latin-1", _SAVE_AS
        )
        return None
    if decoded.encoding not in ("utf-8", "utf-8-sig"):
        ledger.add(NOTED, path.name, "", f"read as {decoded.encoding}", "the bytes are not valid UTF-8", count=0)
    return _read_text(path, decoded.text, decoded.encoding, ledger)


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns, the same number in most lines."""

    def score(delimiter: str) -> tuple[float, int]:
        lines = text.splitlines()[:_SNIFFED_LINES]
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:  # reported when the whole text is read
            return (0.0, 0)
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (sum(w == widths[0] for w in widths) / len(widths), widths[0])

    return max(DELIMITERS, key=score)


def _read_text(path: Path, text: str, encoding: str, ledger: QualityLedger) -> Table | None:
    delimiter = sniff_delimiter(text)
    refused = len(ledger.refusals)
    headers: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    blank: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 0
    for cells in _rows(reader, path, ledger):
        first, line = line + 1, reader.line_num
        if not any(c.strip() for c in cells):
            blank.append(first)
        elif not headers:
            headers = [c.strip() for c in cells]
        else:
            rows.append(cells)
            numbers.append(first)
    if blank:
        ledger.add(MENDED, path.name, "", "blank lines skipped", "they hold no value", blank)
    while headers and not headers[-1]:
        headers.pop()
    if (
        len(ledger.refusals) > refused
        or not _headers_usable(path, headers, ledger)
        or not _same_width(path, headers, rows, numbers, ledger)
    ):
        return None
    if not rows:
        ledger.refused(
            path.name, "", "there are headers but no rows", "at least one row of data", "export the table again"
        )
        return None
    frame = pd.DataFrame(rows, columns=headers, index=pd.Index(numbers, name="row"), dtype="str")
    return Table(path, _trimmed(path, frame, ledger), encoding, delimiter)


def _rows(reader: Iterator[list[str]], path: Path, ledger: QualityLedger) -> Iterator[list[str]]:
    """Rows of a CSV reader; what it cannot cut into cells is refused."""
    try:
        yield from reader
    except csv.Error as error:
        remedy = "look for a quotation mark that is opened and not closed"
        ledger.refused(path.name, "", f"cannot be cut into cells: {error}", "rows of cells", remedy)


def _headers_usable(path: Path, headers: list[str], ledger: QualityLedger) -> bool:
    twice = sorted({h for h in headers if headers.count(h) > 1})
    if twice:
        ledger.refused(
            path.name,
            ", ".join(twice),
            "the same header stands over two columns",
            "different headers",
            "rename one of them",
        )
    if "" in headers:
        ledger.refused(
            path.name,
            str(headers.index("") + 1),
            "a column has no header",
            "a name over every column",
            "name or delete it",
        )
    return not twice and "" not in headers


def _same_width(
    path: Path, headers: list[str], rows: list[list[str]], numbers: list[int], ledger: QualityLedger
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
            MENDED,
            path.name,
            "",
            "missing cells at the end of a row read as blank",
            "the cells before them are in place",
            short,
        )
    if long:
        remedy = "put quotes around cells that contain the delimiter"
        ledger.refused(path.name, "", f"more cells than the {width} headers", f"{width} cells in a row", remedy, long)
    return not long


def _trimmed(path: Path, frame: pd.DataFrame, ledger: QualityLedger) -> pd.DataFrame:
    trimmed = pd.DataFrame({column: frame[column].str.strip() for column in frame.columns})
    for column in frame.columns:
        rows = frame.index[frame[column] != trimmed[column]]
        if len(rows):
            ledger.add(
                MENDED,
                path.name,
                str(column),
                "blanks around values removed",
                "they are invisible and carry no meaning",
                list(rows),
            )
    return trimmed


def _read_parquet(path: Path, ledger: QualityLedger) -> Table | None:
    try:
        typed = pd.read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's errors derive from these
        ledger.refused(path.name, "", f"not readable as Parquet: {error}", "a complete Parquet file", "write it again")
        return None
    if typed.empty:
        ledger.refused(path.name, "", "there are no rows", "at least one row of data", "export the table again")
        return None
    typed = typed.reset_index(drop=True)  # rows are counted, whatever index was stored
    frame = pd.DataFrame({str(c): _as_text(typed[c]) for c in typed.columns})
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    numeric = frozenset(str(c) for c in typed.columns if pd.api.types.is_numeric_dtype(typed[c]))
    return Table(path, _trimmed(path, frame, ledger), "parquet", "", numeric)


def _as_text(column: pd.Series) -> pd.Series:
    """Cells of a typed column as they would stand in a CSV file: ISO dates (and times), plain numbers, blanks.

    Whole numbers are often stored as fractional ones because a blank among them has no other place.
    """
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").astype("str")
    if pd.api.types.is_object_dtype(column):
        return pd.Series(["" if m else str(v) for m, v in zip(column.isna(), column, strict=True)], dtype="str")
    code, values = pd.factorize(column)  # written once per different value: a column may have millions of rows
    different = pd.Series(values)
    if pd.api.types.is_datetime64_any_dtype(column):
        timed = bool(different.ne(different.dt.normalize()).any())
        texts = list(different.dt.strftime("%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d"))
    elif pd.api.types.is_float_dtype(column):
        known = different.to_numpy(np.float64)
        whole = bool((np.abs(known) < _EXACT).all() and (known == np.floor(known)).all())
        texts = [str(int(v)) if whole else repr(float(v)) for v in known]
    else:
        texts = [str(v) for v in different]
    return pd.Series(np.array([*texts, ""], dtype=object)[code], dtype="str")
