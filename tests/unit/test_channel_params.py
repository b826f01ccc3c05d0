"""Defaults of the channel: what they mean together, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from sim.kernels import stock_flow
from sim.params.channel import Channel
from sim.questions.ordering.order_up_to import OrderUpTo
from sim.questions.retail_price.markup import MarkUp
from sim.rng import uniform
from sim.solvers import order_rules
from tests.reference.channel import serve


def test_an_order_covers_the_weeks_until_the_next_one_arrives() -> None:
    numbers = Channel(order_cycle=3, lead_time=2, production_cycle=2, production_lead_time=5)
    assert (numbers.cover_weeks, numbers.production_cover_weeks) == (4.0, 6.0)


def test_default_gross_margin_is_within_the_aim() -> None:
    markup = MarkUp().markup
    assert 0.15 <= markup / (1 + markup) <= 0.20


@pytest.mark.parametrize("mean", [3, 6, 12])
def test_default_ordering_covers_three_to_six_weeks(mean: int) -> None:
    """Stock on hand over weekly sell-out, for offers that sell ``mean`` units a week in orders of three."""
    numbers, rule = Channel(), OrderUpTo()
    shape, keys = (12, 20), np.arange(12)
    stage = stock_flow.open_stage(np.full(shape, 5 * mean), numbers.lead_time)
    forecast = order_rules.open_forecast(np.full(shape, mean), np.sqrt(3 * mean), numbers.forecast_window)
    cover, sold, wanted = [], 0, 0
    for week in range(200):
        stock_flow.receive(stage, week)
        chances = uniform(5, 250, week, np.arange(240 * 4 * mean // 3)).reshape(*shape, -1)
        demand = 3 * (chances < 0.25).sum(axis=-1)
        sold += int(serve(stage, demand, waits=False).sum())
        wanted += int(demand.sum())
        order_rules.observe_moving_average(forecast, demand, week)
        target = order_rules.order_up_to_level(
            forecast.level, order_rules.error_deviation(forecast), numbers.cover_weeks, rule.safety_factor
        )
        target += rule.extra_cover * forecast.level
        order = np.rint(order_rules.order_up_to(target, stock_flow.inventory_position(stage))).astype(np.int64)
        stock_flow.request(stage, order * order_rules.orders_due(keys, week, numbers.order_cycle)[:, None])
        stock_flow.ship(stage, stage.owed.copy(), week, numbers.lead_time)
        if week >= 50:
            cover.append(stage.on_hand.mean() / mean)
    assert 3.0 <= np.mean(cover) <= 6.0
    assert sold / wanted > 0.98


def test_shares_of_the_unserved_cannot_exceed_one() -> None:
    with pytest.raises(ValidationError, match=r"unserved_wait \+ unserved_switch is 1\.2; expected at most 1"):
        Channel(unserved_wait=0.7, unserved_switch=0.5)
