"""The state is typed: a type checker refuses a column, a number or a part of the day that is misspelt, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]

USE = """
import numpy as np
from numpy.typing import NDArray
from sim.state import MarketState

def sound(state: MarketState) -> NDArray[np.float32]:
    state.goods.channel.on_hand[...] = 0
    served: NDArray[np.int64] = state.today.fulfilled.served
    _ = served, state.numbers.choice.loyalty, state.upkeep.service.engineers, state.opportunities.projects.stage_end
    return state.reps.motivation * state.customers.loyalty[:, 0]
"""

#: What is wrong, and what mypy says of it.
MISSPELT = {
    "state.reps.motivatoin": '"Reps" has no attribute "motivatoin"',
    "state.customers.loyality": '"Customers" has no attribute "loyality"',
    "state.goods.channel.on_hnad": '"Stock" has no attribute "on_hnad"',
    "state.goods.forecasts.levle": '"Expected" has no attribute "levle"',
    "state.opportunities.projects.untis": '"OpenProjects" has no attribute "untis"',
    "state.numbers.chioce": '"Numbers" has no attribute "chioce"',
    "state.numbers.choice.loyality": '"ChoiceNumbers" has no attribute "loyality"',
    "state.today.fulfiled": '"Today" has no attribute "fulfiled"',
    "state.today.fulfilled.orderes": '"Fulfilled" has no attribute "orderes"',
    "state.today.maintained.parts": '"None" of "Maintained | None" has no attribute "parts"',
    "state.reps.motivation.astype(np.int8) + state.mail.reprots": '"Mail" has no attribute "reprots"',
}
#: A column of another type than its use.
WRONG_TYPE = "    wrong: NDArray[np.float64] = state.customers.owned\n"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What mypy says of the sound use and of the misspelt one, line by line."""
    folder = tmp_path_factory.mktemp("typed")
    said = {}
    lines = "".join(f"    _ = {wrong}\n" for wrong in MISSPELT)
    body = f"\n\ndef misspelt(state: MarketState) -> None:\n{lines}{WRONG_TYPE}"
    for name, text in (("sound", USE), ("misspelt", USE + body)):
        file = folder / f"{name}.py"
        file.write_text(text, encoding="utf-8")
        options = ("--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache"))
        output, problems, _ = api.run([*options, "--no-error-summary", str(file)])
        assert not problems
        said[name] = output.splitlines()
    return said


def test_ordinary_use_passes(found: dict[str, list[str]]) -> None:
    assert found["sound"] == []


@pytest.mark.parametrize("wrong", MISSPELT)
def test_what_is_misspelt_is_refused(found: dict[str, list[str]], wrong: str) -> None:
    assert any(MISSPELT[wrong] in line for line in found["misspelt"])


def test_a_column_of_another_type_is_refused(found: dict[str, list[str]]) -> None:
    assert any('variable has type "ndarray[tuple[Any, ...], dtype[float64]]"' in line for line in found["misspelt"])
    assert len(found["misspelt"]) == len(MISSPELT) + 1, "every line is wrong, and no other"
