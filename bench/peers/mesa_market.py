"""The rules of the demand phases as idiomatic Mesa: one agent per customer, who learns, needs, chooses, lives, talks, moves."""

from __future__ import annotations

import math
from typing import Any

import mesa
import numpy as np

from bench.cut import LEAST_SHARE, Cut, Standing, demand_of_cut
from sim.stages import Stage, Stimulus


class MesaMarket(mesa.Model):
    """A market of agents on the cut. Raises ValueError for a cut with durables or several categories."""

    def __init__(self, cut: Cut, seed: int) -> None:
        super().__init__(seed=seed)
        start = cut.customers
        brand, _ = demand_of_cut(cut)
        self.cut = cut
        self.week = cut.first_week
        self.brands = range(start.loyalty.shape[1])
        self.offer_brand: list[int] = brand.tolist()
        self.numbers = {
            name: {field: value.tolist() for field, value in zip(group._fields, group, strict=True)}
            for name, group in cut.numbers._asdict().items()
        }
        self.moves = moves_by_stage(cut)
        self.outside = float(cut.offers.outside[0])
        self.quality: list[float] = cut.offers.quality.tolist()
        self.own_offers: list[bool] = cut.offers.own.tolist()
        self.speaking_reps: list[int] = cut.visit_speaks.tolist()
        self.bought = [0] * len(self.brands)
        self.occasions = self.units = 0
        self.customers = [Customer(self, cut, row) for row in range(len(start))]
        self._tie(cut)

    def _tie(self, cut: Cut) -> None:
        network, customers = cut.network, self.customers
        for row, customer in enumerate(customers):
            first, strong, end = network.indptr[row], network.strong_end[row], network.indptr[row + 1]
            customer.close_friends = [customers[other] for other in network.neighbours[first:strong]]
            customer.acquaintances = [customers[other] for other in network.neighbours[strong:end]]

    def step(self) -> None:
        """Run one week."""
        self.bought = [0] * len(self.brands)
        self.occasions = self.units = 0
        visits = self.cut.visits
        for row, calls, effective in zip(
            visits.row.tolist(), visits.calls.tolist(), visits.effective.tolist(), strict=True
        ):
            self.customers[row].calls, self.customers[row].effective_calls = calls, effective
        self.agents.do("listen")
        self.agents.do("learn")
        self.agents.do("meet_rep")
        self.agents.do("shop")
        self.agents.do("experience")
        self.agents.do("move")
        self.week += 1

    def standing(self) -> Standing:
        """Aggregates after the latest week."""
        every, rows = self.customers, len(self.customers)
        return Standing(
            aware_share=np.mean([c.aware for c in every], axis=0),
            buying_share=np.array(self.bought) / rows,
            occasions=self.occasions / rows,
            satisfaction=np.mean([c.satisfaction for c in every], axis=0),
            loyalty=np.mean([c.loyalty for c in every], axis=0),
            relationship=float(np.mean([c.relationship for c in every])),
            speaking_well=np.mean([[says > 0 for says in c.says] for c in every], axis=0),
            speaking_ill=np.mean([[says < 0 for says in c.says] for c in every], axis=0),
            stages=np.bincount([c.stage for c in every], minlength=len(Stage)) / rows,
            units=self.units / rows,
        )


