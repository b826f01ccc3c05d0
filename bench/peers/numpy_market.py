"""The rules of the demand phases in numpy and scipy.sparse: every phase one sweep over all customers or buyers.

Written as a careful user of numpy would: single precision, no Python loop over customers, choice and experience
only for those who buy. Neighbours' talk is a product of the sparse matrix of ties with what everybody says; with
``push`` only the rows of those who changed their mind are looked up, which is faster and less usual.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bench.cut import LEAST_SHARE, Cut, Standing, demand_of_cut
from sim.network import Network
from sim.stages import Stage, Stimulus

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]

_ONE = np.float32(1)


class NumpyMarket:
    """A market of arrays. Raises ValueError for a cut with durables or several categories."""

    def __init__(self, cut: Cut, seed: int, *, push: bool = False) -> None:
        start = cut.customers
        self._cut, self._push = cut, push
        self._brand, _ = demand_of_cut(cut)
        self._chance = np.random.default_rng(seed)
        self._week = cut.first_week
        self._brands = start.loyalty.shape[1]
        self._rate = start.purchase_rate * cut.needs.activity[start.territory, start.type]
        self.aware = ((start.aware[:, np.newaxis] >> np.arange(self._brands, dtype=np.uint8)) & 1).astype(np.bool_)
        self.loyalty, self.satisfaction, self.expectation = (
            start.loyalty.copy(),
            start.satisfaction.copy(),
            start.expectation.copy(),
        )
        self.relationship, self.speaks = start.relationship.copy(), start.speaks.copy()
        self.talk_weak, self.talk_strong = start.talk_weak.copy(order="C"), start.talk_strong.copy(order="C")
        self.owned, self.last_order, self.stage = start.owned[:, 0].copy(), start.last_order.copy(), start.stage.copy()
        self._weak_ties, self._strong_ties = tie_matrices(cut.network)
        self._bought = np.zeros(self._brands, np.int64)
        self._occasions, self._units = 0, 0

    def step(self) -> None:
        """Run one week."""
        self._learn()
        self._meet_reps()
        row = self._need()
        bought_by, offer = self._choose(row)
        said = self.speaks.copy() if self._push else self.speaks
        self._live_through(bought_by, offer)
        self._talk(said)
        self._move(row)
        self._week += 1

    def _learn(self) -> None:
        """Advertising, visits and talk make brands known; brands without reminder are forgotten."""
        cut, numbers = self._cut, self._cut.numbers.spread
        exposure = cut.hazard.T[cut.customers.territory]
        exposure += numbers.weak * np.maximum(self.talk_weak, 0)
        exposure += numbers.strong * np.maximum(self.talk_strong, 0)
        visits = cut.visits
        exposure[visits.row] += numbers.visit * visits.calls[:, np.newaxis].astype(np.float32) * cut.visit_speaks
        missed = np.exp(-exposure)
        u = self._chance.random(exposure.shape, np.float32)
        self.aware = np.where(self.aware, u < _ONE - numbers.forgetting * missed, u < _ONE - missed)

    def _meet_reps(self) -> None:
        """The relationship with the rep fades, and grows with calls."""
        numbers, visits = self._cut.numbers.relationship, self._cut.visits
        before = self.relationship[visits.row]
        self.relationship *= numbers.keep
        self.relationship += (_ONE - numbers.keep) * numbers.least
        power = (visits.effective / numbers.tick) ** numbers.shape
        long_run = numbers.least + (numbers.most - numbers.least) * power / (numbers.half + power)
        self.relationship[visits.row] = long_run + (before - long_run) * numbers.keep ** (_ONE + power / numbers.half)

    def _need(self) -> Ints:
        """Row of the customer of each occasion to buy."""
        occasions = self._chance.poisson(self._rate)
        rows = np.flatnonzero(occasions)
        self._occasions = int(occasions.sum())
        return np.repeat(rows, occasions[rows])

    def _choose(self, row: Ints) -> tuple[Ints, Ints]:
        """(row, offer) of each occasion on which something is bought: the best of the known offers and nothing."""
        cut, start, numbers, offers, brand = (
            self._cut,
            self._cut.customers,
            self._cut.numbers.choice,
            self._cut.offers,
            self._brand,
        )
        where = start.distributor[row]
        value = offers.appeal[start.distributor[row], start.type[row]] + start.taste[row] @ offers.attributes.T
        value += numbers.loyalty * self.loyalty[row][:, brand]
        value -= start.price_sensitivity[row, np.newaxis] * offers.price[where, start.price_group[row]]
        value += numbers.satisfaction * (self.satisfaction[row][:, brand] - numbers.neutral)
        value += numbers.relationship * offers.own * self.relationship[row, np.newaxis]
        degree = np.maximum(np.diff(cut.network.indptr)[row], 1).astype(np.float32)[:, np.newaxis]
        heard = np.maximum(self.talk_weak[row] + self.talk_strong[row], 0) / (2 * degree)
        value += numbers.neighbours * heard[:, brand]
        value += self._gumbel(value.shape)
        value[~(self.aware[row][:, brand] & offers.available[where])] = -np.inf
        nothing = offers.outside[0] + self._gumbel((len(row),))
        offer = value.argmax(axis=1)
        buys = value[np.arange(len(row)), offer] > nothing
        row, offer = row[buys], offer[buys]
        self._bought = np.bincount(brand[offer], minlength=self._brands)
        self._units = int(self._order_units(row).sum())
        return row, offer

    def _gumbel(self, shape: tuple[int, ...]) -> Floats:
        wait = self._chance.standard_exponential(shape, np.float32)
        return -np.log(np.maximum(wait, np.float32(1e-30)))

    def _order_units(self, row: Ints) -> Ints:
        """Whole units of each order: lognormal around the customer's mean, rounded by chance, at least one."""
        spread = self._cut.offers.order_spread[0]
        z = self._chance.standard_normal(len(row), np.float32)
        size = self._cut.customers.order_size[row] * np.exp(spread * z - spread * spread / 2)
        rounded = (size + self._chance.random(len(row), np.float32)) * (size > 1)
        units: Ints = np.maximum(rounded, 1).astype(np.int64)
        return units

    def _live_through(self, row: Ints, offer: Ints) -> None:
        """Deliveries become loyalty and satisfaction; who got several lives through them one after the other."""
        fresh = np.r_[True, row[1:] != row[:-1]] if len(row) else np.empty(0, np.bool_)
        first = np.flatnonzero(fresh)
        turn = np.arange(len(row)) - np.repeat(first, np.diff(np.r_[first, len(row)]))
        noise = self._cut.numbers.experience.noise * self._chance.standard_normal(len(row), np.float32)
        performance = self._cut.offers.quality[offer] + noise
        for k in range(int(turn.max(initial=-1)) + 1):
            now = turn == k
            self._receive(row[now], self._brand[offer[now]], performance[now])

    def _receive(self, row: Ints, brand: Ints, performance: Floats) -> None:
        """One delivery each to customers in ``row``, no customer twice."""
        numbers = self._cut.numbers.experience
        self.loyalty[row] = numbers.carry_over * self.loyalty[row] + (_ONE - numbers.carry_over) * (
            brand[:, np.newaxis] == np.arange(self._brands)
        )
        before = self.owned[row]
        gave_up = (before >= 0) & (before != brand)
        self.speaks[row[gave_up], before[gave_up]] = 0
        self.owned[row] = brand
        self.last_order[row[brand == self._cut.own_brand]] = self._week
        gap = performance - self.expectation[row, brand]
        gap = np.where(gap < 0, numbers.loss_aversion * gap, gap)
        felt = numbers.neutral + numbers.performance * performance + numbers.disconfirmation * gap
        satisfaction = self.satisfaction[row, brand]
        satisfaction += numbers.step * (_ONE / (_ONE + np.exp(-felt)) - satisfaction)
        self.satisfaction[row, brand] = satisfaction
        self.expectation[row, brand] += numbers.expectation_step * (performance - self.expectation[row, brand])
        self.speaks[row, brand] = (satisfaction >= numbers.content_at).astype(np.int8) - (
            satisfaction < numbers.disappointed_at
        )

    def _talk(self, said: NDArray[np.int8]) -> None:
        """What customers say reaches those they are tied to; ``said`` is what they said before, needed to push."""
        if not self._push:
            loud = self._half_units(self.speaks)
            self.talk_weak, self.talk_strong = self._weak_ties @ loud, self._strong_ties @ loud
            return
        rows = np.flatnonzero((said != self.speaks).any(axis=1))
        change = self._half_units(self.speaks[rows]) - self._half_units(said[rows])
        for ties, talk in ((self._weak_ties, self.talk_weak), (self._strong_ties, self.talk_strong)):
            talk += ties[rows].T @ change

    def _half_units(self, says: NDArray[np.int8]) -> NDArray[np.int16]:
        loud = np.array([0, 2, -int(self._cut.numbers.experience.ill)], np.int16)
        return loud[says]  # −1 takes the last

    def _move(self, row: Ints) -> None:
        """Moves of the funnel: hazard by stimulus, one draw each."""
        numbers, own, start = self._cut.numbers.funnel, self._cut.own_brand, self._cut.customers
        knows, bought = self.aware[:, own], self.last_order == self._week
        need = np.zeros(len(knows), np.bool_)
        need[row] = (self._cut.offers.own & self._cut.offers.available[start.distributor[row]]).any(axis=1)
        need &= knows
        ours = start.purchase_rate * np.maximum(self.loyalty[:, own], np.float32(LEAST_SHARE))
        rate = np.maximum(ours * numbers.tick, numbers.slowest_rate)
        habit = self.loyalty[:, own] >= numbers.loyal_at
        under = {
            Stimulus.KNOWN: knows,
            Stimulus.FORGOTTEN: ~knows,
            Stimulus.NEED: need & ~bought,
            Stimulus.NO_NEED: ~need & ~bought,
            Stimulus.BOUGHT: bought,
            Stimulus.HABIT: bought & habit,
            Stimulus.NO_HABIT: bought & ~habit,
            Stimulus.OVERDUE: (self._week - self.last_order).astype(np.float32) * rate > numbers.intervals,
        }
        self.stage = self._next_stage(under)

    def _next_stage(self, under: dict[Stimulus, Flags]) -> NDArray[np.uint8]:
        numbers, own = self._cut.numbers.funnel, self._cut.own_brand
        u = self._chance.random(len(self.stage), np.float32)
        stage = self.stage.copy()
        for at in Stage:
            reached = np.zeros(1, np.float32)
            for to in np.flatnonzero(numbers.hazard[at]):
                may = np.flatnonzero((self.stage == at) & under[Stimulus(int(numbers.gate[at, to]))])
                chance = np.full(len(may), numbers.hazard[at, to])
                if to == Stage.LAPSED:
                    chance *= np.exp(-numbers.lapse_slope * (self.satisfaction[may, own] - numbers.neutral))
                if np.any(reached):
                    below = reached[may]
                else:
                    reached, below = np.zeros(len(stage), np.float32), np.zeros(len(may), np.float32)
                goes = (u[may] >= below) & (u[may] < below + chance)
                stage[may[goes]] = to
                reached[may] += chance
        return stage

    def standing(self) -> Standing:
        """Aggregates after the latest week."""
        rows = len(self.stage)
        return Standing(
            aware_share=self.aware.mean(axis=0),
            buying_share=self._bought / rows,
            occasions=self._occasions / rows,
            satisfaction=self.satisfaction.mean(axis=0, dtype=np.float64),
            loyalty=self.loyalty.mean(axis=0, dtype=np.float64),
            relationship=float(self.relationship.mean(dtype=np.float64)),
            speaking_well=(self.speaks > 0).mean(axis=0),
            speaking_ill=(self.speaks < 0).mean(axis=0),
            stages=np.bincount(self.stage, minlength=len(Stage)) / rows,
            units=self._units / rows,
        )


def tie_matrices(network: Network) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Weak and strong ties as sparse matrices of ones, int16[N, N]."""
    rows = len(network)
    owner = np.repeat(np.arange(rows, dtype=np.int32), network.degree)
    strong = np.arange(len(network.neighbours)) < network.strong_end[owner]
    made = []
    for which in (~strong, strong):
        ends = (owner[which], network.neighbours[which].astype(np.int32))
        made.append(sparse.csr_array((np.ones(int(which.sum()), np.int16), ends), shape=(rows, rows)))
    return made[0], made[1]
