"""TOML text: a scenario file with its encoding checked and the line of every key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import InputError, InputErrors
from sim.reading.files import MOST_TEXT, read_ordinary
from sim.reading.toml_limits import MOST_DEEP, BeyondLimits, parse_toml

#: A place in a TOML document: keys, and positions within lists of tables.
Place = tuple[str | int, ...]

_PART = r"""(?:[\w-]+|"(?:\\.|[^"\\])*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"^\s*({_DOTTED})\s*=")
#: Not searched for brackets: strings on one line, and comments.
_OPAQUE = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*$')
_TRIPLE = ('"""', "'''")


#: Every file of a scenario, policy or table that this process has read: what a batch may have been planned from.
READ: set[Path] = set()


@dataclass(frozen=True)
class Document:
    """One TOML file: its path, its content and the line of each key."""

    path: Path
    content: dict[str, Any]
    lines: dict[Place, int]

    def line(self, place: Place) -> int | None:
        """Line (from 1) of the key at ``place``, or of the nearest table around it."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return None

    def where(self, place: Place) -> str:
        """File and line of ``place``, as "tiny.toml, line 12"."""
        line = self.line(place)
        return self.path.name if line is None else f"{self.path.name}, line {line}"


#: First bytes of files that are named instead of a scenario by mistake.
_STARTS = {
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet or document",
    b"PAR1": "a Parquet table",
    b"%PDF": "a PDF",
}


def read_document(path: Path) -> Document:
    """Read a TOML file.

    Raises :class:`InputErrors` for what is not a regular file or is too large, for a file that is not UTF-8 (a byte-order
    mark is allowed), is empty, is not TOML, or is beyond the limits of :mod:`sim.reading.toml_limits`.
    """
    text = decode(path)
    READ.add(path.resolve())
    return document_of(path, text)


def content_of(path: Path) -> dict[str, Any]:
    """The content of a TOML file, not to be changed; empty when it cannot be read (loading it reports why)."""
    try:
        return read_document(path).content
    except InputErrors:
        return {}


def document_of(path: Path, text: str) -> Document:
    """The document with the content ``text``, which is (or was) in the file ``path``. Raises :class:`InputErrors`."""
    if not text.strip():
        raise InputErrors(
            [
                InputError(
                    path.name, "the file is empty", "settings in TOML", "copy a file from scenarios/ and change it"
                )
            ]
        )
    try:
        content, lines = _parsed(text)
    except (tomllib.TOMLDecodeError, BeyondLimits) as error:
        raise InputErrors([_syntax_error(path, text, error)]) from None
    return Document(path, content, lines)


@lru_cache(maxsize=8)
def _parsed(text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """Content and lines of the text, cached; callers must not change it."""
    return parse_toml(text), locate_keys(text)


def decode(path: Path, most: int = MOST_TEXT) -> str:
    """Text of a UTF-8 file of at most ``most`` bytes, with or without a byte-order mark.

    Raises :class:`InputErrors` for anything else.
    """
    data = read_ordinary(path, most)
    if (found := _no_text(data)) is not None:
        remedy = "name a text file that ends in .toml; `deepmarket import` takes tables"
        raise InputErrors([InputError(path.name, f"this is {found}, not text", "a TOML file", remedy)])
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        place = f"{path.name}, line {line}"
        remedy = f"save the file as UTF-8; it looks like {_guess(data)}"
        raise InputErrors(
            [InputError(place, "the text is not UTF-8", "UTF-8, with or without a byte-order mark", remedy)]
        ) from None


def _no_text(data: bytes) -> str | None:
    """What the bytes are when they are not text: by their first bytes, or by zero bytes outside UTF-16."""
    for start, what in _STARTS.items():
        if data.startswith(start):
            return what
    zeros = data.count(0)
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff") or zeros > 0.2 * len(data)
    return "binary data" if zeros and not utf16 else None


def _guess(data: bytes) -> str:
    """Name of the encoding that most likely wrote ``data``."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data:
        return "UTF-16"
    runs = re.findall(rb"[\x80-\xff]+", data)
    if all(len(run) % 2 == 0 for run in runs):  # two bytes for every Chinese letter
        return "GBK"
    return "Latin-1 or Windows-1252"


def _syntax_error(path: Path, text: str, error: Exception) -> InputError:
    """Report where the text is not TOML, and show the line."""
    if isinstance(error, BeyondLimits):
        place = path.name if error.line is None else f"{path.name}, line {error.line}"
        remedy = "shorten it" if error.line is not None else "name the file of a scenario, a policy or a design"
        return InputError(place, error.problem, error.expected, remedy)
    message = str(error)
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    number = int(found[1]) if found else text.count("\n") + 1
    lines = text.splitlines()
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    reason = message.split(" (at ")[0]
    problem = f"not TOML: {reason}" + (f", in `{line[:60]}`" if line else "")
    remedy = "texts need quotation marks, keys are written `key = value`, tables `[table]`"
    if reason.startswith(("Cannot overwrite", "Cannot declare")):
        problem, remedy = f"`{line[:60]}` occurs a second time in this table", "keep one of the two"
    return InputError(f"{path.name}, line {number}", problem, "TOML", remedy)


def split_key(dotted: str) -> tuple[str, ...]:
    """Parts of a dotted TOML key; parts with dots or spaces may be quoted, bare parts may hold any letter.

    A key with too many parts is returned as one part, which matches no name.
    """
    if dotted.count(".") > MOST_DEEP:
        return (dotted,)
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(rf"{_PART}", dotted))


def locate_keys(text: str) -> dict[Place, int]:
    """Line of every table and key of a valid TOML document, by a scan of its lines; without keys of inline tables."""
    lines: dict[Place, int] = {}
    lengths: dict[Place, int] = {}
    table: Place = ()
    depth, closing = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth == 0:
            if header := _HEADER.match(line):
                table = _enter(split_key(header[2]), header[1] == "[[", lengths)
                lines.setdefault(table, number)
                continue
            if key := _KEY.match(line):
                lines.setdefault(table + split_key(key[1]), number)
        closing = next((quotes for quotes in _TRIPLE if line.count(quotes) % 2), "")
        rest = _OPAQUE.sub("", line[key.end() :] if depth == 0 and (key := _KEY.match(line)) else line)
        depth = max(0, depth + sum(rest.count(c) for c in "[{") - sum(rest.count(c) for c in "]}"))
    return lines


def _enter(keys: tuple[str, ...], append: bool, lengths: dict[Place, int]) -> Place:
    """Place of the table that a header opens; ``lengths`` counts the entries of every list of tables so far."""
    place: Place = ()
    for position, key in enumerate(keys):
        place += (key,)
        if append and position == len(keys) - 1:
            lengths[place] = lengths.get(place, 0) + 1
        if place in lengths:
            place += (lengths[place] - 1,)
    return place


def parse_value(text: str) -> Any:
    """Value of a ``--set path=value``: TOML where it is one value in TOML, else the text itself."""
    try:
        found = parse_toml(f"value = {text}")
    except (tomllib.TOMLDecodeError, BeyondLimits):
        return text
    return found["value"] if len(found) == 1 else text
