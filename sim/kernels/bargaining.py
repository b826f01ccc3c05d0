"""Bargaining: what large buyers get off the price of each offer, by their size and by what else they could buy.

A seller and a buyer share what there is to gain from a deal by the generalised Nash solution. At the price p that is asked,
the seller earns its margin m a unit, and the offer is worth ``lead`` more to the buyer than the best offer of another
brand at its own price. If they part, the seller gets nothing and the buyer takes the other offer. The gain to share is m + lead, the
buyer's part of it ``power``, and the discount that gives it that part is

    d = power · (m + lead) − lead,  0 ≤ d ≤ m.

A buyer to whom no other offer comes close has little to threaten with (lead is large) and pays what is asked; one to whom two offers
are alike (lead = 0) gets ``power`` of the margin. One who knows no other brand gets nothing: large-buyer
discounts exist only where sellers compete (Ellison & Snyder 2010). That the power grows with size: Chipty & Snyder 1999.
An offer that is behind (lead < 0) is bargained as if it were level: a seller does not pay for being second choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare
from sim.kernels.choice import known, utility, weight_of_tie

if TYPE_CHECKING:
    from sim.kernels.board import OfferBoard
    from sim.kernels.choice import Choosers
    from sim.params.customer_numbers import ChoiceNumbers

#: Utility of the best offer of another brand where the buyer knows none.
_NONE = -np.inf


@jit_bare
def nash_discount(margin: float, lead: float, power: float) -> float:
    """What the buyer gets off the price, 0..``margin``; all in one unit of money, ``power`` 0..1."""
    if margin <= 0.0:
        return 0.0
    ahead = max(lead, 0.0)
    return min(max(power * (margin + ahead) - ahead, 0.0), margin)


@jit_bare
def bargain(
    rows: NDArray[np.int64],
    power: NDArray[np.float64],
    most: float,
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    margin: NDArray[np.float64],
    rebate: NDArray[np.floating[Any]],
) -> None:
    """Set ``rebate`` [N, J] of the customers in ``rows``, a share of the price of each offer, at most ``most``.

    ``power`` [rows] 0..1; ``margin`` [G, J] what the maker earns a unit, relative to the reference price. ``who`` shows no
    rebates (``who.rebate`` of no width): alternatives count at the prices that are asked.
    """
    for k in range(rows.size):
        i = np.uint32(rows[k])
        per_tie = weight_of_tie(i, who)
        for c in range(board.first.size - 1):
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                best = _NONE
                for other in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                    if board.brand[other] != board.brand[j] and known(i, other, who, board):
                        best = max(best, np.float64(utility(i, other, per_tie, who, board, numbers)))
                price = np.float64(board.price[who.distributor[i], who.price_group[i], j])
                sensitivity = np.float64(who.price_sensitivity[i])
                rebate[i, j] = 0.0
                if best == _NONE or price <= 0.0 or sensitivity <= 0.0:
                    continue
                lead = (np.float64(utility(i, j, per_tie, who, board, numbers)) - best) / sensitivity
                off = nash_discount(margin[who.price_group[i], j], lead, power[k])
                rebate[i, j] = min(off / price, most)
