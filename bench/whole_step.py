"""The whole week of a market, every actor included: time by phase, and bytes per customer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

from bench.cut import SCENARIO
from bench.timing import Measurement, Race
from sim import Market, Scenario
from sim.kernels.threads import set_threads
from sim.week import WEEK, Phase

SECTION, PHASES, MEMORY = "whole step", "whole step by phase", "memory"
#: Name of the peak that :mod:`bench.one_market` counts.
IN_ALL = "most memory in all"
BENCH_MARKET, BUILT_IN = "bench market", "regional_plain"

_WARM_UP = 3
_UNIT = "ns per customer and week"


class TimedMarket:
    """A market that starts again when its weeks are over, and notes what each phase took."""

    def __init__(self, scenario: str, customers: int, policy: str | None = None) -> None:
        place = str(SCENARIO) if scenario == BENCH_MARKET else scenario
        self._scenario = Scenario.load(
            place, policy=policy, customers=customers, overrides={"params.network.degree": 8}
        )
        self.market = Market(self._scenario, seed=1)
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        for _ in range(_WARM_UP):
            self.market.step()

    def renew(self, weeks: int) -> None:
        """Make sure that ``weeks`` are left to run, if need be in a new market, warmed up."""
        if self.market.week + weeks > self._scenario.weeks:
            self.market = Market(self._scenario, seed=1)
            for _ in range(_WARM_UP):
                self.market.step()

    def step(self) -> None:
        """Run one week, watching the phases."""
        last = [time.perf_counter()]

        def note(phase: Phase) -> None:
            now = time.perf_counter()
            self.seconds[phase.name].append(now - last[0])
            last[0] = now

        self.market.run_week(note)


def enter(sizes: list[int], cores: int) -> tuple[list[Race], dict[tuple[str, int, int], TimedMarket]]:
    """Races of the bench market at all sizes and of the built-in market at the largest; the markets by (name, size, threads)."""
    races, markets = [], {}
    entries = [(BENCH_MARKET, size, threads) for size in sorted(sizes) for threads in sorted({1, cores})]
    entries.append((BUILT_IN, max(sizes), cores))
    for name, size, threads in entries:
        timed = TimedMarket(name, size)
        weeks = max(3, min(30, 5_000_000 // size))
        races.append(
            Race(
                Measurement(SECTION, name, _UNIT, size, threads),
                timed.step,
                weeks,
                before=partial(_prepare, timed, threads, weeks),
            )
        )
        markets[name, size, threads] = timed
    return races, markets


def _prepare(timed: TimedMarket, threads: int, weeks: int) -> None:
    set_threads(threads)
    timed.renew(weeks)


def phase_times(markets: dict[tuple[str, int, int], TimedMarket], size: int) -> list[Measurement]:
    """What each phase took in the timed weeks at one size, per customer and week."""
    found = []
    for (name, customers, threads), timed in markets.items():
        if customers == size:
            for phase in WEEK:
                values = [seconds / customers * 1e9 for seconds in timed.seconds[phase.name]]
                found.append(Measurement(PHASES, f"{name}: {phase.name}", _UNIT, customers, threads, values))
    return found


def measure_memory(size: int) -> list[Measurement]:
    """Bytes per customer of one market, counted and as the system sees it, in a process of its own."""
    command = [sys.executable, "-m", "bench.one_market", str(size)]
    answer = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True)
    return [
        Measurement(MEMORY, name, "bytes per customer", size, None, [value / size])
        for name, value in json.loads(answer.stdout).items()
    ]
