"""Choice probabilities: on which share of its occasions a customer takes each offer, by the utilities that choice compares.

Gumbel draws make the largest of utility plus chance a softmax of the utilities, so that these shares are what
:func:`sim.kernels.choice.choose` comes to over many occasions in one state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit
from sim.kernels.choice import Choosers, known, utility, weight_of_tie
from sim.kernels.threads import BLOCK

if TYPE_CHECKING:
    from sim.kernels.board import OfferBoard
    from sim.params.customer_numbers import ChoiceNumbers

Reals = NDArray[np.floating[Any]]


@jit
def choice_shares(
    first: Whole, last: Whole, who: Choosers, board: OfferBoard, numbers: ChoiceNumbers, shares: Reals
) -> None:
    """Write ``shares`` [N, offers]: of the occasions in an offer's category, the part on which each customer takes it.

    Blocks ``first`` to ``last`` of customers. The rest of a category is bought nowhere.
    """
    real = who.loyalty.dtype.type
    for row in range(first * BLOCK, min(last * BLOCK, who.key.size)):
        i = np.uint32(row)  # unsigned, as in choice: one version of what both call
        per_tie = weight_of_tie(i, who)
        for c in range(board.first.size - 1):
            top = real(board.outside[c])
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                value = utility(i, j, per_tie, who, board, numbers) + who.persuasion[i] * real(board.own[j])
                shares[i, j] = value if known(i, j, who, board) else -np.inf
                top = max(top, shares[i, j])
            total = np.exp(real(board.outside[c]) - top)
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                shares[i, j] = np.exp(shares[i, j] - top)
                total += shares[i, j]
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                shares[i, j] /= total
