"""How large a design may be: counted from its sections alone, before a single point of it is built."""

from __future__ import annotations

import math
from collections.abc import Iterator

from experiments.batch.design import DesignSection, SamplingSection
from sim.reading.complaints import Complaint

#: Points of a space of futures, and numbers in them (points times factors).
MOST_POINTS, MOST_CELLS = 1_000_000, 20_000_000
#: Policies, listed and from levers: each is loaded and checked on its own.
MOST_POLICIES = 2_000
#: Factors of a space: each is loaded at both of its ends.
MOST_FACTORS = 500
#: Horizons, and markets.
MOST_HORIZONS = 100
#: Runs of a design: a year of work for a hundred workers, were each to take half a minute.
MOST_RUNS = 100_000_000


def too_large(design: DesignSection) -> Iterator[Complaint]:
    """What a design has too many of; nothing of it is built."""
    for key, given in (("weeks", design.weeks), ("scenarios", design.scenarios)):
        if isinstance(given, tuple) and len(given) > MOST_HORIZONS:
            yield Complaint((key,), f"there are {len(given):,}", f"at most {MOST_HORIZONS}")
    policies = len(design.policy)
    for name, space in (("futures", design.futures), ("levers", design.levers)):
        if space is not None:
            yield from _of_space(name, space)
    if design.levers is not None and design.optimise is None:
        policies += points_of(design.levers)
    if policies > MOST_POLICIES:
        place = ("policy",) if len(design.policy) > MOST_POLICIES else ("levers",)
        expected = f"at most {MOST_POLICIES:,}: each is loaded and checked"
        yield Complaint(place, f"there are {policies:,} policies", expected, "search with [optimise], or take fewer")
        return
    if design.optimise is not None:
        policies += design.optimise.population * design.optimise.generations
    horizons = len(design.weeks) if isinstance(design.weeks, tuple) else 1
    futures = (points_of(design.futures) + design.futures.fresh) * max(1, len(design.scenarios))
    runs = policies * futures * horizons * design.replications
    if runs > MOST_RUNS:
        wording = (
            f"{policies:,} policies, {futures:,} futures, {horizons} horizons and {design.replications:,} replications"
        )
        problem = f"{wording} are {runs:,} runs"
        yield Complaint(("replications",), problem, f"at most {MOST_RUNS:,} runs", "take fewer of one of them")


def points_of(space: SamplingSection) -> int:
    """Points of a space: rows of its table, which is not built. A file's are counted when it is read: 1."""
    if space.method in ("none", "file"):
        return 1
    if space.method == "grid":
        return math.prod(len(factor.levels) for factor in space.factors.values())
    steps = {"saltelli": len(space.factors) + 2, "morris": len(space.factors) + 1}
    return space.size * steps.get(space.method, 1)


def _of_space(name: str, space: SamplingSection) -> Iterator[Complaint]:
    if len(space.factors) > MOST_FACTORS:
        yield Complaint((name, "factors"), f"there are {len(space.factors):,} factors", f"at most {MOST_FACTORS}")
        return
    points = points_of(space) + getattr(space, "fresh", 0)
    wording = f"method {space.method} gives {_count(points)} points"
    place = (name, "method") if space.method == "grid" else (name, "size")
    remedy = "take fewer levels, or another method" if space.method == "grid" else "lower `size`"
    if points > MOST_POINTS:
        yield Complaint(place, wording, f"at most {MOST_POINTS:,}", remedy)
    elif points * len(space.factors) > MOST_CELLS:
        problem = f"{wording} of {len(space.factors)} factors each"
        yield Complaint(place, problem, f"points times factors of at most {MOST_CELLS:,}", remedy)


def _count(points: int) -> str:
    return f"{points:,}" if points < 10**15 else f"about {points:.0e}"
