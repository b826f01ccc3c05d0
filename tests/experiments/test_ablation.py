"""A policy taken apart: every subset is run, nothing is the base bit by bit, everything is the policy, mistakes are explained."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.comparison.ablation import ablate
from sim.errors import InputErrors
from sim.market import Market

TWO = {"people": ("routines",), "facts": ("segmentation", "coverage", "gateway", "sharing_contract")}


def test_every_subset_is_run_and_the_ends_are_base_and_policy(tmp_path: Path) -> None:
    found = ablate("tiny", "deep_marketing", "status_quo", out=tmp_path, parts=TWO, replications=2, weeks=5, workers=1)
    assert {name: sorted(on) for name, on in found.subsets.items()} == {
        "none": [],
        "people": ["people"],
        "facts": ["facts"],
        "people+facts": ["facts", "people"],
    }
    runs = found.outcome.study.runs
    for name, whole in (("none", "status_quo"), ("people+facts", "deep_marketing")):
        market = Market("tiny", seed=1, weeks=5, policy=whole).run()
        ours = runs[(runs["policy"] == name) & (runs["seed"] == 1)].set_index("kpi")["value"]
        pd.testing.assert_series_equal(ours, market.results.scorecard.set_index("kpi")["value"], check_exact=True)
    assert set(pd.read_csv(tmp_path / "effects.csv")["part"]) == {"all parts", "people", "facts", "people × facts"}


def test_the_parts_of_deep_marketing_are_the_four_of_the_method(tmp_path: Path) -> None:
    found = ablate("tiny", "deep_marketing", "status_quo", out=tmp_path, replications=1, weeks=1, workers=1)
    assert len(found.subsets) == 16
    assert max(found.subsets.values(), key=len) == {"segmentation", "management", "gateway", "sharing"}


@pytest.mark.parametrize(
    ("parts", "policy", "message"),
    [
        ({"x": ("routine",)}, "deep_marketing", "there is no question `routine`"),
        ({"x": ("pay",)}, "deep_marketing", "answers `pay` as `status_quo` does"),
        ({"x": ("routines",), "y": ("routines",)}, "deep_marketing", "is in x already"),
        ({"none": ("routines",)}, "deep_marketing", "is no name for a part"),
        (None, "status_quo", "answer every question alike"),
    ],
)
def test_what_cannot_be_taken_apart_is_explained(
    tmp_path: Path, parts: dict[str, tuple[str, ...]] | None, policy: str, message: str
) -> None:
    with pytest.raises(InputErrors, match=message):
        ablate("tiny", policy, "status_quo", out=tmp_path / "o", parts=parts)
    assert not (tmp_path / "o").exists()


def test_a_policy_that_changes_in_mid_run_is_refused(tmp_path: Path) -> None:
    late = tmp_path / "late.toml"
    late.write_text('extends = "status_quo"\n[[change]]\nweek = 2\npolicy = "deep_marketing"\n', encoding="utf-8")
    with pytest.raises(InputErrors, match=r"late\.toml` changes in mid-run"):
        ablate("tiny", str(late), "status_quo", out=tmp_path / "o")


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    given = ["ablate", "tiny", "deep_marketing", "--part", "facts=segmentation,coverage,gateway,sharing_contract"]
    given += ["-n", "2", "--weeks", "3", "--workers", "1", "--out", str(tmp_path)]
    shown = CliRunner().invoke(app, [*given, "--kpi", "contribution"])
    assert shown.exit_code == 0, shown.output
    assert "parts of deep_marketing added to" in shown.output
    assert (tmp_path / "effects.png").stat().st_size > 10_000
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).stdout)
    assert told["policies"]["facts+routines"] == ["facts", "routines"]
    assert told["reused_runs"] == 8, "runs of the first call are found again"
    for wrong in (["--part", "x"], ["--kpi", "profit"], ["--part", "x=routines", "--part", "x=gateway"]):
        refused = CliRunner().invoke(app, [*given, *wrong])
        assert refused.exit_code == 2, refused.output
