"""V34 and V35: the beer game, by the order rule ``anchoring`` of the market's distributors (Sterman 1989).

Four stages in series, in cases. Orders take two weeks to the supplier, goods two weeks back; brewing takes three
weeks from the order. All start in balance at 4 a week with 12 in stock; customers want 8 from week 5 on. Orders are
fixed at 4 in weeks 1-4. A case in stock costs .5 a week, a case owed 1. The game's mail is the only thing that the
market's channel has not: stages, forecasts and the rule, which answers what a distributor sees, are those of the week.
The last tests play it on the week's own phase.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim.kernels import stock_flow
from sim.kernels.stock_flow import Stage
from sim.questions.ordering.anchoring import AnchorAndAdjust
from sim.solvers import order_rules
from sim.solvers.order_rules import Forecast
from tests.policies.views import make_view
from tests.validation.serial_chain import Reals, open_chain, scenario_of

WEEKS, MAIL, LEAD, BREWING = 36, 2, 2, 3
Units = npt.NDArray[np.int64]


def _open(brewery: bool) -> Stage:
    stage = stock_flow.open_stage(np.array([12]), BREWING)
    four = np.array([4])
    stock_flow.request(stage, four * (BREWING if brewery else MAIL + LEAD))
    for lead in range(1, (BREWING if brewery else LEAD) + 1):
        stock_flow.ship(stage, four, 0, lead)
    return stage


def seen(stage: Stage, forecast: Forecast) -> Any:
    """What a distributor of the market sees, of one offer, in the place of this stage."""
    return replace(
        make_view("ordering", 1),
        on_hand=stage.on_hand[None],
        on_order=(stage.owed + stage.in_transit)[None],
        owed=stage.backorders[None],
        expected=forecast.level[None],
    )


def play(
    theta: float, alpha: float, beta: float, desired: tuple[float, ...], free_from: int = 5
) -> tuple[npt.NDArray[np.float64], Units]:
    """Costs of retailer, wholesaler, distributor and factory, and their orders [stage, week]."""
    stages = [_open(brewery=k == 3) for k in range(4)]
    forecasts = [order_rules.open_forecast(np.array([4.0]), 0, 1) for _ in stages]
    mail = np.full((3, MAIL, 1), 4)
    costs, orders = np.zeros(4), np.zeros((4, WEEKS), dtype=np.int64)
    for week in range(1, WEEKS + 1):
        slot = week % MAIL
        incoming = [np.array([4 if week < 5 else 8]), *mail[:, slot].copy()]
        for stage in stages:
            stock_flow.receive(stage, week)
        for k, stage in enumerate(stages):
            wanted = stage.backorders + incoming[k]
            delivered = np.minimum(stage.on_hand, wanted)
            stock_flow.settle(stage, delivered, wanted - delivered)
            if k:
                stock_flow.ship(stages[k - 1], delivered, week, LEAD)
            order_rules.observe_smoothing(forecasts[k], incoming[k], week, theta)
            costs[k] += 0.5 * stage.on_hand[0] + 1.0 * stage.backorders[0]
        for k, stage in enumerate(stages):
            rule = AnchorAndAdjust(alpha=alpha, beta=beta, desired_units=desired[k])
            wish = rule.answer(seen(stage, forecasts[k])).quantity[0]
            order = np.rint(wish).astype(np.int64) if week >= free_from else np.array([4])
            stock_flow.request(stage, order)
            orders[k, week - 1] = order[0]
            if k < 3:
                mail[k, slot] = order
            else:
                stock_flow.ship(stage, order, week, BREWING)
            stock_flow.check_stage(stage, f"stage {k}, week {week}")
    return costs, orders


def test_v34_beer_game_benchmark() -> None:
    costs, _ = play(0.0, 1.0, 1.0, (28, 28, 28, 20))
    assert costs.tolist() == [46.0, 50.0, 54.0, 54.0]


def test_v34_control_another_timing_or_rule_misses() -> None:
    free_at_once, _ = play(0.0, 1.0, 1.0, (28, 28, 28, 20), free_from=1)
    assert free_at_once.tolist() != [46.0, 50.0, 54.0, 54.0]
    supply_line_forgotten, _ = play(0.0, 1.0, 0.5, (28, 28, 28, 20))
    assert supply_line_forgotten.sum() > 2 * 204


def test_v35_beer_game_with_human_means() -> None:
    costs, orders = play(0.36, 0.26, 0.34, (17, 17, 17, 17))
    assert costs.sum() == pytest.approx(2694.0)
    assert orders.max(axis=1).tolist() == [11, 17, 27, 33]
    assert costs.sum() > 5 * 204


def test_v34_desired_stock_in_weeks_of_a_forecast_that_never_moves_is_the_same() -> None:
    """By ``desired_cover`` S' follows the forecast; at θ = 0 it stays at 4, and 7 weeks of it are 28 cases."""
    stage, forecast = _open(brewery=False), order_rules.open_forecast(np.array([4.0]), 0, 1)
    fixed, cover = AnchorAndAdjust(alpha=1.0, beta=1.0, desired_units=28.0), AnchorAndAdjust(alpha=1.0, beta=1.0)
    cover = cover.model_copy(update={"desired_cover": 7.0})
    view = seen(stage, forecast)
    np.testing.assert_array_equal(fixed.answer(view).quantity, cover.answer(view).quantity)
    twice = replace(view, expected=2 * view.expected)
    assert (cover.answer(twice).quantity > fixed.answer(twice).quantity).all()


# ---- on the week's own phase -----------------------------------------------------------------------------------------

CASE = 1000
STERMAN = {
    "policy.ordering.kind": "anchoring",
    "params.channel.lead_time": 3,
    "params.channel.sub_lead_time": 3,
    "params.channel.production_lead_time": 3,
    "params.channel.forecast": "exponential",
    "params.channel.smoothing": 0.36,
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_of(tmp_path_factory.mktemp("beer"), 1)


def step_up(scenario: Path, alpha: float, beta: float, weeks: int = WEEKS) -> Reals:
    """Orders of a sub-distributor, of its supplier and production [stage, week], in cases; 4 a week, 8 from week 5 on."""
    people = {
        "policy.ordering.alpha": alpha,
        "policy.ordering.beta": beta,
        "policy.ordering.desired_units": 17.0 * CASE,
    }
    chain = open_chain(scenario, weeks, subs=1, **{**STERMAN, **people})
    chain.stock_up(12 * CASE, 12 * CASE)
    state = chain.state
    on_the_way = np.zeros_like(state.goods.channel.on_hand)
    on_the_way[[chain.sub, chain.main], chain.columns] = 4 * CASE
    for lead in (1, 2, 3):
        with state.lend(("channel.owed", "channel.in_transit", "channel.pipeline")):
            stock_flow.request(state.goods.channel, on_the_way)
            stock_flow.ship(state.goods.channel, on_the_way, -1, lead)
    chain.expect(4 * CASE)
    return chain.play(np.where(np.arange(weeks)[:, None] < 4, 4.0, 8.0) * CASE)[..., 0] / CASE


def test_v35_in_the_market_people_who_forget_what_is_on_its_way_amplify(scenario: Path) -> None:
    human = step_up(scenario, 0.26, 0.34).max(axis=1)
    assert 8 < human[0] < human[1] < human[2]
    mindful = step_up(scenario, 0.26, 1.0).max(axis=1)
    assert (mindful[:2] < human[:2]).all()
