"""Amounts as users write them: currency signs, thousands separators, decimal comma or point, brackets for minus."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

_DECORATION = re.compile(r"[\s\u00a0\u202f'’$€£¥￥元]|(?:USD|EUR|GBP|CNY|RMB)", re.IGNORECASE)
_PLAIN = re.compile(r"^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$")
_DECIMAL_COMMA = re.compile(r"^-?\d{1,3}(?:\.\d{3})*,\d+$|^-?\d+,\d+$")
_THOUSANDS_COMMA = re.compile(r"^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")


def parse_amounts(column: pd.Series) -> tuple[pd.Series, pd.Series, bool]:
    """Numbers of a column of text, a mask of cells that are neither blank nor a number, and whether commas are decimal.

    Whether 1,250 means a thousand or one and a quarter is decided over the whole column: a comma is
    decimal only when some cell can be read no other way (12,5 or 1.250,00).
    """
    cells = {cell: _bare(str(cell)) for cell in column.unique()}
    decimal_comma = any(_DECIMAL_COMMA.match(b) and not _THOUSANDS_COMMA.match(b) for b in cells.values())
    values = column.map({cell: _number(b, decimal_comma) for cell, b in cells.items()}).astype(float)
    bad = column.ne("") & values.isna()
    return values, bad, decimal_comma


def _bare(cell: str) -> str:
    bare = _DECORATION.sub("", cell)
    if bare.startswith("(") and bare.endswith(")"):
        return "-" + bare[1:-1]
    return bare


def _number(bare: str, decimal_comma: bool) -> float:
    if decimal_comma and "," in bare:
        bare = bare.replace(".", "").replace(",", ".")
    elif _THOUSANDS_COMMA.match(bare):
        bare = bare.replace(",", "")
    return float(bare) if _PLAIN.match(bare) else float(np.nan)
