"""Targets of speed, and what of them was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import demand, starts, whole_step
from bench.timing import Measurement

MESA_RATIO, NUMPY_RATIO = 300.0, 5.0
STEP_NANOSECONDS = 25.0
RUN_SECONDS, IMPORT_SECONDS = 1.5, 2.0


@dataclass(frozen=True)
class Verdict:
    """One target and what was measured."""

    what: str
    measured: float
    target: float
    unit: str
    at_least: bool  # else at most

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        return self.measured >= self.target if self.at_least else self.measured <= self.target


def judge(found: Sequence[Measurement]) -> list[Verdict]:
    """All targets for which there are measurements; ratios and times at the largest size and with most threads."""
    return [*_ratios(found), *_limits(found)]


def fastest_setting(found: Sequence[Measurement], section: str, name: str) -> Measurement | None:
    """The measurement of the largest market, with most threads."""
    of_name = [m for m in found if m.section == section and m.name == name]
    return max(of_name, key=lambda m: (m.customers or 0, m.threads or 0), default=None)


def _ratios(found: Sequence[Measurement]) -> list[Verdict]:
    ours = fastest_setting(found, demand.SECTION, demand.OURS)
    verdicts = []
    for name, target in ((demand.MESA, MESA_RATIO), (demand.NUMPY, NUMPY_RATIO)):
        peer = fastest_setting(found, demand.SECTION, name)
        if ours is not None and peer is not None:
            what = f"demand phases, ours at {ours.customers:,} ({ours.threads} threads) against {name} at {peer.customers:,}"
            verdicts.append(Verdict(what, peer.median / ours.median, target, "times faster", True))
    return verdicts


def _limits(found: Sequence[Measurement]) -> list[Verdict]:
    verdicts = []
    step = fastest_setting(found, whole_step.SECTION, whole_step.BENCH_MARKET)
    if step is not None:
        what = f"whole step at {step.customers:,} customers, {step.threads} threads"
        verdicts.append(Verdict(what, step.median, STEP_NANOSECONDS, step.unit, False))
    for measured in found:
        if measured.section == starts.SECTION and measured.name.startswith(starts.RUN):
            verdicts.append(Verdict(f"one run of {measured.name}", measured.median, RUN_SECONDS, "s", False))
        if measured.section == starts.SECTION and measured.name in (starts.IMPORT, starts.IMPORT_MARKET):
            verdicts.append(Verdict(f"`{measured.name}`", measured.median, IMPORT_SECONDS, "s", False))
    return verdicts
