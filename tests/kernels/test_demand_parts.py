"""Parts of the demand engine: distributions, boards, goodwill, relationship, order sizes, guards."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from sim.jit import jit
from sim.kernels.board import appeal, make_need_board, make_offer_board, replacement_table
from sim.kernels.choice import order_units
from sim.kernels.demand_step import Visits, crowd, relationship_week, spread_week
from sim.kernels.goodwill import advertising_hazard
from sim.kernels.gumbel import gumbel_of, log32
from sim.kernels.normal import normal_of, normal_quantile
from sim.kernels.relationship import adbudg
from sim.network import no_ties
from sim.params.customers import (
    Advertising,
    Awareness,
    Choice,
    Experience,
    Needs,
    Talk,
    advertising_numbers,
    choice_numbers,
    relationship_numbers,
    spread_numbers,
)
from sim.rng import Decision, draw32, stream, uniform
from tests.kernels.demand_market import make_market


def test_logarithm_is_right_to_two_units_in_the_last_place() -> None:
    x = np.exp(np.linspace(-20.0, 5.0, 4001)).astype(np.float32)
    x = np.append(x, np.nextafter(np.float32(1), np.float32([0, 2])))
    exact = np.log(x.astype(np.float64))
    got = np.array([log32(v) for v in x], np.float64)
    assert (np.abs(got - exact) <= 2 * np.spacing(np.abs(exact).astype(np.float32))).all()


def test_gumbel_draws_have_their_distribution() -> None:
    luck = stream(1, Decision.CHOICE, 0)
    draws = np.array([draw32(luck, np.uint64(i), np.uint64(0)) for i in range(20_000)])
    gumbel_of(draws)
    assert stats.kstest(draws, "gumbel_r").pvalue > 1e-4
    ends = np.array([2.0**-24, 1.0 - 2.0**-24], np.float32)
    gumbel_of(ends)
    assert np.isfinite(ends).all()


def test_normal_quantile_over_its_whole_range() -> None:
    u = np.concatenate(([2.0**-53, 1e-9, 0.02425, 1 - 1e-9], np.linspace(0.001, 0.999, 999)))
    got = np.array([normal_quantile(v) for v in u])
    np.testing.assert_allclose(got, ndtri(u), rtol=2e-9, atol=1e-9)
    together = np.empty(len(u))
    normal_of(u, together)
    assert (together == got).all()


@jit
def draw_units(size: np.uint64, rounding: np.uint64, mean: float, spread: float, out: np.ndarray) -> None:
    for i in range(out.size):
        out[i] = order_units(size, rounding, np.uint32(i), 0, mean, spread)


@pytest.mark.parametrize(("mean", "spread"), [(3.0, 0.0), (2.6, 0.0), (12.0, 0.5), (0.4, 0.0)])
def test_order_sizes_are_whole_at_least_one_and_keep_their_mean(mean: float, spread: float) -> None:
    out = np.empty(100_000, np.int64)
    draw_units(stream(1, Decision.ORDER_SIZE, 0), stream(1, Decision.ORDER_ROUNDING, 0), mean, spread, out)
    assert out.min() >= 1
    assert out.mean() == pytest.approx(max(mean, 1.0), rel=0.01)
    if spread == 0.0 and mean == 3.0:
        assert (out == 3).all()


def test_replacement_table_gives_the_mean_life() -> None:
    for mean, shape in ((60.0, 2.0), (20.0, 1.0)):
        for dt in (1.0, 0.5):
            hazard = replacement_table([mean], [shape], dt, ages=4000)[0]
            survival = np.cumprod(1.0 - hazard)
            assert survival.sum() * dt == pytest.approx(mean + dt / 2, rel=1e-3)
    assert (replacement_table([np.inf], [1.0]) == 0.0).all()
    wear_free = replacement_table([20.0], [1.0])[0]
    assert np.ptp(wear_free[1:]) < 1e-12


def test_boards_refuse_what_does_not_fit() -> None:
    market = make_market(10)
    fields = market.offers._asdict()
    given = {
        name: fields[name] for name in fields if name not in ("first", "brands_of", "rival", "variant", "variant_usual")
    }
    category = np.repeat([0, 1], 6)
    assert make_offer_board(category=category, **given).first.tolist() == [0, 6, 12]
    with pytest.raises(ValueError, match="sorted by category"):
        make_offer_board(category=category[::-1], **given)
    for name in ("price", "available", "quality", "outside"):
        with pytest.raises(ValueError, match=name):
            make_offer_board(category=category, **(given | {name: fields[name][..., :-1]}))
    board = make_need_board(
        activity=[[1.0]],
        mix=[[2.0, 0.0, 6.0]],
        durable=[False] * 3,
        first_need=[[0.0] * 3],
        replacement=np.zeros((3, 2)),
    )
    assert board.mix.tolist() == [[0.25, 0.25, 1.0]]


def test_appeal_adds_up_by_distributor_and_type() -> None:
    numbers = choice_numbers(Choice(quality=2.0), Experience())
    got = appeal([1.0, 2.0], [0.5, 0.0], [[0.0, 0.1], [0.2, 0.0]], numbers, by_type=[[0.0, 0.0], [1.0, -1.0]], types=2)
    assert got[0] == pytest.approx(np.array([[2.0, 2.1], [3.0, 1.1]]))
    assert got[1] == pytest.approx(np.array([[2.2, 2.0], [3.2, 1.0]]))


def test_advertising_has_its_elasticity_and_none_without_goodwill() -> None:
    numbers = advertising_numbers(Advertising())
    hazard = advertising_hazard([[0.0, 1.0, 2.0]], numbers)[0]
    assert hazard[0] == 0.0
    assert hazard[1] == pytest.approx(Advertising().strength)
    assert np.log(hazard[2] / hazard[1]) / np.log(2.0) == pytest.approx(Advertising().elasticity)


def test_season_and_growth_are_one_where_they_are_off() -> None:
    assert [Needs().activity(week) for week in (0, 13, 400)] == [1.0] * 3
    needs = Needs(season_swing=0.2, season_peak=10.0, growth=0.1)
    assert needs.activity(10 + 52) == pytest.approx(1.2 * 1.1 ** (62 / 52))


def test_relationship_reaches_the_adbudg_level_of_steady_calls() -> None:
    market = make_market(3, degree=2)
    numbers = market.behaviour.relationship
    calls = Visits(np.array([1, 2, 2]), np.array([1, 1, 1]), np.array([0.5, 0.7, 0.8], np.float32))
    with market.customers.lend(["relationship"]):
        for _ in range(300):
            relationship_week(market.customers, calls, relationship_numbers(numbers))
    half = numbers.half_calls**numbers.shape
    expected = [adbudg(x, numbers.least, numbers.most, numbers.shape, half) for x in (0.0, 0.5, 1.5)]
    assert market.customers.relationship.tolist() == pytest.approx(expected, abs=1e-4)


def test_a_complete_network_hears_everybody() -> None:
    market = make_market(1000)
    c = market.customers
    c.fill({"speaks": np.tile([[1, 0, -1], [1, 0, 1]], (500, 1)), "aware": 0})
    assert crowd(c, 4).tolist() == [1.0, 0.0, -0.5]
    numbers = spread_numbers(Awareness(), Talk(imitation=0.5))
    none = np.zeros((3, 3))
    with c.lend(["aware"]):
        spread_week(c, no_ties(1000, complete=True), none, market.visits, [0, 0, 0], numbers, seed=1, tick=0)
    learnt = [(c.aware >> b & 1).mean() for b in range(3)]
    u = uniform(1, Decision.AWARENESS, 0, c.key, 0)
    assert learnt[0] == pytest.approx((u < 1 - np.exp(-0.5)).mean(), abs=1e-3)
    assert learnt[1:] == [0.0, 0.0]


def test_a_phase_that_was_not_lent_its_columns_stops_at_once() -> None:
    market = make_market(50)
    with pytest.raises(PermissionError, match="aware"):
        spread_week(
            market.customers,
            market.network,
            market.hazard,
            market.visits,
            [1, 0, 0],
            spread_numbers(Awareness(), Talk()),
            seed=1,
            tick=0,
        )
