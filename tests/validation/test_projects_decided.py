"""Projects in special cases with a known answer: how many open, how long they last, and how they are decided."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.jit import sealed, sealed_array
from sim.kernels.demand_step import choosers
from sim.market import Market
from sim.phases.projects import choose_for
from sim.state.opportunities import OpenProjects
from sim.week import Phase
from tests.market.project_market import LINE, OURS, many_projects, project_market
from tests.validation.logit import choice_shares

#: A project that one person decides, whom no call moves: an occasion like any other.
PLAIN = {"category__line__deciders": 1, "params__projects__attention": 0.0}
SEEDS = range(1, 25)


def shares_of(market: Market, rows: np.ndarray) -> np.ndarray:
    """Choice probabilities of the customers in ``rows`` among lines, [n, offers + 1], by the logit of the kernel."""
    state = market.state
    who = choosers(state.customers, state.network, int(state.numbers.experience.ill))
    shares = np.empty((len(rows), len(state.layout.offers) + 1))
    choice_shares(
        sealed_array(rows.astype(np.uint32)), LINE, who, sealed(state.boards.offers), state.numbers.choice, shares
    )
    return shares


def errors_of(market: Market, each: int = 40, attention: float = 0.0) -> np.ndarray:
    """Deviation of how often each offer is chosen by ``each`` projects of all customers, in standard errors."""
    state, (_, columns) = market.state, many_projects(market, each)
    projects = OpenProjects(len(state.layout.attributes))
    with projects.lend(tuple(projects)):
        projects.append({**columns, "attention": np.full(len(columns["number"]), attention)})
    chosen = choose_for(state, projects, state.boards.offers).offer
    shares = shares_of(market, projects.customer)
    found = (
        np.bincount(chosen, minlength=shares.shape[1])
        if (chosen >= 0).all()
        else np.bincount(np.where(chosen < 0, shares.shape[1] - 1, chosen), minlength=shares.shape[1])
    )
    spread = np.sqrt((shares * (1 - shares)).sum(axis=0))
    wanted = shares.sum(axis=0)
    return (found - wanted)[spread > 0] / spread[spread > 0]


def test_one_decider_whom_no_call_moves_decides_by_the_logit() -> None:
    market = project_market(weeks=8, **PLAIN).run()
    errors = errors_of(market)
    assert len(errors) == 3 and np.abs(errors).max() < 4
    assert np.abs(errors_of(market, attention=0.5)).max() < 4, "without weight attention does nothing"


@pytest.mark.parametrize(
    "broken",
    [{"params__projects__attention": 1.0}, {"category__line__deciders": 3, "category__line__decider_price": 1.5}],
    ids=["attention", "deciders"],
)
def test_control_attention_and_other_deciders_are_seen(broken: dict[str, Any]) -> None:
    market = project_market(weeks=8, **{**PLAIN, **broken}).run()
    assert np.abs(errors_of(market, attention=0.5)).max() > 8


def test_projects_of_no_length_are_decided_by_the_logit_of_their_week() -> None:
    """In a running market, with the state that customers are in when they decide."""
    hurried = {"category__line__cycle_mean": 0.01, "customer_type__plant__project_rate": {"line": 25.0}}
    market = project_market(weeks=16, **PLAIN, **hurried)
    wanted, spread, won = 0.0, 0.0, 0.0

    def after(phase: Phase) -> None:
        nonlocal wanted, spread, won
        if phase.name == "demand" and market.state.today.demanded.decided is not None:
            decided = market.state.today.demanded.decided
            shares = shares_of(market, decided.projects.customer)[:, OURS]
            wanted, spread = wanted + shares.sum(), spread + (shares * (1 - shares)).sum()
            won += (decided.chosen.offer == OURS).sum()

    while market.running:
        market.run_week(observe=after)
    assert spread > 100
    assert abs(won - wanted) < 4 * np.sqrt(spread)


def test_openings_are_poisson_with_the_stated_rate() -> None:
    weeks = 13
    counts = np.array(
        [project_market(seed, weeks).run().results.measure("projects_opened").sum((1, 2)) for seed in SEEDS]
    )
    states = [project_market(seed).state for seed in SEEDS]
    rates = [np.array([t.project_rate["line"] for t in state.layout.customer_types]) for state in states]
    mean = np.array([(rate[state.customers.type] / 52).sum() for rate, state in zip(rates, states, strict=True)])
    expected = mean.sum() * weeks
    assert abs(counts.sum() - expected) < 4 * np.sqrt(expected)
    # Of a Poisson count, the sum of (n − λ)²/λ has mean 1 a week and variance 2 + 1/λ.
    dispersion = ((counts - mean[:, None]) ** 2 / mean[:, None]).mean()
    assert abs(dispersion - 1) < 4 * np.sqrt((2 + (1 / mean).mean()) / counts.size)
    correlation = np.corrcoef(counts[:, 1:].ravel(), counts[:, :-1].ravel())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(counts.size) + 0.05


@pytest.mark.parametrize(("mean", "shape"), [(9.0, 2.0), (6.0, 0.8), (1.5, 1.0)])
def test_the_mean_cycle_is_the_stated_one(mean: float, shape: float) -> None:
    market = project_market(category__line__cycle_mean=mean, category__line__cycle_shape=shape)
    _, columns = many_projects(market, 30)
    weeks = columns["stage_end"][:, -1] - columns["opened"]
    error = weeks.std() / np.sqrt(len(weeks))
    assert abs(weeks.mean() - mean) < 4 * error
    # Whole weeks of a gamma length from a moment that is even over a week: a sixth more variance or less.
    assert weeks.var() == pytest.approx(mean**2 / shape, rel=0.1, abs=0.3)
    reached = columns["stage_end"]
    assert (np.diff(reached, axis=1) >= 0).all() and (reached[:, 0] >= columns["opened"]).all()
    spent = np.diff(np.column_stack([columns["opened"], reached]), axis=1).mean(axis=0) / mean
    np.testing.assert_allclose(spent, market.scenario.world.categories[LINE].stage_shares, atol=4 * error / mean)


def test_the_pipeline_is_stationary_from_the_first_week() -> None:
    """As many are open at the start as later, as many decided in the first weeks as opened, and as old when decided."""
    first, later, opened, decided, weeks, ended = (np.zeros(len(SEEDS)) for _ in range(6))
    for k, seed in enumerate(SEEDS):
        market = project_market(seed, 10)
        first[k] = len(market.state.opportunities.projects)
        results = market.run().results
        later[k] = results.measure("projects_open")[-1].sum()
        opened[k], decided[k] = (results.measure(f"projects_{name}").sum() for name in ("opened", "decided"))
        weeks[k], ended[k] = results.measure("project_weeks").sum(), decided[k]
    rate = (0.6 * 0.4 + 0.4 * 1.6) / 52 * 600
    for found, expected in ((first, rate * 9.0), (later, rate * 9.0), (opened, rate * 10), (decided, rate * 10)):
        assert abs(found.mean() - expected) < 4 * np.sqrt(expected / len(SEEDS)) + 0.02 * expected
    each = weeks / ended
    assert abs(each.mean() - 9.0) < 4 * each.std(ddof=1) / np.sqrt(len(SEEDS))


def test_control_a_pipeline_that_starts_empty_is_seen() -> None:
    """Among projects that opened after the start and are decided in ten weeks, long ones are missing."""
    market = project_market(1, 10)
    with market.state.opportunities.projects.lend(tuple(market.state.opportunities.projects)):
        market.state.opportunities.projects.keep(np.zeros(len(market.state.opportunities.projects), np.bool_))
    card = market.run().results.scorecard.set_index("kpi")["value"]
    assert card["opportunity_cycle"] < 6.0


def test_more_attention_never_loses_us_a_project() -> None:
    market = project_market(weeks=6).run()
    state, (_, columns) = market.state, many_projects(market, 20)
    won = []
    for attention in (0.0, 0.2, 0.6, 1.0):
        projects = OpenProjects(len(state.layout.attributes))
        with projects.lend(tuple(projects)):
            projects.append({**columns, "attention": np.full(len(columns["number"]), attention)})
        won.append(choose_for(state, projects, state.boards.offers).offer == OURS)
    for less, more in pairwise(won):
        assert not (less & ~more).any()
        assert more.sum() > less.sum()


#: Nothing that calls or purchases change moves a choice, but for attention.
UNMOVED = {
    "params__choice__loyalty": 0.0,
    "params__choice__satisfaction": 0.0,
    "params__choice__neighbours": 0.0,
    "params__choice__relationship": 0.0,
    "params__awareness__visit": 0.0,
    "params__talk__weak": 0.0,
    "params__talk__strong": 0.0,
    "policy__rival_price__kind": "hold",
}


def test_a_run_in_which_attention_counts_wins_all_that_it_won_without() -> None:
    """Same projects, same luck: each that is won without attention stays won, and others are won besides."""
    won = []
    for weight in (0.0, 1.0, 3.0):
        market = project_market(3, 20, **{**UNMOVED, "params__projects__attention": weight})
        found = set()
        while market.running:
            market.run_week()
            decided = market.state.today.demanded.decided
            assert decided is not None
            ours = decided.chosen.offer == OURS
            found |= set(
                zip(decided.projects.customer[ours].tolist(), decided.projects.number[ours].tolist(), strict=True)
            )
        won.append(found)
    assert won[0] < won[1]
    assert won[0] < won[2]
