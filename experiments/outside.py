"""What the machine refuses: a full disk, a missing permission, no memory. Reported as any other input error: place, expectation, remedy.

Such an error is no fault of the program, and nothing of it is the author's of a scenario either. It is recognised here,
once, for the command line and for whoever calls :func:`experiments.compare` and its kind.
"""

from __future__ import annotations

import errno
import functools
import inspect
import sqlite3
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sim.errors import InputError, InputErrors
from sim.text import one_line

P = ParamSpec("P")
R = TypeVar("R")

_ROOM = ("room on the disk", "make room, or name a folder on another disk with --out; then give the same command again")
_RIGHT = ("a place in which this user may write", "name another folder with --out, or repair its permissions")
_SOUND = ("a sound disk", "repair the disk, or name a folder on another one; then give the same command again")
_FILES = ("fewer open files", "raise the limit (`ulimit -n`), or use fewer --workers")
_MEMORY = ("more memory", "raise the limit (`ulimit -v`, the job's), or use fewer --workers, customers or weeks")
_THERE = ("a file or folder that is there", "make it, or name another one")
_KIND = ("a folder where a folder is meant, a file where a file is meant", "name another one, or move it away")
_SHORT = ("a shorter path", "name a folder nearer to the root of the disk with --out")
_TASKS = ("room for another process or thread", "raise the limit (`ulimit -u`), or use fewer --workers")

#: What was expected and what to do, by the number of the system's error.
_SYSTEM = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _RIGHT,
    errno.EPERM: _RIGHT,
    errno.EROFS: _RIGHT,
    errno.EIO: _SOUND,
    errno.ESTALE: _SOUND,
    errno.ENXIO: _SOUND,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOMEM: _MEMORY,
    errno.EAGAIN: _TASKS,
    errno.ENOENT: _THERE,
    errno.ENOTDIR: _KIND,
    errno.EISDIR: _KIND,
    errno.ENOTEMPTY: _KIND,
    errno.EEXIST: _KIND,
    errno.ENAMETOOLONG: _SHORT,
    errno.ELOOP: _SHORT,
}
_OTHER = ("a machine on which this works", "fix what it names, then give the same command again")
#: What SQLite says when the disk, not the file's content, is at fault.
_DATABASE = {"full": _ROOM, "readonly": _RIGHT, "unable to open": _RIGHT, "i/o": _SOUND, "locked": _OTHER}
#: Words of errors without a number that are about memory or processes.
_WORDS = {
    "cannot allocate memory": _MEMORY,
    "out of memory": _MEMORY,
    "failed to map segment": _MEMORY,
    "can't start new thread": _TASKS,
}


def refused(error: BaseException, place: str = "") -> InputError | None:
    """What the machine refused, when ``error`` or its cause says so; None when it is about anything else.

    ``place`` is where results go; a full disk does not say which file it was full for.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InputError):
            return None
        if (found := _refusal(cause, place)) is not None:
            return found
        cause = cause.__cause__
    return None


def _refusal(error: BaseException, place: str) -> InputError | None:
    text = one_line(str(error)) or type(error).__name__
    if isinstance(error, MemoryError):
        return _mistake("the memory of this machine", text, _MEMORY)
    if isinstance(error, sqlite3.OperationalError):
        kinds = [ways for word, ways in _DATABASE.items() if word in text.lower()]
        return _mistake(place or "the ledger", f"cannot be read or written: {text}", kinds[0]) if kinds else None
    if isinstance(error, OSError):
        said = error.strerror or text
        ways = _SYSTEM.get(error.errno or 0, _by_words(text) or _OTHER)
        return _mistake(_place(error, place), f"cannot be written or read: {said}", ways)
    if isinstance(error, ImportError | RuntimeError) and (by_words := _by_words(text)):
        return _mistake("this machine", text, by_words)
    return None


def _place(error: OSError, place: str) -> str:
    names = [one_line(str(name)) for name in (error.filename2, error.filename) if isinstance(name, str | bytes)]
    if names and names[0]:
        return names[0]
    if error.errno == errno.ENOENT:
        return "the folder for temporary files" if "temporary" in str(error) else "the working directory"
    return place or ("the disk, or standard output" if error.errno else "this machine")


def _by_words(text: str) -> tuple[str, str] | None:
    return next((ways for word, ways in _WORDS.items() if word in text.lower()), None)


def _mistake(place: str, problem: str, ways: tuple[str, str]) -> InputError:
    return InputError(place, problem, *ways)


#: Parameters of public functions that say where results go.
_FOLDERS = ("out", "folder", "path", "batch")


def _folder_of(signature: inspect.Signature, args: tuple[object, ...], kwargs: dict[str, object]) -> str:
    given = signature.bind_partial(*args, **kwargs).arguments
    found = next((given[name] for name in _FOLDERS if given.get(name) is not None), "")
    return one_line(str(getattr(found, "path", getattr(found, "folder", found))))


def door(function: Callable[P, R]) -> Callable[P, R]:
    """A public function that says what the machine refuses as :class:`InputErrors`; the system's error is its cause."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except InputError:
            raise
        except Exception as error:
            found = refused(error, _folder_of(inspect.signature(function), args, kwargs))
            if found is None:
                raise
            raise InputErrors([found]) from error

    return call
