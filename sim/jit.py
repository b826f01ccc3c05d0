"""Compiled functions: numba's njit with the project's settings and a type that mypy understands.

Settings, and why: ``cache`` (a cold compile is paid once), ``nogil`` (threads may share the rows of one
kernel), ``error_model="numpy"`` (a division need not test for zero, so loops vectorise), no fastmath
(results must not differ between machines), no ``parallel`` (see :func:`sim.kernels.threads.run_blocks`).
With ``NUMBA_DISABLE_JIT=1`` the plain Python functions run instead, slowly, for debugging.

Where binaries cannot be cached, each process compiles its own (:mod:`sim.cache_place`).

Numba checks a cached binary only against the file that defines the function; what that function calls in
other files is inlined in it, so an edited draw would go unnoticed. Binaries are therefore kept in a folder
named by the content of every file of the project the function's module takes names from.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.core.caching import FunctionCache
from numpy.typing import NDArray

from sim.cache_place import cache_root, takes_files
from sim.parts import Kernel

P = ParamSpec("P")
R = TypeVar("R")
#: A whole number as kernels see it: Python's or numpy's.
Whole = int | np.integer[Any]

TupleT = TypeVar("TupleT", bound=tuple[Any, ...])

_PACKAGE = Path(__file__).resolve().parent


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compile ``function`` at its first call for each combination of argument types."""
    return _compiled(function, counts_references=True)


def jit_bare(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that allocates nothing, without counting references to arrays.

    Numba counts references with atomic operations wherever an array is taken out of a tuple; in a loop over
    customers they cost more than the work (measured: choice 166 ns with, 21 without).
    """
    return _compiled(function, counts_references=False)


def _compiled(function: Callable[P, R], *, counts_references: bool) -> Callable[P, R]:
    config: Any = numba.config
    if config.DISABLE_JIT:
        return _plain(function)
    options = {
        "nopython": True,
        "nogil": True,
        "error_model": "numpy",
        "_nrt": counts_references,
        "forceinline": not counts_references,
    }
    compiled: Any = Kernel(function, targetoptions=options)
    given = config.CACHE_DIR
    if not given or not takes_files(Path(given)):
        root = cache_root(_PACKAGE)
        if root is None:
            return cast("Callable[P, R]", compiled)
        config.CACHE_DIR = str(root / f"numba-{_fingerprint(function.__module__)}")
    try:
        make: Any = _Cache
        compiled._cache = make(function)
    finally:
        config.CACHE_DIR = given
    return cast("Callable[P, R]", compiled)


class _Cache(FunctionCache):
    """Numba's cache of binaries; one that cannot be written (a full disk) is compiled again the next time."""

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a binary where there is room for it."""
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            _unkept.append(str(error))


#: Why binaries of this process could not be kept.
_unkept: list[str] = []


def unkept() -> tuple[str, ...]:
    """Why binaries that this process compiled were not kept, one text each; empty when the cache holds them all."""
    return tuple(_unkept)


#: Who sees the calls of plain functions, see :func:`watch_calls`.
_watching: list[Callable[[Callable[..., Any], tuple[Any, ...]], None]] = []


def watch_calls(note: Callable[[Callable[..., Any], tuple[Any, ...]], None]) -> None:
    """With ``NUMBA_DISABLE_JIT=1``: have ``note`` see function and arguments of each call that comes from outside kernels.

    To be called once, before any kernel is imported; later ones alone are watched. For one thread.
    """
    _watching[:] = [note]


def _plain(function: Callable[P, R]) -> Callable[P, R]:
    """``function`` itself, with the wrap-around of unsigned integers allowed as compiled code does."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with np.errstate(over="ignore"):
            return function(*args, **kwargs)

    return _watched(run) if _watching else run


def _watched(run: Callable[P, R]) -> Callable[P, R]:
    """``run``, whose calls those who watch see; while it runs nobody watches, so kernels that it calls go unnoticed."""

    @functools.wraps(run)
    def seen(*args: P.args, **kwargs: P.kwargs) -> R:
        notes, _watching[:] = _watching.copy(), []
        try:
            for note in notes:
                note(run, args)
            return run(*args, **kwargs)
        finally:
            _watching[:] = notes

    return seen


def _fingerprint(module: str) -> str:
    """Hash of the source of ``module`` and of every module of the package it takes names from."""
    digest = hashlib.sha256()
    for name in sorted(sources_of(module)):
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None:
            digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:12]


def sources_of(module: str) -> set[str]:
    """``module`` and the modules of the package whose names it holds now, and theirs."""
    names = {module}
    pending = [module]
    while pending:
        for value in list(vars(sys.modules[pending.pop()]).values()):
            origin = value.__name__ if isinstance(value, type(sys)) else getattr(value, "__module__", None)
            if isinstance(origin, str) and origin.startswith("sim.") and origin not in names and origin in sys.modules:
                names.add(origin)
                pending.append(origin)
    return names


def sealed_array(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view of ``array``.

    Numba compiles a version of a kernel for writable arrays and another for read-only ones; what a kernel
    only reads is always handed over sealed, so that one version serves.
    """
    if not array.flags.writeable:
        return array
    view = array.view()
    view.setflags(write=False)  # a third of what setting the attribute takes
    return view


def sealed(values: TupleT) -> TupleT:
    """``values`` with every array in it read-only (see :func:`sealed_array`)."""
    views, new = [], False
    for value in values:
        if isinstance(value, np.ndarray) and value.flags.writeable:
            value, new = value.view(), True
            value.setflags(write=False)
        views.append(value)
    if not new:  # sealed already, as the boards always are
        return values
    make: Callable[..., TupleT] = type(values)
    return make(*views)
