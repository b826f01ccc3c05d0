"""Signs that look alike become one: digits of any script, full-width forms, every kind of blank, minus, apostrophe."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_MINUS = "−‐‑‒–—﹣－"
_APOSTROPHES = "’‘ʼ′`´٬＇"


def plain_characters(text: str) -> str:
    """``text`` in plain signs: 'ＵＳＤ １２３' is 'USD 123', U+2212 is '-', no-break and thin spaces are ' '."""
    return text if text.isascii() else "".join(_plain(sign) for sign in text).strip()


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)  # not '²', which is no digit of a number
    if digit is not None:
        return str(digit)
    if sign in _MINUS:
        return "-"
    if sign in _APOSTROPHES:
        return "'"
    if sign == "٫":
        return "."
    if unicodedata.category(sign) == "Zs":
        return " "
    if unicodedata.category(sign) == "Cf":  # marks of direction, zero width: they carry no meaning
        return ""
    return unicodedata.normalize("NFKC", sign) if "！" <= sign <= "～" or "￠" <= sign <= "￦" else sign
