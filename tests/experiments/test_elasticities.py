"""Elasticities: known ones are found, reported with the interval of the seeds, and mistakes are explained."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.comparison.elasticities import COLUMNS, measure_elasticities
from experiments.comparison.elasticity_table import Measured, Windows
from experiments.comparison.sales_by_week import CALLS, REPS, SERVED, sales_part
from experiments.runs.numbers import Numbers
from experiments.runs.run import Run
from sim.errors import InputErrors
from sim.scenario import Scenario

PRICE, BUDGET, CALLED, CALLED_SERVED = -2.0, 0.1, 0.3, 0.4
#: By which a change works more in the long run than in the first weeks.
LATER = 1.3
BASE = Scenario.load("tiny", policy="status_quo")


def known_market(run: Run, own_luck: float = 1.0, accounts: bool = True) -> Numbers:
    """A market with constant elasticities; every seed has a luck of its own, common to all that is moved."""
    world, own = BASE.world, BASE.world.own_offers
    given = dict(run.base.settings)
    hours = given.get("params.hours.selling_per_call", BASE.params.hours.selling_per_call)
    calls = 20.0 * BASE.params.hours.selling_per_call / float(hours)
    budget = given.get("policy.advertising.budget", BASE.policy["advertising"].budget)  # type: ignore[attr-defined]
    luck = np.exp(np.random.default_rng(run.seed).normal())
    effect = np.where(np.arange(BASE.weeks) < BASE.weeks // 2, 1.0, LATER)
    series = {}
    for j in own:
        offer = world.offers[j]
        price = given.get(f"offer.{offer.name}.list_price", offer.list_price) / offer.list_price
        answer = price**PRICE * float(budget) ** BUDGET * calls**CALLED
        series[offer.name] = 100.0 * luck * own_luck * answer**effect
    series[SERVED] = luck * calls ** (CALLED_SERVED * effect) * accounts
    series[REPS] = np.full(BASE.weeks, 3.0)
    series[CALLS] = calls * series[REPS]
    return Numbers((sales_part(series),), 0.0)


def test_known_elasticities_are_found_whatever_the_luck_of_a_seed() -> None:
    found = measure_elasticities("tiny", policy="status_quo", replications=3, workers=1, task=known_market)
    assert list(zip(found["lever"], found["sales"].str[:3], strict=True)) == [
        ("price", "all"),
        ("advertising", "all"),
        ("calls", "all"),
        ("calls", "cus"),
    ]
    # Prices and budgets are whole minor units, so that a factor of 1.1 is not one exactly.
    known = np.array([PRICE, BUDGET, CALLED, CALLED_SERVED])
    assert found["short"].to_numpy() == pytest.approx(known, rel=2e-3)
    assert found["long"].to_numpy() == pytest.approx(LATER * known, rel=2e-3)
    weaker, between, stronger = (found[name].abs() for name in ("short", "elasticity", "long"))
    assert (weaker < between).all() and (between < stronger).all()
    for low, high in (("low", "high"), ("short_low", "short_high"), ("long_low", "long_high")):
        assert (found[high] - found[low] < 1e-9).all()
    assert found["inside"].all()
    assert found["short_verdict"].tolist() == ["inside"] * 4
    assert found["long_verdict"].tolist() == ["inside", "inside", "inside", "above"]
    assert (found["short_weeks"] == 13).all() and (found["long_weeks"] == 13).all()
    assert tuple(found.columns[: len(COLUMNS)]) == COLUMNS


@pytest.mark.parametrize(
    ("weeks", "short", "long"),
    [(1, (0, 1), (0, 1)), (4, (0, 2), (2, 4)), (26, (0, 13), (13, 26)), (104, (0, 13), (52, 104))],
)
def test_the_short_run_comes_first_and_the_long_run_last(
    weeks: int, short: tuple[int, int], long: tuple[int, int]
) -> None:
    windows = Windows(weeks)
    assert (windows.short.start, windows.short.stop) == short
    assert (windows.long.start, windows.long.stop) == long


@pytest.mark.parametrize(
    ("mean", "band", "verdict"),
    [
        (-3.0, (-4.0, -1.5), "inside"),
        (-1.0, (-4.0, -1.5), "below"),
        (-5.0, (-4.0, -1.5), "above"),
        (0.1, (0.2, 0.5), "below"),
        (0.6, (0.2, 0.5), "above"),
        (float("nan"), (0.2, 0.5), ""),
    ],
)
def test_below_is_weaker_than_published_whatever_the_direction(
    mean: float, band: tuple[float, float], verdict: str
) -> None:
    assert Measured(mean, mean, mean).verdict(*band) == verdict


def without_accounts(run: Run) -> Numbers:
    return known_market(run, accounts=False)


def test_nothing_is_said_of_sales_that_there_are_none_of() -> None:
    found = measure_elasticities("tiny", policy="status_quo", replications=3, workers=1, task=without_accounts)
    assert found["sales"].unique().tolist() == ["all customers"]


def of_all(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["sales"] == "all customers"].set_index("lever")


def _noisy(run: Run) -> Numbers:
    return known_market(run, float(np.random.default_rng([run.seed, len(run.policy)]).normal(1.0, 0.02)))


def test_the_interval_is_that_of_the_seeds() -> None:
    few, many = (
        of_all(measure_elasticities("tiny", policy="status_quo", replications=n, workers=1, task=_noisy))
        for n in (4, 40)
    )
    half = {name: (t["high"] - t["low"]) / 2 for name, t in (("few", few), ("many", many))}
    assert (half["many"] < half["few"]).all()
    exact = 1.96 * 0.02 * np.sqrt(2) / np.log(1.1 / 0.9) / np.sqrt(40)
    assert half["many"]["price"] == pytest.approx(exact, rel=0.4)


def test_the_real_market_answers_to_price_with_less_demand() -> None:
    found = measure_elasticities("tiny", policy="status_quo", replications=2, weeks=8, step=0.3, workers=1)
    assert of_all(found).loc["price", "elasticity"] < -0.2


@pytest.mark.parametrize(("given", "message"), [({"step": 0.0}, "--step"), ({"replications": 1}, "--replications")])
def test_settings_out_of_range_are_explained(given: dict[str, float], message: str) -> None:
    with pytest.raises(InputErrors, match=message):
        measure_elasticities("tiny", **given)  # type: ignore[arg-type]


def test_the_command_prints_a_table_or_json() -> None:
    given = ["elasticity", "tiny", "--policy", "status_quo", "-n", "2", "--weeks", "4", "--workers", "1"]
    shown = CliRunner().invoke(app, given)
    assert shown.exit_code == 0, shown.output
    assert "list prices of our offers" in shown.output and "Published" in shown.output
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).stdout)
    assert [row["lever"] for row in told["elasticities"]] == ["price", "advertising", "calls", "calls"]
    (habit,) = told["purchase_multipliers"]
    assert habit["category"] == "refill" and habit["long_run"] > habit["first_year"] > 1.0
    assert "One purchase won in refill, by habit alone:" in shown.output
    assert CliRunner().invoke(app, [*given, "--step", "2"]).exit_code == 2
