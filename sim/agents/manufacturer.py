"""The manufacturer: pays, sizes its sales force, makes offers to distributors, runs the plant."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.agents.headquarters import Headquarters
from sim.derived.plant_volume import owed_by_plant, shared_part, units_possible
from sim.kernels.stock_flow import inventory_position
from sim.questions.distributor_calls import DistributorCalls
from sim.questions.head_count import HeadCount
from sim.questions.pay import PayPlan
from sim.questions.production import Production
from sim.questions.recruiting import Recruiting
from sim.questions.retention import Retention
from sim.questions.sharing_contract import SharingOffer
from sim.rng import Decision
from sim.solvers.order_rules import error_deviation
from sim.state import MarketState
from sim.views import PartnersSeen, PlantSeen, RetentionSeen


class Manufacturer(Headquarters):
    """The firm: two or more product companies with one marketing centre."""

    @staticmethod
    def see_partners(state: MarketState) -> PartnersSeen:
        """What the firm knows of its distributors."""
        distributors = state.distributors
        return PartnersSeen(
            week=state.calendar,
            luck=state.luck(Decision.SHARING_CONTRACT),
            key=distributors.key,
            territory=distributors.territory,
            purchases=np.where(distributors.supplier < 0, distributors.purchases, 0.0),
            supplier=distributors.supplier,
            shares_data=distributors.shares_data,
            payment=distributors.payment,
        )

    @staticmethod
    def see_plant(state: MarketState, share: float | None = None) -> PlantSeen:
        """What production planning sees; ``share`` is the shared part of the volume, where that is known already."""
        return PlantSeen(
            week=state.calendar,
            luck=state.luck(Decision.PRODUCTION),
            on_hand=state.goods.plant.on_hand,
            in_production=inventory_position(state.goods.plant)
            - state.goods.plant.on_hand
            + state.goods.plant.backorders,
            owed=np.add.reduce(owed_by_plant(state), axis=0),
            expected=state.goods.plant_forecast.level,
            deviation=error_deviation(state.goods.plant_forecast),
            shared_expected=state.goods.shared_forecast.level,
            shared_deviation=error_deviation(state.goods.shared_forecast),
            shared_share=shared_part(state) if share is None else share,
            cover=state.params.channel.production_cover_weeks,
            capacity=units_possible(state),
        )

    @staticmethod
    def see_leavers(state: MarketState, offer: NDArray[np.float64], attainment: NDArray[np.float64]) -> RetentionSeen:
        """What the firm sees of its reps and of the ``offer`` [R] each has (pay a week, 0 without)."""
        reps = state.reps
        return RetentionSeen(
            week=state.calendar,
            luck=state.luck(Decision.RETENTION),
            key=reps.key,
            territory=reps.territory,
            attainment=attainment,
            pay=reps.pay,
            offer=offer,
        )

    @staticmethod
    def decide_pay(state: MarketState) -> PayPlan:
        """Ask for this week's pay terms by territory."""
        answer: PayPlan = Manufacturer.ask_by_territory(state, "pay", Decision.PAY)
        return answer

    @staticmethod
    def decide_head_count(state: MarketState) -> HeadCount:
        """Ask for the positions of every territory."""
        room = np.bincount(state.reps.territory, minlength=len(state.layout.territories))
        answer: HeadCount = Manufacturer.ask_by_territory(state, "head_count", Decision.HEAD_COUNT, room=room)
        return answer

    @staticmethod
    def decide_distributor_calls(state: MarketState) -> DistributorCalls:
        """Ask for the hours that the reps of every territory spend on its distributors."""
        answer: DistributorCalls = Manufacturer.ask_by_territory(state, "distributor_calls", Decision.DISTRIBUTOR_CALLS)
        return answer

    @staticmethod
    def decide_sharing_offer(state: MarketState) -> SharingOffer:
        """Ask what is offered to each distributor for its data."""
        see = partial(Manufacturer.see_partners, state)
        answer: SharingOffer = state.rules.ask("sharing_contract", see, state.distributors.territory)
        return answer

    @staticmethod
    def decide_production(state: MarketState, share: float | None = None) -> Production:
        """Ask what the plant starts this week; ``share`` is as in :meth:`see_plant`."""
        answer: Production = state.rules.ask("production", partial(Manufacturer.see_plant, state, share))
        return answer

    @staticmethod
    def decide_recruiting(state: MarketState) -> Recruiting:
        """Ask by which channel and process the vacancies of every territory are filled."""
        answer: Recruiting = Manufacturer.ask_by_territory(state, "recruiting", Decision.RECRUITING)
        return answer

    @staticmethod
    def decide_retention(
        state: MarketState, offer: NDArray[np.float64], attainment: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Ask what reps who have an ``offer`` [R] (pay a week, 0 without) get for staying, minor units [R]."""
        if not offer.any():
            return np.zeros(len(state.reps), dtype=np.int64)
        see = partial(Manufacturer.see_leavers, state, offer, attainment)
        answer: Retention = state.rules.ask("retention", see, state.reps.territory)
        bonus: NDArray[np.int64] = np.where(offer > 0, answer.stay_bonus, 0).astype(np.int64)
        return bonus
