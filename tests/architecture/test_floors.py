"""What import contracts cannot say: the short list of what a policy may import, and that contracts are really checked."""

from __future__ import annotations

import ast
import tomllib

from tests.architecture.sources import ROOT, imports_of, name_of, python_files, tree_of

RULES = [
    path for path in python_files("sim/questions") if path.name not in ("__init__.py", "question.py", "registry.py")
]
#: threadpoolctl comes with scikit-learn and holds it to one thread, so that its sums have one order.
MAY = ("sim.questions", "sim.views", "sim.solvers", "sim.quantity", "numpy", "scipy", "sklearn", "threadpoolctl")
STANDARD = ("__future__", "typing", "collections", "dataclasses", "enum", "functools", "math")


def strangers(tree: ast.Module) -> list[str]:
    """Imports of a rule that it should not need."""
    return [
        f"line {line}: {name}"
        for line, name in imports_of(tree)
        if not any(name == allowed or name.startswith(f"{allowed}.") for allowed in (*MAY, *STANDARD))
    ]


def test_a_policy_imports_questions_solvers_and_numbers_only() -> None:
    assert [f"{name_of(path)}, {stranger}" for path in RULES for stranger in strangers(tree_of(path))] == []


def test_a_policy_with_a_handle_on_the_market_is_seen() -> None:
    assert strangers(ast.parse("from sim.market import Market")) == ["line 1: sim.market.Market"]
    assert strangers(ast.parse("import sim.ledger")) == ["line 1: sim.ledger"]
    assert strangers(ast.parse("from sim.solvers.allocation import allocate")) == []


def test_every_rule_lies_in_the_folder_of_its_question() -> None:
    from sim.questions.registry import questions, rules

    for question in questions():
        for rule in rules(question).values():
            assert rule.__module__.split(".")[2] == question


def test_all_contracts_are_there() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    ids = {contract["id"] for contract in config["contracts"]}
    assert ids == {
        *("rooms", "analysis", "floors", "kernels", "policies-alone", "policies-no-handle"),
        *("analysis-floors", "analysis-futures"),
        *("reading", "reading-no-market", "reading-text", "scoring", "scoring-sources", "state"),
        *(
            "intake",
            "intake-tables",
            "intake-fits",
            "intake-crm",
            "intake-invoices",
            "intake-scenario",
            "intake-network",
        ),
        *("intake-alone", "intake-fits-alone"),
        *("experiments", "experiments-runs", "experiments-comparison", "experiments-batch", "experiments-cli"),
        "experiments-plausibility",
    }
    assert config["exclude_type_checking_imports"]
