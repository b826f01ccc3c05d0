"""Margins of distributors: what stays with each of the retail price, and how our offers compare with those of rivals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare

Ints = NDArray[np.integer[Any]]
Money = NDArray[np.int64]
Floats = NDArray[np.float64]


@jit_bare
def fill_margins(
    margin: Floats,
    own: Money,
    list_price: Money,
    wholesale: Money,
    price: Money,
    rival: Ints,
    beyond: Floats,
    markup: float,
) -> None:
    """Fill in ``margin`` [D, J]: of the offers ``own`` at retail ``price`` [D, own offers], of others at the ``markup``.

    Rivals leave as much ``beyond`` [F] on each offer of the ``rival`` [J], −1 for ours. A distributor that pays more
    than the ``list_price`` [J] for our offers, at ``wholesale`` [D, own offers], does so for all.
    """
    usual = 0
    for j in own:
        usual += list_price[j]
    for d in range(margin.shape[0]):
        paid = 0
        for k in range(own.size):
            paid += wholesale[d, k]
        others = (markup - (paid / usual - 1.0)) / (1.0 + markup)
        for j in range(margin.shape[1]):
            margin[d, j] = others if rival[j] < 0 else others + beyond[rival[j]]
        for k in range(own.size):
            margin[d, own[k]] = 1.0 - wholesale[d, k] / price[d, k] if price[d, k] > 0 else 0.0


@jit_bare
def compare_margins(
    compared: Floats,
    turnover: Floats,
    margin: Floats,
    own: NDArray[np.bool_],
    shares_data: NDArray[np.bool_],
    payment: Money,
) -> None:
    """Fill in ``compared`` [D]: mean ``margin`` [D, J] on our offers less that on rivals', by ``turnover`` [D, J].

    What we pay for data is earned with our offers. 0 where one side sells less than a minor unit.
    """
    for d in range(turnover.shape[0]):
        sold = rivals = ours = theirs = 0.0
        for j in range(turnover.shape[1]):
            if own[j]:
                sold += turnover[d, j]
                ours += turnover[d, j] * margin[d, j]
            else:
                rivals += turnover[d, j]
                theirs += turnover[d, j] * margin[d, j]
        if shares_data[d]:
            ours += payment[d]
        compared[d] = ours / sold - theirs / rivals if sold >= 1.0 and rivals >= 1.0 else 0.0
