"""The observation window of an import: the weeks that are fitted, and those held out to test the fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DAYS = 7
#: A pipeline is settled from the first week after which four-week means stay above this share of the later median.
SETTLED_SHARE = 0.6
_SMOOTHED_WEEKS = 4
#: Fewest weeks that can be fitted.
FEWEST_WEEKS = 8


@dataclass(frozen=True)
class Window:
    """Whole weeks of observation: ``cold`` weeks at the start are not used, then ``train`` weeks, then ``test`` weeks.

    ``start`` is the first day of the first whole week; ``odd_days`` before it belong to no whole week.
    """

    start: pd.Timestamp
    odd_days: int
    cold: int
    train: int
    test: int

    @property
    def weeks(self) -> int:
        """All whole weeks."""
        return self.cold + self.train + self.test

    def week_of(self, days: pd.Series) -> pd.Series:
        """Week number 0, 1, … of each day; −1 before the first whole week or where there is no date."""
        number = np.floor((days - self.start).dt.days.to_numpy(np.float64, na_value=-1.0) / DAYS)
        return pd.Series(np.maximum(number, -1.0).astype(np.int64), index=days.index)

    def in_train(self, days: pd.Series) -> pd.Series:
        """Mask of days in the training weeks."""
        week = self.week_of(days)
        return week.ge(self.cold) & week.lt(self.cold + self.train)

    def in_test(self, days: pd.Series) -> pd.Series:
        """Mask of days in the weeks held out."""
        return self.week_of(days).ge(self.cold + self.train) & days.lt(self.end)

    @property
    def end(self) -> pd.Timestamp:
        """The day after the last week."""
        return self.start + pd.Timedelta(days=DAYS * self.weeks)

    @property
    def test_start(self) -> pd.Timestamp:
        """First day held out."""
        return self.start + pd.Timedelta(days=DAYS * (self.cold + self.train))

    @property
    def train_start(self) -> pd.Timestamp:
        """First day used for fitting."""
        return self.start + pd.Timedelta(days=DAYS * self.cold)


def window_of_deals(decided: pd.Series, holdout: float) -> Window:
    """Whole weeks up to the last decision; odd days are dropped at the start, while the pipeline is still filling.

    ``decided`` holds the close dates of decided deals; ``holdout`` the share of weeks held out. Raises
    ValueError when fewer than :data:`FEWEST_WEEKS` weeks remain for fitting.
    """
    first, last = decided.min(), decided.max()
    days = (last - first).days + 1
    weeks, odd_days = divmod(days, DAYS)
    start = first + pd.Timedelta(days=odd_days)
    counts = np.bincount(((decided[decided >= start] - start).dt.days // DAYS).to_numpy(), minlength=max(weeks, 1))
    cold = settled_from(counts.astype(np.float64))
    test = math.ceil((weeks - cold) * holdout) if holdout > 0 else 0
    train = weeks - cold - test
    if train < FEWEST_WEEKS:
        raise ValueError(f"{max(train, 0)} whole weeks of decided deals remain for fitting; {FEWEST_WEEKS} are needed")
    return Window(start, odd_days, cold, train, test)


def window_of_orders(days: pd.Series, holdout: float) -> Window:
    """Whole weeks up to the last of the ``days`` of orders; no week is cold, odd days are dropped at the start.

    ``holdout`` is the share of weeks held out. Raises ValueError when fewer than :data:`FEWEST_WEEKS` remain for fitting.
    """
    first, last = days.min(), days.max()
    weeks, odd_days = divmod((last - first).days + 1, DAYS)
    test = math.ceil(weeks * holdout) if holdout > 0 else 0
    if weeks - test < FEWEST_WEEKS:
        raise ValueError(f"{max(weeks - test, 0)} whole weeks remain for fitting; {FEWEST_WEEKS} are needed")
    return Window(first + pd.Timedelta(days=odd_days), odd_days, 0, weeks - test, test)


def settled_from(counts: NDArray[np.float64]) -> int:
    """First week of a settled pipeline: no later four-week mean lies below 60 % of the median week.

    Only the first half of the weeks can be cold: a market that shrinks later is a finding, not a warm-up.
    """
    half = len(counts) // 2
    if half < _SMOOTHED_WEEKS:
        return 0
    typical = float(np.median(counts[half:]))
    smooth = np.convolve(counts, np.ones(_SMOOTHED_WEEKS) / _SMOOTHED_WEEKS, mode="valid")
    low = np.flatnonzero(smooth[:half] < SETTLED_SHARE * typical)
    return int(low[-1]) + 1 if len(low) else 0
