"""One bench market in a process of its own: prints as JSON the bytes it holds and the most memory the process took."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.cut import SCENARIO
from sim import Market, Scenario

_WEEKS = 5
_KILO = 1024  # the system counts in kB


def main(customers: int) -> None:
    """Build a market, run a few weeks, and count."""
    warm = Market(Scenario.load(SCENARIO, customers=2000), seed=1)
    for _ in range(_WEEKS):
        warm.step()
    before = _peak()
    market = Market(Scenario.load(SCENARIO, customers=customers), seed=1)
    built = _peak()
    for _ in range(_WEEKS):
        market.step()
    state = market.state
    tables = {name: sum(getattr(table, c).nbytes for c in table) for name, table in (
        ("customers", state.customers), ("knowledge", state.knowledge), ("diary", state.diary))}
    ties = state.network
    counted = {
        "columns of customers": tables["customers"],
        "the firm's records of customers": tables["knowledge"],
        "reps' diary": tables["diary"],
        "network": ties.indptr.nbytes + ties.strong_end.nbytes + ties.neighbours.nbytes,
    }
    peaks = {"most memory while building": built - before, "most memory in all": _peak() - before}
    json.dump({**counted, "all arrays": sum(counted.values()), **peaks}, sys.stdout)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILO


if __name__ == "__main__":
    main(int(sys.argv[1]))
