"""Compilation: stale binaries are not found, one version per kernel, the same code without a compiler."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sim.jit import jit, jit_bare, sealed, sealed_array, sources_of
from sim.kernels import demand_step, spread
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, set_threads, threads_for


def test_binaries_depend_on_every_file_that_is_inlined_in_them() -> None:
    assert {"sim.kernels.spread", "sim.rng", "sim.jit", "sim.kernels.compress"} <= sources_of(spread.__name__)
    assert "sim.kernels.normal" in sources_of("sim.kernels.choice")
    assert "sim.kernels.choice" not in sources_of(spread.__name__)
    assert {"sim.kernels.funnel", "sim.kernels.gumbel"} <= sources_of(demand_step.__name__)  # the second through choice


@jit_bare
def half(x: float) -> float:
    return x / 2


@jit
def quarter(x: float) -> float:
    return half(half(x))


def test_a_part_of_a_kernel_can_be_called_from_python_too() -> None:
    assert [quarter(8.0), half(8.0), quarter(2), half(2)] == [2.0, 4.0, 0.5, 1.0]


class Pair(NamedTuple):
    left: np.ndarray
    right: float


def test_sealed_values_are_views_that_cannot_be_written() -> None:
    array = np.zeros(3)
    pair = sealed(Pair(array, 2.0))
    assert isinstance(pair, Pair)
    assert sealed(pair) is pair
    assert sealed_array(pair.left) is pair.left
    with pytest.raises(ValueError, match="read-only"):
        pair.left[0] = 1
    array[0] = 5
    assert pair.left[0] == 5


@pytest.mark.parametrize("threads", [1, 2, 3, 5])
def test_every_block_is_worked_once(threads: int) -> None:
    seen = np.zeros(7, int)

    def work(first: int, last: int, out: np.ndarray) -> None:
        out[first:last] += 1

    run_blocks(work, 7, threads, seen)
    assert seen.tolist() == [1] * 7


def test_a_failing_thread_is_heard() -> None:
    def work(first: int, last: int) -> None:
        if last == 2:
            raise RuntimeError("block 1 failed")

    with pytest.raises(RuntimeError, match="block 1"):
        run_blocks(work, 2, 2)


def test_few_rows_use_one_thread() -> None:
    count = threads_for(10**9)
    set_threads(4)
    try:
        assert [threads_for(n) for n in (0, 49_999, 50_000, 80_000, 10**6)] == [1, 1, 2, 3, 4]
    finally:
        set_threads(count)
    assert (blocks_of(0), blocks_of(1), blocks_of(BLOCK), blocks_of(BLOCK + 1)) == (0, 1, 1, 2)
    with pytest.raises(ValueError, match="at least 1"):
        set_threads(0)


PROGRAM = """
import json
from tests.kernels.demand_market import make_market
market = make_market(40)
orders = market.run(2)
c = market.customers
whole = {n: getattr(c, n).tolist() for n in c if getattr(c, n).dtype.kind in "iu"}
real = {n: getattr(c, n).tolist() for n in c if getattr(c, n).dtype.kind == "f"}
print(json.dumps([whole, real, [[x.tolist() for x in week] for week in orders]]))
"""


def run_program(root: Path, **environment: str) -> list[object]:
    settings = os.environ | {"PYTHONPATH": str(root), "PYTHONWARNINGS": "error"} | environment
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: list[object] = json.loads(done.stdout)
    return answer


def test_the_same_code_runs_without_a_compiler(root: Path) -> None:
    compiled, plain = run_program(root), run_program(root, NUMBA_DISABLE_JIT="1")
    assert compiled[0] == plain[0]
    assert compiled[2] == plain[2]
    reals, others = compiled[1], plain[1]
    assert isinstance(reals, dict)
    assert isinstance(others, dict)
    for name, values in reals.items():
        np.testing.assert_allclose(values, others[name], atol=1e-5, err_msg=name)


WATCHED = """
from sim import jit

jit.watch_calls(lambda kernel, args: print(kernel.__qualname__, *args))
exec(compile("@jit.jit\\ndef add(a, b):\\n    return a + b\\n", "sums", "exec"))
exec(compile("@jit.jit\\ndef add_up(a, b):\\n    return add(add(a, b), b)\\n", "sums", "exec"))
print(add_up(1, 2), add(1, 1))
"""


def test_calls_from_outside_kernels_can_be_watched_without_a_compiler(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n") == ["add_up 1 2", "add 1 1", "5 2", ""]
