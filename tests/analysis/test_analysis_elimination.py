"""Selection of the best: constants and steps by hand, and the promised rate in the hardest case with known truth.

`python -m tests.analysis.test_analysis_elimination` prints the table of docs/statistics.md (2,000 races each).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from analysis import elimination
from analysis.elimination import Elimination, boundary
from analysis.intervals import compare_pairs

Floats = npt.NDArray[np.float64]
NAMES = ("a", "b", "c", "d", "e", "f")
INDIFFERENCE = 1.0


@pytest.mark.parametrize(("policies", "first", "confidence"), [(2, 10, 0.95), (5, 20, 0.95), (10, 24, 0.9)])
def test_the_constant_solves_the_equation_of_kim_and_nelson(policies: int, first: int, confidence: float) -> None:
    eta = boundary(policies, confidence, first) / (2 * (first - 1))
    assert 0.5 * (1 + 2 * eta) ** (-(first - 1) / 2) == pytest.approx((1 - confidence) / (policies - 1), rel=1e-12)


def test_the_constant_tends_to_the_known_variance_one() -> None:
    """With many replications in the first stage h² tends to 2 ln((k - 1)/(2α)), that of Paulson's procedure."""
    assert boundary(2, 0.95, 10) == pytest.approx(9 * (0.1 ** (-2 / 9) - 1))
    assert boundary(5, 0.95, 100_000) == pytest.approx(2 * np.log(4 / 0.1), rel=1e-4)


def test_a_policy_falls_at_the_replication_that_the_formula_says() -> None:
    """Two policies whose difference alternates, so that S² is known by hand, and with it W."""
    race = Elimination(("old", "new"), 0.3, 0.95, 4)
    differences = [0.2, 1.2] * 40
    variance = 1 / 3  # of 0.2, 1.2, 0.2, 1.2
    h2 = 3 * (0.1 ** (-2 / 3) - 1)

    def behind(r: int) -> bool:
        return np.mean(differences[:r]) > max(0.0, 0.3 / (2 * r) * (h2 * variance / 0.3**2 - r))

    expected = next(r for r in range(4, 80) if behind(r))
    assert expected == 8
    for r, difference in enumerate(differences[:expected], 1):
        assert race.why("old") is None
        race.add([7.0 * r, 7.0 * r + difference])
    assert race.best == "new" and race.survivors == ("new",)
    assert race.why("old") == (expected, "new")
    assert race.replications == expected == race.most


def test_nobody_falls_in_the_first_stage_and_the_end_is_known_after_it() -> None:
    race = Elimination(NAMES[:3], 0.5, 0.95, 6)
    draws = np.random.Generator(np.random.PCG64(1))
    for _ in range(5):
        race.add(np.array([0.0, 100.0, -100.0]) + draws.standard_normal(3))
        assert race.survivors == NAMES[:3] and race.most == np.inf
    race.add(np.array([0.0, 100.0, -100.0]) + draws.standard_normal(3))
    assert race.best == "b" and race.why("a") == race.why("c") == (6, "b")


def test_values_of_those_that_are_out_are_not_looked_at() -> None:
    race = Elimination(NAMES[:3], 0.2, 0.95, 10)
    draws = np.random.Generator(np.random.PCG64(2))
    rows = draws.standard_normal((4000, 3)) + np.array([0.0, 0.05, -9.0])
    for r, row in enumerate(rows):
        if race.best is not None:
            break
        race.add([*row[:2], np.nan if r >= 10 else row[2]])
    assert race.why("c") is not None and race.replications > 20
    with pytest.raises(ValueError, match="known already"):
        race.add([0.0, 0.0, 0.0])


def test_a_survivor_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="a number"):
        Elimination(NAMES[:2], 1.0).add([1.0, np.nan])


