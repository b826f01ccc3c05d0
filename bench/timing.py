"""Timing: repetitions of several contestants in turn, and how busy others kept the machine meanwhile."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Cores used by others up to which the machine counts as quiet.
QUIET = 0.15

_GLANCE = 0.25
_TICKS_PER_SECOND = 100.0
_PROC_STAT = Path("/proc/stat")


@dataclass
class Measurement:
    """Repeated measurements of one thing.

    ``cpu`` is the same in processor time of all our threads, which suffers less from others than the clock does;
    ``others`` are the cores that other programs used during each (Linux only).
    """

    section: str
    name: str
    unit: str
    customers: int | None = None
    threads: int | None = None
    values: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median of the repetitions."""
        return statistics.median(self.values)

    @property
    def cpu_median(self) -> float:
        """Median of the processor time; NaN where it was not taken."""
        return statistics.median(self.cpu) if self.cpu else float("nan")

    @property
    def load(self) -> float:
        """Median of what others used, in cores."""
        return statistics.median(self.others) if self.others else float("nan")


@dataclass
class Race:
    """One contestant of an interleaved run: ``weeks`` calls of ``step`` are one repetition."""

    measurement: Measurement
    step: Callable[[], None]
    weeks: int
    before: Callable[[], None] | None = None  # called before each repetition, untimed


def run_in_turn(races: Sequence[Race], repetitions: int, patience: float) -> None:
    """Time every race ``repetitions`` times, all of them in each round, in ns per customer and week.

    Before each repetition waits up to ``patience`` seconds for others to leave the machine in peace.
    """
    for _ in range(repetitions):
        for race in races:
            if race.before is not None:
                race.before()
            wait_for_quiet(patience)
            customers = race.measurement.customers or 1
            with watched(race.measurement.others):
                start, start_cpu = time.perf_counter(), time.process_time()
                for _ in range(race.weeks):
                    race.step()
                seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
            race.measurement.values.append(seconds / race.weeks / customers * 1e9)
            race.measurement.cpu.append(cpu_seconds / race.weeks / customers * 1e9)


class watched:
    """While open, measures how many cores others used; the answer is appended to ``to``.

    Our own are this process and those of its children that ended meanwhile; for children that live on, the caller adds
    the seconds that they worked to ``of_children``.
    """

    def __init__(self, to: list[float]) -> None:
        self._to = to
        self.of_children = 0.0

    def __enter__(self) -> watched:
        self._busy, self._own, self._start = _busy_seconds(), _own_seconds(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        busy = _busy_seconds()
        if busy is None or self._busy is None:
            return
        elapsed = max(time.perf_counter() - self._start, 1e-9)
        own = _own_seconds() - self._own + self.of_children
        self._to.append(max(busy - self._busy - own, 0.0) / elapsed)


def _own_seconds() -> float:
    """Seconds that this process and its children that have ended were at work."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def wait_for_quiet(patience: float) -> None:
    """Return once others use hardly any core, or after ``patience`` seconds."""
    for load in _glances(patience):
        if load <= QUIET:
            return


def _glances(patience: float) -> Iterator[float]:
    end = time.perf_counter() + patience
    while time.perf_counter() < end and _busy_seconds() is not None:
        seen: list[float] = []
        with watched(seen):
            time.sleep(_GLANCE)
        yield seen[0]


def _busy_seconds() -> float | None:
    """Seconds all cores have been busy since boot; None where the system does not tell."""
    try:
        fields = _PROC_STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _, _, irq, softirq, *_ = (float(field) for field in fields)
    return (user + nice + system + irq + softirq) / _TICKS_PER_SECOND
