"""Which kernels a market calls, and with which types: one that lives some weeks without compiling says so as it goes.

Run as a program: ``NUMBA_DISABLE_JIT=1 python -m experiments.cli.rehearsal`` prints a line for each kernel, at its first
call, for those who compile meanwhile (:mod:`experiments.cli.warming`).
"""

from __future__ import annotations

import base64
import pickle
import sys
from collections.abc import Callable
from typing import Any

#: Few customers and weeks: plain functions are slow. What they do not call, the run after this compiles.
_CUSTOMERS, _WEEKS = 400, 6


def line_of(kernel: Callable[..., Any], types: tuple[Any, ...]) -> str:
    """A kernel and the numba types of its arguments as a line."""
    return base64.b64encode(pickle.dumps((kernel.__module__, kernel.__qualname__, types))).decode("ascii")


def from_line(line: str) -> tuple[str, str, tuple[Any, ...]]:
    """Module, name and argument types of the kernel in a line that :func:`line_of` wrote."""
    module, name, types = pickle.loads(base64.b64decode(line, validate=True))
    return module, name, types


def rehearse() -> None:
    """Live some weeks under a policy that uses most of what there is; print each kernel at its first call."""
    from numba.core.typing import typeof as typing_of_values

    from sim import jit

    typeof: Any = typing_of_values.typeof
    purpose = typing_of_values.Purpose.argument
    known: set[tuple[str, str, tuple[Any, ...]]] = set()

    def note(kernel: Callable[..., Any], args: tuple[Any, ...]) -> None:
        types = tuple(typeof(value, purpose) for value in args)
        key = (kernel.__module__, kernel.__qualname__, types)
        if key not in known:
            known.add(key)
            sys.stdout.write(line_of(kernel, types) + "\n")
            sys.stdout.flush()

    jit.watch_calls(note)
    from sim import Market, Scenario

    scenario = Scenario.load(
        "regional_equipment",
        policy="deep_marketing",
        weeks=_WEEKS,
        customers=_CUSTOMERS,
        overrides={"warm_up.weeks": 0},
    )
    Market(scenario, seed=1).run()


if __name__ == "__main__":
    rehearse()
