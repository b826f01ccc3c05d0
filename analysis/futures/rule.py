"""A rule: the box that was found in futures, its limits in the factors' units and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isinf

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.factor import Factor
from analysis.numerals import NO_BREAK, percent, scale_of

#: Side of a restriction in words.
SIDES = {"low": "at least", "high": "at most", "set": "one of"}


@dataclass(frozen=True)
class Restriction:
    """One limit of a box.

    ``side`` is low (values of ``factor`` are at least ``limit``), high (at most) or set (one of ``levels``).
    ``quasi_p`` is Bryant & Lempert's quasi-p-value; ``density_without`` and ``coverage_without`` are what the box would
    have without this limit.
    """

    factor: Factor
    side: str
    limit: float
    levels: tuple[str, ...]
    quasi_p: float
    density_without: float
    coverage_without: float

    def inside(self, values: pd.Series) -> npt.NDArray[np.bool_]:
        """Which ``values`` of the factor are within the limit (limits included)."""
        if self.side == "set":
            return np.asarray(values.map(str).isin(self.levels), dtype=np.bool_)
        numbers = values.to_numpy(dtype=np.float64)
        return np.asarray(numbers >= self.limit if self.side == "low" else numbers <= self.limit, dtype=np.bool_)


@dataclass(frozen=True)
class Rule:
    """A box with its restrictions, the most important first, and how it does on the futures it was learnt from.

    ``futures`` lie in the box and in no earlier one, ``cases`` of them are cases; ``of_futures`` and ``of_cases`` count
    all; ``rest_rate`` is the share of cases among futures in no earlier box. ``p_value``: how often random labels give
    a box that agrees as well. ``phi``: how well the box agrees with the cases. ``trajectory``: a row per peeled box.
    """

    restrictions: tuple[Restriction, ...]
    futures: int
    cases: int
    of_futures: int
    of_cases: int
    rest_rate: float
    phi: float
    p_value: float
    trajectory: pd.DataFrame

    @property
    def density(self) -> float:
        """Share of cases among the futures in the box."""
        return self.cases / self.futures

    @property
    def coverage(self) -> float:
        """Share of all cases that lie in the box."""
        return self.cases / self.of_cases

    @property
    def mass(self) -> float:
        """Share of all futures that lie in the box."""
        return self.futures / self.of_futures

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The restricted factors, the most important first."""
        return tuple(dict.fromkeys(r.factor for r in self.restrictions))

    def inside(self, futures: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows of ``futures`` (a column per factor) lie in the box."""
        within = np.ones(len(futures), dtype=np.bool_)
        for restriction in self.restrictions:
            within &= restriction.inside(futures[restriction.factor.name])
        return within

    def limits(self, factor: Factor) -> tuple[float, float]:
        """Limits of a factor that is a number; infinite where there is none."""
        of = {r.side: r.limit for r in self.restrictions if r.factor == factor}
        return of.get("low", -inf), of.get("high", inf)

    def levels(self, factor: Factor) -> tuple[str, ...] | None:
        """Levels that are in the box, of a factor without order; None where all are."""
        return next((r.levels for r in self.restrictions if r.factor == factor and r.side == "set"), None)

    @property
    def words(self) -> str:
        """The box for a sentence: ``growth is at most 1.5 % and price between EUR 10 and EUR 12``."""
        return " and ".join(self._clause(factor) for factor in self.factors)

    def _clause(self, factor: Factor) -> str:
        levels = self.levels(factor)
        if levels is not None:
            return f"{factor.name} is {' or '.join(levels)}"
        low, high = self.limits(factor)
        if isinf(low) or isinf(high):
            side, limit = ("at most", high) if isinf(low) else ("at least", low)
            return f"{factor.name} is {side} {value_text(factor, limit)}"
        return f"{factor.name} is between {value_text(factor, low)} and {value_text(factor, high)}"

    @property
    def evidence(self) -> str:
        """How well the box does, for a sentence."""
        return (
            f"{self.cases} of {self.futures} such futures (density {percent(self.density, decimals=0)}, "
            f"base rate {percent(self.rest_rate, decimals=0)}), {percent(self.coverage, decimals=0)} of all cases"
        )


def value_text(factor: Factor, value: float) -> str:
    """A value of a factor with its unit: three digits, whole numbers whole, multiples of the scenario's value so."""
    if factor.times:
        return f"{value:.3g}{NO_BREAK}times the scenario's value"
    scale = scale_of([value], factor.unit)
    counted = factor.whole or (bool(factor.levels) and all(float(level).is_integer() for level in factor.levels))
    if counted and scale.factor == 1.0:
        scale = replace(scale, decimals=0)
    return scale.level(value)


def rules_table(rules: Sequence[Rule]) -> pd.DataFrame:
    """Restrictions of all boxes, the most important of each box first.

    Columns: box (from 1), factor, side (at least, at most, one of), limit (number, or levels as text), unit, quasi_p,
    density, density_without, coverage, coverage_without.
    """
    rows = [
        {
            "box": number,
            "factor": r.factor.name,
            "side": SIDES[r.side],
            "limit": " or ".join(r.levels) if r.side == "set" else r.limit,
            "unit": "times the scenario's value" if r.factor.times else r.factor.unit,
            "quasi_p": r.quasi_p,
            "density": rule.density,
            "density_without": r.density_without,
            "coverage": rule.coverage,
            "coverage_without": r.coverage_without,
        }
        for number, rule in enumerate(rules, start=1)
        for r in rule.restrictions
    ]
    columns = ("box", "factor", "side", "limit", "unit", "quasi_p")
    measures = ("density", "density_without", "coverage", "coverage_without")
    return pd.DataFrame(rows, columns=[*columns, *measures])
