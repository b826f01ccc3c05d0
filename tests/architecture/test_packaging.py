"""Packaging: everything needed is pinned, and the wheel works in an environment of its own, away from the clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import sim
from tests.architecture.sources import ROOT, name_of, python_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normal(name: str) -> str:
    """A package's name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Version by package, from constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [re.match(r"([\w.-]+)==(\S+)", line) for line in lines if line and not line.startswith("#")]
    assert all(matches)
    return {normal(match[1]): match[2] for match in matches if match}


def needed(package: str, seen: dict[str, set[str]]) -> None:
    """Add everything that ``package``, as installed, needs on this interpreter to ``seen``, with what asks for it."""
    from packaging.requirements import Requirement

    for text in metadata.requires(package) or ():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = normal(requirement.name)
        if name not in seen:
            seen[name] = set()
            needed(name, seen)
        seen[name].add(package)


def test_everything_that_is_installed_is_pinned_and_installed_as_pinned() -> None:
    asked = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    direct = [normal(re.split(r"[<>=~! \[;]", text)[0]) for text in asked]
    seen: dict[str, set[str]] = {name: {"deepmarket"} for name in direct}
    for name in direct:
        needed(name, seen)
    pinned = pins()
    assert {name: askers for name, askers in seen.items() if name not in pinned} == {}
    assert {n: metadata.version(n) for n in seen if metadata.version(n) != pinned[n]} == {}


@pytest.mark.slow
def test_the_wheel_works_away_from_the_clone(tmp_path: Path) -> None:
    do(tmp_path, sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", ".", str(ROOT))
    wheel = next(tmp_path.glob("deepmarket-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    modules = {name_of(path) for path in python_files("sim", "analysis", "experiments")}
    assert modules - set(names) == set()
    assert {"sim/_scenarios/regional_plain.toml", "analysis/report/templates/study.html.j2"} <= set(names)
    assert {f"{package}/py.typed" for package in ("sim", "analysis", "experiments")} <= set(names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"sim", "analysis", "experiments"}
    assert [name for name in names if "__pycache__" in name or "/invalid/" in name] == []

    python, deepmarket = environment(tmp_path / "environment", wheel)
    found = do(tmp_path, python, "-c", "import sim, analysis, experiments as e; print(sim.__file__, e.__file__)")
    assert str(ROOT) not in found
    assert do(tmp_path, deepmarket, "--version").strip() == f"deepmarket {sim.__version__}"
    assert wheel.name.startswith(f"deepmarket-{sim.__version__}-")
    assert "regional_plain" in do(tmp_path, deepmarket, "scenarios")
    do(tmp_path, deepmarket, "run", "tiny", "--weeks", "2", "--policy", "deep_marketing", "--out", "here", "--quiet")
    assert (tmp_path / "here" / "report.html").stat().st_size > 10_000


def environment(home: Path, wheel: Path) -> tuple[str, str]:
    """A fresh environment with the wheel; what that depends on is borrowed from the one of the tests, the clone is not."""
    venv.create(home, with_pip=True)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    python = str(binaries / "python")
    do(home, python, "-m", "pip", "install", "--no-deps", str(wheel))
    packages = Path(do(home, python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A folder named in a .pth file is searched for packages, but .pth files in it (the clone's own) are not read.
    borrowed = {str(metadata.distribution(name).locate_file("")) for name in ("numpy", "typer", "mesa")}
    (packages / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", encoding="utf-8")
    return python, str(binaries / "deepmarket")


def do(folder: Path, *command: str) -> str:
    """What a command prints that must end well, started in ``folder`` with no Python settings of the one who tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    found = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout
