"""The paired comparison: intervals that hold what they promise, exact zeros, signs, gaps refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import StudyError
from analysis.horizon import compare_horizons, windows
from analysis.intervals import adjust_holm, compare_pairs, pairs_to_settle, replications_needed
from analysis.paired import compare_levels, compare_policies, judge, precision_table
from analysis.study import Study


def _normals(key: int, studies: int, pairs: int, rho: float) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Baselines and policies [studies, pairs] of unit variance and correlation ``rho``, policy 1 higher."""
    draws = np.random.Generator(np.random.PCG64(key)).standard_normal((2, studies, pairs))
    return draws[0], 1.0 + rho * draws[0] + np.sqrt(1 - rho**2) * draws[1]


def _coverage(low: np.ndarray, high: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(((low <= 1.0) & (high >= 1.0)).mean())


def test_interval_covers_the_truth_95_times_in_100() -> None:
    base, policy = _normals(7, 1000, 8, 0.8)
    found = compare_pairs(base, policy)
    assert 0.93 <= _coverage(found.low, found.high) <= 0.97
    # Controls that must fail: an interval 30 % too short, the normal quantile, and ignoring the pairs.
    half = (found.high - found.low) / 2
    assert _coverage(found.difference - 0.7 * half, found.difference + 0.7 * half) < 0.93
    normal = half * stats.norm.ppf(0.975) / stats.t.ppf(0.975, 7)
    assert _coverage(found.difference - normal, found.difference + normal) < 0.93
    unpaired = stats.t.ppf(0.975, 14) * np.sqrt((base.var(axis=1, ddof=1) + policy.var(axis=1, ddof=1)) / 8)
    assert _coverage(found.difference - unpaired, found.difference + unpaired) > 0.97


def test_p_value_and_posterior_agree_with_the_paired_t_test() -> None:
    base, policy = _normals(11, 50, 6, 0.3)
    found = compare_pairs(base, policy)
    reference = stats.ttest_rel(policy, base, axis=1)
    np.testing.assert_allclose(found.p_value, reference.pvalue, rtol=1e-9)
    np.testing.assert_allclose(found.posterior, stats.t.cdf(reference.statistic, 5), rtol=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_variance_reduction_factor_of_correlated_normals(rho: float) -> None:
    base, policy = _normals(3, 1, 200_000, rho)
    assert compare_pairs(base, policy).vrf[0] == pytest.approx(1 / (1 - rho), rel=0.02)


def test_constant_difference_has_no_width_and_infinite_reduction() -> None:
    base = np.array([[1e7, 1.1e7, 0.9e7]])
    found = compare_pairs(base, base + 0.1)
    assert np.isinf(found.vrf[0]) and found.p_value[0] == 0.0 and found.posterior[0] == 1.0
    assert found.low[0] == found.high[0] == pytest.approx(0.1)


def test_rounding_is_no_difference() -> None:
    base = np.array([[39.285714, 41.1, 38.2], [1.0, 2.0, 3.0]])
    found = compare_pairs(base, base * np.array([[1 - 2e-16] * 3, [1 - 1e-9] * 3]))
    assert found.identical.tolist() == [True, False]
    assert (found.difference[0], found.low[0], found.high[0], found.p_value[0], found.posterior[0]) == (0, 0, 0, 1, 0.5)
    assert found.above[0] == 0.5


def test_identical_policies_differ_by_exactly_zero_everywhere(make_study: Callable[..., Study]) -> None:
    study = make_study(effects={"twin": {}}, seeds=5, weeks=60)
    for table in (compare_policies(study), compare_levels(study), compare_horizons(study)):
        assert len(table) and (table["verdict"] == "identical").all()
        zero = table[["difference", "low", "high", "half_width", "relative", "relative_low", "relative_high", "spread"]]
        assert (zero.to_numpy() == 0.0).all()
        assert np.isinf(table["vrf"]).all() and (table["p_value"] == 1.0).all()


def test_one_tiny_difference_is_not_identical(make_study: Callable[..., Study]) -> None:
    study = make_study(effects={"twin": {}}, seeds=5, cuts=False)
    where = (study.runs["policy"] == "twin") & (study.runs["kpi"] == "revenue") & (study.runs["seed"] == 3)
    study.runs.loc[where, "value"] *= 1 + 1e-9
    verdicts = compare_policies(study).set_index("kpi")["verdict"]
    assert verdicts["revenue"] == "cannot tell" and (verdicts.drop("revenue") == "identical").all()


@pytest.mark.parametrize(("change", "up", "down"), [(0.2, "better", "worse"), (-0.2, "worse", "better")])
def test_direction_decides_which_side_is_better(
    make_study: Callable[..., Study], change: float, up: str, down: str
) -> None:
    effects = {"p": {"revenue": change, "cost_to_sell": change, "calls_per_rep_week": change}}
    rows = compare_policies(make_study(effects=effects, cuts=False)).set_index("kpi")
    assert rows.loc["revenue", "verdict"] == up and rows.loc["cost_to_sell", "verdict"] == down
    assert rows.loc["calls_per_rep_week", "verdict"] == ("higher" if change > 0 else "lower")
    assert (
        np.sign(rows.loc["revenue", "difference"]) == np.sign(rows.loc["cost_to_sell", "relative"]) == np.sign(change)
    )
    for kpi, side in (("revenue", up), ("cost_to_sell", down)):
        assert rows.loc[kpi, "share_better"] == (1.0 if side == "better" else 0.0)
        assert (rows.loc[kpi, "prob_better"] > 0.99) == (side == "better")
    assert np.isnan(rows.loc["calls_per_rep_week", "prob_better"])


@pytest.mark.parametrize("table", ["runs", "runs_weekly", "runs_by"])
def test_missing_pair_is_refused_with_its_place(winning: Study, table: str) -> None:
    rows = getattr(winning, table)
    drop = rows.index[(rows["policy"] == "deep_marketing") & (rows["seed"] == 7) & (rows["kpi"] == "revenue")][0]
    object.__setattr__(winning, table, rows.drop(index=drop))
    with pytest.raises(StudyError, match=rf"{table}: policy deep_marketing, seed 7, .*kpi revenue.*missing") as caught:
        {"runs": compare_policies, "runs_weekly": compare_horizons, "runs_by": compare_levels}[table](winning)
    assert "missing seeds" in caught.value.remedy


def test_repeated_run_is_refused(winning: Study) -> None:
    object.__setattr__(winning, "runs", pd.concat([winning.runs, winning.runs.iloc[[0]]], ignore_index=True))
    with pytest.raises(StudyError, match="there are 2"):
        compare_policies(winning)


def test_kpi_without_a_value_in_one_run_is_undefined_not_guessed(winning: Study) -> None:
    where = (winning.runs["kpi"] == "turnover") & (winning.runs["seed"] == 2)
    winning.runs.loc[where, "value"] = np.nan
    row = compare_policies(winning).set_index("kpi").loc["turnover"]
    assert row["verdict"] == "undefined" and np.isnan([row["difference"], row["low"], row["p_value"], row["vrf"]]).all()


def test_one_pair_gives_a_difference_without_an_interval(make_study: Callable[..., Study]) -> None:
    rows = compare_policies(make_study(seeds=1, cuts=False))
    assert rows["low"].isna().all() and (rows["verdict"] == "cannot tell").all() and rows["difference"].notna().all()


def test_holm_matches_the_textbook_and_stays_within_a_class(winning: Study) -> None:
    np.testing.assert_allclose(
        adjust_holm(np.array([0.01, 0.04, np.nan, 0.03, 0.005])), [0.03, 0.06, np.nan, 0.06, 0.02]
    )
    table = compare_policies(winning)
    for _, rows in table.groupby("kpi_class"):
        np.testing.assert_array_equal(rows["p_holm"], adjust_holm(rows["p_value"].to_numpy()))
    assert (table["p_holm"] >= table["p_value"]).all()


def test_replications_needed_is_the_smallest_number() -> None:
    for spread, half in ((1.0, 0.5), (3.0, 0.2), (0.1, 1.0)):
        n = replications_needed(spread, half)
        width = [stats.t.ppf(0.975, k - 1) * spread / np.sqrt(k) for k in (n, max(n - 1, 2))]
        assert width[0] <= half and (n == 2 or width[1] > half)
    assert replications_needed(0.0, 1.0) == 2 and replications_needed(1.0, 0.0) == 1_000_000


def test_pairs_to_settle_find_the_difference_four_times_in_five() -> None:
    pairs = pairs_to_settle(1.0, 0.4)
    draws = 0.4 + np.random.Generator(np.random.PCG64(3)).standard_normal((4000, pairs))
    found = compare_pairs(np.zeros_like(draws), draws)
    assert 0.78 < float((found.low > 0).mean()) < 0.83
    half = replications_needed(1.0, 0.4)  # control: a half-width as large as the difference finds it every other time
    few = compare_pairs(np.zeros((4000, half)), draws[:, :half])
    assert float((few.low > 0).mean()) < 0.6
    assert pairs_to_settle(1.0, -0.4) == pairs and pairs_to_settle(1.0, 0.0) == 1_000_000


def test_precision_table_says_how_many_pairs_buy_a_width(winning: Study) -> None:
    rows = precision_table(winning, 0.002).set_index("kpi")
    base = compare_policies(winning).set_index("kpi")
    assert rows.loc["contribution", "relative_half_width"] == pytest.approx(
        base.loc["contribution", "half_width"] / base.loc["contribution", "baseline_mean"]
    )
    assert rows.loc["contribution", "pairs_needed"] > 20


def test_windows_are_half_a_year_or_half_the_horizon() -> None:
    assert windows(pd.Series(range(104))) == {"short": (0, 25), "long": (78, 103)}
    assert windows(pd.Series(range(1, 11))) == {"short": (1, 5), "long": (6, 10)}
    assert windows(pd.Series([4])) == {"short": (4, 4)}


def test_windows_are_not_said_to_be_at_the_end(winning: Study) -> None:
    definitions = winning.definitions.replace({"label": {"Revenue": "Revenue at the end"}})
    object.__setattr__(winning, "definitions", definitions)
    assert "Revenue" in set(compare_horizons(winning)["label"])


def test_short_and_long_term_can_point_opposite_ways(winning: Study) -> None:
    weekly = winning.runs_weekly
    lift = (
        np.where(weekly["week"] < 52, -2.0, 3.0)
        * (weekly["policy"] == "deep_marketing")
        * (weekly["kpi"] == "new_customers")
    )
    object.__setattr__(winning, "runs_weekly", weekly.assign(value=weekly["value"] + lift))
    table = compare_horizons(winning)
    turned = table[table["turns"]]
    assert set(turned["kpi"]) == {"new_customers"} and turned.set_index("window")["verdict"].to_dict() == {
        "short": "worse",
        "long": "better",
    }
    row = table[(table["kpi"] == "revenue") & (table["window"] == "long")].iloc[0]
    part = weekly[(weekly["kpi"] == "revenue") & (weekly["week"] >= 78)].groupby("policy")["value"].mean()
    assert row["difference"] == pytest.approx(part["deep_marketing"] - part["status_quo"])


def test_a_kpi_without_a_value_in_any_run_is_omitted(winning: Study) -> None:
    """What this market has nothing of is no finding: neither in the comparison nor by level nor in time."""
    for table in (winning.runs, winning.runs_weekly, winning.runs_by):
        table.loc[table["kpi"] == "turnover", "value"] = np.nan
    for compared in (compare_policies(winning), compare_levels(winning), compare_horizons(winning)):
        assert "turnover" not in set(compared["kpi"])
        assert "contribution" in set(compared["kpi"])


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 0.0), (-1.0, 1.0)])
def test_an_interval_that_touches_zero_contains_it(low: float, high: float) -> None:
    pairs = compare_pairs(np.zeros((1, 4)), np.arange(4.0).reshape(1, 4))
    touching = pairs._replace(low=np.array([low]), high=np.array([high]))
    assert judge(touching, np.array([1.0])) == ["cannot tell"]
    inside = pairs._replace(low=np.array([1e-9]), high=np.array([1.0]))
    assert judge(inside, np.array([1.0])) == ["better"]
