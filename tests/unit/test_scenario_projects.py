"""Scenarios with projects: rates by type and by customer, a pipeline of the user's own, and errors in them with their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.build.projects import project_rates
from sim.errors import InputErrors
from sim.market import Market
from sim.scenario import Scenario
from tests.market.project_market import LINE, PROJECTS

BLOCKS = "[[category]]" + Path(PROJECTS).read_text(encoding="utf-8").partition("[[category]]")[2]
HEAD = """extends = "tiny"
params.network.kind = "none"
[data]
customers = "customers.parquet"
roster = "roster.csv"
"""
ROSTER = "rep,manager,territory\nann,zoe,north\nbob,zoe,south\n"


def folder(
    tmp_path: Path, projects: dict[str, Any] | None = None, rows: int = 4, head: str = HEAD, **columns: Any
) -> Path:
    """A scenario with customers from a table, and the pipeline ``projects``."""
    own = '\nprojects = "projects.parquet"\n' if projects is not None else "\n"
    (tmp_path / "scenario.toml").write_text(head + own + BLOCKS, encoding="utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    table: dict[str, Any] = {
        "id": [f"c{k}" for k in range(rows)],
        "type": "plant",
        "territory": ["north", "south"] * (rows // 2),
        "purchase_rate": 0.1,
        "order_size": 3.0,
        "rep": ["ann", "bob"] * (rows // 2),
        "mark_size": 0.0,
        "mark_growth": 0.0,
        **columns,
    }
    pd.DataFrame(table).to_parquet(tmp_path / "customers.parquet")
    if projects is not None:
        pd.DataFrame(projects).to_parquet(tmp_path / "projects.parquet")
    return tmp_path


def mistakes(path: Path) -> str:
    with pytest.raises(InputErrors) as caught:
        Scenario.load(path)
    return str(caught.value)


def test_rates_are_those_of_the_type_or_of_the_customer(tmp_path: Path) -> None:
    plain = Scenario.load(folder(tmp_path))
    assert plain.data is not None
    of_type = project_rates(plain.world, np.array([0, 0, 1, 0]), plain.data.customers)
    np.testing.assert_allclose(of_type[:, LINE] * 52, [1.6, 1.6, 0.4, 1.6])
    assert not of_type[:, :LINE].any()
    own = Scenario.load(folder(tmp_path, projects_line=[0.0, 1.0, 2.0, 52.0]))
    state = Market(own, seed=1).state
    assert state.opportunities.openings is not None
    assert state.opportunities.openings.row.tolist() == [1, 2, 3]
    np.testing.assert_allclose(state.opportunities.openings.rate, [1 / 52, 2 / 52, 1.0], rtol=1e-6)
    assert (state.customers.owned[0, LINE], state.opportunities.yearly[0]) == (-1, 0.0)
    np.testing.assert_allclose(state.opportunities.yearly[3], 52 * 1.5 * 2_000_000)


def test_a_pipeline_of_ones_own_is_the_pipeline_at_the_start(tmp_path: Path) -> None:
    given = {"customer": ["c1", "c0", "c1"], "category": ["line"] * 3, "opened_week": [-1, -40, -12]}
    projects = Market(Scenario.load(folder(tmp_path, given)), seed=3).state.opportunities.projects
    assert list(zip(projects.customer.tolist(), projects.opened.tolist(), strict=True)) == [(0, -40), (1, -12), (1, -1)]
    assert (projects.stage_end[:, -1] >= 0).all(), "what is open is not decided yet"
    assert (np.diff(projects.stage_end, axis=1) >= 0).all()
    assert projects.number[1] != projects.number[2], "one customer's projects are distinguished"


def test_the_rest_of_a_project_is_that_of_the_gamma_law_beyond_its_age(tmp_path: Path) -> None:
    """Projects that have opened at an even rate for long, and are still open, are a stationary pipeline."""
    rows, chance = 400, np.random.default_rng(1)
    age = chance.uniform(0, 120, 60_000)
    still = age[chance.gamma(2.0, 4.5, 60_000) > age]
    customer = chance.integers(0, rows, len(still))
    given = {
        "customer": [f"c{k}" for k in customer],
        "category": "line",
        "opened_week": np.floor(-still).astype(np.int64),
    }
    projects = Market(Scenario.load(folder(tmp_path, given, rows)), seed=3).state.opportunities.projects
    left = projects.stage_end[:, -1]
    # Residual life of a stationary gamma of mean 9 and shape 2: mean E[g²]/2E[g] = 6.75 weeks, whole weeks half less.
    assert abs(left.mean() - 6.25) < 4 * left.std() / np.sqrt(len(left))
    length = left - projects.opened
    assert abs(length.mean() - 13.5) < 4 * length.std() / np.sqrt(len(left))


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"customer": ["c1", "d2"]}, "projects.parquet, row 2, column customer: there is no customer `d2`"),
        ({"category": ["line", "refill"]}, "row 2, column category: there is no opportunity `refill`"),
        ({"opened_week": [-3, 0]}, "row 2, column opened_week: found 0; expected a whole number from -5200 to -1"),
        ({"opened_week": [-3, -2.5]}, "row 2, column opened_week: found -2.5"),
    ],
)
def test_a_mistake_in_the_pipeline_is_placed(tmp_path: Path, columns: dict[str, Any], wanted: str) -> None:
    given = {"customer": ["c1", "c2"], "category": ["line", "line"], "opened_week": [-3, -2], **columns}
    assert wanted in mistakes(folder(tmp_path, given))


def test_a_pipeline_that_is_too_long_or_of_nobody_is_refused(tmp_path: Path) -> None:
    many = {"customer": ["c1"] * 257, "category": "line", "opened_week": -1}
    assert "a customer has 257 open projects in one category; expected at most 256" in mistakes(folder(tmp_path, many))
    alone = HEAD.replace('customers = "customers.parquet"\n', "").replace('roster = "roster.csv"\n', "")
    one = {"customer": ["c1"], "category": "line", "opened_week": -1}
    assert "names customers, and no table of customers is given" in mistakes(folder(tmp_path, one, head=alone))


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"projects_lines": [1.0, 1, 1, 1]}, "column projects_lines: there is no opportunity category `lines`"),
        ({"projects_refill": [1.0, 1, 1, 1]}, "column projects_refill: there is no opportunity category `refill`"),
        ({"projects_line": [1.0, -1, 1, 1]}, "row 2, column projects_line: found -1; expected projects a year"),
    ],
)
def test_a_mistake_in_rates_is_placed(tmp_path: Path, columns: dict[str, Any], wanted: str) -> None:
    assert wanted in mistakes(folder(tmp_path, **columns))


def test_settings_of_projects_that_are_not_used_are_warned_about(tmp_path: Path) -> None:
    overrides = {
        "category.machine.cycle_mean": 9.0,
        "category.machine.made_to_order": True,
        "category.line.life_mean": 100.0,
    }
    warnings = "\n".join(Scenario.load(PROJECTS, overrides=overrides).warnings)
    assert "category.machine.cycle_mean is not used: only opportunities have projects" in warnings
    assert "category.line.life_mean is not used: projects open at project_rate" in warnings
    assert "is not used" not in "\n".join(Scenario.load(PROJECTS).warnings)


def test_a_market_of_projects_alone_has_no_occasions(tmp_path: Path) -> None:
    """Where nothing is bought on occasions, a rate of them means nothing."""
    only = """
name = "only"
weeks = 8
[world]
customers = 200
[[brand]]
name = "own"
own = true
[[company]]
name = "company"
[[category]]
name = "line"
kind = "opportunity"
company = "company"
reference_price = 1000
cycle_mean = 4.0
[[offer]]
name = "one"
brand = "own"
category = "line"
unit_cost = 500
list_price = 900
[[territory]]
name = "here"
share = 1.0
[[customer_type]]
name = "all"
share = 1.0
project_rate = { line = 5.0 }
"""
    (tmp_path / "only.toml").write_text(only, encoding="utf-8")
    results = Market(str(tmp_path / "only.toml"), seed=1).run().results
    assert results.measure("occasions").sum() == results.measure("projects_decided").sum() > 50
