"""Coverage of intervals over synthetic studies with known truth: fixed numbers of pairs, and the rule that adds some.

The rule is the class that comparisons use, fed with intervals of the function that comparisons use.
`python -m tests.experiments.test_stopping` prints the tables of docs/statistics.md (10,000 studies each, minutes).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from analysis import PolicyLabel, Provenance, Study, compare_policies
from analysis.intervals import compare_pairs
from experiments.comparison.stopping_rule import BATCH, FIRST_LOOK, IN_A_ROW, StoppingRule, Wanted, Width

Floats = npt.NDArray[np.float64]
TRUTH = 0.4
BUDGET = 600


def normal(draws: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return draws.standard_normal(shape)


def skewed(draws: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Gamma of shape 4: skewness 1."""
    return (draws.gamma(4.0, size=shape) - 4.0) / 2.0


def long_tailed(draws: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Student's t of 5 degrees of freedom: kurtosis 9."""
    return draws.standard_t(5, shape) / math.sqrt(5 / 3)


def exponential(draws: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Skewness 2."""
    return draws.exponential(size=shape) - 1.0


Noise = Callable[[np.random.Generator, tuple[int, ...]], Floats]
#: Half-widths in standard deviations of a difference: met at the first look, soon after, in between, far from it.
NEAR, SOON, MIDDLE, FAR = 1.0, 0.42, 0.3, 0.18


def pairs_of(noise: Noise, studies: int, pairs: int, key: int, seeds: float = 3.0) -> tuple[Floats, Floats]:
    """Baseline and policy [studies, pairs]: luck in common of spread ``seeds``, differences of spread 1 around the truth."""
    draws = np.random.Generator(np.random.PCG64(key))
    luck = 100.0 + seeds * draws.standard_normal((studies, pairs))
    return luck, luck + TRUTH + noise(draws, (studies, pairs))


def run_studies(baseline: Floats, policy: Floats, half_width: float, **rule: int) -> tuple[float, float]:
    """Share of studies whose last interval covers the truth, and mean replications, under the stopping rule."""
    budget = min(BUDGET, baseline.shape[1])
    looked: dict[int, tuple[Floats, Floats]] = {}
    covered, used = [], []
    for study in range(len(baseline)):
        looks = StoppingRule(Wanted(half_width=half_width), 1, budget, **rule)
        while not looks.ended:
            due = looks.due
            if due not in looked:
                found = compare_pairs(baseline[:, :due], policy[:, :due])
                looked[due] = found.low, found.high
            low, high = looked[due][0][study], looked[due][1][study]
            looks.look(Width(math.nan, float(high - low) / 2, due))
        covered.append(low <= TRUTH <= high)
        used.append(looks.due)
    return float(np.mean(covered)), float(np.mean(used))


@pytest.mark.parametrize("half_width", [NEAR, SOON, MIDDLE, FAR])
@pytest.mark.parametrize("noise", [normal, skewed, long_tailed])
def test_intervals_keep_their_coverage_under_the_stopping_rule(noise: Noise, half_width: float) -> None:
    coverage, used = run_studies(*pairs_of(noise, 2_000, BUDGET // 2, key=11), half_width)
    assert 0.93 <= coverage <= 0.97
    assert used >= FIRST_LOOK + BATCH * (IN_A_ROW - 1)


def test_with_several_policies_the_widest_interval_decides() -> None:
    """Each policy's interval covers at least as often, since the rule waits for all of them."""
    draws = np.random.Generator(np.random.PCG64(3))
    baseline = 0.5 * draws.standard_normal((1_500, 1, 200))
    policies = TRUTH + draws.standard_normal((1_500, 3, 200))
    covered = []
    for old, new in zip(baseline, policies, strict=True):
        looks = StoppingRule(Wanted(half_width=SOON))
        while not looks.ended:
            found = compare_pairs(np.repeat(old[:, : looks.due], 3, axis=0), new[:, : looks.due])
            looks.look(Width(math.nan, float((found.high - found.low).max() / 2), looks.due))
        covered.append((found.low <= TRUTH) & (found.high >= TRUTH))
    assert 0.93 <= np.mean(covered) <= 0.97


def test_a_first_look_after_two_pairs_would_not_keep_it() -> None:
    """The control: this is what the first look and the second look in a row are for."""
    studies = pairs_of(normal, 2_000, BUDGET // 2, key=11)
    assert run_studies(*studies, SOON, first_look=2, batch=1, in_a_row=1)[0] < 0.93
    assert run_studies(*studies, MIDDLE, first_look=2, batch=1, in_a_row=1)[0] < 0.93


def test_a_second_look_in_a_row_is_worth_its_batch() -> None:
    """Worst case with skewed differences: one look is at the edge, two are not."""
    studies = pairs_of(skewed, 8_000, BUDGET // 4, key=12)
    one, two = (run_studies(*studies, 0.36, in_a_row=n)[0] for n in (1, 2))
    assert one < two - 0.003
    assert two > 0.934


def test_the_rule_ends_with_the_budget_and_says_whether_it_was_reached() -> None:
    looks = StoppingRule(Wanted(precision=0.1), 25, 48)
    asked = []
    for relative in (0.05, 0.2, 0.05):
        asked.append(looks.due)
        looks.look(Width(relative, math.nan, looks.due))
    assert asked == [25, 35, 45] and not looks.ended and looks.due == 48, "narrow, wide again, narrow: not in a row"
    looks.look(Width(0.11, math.nan, 48))
    assert looks.ended and not looks.reached
    with pytest.raises(ValueError, match="either"):
        Wanted(0.1, 5.0)


def as_study(baseline: Floats, policy: Floats) -> Study:
    """Many studies as one: every KPI is a study of its own."""
    count, pairs = baseline.shape
    names = [f"study_{i}" for i in range(count)]
    seeds = np.arange(1, pairs + 1)
    rows = [
        pd.DataFrame({"policy": p, "seed": np.tile(seeds, count), "kpi": np.repeat(names, pairs), "value": v.ravel()})
        for p, v in (("old", baseline), ("new", policy))
    ]
    definitions = pd.DataFrame({"kpi": names, "label": names, "kpi_class": "financial", "unit": "EUR"})
    return Study(
        question="",
        baseline="old",
        policies={"old": PolicyLabel("Old"), "new": PolicyLabel("New")},
        runs=pd.concat(rows, ignore_index=True),
        definitions=definitions.assign(direction="up", formula=""),
        meta=Provenance("none", 1, tuple(int(s) for s in seeds)),
    )


@pytest.mark.parametrize(
    ("noise", "pairs"),
    [(normal, 10), (normal, 20), (normal, 60), (long_tailed, 10), (long_tailed, 20), (skewed, 20), (skewed, 60)],
)
def test_paired_intervals_of_studies_cover_the_truth(noise: Noise, pairs: int) -> None:
    table = compare_policies(as_study(*pairs_of(noise, 2_000, pairs, key=21)))
    coverage = ((table["low"] <= TRUTH) & (table["high"] >= TRUTH)).mean()
    assert len(table) == 2_000
    assert 0.93 <= coverage <= 0.97


def test_analysis_without_pairing_is_far_too_wide_with_common_luck_and_too_narrow_with_opposite_luck() -> None:
    """The control: intervals of two independent samples on the same numbers."""

    def cover(baseline: Floats, policy: Floats) -> tuple[float, float]:
        pairs = baseline.shape[1]
        half = 2.02 * np.sqrt((baseline.var(axis=1, ddof=1) + policy.var(axis=1, ddof=1)) / pairs)
        gap = policy.mean(axis=1) - baseline.mean(axis=1)
        return float((np.abs(gap - TRUTH) <= half).mean()), float(half.mean())

    baseline, policy = pairs_of(normal, 2_000, 20, key=22)
    coverage, half = cover(baseline, policy)
    paired = compare_pairs(baseline, policy)
    assert coverage > 0.999
    assert half > 3 * float((paired.high - paired.low).mean() / 2)
    draws = np.random.Generator(np.random.PCG64(23))
    luck = draws.standard_normal((2_000, 20))
    assert cover(luck, TRUTH - luck + 0.3 * draws.standard_normal((2_000, 20)))[0] < 0.87


def tables(studies: int = 10_000) -> Iterator[str]:
    """Lines of the tables of docs/statistics.md."""
    noises: tuple[Noise, ...] = (normal, long_tailed, skewed, exponential)
    yield "| differences | 10 pairs | 20 | 30 | 60 | 200 |\n|---|---|---|---|---|---|"
    for noise in noises:
        row = []
        for pairs in (10, 20, 30, 60, 200):
            found = compare_pairs(*pairs_of(noise, studies, pairs, key=1))
            row.append(f"{((found.low <= TRUTH) & (found.high >= TRUTH)).mean():.1%}")
        yield f"| {noise.__name__} | {' | '.join(row)} |"
    yield "| differences | rule | near | soon | middle | far |\n|---|---|---|---|---|---|"
    rules = {"as it is": {}, "one look": {"in_a_row": 1}, "first at 2": {"first_look": 2, "batch": 1, "in_a_row": 1}}
    for noise in noises:
        data = pairs_of(noise, studies, BUDGET // 2, key=2)
        for name, rule in list(rules.items())[: 3 if noise is normal else 2]:
            row = []
            for half_width in (NEAR, SOON, MIDDLE, FAR):
                coverage, used = run_studies(*data, half_width, **rule)
                row.append(f"{coverage:.1%} ({used:.0f})")
            yield f"| {noise.__name__} | {name} | {' | '.join(row)} |"


if __name__ == "__main__":
    for line in tables():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
