"""Before and after: another version of the simulator and this one do the same weeks in turn, each in its own process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.cut import SCENARIO
from bench.timing import Measurement, wait_for_quiet, watched
from bench.versions import ROOT, Version, checked_out, command, environment

BEFORE, AFTER, RATIO = "before", "after", "before / after"
WEEK, RUN, STEP, COMPILE, PHASES, SAME = (
    "processor time of a week",
    "whole runs",
    "whole step",
    "first run without compiled kernels",
    "processor time of a week by phase",
    "runs that come to the same",
)
EQUIPMENT, PLAIN, BENCH = "regional_equipment", "regional_plain", "bench market"
POLICIES = ("status_quo", "deep_marketing")
_MILLION, _RUN_WEEKS, _RUN_CUSTOMERS = 1_000_000, 104, 20_000
_SETTLE = 3
#: Compiling takes half a minute: fewer times than the rest.
_COMPILED = 3
_FIRST_RUN = (
    "import time; start = time.perf_counter()\n"
    "from sim import Market\n"
    f'Market("{EQUIPMENT}", seed=7, policy="deep_marketing", weeks=4, customers=2000).run()\n'
    "print(time.perf_counter() - start, time.process_time())"
)


@dataclass(frozen=True)
class Entry:
    """A market that both versions run, ``weeks`` in each turn; ``lived_in`` after its warm-up, else in the first weeks of it."""

    scenario: str
    policy: str | None
    customers: int
    weeks: int
    threads: int = 1
    lived_in: bool = True
    by_phase: bool = False

    @property
    def name(self) -> str:
        """The market in words."""
        return self.scenario if self.policy is None else f"{self.scenario}, {self.policy}"


#: (a), (b): what a week costs where hardly anything depends on customers, and where much does; (d): where all does.
WEEKS = (
    *(Entry(EQUIPMENT, policy, 500, 26, by_phase=policy == POLICIES[0]) for policy in POLICIES),
    *(Entry(EQUIPMENT, policy, _RUN_CUSTOMERS, 26, by_phase=policy == POLICIES[0]) for policy in POLICIES),
)
STEPS = tuple(
    Entry(scenario, None, _MILLION, 4, threads=2, lived_in=False, by_phase=True)
    for scenario in (BENCH, PLAIN, EQUIPMENT)
)


@dataclass
class Pairs:
    """Measurements of both versions by section and measure, filled in turn."""

    title: str
    found: dict[tuple[str, str, int | None], tuple[Measurement, Measurement]] = field(default_factory=dict)
    same: list[Measurement] = field(default_factory=list)

    def of(self, section: str, name: str, unit: str, customers: int | None, threads: int | None) -> list[Measurement]:
        """The measurement of the version before and of the one after."""
        key = (section, name, customers)
        if key not in self.found:
            full = f"{self.title}: {section}"
            before, after = (
                Measurement(full, f"{name}: {which}", unit, customers, threads) for which in (BEFORE, AFTER)
            )
            self.found[key] = before, after
        return list(self.found[key])

    def all(self) -> list[Measurement]:
        """Both measurements of everything, and their ratios turn by turn; a phase that one version lacks takes it no time."""
        for before, after in self.found.values():
            turns = max(len(before.values), len(after.values))
            for measurement in (before, after):
                measurement.values += [0.0] * (turns - len(measurement.values))
        pairs = [m for before, after in self.found.values() for m in (before, after, ratio_of(before, after))]
        return pairs + self.same


def ratio_of(before: Measurement, after: Measurement) -> Measurement:
    """How many times faster, in each turn."""
    name = f"{before.name.removesuffix(BEFORE)}{RATIO}"
    ratio = Measurement(before.section, name, "times", before.customers, before.threads)
    ratio.values = _divided(before.values, after.values)
    ratio.cpu = _divided(before.cpu, after.cpu)
    ratio.others = [max(pair) for pair in zip(before.others, after.others, strict=False)]
    return ratio


def _divided(before: Sequence[float], after: Sequence[float]) -> list[float]:
    return [b / a if a > 0 else float("nan") for b, a in zip(before, after, strict=True)]


def compare_with(commit: str, repetitions: int, patience: float, *, quick: bool = False) -> list[Measurement]:
    """All quantities, measured in turn with the code of ``commit`` (or of that folder) and with this code."""
    pairs = Pairs(f"against {Path(commit).name}")
    with checked_out(commit) as tree:
        both = [Version(tree), Version(ROOT)]
        try:
            for entry in WEEKS if quick else (*WEEKS, *STEPS):
                _measure_weeks(pairs, both, entry, repetitions, patience)
            for policy in POLICIES:
                _measure_runs(pairs, both, policy, 1 if quick else repetitions, patience)
        finally:
            for version in both:
                version.close()
        for _ in range(1 if quick else min(repetitions, _COMPILED)):
            _measure_compiling(pairs, both, patience)
    return pairs.all()


def _in_turn(
    turn: int,
    measured: list[Measurement],
    both: list[Version],
    patience: float,
    do: Callable[[Version], dict[str, Any]],
) -> list[dict[str, Any]]:
    """What both versions answer; notes how many cores others used meanwhile. In every other turn the later one is first."""
    answers: dict[int, dict[str, Any]] = {}
    for which in sorted(range(len(both)), reverse=turn % 2 == 1):
        wait_for_quiet(patience)
        with watched(measured[which].others) as watch:
            answers[which] = do(both[which])
            spent = answers[which]["processor"]
            watch.of_children += max(spent) if isinstance(spent, list) else spent
    return [answers[which] for which in range(len(both))]


def _measure_weeks(pairs: Pairs, both: list[Version], entry: Entry, repetitions: int, patience: float) -> None:
    """Processor time of a week, or the clock's where there are several threads; and by phase."""
    _say(f"{entry.name}, {entry.customers:,} customers")
    place = str(SCENARIO) if entry.scenario == BENCH else entry.scenario
    weeks = repetitions * entry.weeks + _SETTLE
    overrides = {"params.network.degree": 8} if entry.customers >= _MILLION else {}
    for version in both:
        settings = {"policy": entry.policy, "customers": entry.customers, "threads": entry.threads}
        version.ask(
            "start", key="market", scenario=place, weeks=weeks, lived_in=entry.lived_in, overrides=overrides, **settings
        )
        version.ask("step", key="market", weeks=_SETTLE, threads=entry.threads)
    million = entry.customers >= _MILLION
    section, unit = (STEP, "ns per customer and week") if million else (WEEK, "ms")
    scale = (1e9 / entry.customers if million else 1e3) / entry.weeks
    for turn in range(repetitions):
        measured = pairs.of(section, entry.name, unit, entry.customers, entry.threads)
        answers = _in_turn(
            turn,
            measured,
            both,
            patience,
            lambda version: version.ask("step", key="market", weeks=entry.weeks, threads=entry.threads),
        )
        for which, (measurement, answer) in enumerate(zip(measured, answers, strict=True)):
            measurement.values.append(scale * answer["clock" if million else "processor"])
            measurement.cpu.append(scale * answer["processor"])
            if entry.by_phase:
                _note_phases(pairs, which, entry, answer["phases"], 1e3 / entry.weeks)
    for version in both:
        version.ask("end", key="market")


