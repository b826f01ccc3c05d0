"""V34 and V35: the beer game, from the simulator's stages and anchoring rule (Sterman 1989).

Four stages in series, in cases. Orders take two weeks to the supplier, goods two weeks back; brewing takes three
weeks from the order. All start in balance at 4 a week with 12 in stock; customers want 8 from week 5 on. Orders are
fixed at 4 in weeks 1-4. A case in stock costs .5 a week, a case owed 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from sim.kernels import stock_flow
from sim.kernels.stock_flow import Stage
from sim.solvers import order_rules

WEEKS, MAIL, LEAD, BREWING = 36, 2, 2, 3
Units = npt.NDArray[np.int64]


def _open(brewery: bool) -> Stage:
    stage = stock_flow.open_stage(np.array([12]), BREWING)
    four = np.array([4])
    stock_flow.request(stage, four * (BREWING if brewery else MAIL + LEAD))
    for lead in range(1, (BREWING if brewery else LEAD) + 1):
        stock_flow.ship(stage, four, 0, lead)
    return stage


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
            delivered = stock_flow.serve(stage, incoming[k], waits=True)
            if k:
                stock_flow.ship(stages[k - 1], delivered, week, LEAD)
            order_rules.observe_smoothing(forecasts[k], incoming[k], week, theta)
            costs[k] += 0.5 * stage.on_hand[0] + 1.0 * stage.backorders[0]
        for k, stage in enumerate(stages):
            rule = order_rules.anchor_and_adjust(
                forecasts[k].level,
                desired[k],
                stage.on_hand - stage.backorders,
                stage.owed + stage.in_transit,
                alpha,
                beta,
            )
            order = np.rint(rule).astype(np.int64) if week >= free_from else np.array([4])
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
