"""Output quoted on the pages is what the quoted commands print.

A ``console`` block holds commands after ``$`` and lines of what each prints, in order; "…" stands for lines not shown.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, name_of

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Commands that run more than one market.
LONG = ("compare", "select", "ablate", "elasticity", "import", "batch")
SKIPPED = "…"


def quoted(page: Path) -> list[tuple[list[str], list[str]]]:
    """Every quoted command of a page, as words, with the lines that it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    found = [part.splitlines() for part in parts]
    return [(shlex.split(lines[0], comments=True), lines[1:]) for lines in found]


QUOTED = [(page, command, lines) for page in PAGES for command, lines in quoted(page)]


def not_printed(lines: list[str], output: str) -> list[str]:
    """Quoted lines that do not follow in the output where they should."""
    printed = iter(line.replace("\xa0", " ").rstrip() for line in output.splitlines())
    wanted = [line.rstrip() for line in lines if line.strip() not in ("", SKIPPED)]
    return [line for line in wanted if not any(line == other for other in printed)]


@pytest.mark.parametrize(
    ("page", "command", "lines"),
    [
        pytest.param(*case, marks=pytest.mark.slow if case[1][1] in LONG else (), id=f"{name_of(case[0])}-{case[1][1]}")
        for case in QUOTED
    ],
)
def test_quoted_output_is_what_the_command_prints(
    page: Path, command: list[str], lines: list[str], tmp_path: Path
) -> None:
    assert command[0] == "deepmarket"
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    found = subprocess.run(
        [sys.executable, "-c", "import sys; from experiments.cli import main; sys.exit(main())", *command[1:]],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert not_printed(lines, found.stdout) == [], found.stdout


def test_control_a_wrong_line_and_a_wrong_order_are_noticed() -> None:
    assert not_printed(["a", "…", "c"], "a  \nb\nc\n") == []
    assert not_printed(["a", "d"], "a\nb\n") == ["d"]
    assert not_printed(["c", "a"], "a\nb\nc\n") == ["a"]


def test_control_the_readme_quotes_a_comparison_and_a_run() -> None:
    assert [command[1] for page, command, _ in QUOTED if page.name == "README.md" and page.parent == ROOT] == [
        "compare",
        "run",
    ]
