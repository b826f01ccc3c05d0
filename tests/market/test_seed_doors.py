"""Seeds: every door takes the same whole numbers and refuses everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from typer.testing import CliRunner

from experiments import compare
from experiments.cli.app import app
from sim import Market
from sim.errors import InputErrors
from sim.scenario import Scenario
from sim.seeds import MAX_SEED, check_seed, seed_of_iteration

TAKEN = [0, 1, 7, 2**32 + 7, 2**62, MAX_SEED]
REFUSED: list[Any] = [
    -1,
    2**63,
    2**64 + 7,
    2**128 + 7,
    7.5,
    7.0,
    np.float64(7),
    float("nan"),
    float("inf"),
    True,
    False,
]
REFUSED += ["7", "", b"7", [7], np.array([7]), np.True_, np.uint64(2**63), 1 + 0j]


def market(seed: Any) -> int:
    return Market("tiny", weeks=1, customers=50, seed=seed).seed


def batch(seed: Any) -> int:
    settings = {"scenario": "tiny", "weeks": 1, "customers": 50, "seed": [seed]}
    return int(mesa.batch_run(Market, settings, number_processes=1, display_progress=False)[0]["seed"])


DOORS = {"Market": market, "batch_run": batch}


@pytest.mark.parametrize("door", DOORS)
def test_whole_numbers_are_taken_as_they_are(door: str) -> None:
    assert [DOORS[door](seed) for seed in TAKEN] == TAKEN
    assert [DOORS[door](kind(7)) for kind in (np.int64, np.uint8)] == [7, 7]


@pytest.mark.parametrize("seed", REFUSED, ids=repr)
def test_everything_else_is_refused_at_every_door_of_python(seed: Any) -> None:
    for door in (market, batch, lambda seed: compare("tiny", ["status_quo", "deep_marketing"], seed=seed)):
        with pytest.raises(InputErrors, match="a whole number from 0 to"):
            door(seed)


def typed(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, [*words])
    return found.exit_code, found.output


@pytest.mark.parametrize("seed", ["-1", str(2**63), str(2**64 + 7), "7.5", "7.0", "True", "seven", ""])
def test_everything_else_is_refused_at_every_door_of_the_shell(seed: str, tmp_path: Path) -> None:
    for words in (
        ("run", "tiny", "--weeks", "1", "--out", str(tmp_path / "run")),
        ("compare", "tiny", "status_quo", "deep_marketing", "--weeks", "1", "--out", str(tmp_path / "compare")),
        ("phases", "tiny", "--weeks", "1"),
    ):
        code, output = typed(*words, f"--seed={seed}")
        assert code == 2, output
        assert "Traceback" not in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seed", ["-1", str(2**63), "7.5", "true", '"7"'])
def test_scenarios_and_designs_refuse_it_too(seed: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'extends = "tiny"\nname = "mine"\nseed = {seed}\n', encoding="utf-8")
    with pytest.raises(InputErrors, match="seed"):
        Scenario.load(str(tmp_path / "mine.toml"))
    (tmp_path / "design.toml").write_text(
        f'scenario = "tiny"\nseed = {seed}\n[[policy]]\nname = "status_quo"\n', encoding="utf-8"
    )
    code, output = typed("batch", "plan", str(tmp_path / "design.toml"))
    assert code == 2, output
    assert "seed" in output


def test_replications_may_not_count_beyond_the_last_seed(tmp_path: Path) -> None:
    for door in (
        lambda: compare("tiny", ["status_quo", "deep_marketing"], seed=MAX_SEED - 18, replications=20),
        lambda: compare("tiny", ["status_quo", "deep_marketing"], seed=MAX_SEED - 18, precision=0.1, budget=40),
    ):
        with pytest.raises(InputErrors, match=r"as the first of (20|40) seeds"):
            door()
    assert check_seed(MAX_SEED - 19, runs=20) == MAX_SEED - 19


def test_the_highest_seed_runs_and_is_written_as_it_is(tmp_path: Path) -> None:
    code, output = typed(
        "run", "tiny", "--weeks", "1", "--seed", str(MAX_SEED), "--out", str(tmp_path / "run"), "--json"
    )
    assert code == 0, output
    assert str(MAX_SEED) in output


def test_iterations_have_seeds_that_every_door_takes_and_no_two_alike() -> None:
    seeds = [seed_of_iteration(seed, iteration) for seed in (*TAKEN, *range(100, 150)) for iteration in range(200)]
    assert len(set(seeds)) == len(seeds)
    assert [check_seed(seed) for seed in seeds] == seeds
