"""One bench market in a process of its own: prints as JSON the bytes it holds and the most memory the process took."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from bench.cut import SCENARIO
from sim import Market, Scenario
from sim.state.table import Table

_WEEKS = 5
_KILO = 1024  # the system counts in kB
_STATUS = Path("/proc/self/status")


def main(customers: int) -> None:
    """Build a market, run a few weeks, and count."""
    warm = Market(Scenario.load(SCENARIO, customers=2000), seed=1)
    for _ in range(_WEEKS):
        warm.step()
    before = peak()
    market = Market(Scenario.load(SCENARIO, customers=customers), seed=1)
    built = peak()
    for _ in range(_WEEKS):
        market.step()
    state = market.state
    ties = state.network
    counted = {
        "columns of customers": _bytes_of(state.customers),
        "the firm's records of customers": _bytes_of(state.knowledge),
        "reps' diary": _bytes_of(state.diary),
        "network": ties.indptr.nbytes + ties.strong_end.nbytes + ties.neighbours.nbytes,
    }
    peaks = {"most memory while building": built - before, "most memory in all": peak() - before}
    json.dump({**counted, "all arrays": sum(counted.values()), **peaks}, sys.stdout)


def _bytes_of(table: Table) -> int:
    return sum(int(getattr(table, name).nbytes) for name in table)


def peak() -> int:
    """Most memory so far, bytes. Not from ``getrusage``, which on Linux counts the parent's before it started us."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILO
    line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * _KILO


if __name__ == "__main__":
    main(int(sys.argv[1]))
