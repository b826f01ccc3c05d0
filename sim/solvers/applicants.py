"""Selection of applicants: the order of offers, who accepts, and the true ability behind what an interview shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def order_of_offers(looks: Floats) -> Ints:
    """Applicants in the order in which they get an offer, [applicants, positions]: the best ``looks`` (ratings) first."""
    order: Ints = np.argsort(-looks, axis=0, kind="stable")
    return order


def first_to_accept(looks: Floats, accepts: NDArray[np.bool_]) -> Ints:
    """Applicant hired for each position: the first in the order of offers who accepts; −1 where no one does.

    ``looks`` and ``accepts`` [applicants, positions].
    """
    order = order_of_offers(looks)
    willing = np.take_along_axis(accepts, order, axis=0)
    first = np.take_along_axis(order, willing.argmax(axis=0)[None], axis=0)[0]
    chosen: Ints = np.where(willing.any(axis=0), first, -1)
    return chosen


def ability_behind(looks: Floats, rest: Floats, validity: Floats | float) -> Floats:
    """Standardised ability of applicants whose ratings ``looks`` correlate with it by ``validity`` r: r·looks + √(1−r²)·rest."""
    ability: Floats = validity * looks + np.sqrt(1 - np.square(validity)) * rest
    return ability
