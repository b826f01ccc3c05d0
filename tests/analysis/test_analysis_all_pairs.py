"""All pairs of policies: differences by hand, Holm over pairs and over challengers, and how often it is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from analysis import StudyError, answer_question, compare_all_pairs, compare_policies
from analysis.intervals import adjust_holm, compare_pairs
from analysis.study import Study

EFFECTS = {"a": {"contribution": 0.02}, "b": {"contribution": 0.08}, "c": {"contribution": 0.004}}


def test_every_pair_is_compared_once_with_its_own_differences(make_study: Callable[..., Study]) -> None:
    study = make_study(effects=EFFECTS, cuts=False)
    table = compare_all_pairs(study).set_index(["policy", "other"])
    assert len(table) == 6
    wide = study.runs[study.runs["kpi"] == "contribution"].pivot(index="seed", columns="policy", values="value")
    for (policy, other), row in table.iterrows():
        expected = stats.ttest_rel(wide[policy], wide[other])
        assert row["difference"] == pytest.approx((wide[policy] - wide[other]).mean())
        assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
        assert (row["low"], row["high"]) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    np.testing.assert_allclose(table["p_holm"], adjust_holm(table["p_value"].to_numpy()))
    assert table.loc[("a", "b"), "verdict"] == "worse" and table.loc[("status_quo", "b"), "verdict"] == "worse"


def test_with_the_baseline_it_says_what_the_comparison_says(make_study: Callable[..., Study]) -> None:
    study = make_study(effects=EFFECTS, cuts=False)
    pairs = compare_all_pairs(study).query("policy == 'status_quo'").set_index("other")
    table = compare_policies(study).query("kpi == 'contribution'").set_index("policy")
    np.testing.assert_allclose(pairs.loc[table.index, "difference"], -table["difference"])
    np.testing.assert_allclose(pairs.loc[table.index, "p_value"], table["p_value"])


def test_less_may_be_better(make_study: Callable[..., Study]) -> None:
    effects = {"a": {"turnover": 0.5}}
    assert compare_all_pairs(make_study(effects=effects, cuts=False), "turnover")["verdict"].tolist() == ["better"]


def test_a_kpi_without_direction_is_refused(winning: Study) -> None:
    with pytest.raises(StudyError, match="neither more nor less"):
        compare_all_pairs(winning, "calls_per_rep_week")


def test_challengers_are_adjusted_over_policies_by_kpi(make_study: Callable[..., Study]) -> None:
    table = compare_policies(make_study(effects=EFFECTS, cuts=False))
    for _, rows in table.groupby("kpi"):
        np.testing.assert_allclose(rows["p_holm_policies"], adjust_holm(rows["p_value"].to_numpy()))
    one = compare_policies(make_study(cuts=False))
    np.testing.assert_array_equal(one["p_holm_policies"], one["p_value"])


def test_the_answer_says_how_sure_it_is_among_many(make_study: Callable[..., Study]) -> None:
    text = answer_question(make_study(effects=EFFECTS, cuts=False)).sentence.replace("\u00a0", " ")
    assert text.count("adjusted by Holm for 3 policies") == 3
    assert "p < 0.001 adjusted by Holm" in text
    alone = answer_question(make_study(cuts=False)).sentence
    assert "Holm" not in alone


def test_equal_policies_are_found_different_no_more_often_than_said() -> None:
    """Family-wise errors over 2,000 studies of five equal policies with luck in common; without Holm the control fails."""
    draws = np.random.Generator(np.random.PCG64(4))
    values = draws.standard_normal((2_000, 1, 20)) + 0.5 * draws.standard_normal((2_000, 5, 20))
    left, right = np.triu_indices(5, 1)
    p_values = compare_pairs(values[:, left], values[:, right]).p_value
    adjusted = np.array([adjust_holm(row) for row in p_values])
    assert (adjusted.min(axis=1) < 0.05).mean() < 0.05
    assert (p_values.min(axis=1) < 0.05).mean() > 0.2
