"""Satisfaction with what comes with a product, in five dimensions after Homburg & Rudolph 2001, and with our brand as a whole.

Each dimension is on the scale of satisfaction and starts, and ends without news, at what is felt by who got what was
expected. Overall satisfaction with our brand is the weighted mean of the products' and the dimensions':

    S = S_product + Σ w_d·(D_d − S_product).

Rivals' dimensions stay at neutral: nothing in a market says how they serve. So theirs is w_product·S_product and the
rest of the weight at neutral, which is what :mod:`sim.kernels.experience` keeps up with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit_bare, sealed
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for
from sim.stages import Stage

if TYPE_CHECKING:
    from sim.params.customer_numbers import ServiceQualityNumbers

Reals = NDArray[np.floating[Any]]

#: Places of the dimensions that calls move; the others follow events.
CONTACT, ADVICE = 0, 1
_RECENT, _USED_TO = 0, 1
#: Calls a week that are none: what is left of an average after a year or two without any.
_SILENCE = 1e-4
#: Distance from neutral that is none.
_UNFELT = 1e-5
#: Steps of one unit in sums of reals, so that they are the same in any order.
_FIXED_POINT = 1_000_000
_BUYER, _LOYAL = np.uint8(Stage.BUYER), np.uint8(Stage.LOYAL)


class Served(NamedTuple):
    """What the week's update reads: calls and reps of each customer [N], and what the reps are like [R]."""

    owned: NDArray[np.int8]  # [N, C]
    visits: NDArray[np.integer[Any]]
    rep: NDArray[np.integer[Any]]  # −1 for none
    there: NDArray[np.bool_]  # the position is filled
    advice: Reals  # satisfaction that a call leaves
    product: Reals  # [N, B]


class Feelings(NamedTuple):
    """The columns that the week's update writes."""

    dimensions: Reals  # [N, W]
    contact: Reals  # [N, 2]
    satisfaction: Reals  # [N, B]


@jit_bare
def feel_events(rows: NDArray[np.int64], dimension: Whole, outcome: Reals, step: np.float32, dimensions: Reals) -> None:
    """Move one ``dimension`` of the customers in ``rows`` [n] by a ``step`` towards the ``outcome`` [n] of each event, in their order."""
    for k in range(rows.size):
        i = rows[k]
        dimensions[i, dimension] += step * (outcome[k] - dimensions[i, dimension])


@jit_bare
def pass_week(
    first: Whole,
    last: Whole,
    own_brand: Whole,
    served: Served,
    numbers: ServiceQualityNumbers,
    feelings: Feelings,
) -> None:
    """A week of the rows in blocks ``first`` to ``last``: calls are felt, the rest fades, satisfaction follows."""
    real = feelings.dimensions.dtype.type
    neutral = real(1) / (real(1) + np.exp(-numbers.neutral))
    for i in range(first * BLOCK, min(last * BLOCK, served.rep.size)):
        if served.visits[i] == 0 and _at_rest(i, neutral, feelings):
            continue
        _fade(i, neutral, numbers.keep, feelings.dimensions)
        _feel_calls(i, neutral, own_brand, served, numbers, feelings)
        product = served.product[i, own_brand]
        overall = product
        for d in range(feelings.dimensions.shape[1]):
            overall += numbers.weights[d] * (feelings.dimensions[i, d] - product)
        feelings.satisfaction[i, own_brand] = overall


@jit_bare
def _at_rest(i: Whole, neutral: Any, feelings: Feelings) -> bool:
    """Whether nothing is on the customer's mind, so that the week changes nothing: most rows, most weeks."""
    if feelings.contact[i, _USED_TO] != 0:
        return False
    for d in range(feelings.dimensions.shape[1]):
        if feelings.dimensions[i, d] != neutral:
            return False
    return True


@jit_bare
def _fade(i: Whole, neutral: Any, keep: Any, dimensions: Reals) -> None:
    """What lies back is felt less, and in the end not at all."""
    dimensions[i, CONTACT] = neutral
    for d in range(1, dimensions.shape[1]):
        gap = keep * (dimensions[i, d] - neutral)
        dimensions[i, d] = neutral + gap if np.abs(gap) > _UNFELT else neutral


