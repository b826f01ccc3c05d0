"""Scenario discovery: a planted box comes back, on fresh futures too; noise gives no rule; every guard is met."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.special import bdtrc

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.futures.cases import beaten, fails
from analysis.futures.discovery import Discovery, discover, make_grid
from analysis.futures.discovery_check import check_rules
from analysis.futures.prim import Settings, faces_of, find_box, phi, weigh_faces
from analysis.futures.rule import value_text
from analysis.targets import Target
from tests.analysis.ensembles import by_hand, draw, of_factors

FACTORS = (
    Factor("growth", -0.05, 0.05, unit="share/year"),
    Factor("elasticity", 0.5, 1.5, times=True),
    Factor("set_up_cost", 1e4, 1e6, log=True, unit="EUR"),
    Factor("rivals", 1, 12, whole=True, unit="firms"),
    Factor("lead_time", levels=(2, 4, 8, 16), unit="weeks"),
    Factor("channel", levels=("direct", "distributors", "both")),
)
STUDY, FRESH = 400, 400
Bools = npt.NDArray[np.bool_]


def planted(
    box: dict[str, tuple[object, object]] | None, noise: float, seed: int, channel: tuple[str, ...] = ()
) -> Ensemble:
    """Deep marketing loses inside ``box`` (limits by factor), wins elsewhere; labels are turned with chance ``noise``."""
    futures = draw(FACTORS, STUDY + FRESH, seed)
    inside = np.ones(len(futures), dtype=np.bool_)
    for name, (low, high) in (box or {}).items():
        inside &= ((futures[name] >= low) & (futures[name] <= high)).to_numpy()
    if channel:
        inside &= futures["channel"].isin(channel).to_numpy()
    chance = np.random.Generator(np.random.PCG64([seed, 1]))
    loses = inside ^ (chance.random(len(futures)) < noise) if box or channel else chance.random(len(futures)) < noise
    return of_factors(FACTORS, futures, np.where(loses, -1e5, 1e5), fresh=range(STUDY, STUDY + FRESH))


def found_in(ensemble: Ensemble) -> Discovery:
    return discover(ensemble, beaten(ensemble, "deep", "base"))


BOXES = {
    "two numbers": ({"growth": (-0.05, -0.01), "elasticity": (1.0, 1.5)}, (), {"growth": (None, -0.01), "elasticity": (1.0, None)}),
    "log, between": ({"set_up_cost": (5e4, 5e5), "growth": (-0.05, 0.0)}, (), {"set_up_cost": (5e4, 5e5), "growth": (None, 0.0)}),
    "whole, levels": ({"rivals": (7, 12), "lead_time": (8, 16)}, (), {"rivals": (7, None), "lead_time": (8, None)}),
    "a choice": ({"growth": (-0.05, 0.0)}, ("direct", "both"), {"growth": (None, 0.0)}),
    "three": (
        {"growth": (-0.05, 0.02), "elasticity": (0.8, 1.5), "lead_time": (4, 16)},
        (),
        {"growth": (None, 0.02), "elasticity": (0.8, None), "lead_time": (4, None)},
    ),
}  # fmt: skip


@cache
def known(name: str, noise: float = 0.05) -> tuple[Ensemble, Discovery]:
    """One of the planted boxes and what is found there."""
    box, channel, _ = BOXES[name]
    ensemble = planted(box, noise, seed=3, channel=channel)
    return ensemble, found_in(ensemble)


@pytest.mark.parametrize("noise", [0.05, 0.1])
@pytest.mark.parametrize("name", list(BOXES))
def test_a_planted_box_comes_back_and_holds_on_fresh_futures(name: str, noise: float) -> None:
    box, channel, limits = BOXES[name]
    ensemble, found = known(name, noise)
    assert len(found.rules) == 1 and found.rules[0].p_value <= 0.01
    rule = found.rules[0]
    assert {f.name for f in rule.factors} == set(limits) | ({"channel"} if channel else set())
    for factor in rule.factors:
        if factor.name == "channel":
            assert rule.levels(factor) == ("direct", "both")
            continue
        for at, wanted in zip(rule.limits(factor), limits[factor.name], strict=True):
            if wanted is None:
                assert np.isinf(at)
            else:
                assert abs(share_of(factor, at) - share_of(factor, wanted)) < 0.06, (factor.name, at)
    # The planted truth: inside, 1 − noise are cases; of all cases so many lie inside.
    inside = planted_inside(ensemble, box, channel)
    study, labels = inside[:STUDY], found.cases[:STUDY].to_numpy()
    assert rule.phi >= float(phi(study.sum(), (study & labels).sum(), labels)) - 1e-12
    truth = study.mean() * (1 - noise) / (study.mean() * (1 - noise) + (1 - study.mean()) * noise)
    assert rule.density == pytest.approx(1 - noise, abs=0.07) and rule.coverage == pytest.approx(truth, abs=0.1)
    check = found.check().iloc[0]
    assert check["verdict"].startswith("holds") and check["of_futures"] == FRESH
    assert check["density_low"] <= 1 - noise + 0.03 and check["density"] == pytest.approx(1 - noise, abs=0.1)


def share_of(factor: Factor, value: float) -> float:
    """Where ``value`` lies in the range of a number."""
    if factor.levels:
        return factor.levels.index(value) / len(factor.levels)
    if factor.log:
        return float(np.log(value / factor.low) / np.log(factor.high / factor.low))
    return float((value - factor.low) / (factor.high - factor.low))


def planted_inside(ensemble: Ensemble, box: dict[str, tuple[object, object]], channel: tuple[str, ...]) -> Bools:
    futures = ensemble.futures
    inside = np.ones(len(futures), dtype=np.bool_)
    for name, (low, high) in box.items():
        inside &= ((futures[name] >= low) & (futures[name] <= high)).to_numpy()
    return inside & futures["channel"].isin(channel).to_numpy() if channel else inside


@pytest.mark.parametrize("significance", [0.05, 1.0])
def test_noise_gives_no_rule(significance: float) -> None:
    """At the level .01, four rules or more in 40 searches have a chance of .07 %.

    With a significance of 1 no restriction is dropped, every search in noise ends with a box, and random labels alone
    must tell that it is nothing.
    """
    rules = []
    for seed in range(40):
        chance = np.random.Generator(np.random.PCG64([seed, 2]))
        futures = draw(FACTORS, 120, seed)
        labels = chance.random(120) < (0.1, 0.3, 0.5)[seed % 3]
        ensemble = of_factors(FACTORS, futures, np.where(labels, -1.0, 1.0))
        found = discover(ensemble, pd.Series(labels), significance=significance)
        assert found.found or "random labels give" in found.reason or "no limit" in found.reason
        rules.append(found.found)
    assert sum(rules) <= 3


def test_no_irrelevant_factor_is_kept() -> None:
    """Bonferroni at .05: in 30 searches for a box in two factors, a third one is the exception."""
    extra = 0
    for seed in range(30):
        ensemble = planted(BOXES["two numbers"][0], noise=0.1, seed=100 + seed)
        rows = ensemble.of_role("study")
        grid, _ = make_grid(ensemble.futures.loc[rows], FACTORS)
        cases = beaten(ensemble, "deep", "base").loc[rows].to_numpy()
        found = find_box(grid, cases, Settings(20))
        factors = {FACTORS[t.face.factor].name for t in found.faces}
        assert {"growth", "elasticity"} <= factors
        extra += len(factors) > 2
    assert extra <= 4


def test_two_boxes_are_found_by_covering() -> None:
    futures = draw(FACTORS, STUDY + FRESH, seed=11)
    first = (futures["growth"] < -0.02) & (futures["elasticity"] > 1.0)
    second = (futures["growth"] > 0.01) & (futures["rivals"] >= 9)
    ensemble = of_factors(FACTORS, futures, np.where(first | second, -1.0, 1.0), fresh=range(STUDY, STUDY + FRESH))
    found = found_in(ensemble)
    assert len(found.rules) == 2
    assert [{f.name for f in rule.factors} for rule in found.rules] == [
        {"growth", "elasticity"},
        {"growth", "rivals"},
    ] or [{f.name for f in rule.factors} for rule in found.rules] == [{"growth", "rivals"}, {"growth", "elasticity"}]
    assert sum(rule.coverage for rule in found.rules) > 0.9
    check = found.check().set_index("box")
    assert list(check.index) == ["1", "2", "any"] and check["verdict"].str.startswith("holds").all()
    assert check.loc["any", "cases"] == check.loc[["1", "2"], "cases"].sum()
    assert " or where " in found.sentence and set(found.trajectory["box"]) == {1, 2}


def test_a_rule_that_fresh_futures_contradict_does_not_hold() -> None:
    ensemble, found = known("two numbers")
    cases = found.cases
    chance = np.random.Generator(np.random.PCG64(1))
    scrambled = pd.Series(chance.permutation(cases.to_numpy()), index=cases.index)
    assert found.check(cases=scrambled)["verdict"].tolist() == ["does not hold"]
    fresh = ensemble.futures[ensemble.futures["role"] == "fresh"]
    outside = fresh[~found.rules[0].inside(fresh)]
    assert check_rules(found.rules, outside, cases)["verdict"].tolist() == ["cannot tell"]
    half = cases.copy()
    half[fresh.index[found.rules[0].inside(fresh)][::2]] = False
    assert found.check(cases=half)["verdict"].tolist() == ["holds, but weaker"]


def test_the_check_by_hand() -> None:
    """Ten fresh futures, four in the box, three of them cases, four cases in all."""
    rule = known("two numbers")[1].rules[0]
    table = pd.DataFrame({f.name: f.at([0.5] * 10) for f in FACTORS}).assign(elasticity=1.4)
    table["growth"] = [-0.04] * 4 + [0.04] * 6
    cases = pd.Series([True, True, True, False, True, *[False] * 5])
    row = check_rules([rule], table, cases[:9]).iloc[0]
    assert (row["left_out"], row["of_futures"]) == (1, 9)
    row = check_rules([rule], table, cases).iloc[0]
    assert (row["density"], row["coverage"], row["base_rate"]) == (0.75, 0.75, 0.4)
    # (C(4,3)·C(6,1) + C(4,4)·C(6,0)) / C(10,4)
    assert row["p_value"] == pytest.approx(25 / 210) and row["verdict"] == "cannot tell"


def test_quasi_p_values_and_importance_by_hand() -> None:
    """The box x ≤ 4, y ≤ 4 of a 10 × 10 lattice, all cases but one; x alone has density 24/50, y alone 34/50."""
    x, y = (v.ravel() for v in np.indices((10, 10)))
    cases = (x < 5) & (y < 5) | (x >= 5) & (x < 7) & (y < 5)
    cases[0] = False
    table = pd.DataFrame({"x": x, "y": y})
    grid, _ = make_grid(table, (Factor("x", 0, 9, whole=True), Factor("y", 0, 9, whole=True)))
    allowed = grid.everything
    allowed[[*range(5, 10), *range(15, 20)]] = False
    assert [(f.factor, f.side) for f in faces_of(grid, allowed)] == [(0, "high"), (1, "high")]
    tested = weigh_faces(grid, cases, allowed)
    # The most significant first: without y's limit the density falls to 24/50, without x's to 34/50.
    assert [t.face.factor for t in tested] == [1, 0]
    assert [t.quasi_p for t in tested] == pytest.approx([bdtrc(23, 25, 24 / 50), bdtrc(23, 25, 34 / 50)])


def test_phi_is_the_correlation_of_box_and_cases() -> None:
    chance = np.random.Generator(np.random.PCG64(2))
    box, cases = chance.random(50) < 0.4, chance.random(50) < 0.3
    wanted = np.corrcoef(box, cases)[0, 1]
    assert float(phi(box.sum(), (box & cases).sum(), cases)) == pytest.approx(wanted)
    assert float(phi(50, cases.sum(), cases)) == 0.0


def test_every_step_of_the_trajectory_is_a_smaller_box_of_enough_futures() -> None:
    found = known("a choice", 0.1)[1]
    table = found.trajectory
    assert table["futures"].is_monotonic_decreasing and table["futures"].iloc[0] == STUDY
    assert table["futures"].min() >= 20 and table["chosen"].sum() == 1
    assert table.loc[table["chosen"], "phi"].iloc[0] == table["phi"].max()
    np.testing.assert_allclose(table["coverage"] * table["cases"].iloc[0], table["cases"])


def test_a_first_factor_with_few_values_is_peeled_from_above_too() -> None:
    """All but one point share the first factor's only value but one: nothing is left to peel from above but that one."""
    table = pd.DataFrame({"few": [1] * 99 + [2], "x": np.arange(100)})
    cases = (table["x"] < 30).to_numpy()
    grid, _ = make_grid(table, (Factor("few", levels=(1, 2)), Factor("x", 0, 99, whole=True)))
    found = find_box(grid, cases, Settings(5))
    assert [t.face.factor for t in found.faces] == [1] and found.phi == pytest.approx(1.0)
    # Cases at both ends of x: every peel that is left lowers the density, and the one that takes all is still none.
    both_ends = ((table["x"] < 10) | (table["x"] >= 90)).to_numpy()
    for labels in (cases, both_ends):
        assert all(step.futures >= 5 for step in find_box(grid, labels, Settings(5)).trajectory)


