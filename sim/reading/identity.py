"""Whether two spellings are the same name: the normal form in which ids and names of all tables are compared.

Ids pass through spreadsheets and databases that write them differently: leading zeros come and go, numbers get a ``.0`` or
an exponent, an apostrophe in front keeps a number as text, letters are full-width or composed of parts, blanks are invisible.
"""

from __future__ import annotations

import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "‘’‛′`´＇"), "'")
_ALIKE = {**_DASHES, **_APOSTROPHES}
#: Characters that choose how the one before them is drawn.
_VARIANTS = range(0xFE00, 0xFE10)
#: Text marked for a spreadsheet as text: ="0012", "0012", '0012.
_AS_TEXT = re.compile(r"^(?:=?\"(?P<quoted>[^\"]*)\"|'(?P<both>[^']*)'|'(?P<marked>[^']+))$")
_WHOLE = re.compile(r"^(?P<digits>\d+)(?:[.,]0{1,2})?$")
_EXPONENT = re.compile(r"^(?P<first>\d)(?:[.,](?P<more>\d+))?e(?P<sign>\+?)(?P<power>\d{1,2})$")


def tidy(name: str) -> str:
    """``name`` as it is seen: composed letters, no invisible characters, every stretch of white space one blank."""
    if name.isascii() and name.isprintable():
        return name.strip() if "  " not in name else " ".join(name.split())
    seen = [
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", name)
        if sign.isspace() or (unicodedata.category(sign) not in ("Cf", "Cc") and ord(sign) not in _VARIANTS)
    ]
    return " ".join("".join(seen).split())


def written_form(name: str, *, case: bool = False) -> str:
    """The normal form of ``name`` with its leading zeros: equal for every way to write one id of that length.

    Width, case (unless ``case``), composition, blanks, dashes, apostrophes, marks of text, ``.0`` and an exponent do
    not change who is meant (see :func:`digits_lost` for exponents that hide digits).
    """
    form = tidy(unicodedata.normalize("NFKC", tidy(name)).translate(_ALIKE))
    if not case:
        form = unicodedata.normalize("NFKC", form.casefold())
    marked = _AS_TEXT.match(form)
    if marked:
        form = tidy(next(text for text in marked.groups() if text is not None)) or form
    whole = _WHOLE.match(form)
    if whole:
        return _digits(whole["digits"])
    power = _exponent(form)
    return form if power is None else power[0]


def normal_form(name: str, *, case: bool = False) -> str:
    """The form in which names are compared: :func:`written_form`, and numbers without leading zeros."""
    form = written_form(name, case=case)
    return form.lstrip("0") or "0" if form.isdecimal() else form


def digits_lost(name: str) -> tuple[int, int]:
    """Digits of a number that its exponent hides, and its exponent: (6, 11) for 1.23457E+11, a million numbers; else (0, 0)."""
    power = _exponent(unicodedata.normalize("NFKC", tidy(name)).casefold())
    return (0, 0) if power is None else power[1:]


def _exponent(form: str) -> tuple[str, int, int] | None:
    """The whole number that a form with an exponent stands for, how many of its digits are not written, its exponent."""
    found = _EXPONENT.match(form)
    if not found or not (found["sign"] or found["more"]):  # 12e3 is a code, 1.2e+4 is a number
        return None
    more, power = _digits(found["more"] or ""), int(found["power"])
    if more[power:].strip("0"):
        return None  # not a whole number
    lost = max(power - len(more), 0)
    return _digits(found["first"]) + more[:power] + "0" * lost, lost, power


def _digits(number: str) -> str:
    """Decimal digits of any script as 0 to 9."""
    return "".join(str(unicodedata.digit(sign)) for sign in number)
