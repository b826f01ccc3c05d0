"""What one purchase leads to: purchases of the brand in the long run for one that is won now, by habit alone.

Of every customer there are two, alike in all but one occasion: one of them takes an offer of ours on it, the other the
best of all else. Both then choose on the same occasions with the same draws, by the market's own kernels, while habit
follows what they choose and nothing else changes. With constant probability p and weight b_L of loyalty the sum is
1/(1 − b_L·p·(1−p)), whatever the carry-over of loyalty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.jit import sealed, sealed_array
from sim.kernels.board import OfferBoard
from sim.kernels.choice import Choosers, choose
from sim.kernels.demand_step import Chosen, choosers
from sim.kernels.experience import form_habits
from sim.kernels.needs import Occasions
from sim.kernels.persuasion import odds_of_ours
from sim.kernels.threads import blocks_of
from sim.params.customer_numbers import ChoiceNumbers, ExperienceNumbers
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision, stream
from sim.state import MarketState

Floats = NDArray[np.float64]

#: Purchases after which habit of the first is gone: at a weight of 3.92 it lasts for some two hundred.
PURCHASES = 300
#: Customers who are followed, those with the smallest keys.
MOST_CUSTOMERS = 20_000

_NEVER = np.float32(-1e30)


class Multiplier(NamedTuple):
    """Purchases of ours for one won now in ``category``, itself included: within a year, and in the long run.

    ``low`` and ``high`` are the 95 % interval of the long run over customers.
    """

    category: str
    first_year: float
    long_run: float
    low: float
    high: float
    customers: int


class Shoppers(NamedTuple):
    """Who chooses what by which numbers: all that :func:`follow_purchases` needs of a market."""

    who: Choosers
    board: OfferBoard
    choice: ChoiceNumbers
    experience: ExperienceNumbers


def purchase_multipliers(state: MarketState, purchases: int = PURCHASES) -> list[Multiplier]:
    """The multiplier of every category that customers buy again and again and we offer, as the market ``state`` is now.

    A purchase won is one of a customer who could have gone either way: customers count by how often they buy in the
    category and by p·(1−p), p the probability that they buy from us. The effect of habit on other categories is not in it.
    """
    shoppers = Shoppers(
        choosers(state.customers, state.network, int(state.numbers.experience.ill)),
        sealed(state.boards.offers),
        state.numbers.choice,
        state.numbers.experience,
    )
    rows = np.argsort(state.customers.key)[:MOST_CUSTOMERS].astype(np.uint32)
    mix = np.diff(state.boards.needs.mix, axis=1, prepend=0.0)[state.customers.type[rows]]
    chance = _chance_of_ours(shoppers, rows)
    yearly = state.customers.purchase_rate[rows, None] * mix * WEEKS_PER_YEAR
    weight = yearly * chance * (1.0 - chance)
    found = []
    for c, category in enumerate(state.layout.categories):
        moved = np.flatnonzero(weight[:, c] > 0.0)
        if category.kind == "consumable" and len(moved):
            soon = np.rint(yearly[moved, c]).astype(np.int64)
            more = follow_purchases(shoppers, rows[moved], c, soon, seed=state.seed, purchases=purchases)
            found.append(_summary(category.name, 1.0 + more, weight[moved, c]))
    return found


def follow_purchases(
    shoppers: Shoppers,
    rows: NDArray[np.uint32],
    category: int,
    soon: NDArray[np.int64],
    *,
    seed: int,
    purchases: int = PURCHASES,
) -> Floats:
    """Purchases of ours that each of ``rows`` [n] makes more for having bought from us once, in ``category`` [2, n].

    Among the next ``soon`` [n] occasions of each, and among the next ``purchases``.
    """
    bought, not_bought = (np.array(shoppers.who.loyalty) for _ in range(2))
    board, own = shoppers.board, shoppers.board.own
    only_ours = board._replace(available=board.available & own, outside=np.full_like(board.outside, _NEVER))
    without_us = board._replace(available=board.available & ~own)
    _buy(shoppers, rows, category, sealed(only_ours), stream(seed, Decision.CHOICE, 0), bought)
    _buy(shoppers, rows, category, sealed(without_us), stream(seed, Decision.CHOICE, 0), not_bought)
    more = np.zeros((2, len(rows)), dtype=np.int64)
    for number in range(1, purchases + 1):
        luck = stream(seed, Decision.CHOICE, number)
        won = _buy(shoppers, rows, category, board, luck, bought).astype(np.int64)
        won -= _buy(shoppers, rows, category, board, luck, not_bought)
        more += won * np.stack([number <= soon, np.ones_like(soon)])
    return more.astype(np.float64)


def _buy(
    shoppers: Shoppers,
    rows: NDArray[np.uint32],
    category: int,
    board: OfferBoard,
    luck: np.uint64,
    loyalty: NDArray[np.floating],
) -> NDArray[np.bool_]:
    """One occasion of each of ``rows``, who form a habit in ``loyalty`` [N, B]; returns who took an offer of ours [n]."""
    who = sealed(shoppers.who._replace(loyalty=loyalty))
    occasions = Occasions(
        rows, np.full(len(rows), category, np.uint8), np.zeros(len(rows), np.uint32), np.zeros(1, np.int64)
    )
    chosen = Chosen.of(len(rows))
    choose(0, blocks_of(len(rows)), luck, sealed(occasions), who, board, shoppers.choice, *chosen)
    habit = np.flatnonzero(chosen.anyway >= 0)
    of_offer = np.repeat(np.arange(len(board.durable), dtype=np.uint8), np.diff(board.first))
    form_habits(
        sealed_array(rows[habit]),
        sealed_array(chosen.anyway[habit]),
        sealed_array(of_offer),
        board,
        shoppers.experience,
        loyalty,
    )
    ours: NDArray[np.bool_] = (chosen.offer >= 0) & board.own[chosen.offer]
    return ours


def _chance_of_ours(shoppers: Shoppers, rows: NDArray[np.uint32]) -> Floats:
    """Probability that an occasion of each of ``rows`` is ours by category [n, C]."""
    shape = (len(rows), len(shoppers.board.durable))
    odds, worth, units = np.empty(shape), np.empty(shape), sealed_array(np.ones(shape))
    asked = (sealed_array(rows), units, shoppers.who, shoppers.board, shoppers.choice)
    odds_of_ours(0, blocks_of(len(rows)), *asked, odds, worth)
    return np.asarray(expit(odds), np.float64)


def _summary(category: str, purchases: Floats, weight: Floats) -> Multiplier:
    share = weight / weight.sum()
    first_year, long_run = (float(mean) for mean in purchases @ share)
    half = 1.96 * float(np.sqrt((share**2 * (purchases[1] - long_run) ** 2).sum()))
    return Multiplier(category, first_year, long_run, long_run - half, long_run + half, purchases.shape[1])
