"""Are they the same market? Contestants' aggregates, over several seeds, must agree within Monte-Carlo error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cut import Contestant, Cut

Floats = NDArray[np.floating[Any]]

#: Chance that contestants with the same rules are found to differ, in all comparisons together.
FALSE_ALARM = 1e-3


@dataclass(frozen=True)
class Agreement:
    """What the comparison of markets, by the rules ``of`` something, found.

    ``largest`` and ``limit`` are in standard errors, ``where`` names the measure and the pair.
    """

    of: str
    customers: int
    weeks: int
    seeds: int
    contestants: list[str]
    measures: dict[str, list[float]]
    largest: float
    where: str
    limit: float

    @property
    def agrees(self) -> bool:
        """Whether all differences are within the limit."""
        return self.largest <= self.limit


def compare_contestants(
    cut: Cut,
    contestants: Mapping[str, Callable[[Cut, int], Contestant]],
    *,
    weeks: int,
    seeds: Sequence[int],
    looks: Sequence[int],
    of: str = "demand phases",
) -> Agreement:
    """Run all contestants on the same cut, each with chance of its own, and compare the weeks named in ``looks``.

    Each pair is compared on each measure and week by the difference of means over seeds in standard errors of
    Welch; the limit is Student's, corrected for the number of comparisons.
    """
    paths = {
        name: np.array([_trajectory(make(cut, seed), weeks, looks) for seed in seeds])
        for name, make in contestants.items()
    }
    any_market = next(iter(contestants.values()))(cut, seeds[0])
    any_market.step()
    names = measure_names(any_market.standing())
    largest, where, comparisons = 0.0, "", 0
    every = list(paths)
    for k, first in enumerate(every):
        for second in every[k + 1 :]:
            scores = scores_of_difference(paths[first], paths[second])
            comparisons += scores.size
            look, measure = divmod(int(scores.argmax()), scores.shape[1])
            if scores.max() > largest:
                largest = float(scores.max())
                where = f"{names[measure]} in week {looks[look]}, {first} against {second}"
    last = {name: [float(paths[who][:, -1, m].mean()) for who in every] for m, name in enumerate(names)}
    limit = limit_for(comparisons, degrees=2 * (len(seeds) - 1))
    return Agreement(of, len(cut.customers), weeks, len(seeds), every, last, largest, where, limit)


def scores_of_difference(first: Floats, second: Floats) -> Floats:
    """|difference of means| in standard errors, [looks, measures], of two samples [seeds, looks, measures].

    The spread is pooled and not below one customer's worth of rounding; equal means score 0.
    """
    gap = np.abs(first.mean(axis=0) - second.mean(axis=0))
    variance = first.var(axis=0, ddof=1) / len(first) + second.var(axis=0, ddof=1) / len(second)
    scores: Floats = gap / np.sqrt(variance + _ROUNDING**2)
    return scores


def limit_for(comparisons: int, degrees: int) -> float:
    """Largest score that chance alone gives in so many comparisons, but for :data:`FALSE_ALARM`."""
    from scipy import stats

    tail = FALSE_ALARM / (2.0 * max(comparisons, 1))
    return float(stats.t.isf(tail, degrees)) if degrees > 0 else NormalDist().inv_cdf(1.0 - tail)


_ROUNDING = 1e-6


def measure_names(standing: tuple[Any, ...]) -> list[str]:
    """Names of the numbers in a flattened standing: those of its fields, numbered where there are several."""
    names: list[str] = []
    for field, value in zip(getattr(standing, "_fields", ()), standing, strict=True):
        word = field.replace("_", " ")
        if isinstance(value, tuple):
            names += measure_names(value)
        else:
            names += [word] if np.size(value) == 1 else [f"{word} {k}" for k in range(np.size(value))]
    return names


def flatten(standing: tuple[Any, ...]) -> Floats:
    """All numbers of a standing in one row."""
    parts = [flatten(v) if isinstance(v, tuple) else np.ravel(np.asarray(v, np.float64)) for v in standing]
    return np.concatenate(parts)


def _trajectory(market: Contestant, weeks: int, looks: Sequence[int]) -> Floats:
    seen = []
    for week in range(1, weeks + 1):
        market.step()
        if week in looks:
            seen.append(flatten(market.standing()))
    return np.array(seen)
