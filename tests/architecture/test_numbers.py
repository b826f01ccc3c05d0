"""Numbers of the model are declared in ``sim/params`` or by a rule: code of phases, agents and builders holds none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import name_of, python_files, tree_of

ROOMS = ("sim/phases", "sim/agents", "sim/build")
#: Numbers of formulas, not of behaviour; the half is that of a lognormal mean, a middle or a half unit.
PLAIN = {0, 1, 2, 0.5}
#: What keeps a division from failing; no behaviour is as small.
GUARD = 1e-6
#: Numbers that no user has a reason to change, by file, with what they are.
EXCEPTIONS: dict[str, tuple[set[float], str]] = {
    "sim/phases/field_problems.py": ({8, 16, 32}, "places of draws"),
    "sim/phases/hiring.py": ({990, 991, 992, 993, 1000}, "places of draws"),
    "sim/phases/maintain.py": ({8}, "place of a draw"),
    "sim/phases/studies.py": ({3, 8, 64}, "places of draws"),
    "sim/phases/record.py": ({13}, "weeks between inspections, which nobody in the market notices"),
    "sim/agents/sales_manager.py": ({26}, "rows of a view"),
    "sim/build/database.py": ({18}, "customers built together, as a power of 2"),
    "sim/build/market_state.py": ({65536}, "code of a pair"),
    "sim/build/projects.py": ({8, 9}, "places of draws"),
    "sim/build/sales_force.py": ({4}, "rows kept free in a table"),
    "sim/build/upkeep.py": ({64, 72}, "places of draws"),
}


def numbers_in(tree: ast.Module) -> Iterator[tuple[int, float]]:
    """(line, value) of every number written in a module but plain ones, guards, and places in a subscript."""
    places = {id(n) for node in ast.walk(tree) if isinstance(node, ast.Subscript) for n in ast.walk(node.slice)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and id(node) not in places:
            value = node.value
            assert isinstance(value, (int, float))
            if value not in PLAIN and abs(value) > GUARD:
                yield node.lineno, value


@pytest.mark.parametrize("room", ROOMS)
def test_no_number_of_the_model_is_written_in_code(room: str) -> None:
    files = python_files(room)
    assert files
    found = [
        f"{name_of(path)}:{line}: {value:g}; declare it with param() in sim/params, or as a parameter of the rule"
        for path in files
        for line, value in numbers_in(tree_of(path))
        if value not in EXCEPTIONS.get(name_of(path), (set(), ""))[0]
    ]
    assert found == []


def test_every_exception_is_needed() -> None:
    written = {name_of(path): {value for _, value in numbers_in(tree_of(path))} for path in python_files(*ROOMS)}
    assert {name: numbers - written.get(name, set()) for name, (numbers, _) in EXCEPTIONS.items()} == {
        name: set() for name in EXCEPTIONS
    }
    assert all(reason for _, reason in EXCEPTIONS.values())


def test_control_a_number_is_found_wherever_it_stands() -> None:
    text = "MEMORY = 8\nx = 0.9 * y + 0.1 * z\nw = y[3:] / max(z, 1e-9) - 0.5 * 2\ndef f(ceiling=0.95): return -7"
    assert sorted(numbers_in(ast.parse(text))) == [(1, 8), (2, 0.1), (2, 0.9), (4, 0.95), (4, 7)]
