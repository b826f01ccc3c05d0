"""Sensitivity: known indices and effects come out, luck shared by all futures cancels, half blocks are excluded entirely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import morris as salib_morris

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.futures.blocks import missing_blocks
from analysis.futures.sensitivity import Sensitivity, morris_screening, noise_share, sobol_indices
from analysis.intervals import Floats
from tests.analysis.futures_fixture import FIRST, G_WEIGHTS, ISHIGAMI, TOTAL, ensemble, ishigami, sobol_g

UNIT = tuple(Factor(f"x{j}") for j in range(1, 6))
MIXED = (
    Factor("price", 2.0, 6.0),
    Factor("rate", 0.01, 1.0, log=True),
    Factor("reps", 3, 7, whole=True),
    Factor("term", levels=(4, 8, 12.5)),
    Factor("bonus", levels=(False, True)),
    Factor("rule", levels=("flat", "steep", "none")),
)


def sobol_like(x: Floats) -> Floats:
    return np.asarray(ishigami(x) + x[:, 0] * x[:, 2])


def shares(found: Sensitivity) -> Floats:
    return found.table.drop(columns="factor").to_numpy(float)


def without(given: Ensemble, lost: pd.Series) -> Ensemble:
    return replace(given, runs=given.runs[~lost].reset_index(drop=True))


def only(given: Ensemble, blocks: range) -> Ensemble:
    futures = given.futures[given.futures["block"].isin(blocks)]
    return replace(given, futures=futures, runs=given.runs[given.runs["future"].isin(futures.index)])


# --- Sobol indices -----------------------------------------------------------------------------------------------


def is_ishigami(table: pd.DataFrame) -> bool:
    """Whether indices are right to the second place and inside their own intervals."""
    near = all(np.allclose(table[name], truth, atol=0.02) for name, truth in (("first", FIRST), ("total", TOTAL)))
    return bool(
        near
        and (table["first_low"] <= FIRST).all()
        and (table["first_high"] >= FIRST).all()
        and (table["total_low"] <= TOTAL).all()
        and (table["total_high"] >= TOTAL).all()
    )


def test_the_indices_of_ishigamis_function_are_found() -> None:
    found = sobol_indices(ensemble("saltelli", ISHIGAMI, 4096, {"a": ishigami}), "profit")
    assert is_ishigami(found.table), found.table
    assert found.blocks == 4096 and found.excluded.empty and found.unit == "EUR" and found.of == "value"
    assert found.mean == pytest.approx(3.5, abs=0.05) and found.spread == pytest.approx(3.72, abs=0.05)
    assert np.isnan(found.noise_share)


def test_outcomes_that_were_shuffled_have_no_important_factor() -> None:
    """The control: the test above must be able to fail."""
    given = ensemble("saltelli", ISHIGAMI, 1024, {"a": ishigami})
    shuffled = given.runs.assign(profit=np.random.default_rng(3).permutation(given.runs["profit"]))
    found = sobol_indices(replace(given, runs=shuffled), "profit").table
    assert not is_ishigami(found)
    assert (found["first"].abs() < 0.15).all() and (found["total"] > 0.85).all()


def test_luck_that_all_futures_share_changes_no_index() -> None:
    plain = sobol_indices(ensemble("saltelli", ISHIGAMI, 256, {"a": ishigami}), "profit")
    lucky = sobol_indices(
        ensemble("saltelli", ISHIGAMI, 256, {"a": ishigami}, luck=np.array([[-40.0, 55.0]])), "profit"
    )
    np.testing.assert_allclose(shares(lucky), shares(plain), atol=1e-9)
    assert lucky.replications == 2 and lucky.noise_share == pytest.approx(0.0, abs=1e-20)


def test_luck_of_each_future_is_separated_and_raises_totals() -> None:
    rng = np.random.default_rng(8)
    given = ensemble("saltelli", ISHIGAMI, 1024, {"a": ishigami}, luck=rng.normal(0.0, 3.0, (1024 * 5, 4)))
    found = sobol_indices(given, "profit")
    noise = 9 / 4 / (9 / 4 + 13.845)  # variance of a mean of four; of Ishigami's function
    assert found.noise_share == pytest.approx(noise, abs=0.01)
    np.testing.assert_allclose(found.table["total"], TOTAL * (1 - noise) + noise, atol=0.05)


def test_the_difference_is_about_what_the_policy_changes() -> None:
    given = ensemble("saltelli", ISHIGAMI, 1024, {"a": ishigami, "b": lambda x: ishigami(x) + 0.2 * x[:, 2]})
    value, gain = sobol_indices(given, "profit", "b"), sobol_indices(given, "profit", of="difference")
    assert value.table["first"].idxmax() != 2 and (value.policy, value.against) == ("b", "")
    np.testing.assert_allclose(gain.table["first"], [0, 0, 1], atol=0.05)
    np.testing.assert_allclose(gain.table["total"], [0, 0, 1], atol=0.05)
    assert (gain.policy, gain.against, gain.of) == ("b", "a", "difference")


def test_factors_of_every_kind_may_stand_in_a_design() -> None:
    found = sobol_indices(ensemble("saltelli", MIXED, 512, {"a": lambda x: x[:, 1] + (x[:, 5] == 0.5)}), "profit")
    variances = np.array([0, 1 / 12, 0, 0, 0, 2 / 9])
    np.testing.assert_allclose(found.table["first"], variances / variances.sum(), atol=0.05)
    np.testing.assert_allclose(found.table["total"], variances / variances.sum(), atol=0.05)
    assert (found.table["total"].iloc[[0, 2, 3, 4]] == 0).all()


# --- Morris screening --------------------------------------------------------------------------------------------


def test_effects_of_a_linear_function_are_exact_per_full_range() -> None:
    slopes = np.array([3.0, -8.0, 5.0, 2.0, -1.0])
    found = morris_screening(ensemble("morris", MIXED[:5], 10, {"a": lambda x: x @ slopes}), "profit").table
    expected = slopes * [4.0, 1, 1, 1, 1]  # the first gets its value, of a range of 4
    np.testing.assert_allclose(found["mu"], expected, rtol=1e-9)
    for name in ("mu_star", "mu_star_low", "mu_star_high"):
        np.testing.assert_allclose(found[name], np.abs(expected), rtol=1e-9)
    np.testing.assert_allclose(found["sigma"], 0.0, atol=1e-9)


def test_words_without_order_have_a_size_of_effect_and_no_direction() -> None:
    found = morris_screening(ensemble("morris", MIXED, 30, {"a": lambda x: 6.0 * (x[:, 5] > 0.2)}), "profit").table
    assert np.isnan(found["mu"].iloc[5]) and 0 < found["mu_star"].iloc[5] <= 6.0


def test_the_order_of_sobols_g_function_is_found() -> None:
    found = morris_screening(ensemble("morris", UNIT, 40, {"a": sobol_g}), "profit").table
    assert list(found.sort_values("mu_star", ascending=False)["factor"]) == ["x1", "x2", "x3", "x4", "x5"]
    assert len(G_WEIGHTS) == len(found) and (found["sigma"].iloc[:2] > found["mu"].abs().iloc[:2]).all()


def test_effects_are_salibs_where_both_mean_the_same() -> None:
    given = ensemble("morris", UNIT, 12, {"a": sobol_g})
    found = morris_screening(given, "profit")
    problem = {"num_vars": 5, "names": [f.name for f in UNIT], "bounds": [[0.0, 1.0]] * 5}
    peer = salib_morris.analyze(
        problem,
        given.futures[problem["names"]].to_numpy(float),
        given.runs["profit"].to_numpy(float),
        seed=1,
        num_resamples=2000,
    )
    for name in ("mu", "mu_star", "sigma"):
        np.testing.assert_allclose(found.table[name], np.asarray(peer[name]), rtol=1e-9)
    half = (found.table["mu_star_high"] - found.table["mu_star_low"]) / 2
    np.testing.assert_allclose(half, np.asarray(peer["mu_star_conf"]), rtol=0.1)


def test_a_factor_may_matter_for_the_value_and_not_for_the_difference() -> None:
    given = ensemble("morris", UNIT[:2], 10, {"a": lambda x: 9 * x[:, 0], "b": lambda x: 9 * x[:, 0] + x[:, 1]})
    np.testing.assert_allclose(morris_screening(given, "profit").table["mu"], [9, 0], atol=1e-9)
    np.testing.assert_allclose(morris_screening(given, "profit", of="difference").table["mu"], [0, 1], atol=1e-9)
    back = morris_screening(given, "profit", "a", of="difference", against="b")
    np.testing.assert_allclose(back.table["mu"], [0, -1], atol=1e-9)


# --- blocks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "steps", "size"), [("saltelli", 5, 80), ("morris", 4, 12)])
def test_a_block_with_a_failed_run_is_excluded_entirely(method: str, steps: int, size: int) -> None:
    analyse = {"saltelli": sobol_indices, "morris": morris_screening}[method]
    given = ensemble(method, ISHIGAMI, size, {"a": ishigami, "b": sobol_like}, luck=np.array([[0.0, 1.0]]))
    runs = given.runs
    failed = (runs["future"] == 3) & (runs["policy"] == "a") & (runs["replication"] == 1)
    found = analyse(without(given, failed), "profit")
    remaining = analyse(only(given, range(1, size)), "profit")
    pd.testing.assert_frame_equal(found.table, remaining.table, check_exact=True)
    assert found.blocks == size - 1 and found.noise_share == remaining.noise_share
    assert found.excluded.to_dict("records") == [
        {"block": 0, "future": 3, "policy": "a", "replication": 1, "gaps": 1, "reason": "no run that ended well"}
    ]
    assert analyse(without(given, failed), "profit", "b").excluded.empty  # the other policy's runs are all there
    assert not analyse(without(given, failed), "profit", "b", of="difference").excluded.empty
    assert len(given.futures) == steps * size


def test_a_run_without_a_value_and_a_future_that_is_missing_count_as_gaps() -> None:
    given = ensemble("morris", ISHIGAMI, 12, {"a": ishigami})
    empty = given.runs.assign(profit=given.runs["profit"].where(given.runs["future"] != 6))
    futures = given.futures.drop(index=10)
    found = morris_screening(replace(given, futures=futures, runs=empty[empty["future"] != 10]), "profit")
    assert list(found.excluded["block"]) == [1, 2] and found.blocks == 10
    assert list(found.excluded["reason"]) == ["the run has no value of the KPI", "the future is missing"]


def test_replacements_are_counted_until_enough_blocks_are_whole() -> None:
    given = ensemble("saltelli", ISHIGAMI, 80, {"a": ishigami, "b": ishigami})
    assert missing_blocks(given, 80) == 0 and missing_blocks(given, 90) == 10
    short = without(given, given.runs["future"].isin([3, 4, 12]) & (given.runs["policy"] == "b"))
    assert missing_blocks(short, 80) == 2
    assert missing_blocks(short, 78) == 0  # two more than wanted had been drawn


def test_too_few_blocks_give_no_numbers() -> None:
    for method, analyse, size in (("saltelli", sobol_indices, 63), ("morris", morris_screening, 9)):
        with pytest.raises(StudyError, match=rf"at least {size + 1} complete blocks are expected, there are {size}"):
            analyse(ensemble(method, ISHIGAMI, size, {"a": ishigami}), "profit")
        assert len(analyse(ensemble(method, ISHIGAMI, size + 1, {"a": ishigami}), "profit").table) == 3


def test_rows_in_another_order_and_columns_of_other_factors_are_refused() -> None:
    for method, analyse in (("saltelli", sobol_indices), ("morris", morris_screening)):
        given = ensemble(method, ISHIGAMI, 64, {"a": ishigami})
        swapped = given.futures.copy()
        swapped.loc[[1, 2], ["x1", "x2", "x3"]] = given.futures.loc[[2, 1], ["x1", "x2", "x3"]].to_numpy()
        wrong = [replace(given, futures=swapped)]
        if method == "saltelli":  # in a trajectory any factor may move first
            wrong.append(replace(given, factors=ISHIGAMI[::-1]))
        for case in wrong:
            with pytest.raises(StudyError, match="block 0: this is no"):
                analyse(case, "profit")


@pytest.mark.parametrize("method", ["grid", "sobol", "latin_hypercube", "none", "file"])
def test_designs_without_blocks_are_refused_with_a_remedy(method: str) -> None:
    given = replace(ensemble("saltelli", ISHIGAMI, 64, {"a": ishigami}), method=method)
    for analyse in (morris_screening, sobol_indices):
        with pytest.raises(StudyError, match="Draw the futures with method 'morris'"):
            analyse(given, "profit")


def test_what_cannot_be_asked_is_refused() -> None:
    given = ensemble("saltelli", ISHIGAMI, 64, {"a": ishigami, "b": lambda x: ishigami(x) + 1.0, "c": ishigami})
    with pytest.raises(StudyError, match="Use sobol_indices"):
        morris_screening(given, "profit")
    with pytest.raises(StudyError, match="no run reports it"):
        sobol_indices(given, "revenue")
    with pytest.raises(StudyError, match="not in the ensemble"):
        sobol_indices(given, "profit", "z")
    with pytest.raises(StudyError, match="neither 'value' nor"):
        sobol_indices(given, "profit", of="ratio")
    with pytest.raises(StudyError, match="one of b, c is expected"):
        sobol_indices(given, "profit", of="difference")
    with pytest.raises(StudyError, match="given twice"):
        sobol_indices(given, "profit", "a", of="difference")
    with pytest.raises(StudyError, match="the difference is the same in all futures"):
        sobol_indices(given, "profit", "b", of="difference")
    with pytest.raises(ValueError, match="seed must be 1"):
        sobol_indices(given, "profit", seed=0)


def test_bootstraps_are_repeatable_and_touch_no_global_generator() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for method, analyse, size in (("saltelli", sobol_indices, 64), ("morris", morris_screening, 10)):
        given = ensemble(method, ISHIGAMI, size, {"a": ishigami})
        assert analyse(given, "profit").table.equals(analyse(given, "profit").table)
    given = ensemble("saltelli", ISHIGAMI, 64, {"a": ishigami})
    assert not sobol_indices(given, "profit", seed=2).table.equals(sobol_indices(given, "profit").table)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_noise_share_knows_its_limits() -> None:
    assert np.isnan(noise_share(np.ones((5, 1))))
    assert noise_share(np.ones((5, 3))) == 0.0
    assert noise_share(np.arange(5.0)[:, None] + np.arange(3.0)) == pytest.approx(0.0, abs=1e-20)
