"""Weighed reports: what reps and studies say of marks and purchases from anyone enters the records, weighed where it is to be."""

from __future__ import annotations

import numpy as np

from sim.solvers.smoothing import smoothed
from sim.state import Floats, MarketState, Report


def weigh_in(state: MarketState, report: Report, rows: np.ndarray, which: np.ndarray) -> None:
    """Move marks and potential on record of the customers in ``rows``, those of the ``report`` flagged by ``which``, by precision.

    A record of error variance v takes v/(v + r) of the way to a report of error variance r, and r/(v + r) of its
    variance stays. What is known of purchases ages by ``params.database.drift``; marks are traits and do not.
    """
    assert report.doubt is not None and report.marks is not None
    knowledge, database = state.knowledge, state.params.database
    gap = np.maximum(report.week - knowledge.described[rows].astype(np.int64), 0)
    held = knowledge.doubt[rows].astype(np.float64) ** 2
    held[:, 0] += gap * database.drift**2
    news = report.doubt[which].astype(np.float64) ** 2
    gain = _gain(held, news)
    asked = np.isfinite(report.potential[which])
    potential, marks = report.potential[which], report.marks[which]
    before = knowledge.potential[rows]
    both = asked & (before > 0) & (potential > 0)
    believed = np.where(asked, potential, before)
    believed[both] = np.exp(smoothed(np.log(before[both]), np.log(potential[both]), gain[both, 0]))
    knowledge.potential[rows] = believed
    old = knowledge.marks[rows]
    knowledge.marks[rows] = np.where(np.isnan(old), marks, smoothed(old, marks, gain[:, 1:]))
    left = np.sqrt(np.where(np.isnan(held), news, held * (1.0 - gain)))
    left[~asked, 0] = np.sqrt(held[~asked, 0])
    knowledge.doubt[rows] = left


def _gain(held: Floats, news: Floats) -> Floats:
    """Part of the way from record to report; all of it from a record without value, or to a report without error."""
    sure = held + news
    known = np.isfinite(sure) & (sure > 0)
    gain: Floats = np.where(known, np.divide(held, sure, out=np.ones_like(sure), where=known), 1.0)
    return gain
