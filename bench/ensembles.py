"""Ensembles: what two workers do of real runs of half a second, as a share of twice what one does; each in fresh processes."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.one_ensemble import RUNS, SECONDS
from bench.timing import Measurement, wait_for_quiet, watched
from bench.versions import ROOT

_QUICK_RUNS = 6
WHAT = f"{RUNS} real runs of about {SECONDS:g} s"
IDEAL, AT_WORK, RUN = (
    f"ensembles: {WHAT}, share of the ideal",
    f"ensembles: {WHAT}, share of workers' time at work",
    f"ensembles: {WHAT}, what a run took",
)
SERIAL, ONE, TWO = "serial", "local, 1 process", "local, 2 processes"
SLOWED = "local, 2 processes: speed of a run next to another, of one alone"
TWICE = "local, 2 processes of twice 1 process"


def measure_ensembles(repetitions: int, patience: float, *, quick: bool = False) -> list[Measurement]:
    """Shares in %, and seconds of a run; the ideal of two processes is twice one, of one process its runs alone."""
    found = {
        "ideal": Measurement(IDEAL, TWICE, "%"),
        "serial": Measurement(IDEAL, SERIAL, "%"),
        "one": Measurement(AT_WORK, ONE, "%"),
        "two": Measurement(AT_WORK, TWO, "%"),
        "slowed": Measurement(AT_WORK, SLOWED, "%"),
        "seconds": Measurement(RUN, SERIAL, "s"),
    }
    for _ in range(repetitions):
        wait_for_quiet(patience)
        load: list[float] = []
        with watched(load):
            command = [sys.executable, "-m", "bench.one_ensemble", str(_QUICK_RUNS if quick else RUNS)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for name, value in json.loads(done.stdout).items():
            found[name].values.append(value)
            found[name].others.extend(load)
    return list(found.values())
