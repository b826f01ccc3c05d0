"""Scenario discovery: a rule for the futures in which cases occur, checked against chance and on fresh futures.

Bryant & Lempert (2010), Thinking inside the box, Technological Forecasting & Social Change 77; the search is PRIM
(:mod:`analysis.futures.prim`). A box is reported only when the whole procedure, run on random labels, hardly ever finds one that
agrees as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.futures.discovery_check import check_rules
from analysis.futures.prim import Bools, Face, Found, Grid, Settings, find_box
from analysis.futures.rule import Restriction, Rule, rules_table
from analysis.numerals import plural

#: No box holds fewer futures, whatever the least mass.
FEWEST = 5
#: After this many random labellings that agree as well there is no rule; fewer would make the p-value too rough.
_ENOUGH = 10


@dataclass(frozen=True)
class Discovery:
    """What was found: ``rules`` (boxes, in the order found; none when chance does as well) and why there are no more (``reason``).

    ``cases`` are true or false by future, study and fresh; ``futures`` the design's table; ``excluded`` counts study
    futures without a case value (incomplete ones). ``words`` say what a case is.
    """

    words: str
    rules: tuple[Rule, ...]
    reason: str
    cases: pd.Series
    futures: pd.DataFrame
    factors: tuple[Factor, ...]
    excluded: int

    @property
    def found(self) -> bool:
        """Whether there is any rule."""
        return bool(self.rules)

    @property
    def sentence(self) -> str:
        """The rule in words, or that none was found and why."""
        if not self.rules:
            return f"No rule found for \u201c{self.words}\u201d: {self.reason}."
        boxes = "; or where ".join(f"{rule.words} ({rule.evidence})" for rule in self.rules)
        return f"{self.words} where {boxes}."

    @property
    def restrictions(self) -> pd.DataFrame:
        """A row per restriction, see :func:`analysis.futures.rule.rules_table`."""
        return rules_table(self.rules)

    @property
    def trajectory(self) -> pd.DataFrame:
        """Peeled boxes: box, step, futures, cases, mass, density, coverage, phi, restricted (factors), chosen.

        Before pasting and before restrictions were dropped: the rule itself is the box that grew from the chosen row.
        """
        tables = [rule.trajectory.assign(box=number) for number, rule in enumerate(self.rules, start=1)]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["box", *_TRAJECTORY])

    def check(self, cases: pd.Series | None = None, futures: pd.DataFrame | None = None) -> pd.DataFrame:
        """The rules on fresh futures, see :func:`analysis.futures.discovery_check.check_rules`.

        By default the fresh futures of the same ensemble; others by ``futures`` (a column per factor) and ``cases``
        (true or false by future). Raises :class:`StudyError` without a rule or without fresh futures.
        """
        if not self.rules:
            raise StudyError("rule", f"none was found: {self.reason}", "There is nothing to check.")
        if futures is None:
            futures = self.futures[self.futures["role"] == "fresh"]
        known = self.cases if cases is None else cases
        return check_rules(self.rules, futures, known)


_TRAJECTORY = ("step", "futures", "cases", "mass", "density", "coverage", "phi", "restricted", "chosen")


def discover(
    ensemble: Ensemble,
    cases: pd.Series,
    words: str = "",
    *,
    least_mass: float = 0.05,
    level: float = 0.01,
    most_boxes: int = 3,
    peel: float = 0.05,
    significance: float = 0.05,
    permutations: int = 199,
    seed: int = 0,
) -> Discovery:
    """Find boxes of futures in which ``cases`` are dense, from the study futures of ``ensemble``.

    ``cases`` is true or false by number of the future (see :mod:`analysis.futures.cases`); futures without a value are excluded and
    counted. ``least_mass``: least share of futures in a box. ``level``: a box is reported when at most this share of
    ``permutations`` of the labels gives one that agrees as well. ``most_boxes`` are found one after the other, each on
    the futures outside those before (covering). ``peel`` and ``significance``: see :class:`analysis.futures.prim.Settings`.
    Raises :class:`StudyError` for cases that are not true or false or settings that no data could meet.
    """
    _check_settings(cases, ensemble, least_mass, level, permutations)
    study = ensemble.of_role("study")
    known = np.asarray(pd.Index(study).isin(cases.index), dtype=np.bool_)
    table = ensemble.futures.loc[study[known]]
    labels = cases.loc[table.index].to_numpy(dtype=np.bool_)
    factors = tuple(ensemble.factors)
    grid, values = make_grid(table, factors)
    settings = Settings(max(FEWEST, ceil(least_mass * len(labels))), peel, significance)
    chance = np.random.Generator(np.random.PCG64(seed))
    rest, rules, reason = np.ones(labels.size, dtype=np.bool_), list[Rule](), ""
    while len(rules) < most_boxes:
        left, left_labels = Grid(grid.codes[rest], grid.sizes, grid.ordered), labels[rest]
        found, p_value, reason = _box_beyond_chance(left, left_labels, settings, level, permutations, chance)
        if found is None:
            break
        rule = _as_rule(found, left, left_labels, labels, factors, values, p_value)
        rules.append(rule)
        rest &= ~rule.inside(table)
    case = words or str(cases.name or "the case")
    excluded = int(len(study) - known.sum())
    return Discovery(case, tuple(rules), reason, cases, ensemble.futures, factors, excluded)


def _box_beyond_chance(
    grid: Grid, labels: Bools, settings: Settings, level: float, permutations: int, chance: np.random.Generator
) -> tuple[Found | None, float, str]:
    """The best box, its p-value, and, where there is none, why."""
    futures, hits = labels.size, int(labels.sum())
    if hits in (0, futures):
        who = "none" if hits == 0 else "every one"
        return None, 1.0, f"{who} of {plural(futures, 'future')} is a case"
    found = find_box(grid, labels, settings)
    if not found.faces:
        return None, 1.0, f"no limit of any factor is significant ({hits} cases in {plural(futures, 'future')})"
    as_good = done = 0
    while done < permutations and as_good < max(_ENOUGH, level * (permutations + 1)):
        as_good += find_box(grid, chance.permutation(labels), settings).phi >= found.phi - 1e-12
        done += 1
    p_value = (as_good + 1) / (done + 1)
    if p_value <= level:
        return found, p_value, ""
    return None, p_value, f"random labels give a box that agrees as well in {as_good} of {done} trials"


def make_grid(table: pd.DataFrame, factors: tuple[Factor, ...]) -> tuple[Grid, list[npt.NDArray[np.generic]]]:
    """Factors of ``table`` as codes, and the distinct values of each factor that the codes stand for.

    Raises :class:`StudyError` for a factor without a value in some future.
    """
    codes, values, start = [], list[npt.NDArray[np.generic]](), 0
    for factor in factors:
        column = table[factor.name]
        if column.isna().any():
            raise StudyError(f"futures, column {factor.name}", "a value is missing", "Give every future its value.")
        ordered = factor.is_number
        plain = column.to_numpy(dtype=np.float64) if ordered else column.map(str).to_numpy(dtype=np.str_)
        distinct, code = np.unique(plain, return_inverse=True)
        codes.append(code + start)
        values.append(distinct)
        start += distinct.size
    sizes = np.array([v.size for v in values], dtype=np.int64)
    stacked = np.column_stack(codes).astype(np.int64) if codes else np.empty((len(table), 0), dtype=np.int64)
    return Grid(stacked, sizes, np.array([factor.is_number for factor in factors], dtype=np.bool_)), values


def _as_rule(
    found: Found,
    grid: Grid,
    labels: Bools,
    all_labels: Bools,
    factors: tuple[Factor, ...],
    values: list[npt.NDArray[np.generic]],
    p_value: float,
) -> Rule:
    inside = grid.inside(found.allowed)
    of_futures, of_cases = all_labels.size, int(all_labels.sum())
    restrictions = []
    for face, quasi_p, n, k in found.faces:
        factor, distinct = factors[face.factor], values[face.factor]
        allowed = found.allowed[grid.of(face.factor)]
        limit = float("nan") if face.side == "set" else _limit(face, factor, distinct, allowed)
        kept = {str(v) for v in distinct[allowed]} if face.side == "set" else set()
        levels = tuple(str(level) for level in factor.levels if str(level) in kept)
        restrictions.append(Restriction(factor, face.side, limit, levels, quasi_p, k / n, k / of_cases))
    return Rule(
        tuple(restrictions),
        futures=int(inside.sum()),
        cases=int((inside & labels).sum()),
        of_futures=of_futures,
        of_cases=of_cases,
        rest_rate=float(labels.mean()),
        phi=found.phi,
        p_value=p_value,
        trajectory=pd.DataFrame([_step_row(found, i, of_futures, of_cases) for i in range(len(found.trajectory))]),
    )


def _limit(face: Face, factor: Factor, distinct: npt.NDArray[np.generic], allowed: Bools) -> float:
    """The limit in the factor's unit: halfway to the next value outside; on it where values are whole or levels."""
    numbers = distinct.astype(np.float64)
    kept = np.flatnonzero(allowed)
    edge, beyond = (kept[0], kept[0] - 1) if face.side == "low" else (kept[-1], kept[-1] + 1)
    last, first_out = float(numbers[edge]), float(numbers[beyond])
    if factor.levels or factor.whole:
        return last
    if factor.log and min(last, first_out) > 0:
        return float(np.sqrt(last * first_out))
    return (last + first_out) / 2


def _step_row(found: Found, number: int, of_futures: int, of_cases: int) -> Mapping[str, object]:
    step = found.trajectory[number]
    return {
        "step": number,
        "futures": step.futures,
        "cases": step.cases,
        "mass": step.futures / of_futures,
        "density": step.cases / step.futures,
        "coverage": step.cases / of_cases,
        "phi": step.phi,
        "restricted": step.restricted,
        "chosen": number == found.chosen,
    }


def _check_settings(cases: pd.Series, ensemble: Ensemble, least_mass: float, level: float, permutations: int) -> None:
    if not ensemble.factors:
        raise StudyError("factors", "futures differ in no factor", "Give the design's futures factors.")
    if cases.dtype != np.bool_ or not cases.index.is_unique:
        raise StudyError("cases", "true or false by future, each once, is expected", "Use `fails` or `beaten`.")
    if not 0 < least_mass < 1:
        raise StudyError("least_mass", f"a share between 0 and 1 is expected, not {least_mass:g}", "Try 0.05.")
    if not level * (permutations + 1) >= 1:
        need = ceil(1 / level) - 1 if level > 0 else 199
        raise StudyError("permutations", f"{permutations} cannot reach level {level:g}", f"Use at least {need}.")
