"""One side of a comparison of two versions of the simulator: runs markets by orders on standard input, one answer a line.

A script that is run by its path with the tree to measure first on the path of modules, so that it must do with what both
versions have: markets and scenarios, weeks whose phases are observed, a number of threads.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import sim
from sim import Market, Scenario
from sim.kernels.threads import set_threads

_markets: dict[str, Market] = {}


def tell() -> dict[str, Any]:
    """Where the code comes from that is measured here."""
    return {"file": sim.__file__}


def start(
    key: str,
    scenario: str,
    policy: str | None,
    customers: int,
    weeks: int,
    threads: int,
    lived_in: bool,
    overrides: dict[str, Any],
) -> dict[str, Any]:
    """Make a market and keep it under ``key``, with its warm-up behind it if ``lived_in``."""
    set_threads(threads)
    _markets[key] = Market(_load(scenario, policy, customers, weeks, overrides), seed=1, lived_in=lived_in)
    return {}


def end(key: str) -> dict[str, Any]:
    """Forget a market."""
    del _markets[key]
    return {}


def step(key: str, weeks: int, threads: int) -> dict[str, Any]:
    """Run weeks: seconds by the clock, of the processor, and of the processor by phase."""
    market = _markets[key]
    set_threads(threads)
    phases: defaultdict[str, float] = defaultdict(float)
    start, mark = time.perf_counter(), [time.process_time()]
    first = mark[0]

    def note(phase: Any) -> None:
        now = time.process_time()
        phases[phase.name] += now - mark[0]
        mark[0] = now

    for _ in range(weeks):
        market.run_week(note)
    seconds = time.perf_counter() - start
    return {"clock": seconds, "processor": time.process_time() - first, "phases": phases}


def live(scenario: str, policy: str | None, customers: int, weeks: int, threads: int) -> dict[str, Any]:
    """One whole run: seconds of the warm-up and of the weeks after it, and what the market came to."""
    set_threads(threads)
    loaded = _load(scenario, policy, customers, weeks, {})
    begun = (time.perf_counter(), time.process_time())
    market = Market(loaded, seed=7, lived_in=False)
    market.live_in()
    middle = (time.perf_counter(), time.process_time())
    market.run()
    ended = (time.perf_counter(), time.process_time())
    digest = hashlib.sha256(market.state.record["sell_out_units"].tobytes() + market.state.customers.stage.tobytes())
    return {
        "clock": [ended[0] - middle[0], ended[0] - begun[0]],
        "processor": [ended[1] - middle[1], ended[1] - begun[1]],
        "came_to": digest.hexdigest(),
    }


def _load(scenario: str, policy: str | None, customers: int, weeks: int, overrides: dict[str, Any]) -> Scenario:
    return Scenario.load(scenario, policy=policy, customers=customers, weeks=weeks, overrides=overrides)


_ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "tell": tell,
    "start": start,
    "end": end,
    "step": step,
    "live": live,
}


def main() -> None:
    """Do what is asked, line by line, until there is no more."""
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(_ORDERS[order.pop("do")](**order)), flush=True)


if __name__ == "__main__":
    main()
