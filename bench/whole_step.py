"""The whole week of a market, every actor included: time by phase, bytes per customer, and what costs per customer in C."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

from bench.cut import SCENARIO, take_cut
from bench.ours_week import OurWeek
from bench.peers.c_market import has_compiler
from bench.peers.c_week import STEPS, CWeek
from bench.timing import Measurement, Race
from sim import Market, Scenario
from sim.kernels.threads import set_threads
from sim.week import Phase

SECTION, PHASES, MEMORY = "whole step", "whole step by phase", "memory"
AGAINST_C = "whole step by phase, bench market against C"
#: Name of the peak that :mod:`bench.one_market` counts.
IN_ALL = "most memory in all"
BENCH_MARKET, BUILT_IN = "bench market", "regional_plain"
#: What costs per customer alone, from the same cut of the bench market: our kernels, and C.
OUR_PART, C_PART = "bench market, what costs per customer", "C with OpenMP, what costs per customer"

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


#: Markets by name, customers and threads.
Markets = dict[tuple[str, int, int], TimedMarket | OurWeek | CWeek]


def enter(sizes: list[int], cores: int) -> tuple[list[Race], Markets]:
    """Races of the bench market at all sizes, of the built-in market and of what costs per customer at the largest."""
    races, markets = enter_customers(max(sizes), cores)
    entries = [(BENCH_MARKET, size, threads) for size in sorted(sizes) for threads in sorted({1, cores})]
    entries.append((BUILT_IN, max(sizes), cores))
    for name, size, threads in entries:
        timed = TimedMarket(name, size)
        weeks = _weeks(size)
        measured = Measurement(SECTION, name, _UNIT, size, threads)
        races.append(Race(measured, timed.step, weeks, before=partial(_prepare, timed, threads, weeks)))
        markets[name, size, threads] = timed
    return races, markets


def enter_customers(size: int, cores: int) -> tuple[list[Race], Markets]:
    """Races of what costs per customer in a week of the bench market, ours and C's; C where there is a compiler."""
    races: list[Race] = []
    markets: Markets = {}
    cut = take_cut(size)
    for threads in sorted({1, cores}):
        entered: dict[str, OurWeek | CWeek] = {OUR_PART: OurWeek(cut, 1)}
        if has_compiler():
            entered[C_PART] = CWeek(cut, 1, threads=threads)
        set_threads(threads)
        for name, market in entered.items():
            # The cut has its first week behind it: the database is inspected in the same weeks as in the whole market.
            for _ in range(_WARM_UP - 1):
                market.step()
            market.seconds.clear()
            measured = Measurement(SECTION, name, _UNIT, size, threads)
            races.append(Race(measured, market.step, _weeks(size), before=partial(set_threads, threads)))
            markets[name, size, threads] = market
    return races, markets


def _weeks(size: int) -> int:
    return max(3, min(30, 5_000_000 // size))


def _prepare(timed: TimedMarket, threads: int, weeks: int) -> None:
    set_threads(threads)
    timed.renew(weeks)


def phase_times(markets: Markets, size: int) -> list[Measurement]:
    """What each phase took in the timed weeks at one size, per customer and week, and our times as multiples of C's."""
    found = []
    for (name, customers, threads), market in markets.items():
        if customers == size:
            for phase, seconds in market.seconds.items():
                values = [second / customers * 1e9 for second in seconds]
                found.append(Measurement(PHASES, f"{name}: {phase}", _UNIT, customers, threads, values))
    return found + _against_c(found)


def _against_c(found: list[Measurement]) -> list[Measurement]:
    """The medians of the bench market's phases, and of those of its part, divided by those of the C program."""
    median = {(m.name, m.customers, m.threads): m.median for m in found}
    ratios = []
    for (name, customers, threads), theirs in median.items():
        who, _, phase = name.partition(": ")
        if who != C_PART or phase not in STEPS:
            continue
        for ours in (BENCH_MARKET, OUR_PART):
            mine = median.get((f"{ours}: {phase}", customers, threads))
            if mine is not None:
                ratio = Measurement(
                    AGAINST_C, f"{ours}: {phase}", "times its time", customers, threads, [mine / theirs]
                )
                ratios.append(ratio)
    return ratios


def measure_memory(size: int) -> list[Measurement]:
    """Bytes per customer of one market, counted and as the system sees it, in a process of its own."""
    command = [sys.executable, "-m", "bench.one_market", str(size)]
    answer = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True)
    return [
        Measurement(MEMORY, name, "bytes per customer", size, None, [value / size])
        for name, value in json.loads(answer.stdout).items()
    ]
