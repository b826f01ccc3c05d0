"""Targets of speed, and what of them was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import backends, batches, demand, ensembles, starts, whole_step
from bench.table import Row

MESA_RATIO, NUMPY_RATIO = 300.0, 5.0
#: At most so many times the time of the same rules in C, at a million customers and at the largest market.
C_RATIO = 2.0
C_SIZE = 1_000_000
#: Most memory of a market of ten million customers.
MEMORY_GIGABYTES, MEMORY_SIZE = 3.0, 10_000_000
STEP_NANOSECONDS = 25.0
RUN_SECONDS, IMPORT_SECONDS = 1.5, 2.0
#: Least share of the ideal, two workers with runs of half a second, %: of Dask, and of what needs no other package.
BACKEND_SHARE, OWN_BACKEND_SHARE = 90.0, 97.0
#: Most that the driver may take for one run that takes no time itself.
DRIVER_MILLISECONDS = 1.0


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


def judge(found: Sequence[Row]) -> list[Verdict]:
    """All targets for which there are measurements: ratios to a peer at its largest size, with most threads."""
    return [*_ratios(found), *_limits(found)]


def fastest_setting(found: Sequence[Row], section: str, name: str) -> Row | None:
    """The measurement of the largest market, with most threads."""
    of_name = [m for m in found if m.section == section and m.name == name]
    return max(of_name, key=lambda m: (m.customers or 0, m.threads or 0), default=None)


def _ratios(found: Sequence[Row]) -> list[Verdict]:
    million = [m for m in found if (m.customers or 0) <= C_SIZE]
    ours = fastest_setting(million, demand.SECTION, demand.OURS)
    verdicts = []
    for name, target in ((demand.MESA, MESA_RATIO), (demand.NUMPY, NUMPY_RATIO)):
        peer = fastest_setting(found, demand.SECTION, name)
        if ours is not None and peer is not None:
            what = f"demand phases, ours at {ours.customers:,} ({ours.threads} threads) against {name} at {peer.customers:,}"
            verdicts.append(Verdict(what, peer.median / ours.median, target, "times faster", True))
    return [*verdicts, *_against_c(found)]


def _against_c(found: Sequence[Row]) -> list[Verdict]:
    """Ours against C at a million customers and at the largest market, with as many threads each."""
    verdicts = []
    by_setting = {(m.name, m.customers or 0, m.threads or 0): m for m in found if m.section == demand.SECTION}
    for name, customers, threads in by_setting:
        peer = by_setting.get((demand.C, customers, threads))
        if name == demand.OURS and peer is not None and customers >= C_SIZE:
            what = f"demand phases at {customers:,}, {threads} threads, against {demand.C}"
            ratio = by_setting[name, customers, threads].median / peer.median
            verdicts.append(Verdict(what, ratio, C_RATIO, "times its time", False))
    return [*verdicts, *_whole_step_against_c(found)]


def _whole_step_against_c(found: Sequence[Row]) -> list[Verdict]:
    """The whole step of the bench market, all actors included, against what of it costs per customer in C."""
    verdicts = []
    by_setting = {(m.name, m.customers or 0, m.threads or 0): m for m in found if m.section == whole_step.SECTION}
    for (name, customers, threads), peer in by_setting.items():
        if name != whole_step.C_PART:
            continue
        for who, what in ((whole_step.BENCH_MARKET, "whole step"), (whole_step.OUR_PART, "what costs per customer")):
            ours = by_setting.get((who, customers, threads))
            if ours is not None:
                named = f"{what} at {customers:,}, {threads} threads, against C"
                verdicts.append(Verdict(named, ours.median / peer.median, C_RATIO, "times its time", False))
    return verdicts


def _limits(found: Sequence[Row]) -> list[Verdict]:
    verdicts = []
    step = fastest_setting(found, whole_step.SECTION, whole_step.BENCH_MARKET)
    if step is not None:
        what = f"whole step at {step.customers:,} customers, {step.threads} threads"
        verdicts.append(Verdict(what, step.median, STEP_NANOSECONDS, step.unit, False))
    for measured in found:
        if measured.section in (backends.IDEAL, ensembles.IDEAL):
            runs = backends.LONG if measured.section == backends.IDEAL else ensembles.WHAT
            own = measured.section == ensembles.IDEAL or measured.name in (backends.SERIAL, backends.LOCAL)
            share = OWN_BACKEND_SHARE if own else BACKEND_SHARE
            verdicts.append(Verdict(f"{runs} on {measured.name}", measured.median, share, "% of the ideal", True))
        if measured.section == batches.PER_RUN and measured.name.startswith(batches.DRIVE):
            verdicts.append(Verdict(measured.name, measured.median, DRIVER_MILLISECONDS, "ms a run", False))
        if measured.name == whole_step.IN_ALL and (measured.customers or 0) >= MEMORY_SIZE:
            what = f"most memory of a market of {measured.customers:,}"
            gigabytes = measured.median * (measured.customers or 0) / 1e9
            verdicts.append(Verdict(what, gigabytes, MEMORY_GIGABYTES, "GB", False))
        if measured.section == starts.SECTION and measured.name.startswith(starts.RUN):
            verdicts.append(Verdict(f"one run of {measured.name}", measured.median, RUN_SECONDS, "s", False))
        if measured.section == starts.SECTION and measured.name in (starts.IMPORT, starts.IMPORT_MARKET):
            verdicts.append(Verdict(f"`{measured.name}`", measured.median, IMPORT_SECONDS, "s", False))
    return verdicts
