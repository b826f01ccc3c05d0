"""Changes in mid-run: staged roll-outs by week and territory."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputErrors
from sim.rules import Variant
from sim.scenario import Scenario

NORTH, SOUTH = frozenset({"north"}), frozenset({"south"})


def load(tmp_path: Path, text: str, **given: int) -> Scenario:
    """The tiny scenario with changes."""
    path = tmp_path / "changing.toml"
    path.write_text('extends = "tiny"\n' + text, encoding="utf-8")
    return Scenario.load(path, weeks=given.get("weeks"))


def commissions(scenario: Scenario, week: int) -> list[tuple[frozenset[str] | None, float]]:
    """Commission by territories in a week."""
    return [(where, rule.model_dump()["commission"]) for where, rule in scenario.rules_at(week, "pay")]


STAGED = """
[[change]]
week = 12
set = { "policy.pay.commission" = 0.04 }
[[change]]
week = 5
territories = ["north"]
set = { "policy.pay.commission" = 0.03, "policy.routines.meeting_hours" = 3.0 }
[[change]]
week = 12
territories = ["south"]
set = { "policy.pay.salary" = 3_000_000 }
"""


def test_changes_hold_from_their_week_and_in_their_territories(tmp_path: Path) -> None:
    scenario = load(tmp_path, STAGED)
    assert commissions(scenario, 1) == commissions(scenario, 4) == [(None, 0.02)]
    assert commissions(scenario, 5) == commissions(scenario, 11) == [(None, 0.02), (NORTH, 0.03)]
    assert [change.week for change in scenario.changes] == [5, 12, 12]
    assert scenario.policy["pay"].model_dump()["commission"] == 0.02


def test_a_change_of_the_firm_reaches_the_variants(tmp_path: Path) -> None:
    scenario = load(tmp_path, STAGED)
    assert commissions(scenario, 12) == commissions(scenario, 26) == [(None, 0.04), (SOUTH, 0.04)]
    assert [rule.model_dump()["salary"] for _, rule in scenario.rules_at(20, "pay")] == [3_600_000, 3_000_000]


def test_variants_come_by_row_for_the_engine(tmp_path: Path) -> None:
    scenario = load(tmp_path, STAGED)
    base, north = scenario.variants_at(6, "pay")
    assert isinstance(base, Variant)
    assert (base.territories, north.territories) == (None, frozenset({0}))
    everything = dict(scenario.policy_at(6))
    assert set(everything[NORTH]) == {"pay", "routines"}
    assert set(everything[None]) == set(scenario.policy)


def test_a_policy_is_rolled_out_as_a_whole(tmp_path: Path) -> None:
    text = '[[change]]\nweek = 8\npolicy = "deep_marketing"\n'
    scenario, deep = load(tmp_path, text), Scenario.load("tiny", policy="deep_marketing")
    assert dict(scenario.policy_at(7))[None] == dict(Scenario.load("tiny").policy_at(1))[None]
    assert dict(scenario.policy_at(8))[None] == dict(deep.policy_at(1))[None]
    assert scenario.provenance["policy.segmentation.kind"].endswith("; change in week 8")


def test_a_policy_can_be_rolled_out_where_its_answers_are_by_territory(tmp_path: Path) -> None:
    (tmp_path / "drill.toml").write_text("[policy.routines]\nvisit_hours = 1.5\n", encoding="utf-8")
    text = '[[change]]\nweek = 8\nterritories = ["north"]\npolicy = "drill"\n'
    scenario = load(tmp_path, text)
    assert [where for where, _ in scenario.rules_at(8, "routines")] == [None, NORTH]
    assert scenario.provenance["policy.routines.visit_hours"] == "default; change in week 8 (north)"
    assert load(tmp_path, text.replace('"drill"', '"deep_marketing"')).changes[0].territories == NORTH
    (tmp_path / "sale.toml").write_text("[policy.pricing]\ndiscount = 0.1\n", encoding="utf-8")
    with pytest.raises(InputErrors, match="has one answer for the whole firm"):
        load(tmp_path, text.replace('"drill"', '"sale"'))


def test_a_policy_brings_its_own_changes(tmp_path: Path) -> None:
    """A staged roll-out written in a policy file happens under that policy only."""
    staged = tmp_path / "staged.toml"
    staged.write_text('[[change]]\nweek = 8\nterritories = ["north"]\npolicy = "deep_marketing"\n', encoding="utf-8")
    assert Scenario.load("tiny").changes == ()
    scenario = Scenario.load("tiny", policy=staged)
    assert [(change.week, change.territories) for change in scenario.changes] == [(8, NORTH)]
    assert len(scenario.rules_at(7, "routines")) == 1
    assert [where for where, _ in scenario.rules_at(8, "routines")] == [None, NORTH]


def test_changes_survive_writing_out(tmp_path: Path) -> None:
    scenario = load(tmp_path, STAGED + '[[change]]\nweek = 20\npolicy = "deep_marketing"\n')
    path = tmp_path / "resolved.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    again = Scenario.load(path)
    assert again == scenario
    for week in (1, 5, 12, 20):
        assert again.policy_at(week) == scenario.policy_at(week)


def test_an_extending_file_adds_changes(tmp_path: Path) -> None:
    load(tmp_path, STAGED)
    path = tmp_path / "child.toml"
    path.write_text('extends = "changing"\n[[change]]\nweek = 2\nset = { "policy.pay.salary" = 1 }\n', encoding="utf-8")
    assert [change.week for change in Scenario.load(path).changes] == [2, 5, 12, 12]


def test_a_shorter_run_leaves_later_changes_out_and_says_so(tmp_path: Path) -> None:
    scenario = load(tmp_path, STAGED, weeks=8)
    assert [change.week for change in scenario.changes] == [5]
    assert scenario.warnings == ("the change in week 12 is skipped: the run ends after week 8",) * 2


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ('set = { "policy.pay.comission" = 0.1 }', "did you mean `commission`?"),
        ('set = { "policy.pai.commission" = 0.1 }', "did you mean `pay`?"),
        ('set = { "policy.pay.commission" = 1.5 }', "from 0 to 1"),
        ('set = { "policy.pay.kind" = "salary_commission" }', "another rule is a new policy"),
        ('set = { "policy.effort.cost" = 2.0 }', "`cost` of the rule `quadratic_cost` is fixed for a whole run"),
        ('set = { "params.hours.contract" = 38.0 }', "is not a lever"),
        ('set = { "params.hour.contract" = 38.0 }', "did you mean `hours`?"),
        ('set = { "world.customers" = 3 }', "this cannot change in mid-run"),
        ('set = { "policy.pay.commission" = 0.1 }\npolicy = "status_quo"', "has both `set` and `policy`"),
        ("policy = { pay = { comission = 0.1 } }", "did you mean `commission`?"),
        ("policy = { pai = { commission = 0.1 } }", "did you mean `pay`?"),
        ("policy = 3", "found 3"),
        ('territories = []\nset = { "policy.pay.commission" = 0.1 }', "names no territory"),
        ('territories = ["north"]\nset = { "policy.pricing.discount" = 0.1 }', "has one answer for the whole firm"),
        ('wek = 3\nset = { "policy.pay.commission" = 0.1 }', "did you mean `week`?"),
    ],
)
def test_a_wrong_change_is_explained(tmp_path: Path, change: str, wanted: str) -> None:
    with pytest.raises(InputErrors) as caught:
        load(tmp_path, f"[[change]]\nweek = 4\n{change}\n")
    assert wanted in str(caught.value)
    assert "changing.toml, line" in caught.value.errors[0].place
