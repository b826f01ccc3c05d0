"""Elasticities: known ones are found, reported with the interval of the seeds, and mistakes are explained."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.comparison.elasticities import measure_elasticities
from experiments.runs.numbers import Numbers, Part
from experiments.runs.run import Run
from sim.errors import InputErrors
from sim.scenario import Scenario

PRICE, BUDGET, CALLS, CALLS_SERVED = -2.0, 0.1, 0.3, 0.4
SERVED = "key_account_sales"
BASE = Scenario.load("tiny", policy="status_quo")


def known_market(run: Run, own_luck: float = 1.0, accounts: bool = True) -> Numbers:
    """A market with constant elasticities; every seed has a luck of its own, common to all that is moved."""
    world, own = BASE.world, BASE.world.own_offers
    given = dict(run.base.settings)
    hours = given.get("params.hours.selling_per_call", BASE.params.hours.selling_per_call)
    calls = 20.0 * BASE.params.hours.selling_per_call / float(hours)
    budget = given.get("policy.advertising.budget", BASE.policy["advertising"].budget)  # type: ignore[attr-defined]
    luck = np.exp(np.random.default_rng(run.seed).normal())
    rows = []
    for j in own:
        offer = world.offers[j]
        price = given.get(f"offer.{offer.name}.list_price", offer.list_price) / offer.list_price
        units = 100.0 * luck * price**PRICE * float(budget) ** BUDGET * calls**CALLS
        rows.append(("offer", offer.name, "sell_out_units", units))
    by = pd.DataFrame(rows, columns=["dimension", "level", "kpi", "value"])
    served = luck * calls**CALLS_SERVED * accounts
    kpis = pd.DataFrame({"kpi": ["calls_per_rep_week", SERVED], "value": [calls, served]})
    return Numbers((Part.of("kpis", kpis), Part.of("by", by.assign(value=by["value"] * own_luck))), 0.0)


def test_known_elasticities_are_found_whatever_the_luck_of_a_seed() -> None:
    found = measure_elasticities("tiny", policy="status_quo", replications=3, workers=1, task=known_market)
    assert list(zip(found["lever"], found["sales"].str[:3], strict=True)) == [
        ("price", "all"),
        ("advertising", "all"),
        ("calls", "all"),
        ("calls", "cus"),
    ]
    # Prices and budgets are whole minor units, so that a factor of 1.1 is not one exactly.
    assert found["elasticity"].to_numpy() == pytest.approx([PRICE, BUDGET, CALLS, CALLS_SERVED], rel=2e-3)
    assert (found["high"] - found["low"] < 1e-9).all()
    assert found["inside"].all()


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
    assert CliRunner().invoke(app, [*given, "--step", "2"]).exit_code == 2
