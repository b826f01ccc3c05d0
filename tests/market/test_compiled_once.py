"""Compiling from nothing costs half a minute; a kernel that meets two kinds of arrays costs its part of it twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Kernels that are compiled for several sets of argument types, and why.
SEVERAL = {
    "sim.solvers.tiers._add_rows": "units are whole, money and shares are not: one rounds nothing, the other must",
}

PROGRAM = """
import gc, json, sys, tempfile
from pathlib import Path
from numba.core import event
from sim import Market, Scenario
from sim.parts import Kernel
from tests.laws.eventful import EVENTFUL
from tests.market.service_on import SERVICE_ON

compiled = event.RecordingListener()
event.register("numba:compile", compiled)
eventful = Path(tempfile.mkdtemp()) / "eventful.toml"
eventful.write_text(EVENTFUL)
for scenario, policy, customers, weeks, overrides in (
    ("regional_equipment", "deep_marketing", 600, 12, {}),
    ("regional_equipment", "status_quo", 600, 4, {}),
    ("regional_plain", "abc", 600, 4, {}),
    (str(eventful), "deep_marketing", 400, 30, SERVICE_ON),
):
    market = Scenario.load(scenario, policy=policy, customers=customers, weeks=weeks, overrides=overrides)
    Market(market, seed=5, lived_in=False).run()

def name_of(kernel):
    return f"{kernel.py_func.__module__}.{kernel.py_func.__qualname__}"

kernels = [k for k in gc.get_objects() if isinstance(k, Kernel)]
called = {name_of(k): [[str(t) for t in types] for types in k.signatures] for k in kernels}
parts = {f"part {name_of(k)}": [[str(t) for t in types] for types in k.part.signatures] for k in kernels}
print(json.dumps([called | parts, len(compiled.buffer)]))
"""


WARM = "from experiments.cli.doctor import _warm; _warm()"

AFTER = """
from numba.core import event
from sim import Market

compiled = event.RecordingListener()
event.register("numba:compile", compiled)
for policy in ("status_quo", "deep_marketing"):
    Market("regional_equipment", seed=3, policy=policy, customers=5000).run()
print(len(compiled.buffer))
"""


REHEARSED = """
import json, subprocess, sys
from experiments.cli.rehearsal import from_line

lines = subprocess.run([sys.executable, "-m", "experiments.cli.rehearsal"], capture_output=True, text=True, check=True)
kernels = [from_line(line) for line in lines.stdout.split()]
print(json.dumps([[f"{module}.{name}", [str(t) for t in types]] for module, name, types in kernels]))
"""


def told(root: Path, program: str, **environment: str) -> str:
    """What ``program`` prints in a process of its own."""
    settings = os.environ | {"PYTHONPATH": str(root)} | environment
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def signatures(root: Path, **environment: str) -> tuple[dict[str, list[list[str]]], int]:
    """Argument types of every kernel of the project and how many functions were compiled, in a process of its own."""
    found, compiled = json.loads(told(root, PROGRAM, **environment))
    return found, compiled


def compiled_for_several(found: dict[str, list[list[str]]]) -> dict[str, list[list[tuple[str, ...]]]]:
    """Of each kernel with several sets of argument types, the types in which each set differs from the first."""
    return {
        name: [
            [pair for pair in zip(of_kernel[0], other, strict=True) if pair[0] != pair[1]] for other in of_kernel[1:]
        ]
        for name, of_kernel in found.items()
        if len(of_kernel) > 1 and name not in SEVERAL
    }


def test_each_kernel_is_compiled_for_one_set_of_types(root: Path) -> None:
    found, _ = signatures(root)
    assert found["sim.kernels.choice.choose"]
    assert compiled_for_several(found) == {}


@pytest.mark.slow
def test_from_nothing_parts_of_kernels_are_compiled_once_and_a_second_process_compiles_nothing(
    root: Path, tmp_path: Path
) -> None:
    found, compiled = signatures(root, NUMBA_CACHE_DIR=str(tmp_path))
    assert compiled > len(found) // 2
    assert found["part sim.kernels.choice.utility"]
    assert compiled_for_several(found) == {}
    assert signatures(root, NUMBA_CACHE_DIR=str(tmp_path))[1] == 0


@pytest.mark.slow
def test_doctor_warm_leaves_nothing_to_compile_for_a_comparison_in_the_built_in_market(
    root: Path, tmp_path: Path
) -> None:
    told(root, WARM, NUMBA_CACHE_DIR=str(tmp_path))
    assert told(root, AFTER, NUMBA_CACHE_DIR=str(tmp_path)) == "0\n"


@pytest.mark.slow
def test_a_rehearsal_names_most_kernels_and_none_with_types_that_no_run_has(root: Path) -> None:
    rehearsed = json.loads(told(root, REHEARSED, NUMBA_DISABLE_JIT="1"))
    found, _ = signatures(root)
    assert len(rehearsed) > 50
    assert [name for name, types in rehearsed if types not in found[name]] == []
