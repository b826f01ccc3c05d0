"""What the text of a rule's file uses that no policy may: imports beyond the model's questions, and ways around the guards.

Python can reach everything from everywhere, so a text is never proof of innocence; but what it says openly is reported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sim.errors import InputError

#: What a policy may import: packages, and of the model what asks and solves. All below is allowed with it.
MAY_IMPORT = (
    *("sim.decisions", "sim.solvers", "sim.quantity", "sim.policies.registry"),
    *("numpy", "scipy", "sklearn", "threadpoolctl"),
    *(
        "__future__",
        "typing",
        "typing_extensions",
        "dataclasses",
        "enum",
        "abc",
        "collections",
        "functools",
        "itertools",
    ),
    *("math", "statistics", "operator", "fractions", "decimal", "bisect", "heapq"),
)
#: Parts of these that it may not.
MAY_NOT_IMPORT = (
    *("numpy.ctypeslib", "numpy.lib.stride_tricks", "numpy.random", "scipy.stats.qmc"),
    *("sim.decisions.strangers", "sim.decisions.memory", "sim.decisions.handed", "sim.decisions.shipped"),
)
#: Attributes that lead to memory, to frames, or to what lies behind a view.
ATTRIBUTES = frozenset(
    {
        *("__array_interface__", "__array_struct__", "__globals__", "__closure__", "__code__", "__dict__", "__self__"),
        *("__subclasses__", "__func__", "__builtins__", "__setattr__", "__wrapped__", "__defaults__"),
        *("_getframe", "setflags", "writeable", "as_strided", "ctypes", "ctypeslib", "gi_frame", "f_back", "f_locals"),
        *("tb_frame", "base", "random", "default_rng", "_stream"),
    }
)
#: Functions that reach beyond the rule.
CALLS = frozenset(
    {
        *("eval", "exec", "compile", "open", "input", "__import__", "globals", "locals", "vars", "memoryview"),
        *("setattr", "delattr", "id", "breakpoint"),
    }
)


def scan_source(file: Path) -> list[InputError]:
    """Findings in the text of ``file``, in the order of its lines."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    except (OSError, SyntaxError, ValueError) as error:
        return [InputError(str(file), f"cannot be read as Python: {error}", "a Python file")]
    return [
        InputError(f"{file}, line {line}", problem, expected, remedy)
        for line, problem, expected, remedy in sorted(set(_findings(tree)))
    ]


def _findings(tree: ast.Module) -> Iterator[tuple[int, str, str, str]]:
    allowed = "imports of sim.decisions, sim.solvers, sim.quantity, numpy, scipy, scikit-learn and plain Python"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            if not _only_for_types(tree, node):
                for name in _imported(node):
                    if not _may_import(name):
                        yield node.lineno, f"imports {name}", allowed, "a rule sees its view and nothing else"
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES and not _own_parameter(node):
            yield node.lineno, f"uses .{node.attr}", *_advice(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield node.lineno, f"calls {node.func.id}()", "an answer out of the view and parameters", ""
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names = ", ".join(node.names)
            yield node.lineno, f"sets {names} outside of the function", "a rule that remembers nothing", ""


def _own_parameter(node: ast.Attribute) -> bool:
    """Whether it is a name of the rule's own, such as ``self.base``."""
    return isinstance(node.value, ast.Name) and node.value.id == "self" and not node.attr.startswith("_")


def _advice(name: str) -> tuple[str, str]:
    if name in ("random", "default_rng", "_stream"):
        return "chance from seen.luck alone", "seen.luck.uniform(keys)"
    return "reading of fields alone", ""


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    module = "." * node.level + (node.module or "")
    return [
        module if _may_import(module) and not _forbidden(f"{module}.{a.name}") else f"{module}.{a.name}"
        for a in node.names
    ]


def _may_import(name: str) -> bool:
    return any(_within(name, root) for root in MAY_IMPORT) and not _forbidden(name)


def _forbidden(name: str) -> bool:
    return any(_within(name, part) for part in MAY_NOT_IMPORT)


def _within(name: str, root: str) -> bool:
    return name == root or name.startswith(f"{root}.")


def _only_for_types(tree: ast.Module, node: ast.AST) -> bool:
    """Whether an import stands below ``if TYPE_CHECKING``, and so never happens."""
    return any(
        isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test) and node in ast.walk(branch)
        for branch in ast.walk(tree)
    )
