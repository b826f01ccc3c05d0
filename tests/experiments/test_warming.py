"""Compiling ahead helps or does nothing: whatever fails there, the run afterwards is done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future

import pytest
from numba.core import types

from experiments.cli import rehearsal, warming
from experiments.runs.backends.local import Local
from sim.kernels.tally import units_by_stock


class _Pool:
    """Keeps what is submitted."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def submit(self, work: Callable[[str], None], line: str) -> Future[None]:
        assert work is warming.compile_kernel
        self.lines.append(line)
        done: Future[None] = Future()
        done.set_exception(RuntimeError("no such kernel"))
        return done


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> _Pool:
    given = _Pool()
    monkeypatch.setattr(Local, "open", lambda self, slots: given)
    monkeypatch.setattr(Local, "stop", lambda self, executor: None)
    return given


def _rehearse(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    start = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **options: start([sys.executable, "-c", program], **options)
    )


def test_a_kernel_and_its_types_survive_as_a_line() -> None:
    given = (types.int64, types.Array(types.float32, 2, "C", readonly=True))
    module, name, found = rehearsal.from_line(rehearsal.line_of(units_by_stock, given))
    assert (module, name, found) == ("sim.kernels.tally", "units_by_stock", given)


def test_kernels_that_fail_and_a_rehearsal_that_dies_keep_nobody(pool: _Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    _rehearse(monkeypatch, "print('a'); print('b'); raise SystemExit(3)")
    warming._compile_ahead(2)
    assert pool.lines == ["a", "b"]


@pytest.mark.parametrize("error", [BrokenExecutor("a worker died"), OSError("no more processes")])
def test_processes_that_cannot_be_had_keep_nobody(
    error: Exception, pool: _Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> Future[None]:
        raise error

    monkeypatch.setattr(pool, "submit", refuse)
    _rehearse(monkeypatch, "print('a', flush=True); print('b' * 1_000_000)")
    warming._compile_ahead(2)
    assert pool.lines == []
