"""Whatever a file contains or a name refers to, `check` ends quickly and either accepts it or says what is wrong."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.batch.future_settings import _matching
from experiments.cli.app import app
from sim.reading.complaints import nearest
from sim.reading.library import scenario_folder
from tests.experiments.hostile_files import NASTY
from tests.experiments.mutated_files import mutate, shipped

#: Seconds that a check may take on a busy machine; what is refused is refused at once.
LIMIT = 30.0
#: Made of the same texts as the scenarios, or large: looked at where there is time.
SLOW = tuple(
    name
    for name in NASTY
    if name.startswith(("policy_", "design_"))
    or any(word in name for word in ("thousand", "million", "megabytes", "many", "long_list", "wildcard_long"))
)
QUICK = tuple(name for name in NASTY if name not in SLOW)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Kernels are compiled before a clock runs: in a fresh clone that takes as long as the limit."""
    assert CliRunner().invoke(app, ["check", "tiny"]).exit_code == 0


def _checked(given: str) -> str:
    """Output of `check`, which must end with a verdict."""
    started = time.monotonic()
    output = CliRunner().invoke(app, ["check", given])
    assert output.exit_code in (0, 2), output.output
    assert time.monotonic() - started < LIMIT
    return output.output


@pytest.mark.parametrize("name", QUICK)
def test_a_nasty_file_is_accepted_or_explained(name: str, tmp_path: Path) -> None:
    assert _checked(NASTY[name](tmp_path)).strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_nasty_large_file_is_accepted_or_explained(name: str, tmp_path: Path) -> None:
    assert _checked(NASTY[name](tmp_path)).strip()


def _mutated(tmp_path: Path, seed: int) -> str:
    """Output of `check` for a shipped file changed at random."""
    files = shipped()
    chosen = files[seed % len(files)]
    file = tmp_path / "scenarios" / chosen.relative_to(scenario_folder())
    whole = file.read_bytes()
    file.write_bytes(mutate(whole.decode("utf-8", "replace"), seed))
    try:
        return _checked(str(file))
    finally:
        file.write_bytes(whole)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of all shipped files, to be mutated."""
    shutil.copytree(scenario_folder(), tmp_path / "scenarios")
    return tmp_path


@pytest.mark.parametrize("block", range(4))
def test_a_mutated_file_is_accepted_or_explained(block: int, library: Path) -> None:
    for seed in range(block * 50, block * 50 + 50):
        assert _mutated(library, seed).strip(), seed


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_many_mutated_files_are_accepted_or_explained(block: int, library: Path) -> None:
    for seed in range(1000 + block * 150, 1000 + block * 150 + 150):
        assert _mutated(library, seed).strip(), seed


def test_what_cannot_be_read_is_named_with_what_was_expected(tmp_path: Path) -> None:
    """Place, finding and expectation for a pipe, a size, a number, a depth and a chain."""
    for name, words in {
        "pipe_as_a_file": ("special.toml", "a pipe", "a regular file"),
        "endless_extended": ("x.toml, line 1", "a device", "a regular file"),
        "sparse_as_roster": ("x.toml, line 4", "4,398,046,511,104 bytes", "at most"),
        "scenario_integer_of_4301_digits": ("x.toml, line 3", "a number of 4,301 digits", "at most 300"),
        "scenario_deep_dotted_key": ("x.toml, line 3", "a key of 20,000 parts", "at most 32"),
        "chain_of_3000": ("c49.toml, line 1", "50 files extend each other", "at most 50"),
        "extended_named_nobodys_home": ("x.toml, line 1", "~nouser-at-all/x.toml", "a scenario"),
        "roster_named_too_long": ("x.toml, line 4", "File name too long", "a readable file"),
        "grid_of_a_billion": ("x.toml, line 7", "1,000,000,000 points", "at most 1,000,000"),
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        output = " ".join(_checked(NASTY[name](folder)).replace("│", " ").split())
        for word in words:
            assert word in output, (name, word, output)


def test_stars_stand_for_any_part_of_a_path_and_nothing_is_tried_twice() -> None:
    values = dict.fromkeys(("offer.pump.list_price", "offer.kit.list_price", "offer.pump.quality", "weeks"), 1)

    def fits(pattern: str) -> list[str]:
        return [path for path, _ in _matching(pattern, values)]

    assert fits("offer.*.list_price") == ["offer.pump.list_price", "offer.kit.list_price"]
    assert fits("*pump*") == ["offer.pump.list_price", "offer.pump.quality"]
    assert fits("*") == fits("**") == list(values)
    assert fits("weeks*weeks") == fits("*we*ks*s*") == fits("offer.*.list_price.*") == []
    assert fits("o*r.*p*y") == ["offer.pump.quality"]
    started = time.monotonic()
    assert _matching("*a" * 2000 + "*!", {"a" * 20_000: 1}) == []
    assert time.monotonic() - started < 5.0


def test_the_nearest_name_is_not_looked_for_where_that_takes_for_ever() -> None:
    started = time.monotonic()
    assert nearest("a" * 1_000_000, ["a" * 99]) is None
    assert nearest("terrritory 7", [f"territory {k}" for k in range(60_000)]) is not None
    assert time.monotonic() - started < 5.0
