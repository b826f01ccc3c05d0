"""Files that users name: only regular files of a known size are read, never a device, a pipe or a folder.

A pipe waits forever for a writer, a device has no end, and a name may be longer than the system allows: all of this
is checked before the first byte is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from sim.errors import InputError, InputErrors

#: Bytes of a TOML file that is read: hundreds of times the largest one that is shipped or written by an import.
MOST_TEXT = 4 * 2**20
#: Bytes of a table that is read.
MOST_TABLE = 512 * 2**20

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
#: Characters of a path that a message shows.
_SHOWN = 200


def read_ordinary(path: Path, most: int, place: str = "") -> bytes:
    """Bytes of a regular file of at most ``most`` bytes. Raises :class:`InputErrors` at ``place`` (else the path)."""
    check_ordinary(path, most, place)
    try:
        with path.open("rb") as opened:
            data = opened.read(most + 1)
    except (OSError, ValueError) as error:
        raise _refused(place or shown(path), f"cannot be read: {reason(error)}", "a readable file") from None
    if len(data) > most:  # it grew, or the system does not know its size
        raise _too_large(path, most, place, "more")
    return data


def check_ordinary(path: Path, most: int, place: str = "") -> None:
    """Refuse what is not a regular file, and what is larger than ``most`` bytes. Raises :class:`InputErrors`."""
    where = place or shown(path)
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise _refused(where, f"`{shown(path)}` cannot be read: {reason(error)}", "a readable file") from None
    if not stat.S_ISREG(found.st_mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(found.st_mode)), "not a regular file")
        raise _refused(where, f"`{shown(path)}` is {kind}", "a regular file", "name the file itself, or copy it")
    if found.st_size > most:
        raise _too_large(path, most, place, f"{found.st_size:,} bytes")


def is_file(path: Path) -> bool:
    """Whether a regular file is there; False also for names that the system does not accept."""
    return _answer(path.is_file)


def is_folder(path: Path) -> bool:
    """Whether a folder is there; False also for names that the system does not accept."""
    return _answer(path.is_dir)


def is_there(path: Path) -> bool:
    """Whether anything is there; False also for names that the system does not accept."""
    return _answer(path.exists)


def is_missing(path: Path) -> bool:
    """Whether nothing is there, under a name that could be there."""
    try:
        return not path.exists()
    except (OSError, ValueError):
        return False


def _answer(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):
        return False


def at_home(text: str) -> Path:
    """A path with `~` and `~name` expanded to homes; the home of an unknown user stays as it is written."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def inside(folder: Path, suffix: str) -> list[str]:
    """Names of the files in ``folder`` with this ending, sorted; none when it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(suffix) and _answer(entry.is_file))
    except (OSError, ValueError):
        return []


def shown(path: Path | str) -> str:
    """A path in a message, cut short, with characters that are not valid text escaped."""
    text = os.fspath(path).encode("utf-8", "backslashreplace").decode()
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}…{text[-_SHOWN // 4 :]}"


def reason(error: Exception) -> str:
    """Why the system refuses a file, in its own words."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _too_large(path: Path, most: int, place: str, found: str) -> InputErrors:
    return _refused(place or shown(path), f"`{shown(path.name)}` has {found}", f"at most {most:,} bytes")


def _refused(place: str, problem: str, expected: str, remedy: str = "") -> InputErrors:
    return InputErrors([InputError(place, problem, expected, remedy)])
