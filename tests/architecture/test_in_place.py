"""The write guard rests on read-only arrays: nothing in the model writes where these do not refuse."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import name_of, python_files, tree_of

#: Makers of arrays that nobody else holds.
FRESH = {"zeros", "zeros_like", "ones", "ones_like", "full", "full_like", "empty", "empty_like", "array"}
#: The guard itself opens and closes columns, and copies of views need to know where these begin; the ledger scatters into its
#: own books, which are under no loan.
OPENERS = {"sim/state/table.py", "sim/state/copying.py"}
SCATTERERS = {"sim/ledger.py"}
#: Attributes of arrays by which flags can be changed or gone around.
OPENING = ("setflags", "ctypes", "__array_interface__")


def scattered(tree: ast.Module) -> Iterator[str]:
    """Calls like ``np.add.at(target, …)``, which ignore read-only flags, on an array that the function did not make."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        own = {name for node in ast.walk(function) for name in _made(node)}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "at":
                target = node.args[0]
                if isinstance(target, ast.Attribute) and target.attr == "T":
                    target = target.value
                if not (isinstance(target, ast.Name) and target.id in own):
                    yield f"line {node.lineno}: {ast.unparse(node)}"


def _made(node: ast.AST) -> Iterator[str]:
    """Names to which ``node`` gives a new array, where it does."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
        return
    maker = node.value.func
    if isinstance(maker, ast.Attribute) and ast.unparse(maker.value) == "np" and maker.attr in FRESH:
        if any(keyword.arg == "copy" for keyword in node.value.keywords):
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id


def opened(tree: ast.Module) -> Iterator[str]:
    """Places where an array is made writable, or its memory is handed out without its flags."""
    closing = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _closes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            shut = isinstance(node.value, ast.Constant) and node.value.value is False
            if not shut and any(ast.unparse(target).endswith("flags.writeable") for target in node.targets):
                yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Attribute) and node.attr in OPENING and id(node) not in closing:
            yield f"line {node.lineno}: {ast.unparse(node)}"


def _closes(call: ast.Call) -> bool:
    """Whether ``call`` is ``….setflags(write=False)`` and nothing else."""
    return ast.unparse(call).endswith(".setflags(write=False)") and isinstance(call.func, ast.Attribute)


def test_nothing_is_scattered_into_an_array_that_somebody_else_holds() -> None:
    files = [path for path in python_files("sim") if name_of(path) not in SCATTERERS]
    assert [f"{name_of(path)}, {found}" for path in files for found in scattered(tree_of(path))] == []


def test_only_the_guard_opens_arrays() -> None:
    files = [path for path in python_files("sim") if name_of(path) not in OPENERS]
    assert [f"{name_of(path)}, {found}" for path in files for found in opened(tree_of(path))] == []


@pytest.mark.parametrize(
    "code",
    [
        "np.add.at(state.customers.loyalty, rows, 1)",
        "np.maximum.at(longest, team, 1)",
        "own = state.reps.pay\n np.add.at(own, rows, 1)",
        "own = np.asarray(state.reps.pay)\n np.add.at(own, rows, 1)",
        "own = np.array(state.reps.pay, copy=None)\n np.add.at(own, rows, 1)",
        "own = np.zeros(3)\n np.add.at(seen.pay.T, rows, 1)",
    ],
)
def test_scattering_into_the_state_is_seen(code: str) -> None:
    assert list(scattered(ast.parse(f"def phase(state, longest):\n {code}")))


@pytest.mark.parametrize(
    "code",
    [
        "array.flags.writeable = True",
        "array.flags.writeable = name in names",
        "a.setflags(write=True)",
        "a.setflags(write=False, align=True)",
        "a.setflags(False)",
        "a.setflags(write=shut)",
        "a.ctypes.data",
    ],
)
def test_opening_an_array_is_seen(code: str) -> None:
    assert list(opened(ast.parse(code)))


def test_sums_in_arrays_of_ones_own_pass() -> None:
    own = "def f(rows):\n total: Array = np.zeros(3)\n np.add.at(total, rows, 1)\n np.add.at(total.T, rows, 1)"
    assert not list(scattered(ast.parse(own)))
    assert not list(opened(ast.parse("view.flags.writeable = False")))
    assert not list(opened(ast.parse("view.setflags(write=False)")))
