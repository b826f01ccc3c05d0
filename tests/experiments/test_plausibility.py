"""The plausibility page: plans that are wrong are refused, and what it says is what the runs say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.numerals import MINUS
from experiments.comparison.paired_runs import compare
from experiments.plausibility.faces import MEASURES, Seen, face_of, repeat_rate, top_share
from experiments.plausibility.measure import Gain, Measured, measure_controls, measure_face
from experiments.plausibility.page import verdict, write_page
from experiments.plausibility.plan import Plan, read_plan, shipped_plans
from experiments.runs.worker import load
from sim import Market
from sim.errors import InputErrors

PLAN = """\
scenario = "tiny"
weeks = 20
pairs = 2
runs = 2

[[control]]
group = "As it is"
name = "headline"
horizons = [5, 10]

[[control]]
group = "Prices"
name = "dear"
set = { "policy.pay.commission" = 0.1 }

[[face]]
measure = "market_share"
low = 0
high = 100
source = "assumption"
"""


def plan_in(folder: Path, text: str) -> Plan:
    file = folder / "plan.toml"
    file.write_text(text, encoding="utf-8")
    return read_plan(file)


def test_a_page_says_what_the_runs_say(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, PLAN)
    measured = measure_controls(plan, workers=1, out=tmp_path / "runs")
    headline, dear = measured
    table = compare("tiny", ["status_quo", "deep_marketing"], replications=2, weeks=20, workers=1).table
    row = table[table["kpi"] == "contribution"].iloc[0]
    gain = headline.gains[-1]
    assert [one.weeks for one in headline.gains] == [5, 10, 20]
    assert (gain.baseline, gain.difference) == pytest.approx((row["baseline_mean"], row["difference"]))
    assert (gain.low, gain.high) == pytest.approx((row["low"], row["high"]))
    assert dear.gains[-1].baseline < gain.baseline
    face = measure_face(plan)
    page = write_page(plan, "deepmarket plausibility x", "1.0", "EUR", measured, face)
    assert f"| headline | 20 | 2 | {gain.baseline / 1e6:.2f} |".replace("-", MINUS) in page
    assert "--set policy.pay.commission=0.1" in page
    assert "| market share by value | % |" in page and "inside" in page
    again = measure_controls(plan, workers=1, out=tmp_path / "runs")
    assert again == measured


def test_a_control_can_have_pairs_of_its_own_and_the_option_stands_above_them(tmp_path: Path) -> None:
    written = PLAN.replace('name = "headline"', 'name = "headline"\npairs = 5')
    assert written != PLAN
    plan = plan_in(tmp_path, written)
    assert [control.pairs for control in plan.control] == [5, None]
    assert {control.pairs for control in plan.with_pairs(3).control} == {None}
    assert plan.with_pairs(3).pairs == 3


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('measure = "market_share"', 'measure = "market_shar"', "no measure `market_shar`"),
        ("low = 0", "low = 200", "low is above high"),
        ("horizons = [5, 10]", "horizons = [5, 30]", "week 30 is after the last one"),
        ("pairs = 2", "pairs = 1", "pairs"),
        ("weeks = 20\n", "weeks = 20\nwekks = 3\n", "wekks"),
    ],
)
def test_a_wrong_plan_is_refused(tmp_path: Path, wrong: str, right: str, message: str) -> None:
    assert wrong in PLAN
    with pytest.raises(InputErrors) as found:
        plan_in(tmp_path, PLAN.replace(wrong, right))
    assert message in str(found.value)


def test_a_setting_that_the_market_refuses_stops_the_page_before_anything_runs(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, PLAN.replace('"policy.pay.commission" = 0.1', '"policy.pay.comission" = 0.1'))
    with pytest.raises(InputErrors):
        measure_controls(plan, workers=1, say=lambda text: pytest.fail(text))


def test_a_plan_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputErrors) as found:
        read_plan("regional_lived_n")
    assert "regional_equipment" in str(found.value)


@pytest.mark.parametrize("name", sorted(shipped_plans()))
def test_every_control_of_a_shipped_plan_loads(name: str) -> None:
    plan = read_plan(name)
    assert plan.control
    for control in plan.control:
        for policy in (control.baseline or plan.baseline, control.policy or plan.policy):
            loaded = load(plan.scenario, policy, control.set, control.weeks or plan.weeks)
            assert loaded.weeks == (control.weeks or plan.weeks)
            settings_act = loaded != load(plan.scenario, policy, {}, loaded.weeks)
            assert settings_act == bool(control.set), "settings that change nothing"


def seen(weeks: int, purchases: list[tuple[int, int, float]]) -> Seen:
    bought = pd.DataFrame(purchases, columns=["week", "customer", "value"])
    return Seen({}, {"contribution": np.zeros(weeks)}, bought)


def test_the_top_fifth_and_who_comes_back() -> None:
    ten = [(1, customer, 91.0 if customer == 0 else 1.0) for customer in range(10)]
    assert top_share(seen(4, ten)) == pytest.approx(92.0)
    back = [(1, 0, 1.0), (2, 1, 1.0), (3, 1, 1.0), (4, 2, 1.0)]
    assert repeat_rate(seen(4, back)) == pytest.approx(50.0)
    assert np.isnan(top_share(seen(4, []))) and np.isnan(repeat_rate(seen(4, [])))


def test_every_measure_is_computed_from_a_run() -> None:
    results = Market("tiny", 3, weeks=12, keep_orders=True).run().results
    found: dict[str, Any] = face_of(results)
    assert set(found) == set(MEASURES)
    assert 0 < found["top_share"] <= 100


@pytest.mark.parametrize(
    ("low", "high", "word"), [(1.0, 2.0, "earns more"), (-2.0, -1.0, "earns less"), (-1.0, 1.0, "cannot tell")]
)
def test_a_verdict_is_read_off_the_interval(low: float, high: float, word: str) -> None:
    assert verdict(Gain(1, 10.0, (low + high) / 2, low, high, 5)) == word


def test_the_summary_names_every_horizon_that_does_not_gain(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, PLAN)
    first, second = plan.control
    at_first = (Gain(5, 10.0, -2.0, -3.0, -1.0, 2), Gain(10, 10.0, 0.0, -1.0, 1.0, 2), Gain(20, 10.0, 2.0, 1.0, 3.0, 2))
    measured = [
        Measured(first, "tiny", "status_quo", "deep_marketing", at_first),
        Measured(second, "tiny", "status_quo", "deep_marketing", at_first[-1:]),
    ]
    page = write_page(plan, "x", "1.0", "EUR", measured, {"market_share": [1.0]})
    assert (
        "in 2 of 4 rows, less in 1 (*headline*, 5 weeks); the interval contains 0 in 1 (*headline*, 10 weeks)." in page
    )
    only = [Measured(second, "tiny", "status_quo", "deep_marketing", at_first[-1:])]
    assert "in 1 of 1 rows, less in none; the interval contains 0 in none." in write_page(
        plan, "x", "1.0", "EUR", only, {"market_share": [1.0]}
    )


def test_where_a_policy_mostly_loses_the_summary_names_the_rows_in_which_it_gains(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, PLAN)
    first, second = plan.control
    loses = (Gain(5, 10.0, -2.0, -3.0, -1.0, 2), Gain(10, 10.0, -2.0, -3.0, -1.0, 2))
    measured = [
        Measured(first, "tiny", "status_quo", "deep_marketing", loses),
        Measured(second, "tiny", "status_quo", "deep_marketing", (Gain(20, 10.0, 2.0, 1.0, 3.0, 2),)),
    ]
    page = write_page(plan, "x", "1.0", "EUR", measured, {"market_share": [1.0]})
    assert f"in 1 of 3 rows (*{second.name}*, 20 weeks), less in 2; the interval contains 0 in none." in page


def test_a_row_about_another_policy_is_not_counted_as_one_about_the_page_s(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, PLAN)
    first, second = plan.control
    loses, wins = Gain(20, 10.0, -2.0, -3.0, -1.0, 2), Gain(20, 10.0, 2.0, 1.0, 3.0, 2)
    measured = [
        Measured(first, "tiny", "status_quo", "deep_marketing", (loses,)),
        Measured(second, "tiny", "status_quo", "segmented", (wins,)),
    ]
    page = write_page(plan, "x", "1.0", "EUR", measured, {"market_share": [1.0]})
    assert "in 0 of 1 rows, less in 1; the interval contains 0 in none." in page
    assert f"Another policy is measured in: *{second.name}* (`segmented`)." in page
    others = write_page(plan, "x", "1.0", "EUR", measured[1:], {"market_share": [1.0]})
    assert "itself is in no row" in others
