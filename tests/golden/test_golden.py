"""Golden runs: results change only on purpose, with a line in the changelog that says why."""

from __future__ import annotations

import copy
import re

import pytest

from tests.golden.runs import CHANGELOG, RUNS, differences, digest, golden, label, outcome
from tests.golden.update import entered

HOW_TO = (
    "\nResults differ from the golden runs. If that is meant, say why:\n"
    '  python -m tests.golden.update "<reason>"\n'
    "which rewrites tests/golden/scorecards.json and adds the line 'results change: yes, because …' to CHANGELOG.md."
)


@pytest.mark.parametrize("run", RUNS, ids=[label(*run) for run in RUNS])
def test_results_are_those_on_file(run: tuple[str, str | None, int, int | None, int | None]) -> None:
    found = differences(golden()[label(*run)], outcome(*run))
    assert not found, "\n".join(found[:20]) + HOW_TO


def test_the_changelog_says_why_results_are_what_they_are() -> None:
    name = digest(golden())
    lines = [line for line in CHANGELOG.read_text(encoding="utf-8").splitlines() if name in line]
    assert lines, f"CHANGELOG.md does not mention golden {name}" + HOW_TO
    assert all(re.search(r"results change: yes, because .{8,}", line) for line in lines), lines


def test_every_run_is_on_file_and_no_other() -> None:
    assert set(golden()) == {label(*run) for run in RUNS}


def test_control_a_cent_and_a_hundredth_of_a_percent_are_noticed() -> None:
    was = golden()["tiny · as it is · seed 1"]
    assert not differences(was, was)
    cent, share, fewer, noise = (copy.deepcopy(was) for _ in range(4))
    cent["counts"]["books.revenue"] += 1
    share["figures"]["market_share"] *= 1.0001
    del fewer["figures"]["skill"]
    noise["figures"]["market_share"] *= 1 + 1e-8
    assert differences(was, cent) == [
        f"books.revenue: was {was['counts']['books.revenue']}, is {cent['counts']['books.revenue']}"
    ]
    assert len(differences(was, share)) == 1
    assert differences(was, fewer) == ["skill: gone"] and differences(fewer, was) == ["skill: new"]
    assert not differences(was, noise)


def test_the_reason_goes_into_the_newest_entry() -> None:
    log = "# Changelog\n\nWords.\n\n## 0.2.0\n\n- b\n\n## 0.1.0\n\n- a\n"
    assert entered(log, "- new") == "# Changelog\n\nWords.\n\n## 0.2.0\n\n- b\n- new\n\n## 0.1.0\n\n- a\n"
    assert entered("# C\n\n## 0.1.0\n\n- a\n", "- new") == "# C\n\n## 0.1.0\n\n- a\n- new\n"