def test_identical_policies_are_no_endless_race() -> None:
    race = Elimination(NAMES[:3], 1.0, 0.95, 5)
    for value in (3.0, 1.0, 4.0, 1.0, 5.0):
        race.add([value, value, value])
    assert race.best == "a" and race.why("b") == (5, "a")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((("a",), 1.0), "two policies"),
        ((("a", "a"), 1.0), "different names"),
        ((("a", "b"), 0.0), "above 0"),
        ((("a", "b"), 1.0, 0.5), "confidence"),
        ((("a", "b"), 1.0, 1.0), "confidence"),
        ((("a", "b"), 1.0, 0.95, 1), "at least 2"),
    ],
)
def test_settings_out_of_range_are_refused(settings: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Elimination(*settings)  # type: ignore[arg-type]


def races(
    count: int, policies: int, common: float, first: int, means: str = "slippage", noise: str = "normal"
) -> Iterator[tuple[Elimination, Floats, int]]:
    """Races with known truth: the procedure at its end, the rows it was fed and the place of the best.

    ``common`` is the correlation of policies, spreads go from 3 to 7. Means: ``slippage`` has the best exactly one
    indifference above all others, ``steps`` every policy one above the next, ``close`` two fifths of one.
    """
    draws = np.random.Generator(np.random.PCG64(policies * 100 + first))
    spread = np.linspace(3.0, 7.0, policies)
    for race_number in range(count):
        best = race_number % policies
        mean = truth_of(means, policies, best)
        race = Elimination(NAMES[:policies], INDIFFERENCE, 0.95, first)
        rows: list[Floats] = []
        while race.best is None:
            luck = draws.standard_normal((50, 1))
            shape = (50, policies)
            own = draws.standard_normal(shape) if noise == "normal" else draws.exponential(size=shape) - 1.0
            for row in mean + spread * (np.sqrt(common) * luck + np.sqrt(1 - common) * own):
                rows.append(row)
                race.add(row)
                if race.best is not None:
                    break
        yield race, np.array(rows), best


def truth_of(means: str, policies: int, best: int) -> Floats:
    """True means [policies] with the best at ``best``."""
    if means == "slippage":
        return INDIFFERENCE * np.eye(policies)[best]
    step = {"steps": 1.0, "close": 0.4}[means]
    return np.roll(np.arange(policies, 0.0, -1.0) * step * INDIFFERENCE, best)


def rate(*settings: object, **more: object) -> tuple[float, float]:
    """Share of races won by the best policy, and replications on average."""
    found = [(race.best == NAMES[best], race.replications) for race, _, best in races(*settings, **more)]  # type: ignore[arg-type]
    right, used = zip(*found, strict=True)
    return float(np.mean(right)), float(np.mean(used))


@pytest.mark.parametrize(
    ("policies", "first", "count"),
    [
        (5, 20, 500),
        pytest.param(5, 10, 2_000, marks=pytest.mark.slow),
        pytest.param(6, 20, 2_000, marks=pytest.mark.slow),
    ],
)
def test_the_best_is_found_at_the_promised_rate_in_the_hardest_case(policies: int, first: int, count: int) -> None:
    assert rate(count, policies, 0.9, first)[0] >= 0.95


def test_half_the_boundary_does_not_keep_the_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(elimination, "boundary", lambda *given: boundary(*given) / 2)
    assert rate(1_000, 5, 0.9, 20)[0] < 0.93


def test_variances_of_policies_in_place_of_differences_cost_what_luck_in_common_saves() -> None:
    """Luck in common saves at least three of four replications here, at the same promise."""
    (with_luck, few), (without, many) = rate(300, 5, 0.9, 20), rate(150, 5, 0.0, 20)
    assert min(with_luck, without) >= 0.93
    assert few < 0.25 * many


def table(count: int = 2_000) -> Iterator[str]:
    """Lines of the table of docs/statistics.md."""
    yield "| means | values | policies | first stage | correlation | selected within the indifference | replications | runs | interval covers |"
    yield "|---|---|---|---|---|---|---|---|---|"
    cases = [("slippage", "normal", k, n, c) for k, n in ((5, 10), (5, 20), (6, 20)) for c in (0.0, 0.9)]
    cases += [("slippage", "skewed", 5, n, 0.9) for n in (10, 20)]
    cases += [("steps", "normal", 5, n, c) for n in (10, 20) for c in (0.0, 0.9)]
    cases += [("close", "normal", 5, 10, c) for c in (0.0, 0.9)]
    for means, noise, policies, first, common in cases:
        right, used, runs, covered = [], [], [], []
        for race, rows, best in races(count if common else count // 4, policies, common, first, means, noise):
            chosen = NAMES.index(str(race.best))
            truth = truth_of(means, policies, best)
            right.append(truth[chosen] > truth[best] - INDIFFERENCE)
            used.append(race.replications)
            runs.append(race.replications)
            for i, name in enumerate(NAMES[:policies]):
                fall = race.why(name)
                if fall is not None:
                    runs[-1] += fall.replication
                    found = compare_pairs(rows[: fall.replication, chosen], rows[: fall.replication, i])
                    covered.append(found.low <= truth[i] - truth[chosen] <= found.high)
        cells = [f"{np.mean(right):.1%}", f"{np.mean(used):.0f}", f"{np.mean(runs):.0f}", f"{np.mean(covered):.1%}"]
        yield f"| {means} | {noise} | {policies} | {first} | {common} | {' | '.join(cells)} |"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
