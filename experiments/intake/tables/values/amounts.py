"""Amounts as users write them: split into sign, number and unit, and read in one number style.

Cells are first reduced to plain characters (see characters.py). Whether 1.250 is a thousand or one and a quarter is never
decided here: :func:`readings` returns everything that a number can mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from experiments.intake.tables.values.characters import plain_characters
from experiments.intake.tables.values.currency_symbols import currencies_of

POINT, COMMA = "decimal_point", "decimal_comma"
STYLES = (POINT, COMMA)

_WHOLE = r"\d+|[1-9]\d{0,2}(?P<s>[%s' ])\d{3}(?:(?P=s)\d{3})*"
_LAKHS = r"[1-9]\d?(?:,\d{2})*,\d{3}"
_EXPONENT = r"(?:[eE](?P<e>[-+]?\d{1,3}))?"
_FORMS = {
    POINT: re.compile(rf"(?P<n>{_WHOLE % ','}|{_LAKHS}|(?=\.\d))(?:\.(?P<f>\d+))?{_EXPONENT}"),
    COMMA: re.compile(rf"(?P<n>{_WHOLE % '.'}|(?=,\d))(?:,(?P<f>\d+))?{_EXPONENT}"),
}
#: 40.- and 40,-- are prices without cents; the dash is not a minus.
_NO_CENTS = re.compile(r"^[.,]-{0,2}(?=\s|$|\D)")
_SIDE = re.compile(r"(?:^|(?<=\s))(cr|dr)\.?$", re.IGNORECASE)
_CORE = re.compile(r"[\d.,' ]+(?:[eE][-+]?\d{1,3})?")


@dataclass(frozen=True)
class WrittenAmount:
    """One amount, split: number without sign, currencies that it can be in (empty: none named), CR or DR."""

    number: str
    negative: bool
    unit: tuple[str, ...]
    side: str


@lru_cache(maxsize=65536)
def split_amount(cell: str) -> WrittenAmount | None:
    """Sign, number and unit of a cell; None when it is not an amount, or contains a word that is not a currency."""
    text = plain_characters(cell).strip()
    digits = [place for place, char in enumerate(text) if char.isdecimal()]
    if not digits:
        return None
    first, end = digits[0], digits[-1] + 1
    if first and text[first - 1] in ".," and (first < 2 or not text[first - 2].isalpha()):
        first -= 1  # .50 is a number, but the dot of Rs.50 belongs to the word
    before, number, after = text[:first], text[first:end], _NO_CENTS.sub("", text[end:])
    if not _CORE.fullmatch(number):
        return None
    side = _SIDE.search(after)
    if side:
        after = after[: side.start()]
    around = before + "\x00" + after
    minus, plus, brackets = around.count("-"), around.count("+"), "(" in before and ")" in after
    if minus + plus + brackets > 1 or around.count("(") != around.count(")") or around.count("(") > 1:
        return None
    words = [word for word in (re.sub(r"[-+()']", "", part).strip() for part in (before, after)) if word]
    meant = [currencies_of(word) for word in words]
    unit = tuple(code for code in meant[0] if all(code in others for others in meant)) if meant else ()
    crores = bool(side) and "INR" in unit  # ₹40 Cr means forty crores, not a credit of forty
    if (words and not unit) or crores or (side and (minus or brackets)):
        return None
    return WrittenAmount(number, bool(minus or brackets), unit, side[1].upper() if side else "")


@lru_cache(maxsize=65536)
def readings(number: str) -> Mapping[str, float]:
    """Value of an unsigned number in each style in which it is well formed; empty when in none.

    1.250,00 and 12,5 have one reading, 1250 has the same in both styles, 1,250 has two that differ. Thousands may be
    separated by the separator of the style, an apostrophe or a blank; commas may also separate lakhs (1,23,456).
    """
    found = {}
    for style, form in _FORMS.items():
        match = form.fullmatch(number)
        if match:
            whole = re.sub(r"\D", "", match["n"]) or "0"
            found[style] = float(f"{whole}.{match['f'] or 0}e{match['e'] or 0}")
    return found


def cell_readings(cell: str) -> Mapping[str, float]:
    """:func:`readings` of the number in a cell; empty for a blank and for anything that is not an amount."""
    written = split_amount(cell)
    return readings(written.number) if written else {}


def parse_amounts(column: pd.Series, style: str, credits: float = -1.0) -> tuple[pd.Series, pd.Series]:
    """Numbers of a text column in one style, and a mask of cells that are neither blank nor a number.

    Units are ignored here. ``credits`` is the sign of amounts marked CR; DR has the opposite sign.
    """
    known = {cell: _number(str(cell), style, credits) for cell in column.unique()}
    values = column.map(known).astype(float)
    return values, column.ne("") & values.isna()


def _number(cell: str, style: str, credits: float) -> float:
    written = split_amount(cell)
    value = readings(written.number).get(style) if written else None
    if written is None or value is None:
        return float(np.nan)
    sign = {"CR": credits, "DR": -credits}.get(written.side, 1.0)
    return -sign * value if written.negative else sign * value
