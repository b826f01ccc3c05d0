"""Start-up and whole runs, each in a fresh process: import, one run of the built-in market, compiling from nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from bench.timing import Measurement, wait_for_quiet, watched

SECTION = "starts and runs"
IMPORT, IMPORT_MARKET = "import sim", "from sim import Market"
COLD, CACHED = "first run without compiled kernels", "first run with compiled kernels"
RUN = "regional_plain, 20,000 customers, 104 weeks"

_TIME = "import time; start = time.perf_counter(); {body}; print(time.perf_counter() - start, time.process_time())"
_FIRST_RUN = (
    'from sim import Market; Market("regional_plain", seed=7, policy="deep_marketing", weeks=4, customers=2000).run()'
)
_WHOLE_RUN = (
    "import time; from sim import Market\n"
    'Market("regional_plain", seed=7, policy="{policy}", weeks=6, customers=2000).run()\n'
    "start, start_cpu = time.perf_counter(), time.process_time()\n"
    'Market("regional_plain", seed=7, policy="{policy}").run()\n'
    "print(time.perf_counter() - start, time.process_time() - start_cpu)"
)


def measure_starts(repetitions: int, patience: float) -> list[Measurement]:
    """Seconds of imports, cold and cached first runs, and whole runs under two policies."""
    programs = {IMPORT: _TIME.format(body="import sim"), IMPORT_MARKET: _TIME.format(body=IMPORT_MARKET)}
    programs |= {f"{RUN}, {policy}": _WHOLE_RUN.format(policy=policy) for policy in ("status_quo", "deep_marketing")}
    found = [Measurement(SECTION, name, "s") for name in (*programs, COLD, CACHED)]
    by_name = {measured.name: measured for measured in found}
    for code in programs.values():
        _run(code, {})  # fill the cache
    for _ in range(repetitions):
        for name, code in programs.items():
            _measure(by_name[name], code, {}, patience)
        with tempfile.TemporaryDirectory() as empty:
            for name in (COLD, CACHED):
                _measure(by_name[name], _TIME.format(body=_FIRST_RUN), {"NUMBA_CACHE_DIR": empty}, patience)
    return found


def _measure(measured: Measurement, code: str, environment: Mapping[str, str], patience: float) -> None:
    wait_for_quiet(patience)
    with watched(measured.others):
        seconds, cpu_seconds = _run(code, environment)
    measured.values.append(seconds)
    measured.cpu.append(cpu_seconds)


def _run(code: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """(seconds by the clock, processor seconds) as the program prints them."""
    answer = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    seconds, cpu_seconds = (float(word) for word in answer.stdout.split())
    return seconds, cpu_seconds
