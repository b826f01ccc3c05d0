"""Rows V01, V02, V04, V13: diffusion in a complete network, its timing, small worlds, adstock."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from sim.jit import jit
from sim.kernels.demand_step import spread_week
from sim.kernels.goodwill import adstock, advertising_hazard
from sim.network import no_ties, small_world, to_networkx
from sim.params.customers import Advertising, Awareness, Talk, advertising_numbers, spread_numbers
from sim.rng import Decision, draw32, stream
from sim.state.customers import make_customers
from tests.kernels.demand_market import no_visits

Floats = NDArray[np.float64]
P, Q, DT, YEARS = 0.03, 0.38, 0.05, 30
N, BRANDS, SEEDS = 10_000, 8, 25  # brands draw independently: 8 brands × 25 seeds are 200 markets

#: Rates are a year's here, so the unit of time of the special case is the year.
ADVERTISING = Advertising(strength=P, elasticity=0.24)
TALK = Talk(imitation=Q)
AWARENESS = Awareness(forgetting=0.0)


def bass(t: Floats) -> Floats:
    """Closed form of Bass (1969)."""
    decay = np.exp(-(P + Q) * t)
    return (1.0 - decay) / (1.0 + Q / P * decay)


def diffuse(seeds: int, dt: float, years: int) -> Floats:
    """Share that knows each brand, [markets, ticks + 1]: all who know it speak of it, in a complete network."""
    ticks = round(years / dt)
    hazard = np.tile(advertising_hazard(np.ones((1, 1)), advertising_numbers(ADVERTISING, dt)), (BRANDS, 1))
    numbers = spread_numbers(AWARENESS, TALK, dt)
    network = no_ties(N, complete=True)
    bit = np.arange(BRANDS)
    shares = np.zeros((seeds * BRANDS, ticks + 1))
    for seed in range(seeds):
        customers = make_customers(N, brands=BRANDS, categories=1, attributes=0, marks=0)
        with customers.lend(["aware", "speaks"]):
            for tick in range(ticks):
                spread_week(customers, network, hazard, no_visits(), np.zeros(BRANDS), numbers, seed=seed, tick=tick)
                customers.speaks[:] = (customers.aware[:, np.newaxis] >> bit) & 1
                shares[seed * BRANDS : (seed + 1) * BRANDS, tick + 1] = customers.speaks.mean(axis=0)
    return shares


@pytest.fixture(scope="module")
def markets() -> Floats:
    return diffuse(SEEDS, DT, YEARS)


def deviation(shares: Floats, dt: float) -> float:
    return float(np.abs(shares.mean(axis=0) - bass(np.arange(shares.shape[1]) * dt)).max())


def test_v01_bass_diffusion_in_a_complete_network(markets: Floats) -> None:
    assert deviation(markets, DT) < 0.01


def test_v01_control_a_tick_of_a_year_misses_the_curve() -> None:
    assert deviation(diffuse(2, 1.0, YEARS), 1.0) > 0.03


def learning_hazard(known: float, rows: int = 2_000_000, dt: float = 1.0) -> float:
    """Hazard at which customers of a complete network learn of a brand that the share ``known`` of all speak of.

    Read off a step of the engine: it makes those aware whose draw is below the chance, so that the chance lies between
    the highest draw of who learns and the lowest of who does not.
    """
    customers = make_customers(rows, brands=1, categories=1, attributes=0, marks=0)
    customers.fill({"speaks": (np.arange(rows) < round(known * rows))[:, np.newaxis]})
    hazard = advertising_hazard(np.ones((1, 1)), advertising_numbers(ADVERTISING, dt))
    numbers = spread_numbers(AWARENESS, TALK, dt)
    with customers.lend(["aware"]):
        spread_week(customers, no_ties(rows, complete=True), hazard, no_visits(), np.zeros(1), numbers, seed=2, tick=0)
    draws = draw32_of(stream(2, Decision.AWARENESS, 0), customers.key)
    learns = customers.aware > 0
    return float(-np.log1p(-0.5 * (draws[learns].max() + draws[~learns].min())) / dt)


@jit
def draw32_of(luck: np.uint64, keys: NDArray[np.uint32]) -> NDArray[np.float32]:
    """The engine's draw of every customer for the first brand."""
    drawn = np.empty(keys.size, np.float32)
    for i in range(keys.size):
        drawn[i] = draw32(luck, np.uint64(keys[i]), np.uint64(0))
    return drawn


