"""Text encodings of users' tables: UTF-8, UTF-16 and UTF-32 with or without a byte order mark, GBK, Western European."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

_LOOKED_AT = 4096
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True)
class Decoded:
    """Text of a file and the encoding it was read with."""

    text: str
    encoding: str


def decode(raw: bytes) -> Decoded | None:
    """Decode ``raw``; None when the bytes are not text at all.

    UTF-8 is tried first because text in other encodings is almost never valid UTF-8 by accident.
    GBK and Latin-1 cannot be distinguished by validity: in GBK, bytes ≥ 0x80 come in even runs (one character is two bytes);
    in Western text they are isolated among ASCII letters.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of this one
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return _try(raw, name)
    if b"\x00" in raw:
        wide = (_try(raw, name) for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"))
        return next((decoded for decoded in wide if decoded and _looks_like_text(decoded.text)), None)
    decoded = _try(raw, "utf-8")
    if decoded is None and _looks_double_byte(raw):
        decoded = _try(raw, "gb18030")
    return decoded or _try(raw, "cp1252") or _try(raw, "latin-1")


def _try(raw: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _looks_like_text(text: str) -> bool:
    """True when the beginning has line ends and no character that never occurs in text, as bytes read in the wrong width give."""
    beginning = text[:_LOOKED_AT]
    odd = any(unicodedata.category(char) in ("Cn", "Co", "Cs") for char in beginning)
    control = any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in beginning)
    return ("\n" in beginning or "\r" in beginning) and not odd and not control


def _looks_double_byte(raw: bytes) -> bool:
    """True when most bytes ≥ 0x80 come in runs of an even number of bytes."""
    runs = [len(r) for r in _HIGH_RUN.findall(raw)]
    even = sum(n for n in runs if n >= 2 and n % 2 == 0)
    return even > 0.5 * sum(runs)
