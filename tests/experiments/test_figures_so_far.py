"""First figures of a comparison under way: from the first pair on, refined as pairs come in, the last ones those of the answer."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from analysis.paired import compare_policies
from experiments import compare
from experiments.cli import screen
from experiments.cli.figures_so_far import FigureLines, sentence, show_figures, table_so_far
from experiments.comparison.so_far import EVERY, Interim
from experiments.runs.progress import Count
from tests.experiments import fake_runs as fake

PAIR = ("status_quo", "deep_marketing")


@pytest.fixture(autouse=True)
def every_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks as often as pairs come in, however quick the stand-in is."""
    monkeypatch.setattr("experiments.comparison.so_far.EVERY", 0.0)


def looks(*policies: str, **settings: Any) -> tuple[list[Interim], Any]:
    seen: list[Interim] = []
    settings = {"task": fake.quick, "replications": 4, "workers": 1, **settings}
    return seen, compare("tiny", policies or PAIR, watch=seen.append, **settings)


def test_each_pair_refines_the_figures_and_the_last_look_is_the_answer() -> None:
    seen, outcome = looks()
    assert [(look.pairs, look.planned) for look in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    final = compare_policies(outcome.study).set_index("kpi")
    last = seen[-1].table.set_index("kpi")
    for column in ("difference", "low", "high"):
        np.testing.assert_array_equal(last[column], final.loc[last.index, column])
    assert "contribution" in last.index and "new_customers" not in last.index  # a few KPIs, not all


def test_a_pair_is_shown_only_when_all_policies_have_met_its_luck() -> None:
    seen, _ = looks("status_quo", "deep_marketing", "abc", replications=2)
    assert [look.pairs for look in seen] == [1, 2]
    assert set(seen[0].table["policy"]) == {"deep_marketing", "abc"}


def test_runs_done_before_are_shown_at_once(tmp_path: Path) -> None:
    looks(out=tmp_path, replications=3, pages=False)
    seen, _ = looks(out=tmp_path, replications=4, pages=False)
    assert [look.pairs for look in seen] == [3, 4]


def test_a_failed_run_leaves_its_pair_out() -> None:
    seen, outcome = looks(task=fake.fail_on_three, seed=1, replications=4)
    assert outcome.failures
    assert [look.pairs for look in seen] == [1, 2, 3]
    assert seen[-1].pairs == outcome.study.meta.replications


def test_looks_are_no_more_often_than_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert EVERY > 0
    seen, _ = looks(replications=8)
    assert [look.pairs for look in seen] == [1]  # the stand-in is done within a second


def test_what_stops_by_precision_says_how_many_are_asked_for_by_now() -> None:
    seen, _ = looks(replications=20, precision=0.5, budget=60)
    assert {look.planned for look in seen} <= {20, 30, 40, 50, 60} and seen[0].planned == 20


def test_the_table_has_a_column_for_each_policy_and_names_the_baseline() -> None:
    seen, outcome = looks("status_quo", "deep_marketing", "abc", replications=2)
    out = io.StringIO()
    Console(file=out, width=160).print(table_so_far(seen[-1]))
    text = out.getvalue()
    assert "2 of 2 pairs so far" in text and outcome.study.title("status_quo") in text
    assert all(outcome.study.title(policy) in text for policy in ("deep_marketing", "abc"))
    assert "[" in text
    alone = io.StringIO()
    Console(file=alone, width=160).print(table_so_far(seen[0]))
    assert "[" not in alone.getvalue()  # one pair has no interval


def test_lines_come_after_the_first_pair_and_then_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    seen, _ = looks(replications=3)
    now = 0.0
    lines = FigureLines(lambda: now)
    lines(seen[0])
    now = 5.0
    lines(seen[1])
    now = 40.0
    lines(seen[2])
    written = capsys.readouterr().err.splitlines()
    assert written == [sentence(seen[0]), sentence(seen[2])]
    assert written[0].startswith("after 1 of 3 pairs, contribution against ")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_table_stands_above_the_bar_and_goes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, _ = looks(replications=2)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(
        screen, "stderr", lambda: Console(file=terminal, force_terminal=True, width=140, color_system=None)
    )
    with show_figures("runs", quiet=False) as (tell, watch):
        assert watch is not None
        tell(Count(ended=2, planned=4, failed=0, reused=0))
        watch(seen[0])
        tell(Count(ended=4, planned=4, failed=0, reused=0))
        watch(seen[1])
    text = terminal.getvalue()
    assert "2 of 2 pairs so far" in text
    assert "\x1b[2K" in text  # lines are cleared again


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with show_figures("runs", quiet=True) as (tell, watch):
        tell(Count(ended=2, planned=4, failed=0, reused=0))
        assert watch is None
    assert capsys.readouterr() == ("", "")