@jit_bare
def _feel_calls(
    i: Whole, neutral: Any, own_brand: Whole, served: Served, numbers: ServiceQualityNumbers, feelings: Feelings
) -> None:
    """Contact as compared with what one is used to, and the advice of this week's calls; of customers of ours alone."""
    real = feelings.dimensions.dtype.type
    dimensions, contact = feelings.dimensions, feelings.contact
    calls = real(served.visits[i])
    recent = calls + numbers.keep_recent * (contact[i, _RECENT] - calls)
    used_to = calls + numbers.keep_used_to * (contact[i, _USED_TO] - calls)
    contact[i, _RECENT] = recent if recent > _SILENCE else real(0)
    contact[i, _USED_TO] = used_to if used_to > _SILENCE else real(0)
    if used_to <= _SILENCE or not _is_customer(i, own_brand, served.owned):
        return
    rep = np.int64(served.rep[i])
    there = rep >= 0 and served.there[rep]
    dimensions[i, CONTACT] = contact_felt(recent, used_to, there, numbers)
    if there and served.visits[i] > 0:
        reached = real(1) - (real(1) - numbers.step) ** calls
        dimensions[i, ADVICE] += reached * (served.advice[rep] - dimensions[i, ADVICE])


@jit_bare
def contact_felt(recent: Any, used_to: Any, there: Any, numbers: ServiceQualityNumbers) -> Any:
    """Satisfaction with contact at ``recent`` calls a week of one who is ``used_to`` others, with a rep ``there`` or not."""
    gap = np.log((recent + numbers.calls_unnoticed) / (used_to + numbers.calls_unnoticed))
    if gap < 0:
        gap *= numbers.loss_aversion
    felt = numbers.neutral + numbers.contact_response * gap
    if not there:
        felt -= numbers.nobody_there * used_to / (used_to + numbers.calls_unnoticed)
    return np.float32(1) / (np.float32(1) + np.exp(-felt))


@jit_bare
def _is_customer(i: Whole, own_brand: Whole, owned: NDArray[np.int8]) -> bool:
    """Whether the last purchase in some category was of ours: whoever buys elsewhere expects nothing of us."""
    for c in range(owned.shape[1]):
        if owned[i, c] == own_brand:
            return True
    return False


def serve_dimensions(served: Served, own_brand: int, numbers: ServiceQualityNumbers, feelings: Feelings) -> None:
    """A week of all rows: see :func:`pass_week`."""
    rows = len(served.rep)
    run_blocks(pass_week, blocks_of(rows), threads_for(rows), own_brand, sealed(served), numbers, feelings)


class Users(NamedTuple):
    """The columns by which satisfaction is summed."""

    territory: NDArray[np.integer[Any]]
    type: NDArray[np.integer[Any]]
    stage: NDArray[np.uint8]
    product: Reals  # [N, B]
    dimensions: Reals  # [N, W]


def sum_over_users(who: Users, own_brand: int, *, territories: int, types: int) -> NDArray[np.float64]:
    """Satisfaction of buyers and loyal customers with our products, and in each dimension, summed by territory and type [1 + W, T, types].

    Sums are in fixed point, so that they are the same in whatever order customers come.
    """
    shape = (territories, types, 1 + who.dimensions.shape[1])
    people, blocks = sealed(who), blocks_of(len(who.stage))
    threads = threads_for(len(who.stage))
    if threads == 1:
        total = np.zeros(shape, np.int64)
        _sum_over_users(0, blocks, people, own_brand, total)
        return total.transpose(2, 0, 1) / _FIXED_POINT
    edges = [blocks * share // threads for share in range(threads + 1)]
    totals = np.zeros((threads, *shape), np.int64)

    def add(first: int, last: int) -> None:
        for share in range(first, last):
            _sum_over_users(edges[share], edges[share + 1], people, own_brand, totals[share])

    run_blocks(add, threads, threads)
    sums: NDArray[np.float64] = totals.sum(axis=0).transpose(2, 0, 1) / _FIXED_POINT
    return sums


@jit_bare
def _sum_over_users(first: Whole, last: Whole, who: Users, own_brand: Whole, total: NDArray[np.int64]) -> None:
    step = np.float32(_FIXED_POINT)
    for i in range(first * BLOCK, min(last * BLOCK, who.stage.size)):
        # Without a branch on users, as in the census.
        uses = np.int64((who.stage[i] == _BUYER) | (who.stage[i] == _LOYAL))
        cell = total[np.int64(who.territory[i]), np.int64(who.type[i])]
        cell[0] += uses * np.int64(who.product[i, own_brand] * step)
        for d in range(who.dimensions.shape[1]):
            cell[1 + d] += uses * np.int64(who.dimensions[i, d] * step)
