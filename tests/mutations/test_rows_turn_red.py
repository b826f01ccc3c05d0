"""Each row's test fails when the component that the week uses is broken; and every row has such a breakage."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutations.broken import FILE, NEW, OLD
from tests.mutations.rows import BROKEN, Broken

ROWS = "tests/validation"


def run_broken(broken: Broken, root: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """The row's tests in a process of their own, in which the component is broken."""
    file, _, name = broken.test.partition("::")
    environment = {**os.environ, FILE: broken.file, OLD: broken.old, NEW: broken.new}
    if broken.compiled:
        environment["NUMBA_CACHE_DIR"] = str(cache)  # a broken kernel must neither be found nor be left behind
    command = ["-m", "pytest", "-q", "-x", "-p", "tests.mutations.broken", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return subprocess.run(
        [sys.executable, "-B", *command, f"{ROWS}/{file}", "-k", name],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "broken", [pytest.param(b, id=b.name, marks=() if b.quick else pytest.mark.slow) for b in BROKEN]
)
def test_a_broken_component_turns_its_row_red(broken: Broken, root: Path, tmp_path: Path) -> None:
    assert broken.old in (root / broken.file).read_text(encoding="utf-8"), "nothing is broken"
    run = run_broken(broken, root, tmp_path)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout[-2000:] + run.stderr[-2000:]
    assert re.search(rf"FAILED {ROWS}/\S+{broken.row}|FAILED {ROWS}/{broken.test}", run.stdout)
    assert "error" not in run.stdout.splitlines()[-1], "the row fails, the test does not break down"


def test_every_row_is_broken_once(root: Path) -> None:
    found = {
        row
        for path in (root / ROWS).glob("test_*.py")
        for row in re.findall(r"^def test_([vex]\d+b?)_", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found == {b.row for b in BROKEN}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: b.name)
def test_what_is_broken_is_there_to_be_broken(broken: Broken, root: Path) -> None:
    """And its test exists: a table that names what is gone would prove nothing."""
    assert broken.old in (root / broken.file).read_text(encoding="utf-8")
    file, _, name = broken.test.partition("::")
    assert f"def {name}" in (root / ROWS / file).read_text(encoding="utf-8")


def test_control_a_component_that_is_not_broken_leaves_its_row_green(root: Path, tmp_path: Path) -> None:
    whole = next(b for b in BROKEN if b.quick)
    assert run_broken(whole._replace(new=whole.old), root, tmp_path).returncode == pytest.ExitCode.OK
