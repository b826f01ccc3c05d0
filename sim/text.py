"""Users' text as plain text: without control characters, and without cells that a spreadsheet would evaluate.

Names and titles come from files that others wrote. A terminal executes escape sequences, a bidirectional control reverses
a line, a spreadsheet evaluates a cell that begins with `=`. Everything that shows text cleans it here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Joiners inside words of Persian and Indic scripts and inside emoji: format characters that are part of the text.
_JOINERS = "\u200c\u200d"
#: Characters that reverse the direction of writing.
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
#: Characters that begin a formula in spreadsheets (OWASP, "CSV injection"), the wide ones of Chinese keyboards among them.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]| *[\t\r\n]")
#: A number as people write it, with sign, groups, decimals, exponent, per cent: safe in any spreadsheet.
_NUMBER = re.compile(r"\s*[+\-]?[\d.,'\u00a0\u202f ]*\d[\d.,]*(?:[eE][+\-]?\d+)?\s*%?\s*|\s*-\s*")


@lru_cache(maxsize=1 << 12)
def steers(sign: str) -> bool:
    """Whether a character is a control and not visible text: a control or format character (bidirectional, zero width), a lone surrogate."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in _JOINERS


def clean(text: str) -> str:
    """``text`` without control characters; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign for sign in text if sign in "\n\t" or not steers(sign))


def one_line(text: str) -> str:
    """``text`` on one line, without control characters."""
    return text if text.isascii() and text.isprintable() else clean(" ".join(text.split()))


def shows(text: str) -> bool:
    """Whether at least one character of ``text`` is visible."""
    return any(not sign.isspace() and sign not in _JOINERS and not steers(sign) for sign in text)


def text_error(text: str, *, line: bool) -> tuple[str, str] | None:
    """What is wrong with a name or title (``line``) or a longer text: what was found and what is expected; None for nothing.

    An empty text is fine. Zero-width characters may stay: exports are full of them, and they are removed when text is shown.
    """
    kept = "" if line else "\n\t"
    bad = [sign for sign in text if steers(sign) and sign not in kept and (sign in _TURNING or not _is_format(sign))]
    if bad:
        found = f"contains the control character U+{ord(bad[0]):04X}"
        return found, "one line of plain text" if line else "plain text"
    if text and not shows(text):
        return "contains no visible character", "text with a letter, a digit or another character"
    return None


def _is_format(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf"


def cell(value: Any) -> Any:
    """``value`` made safe for a spreadsheet: text that would be a formula gets an apostrophe in front; numbers stay."""
    if not isinstance(value, str) or not _is_formula(value):
        return value
    return f"'{value}"


def meant(text: str) -> str:
    """The text that :func:`cell` wrote."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    begins = text.lstrip("'")  # text that begins with an apostrophe gets another one, so that `meant` restores it
    return _FORMULA.match(begins) is not None and _NUMBER.fullmatch(begins) is None


def write_csv(table: pd.DataFrame, file: Path, *, index_label: str | None = None, add: bool = False) -> None:
    """Write ``table`` as CSV that a spreadsheet opens without evaluating anything; the index is written only if labelled.

    With ``add`` its rows are appended to ``file``.
    """
    texts = [number for number, kind in enumerate(table.dtypes) if kind.kind not in "biufcmM"]
    safe = table.copy(deep=False)
    for number in texts:
        column = table.iloc[:, number]
        if _may_be_formula(column):
            safe.isetitem(number, [cell(value) for value in column])
    safe.columns = [cell(head) for head in table.columns]
    if index_label is not None:
        safe.index = [cell(value) for value in table.index]
    safe.to_csv(
        file,
        index=index_label is not None,
        index_label=index_label,
        mode="a" if add else "w",
        header=not add,
        encoding="utf-8",
        errors="backslashreplace",  # a file name that is not Unicode
    )


def _may_be_formula(column: pd.Series) -> bool:
    """False only where a column of nothing but texts needs no change; long tables repeat few texts, so each is looked at once."""
    return column.dtype.name not in ("str", "string") or any(cell(value) is not value for value in column.unique())


def markdown(text: str) -> str:
    """``text`` on one line of a Markdown page or in a cell of its tables: markup characters are escaped."""
    return re.sub(r"([\\|`<\[\]*])", r"\\\1", one_line(text))
