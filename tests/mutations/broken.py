"""A pytest plugin that breaks one component: its module is imported from a source in which one piece of text is another.

The file on disk is not touched. What to break stands in the environment: file, text, and what takes its place.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
FILE, OLD, NEW = "BROKEN_FILE", "BROKEN_OLD", "BROKEN_NEW"


class _Broken(importlib.machinery.SourceFileLoader):
    """Loads the module from the broken source; never from or into a cache of byte code."""

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        source = Path(self.path).read_text(encoding="utf-8")
        return compile(source.replace(os.environ[OLD], os.environ[NEW]), self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, file: str) -> None:
        self.name, self.path = file.removesuffix(".py").replace("/", "."), str(ROOT / file)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, _Broken(fullname, self.path), origin=self.path)


if FILE in os.environ:
    sys.meta_path.insert(0, _Finder(os.environ[FILE]))
