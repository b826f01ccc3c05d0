"""Delimited text split into rows, every physical line accounted for.

Quoting follows RFC 4180 (a quotation mark inside a quoted cell is doubled) and, where that leaves text after a closing mark,
database dumps (a backslash before the mark). Unlike the reader of the standard library, this one knows the lines of every
row and every misplaced mark, so that no line can disappear inside a cell unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARK = '"'


@dataclass(slots=True)
class Row:
    """Cells of one row, its first and last physical line (from 1), and what is odd about its quotation marks.

    ``broken`` are the columns of cells with line breaks, ``stray`` those of cells with text after the closing mark;
    ``unclosed`` says that the text ended before a mark was closed, ``escaped`` that marks are escaped by backslashes.
    """

    cells: list[str]
    first: int
    last: int
    broken: tuple[int, ...] = ()
    stray: tuple[int, ...] = ()
    unclosed: bool = False
    escaped: bool = False

    @property
    def blank(self) -> bool:
        """Whether all cells are empty."""
        return not any(cell.strip() for cell in self.cells)

    @property
    def width(self) -> int:
        """Number of cells up to the last one that is not empty."""
        return max((k for k, cell in enumerate(self.cells, 1) if cell.strip()), default=0)


def split_lines(text: str) -> list[str]:
    """Physical lines, ended by CR, LF or both; a last line without a line end counts, an empty one does not."""
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def cut(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    """Rows of the lines, in order; together they cover every line exactly once."""
    at = 0
    while at < len(lines):
        if _MARK not in lines[at]:  # nearly every line of nearly every file
            row = Row(lines[at].split(delimiter), at + 1, at + 1)
        else:
            row = _cut_one(lines, at, delimiter, backslash=False)
            if (row.stray or row.unclosed) and '\\"' in lines[at]:
                other = _cut_one(lines, at, delimiter, backslash=True)
                row = row if other.stray or other.unclosed else other
        yield row
        at = row.last


def _cut_one(lines: Sequence[str], at: int, delimiter: str, *, backslash: bool) -> Row:
    """The row that begins in line ``at`` (from 0)."""
    row = Row([], at + 1, at + 1, escaped=backslash)
    place = 0
    while True:
        cell, quoted = "", lines[row.last - 1].startswith(_MARK, place)
        if quoted:
            cell, place = _quoted(lines, row, place + 1, backslash)
        line = lines[row.last - 1]
        end = line.find(delimiter, place)
        end = len(line) if end < 0 else end
        behind = line[place:end]
        if quoted and behind.strip():
            row.stray += (len(row.cells),)
        if "\n" in cell:
            row.broken += (len(row.cells),)
        row.cells.append(cell + behind.rstrip() if quoted else behind)
        if end == len(line):
            return row
        place = end + len(delimiter)


def _quoted(lines: Sequence[str], row: Row, place: int, backslash: bool) -> tuple[str, int]:
    """Text from ``place`` to the closing mark, over as many lines as it takes, and the place after that mark."""
    parts: list[str] = []
    while True:
        line = lines[row.last - 1]
        close = line.find(_MARK, place)
        if close < 0:
            parts.append(line[place:])
            if row.last == len(lines):
                row.unclosed = True
                return "".join(parts), len(line)
            parts.append("\n")
            place, row.last = 0, row.last + 1
        elif backslash and close > place and line[close - 1] == "\\":
            parts.append(line[place : close - 1] + _MARK)
            place = close + 1
        elif line.startswith(_MARK * 2, close):
            parts.append(line[place : close + 1])
            place = close + 2
        else:
            parts.append(line[place:close])
            return "".join(parts), close + 1
