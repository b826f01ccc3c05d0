"""Run all benchmarks: ``python -m bench``; ``--help`` lists what can be skipped or made smaller."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from threadpoolctl import threadpool_limits

from bench import against, backends, batches, demand, ensembles, figure, report, starts, versions, whole_step
from bench.cut import Cut, take_cut
from bench.ours import OurMarket
from bench.ours_week import OurWeek
from bench.peers.c_market import CMarket, has_compiler
from bench.peers.c_week import CWeek
from bench.peers.mesa_market import MesaMarket
from bench.peers.numpy_market import NumpyMarket
from bench.same_market import Agreement, compare_contestants
from bench.timing import Measurement, Race, run_in_turn

SIZES = [10_000, 100_000, 1_000_000, 10_000_000]
#: Largest market of the whole step.
STEP_SIZE = 1_000_000
MESA_SIZE = 10_000
SECTIONS = ("demand", "step", "starts", "backends", "ensembles", "batches", "same")
#: Parts that have a page of their own, so that they can be measured alone.
MANY_RUNS = ("backends", "ensembles", "batches")


def main(arguments: list[str]) -> int:
    """Measure, print and write; the exit code says whether contestants agree (1: they do not), not whether targets are met."""
    options = _options(arguments)
    if options.against is not None:
        found = against.compare_with(options.against, options.repetitions, options.patience, quick=options.quick)
        print(report.write(_command(arguments, versions.name_of_this()), found, [], _folder(options)))
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    sizes = [1000, 10_000] if options.quick else [size for size in SIZES if size <= options.largest]
    found, agreements = _measure(options, sizes, cores)
    command, folder = _command(arguments), _folder(options)
    many = [m for m in found if m.section.startswith(MANY_RUNS)]
    others = [m for m in found if m not in many]
    if others or agreements:
        print(report.write(command, others, agreements, folder))
    if many:
        print(report.write(command, many, [], folder, name="MANY_RUNS"))
    if any(m.section == demand.SECTION for m in found):
        figure.draw_times(found, folder / "demand_phases.png")
    return 0 if all(agreement.agrees for agreement in agreements) else 1


def _command(arguments: list[str], commit: str = "") -> str:
    """How this was called, for the page."""
    return " ".join(["python -m bench", *arguments, *([f"# on {commit}"] if commit else [])])


def _folder(options: argparse.Namespace) -> Path:
    return Path(tempfile.mkdtemp(prefix="bench-")) if options.quick else report.FOLDER


def _measure(options: argparse.Namespace, sizes: list[int], cores: int) -> tuple[list[Measurement], list[Agreement]]:
    largest, of_step_sizes = max(sizes), [size for size in sizes if size <= STEP_SIZE]
    races: list[Race] = []
    markets: whole_step.Markets = {}
    if "demand" in options.only:
        _say("making the markets of the demand phases")
        races += demand.enter(sizes, min(MESA_SIZE, largest), cores)
    if "step" in options.only:
        _say("making the markets of the whole step")
        of_step, markets = whole_step.enter(of_step_sizes, cores)
        races += of_step
    _say(f"timing {len(races)} contestants in turn, {options.repetitions} times")
    with threadpool_limits(1):  # peers' linear algebra; our threads are our own
        run_in_turn(races, options.repetitions, options.patience)
    found = [race.measurement for race in races]
    found += whole_step.phase_times(markets, max(of_step_sizes, default=largest))
    del races, markets
    if "step" in options.only:
        _say("counting memory")
        for size in sorted({max(of_step_sizes), largest}):
            found += whole_step.measure_memory(size)
    if "starts" in options.only:
        _say("starting fresh processes")
        found += starts.measure_starts(options.repetitions, options.patience)
    if "backends" in options.only:
        _say("doing runs on every backend")
        found += backends.measure_backends(options.repetitions, options.patience)
    if "ensembles" in options.only:
        _say("driving real runs")
        found += ensembles.measure_ensembles(options.repetitions, options.patience, quick=options.quick)
    if "batches" in options.only:
        _say("recording many runs")
        found += batches.measure_batches(options.patience, (1000,) if options.quick else batches.SIZES)
    agreements = []
    if "same" in options.only:
        _say("comparing the contestants' markets")
        agreements = compare_markets(take_cut(1000 if options.quick else 5000))
    return found, agreements


def compare_markets(cut: Cut) -> list[Agreement]:
    """Ours, C's, numpy's and Mesa's market over a year: the demand phases, and all that costs per customer where there is C."""
    contestants: dict[str, demand.Make] = {demand.OURS: OurMarket, demand.NUMPY: NumpyMarket, demand.MESA: MesaMarket}
    weeks, seeds, looks = 52, range(1, 9), (4, 13, 26, 52)
    if not has_compiler():
        return [compare_contestants(cut, contestants, weeks=weeks, seeds=seeds, looks=looks)]
    contestants[demand.C] = CMarket
    whole: dict[str, demand.Make] = {"ours": OurWeek, demand.C: CWeek}
    return [
        compare_contestants(cut, contestants, weeks=weeks, seeds=seeds, looks=looks),
        compare_contestants(
            cut, whole, weeks=weeks, seeds=seeds, looks=looks, of="whole step, what costs per customer"
        ),
    ]


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Speed, memory and start-up, compared with peers."
    )
    parser.add_argument("--repetitions", type=int, default=5, help="how often everything is measured (default 5)")
    parser.add_argument(
        "--patience", type=float, default=3.0, help="seconds to wait before each for a quiet machine (default 3)"
    )
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS, help="parts to run (default all)")
    parser.add_argument(
        "--against",
        metavar="COMMIT",
        help="instead, measure the version of that commit, tag or folder and this one in turn",
    )
    parser.add_argument(
        "--quick", action="store_true", help="tiny markets, to see that everything runs: written to a temporary folder"
    )
    parser.add_argument(
        "--largest", type=int, default=SIZES[-1], help="most customers (default ten million, which takes some 10 GB)"
    )
    return parser.parse_args(arguments)


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
