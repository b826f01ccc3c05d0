"""Where compiled kernels are kept, and the environment that compiling reads: both belong to the machine, not to us.

An installation may be read-only, a home absent, a disk full. None of these keeps a market from running: binaries then
go to another folder, and where there is none each process compiles its own.
"""

from __future__ import annotations

import os
import stat
import tempfile
import warnings
from functools import cache
from pathlib import Path

#: What says how many threads to use; read when numba is imported, which refuses nonsense.
THREADS = ("DEEPMARKET_THREADS", "NUMBA_NUM_THREADS")


def mend_environment() -> None:
    """Take numbers of threads that are none out of the environment, with a warning: results do not depend on them."""
    for name in THREADS:
        given = os.environ.get(name)
        if given is None or (given.isascii() and given.isdigit() and int(given) > 0):
            continue
        del os.environ[name]
        if given.strip():
            told = f"{name}={given} is left out of account: expected a number of threads, 1 or more"
            warnings.warn(told, RuntimeWarning, stacklevel=2)


@cache
def cache_root(package: Path) -> Path | None:
    """The folder of this project's binaries: beside the code, else in the user's cache, else for the time being.

    None when no folder can be written to.
    """
    beside = package / "__pycache__"
    if takes_files(beside):
        return beside
    own = _users_cache()
    if own is not None and takes_files(own):
        return own
    return _passing()


def _users_cache() -> Path | None:
    given = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(given) if given else Path.home() / ".cache") / "deepmarket"
    except RuntimeError:  # no home
        return None


def _passing() -> Path | None:
    """A folder below the one for temporary files, of this user alone: binaries found in it are run."""
    try:
        folder = Path(tempfile.gettempdir()) / f"deepmarket-cache-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    private = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
    return folder if private and stat.S_ISDIR(found.st_mode) and takes_files(folder) else None


@cache
def takes_files(folder: Path) -> bool:
    """Whether a file of some size can be written into ``folder``, which is made when absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            return probe.write(bytes(4096)) == 4096
    except OSError:
        return False
