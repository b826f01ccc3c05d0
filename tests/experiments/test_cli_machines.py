"""The command line for machines and logs: mistakes as JSON, progress as lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.cli.progress_bar import EVERY, Lines
from experiments.runs.progress import Count
from tests.experiments import fake_runs as fake
from tests.experiments.test_cli import call, fake_compare


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("run", "tinny", "--json"), "tinny"),
        (("run", "--json"), "the command"),
        (("report", "nowhere", "--json"), "nowhere"),
        (("import", "crm", "absent.csv", "--json"), "absent.csv"),
    ],
)
def test_mistakes_are_json_where_json_was_asked_for(arguments: tuple[str, ...], place: str) -> None:
    out, err = call(*arguments, code=2)
    content = json.loads(out)
    assert content["exit_code"] == 2
    assert content["mistakes"][0]["place"] == place and content["mistakes"][0]["problem"]
    assert "Input error" in err or "Missing" in err


def test_failed_runs_are_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compare(monkeypatch, fake.fail_always)
    out, _ = call("compare", "tiny", "status_quo", "deep_marketing", "-n", "2", "--json", code=3)
    assert json.loads(out)["exit_code"] == 3


def test_progress_is_a_line_every_thirty_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    lines = Lines("runs", lambda: now)
    for second in range(0, 91, 10):
        now = float(second)
        lines(Count(ended=second, planned=180, failed=1, reused=0))
    told = capsys.readouterr().err.splitlines()
    assert EVERY == 30.0
    assert told == [
        "30 of 180 runs, 1 failed, about 2 min left",
        "60 of 180 runs, 1 failed, about 2 min left",
        "90 of 180 runs, 1 failed, about 90 s left",
    ]


def test_starting_up_does_not_count_as_time_a_run_takes(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    lines = Lines("runs", lambda: now)
    for second, ended in ((60, 1), (95, 8)):  # the first run compiles
        now = float(second)
        lines(Count(ended=ended, planned=40, failed=0, reused=0))
    assert capsys.readouterr().err.splitlines() == ["1 of 40 runs", "8 of 40 runs, about 3 min left"]


def test_the_next_of_several_studies_has_a_pace_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A page of controls counts from nothing again and again; the hour before says nothing about this one."""
    now = 0.0
    lines = Lines("runs", lambda: now)
    for second, ended in ((0, 1), (3000, 20), (3001, 0), (3010, 1), (3040, 4)):
        now = float(second)
        lines(Count(ended=ended, planned=20, failed=0, reused=0))
    assert capsys.readouterr().err.splitlines()[-1] == "4 of 20 runs, about 3 min left"
