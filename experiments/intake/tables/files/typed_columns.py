"""Cells of typed columns (Parquet) as the text they would be in a CSV file."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Whole numbers below this are exact as floating-point numbers.
_EXACT = 2.0**53


def as_text(column: pd.Series) -> pd.Series:
    """Cells of a typed column as they would appear in a CSV file: ISO dates (and times), plain numbers, blanks.

    Whole numbers are often stored as floating-point numbers because an integer column cannot hold blanks.
    """
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").astype("str")
    if pd.api.types.is_object_dtype(column):
        return pd.Series(["" if m else str(v) for m, v in zip(column.isna(), column, strict=True)], dtype="str")
    code, values = pd.factorize(column)  # formatted once per distinct value: a column may have millions of rows
    different = pd.Series(values)
    if pd.api.types.is_datetime64_any_dtype(column):
        timed = bool(different.ne(different.dt.normalize()).any())
        form = "%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d"
        texts = list(different.dt.strftime(form + "%z" if different.dt.tz is not None else form))
    elif pd.api.types.is_float_dtype(column):
        known = different.to_numpy(np.float64)
        whole = bool((np.abs(known) < _EXACT).all() and (known == np.floor(known)).all())
        texts = [str(int(v)) if whole else repr(float(v)) for v in known]
    else:
        texts = [str(v) for v in different]
    return pd.Series(np.array([*texts, ""], dtype=object)[code], dtype="str")
