"""Shares of the logit, from the utility and the choice set by which the market's own kernel lets customers choose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit
from sim.kernels.board import OfferBoard
from sim.kernels.choice import Choosers, known, utility, weight_of_tie
from sim.params.customer_numbers import ChoiceNumbers


@jit
def choice_shares(
    rows: NDArray[np.uint32],
    category: Whole,
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    shares: NDArray[np.float64],
) -> None:
    """Choice probabilities of ``rows`` in one category, ``shares`` float64[rows, J + 1], the last for nothing."""
    offers = board.brand.size
    for k in range(rows.size):
        i = rows[k]
        shares[k] = 0.0
        per_tie = weight_of_tie(i, who)
        top = np.float64(board.outside[category])
        for j in range(board.first[category], board.first[category + 1]):
            if known(i, j, who, board):
                shares[k, j] = utility(i, j, per_tie, who, board, numbers) + who.persuasion[i] * board.own[j]
                top = max(top, shares[k, j])
        shares[k, offers] = np.exp(board.outside[category] - top)
        total = shares[k, offers]
        for j in range(board.first[category], board.first[category + 1]):
            if known(i, j, who, board):
                shares[k, j] = np.exp(shares[k, j] - top)
                total += shares[k, j]
        for j in range(offers + 1):
            shares[k, j] /= total
