"""One place for each medium that shows users' text, and one for files: whoever goes round it is found."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.sources import name_of, python_files, tree_of

ROOMS = [path for room in ("sim", "analysis", "experiments") for path in python_files(room)]
#: Calls by their last name, and the only files that may make them.
ONLY = {
    "to_csv": ("sim/text.py", "experiments/batch/drive.py"),  # driving: for a digest, not for a file
    "Console": ("experiments/cli/screen.py",),
    "from_markup": (),
    "Environment": ("analysis/report/page.py",),
    "savefig": ("analysis/figures/save.py",),
    "print": ("sim/describe.py",),
    "echo": ("experiments/cli/app.py", "experiments/cli/elasticity.py"),  # their own words and numbers
    # digests: the list of a folder's digests, JSON in ASCII for machines alone, moved into place when it is whole
    "write_text": ("analysis/digests.py", "analysis/report/page.py", "analysis/study_folder.py", "sim/describe.py"),
    "write_bytes": ("analysis/figures/save.py", "experiments/whole_files.py"),
}
#: `console.print` and the like are methods of what `Console` makes.
METHODS = ("print",)


def calls(tree: ast.Module) -> list[tuple[int, str]]:
    """Calls of guarded functions: line and name."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in ONLY and called.attr not in METHODS:
            found.append((node.lineno, called.attr))
        elif isinstance(called, ast.Name) and called.id in ONLY:
            found.append((node.lineno, called.id))
    return found


def test_every_medium_has_one_door() -> None:
    round_it = [
        f"{name_of(path)}, line {line}: {name}"
        for path in ROOMS
        for line, name in calls(tree_of(path))
        if name_of(path) not in ONLY[name]
    ]
    assert round_it == []


@pytest.mark.parametrize(
    "code",
    [
        "table.to_csv('x.csv')",
        "rich.console.Console()",
        "Text.from_markup(title)",
        "Environment(autoescape=False)",
        "figure.savefig(file)",
        "print(title)",
        "path.write_text(title)",
    ],
)
def test_a_way_round_is_seen(code: str) -> None:
    assert calls(ast.parse(code))
