"""Start values at the fixed points of the rules that move them, under the baseline of the warm-up.

The real rules are asked, and the real solvers and phases iterated, until nothing moves; no formula stands in their place.
Two policies are tried from one state: the rules are those of the baseline, whatever policy comes after.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from types import SimpleNamespace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.agents.information_system import InformationSystem
from sim.agents.market_department import MarketDepartment
from sim.build.past_purchases import remember_past
from sim.build.settled_channel import settle_channel
from sim.derived.rival_spending import usual_advertising
from sim.kernels.demand_step import expected_shares
from sim.kernels.goodwill import adstock
from sim.params import Params
from sim.phases.decide import set_prices
from sim.phases.manage import WRITES, manage
from sim.rules import Variant
from sim.rules.strangers import fresh
from sim.scenario import Scenario
from sim.state import MarketState
from sim.state.rules_in_force import Kept
from sim.state.today import Decided, Today

Floats = NDArray[np.floating]

#: Relative movement below which a value rests.
_REST = 1e-6
#: What routines do to reps, without what grows over years of service.
_ROUTINE_EFFECTS = (
    *(
        "alignment",
        "observed",
        "coached",
        "trained",
        "drilled",
        "know_how",
        "skill",
        "form_use",
        "morale",
        "motivation",
    ),
)


@dataclass(frozen=True)
class _Baseline:
    """A rule book in which the baseline holds in every week."""

    rules: dict[str, list[Variant]]
    kept: dict[str, Kept] = field(default_factory=dict)

    def variants_at(self, week: int, question: str) -> list[Variant]:
        """Rules for ``question``: the same in every ``week``."""
        return self.rules[question]

    def changed(self) -> str:
        """Nothing has: the rules are copies of this market's own."""
        return ""


def settle_actors(state: MarketState, scenario: Scenario, rates: Floats) -> Floats:
    """Move rivals' prices, goodwill, reps and customers' past of a market that has been built to where they rest.

    ``rates`` [N, C] are customers' projects a week. Returns our share of each customer's occasions [N, C].
    """
    with _under_baseline(state, scenario):
        _settle_rivals(state)
        _settle_goodwill(state)
        _settle_reps(state)
        shares = _shares_at_first_prices(state)
    of_category = np.array(state.numbers.category)[list(state.layout.own_offers)]
    own = shares[:, list(state.layout.own_offers)]
    ours = np.stack([own[:, of_category == c].sum(axis=1) for c in range(len(state.layout.categories))], axis=1)
    remember_past(state.layout, state.params, state.seed, state.customers, rates, ours)
    return ours


def settle_goods(state: MarketState, scenario: Scenario, rates: Floats) -> None:
    """Fill the channel of a market whose reps have their accounts; ``rates`` as for :func:`settle_actors`."""
    with _under_baseline(state, scenario):
        settle_channel(state, rates, _shares_at_first_prices(state))


def _shares_at_first_prices(state: MarketState) -> Floats:
    """Of each customer's occasions the part that goes to each offer [N, offers], at the prices that are asked first."""
    with state.lend(("distributors.price", "rivals.price")):
        settled = state.rivals.price.copy()
        set_prices(state, None)
        state.rivals.price[:] = settled
    numbers = state.numbers
    return expected_shares(
        state.customers, state.network, state.boards.offers, numbers.choice, int(numbers.experience.ill)
    )


@contextmanager
def _under_baseline(state: MarketState, scenario: Scenario) -> Iterator[None]:
    book = state.schedule
    state.schedule = _Baseline({q: [Variant(fresh(rule), None)] for q, rule in scenario.warm_up.rules})
    try:
        yield
    finally:
        state.schedule = book


def _settle_rivals(state: MarketState) -> None:
    """Rivals' prices where their own rule leaves them, at the shares they believe in; as they are if it never rests."""
    seen = Competitor.see(state)
    price = seen.price
    for _ in range(state.params.start.steps):
        # Week 0 is one in which every rule that has a rhythm revises.
        after = state.rules.ask("rival_price", partial(replace, seen, week=0, price=price)).price
        if np.all(np.abs(after - price) <= _REST * np.abs(price)):
            with state.lend(("rivals.price",)):
                state.rivals.price[:] = after
            return
        price = after


def _settle_goodwill(state: MarketState) -> None:
    """Goodwill that this week's advertising of all brands would keep up for ever."""
    spend = np.tile(usual_advertising(state), (len(state.layout.brands), 1)).astype(np.float64)
    spend[state.layout.own_brand] = MarketDepartment.decide_advertising(state).spend
    goodwill = state.boards.goodwill
    for _ in range(state.params.start.steps):
        before = goodwill
        goodwill = adstock(before, spend, state.numbers.customers_of, state.numbers.advertising)
        if np.all(np.abs(goodwill - before) <= _REST * goodwill):
            break
    state.boards.goodwill = goodwill


def _settle_reps(state: MarketState) -> None:
    """What the baseline's routines keep up in reps: the phase that manages them, run on a copy of them until they rest.

    Review talks are drawn one by one and leave different memories: what they do is left to the warm-up.
    """
    trial = copy.copy(state)
    trial.reps, trial.managers = copy.deepcopy(state.reps), copy.deepcopy(state.managers)
    trial.books = copy.deepcopy(state.books)
    trial.params = _without_talks(state.params)
    trial.today = Today()
    at_rest = SimpleNamespace(
        gateway=InformationSystem.decide_gateway(state), replanned=np.zeros(len(state.territories), dtype=np.bool_)
    )
    trial.today.decided = cast(Decided, at_rest)
    for step in range(state.params.start.steps):
        before = [getattr(trial.reps, name).copy() for name in _ROUTINE_EFFECTS]
        trial.week = step % state.weeks
        with trial.lend(WRITES):
            manage(trial)
            trial.reps.maturity[:] = state.reps.maturity  # grows with service, which is settled apart
        moved = [np.abs(getattr(trial.reps, name) - old) for name, old in zip(_ROUTINE_EFFECTS, before, strict=True)]
        if max(float(change.max(initial=0.0)) for change in moved) <= _REST:
            break
    there = state.reps.active
    with state.lend([f"reps.{name}" for name in _ROUTINE_EFFECTS]):
        for name in _ROUTINE_EFFECTS:
            getattr(state.reps, name)[there] = getattr(trial.reps, name)[there]


def _without_talks(params: Params) -> Params:
    """``params`` in which a review talk leaves no trace."""
    management = params.management.model_copy(update={"feedback_mean": 0.0, "feedback_spread": 0.0})
    control = params.control.model_copy(update={"goal_d": 0.0, "fairness_on_motivation": 0.0})
    return params.model_copy(update={"management": management, "control": control})