class Customer(mesa.Agent):
    """One customer of the cut, the one in ``row``."""

    model: MesaMarket

    def __init__(self, model: MesaMarket, cut: Cut, row: int) -> None:
        super().__init__(model)
        start, offers = cut.customers, cut.offers
        home, kind = start.territory[row], start.type[row]
        self.rate = float(start.purchase_rate[row] * cut.needs.activity[home, kind])
        self.purchase_rate = float(start.purchase_rate[row])
        self.order_size = float(start.order_size[row])
        self.advertising: list[float] = cut.hazard[:, home].tolist()
        self.prices: list[float] = offers.price[start.distributor[row], start.price_group[row]].tolist()
        self.available: list[bool] = offers.available[start.distributor[row]].tolist()
        self.appeal: list[float] = (
            offers.appeal[int(start.distributor[row]), kind] + offers.attributes @ start.taste[row]
        ).tolist()
        self.price_sensitivity = float(start.price_sensitivity[row])
        self.aware = [bool(start.aware[row] >> b & 1) for b in model.brands]
        self.loyalty: list[float] = start.loyalty[row].tolist()
        self.satisfaction: list[float] = start.satisfaction[row].tolist()
        self.expectation: list[float] = start.expectation[row].tolist()
        self.relationship = float(start.relationship[row])
        self.says: list[int] = start.speaks[row].tolist()
        self.owned = int(start.owned[row, 0])
        self.last_order = int(start.last_order[row])
        self.stage = int(start.stage[row])
        self.close_friends: list[Customer] = []
        self.acquaintances: list[Customer] = []
        self.heard_weak = [0.0] * len(model.brands)
        self.heard_strong = [0.0] * len(model.brands)
        self.calls = 0
        self.effective_calls = 0.0
        self.in_market = False
        self.deliveries: list[int] = []

    def listen(self) -> None:
        """Hear what friends and acquaintances say now."""
        ill = self.model.numbers["experience"]["ill"] / 2.0
        for friends, heard in ((self.acquaintances, self.heard_weak), (self.close_friends, self.heard_strong)):
            for b in self.model.brands:
                net = 0.0
                for friend in friends:
                    says = friend.says[b]
                    if says > 0:
                        net += 1.0
                    elif says < 0:
                        net -= ill
                heard[b] = net

    def learn(self) -> None:
        """Learn of brands by advertising, a visit and talk; forget them without reminder."""
        model, numbers = self.model, self.model.numbers["spread"]
        for b in model.brands:
            exposure = self.advertising[b]
            if self.heard_weak[b] > 0:
                exposure += 2.0 * numbers["weak"] * self.heard_weak[b]
            if self.heard_strong[b] > 0:
                exposure += 2.0 * numbers["strong"] * self.heard_strong[b]
            if self.calls and model.speaking_reps[b]:
                exposure += numbers["visit"] * self.calls
            missed = math.exp(-exposure)
            if self.aware[b]:
                self.aware[b] = self.random.random() < 1.0 - numbers["forgetting"] * missed
            else:
                self.aware[b] = self.random.random() < 1.0 - missed

    def meet_rep(self) -> None:
        """The relationship with the rep fades, and grows with calls."""
        numbers = self.model.numbers["relationship"]
        long_run, keep = numbers["least"], numbers["keep"]
        if self.effective_calls > 0:
            power = (self.effective_calls / numbers["tick"]) ** numbers["shape"]
            long_run += (numbers["most"] - numbers["least"]) * power / (numbers["half"] + power)
            keep = keep ** (1.0 + power / numbers["half"])
        self.relationship = long_run + (self.relationship - long_run) * keep
        self.calls, self.effective_calls = 0, 0.0

    def shop(self) -> None:
        """Come to need something, perhaps several times, and choose each time."""
        self.deliveries = []
        occasions = self.need()
        self.in_market = occasions > 0
        self.model.occasions += occasions
        for _ in range(occasions):
            offer = self.choose()
            if offer is not None:
                self.deliveries.append(offer)
                self.model.bought[self.model.offer_brand[offer]] += 1
                self.model.units += self.order_units()

    def need(self) -> int:
        """Occasions to buy this week: a Poisson count."""
        u = self.random.random()
        term = beyond = math.exp(-self.rate)
        count = 0
        while u > beyond:
            count += 1
            term *= self.rate / count
            beyond += term
        return count

    def choose(self) -> int | None:
        """The best of the known offers and nothing."""
        model = self.model
        best, most = None, model.outside + self.gumbel()
        for offer, b in enumerate(model.offer_brand):
            if self.aware[b] and self.available[offer]:
                value = self.utility(offer, b) + self.gumbel()
                if value > most:
                    best, most = offer, value
        return best

    def utility(self, offer: int, b: int) -> float:
        """Utility of an offer of brand ``b``, without chance."""
        numbers = self.model.numbers["choice"]
        value: float = self.appeal[offer] - self.price_sensitivity * self.prices[offer]
        value += numbers["loyalty"] * self.loyalty[b]
        value += numbers["satisfaction"] * (self.satisfaction[b] - numbers["neutral"])
        if self.model.own_offers[offer]:
            value += numbers["relationship"] * self.relationship
        heard = self.heard_weak[b] + self.heard_strong[b]
        if heard > 0:
            value += numbers["neighbours"] * heard / (len(self.close_friends) + len(self.acquaintances))
        return value

    def gumbel(self) -> float:
        """Taste of the moment."""
        return -math.log(-math.log(1.0 - self.random.random()))

    def order_units(self) -> int:
        """Whole units of an order, at least one."""
        spread = float(self.model.cut.offers.order_spread[0])
        size = self.order_size * math.exp(spread * self.random.gauss(0.0, 1.0) - spread * spread / 2.0)
        return int(size + self.random.random()) if size > 1.0 else 1

    def experience(self) -> None:
        """Live through what was delivered, and form an opinion to talk about."""
        model, numbers = self.model, self.model.numbers["experience"]
        for offer in self.deliveries:
            bought = model.offer_brand[offer]
            for b in model.brands:
                self.loyalty[b] = numbers["carry_over"] * self.loyalty[b] + (1.0 - numbers["carry_over"]) * (
                    b == bought
                )
            if self.owned >= 0 and self.owned != bought:
                self.says[self.owned] = 0
            self.owned = bought
            if bought == model.cut.own_brand:
                self.last_order = model.week
            self.feel(bought, model.quality[offer] + numbers["noise"] * self.random.gauss(0.0, 1.0))

    def feel(self, b: int, performance: float) -> None:
        """Satisfaction by performance and disconfirmation; what to say of it."""
        numbers = self.model.numbers["experience"]
        gap = performance - self.expectation[b]
        if gap < 0:
            gap *= numbers["loss_aversion"]
        felt = numbers["neutral"] + numbers["performance"] * performance + numbers["disconfirmation"] * gap
        self.satisfaction[b] += numbers["step"] * (1.0 / (1.0 + math.exp(-felt)) - self.satisfaction[b])
        self.expectation[b] += numbers["expectation_step"] * (performance - self.expectation[b])
        if self.satisfaction[b] >= numbers["content_at"]:
            self.says[b] = 1
        else:
            self.says[b] = -1 if self.satisfaction[b] < numbers["disappointed_at"] else 0

    def move(self) -> None:
        """Move in the funnel, if a stimulus is there and chance will."""
        under = self.stimuli()
        u, reached = self.random.random(), 0.0
        numbers = self.model.numbers["funnel"]
        for to, gate, chance in self.model.moves[self.stage]:
            if gate & under:
                if to == Stage.LAPSED:
                    own = self.satisfaction[self.model.cut.own_brand]
                    chance = chance * math.exp(-numbers["lapse_slope"] * (own - numbers["neutral"]))
                if reached <= u < reached + chance:
                    self.stage = to
                    return
                reached += chance

    def stimuli(self) -> int:
        """Stimuli of the week, as bits of :class:`Stimulus`."""
        model, numbers, own = self.model, self.model.numbers["funnel"], self.model.cut.own_brand
        under = _KNOWN if self.aware[own] else _FORGOTTEN
        offered = any(is_own and there for is_own, there in zip(model.own_offers, self.available, strict=True))
        need = self.in_market and self.aware[own] and offered
        if self.last_order == model.week:
            under |= _BOUGHT
            under |= _HABIT if self.loyalty[own] >= numbers["loyal_at"] else _NO_HABIT
        else:
            under |= _NEED if need else _NO_NEED
        ours = self.purchase_rate * max(self.loyalty[own], LEAST_SHARE)
        if (model.week - self.last_order) * max(ours * numbers["tick"], numbers["slowest_rate"]) > numbers["intervals"]:
            under |= _OVERDUE
        return under


_KNOWN, _FORGOTTEN, _NEED, _NO_NEED, _BOUGHT, _HABIT, _NO_HABIT, _OVERDUE = (int(stimulus) for stimulus in Stimulus)


def moves_by_stage(cut: Cut) -> list[list[tuple[int, int, float]]]:
    """By stage: (to, stimuli of which one must be there, probability) of each move that can happen."""
    numbers: Any = cut.numbers.funnel
    return [
        [
            (to, int(numbers.gate[at, to]), float(numbers.hazard[at, to]))
            for to in range(len(Stage))
            if numbers.hazard[at, to] > 0
        ]
        for at in range(len(Stage))
    ]
