"""One version, in sim/__init__.py: changelog, citation, status page and tag say the same."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest

import sim
from tests.architecture.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = r"\d+\.\d+\.\d+"
#: Where the version and its date are stated again: file and what to look for.
STATED = {
    "CHANGELOG.md": rf"^## ({VERSION}) – (\d{{4}}-\d\d-\d\d) – ",
    "CITATION.cff": rf'^version: ({VERSION})\ndate-released: "(\d{{4}}-\d\d-\d\d)"$',
    "docs/status.md": rf"^Version ({VERSION}), (\d{{4}}-\d\d-\d\d)\.",
}


def stated(file: str) -> tuple[str, str]:
    """Version and date as ``file`` states them first."""
    match = re.search(STATED[file], (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert match, f"{file} states no version and date as {STATED[file]}"
    return match[1], match[2]


def test_the_version_is_in_one_place() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "sim/__init__.py"
    assert re.fullmatch(VERSION, sim.__version__)


@pytest.mark.parametrize("file", STATED)
def test_the_others_say_the_same(file: str) -> None:
    assert stated(file) == (sim.__version__, stated("CHANGELOG.md")[1])


def test_the_newest_entry_of_the_changelog_is_first_and_highest() -> None:
    found = re.findall(rf"^## ({VERSION}) ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    numbers = [tuple(map(int, version.split("."))) for version in found]
    assert numbers == sorted(set(numbers), reverse=True)


def test_a_tag_on_this_commit_names_this_version() -> None:
    found = subprocess.run(
        ["git", "tag", "--points-at", "HEAD", "v*"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert set(found.stdout.split()) <= {f"v{sim.__version__}"}
