"""Slow twins of the demand kernels: one customer at a time, plain Python, the rules as the model states them.

They share the keyed draws and the precision of single steps (float32, in the same order) with the kernels and
nothing else: no screening, no blocks, no compression, no pushing of talk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from sim.kernels.board import NeedBoard, OfferBoard
from sim.kernels.choice import Choosers
from sim.kernels.demand_step import Visits
from sim.kernels.experience import Deliveries
from sim.network import Network
from sim.params.customers import ChoiceNumbers, ExperienceNumbers, FunnelNumbers, RelationshipNumbers, SpreadNumbers
from sim.rng import Decision, draw, draw32, stream
from sim.stages import Stage, Stimulus
from sim.state.customers import Customers

f32 = np.float32


def luck(seed: int, decision: Decision, tick: int, key: int, index: int) -> float:
    """The keyed draw as kernels see it."""
    return float(draw32(stream(seed, decision, tick), np.uint64(key), np.uint64(index)))


def fine_luck(seed: int, decision: Decision, tick: int, key: int, index: int) -> float:
    return float(draw(stream(seed, decision, tick), np.uint64(key), np.uint64(index)))


def spread(
    c: Customers, hazard: Any, visits: Visits, speaks: Sequence[int], n: SpreadNumbers, seed: int, tick: int
) -> list[int]:
    """Awareness byte of every customer after a tick."""
    after = []
    for i in range(len(c)):
        byte = int(c.aware[i])
        called = sum(int(k) for row, k in zip(visits.row, visits.calls, strict=True) if row == i)
        for b in range(len(hazard)):
            h = f32(hazard[b][c.territory[i]])
            h += n.weak * f32(max(int(c.talk_weak[i, b]), 0)) + n.strong * f32(max(int(c.talk_strong[i, b]), 0))
            if speaks[b] and len(visits.row):
                h += n.visit * f32(min(called, 255))
            u = luck(seed, Decision.AWARENESS, tick, c.key[i], b)
            learn = -math.expm1(-float(h))
            keep = 1.0 - float(n.forgetting) * math.exp(-float(h))
            knows = u < keep if byte >> b & 1 else u < learn
            byte = (byte | 1 << b) if knows else (byte & ~(1 << b))
        after.append(byte)
    return after


def poisson(u: float, mean: float) -> int:
    """Smallest n with u ≥ P(N > n)."""
    n, term, beyond = 0, math.exp(-mean), -math.expm1(-mean)
    while u < beyond and n < 100:
        n += 1
        term *= mean / n
        beyond -= term
    return n


def opened(seed: int, week: int, key: int, category: int, mean: float, most: int) -> int:
    """Projects of one customer that open in one category this week."""
    return min(poisson(luck(seed, Decision.PROJECT_OPENS, week, key, category), mean), most)


def occasions(c: Customers, board: NeedBoard, seed: int, tick: int) -> tuple[list[tuple[int, int, int]], list[int]]:
    """(row, category, number) of every occasion, and the open needs of every customer."""
    made, needs = [], []
    for i in range(len(c)):
        t, k = c.territory[i], c.type[i]
        count = poisson(
            luck(seed, Decision.OCCASIONS, tick, c.key[i], 0), float(board.activity[t, k] * c.purchase_rate[i])
        )
        for number in range(count):
            u = luck(seed, Decision.OCCASION_CATEGORY, tick, c.key[i], number)
            made.append(
                (i, next(x for x, edge in enumerate(board.mix[k]) if u < edge or x == len(board.mix[k]) - 1), number)
            )
        open_needs = int(c.need_open[i])
        for category, durable in enumerate(board.durable):
            if not durable:
                continue
            age = min(max(tick - int(c.bought_week[i, category]), 0), board.replacement.shape[1] - 1)
            chance = board.first_need[k, category] if c.owned[i, category] < 0 else board.replacement[category, age]
            if luck(seed, Decision.NEED, tick, c.key[i], category) < float(chance):
                open_needs |= 1 << category
        for category in range(len(board.durable)):
            looks = luck(seed, Decision.NEED, tick, c.key[i], 64 + category) < float(board.search)
            if open_needs >> category & 1 and looks:
                made.append((i, category, 128 + category))
        needs.append(open_needs)
    return made, needs


def utility(c: Customers, w: Choosers, o: OfferBoard, n: ChoiceNumbers, i: int, j: int) -> Any:
    b = o.brand[j]
    v = f32(o.appeal[c.distributor[i], c.type[i], j])
    for a in range(o.attributes.shape[1]):
        v += c.taste[i, a] * o.attributes[j, a]
    if len(o.variant):
        v -= o.variant_usual[c.price_group[i], j]
        for a in range(o.attributes.shape[1]):
            v += c.taste[i, a] * o.variant[c.price_group[i], j, a]
    v += n.loyalty * c.loyalty[i, b]
    v -= c.price_sensitivity[i] * o.price[c.distributor[i], c.price_group[i], j] * (1 - rebate(c, i, j))
    v += n.satisfaction * (c.satisfaction[i, b] - n.neutral)
    v += n.relationship * c.relationship[i] * f32(o.own[j])
    if c.rival_relationship.shape[1] and o.rival[j] >= 0:
        v += n.relationship * c.rival_relationship[i, o.rival[j]]
    degree = max(int(w.degree_start[i + 1] - w.degree_start[i]), 1)
    net = max(int(c.talk_weak[i, b]) + int(c.talk_strong[i, b]), 0)
    return v + n.neighbours * (f32(net) * (f32(0.5) / f32(degree)))


class Choice(NamedTuple):
    """Scores of all alternatives of one occasion: offer (or -1) → utility plus Gumbel draw; and without persuasion."""

    offer: int
    scores: dict[int, float]
    unmoved: dict[int, float]


def choice(
    c: Customers, w: Choosers, o: OfferBoard, n: ChoiceNumbers, occasion: tuple[int, int, int], seed: int, tick: int
) -> Choice:
    i, category, number = occasion

    def noise(index: int) -> float:
        return -math.log(-math.log(luck(seed, Decision.CHOICE, tick, c.key[i], 256 * number + index)))

    scores = {-1: float(o.outside[category]) + noise(255)}
    for j in range(o.first[category], o.first[category + 1]):
        if c.aware[i] >> int(o.brand[j]) & 1 and o.available[c.distributor[i], j]:
            scores[j] = float(utility(c, w, o, n, i, j)) + noise(j)
    moved = {j: s + float(c.persuasion[i]) * (j >= 0 and bool(o.own[j])) for j, s in scores.items()}
    return Choice(max(moved, key=lambda j: moved[j]), moved, scores)


def rebate(c: Customers, i: int, j: int) -> float:
    """Share of the price of an offer that a customer has bargained off; 0 where nobody bargains."""
    return float(c.rebate[i, j]) if c.rebate.shape[1] else 0.0


def odds(c: Customers, w: Choosers, o: OfferBoard, n: ChoiceNumbers, i: int, category: int) -> tuple[float, float]:
    """Log odds that one customer takes an offer of ours in a category, and its mean price then."""
    ours, paid, rest = 0.0, 0.0, 0.0 if o.durable[category] else math.exp(float(o.outside[category]))
    for j in range(o.first[category], o.first[category + 1]):
        if c.aware[i] >> int(o.brand[j]) & 1 and o.available[c.distributor[i], j]:
            weight = math.exp(float(utility(c, w, o, n, i, j)))
            if o.own[j]:
                ours += weight
                paid += weight * int(o.price_minor[c.distributor[i], c.price_group[i], j]) * (1 - rebate(c, i, j))
            else:
                rest += weight
    if ours == 0.0:
        return -math.inf, 0.0
    return math.log(ours / rest) if rest else math.inf, paid / ours


def sales(worth: Any, log_odds: Any, pull: Any, delta: float) -> float:
    """Expected sales of some accounts when δ of utility is added."""
    return float((worth * expit(log_odds + delta * pull[:, np.newaxis])).sum())


def strength(worth: Any, log_odds: Any, pull: Any, factor: float) -> float:
    """The δ that multiplies expected sales by ``factor``; 8 to either side where none does."""
    usual = sales(worth, log_odds, pull, 0.0)
    if usual == 0.0:
        return 0.0

    def gap(delta: float) -> float:
        return sales(worth, log_odds, pull, delta) / usual - factor

    if gap(-8.0) > 0 or gap(8.0) < 0:
        return math.copysign(8.0, factor - 1.0)
    return float(brentq(gap, -8.0, 8.0))


def units(c: Customers, o: OfferBoard, occasion: tuple[int, int, int], seed: int, tick: int) -> int:
    i, category, number = occasion
    if number >= 128:
        return 1
    size, spread_ = float(c.order_size[i]), float(o.order_spread[category])
    if spread_ > 0:
        z = float(ndtri(fine_luck(seed, Decision.ORDER_SIZE, tick, c.key[i], number)))
        size *= math.exp(spread_ * z - 0.5 * spread_**2)
    return 1 if size <= 1 else int(size + fine_luck(seed, Decision.ORDER_ROUNDING, tick, c.key[i], number))


def experience(c: Customers, d: Deliveries, o: OfferBoard, n: ExperienceNumbers, seed: int, tick: int) -> None:
    """Live through deliveries, in place; talk is counted again by :func:`heard`."""
    category_of = np.repeat(np.arange(len(o.durable)), np.diff(o.first))
    habit = d.habit if len(d.habit) else d.offer
    for i, j, number, bought, given, used_to in zip(*d[:5], habit, strict=True):
        b, category = int(o.brand[j]), int(category_of[j])
        if bought:
            if used_to >= 0:
                get_used_to(c, i, used_to, o, n)
            gone, c.owned[i, category], c.bought_week[i, category] = int(c.owned[i, category]), b, tick
            if o.durable[category]:
                c.need_open[i] = int(c.need_open[i]) & ~(1 << category)
            if o.own[j]:
                c.last_order[i] = tick
            if gone >= 0 and gone not in c.owned[i]:
                c.speaks[i, gone] = 0
        z = float(ndtri(fine_luck(seed, Decision.PERFORMANCE, tick, c.key[i], 256 * int(number) + int(j))))
        performance = float(given) + float(n.noise) * z
        gap = performance - float(c.expectation[i, b])
        gap *= float(n.loss_aversion) if gap < 0 else 1.0
        felt = float(n.neutral) + float(n.performance) * performance + float(n.disconfirmation) * gap
        target = 1.0 / (1.0 + math.exp(-felt))
        c.satisfaction[i, b] += float(n.step) * (target - float(c.satisfaction[i, b]))
        c.expectation[i, b] += float(n.expectation_step) * (performance - float(c.expectation[i, b]))
        if b in c.owned[i]:
            content, ill = c.satisfaction[i, b] >= n.content_at, c.satisfaction[i, b] < n.disappointed_at
            c.speaks[i, b] = -1 if ill else int(content)


def get_used_to(c: Customers, i: int, j: int, o: OfferBoard, n: ExperienceNumbers) -> None:
    """Loyalty of one customer after one choice of offer ``j``, in place."""
    category_of = np.repeat(np.arange(len(o.durable)), np.diff(o.first))
    for brand in {int(x) for x in o.brand[category_of == category_of[j]]}:
        y = f32(brand == int(o.brand[j]))
        c.loyalty[i, brand] = n.carry_over * c.loyalty[i, brand] + (f32(1) - n.carry_over) * y


def heard(c: Customers, network: Network, ill: int) -> tuple[Any, Any]:
    """Talk of weak and strong ties about every brand, counted from what all neighbours say: pulled, not pushed."""
    weak, strong = np.zeros(c.speaks.shape, int), np.zeros(c.speaks.shape, int)
    weight = {-1: -ill, 0: 0, 1: 2}
    for i in range(len(c)):
        for e in range(network.indptr[i], network.indptr[i + 1]):
            for b in range(c.speaks.shape[1]):
                target = strong if e < network.strong_end[i] else weak
                target[i, b] += weight[int(c.speaks[network.neighbours[e], b])]
    return weak, strong


def stages(
    c: Customers, made: list[tuple[int, int, int]], o: OfferBoard, n: FunnelNumbers, own: int, seed: int, tick: int
) -> list[int]:
    """Stage of every customer after a tick."""
    after = []
    for i in range(len(c)):
        knows = c.aware[i] >> own & 1
        need = any(
            knows and any(o.own[j] and o.available[c.distributor[i], j] for j in range(o.first[k], o.first[k + 1]))
            for row, k, _ in made
            if row == i
        )
        if c.last_order[i] == tick:
            under = Stimulus.BOUGHT | (Stimulus.HABIT if c.loyalty[i, own] >= n.loyal_at else Stimulus.NO_HABIT)
        else:
            under = Stimulus.KNOWN if knows else Stimulus.FORGOTTEN
            under |= Stimulus.NEED if need else Stimulus.NO_NEED
            since = f32(tick - int(c.last_order[i]))
            rate = c.purchase_rate[i] * f32(min(max(c.loyalty[i, own], n.least_share), f32(1)))
            if since * max(rate * n.tick, n.slowest_rate) > n.intervals:
                under |= Stimulus.OVERDUE
        stage, reached = int(c.stage[i]), 0.0
        u = luck(seed, Decision.FUNNEL, tick, c.key[i], 0)
        for to in range(len(Stage)):
            if not under & int(n.gate[c.stage[i], to]):
                continue
            p = float(n.hazard[c.stage[i], to])
            if to == Stage.LAPSED and c.churn.shape[1] and p > 0:
                p = float(c.churn[i, 0])
            if to == Stage.LAPSED:
                p *= math.exp(-float(n.lapse_slope) * (float(c.satisfaction[i, own]) - float(n.neutral)))
            if reached <= u < reached + p:
                stage = to
            reached += p
        after.append(stage)
    return after


def relationships(c: Customers, visits: Visits, n: RelationshipNumbers) -> list[float]:
    """Relationship of every customer after a tick: towards the ADBUDG level of this tick's calls, faster with calls."""
    after = []
    for i in range(len(c)):
        calls = sum(float(x) for row, x in zip(visits.row, visits.effective, strict=True) if row == i)
        pull = (calls / float(n.tick)) ** float(n.shape) / float(n.half) if calls > 0 else 0.0
        level = float(n.least) + (float(n.most) - float(n.least)) * pull / (1.0 + pull)
        after.append(level + (float(c.relationship[i]) - level) * float(n.keep) ** (1.0 + pull))
    return after