def test_limits_stand_in_the_factors_units_and_words() -> None:
    found = known("log, between")[1]
    limits = found.restrictions.set_index(["factor", "side"])["limit"]
    assert 4e4 < limits["set_up_cost", "at least"] < 6e4 and 4e5 < limits["set_up_cost", "at most"] < 6e5
    assert "set_up_cost is between EUR\u00a0" in found.sentence and "growth is at most" in found.sentence
    assert found.sentence.startswith("Status quo beats Deep marketing on contribution where ")
    assert value_text(FACTORS[0], -0.0123) == "−1.23\u00a0%/year"
    assert value_text(FACTORS[1], 1.2) == "1.2\u00a0times the scenario's value"
    assert value_text(FACTORS[3], 7.0) == "7\u00a0firms" and value_text(FACTORS[4], 8.0) == "8\u00a0weeks"
    assert found.restrictions["quasi_p"].max() <= 0.05 / len(FACTORS)


def test_a_limit_lies_between_the_last_future_inside_and_the_next_one_outside() -> None:
    factor = Factor("x", 1, 1000, log=True)
    futures = pd.DataFrame({"x": np.concatenate([np.geomspace(1, 10, 50), np.geomspace(40, 1000, 50)])})
    ensemble = of_factors((factor,), futures, np.where(futures["x"] < 20, -1.0, 1.0))
    rule = found_in(ensemble).rules[0]
    assert rule.limits(factor)[1] == pytest.approx(20.0) and (rule.density, rule.coverage) == (1.0, 1.0)


