"""Characters that look alike become one: digits of any script, full-width forms, every kind of blank, minus, apostrophe."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_MINUS = "−‐‑‒–—﹣－"
_APOSTROPHES = "’‘ʼ′`´٬＇"


def plain_characters(text: str) -> str:
    """``text`` in plain characters: 'ＵＳＤ １２３' is 'USD 123', U+2212 is '-', no-break and thin spaces are ' '."""
    return text if text.isascii() else "".join(_plain(char) for char in text).strip()


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    digit = unicodedata.decimal(char, None)  # not '²', which is not a digit of a number
    if digit is not None:
        return str(digit)
    if char in _MINUS:
        return "-"
    if char in _APOSTROPHES:
        return "'"
    if char == "٫":
        return "."
    if unicodedata.category(char) == "Zs":
        return " "
    if unicodedata.category(char) == "Cf":  # direction marks and zero-width characters carry no meaning
        return ""
    return unicodedata.normalize("NFKC", char) if "！" <= char <= "～" or "￠" <= char <= "￦" else char
