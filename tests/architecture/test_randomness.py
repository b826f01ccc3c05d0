"""Keyed draws are the only randomness: no global generator is touched anywhere but in sim/rng.py.

Designs, bootstraps and searches use generators of scipy, SALib and pymoo, which decide what is looked at and never what a market does;
each must be given its seed where it is called.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.sources import imports_of, name_of, python_files, tree_of

ALLOWED = {"sim/rng.py"}
#: Functions with a generator of their own, and the argument that must hold its seed.
SEEDED = {
    "Sobol": "rng",
    "LatinHypercube": "rng",
    "bootstrap": "rng",
    "morris.sample": "seed",
    "sobol.analyze": "seed",
    "NSGA2": "seed",
}
#: The one file that may take the points of a design from such a generator.
DESIGNS = "experiments/batch/unit_cube.py"
#: Files that shuffle labels to learn what chance alone gives, by a generator of their own with a seed.
PERMUTATIONS = {"analysis/futures/discovery.py"}
FILES = [path for path in python_files("sim", "analysis", "experiments") if name_of(path) not in ALLOWED]


def draws(tree: ast.Module, designs: bool = False, permutations: bool = False) -> Iterator[str]:
    """What a module does with generators that are not keyed, one line each; one of ``designs`` may take their points.

    One of ``permutations`` may make a generator from a seed and hand it on.
    """
    of_seeds = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("Generator", "PCG64") and permutations
    }
    for line, name in imports_of(tree):
        if name == "random" or name.startswith(("random.", "numpy.random")):
            yield f"line {line}: import of {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("random", "rng", "shuffle_do", "reset_randomizer"):
            of_a_design = isinstance(node.value, ast.Call) and ast.unparse(node.value.func).startswith("qmc.")
            if not (designs and of_a_design) and id(node) not in of_seeds:
                yield f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.endswith("PCG64") and not node.args:
                yield f"line {node.lineno}: {called} without a seed"
            seed = next((seed for name, seed in SEEDED.items() if f".{called}".endswith(f".{name}")), None)
            if seed and seed not in {keyword.arg for keyword in node.keywords}:
                yield f"line {node.lineno}: {called} without {seed}"


def test_no_draw_outside_of_the_keyed_ones() -> None:
    found = {
        name_of(path): list(draws(tree_of(path), name_of(path) == DESIGNS, name_of(path) in PERMUTATIONS))
        for path in FILES
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import random",
        "from random import shuffle",
        "import numpy.random as nr",
        "from numpy.random import default_rng",
        "from numpy import random",
        "import numpy as np\nnp.random.seed(1)",
        "class A:\n def step(self):\n  return self.random.random()",
        "def f(model):\n model.random.choice([1])",
        "def f(model):\n model.agents.shuffle_do('step')",
        "def f(model):\n model.rng.normal()",
        "qmc.LatinHypercube(3, rng=1).random(8)",
        "qmc.Sobol(3).random_base2(4)",
        "bootstrap((values,), mean)",
        "sobol.analyze(problem, values)",
        "NSGA2(pop_size=24)",
    ],
)
def test_the_guard_sees_every_way_to_draw(code: str) -> None:
    assert list(draws(ast.parse(code)))


def test_keyed_draws_pass_the_guard() -> None:
    assert list(draws(ast.parse("from sim.rng import Decision, uniform\nseen.luck.uniform(rows)"))) == []


def test_only_designs_take_points_and_only_of_seeded_generators() -> None:
    assert not list(draws(ast.parse("qmc.LatinHypercube(3, rng=1).random(8)"), designs=True))
    for code in ("qmc.LatinHypercube(3).random(8)", "np.random.random(3)", "model.random.random()"):
        assert list(draws(ast.parse(code), designs=True))


def test_only_seeded_generators_shuffle_labels() -> None:
    assert not list(draws(ast.parse("np.random.Generator(np.random.PCG64(seed))"), permutations=True))
    for code in ("np.random.Generator(np.random.PCG64())", "np.random.permutation(labels)", "np.random.default_rng(1)"):
        assert list(draws(ast.parse(code), permutations=True))


def test_what_a_rule_draws_is_drawn_for_nothing_else() -> None:
    """Agents hand luck to rules: a rule that shared its stream with the engine would know what the engine draws."""
    files = {name_of(path): Counter(decisions(tree_of(path))) for path in python_files("sim")}
    of_rules = {name for path, names in files.items() if path.startswith("sim/agents/") for name in names}
    used = sum((names for path, names in files.items() if path not in ALLOWED), Counter())
    assert len(of_rules) > 20
    assert {name: used[name] for name in of_rules if used[name] > 1} == {}


def decisions(tree: ast.Module) -> Iterator[str]:
    """Names of the decisions that a module draws for or hands on, each as often as it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Decision":
            yield node.attr
