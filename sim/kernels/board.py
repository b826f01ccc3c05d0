"""The boards: what is offered this week, where, at what price, and how often customers need it.

Small arrays, filled by the week's phases and read by the kernels of demand. T territories, K customer types,
B brands, C categories, J offers sorted by category, A attributes, D distributors, G price groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.jit import sealed

if TYPE_CHECKING:
    from sim.params.customer_numbers import ChoiceNumbers

Reals = NDArray[np.floating[Any]]
Real = type[np.floating[Any]]


class OfferBoard(NamedTuple):
    """Offers as customers find them. Renew a field with ``board._replace(price=…)``."""

    brand: NDArray[np.int32]  # [J]
    first: NDArray[np.int32]  # [C + 1]; offers of category c are first[c] … first[c+1]-1
    brands_of: NDArray[np.uint8]  # [C] bit per brand with an offer in the category
    own: NDArray[np.bool_]  # [J]
    durable: NDArray[np.bool_]  # [C]
    quality: Reals  # [J]
    attributes: Reals  # [J, A]
    appeal: Reals  # [D, K, J] utility that is the same for all of a type at a distributor (see :func:`appeal`)
    outside: Reals  # [C] utility of buying nothing
    price: Reals  # [D, G, J] retail price relative to the category's reference price
    price_minor: NDArray[np.int64]  # [D, G, J] retail price per unit in minor units
    available: NDArray[np.bool_]  # [D, J]
    order_spread: Reals  # [C] sd of the logarithm of units per occasion around the customer's mean
    rival: NDArray[np.int32]  # [J] place of the offer's brand among rival brands, -1 for ours
    variant: Reals  # [G, J, A] what variants for a price group have more of each attribute; no rows without variants
    variant_usual: Reals  # [G, J] what that would be worth to the usual customer, whom a variant leaves indifferent


class NeedBoard(NamedTuple):
    """How often needs arise, per tick."""

    activity: Reals  # [T, K] season × trend × weeks in a tick: factor on purchase rates
    mix: Reals  # [K, C] cumulative shares of consumable occasions by category, last entry 1
    durable: NDArray[np.bool_]  # [C]
    first_need: Reals  # [K, C] probability per tick that one who owns none comes to need a durable
    replacement: Reals  # [C, ages] probability per tick that an item of that age in ticks needs replacing
    search: np.floating[Any]  # probability per tick that one with an open need looks for an offer


def make_offer_board(
    *,
    brand: ArrayLike,
    category: ArrayLike,
    durable: ArrayLike,
    own: ArrayLike,
    quality: ArrayLike,
    attributes: ArrayLike,
    outside: ArrayLike,
    appeal: ArrayLike,
    price: ArrayLike,
    price_minor: ArrayLike,
    available: ArrayLike,
    order_spread: ArrayLike,
    dtype: Real = np.float32,
) -> OfferBoard:
    """Board from plain arrays (shapes as in :class:`OfferBoard`; ``brand``, ``category`` [J]).

    Raises ValueError where offers are not sorted by category or a shape does not fit.
    """
    of_category = np.asarray(category, np.int64)
    of_brand = np.asarray(brand, np.int32)
    offers, categories = len(of_brand), len(np.asarray(durable))
    if np.any(np.diff(of_category) < 0):
        raise ValueError("offers must be sorted by category")
    brands_of = np.zeros(categories, np.uint8)
    for b, c in zip(of_brand, of_category, strict=True):
        brands_of[c] |= np.uint8(1 << int(b))
    points = _real(attributes, dtype)
    board = OfferBoard(
        brand=of_brand,
        first=np.searchsorted(of_category, np.arange(categories + 1)).astype(np.int32),
        brands_of=brands_of,
        own=np.asarray(own, np.bool_),
        durable=np.asarray(durable, np.bool_),
        quality=_real(quality, dtype),
        attributes=points,
        appeal=_real(appeal, dtype),
        outside=_real(outside, dtype),
        price=_real(price, dtype),
        price_minor=np.ascontiguousarray(price_minor, np.int64),
        available=np.ascontiguousarray(available, np.bool_),
        order_spread=_real(order_spread, dtype),
        rival=_places_among_rivals(of_brand, np.asarray(own, np.bool_)),
        variant=np.empty((0, offers, *points.shape[1:]), dtype),
        variant_usual=np.empty((0, offers), dtype),
    )
    last = {
        "appeal": board.appeal,
        "price": board.price,
        "price_minor": board.price_minor,
        "available": board.available,
    }
    wrong = [name for name, value in last.items() if value.shape[-1] != offers]
    wrong += [name for name in ("own", "quality", "attributes") if len(getattr(board, name)) != offers]
    wrong += [name for name in ("outside", "order_spread") if len(getattr(board, name)) != categories]
    if wrong or board.price.shape != board.price_minor.shape:
        raise ValueError(
            f"{offers} offers, {categories} categories: shape of {', '.join(wrong) or 'price'} does not fit"
        )
    return sealed(board)


def _places_among_rivals(brand: NDArray[np.int32], own: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Place of each offer's brand among the brands that are not ours [J], -1 for our offers; brands are rows, in order."""
    before = np.array([np.unique(brand[own & (brand < b)]).size for b in brand], np.int32)
    return np.where(own, -1, brand - before).astype(np.int32)


