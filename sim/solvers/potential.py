"""Regional potential: what a firm can estimate of purchases by territory from a database that covers part of its market."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Accounts that have both, beyond which a line is put through them.
_LEAST_FOR_A_LINE = 2


def purchases_from_anyone(
    potential: NDArray[np.floating], value: NDArray[np.floating], bought: NDArray[np.bool_]
) -> Floats:
    """What accounts' records say of their purchases from anyone [N], minor units a year; NaN where they say nothing.

    ``potential`` [N] as reported, NaN where no one asked; ``value`` [N] recorded purchases from us; ``bought`` [N]
    has an order on record. Where only purchases from us are recorded, they are scaled by the ratio of the two among
    accounts that have both.
    """
    reported, recorded = potential.astype(np.float64), value.astype(np.float64)
    asked = np.isfinite(reported)
    both = asked & bought
    from_us = recorded[both].sum()
    ratio = reported[both].sum() / from_us if from_us > 0 else 1.0
    record: Floats = np.where(asked, reported, np.where(bought, ratio * recorded, np.nan))
    return record


def fitted_purchases(potential: NDArray[np.floating], value: NDArray[np.floating], bought: NDArray[np.bool_]) -> Floats:
    """The same as :func:`purchases_from_anyone`, by the least-squares line of the reported on the recorded.

    Purchases from us say little of what a customer buys from anyone, and a line knows how little: it keeps estimates
    near the mean. Never negative. With fewer than three accounts that have both, the ratio.
    """
    reported, recorded = potential.astype(np.float64), value.astype(np.float64)
    asked = np.isfinite(reported)
    both = asked & bought
    spread = recorded[both].std() if both.sum() > _LEAST_FOR_A_LINE else 0.0
    if spread == 0.0:
        return purchases_from_anyone(potential, value, bought)
    off = recorded[both] - recorded[both].mean()
    slope = max(float((off * (reported[both] - reported[both].mean())).mean() / spread**2), 0.0)
    estimate = np.maximum(reported[both].mean() + slope * (recorded - recorded[both].mean()), 0.0)
    record: Floats = np.where(asked, reported, np.where(bought, estimate, np.nan))
    return record


def regional_potential(
    recorded: NDArray[np.floating],
    heard: NDArray[np.floating],
    counted: NDArray[np.number],
    unheard_mean: NDArray[np.floating],
    unheard_size: float,
) -> Floats:
    """Believed purchases of all customers from anyone by territory [T], minor units a year.

    ``recorded`` [T] is the sum of the records of the ``heard`` [T] customers; ``counted`` [T] is how many customers there
    are, as far as the firm knows. Customers without a record buy ``unheard_mean`` [T] each as a survey found, or,
    where it is NaN, ``unheard_size`` times the mean of those with a record there (of all with a record where there
    are none). Without any record, potential is the number of customers: only its division counts.
    """
    overall = recorded.sum() / heard.sum() if heard.sum() > 0 else 1.0
    mean = np.where(heard > 0, recorded / np.maximum(heard, 1.0), overall)
    unheard = np.maximum(counted - heard, 0.0)
    each = np.where(np.isnan(unheard_mean), unheard_size * mean, unheard_mean)
    believed: Floats = np.asarray(recorded + unheard * each, dtype=np.float64)
    return believed
