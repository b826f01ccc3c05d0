"""Whether all kernels are in the cache already: a mark next to the binaries says what a finished warm-up stood on.

The mark holds only while nothing has changed that compiling depends on: sources (their time too, since numba refuses
binaries of a file that was touched), shipped files, packages, interpreter, processor, numba's settings; and while every
binary lies there as the warm-up left it. In doubt it does not hold: a warm-up too many takes seconds, a missing
kernel would be compiled in front of a user who believes that all are there.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from experiments.whole_files import write_file

#: Name of the mark, in the folder of binaries.
MARK = "warm.json"
#: Beginnings of environment variables that decide how kernels are compiled and called.
_SETTINGS = ("NUMBA_", "DEEPMARKET_")


@dataclass(frozen=True)
class WarmMark:
    """The mark as it would be set now: ``folder`` of binaries (None: they are kept nowhere) and digest of the ``ground``."""

    folder: Path | None
    ground: str

    @classmethod
    def now(cls) -> WarmMark:
        """Look at what compiling depends on. To be asked before a warm-up: what is edited during it is not what it compiled."""
        folder = _folder()
        return cls(folder, "" if folder is None else _ground(folder))

    def holds(self) -> bool:
        """Whether a warm-up on the same ground has ended, and all binaries lie there as it left them."""
        if self.folder is None:
            return False
        try:
            found = json.loads((self.folder / MARK).read_text(encoding="utf-8"))
            ground, binaries = found["ground"], found["binaries"]
            return (
                bool(binaries)
                and ground == self.ground
                and all(_state(self.folder / name) == state for name, state in binaries.items())
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def put(self) -> None:
        """Set the mark, now that all kernels are compiled; a full disk, or a kernel that was not kept, leaves none."""
        from sim.jit import unkept

        if self.folder is None or unkept():
            return
        with suppress(OSError):
            (self.folder / MARK).unlink(missing_ok=True)
            binaries = {
                file.relative_to(self.folder).as_posix(): _state(file)
                for file in sorted(self.folder.rglob("*.nb[ci]"))
                if file.is_file()
            }
            write_file(self.folder / MARK, json.dumps({"ground": self.ground, "binaries": binaries}))


def _folder() -> Path | None:
    """Where :mod:`sim.jit` keeps binaries; None where it does not, or where nothing is compiled."""
    import sim
    from sim.cache_place import cache_root, takes_files

    assert sim.__file__ is not None
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return None
    given = os.environ.get("NUMBA_CACHE_DIR")
    return Path(given) if given and takes_files(Path(given)) else cache_root(Path(sim.__file__).resolve().parent)


def _state(file: Path) -> list[int]:
    """Size, and when it was written, in nanoseconds."""
    found = file.stat()
    return [found.st_size, found.st_mtime_ns]


def _ground(folder: Path) -> str:
    """Digest of all that decides which kernels there are and whether a binary of them is taken."""
    from experiments.runs.identity import versions

    settings = {name: value for name, value in os.environ.items() if name.startswith(_SETTINGS)}
    facts = [
        str(folder.resolve()),
        [sys.version, sys.implementation.cache_tag, *_processor()],
        {**versions(), "llvmlite": metadata.version("llvmlite")},
        settings,
        list(_files()),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _processor() -> list[str]:
    """What binaries are compiled for; a folder may be shared by machines."""
    from llvmlite import binding

    try:
        features = binding.get_host_cpu_features().flatten()
    except RuntimeError:  # numba does without them too
        features = ""
    return [platform.machine(), binding.get_default_triple(), binding.get_host_cpu_name(), features]


def _files() -> Iterator[tuple[str, int, str]]:
    """Name, time and content of every source, and of every shipped scenario and policy that a warm-up may read."""
    import sim
    from sim.reading.library import scenario_folder

    assert sim.__file__ is not None
    sources = [Path(sim.__file__).resolve().parent, Path(__file__).resolve().parents[1]]
    found = [*(file for root in sources for file in root.rglob("*.py")), *scenario_folder().rglob("*")]
    for file in sorted(file for file in found if file.is_file()):
        yield str(file), file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest()
