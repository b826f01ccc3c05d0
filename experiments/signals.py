"""Ctrl-C, SIGTERM and SIGHUP end a command alike: what has ended is kept, workers are ended, nothing half is left.

The exit code is 128 and the number of the signal, as shells have it: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: Signals that ask for an end.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
#: Signals after which no more tidying up is waited for.
IMPATIENT = 3

_received: list[int] = []


def answer_signals() -> None:
    """From now on signals that ask for an end raise KeyboardInterrupt; those that the caller wants ignored stay ignored."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _answer)


def note(number: int) -> None:
    """Remember that a signal was received; the first one decides the exit code."""
    _received.append(number)


def exit_code() -> int:
    """Exit code of a command that was asked to end."""
    return 128 + (_received[0] if _received else signal.SIGINT)


def _answer(number: int, _: FrameType | None) -> None:
    note(number)
    if len(_received) >= IMPATIENT:
        os._exit(exit_code())
    if len(_received) == 1:
        raise KeyboardInterrupt  # a second one would break into the tidying up that the first one began


@contextmanager
def signals_after() -> Iterator[None]:
    """Put off the answer to signals until the end of the ``with``: for what must be done whole or not at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    answers = {number: answer for number in ENDING if callable(answer := signal.getsignal(number))}
    held: list[int] = []
    for number in answers:
        signal.signal(number, lambda found, _: held.append(found))
    try:
        yield
    finally:
        for number, answer in answers.items():
            signal.signal(number, answer)
    for number in held[:1]:
        signal.raise_signal(number)
