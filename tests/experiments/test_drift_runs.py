"""A test of drift of whole markets: one long run answers for every warm-up, errors are explained, the command says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.comparison.drift import measure_scenario_drift
from experiments.comparison.drift_series import simulate_series, tracked
from experiments.runs.run import Base, Run
from experiments.runs.worker import load
from sim.errors import InputErrors

SMALL = {"world.customers": 200}
#: A year: every calendar of a rule divides it.
YEAR = 52


def series_of(given: dict[str, Any], policy: str = "as_written") -> Any:
    """The weekly table of one run, as a worker makes it."""
    loaded = load("tiny", policy, {**SMALL, **given})
    run = Run(Base("tiny", policy, tuple({**SMALL, **given}.items()), loaded.digest), "drift", 5, "id")
    return simulate_series(run).table("weekly").pivot(index="week", columns="kpi", values="value")


def test_a_window_of_a_long_run_is_what_follows_a_warm_up() -> None:
    long = series_of({"weeks": YEAR + 12})
    lived = series_of({"weeks": 12, "warm_up.weeks": YEAR, "warm_up.policy": "as_written"})
    assert list(lived.columns) == list(long.columns)
    np.testing.assert_array_equal(lived.to_numpy(), long.loc[YEAR + 1 :].to_numpy())
    assert lived.index.tolist() == list(range(1, 13))


def test_every_series_is_followed_and_has_a_label() -> None:
    table = series_of({"weeks": 3})
    names = {one.name for one in tracked(["machine", "refill"])}
    assert names <= set(table.columns)
    assert {"share_machine", "share_refill", "rival_price", "loyalty", "relationship", "production"} <= names
    assert all(one.label for one in tracked(["machine"]))


def test_a_market_is_tested_for_each_warm_up() -> None:
    found = measure_scenario_drift("tiny", seeds=2, weeks=16, warm_ups=(8, 0), workers=1, overrides=SMALL)
    assert list(found.tables) == [0, 8]
    assert found.table["warm_up"].unique().tolist() == [0, 8]
    assert {"drift", "low", "high", "verdict"} <= set(found.table.columns)
    assert found.suggested in (0, 8) and str(found.suggested) in found.sentence
    again = measure_scenario_drift("tiny", seeds=2, weeks=16, warm_ups=(0,), workers=1, overrides=SMALL)
    assert again.tables[0].equals(found.tables[0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeds": 1}, "--seeds"),
        ({"weeks": 4}, "--weeks"),
        ({"warm_ups": ()}, "--warm-up"),
        ({"warm_ups": (-1,)}, "--warm-up"),
        ({"warm_ups": (5200,)}, "--warm-up"),
        ({"overrides": {"params.needs.season_swing": 0.3}, "weeks": 60}, "two whole years"),
        ({"policy": "no_such_policy"}, "no_such_policy"),
    ],
)
def test_input_errors_come_before_any_run(given: dict[str, Any], message: str) -> None:
    settings = {"seeds": 2, "weeks": 16, "warm_ups": (0,), "workers": 1, **given}
    with pytest.raises(InputErrors, match=message):
        measure_scenario_drift("tiny", **settings)


def test_changes_in_mid_run_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "changing.toml"
    change = '[[change]]\nweek = 5\nset = { "policy.pay.commission" = 0.25 }\n'
    file.write_text(f'extends = "tiny"\n[world]\ncustomers = 200\n{change}', encoding="utf-8")
    found = measure_scenario_drift(file, policy="as_written", seeds=2, weeks=10, warm_ups=(0,), workers=1)
    assert found.notes == ("the policy changes in mid-run: change in week 5",)


def test_the_command_shows_every_warm_up_and_says_what_it_takes() -> None:
    command = ["drift", "tiny", "--seeds", "2", "--weeks", "10", "--warm-up", "0", "--warm-up", "4", "--workers", "1"]
    command += ["--set", "world.customers=200"]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    assert "From the start" in shown.output and "After 4 weeks" in shown.output and "ettled" in shown.output
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert {row["warm_up"] for row in found["drift"]} == {0, 4}
    assert found["suggested_warm_up"] in (0, 4)
    quiet = CliRunner().invoke(app, [*command, "--quiet"]).stdout
    assert int(quiet) == found["suggested_warm_up"]
    wrong = CliRunner().invoke(app, ["drift", "tiny", "--seeds", "1"])
    assert wrong.exit_code == 2
