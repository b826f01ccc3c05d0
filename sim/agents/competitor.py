"""Competitors: rival brands who watch their share, price their offers and promote them."""

from __future__ import annotations

from functools import partial
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.derived.rival_spending import usual_advertising
from sim.jit import sealed_array
from sim.questions.rival_campaign import RivalCampaigns
from sim.questions.rival_force import RivalCalls
from sim.questions.rival_margin import RivalMargins
from sim.questions.rival_poaching import RivalOffers
from sim.questions.rival_price import RivalPrices
from sim.rng import Decision
from sim.state import MarketState
from sim.state.table import NEVER
from sim.views import NEVER_ORDERED, CompetitorSeen, RivalBrandsSeen, RivalForceSeen, RivalStandingSeen

#: Index of the error of each thing that a rival compares with what is usual.
_SHARE, _EFFORT = 0, 1


class Competitor(mesa.Agent):
    """A rival brand with its offers."""

    def __init__(self, model: mesa.Model, name: str, offers: list[str]) -> None:
        super().__init__(model)
        self.name = name
        self.offers = offers

    @staticmethod
    def see(state: MarketState) -> CompetitorSeen:
        """What all rivals see of their offers."""
        rivals, place = state.rivals, state.boards.offers.rival
        return CompetitorSeen(
            week=state.calendar,
            luck=state.luck(Decision.RIVAL_PRICE),
            key=rivals.key,
            price=rivals.price,
            unit_cost=rivals.unit_cost,
            share=rivals.share,
            price_sensitivity=rivals.sensitivity,
            share_lost=_share_lost(state)[place[place >= 0]],
        )

    @staticmethod
    def see_campaigns(state: MarketState) -> RivalBrandsSeen:
        """What all rival brands see of our campaigns, with a lag and an error of their own."""
        key = state.numbers.rival_keys
        return RivalBrandsSeen(
            week=state.calendar,
            luck=state.luck(Decision.RIVAL_ADVERTISING),
            key=key,
            customers=state.territories.registered,
            usual=np.full((len(key), len(state.territories)), usual_advertising(state)),
            campaigns_seen=_campaigns_seen(state),
            share_lost=_share_lost(state),
        )

    @staticmethod
    def see_standing(state: MarketState, decision: Decision) -> RivalStandingSeen:
        """How all rival brands stand against what they hold for usual; ``decision`` keys their luck."""
        brands = state.rival_brands
        return RivalStandingSeen(
            week=state.calendar,
            luck=state.luck(decision),
            key=brands.key,
            share_lost=_lost(state, _SHARE),
            effort_lost=_lost(state, _EFFORT),
            margin=brands.margin,
        )

    @staticmethod
    def see_accounts(state: MarketState) -> RivalForceSeen:
        """What all rival brands see of their accounts, by their own sales as far and as late as they hear of them."""
        accounts, heard = state.rival_accounts, state.week - state.params.rival_force.sales_lag
        never = accounts.last_order == NEVER
        since = np.where(never, NEVER_ORDERED, np.maximum(heard - accounts.last_order, 0))
        return RivalForceSeen(
            week=state.calendar,
            luck=state.luck(Decision.RIVAL_FORCE),
            brand_key=state.rival_brands.key,
            usual_calls=state.rival_brands.usual_calls,
            share_lost=_share_lost(state),
            key=accounts.key,
            brand=accounts.brand,
            potential=accounts.potential,
            bought=accounts.bought,
            ordered=accounts.ordered,
            since_order=since.astype(np.int64),
        )

    @staticmethod
    def decide_prices(state: MarketState) -> RivalPrices:
        """Ask the rivals for their prices."""
        answer: RivalPrices = state.rules.ask("rival_price", partial(Competitor.see, state))
        return answer

    @staticmethod
    def decide_campaigns(state: MarketState) -> RivalCampaigns:
        """Ask the rivals what they spend on advertising and campaigns."""
        answer: RivalCampaigns = state.rules.ask("rival_campaign", partial(Competitor.see_campaigns, state))
        return answer

    @staticmethod
    def decide_calls(state: MarketState) -> RivalCalls:
        """Ask the rivals how many calls they plan on each of their accounts."""
        answer: RivalCalls = state.rules.ask("rival_force", partial(Competitor.see_accounts, state))
        return answer

    @staticmethod
    def decide_margins(state: MarketState) -> RivalMargins:
        """Ask the rivals what they leave their distributors beyond the usual."""
        see = partial(Competitor.see_standing, state, Decision.RIVAL_MARGIN)
        answer: RivalMargins = state.rules.ask("rival_margin", see)
        return answer

    @staticmethod
    def decide_offers(state: MarketState) -> RivalOffers:
        """Ask the rivals how many more offers than usual they make to our reps."""
        see = partial(Competitor.see_standing, state, Decision.RIVAL_POACHING)
        answer: RivalOffers = state.rules.ask("rival_poaching", see)
        return answer


def _campaigns_seen(state: MarketState) -> NDArray[Any]:
    """What each rival brand believes that we spent on campaigns in each territory [F, T]; nothing where nothing was spent."""
    key, numbers = state.numbers.rival_keys, state.params.rivals
    then = state.week - numbers.campaign_lag
    spent = state.territories.campaigns[:, max(then, 0)] * (then >= 0)
    if not spent.any():
        return np.zeros((len(key), len(spent)))
    error, spread = state.luck(Decision.RIVAL_WATCH).normal(key[:, None], state.territories.key), numbers.watch_error
    seen: NDArray[Any] = spent * np.exp(spread * error - 0.5 * spread**2)
    return seen


def _share_lost(state: MarketState) -> NDArray[np.float64]:
    """What each rival brand believes to have lost of its usual share of sales [F]; looked up once for all that is decided in a week."""
    if state.today.share_lost is None:
        state.today.share_lost = sealed_array(_lost(state, _SHARE))
    return state.today.share_lost


def _lost(state: MarketState, what: int) -> NDArray[np.float64]:
    """What each rival brand believes to have lost of its usual share of sales, or of effort [F]: late, with an error.

    Nothing is known of weeks before the first.
    """
    numbers, brands = state.params.rival_force, state.rival_brands
    then = state.week - 1 - numbers.share_lag
    if then < 0:
        return np.zeros(len(brands))
    kept = brands.share_kept if what == _SHARE else brands.effort_kept
    error, spread = state.luck(Decision.RIVAL_SHARE_SEEN).normal(brands.key, what), numbers.share_error
    lost: NDArray[np.float64] = 1.0 - kept[:, then] * np.exp(spread * error - 0.5 * spread**2)
    return lost
