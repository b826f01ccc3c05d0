"""The project's own files, as the tests of its architecture read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("sim", "analysis", "experiments", "tests", "bench")
#: Folders with files that a reader may open; generated ones are as good as written ones.
TEXTS = (*ROOMS, "docs", "scenarios", ".ci")
SUFFIXES = {
    ".py",
    ".toml",
    ".md",
    ".txt",
    ".csv",
    ".json",
    ".j2",
    ".css",
    ".html",
    ".yml",
    ".yaml",
    ".c",
    ".h",
    ".sh",
    "",
}


def python_files(*rooms: str) -> list[Path]:
    """All Python files of ``rooms`` (default: all)."""
    return sorted(path for room in rooms or ROOMS for path in (ROOT / room).rglob("*.py"))


def text_files() -> list[Path]:
    """All files of the clone that hold text."""
    inside = (path for folder in TEXTS for path in (ROOT / folder).rglob("*"))
    beside = (path for path in ROOT.iterdir() if not path.name.startswith(".git"))
    return sorted(
        p for p in (*inside, *beside) if p.is_file() and p.suffix in SUFFIXES and "__pycache__" not in p.parts
    )


def name_of(path: Path) -> str:
    """A path as a message shows it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that is imported when the module is; imports for type checkers are left out."""
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for statement in block.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
