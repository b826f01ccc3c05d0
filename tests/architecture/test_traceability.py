"""The traceability page has every concept of the method, and names only what exists."""

from __future__ import annotations

import re

import pytest

from sim.params import Params
from sim.questions.registry import questions, rules
from sim.record import MEASURES
from sim.scoring.kpis import KPIS
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "traceability.md").read_text(encoding="utf-8")
#: Ids of the method's concepts: letter and how many there are.
CONCEPTS = {"A": 6, "B": 6, "C": 9, "D": 5, "E": 16, "F": 4}
STATES = ("served", "part", "later", "–")
ROWS = {
    row[1].split()[0]: [cell.strip() for cell in row[1:-1]]
    for row in (line.split("|") for line in PAGE.splitlines())
    if len(row) > 2 and re.match(r"\s[A-F]\d", row[1])
}


def test_every_concept_has_a_row() -> None:
    assert list(ROWS) == [f"{letter}{k}" for letter, count in CONCEPTS.items() for k in range(1, count + 1)]
    assert [name for name in ROWS if PAGE.count(f"\n| {name} ") != 1] == []


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_what_exists(name: str) -> None:
    _, state, modules, _, output, test, missing = ROWS[name]
    assert state in STATES
    files = re.findall(r"`([^`]+)`", modules), re.findall(r"`([^`]+)`", test)
    for paths, room in zip(files, (("sim/", "analysis/"), ("tests/",)), strict=True):
        assert [p for p in paths if not p.startswith(room) or not (ROOT / p).is_file()] == []
    if state in ("served", "part"):
        assert all(files), "a module and a test"
        assert output
    if state not in ("served", "–"):
        assert missing, "what is not there yet"
    names = {k.name for k in KPIS} | {m.name for m in MEASURES}
    assert [figure for figure in re.findall(r"`(\w+)`", output) if figure not in names] == []


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_parameters_that_exist(name: str) -> None:
    named = re.findall(r"`((?:policy|params)\.[\w.]+)`", ROWS[name][3])
    assert [path for path in named if not is_known(path.split("."))] == []


def is_known(path: list[str]) -> bool:
    """Whether ``path`` is a question or a section, or a parameter of one of its rules or of it."""
    if path[0] == "policy":
        models = list(rules(path[1]).values()) if path[1] in questions() else []
    else:
        section = Params.model_fields.get(path[1])
        models = [section.annotation] if section is not None else []
    return bool(models) and (len(path) == 2 or any(path[2] in model.model_fields for model in models))


def test_control_an_unknown_parameter_is_noticed() -> None:
    assert is_known(["policy", "pay", "salary"]) and is_known(["params", "hours", "contract"])
    assert not is_known(["policy", "pay", "sallary"]) and not is_known(["params", "hourz"])


def test_control_a_wrong_path_is_noticed() -> None:
    assert not (ROOT / "sim/kernels/goodwil.py").is_file()
    assert "contributions" not in {k.name for k in KPIS}