def make_need_board(
    *,
    activity: ArrayLike,
    mix: ArrayLike,
    durable: ArrayLike,
    first_need: ArrayLike,
    replacement: ArrayLike,
    search: float = 1.0,
    dtype: Real = np.float32,
) -> NeedBoard:
    """Board from plain arrays: ``mix`` [K, C] shares of consumable occasions, the rest as in :class:`NeedBoard`.

    ``search`` is once a week: 1, or the length of a tick in weeks where that is shorter.
    """
    shares = np.asarray(mix, np.float64)
    total = shares.sum(axis=1, keepdims=True)
    running = np.cumsum(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0), axis=1)
    running[:, -1] = 1.0
    return sealed(
        NeedBoard(
            activity=_real(activity, dtype),
            mix=_real(running, dtype),
            durable=np.asarray(durable, np.bool_),
            first_need=_real(first_need, dtype),
            replacement=_real(replacement, dtype),
            search=dtype(search),
        )
    )


def appeal(
    intercept: ArrayLike,
    quality: ArrayLike,
    push: ArrayLike,
    numbers: ChoiceNumbers,
    *,
    by_type: ArrayLike = 0.0,
    types: int = 1,
) -> NDArray[np.float64]:
    """Utility common to a type at a distributor, [D, K, J]: intercept + b_q·quality + push [D, J] + ``by_type`` [K, J].

    ``push`` is effort for an offer where it is sold: promotion in the territory, the distributor's own effort.

    Tastes that widen over time by a factor h need no new tastes: multiply the board's attributes by h and give
    ``by_type`` (1 − h)·(mean taste of the type · attributes).
    """
    same = np.asarray(intercept, np.float64) + float(numbers.quality) * np.asarray(quality, np.float64)
    by_distributor = np.asarray(push, np.float64)[:, np.newaxis, :]
    of_type = np.broadcast_to(np.asarray(by_type, np.float64), (types, len(same)))
    return same + by_distributor + of_type[np.newaxis]


def replacement_table(mean_life: ArrayLike, shape: ArrayLike, dt: float = 1.0, ages: int = 1040) -> NDArray[np.float64]:
    """Probability per tick that a durable of each age needs replacing, [C, ages]: Weibull life of that mean (weeks) and shape.

    Age counts ticks since the purchase; items older than the table take its last entry. A mean of infinity gives 0.
    """
    from math import gamma

    means, shapes = np.atleast_1d(np.asarray(mean_life, np.float64)), np.atleast_1d(np.asarray(shape, np.float64))
    scale = means / np.array([gamma(1.0 + 1.0 / k) for k in shapes])
    age = np.arange(ages) * dt
    start = (np.maximum(age - dt, 0.0)[np.newaxis, :] / scale[:, np.newaxis]) ** shapes[:, np.newaxis]
    end = (age[np.newaxis, :] / scale[:, np.newaxis]) ** shapes[:, np.newaxis]
    hazard: NDArray[np.float64] = -np.expm1(start - end)
    return hazard


def _real(values: ArrayLike, dtype: Real) -> Reals:
    return np.ascontiguousarray(values, dtype)