def test_failing_targets_and_incomplete_futures() -> None:
    nan = float("nan")
    rows = {"base": [[1.0], [2.0], [3.0], [4.0]], "deep": [[5.0], [nan], [1.0], [0.5]]}
    ensemble = by_hand({"contribution": rows}, fresh=(3,))
    cases = fails(ensemble, "deep", [Target("contribution", at_least=2.0)])
    assert cases.to_dict() == {0: False, 2: True, 3: True}
    assert cases.name == "Deep marketing misses its target: contribution at least EUR\u00a02.00"
    assert beaten(ensemble, "deep", "base").to_dict() == {0: False, 2: True, 3: True}
    with pytest.raises(StudyError, match="Choose one of: base, deep"):
        fails(ensemble, "nobody", [Target("contribution", at_least=2.0)])
    planted_one = known("two numbers")[0]
    some = beaten(planted_one, "deep", "base").drop(index=[0, 1, 2])
    assert discover(planted_one, some).excluded == 3


def test_no_cases_and_nothing_but_cases_give_no_rule_and_say_so() -> None:
    ensemble = known("two numbers")[0]
    cases = beaten(ensemble, "deep", "base")
    for value, words in ((False, "none of 400\u00a0futures is a case"), (True, "every one of 400\u00a0futures")):
        found = discover(ensemble, pd.Series(value, index=cases.index, name="it rains"))
        assert not found.found and words in found.reason and found.sentence.startswith("No rule found for “it rains”")
        assert found.restrictions.empty and found.trajectory.empty
        with pytest.raises(StudyError, match="nothing to check"):
            found.check()


