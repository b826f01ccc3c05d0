"""Where compiled kernels are cached, and the environment variables that compiling reads: both depend on the machine.

An installation may be read-only, a home missing, a disk full. A market runs nevertheless: binaries then go to another
folder, and if there is none each process compiles its own.
"""

from __future__ import annotations

import os
import stat
import tempfile
import warnings
from functools import cache
from pathlib import Path

#: Variables for the number of threads; read when numba is imported, which refuses invalid numbers.
THREADS = ("DEEPMARKET_THREADS", "NUMBA_NUM_THREADS")


def drop_invalid_threads() -> None:
    """Remove invalid numbers of threads from the environment, with a warning: results do not depend on them."""
    for name in THREADS:
        given = os.environ.get(name)
        if given is None or (given.isascii() and given.isdigit() and int(given) > 0):
            continue
        del os.environ[name]
        if given.strip():
            problem = f"{name}={given} is ignored: expected a number of threads, 1 or more"
            warnings.warn(problem, RuntimeWarning, stacklevel=2)


@cache
def cache_root(package: Path) -> Path | None:
    """The folder of this project's binaries: next to the code, else in the user's cache, else a temporary one.

    None when no folder can be written to.
    """
    next_to_code = package / "__pycache__"
    if takes_files(next_to_code):
        return next_to_code
    own = _users_cache()
    if own is not None and takes_files(own):
        return own
    return _temporary()


def _users_cache() -> Path | None:
    given = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(given) if given else Path.home() / ".cache") / "deepmarket"
    except RuntimeError:  # no home
        return None


def _temporary() -> Path | None:
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