def test_v02_peak_of_diffusion_from_the_engines_own_hazards() -> None:
    """The hazard of a step of awareness and talk is p + qF; the peak is that of the flow it makes."""
    outside, imitation = learning_hazard(0.0), learning_hazard(1.0) - learning_hazard(0.0)
    for known in (0.25, 0.5, 0.75):
        assert learning_hazard(known) == pytest.approx(outside + imitation * known, rel=3e-5)

    def rate(known: float) -> float:
        return (outside + imitation * known) * (1.0 - known)

    best = minimize_scalar(lambda known: -rate(known), bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-10})

    def reach(_: float, y: Floats) -> float:
        return float(y[0] - best.x)

    reach.terminal = True  # type: ignore[attr-defined]
    run = solve_ivp(lambda _, y: [rate(y[0])], (0.0, 30.0), [0.0], events=reach, rtol=1e-10, atol=1e-12)
    assert run.t_events[0][0] == pytest.approx(6.1926, abs=2e-4)
    assert rate(best.x) == pytest.approx(0.11059, abs=1e-5)
    assert best.x == pytest.approx(0.46053, abs=1e-4)


def test_v02_agents_peak_at_the_same_time(markets: Floats) -> None:
    mean = markets.mean(axis=0)
    time = (np.arange(mean.size - 1) + 0.5) * DT
    rate = np.diff(mean) / DT
    near = np.abs(time - time[np.argmax(rate)]) < 2.0
    curve = np.polynomial.Polynomial.fit(time[near], rate[near], 4)
    top = minimize_scalar(lambda t: -curve(t), bounds=(4.5, 8.0), method="bounded").x
    assert top == pytest.approx(6.1926, abs=0.15)
    assert curve(top) == pytest.approx(0.11059, abs=0.004)
    assert np.interp(top, np.arange(mean.size) * DT, mean) == pytest.approx(0.46053, abs=0.03)


def small_world_figures(rewiring: float, seed: int) -> tuple[float, float]:
    """Clustering and mean path length of 1,000 customers with 10 ties each."""
    network = small_world(np.arange(1000, dtype=np.uint32), degree=10, rewiring=rewiring, strong_share=0.3, seed=seed)
    ends = (np.ones(len(network.neighbours)), network.neighbours.astype(np.int32), network.indptr.astype(np.int32))
    lengths = shortest_path(csr_array(ends, shape=(1000, 1000)), unweighted=True)
    return float(nx.average_clustering(to_networkx(network))), float(lengths.sum() / (1000 * 999))


def test_v04_small_world_clustering_and_path_length() -> None:
    ring_clustering, ring_length = small_world_figures(0.0, 1)
    assert ring_clustering == pytest.approx(2.0 / 3.0, abs=1e-12)
    rewired = np.array([small_world_figures(0.01, seed) for seed in range(6)]).mean(axis=0)
    assert rewired[0] / ring_clustering == pytest.approx(0.970, abs=0.010)
    assert rewired[1] / ring_length == pytest.approx(0.17, abs=0.04)


def test_v04_control_a_random_graph_is_no_small_world() -> None:
    clustering, length = small_world_figures(1.0, 1)
    assert clustering / (2.0 / 3.0) < 0.1
    assert length / 50.45 < 0.10


def pulse(half_life: float, dt: float = 1.0, weeks: int = 400) -> Floats:
    """Goodwill in each tick after spending in the first one only."""
    numbers = advertising_numbers(Advertising(half_life=half_life, reference_spend=1.0), dt)
    goodwill = np.zeros((1, 1))
    path = []
    for tick in range(round(weeks / dt)):
        goodwill = adstock(goodwill, [[100.0 if tick == 0 else 0.0]], [100], numbers)
        path.append(goodwill.item())
    return np.array(path)


def test_v13_adstock_half_life_and_multiplier() -> None:
    path = pulse(3.0)
    assert path[1] / path[0] == pytest.approx(0.7937, abs=5e-5)
    assert path.sum() / path[0] == pytest.approx(4.847, abs=5e-4)
    assert path[3] / path[0] == pytest.approx(0.5, abs=1e-12)
    assert path.sum() == pytest.approx(1.0)  # spending is spread over time, none is lost
    fine = pulse(3.0, dt=0.5)
    assert fine[6] / fine[0] == pytest.approx(0.5, abs=1e-12)


def test_v13_control_another_half_life_fails() -> None:
    path = pulse(4.0)
    assert abs(path.sum() / path[0] - 4.847) > 1.0
    assert math.isclose(path[4] / path[0], 0.5)