def test_settings_that_cannot_work_are_refused() -> None:
    ensemble = known("two numbers")[0]
    cases = beaten(ensemble, "deep", "base")
    with pytest.raises(StudyError, match="Use at least 99"):
        discover(ensemble, cases, permutations=50)
    with pytest.raises(StudyError, match="a share between 0 and 1"):
        discover(ensemble, cases, least_mass=5.0)
    with pytest.raises(StudyError, match="true or false by future"):
        discover(ensemble, cases.astype(float))
    with pytest.raises(StudyError, match="differ in no factor"):
        discover(replace(ensemble, factors=()), cases)
    holes = ensemble.futures.copy()
    holes.loc[5, "growth"] = np.nan
    with pytest.raises(StudyError, match="column growth: a value is missing"):
        discover(replace(ensemble, futures=holes), cases)
    with pytest.raises(StudyError, match="Keep some back"):
        known("two numbers")[1].check(futures=ensemble.futures.iloc[:0])


def test_the_same_cases_give_the_same_rule() -> None:
    one, two = known("three", 0.1)[1], found_in(planted(BOXES["three"][0], 0.1, seed=3))
    pd.testing.assert_frame_equal(one.restrictions, two.restrictions)
    assert one.sentence == two.sentence and one.rules[0].p_value == two.rules[0].p_value