def _note_phases(pairs: Pairs, which: int, entry: Entry, phases: dict[str, float], scale: float) -> None:
    for phase, seconds in phases.items():
        section = f"{PHASES}, {entry.name}"
        pairs.of(section, phase, "ms", entry.customers, entry.threads)[which].values.append(scale * seconds)


def _measure_runs(pairs: Pairs, both: list[Version], policy: str, repetitions: int, patience: float) -> None:
    """Whole runs, from the end of the warm-up and with it; and whether both versions come to the same."""
    _say(f"runs of {EQUIPMENT}, {policy}")
    settings = {"scenario": EQUIPMENT, "policy": policy, "customers": _RUN_CUSTOMERS, "weeks": _RUN_WEEKS, "threads": 1}
    market = f"{EQUIPMENT}, {policy}, {_RUN_WEEKS} weeks"
    parts = [
        pairs.of(RUN, f"{market}{how}", "s", _RUN_CUSTOMERS, 1) for how in (" after the warm-up", " with the warm-up")
    ]
    same = Measurement(f"{pairs.title}: {SAME}", market, "share of runs", _RUN_CUSTOMERS, 1)
    pairs.same.append(same)
    for turn in range(repetitions):
        answers = _in_turn(turn, parts[0], both, patience, lambda version: version.ask("live", **settings))
        for part, measured in enumerate(parts):
            for measurement, answer in zip(measured, answers, strict=True):
                measurement.values.append(answer["clock"][part])
                measurement.cpu.append(answer["processor"][part])
        same.values.append(float(answers[0]["came_to"] == answers[1]["came_to"]))
    for shorter, longer in zip(*parts, strict=True):
        longer.others = shorter.others


def _measure_compiling(pairs: Pairs, both: list[Version], patience: float) -> None:
    """The first run of an installation, import and compiling included."""
    _say("compiling from nothing")
    measured = pairs.of(COMPILE, f"{EQUIPMENT}, deep_marketing, 4 weeks", "s", 2000, None)
    for version, measurement in zip(both, measured, strict=True):
        wait_for_quiet(patience)
        with tempfile.TemporaryDirectory() as empty, watched(measurement.others):
            done = subprocess.run(
                command("-c", _FIRST_RUN),
                env=environment(version.tree, NUMBA_CACHE_DIR=empty),
                capture_output=True,
                text=True,
                check=True,
            )
        clock, processor = (float(word) for word in done.stdout.split())
        measurement.values.append(clock)
        measurement.cpu.append(processor)


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
