"""Two versions of the simulator, each in a process of its own with its own tree on the path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_WORKER = Path(__file__).with_name("against_worker.py")


class Version:
    """A process that runs markets with the code of ``tree``; see :mod:`bench.against_worker`."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self._process = subprocess.Popen(
            command(str(_WORKER)), env=environment(tree), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        found = Path(self.ask("tell")["file"]).resolve()
        if not found.is_relative_to(tree.resolve()):
            self.close()
            raise RuntimeError(f"the code of {tree} was to be measured, but {found.parent} was imported")

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        """Give one order and wait for the answer. Raises RuntimeError when the process has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the code of {self.tree} failed at {do} {order}; see above")
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def command(*arguments: str) -> list[str]:
    """Python that takes no module from the folder of its script: the tree to measure has a package of benchmarks too."""
    return [sys.executable, "-P", *arguments]


def environment(tree: Path, **more: str) -> dict[str, str]:
    """The environment in which the code of ``tree`` is found, and its compiled kernels next to it."""
    own = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    return {**own, "PYTHONPATH": str(tree), **more}


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """A tree of ``commit``, which is gone afterwards; or the folder of that name, which stays."""
    if Path(commit).is_dir():
        yield Path(commit).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="before-") as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--detach", str(tree), commit)
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def name_of_this() -> str:
    """The commit of this tree, and whether it was changed since; empty outside of a repository."""
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        changed = bool(_git("status", "--porcelain", "--untracked-files=no", "--", "sim"))
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"{commit} and changes to it" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
