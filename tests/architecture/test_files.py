"""What holds for every file: short enough to read, nothing left undone, no trace of the machine it was written on."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, name_of, python_files, text_files, tree_of

LONGEST = 400
#: Written so that this file does not hold what it looks for.
MACHINE = re.compile(r"(?<![\w.])/(?:work|farm|root|home)/(?=\w)|[A-Z]:\\\\Users|\.pyenv")
REGISTRY = re.compile(r"(?:index-url|extra-index|find-links)\s*[= ]|https?://\S+/simple\b|files\.pythonhosted")
UNDONE = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise Not" + r"ImplementedError")


def test_python_files_are_short_enough_to_read() -> None:
    lines = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in python_files()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}, "cut them where their concepts part"


def test_nothing_is_left_undone() -> None:
    assert [name_of(path) for path in python_files() if UNDONE.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if path != Path(__file__).resolve() and (MACHINE.search(line) or REGISTRY.search(line))
    ]
    assert found == []


def test_the_searches_find_what_they_look_for() -> None:
    assert MACHINE.search("data = '/ho" + "me/someone/data.csv'")
    assert REGISTRY.search("pip install --index-url " + "x")
    assert UNDONE.search("# TO" + "DO later")
    assert len(text_files()) > len(python_files())


def test_every_module_says_what_it_is() -> None:
    trees = {name_of(path): tree_of(path) for path in python_files("sim", "analysis", "experiments")}
    assert [name for name, tree in trees.items() if not (ast.get_docstring(tree) or "").endswith((".", "?", ")"))] == []


def test_no_module_is_a_drawer_of_utilities() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}
    assert [name_of(path) for path in python_files() if path.name in drawers] == []


def test_the_top_level_is_as_agreed() -> None:
    for name in (
        "sim",
        "scenarios",
        "experiments",
        "analysis",
        "tests",
        "docs",
        "pyproject.toml",
        "Makefile",
        ".ci/run",
    ):
        assert (ROOT / name).exists(), name
    assert not list((ROOT / "scenarios").rglob("*.py"))


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="needs the repository")
def test_no_source_is_hidden_from_git() -> None:
    """What git ignores is missing in every clone, and in the wheel, which leaves out the same."""
    names = "\n".join(name_of(path) for path in python_files())
    found = subprocess.run(
        ["git", "check-ignore", "--stdin"], input=names, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert found.stdout == ""
