"""Outlying dates: those in the future, and those far from all others, cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from experiments.intake.tables.columns.row_check import RowCheck

#: Longest gap in weeks within one history.
LONGEST_GAP = 26


@dataclass(frozen=True)
class OutlierTexts:
    """Texts for one kind of table: problem and expectation for future dates, and for dates far from most others."""

    future: str
    today: str
    apart: str
    most: str


def refuse_date_outliers(field: str, days: pd.Series, check: RowCheck, words: OutlierTexts) -> None:
    """Report dates in the future and far from all others: one such date would stretch the weeks of observation."""
    today = date.today()
    future = days.gt(pd.Timestamp(today))
    check.unusable(field, future, words.future, f"{words.today}, {today}")
    known = days[days.notna() & ~future].sort_values(kind="stable")
    if known.empty:
        return
    stretch = known.diff().dt.days.gt(7 * LONGEST_GAP).cumsum()
    main = stretch.value_counts().idxmax()
    apart = stretch.ne(main).reindex(days.index, fill_value=False)
    first, last = known[stretch == main].iloc[0].date(), known[stretch == main].iloc[-1].date()
    check.unusable(
        field,
        apart,
        f"more than {LONGEST_GAP} weeks {words.apart}",
        f"a history without such a gap; {words.most} from {first} to {last}",
    )
