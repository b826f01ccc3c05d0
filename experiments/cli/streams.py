"""The three streams of a command: open whatever the caller did with them, and able to take every sign.

A closed stream is as if it led nowhere, and so is one whose reader has gone (`| head -1`): the rest of the output is
dropped, the work continues, and the exit code is that of the work. What a stream's encoding lacks is written in ASCII.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import warnings
from typing import TextIO

#: What is written where the encoding lacks our own signs; all others are written as escapes.
_SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **dict.fromkeys("\u00a0\u2009\u202f\u2060", " "),
    **dict.fromkeys("\u2018\u2019\u2032", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
    **dict.fromkeys("\u2022\u00b7", "*"),
    "\u00b1": "+/-",
    "\u00d7": "x",
    "\u2026": "...",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2192": "->",
}
#: The way of writing what an encoding lacks.
PLAIN = "deepmarket-plain"
_GONE = (errno.EPIPE, errno.EBADF, errno.EIO, errno.ECONNRESET)


def open_streams() -> None:
    """Make standard input, output and error usable, before anything is written or another file gets their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    register_plain()
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _stream(1, sys.stdout)
    sys.stderr = _stream(2, sys.stderr)
    warnings.formatwarning = lambda message, *_: f"warning: {str(message).splitlines()[0] if str(message) else ''}\n"


def register_plain() -> None:
    """Make :data:`PLAIN` known to Python."""
    codecs.register_error(PLAIN, _in_ascii)


def flush_streams(quiet: bool) -> int:
    """Write what is left; 2 after saying what is wrong (not if ``quiet``) when standard output does not take it, else 0."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _to_nowhere(1)
        said = error.strerror or str(error)
        if not quiet:
            sys.stderr.write(
                f"standard output: cannot be written to: {said}\n   expected: room for what is written there\n"
                "   to fix it: make room, or send the output elsewhere\n"
            )
        return 2
    finally:
        sys.stderr.flush()
    return 0


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


class _Outlet(io.FileIO):
    """A stream's file: once its reader has gone, or with ``lenient`` cannot be written to, it leads nowhere."""

    lenient = False

    def write(self, data: object, /) -> int:
        """Write what the reader still takes."""
        content = memoryview(data).cast("B")  # type: ignore[arg-type]
        try:
            return super().write(content)
        except OSError as error:
            if not self.lenient and error.errno not in _GONE:
                raise
            _to_nowhere(self.fileno())
            return len(content)


def _stream(number: int, given: TextIO | None) -> TextIO:
    encoding = getattr(given, "encoding", None) or "utf-8"
    if given is not None:
        given.flush()
    outlet = _Outlet(number, "w", closefd=False)
    outlet.lenient = number == 2  # there is no place left to complain
    at_once = number == 2 or outlet.isatty()
    return io.TextIOWrapper(io.BufferedWriter(outlet), encoding, PLAIN, line_buffering=at_once)


def _in_ascii(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    plain = "".join(_SIGNS.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in lost)
    return plain, error.end


def is_unicode(stream: object) -> bool:
    """Whether ``stream`` takes every sign."""
    return str(getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
