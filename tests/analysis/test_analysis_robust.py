"""Robust choice: regret, targets and tails worked out by hand, and what noise does to regret."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.futures.future_pairs import compare_in_futures
from analysis.futures.regret import estimate_regret, regret_table
from analysis.futures.robust import robust_table, share_best, worst_mean
from analysis.futures.robust_choice import choose_robust
from analysis.intervals import share_interval
from analysis.targets import Target
from tests.analysis.ensembles import by_hand

NAN = float("nan")
#: Two replications whose means are whole numbers; the last future of `deep` has no run at all.
MONEY = {
    "base": [[9, 11], [20, 20], [30, 30], [5, 5], [0, 0]],
    "deep": [[13, 15], [19, 19], [30, 30], [1, 1], [NAN, NAN]],
    "lean": [[12, 12], [10, 10], [28, 28], [8, 8], [0, 0]],
}
UNSERVED = {
    "base": [[0.1, 0.3], [0.2, 0.2], [0.1, 0.1], [0.3, 0.3], [0.1, 0.1]],
    "deep": [[0.1, 0.1], [0.1, 0.1], [0.1, 0.1], [0.4, 0.4], [NAN, NAN]],
    "lean": [[0.2, 0.2], [0.3, 0.3], [0.1, 0.1], [0.3, 0.3], [0.1, 0.1]],
}


@pytest.fixture
def hand() -> Ensemble:
    """Three policies, five futures, the fifth incomplete."""
    return by_hand({"contribution": MONEY, "unserved_share": UNSERVED})


def test_regret_by_hand_where_more_is_better(hand: Ensemble) -> None:
    wanted = [[4, 0, 2], [0, 1, 10], [0, 0, 2], [3, 7, 0], [NAN, NAN, NAN]]
    np.testing.assert_allclose(regret_table(hand).to_numpy(), wanted)


def test_regret_by_hand_where_less_is_better(hand: Ensemble) -> None:
    wanted = [[0.1, 0, 0.1], [0.1, 0, 0.2], [0, 0, 0], [0, 0.1, 0], [NAN] * 3]
    np.testing.assert_allclose(regret_table(hand, "unserved_share").to_numpy(), wanted, atol=1e-12)


def test_table_by_hand(hand: Ensemble) -> None:
    targets = [Target("contribution", at_least=10), Target("unserved_share", at_most=0.2)]
    table = robust_table(hand, targets=targets).set_index("policy")
    assert table["mean"].tolist() == pytest.approx([16.25, 16.0, 14.5])
    assert table["difference"].tolist() == pytest.approx([0.0, -0.25, -1.75])
    assert table["max_regret"].tolist() == [4, 7, 10]
    assert table["mean_regret"].tolist() == pytest.approx([7 / 4, 2, 14 / 4])
    assert table["regret_90"].tolist() == pytest.approx([3.7, 5.2, 7.6])
    assert table["satisficing"].tolist() == [3 / 4, 3 / 4, 2 / 4]
    assert table["share_best"].tolist() == pytest.approx([1.5 / 4, 1.5 / 4, 1 / 4])
    assert table["worst_tenth"].tolist() == [5, 1, 8]
    assert table["probability_best"].sum() == pytest.approx(1.0)
    assert (table[["futures", "left_out"]] == [4, 1]).all(axis=None)
    low, high = table.loc["base", ["satisficing_low", "satisficing_high"]]
    assert (low, high) == pytest.approx((0.300642, 0.954413), abs=1e-6)
    assert (table.loc["base", "difference_low"], table.loc["base", "difference_high"]) == (0.0, 0.0)


def test_the_worst_tenth_of_what_should_be_low_is_high(hand: Ensemble) -> None:
    table = robust_table(hand, "unserved_share").set_index("policy")
    assert table["worst_tenth"].tolist() == pytest.approx([0.3, 0.4, 0.3])
    assert table["mean"].tolist() == pytest.approx([0.2, 0.175, 0.225])
    assert table["probability_best"].idxmax() == "deep"
    assert table["satisficing"].isna().all()


def test_a_target_without_a_value_leaves_its_future_out(hand: Ensemble) -> None:
    holes = {**UNSERVED, "lean": [[NAN, NAN], *UNSERVED["lean"][1:]]}
    table = robust_table(
        by_hand({"contribution": MONEY, "unserved_share": holes}), targets=[Target("unserved_share", at_most=0.2)]
    )
    assert table["futures"].tolist() == [3] * 3 and table["left_out"].tolist() == [2] * 3


def test_futures_with_fewer_replications_are_counted() -> None:
    table = robust_table(by_hand({"contribution": {"base": [[1, 2], [3, 4]], "deep": [[1, NAN], [3, 5]]}}))
    assert table["thin"].tolist() == [1, 1] and table["left_out"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("count", "wanted"),
    [(4, 0.0), (10, 0.0), (15, (0 + 0.5 * 1) / 1.5), (20, 0.5), (25, (0 + 1 + 0.5 * 2) / 2.5)],
)
def test_the_worst_tenth_counts_a_part_of_a_future(count: int, wanted: float) -> None:
    shuffled = np.random.Generator(np.random.PCG64(1)).permutation(count).astype(np.float64)
    assert worst_mean(shuffled[:, None])[0] == pytest.approx(wanted)


def test_ties_are_split() -> None:
    gains = np.array([[1.0, 1.0, 0.0], [0.1 + 0.2, 0.3, 0.0], [0.0, 0.0, 1.0]])
    assert share_best(gains).tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_wilson_by_hand() -> None:
    assert share_interval(8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert share_interval(0, 10) == pytest.approx((0.0, 0.277533), abs=1e-6)
    assert np.isnan(share_interval(0, 0)).all()


def test_cross_fitted_regret_by_hand() -> None:
    """One future, two policies, two replications: each is judged by the replication that did not choose."""
    found = estimate_regret(np.array([[[4.0, 0.0], [0.0, 2.0]]]))
    assert found.mean.tolist() == [0.0, 1.0]
    # Replication 0 chosen by 1: policy 1 is best, forgone by policy 0 −4; replication 1 chosen by 0: policy 0, −2 for 1.
    assert found.mean_low.tolist() == [-2.0, -1.0]
    settled = estimate_regret(np.array([[[4.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]]))
    assert settled.mean_low.tolist() == settled.mean.tolist() == [0.5, 1.5]
    assert settled.most_low.tolist() == settled.most.tolist() == [1.0, 3.0]
    assert settled.noise.tolist() == pytest.approx([0.0, np.sqrt(0.5)])
    assert np.isnan(estimate_regret(np.ones((3, 2, 1))).mean_low).all()


def test_noise_lifts_regret_and_the_lower_estimate_stays_below() -> None:
    """True regret is 0, 1 and 2 in every future; the two estimates enclose it on average over many ensembles."""
    chance = np.random.Generator(np.random.PCG64(3))
    truth = np.array([0.0, -1.0, -2.0])
    drawn = [estimate_regret(truth[None, :, None] + chance.standard_normal((40, 3, 4)) * 3.0) for _ in range(60)]
    for name, low in (("mean", "mean_low"), ("most", "most_low")):
        high_estimate = np.mean([getattr(d, name) for d in drawn], axis=0)
        low_estimate = np.mean([getattr(d, low) for d in drawn], axis=0)
        assert (high_estimate > -truth).all(), name
        assert (low_estimate < -truth).all(), name
    noise = np.mean([d.noise[2] for d in drawn])
    assert 0.8 < noise / (3.0 * np.sqrt(2) / 2) < 1.2


def test_policies_are_compared_with_the_future_as_unit(hand: Ensemble) -> None:
    table = compare_in_futures(hand).set_index("policy")
    differences = np.array([4.0, -1.0, 0.0, -4.0])
    error = differences.std(ddof=1) / 2
    assert table.loc["deep", "difference"] == pytest.approx(-0.25)
    assert table.loc["deep", "high"] - table.loc["deep", "low"] == pytest.approx(2 * 3.182446 * error, rel=1e-6)
    assert table.loc["deep", "share_better"] == pytest.approx(1.5 / 4)
    assert table.index.tolist() == ["deep", "lean"] and table["left_out"].tolist() == [1, 1]


def test_holm_over_policies_and_over_all_pairs() -> None:
    chance = np.random.Generator(np.random.PCG64(8))
    luck = chance.standard_normal(12)
    rows = {
        policy: (luck + shift + 0.5 * chance.standard_normal(12))[:, None].tolist()
        for policy, shift in (("base", 0.0), ("deep", 2.0), ("lean", 0.4))
    }
    ensemble = by_hand({"contribution": rows})
    some, pairs = compare_in_futures(ensemble), compare_in_futures(ensemble, pairwise=True)
    assert len(some) == 2 and len(pairs) == 3
    smallest = some.loc[some["p_value"].idxmin()]
    assert smallest["p_holm"] == pytest.approx(2 * smallest["p_value"])
    assert pairs["p_holm"].min() == pytest.approx(3 * pairs["p_value"].min())
    assert some.set_index("policy").loc["deep", "verdict"] == "better"
    last = pairs[(pairs["policy"] == "lean") & (pairs["against"] == "deep")].iloc[0]
    assert last["verdict"] == "worse" and last["difference"] < 0


def test_one_clear_test_among_many_is_not_enough() -> None:
    """An interval that excludes zero on its own is no verdict once Holm's adjustment lifts its p-value."""
    chance = np.random.Generator(np.random.PCG64(5))
    found = 0
    for _ in range(60):
        rows = {p: chance.standard_normal((8, 1)).tolist() for p in ("base", "deep", "lean")}
        table = compare_in_futures(by_hand({"contribution": rows}), pairwise=True)
        alone = (table["low"] > 0) | (table["high"] < 0)
        assert (table.loc[table["p_holm"] > 0.05, "verdict"] == "cannot tell").all()
        found += int((alone & (table["p_holm"] > 0.05)).sum())
    assert found > 0


def test_rules_are_checked_on_fresh_futures() -> None:
    """Study: deep has the best mean and lean the least maximum regret; on fresh futures deep fails."""
    rows = {
        "base": [[10]] * 6,
        "deep": [[30], [30], [30], [0], [0], [4]],
        "lean": [[18], [18], [18], [9], [12], [12]],
    }
    table = choose_robust(by_hand({"contribution": rows}, fresh=(4, 5)), targets=[Target("contribution", at_least=9)])
    table = table.set_index("rule")
    assert table["policy"].to_dict() == {
        "minimax_regret": "deep",
        "satisficing": "lean",
        "worst_tenth": "base",
        "mean": "deep",
        "probability_best": "deep",
        "share_best": "deep",
    }
    mean = table.loc["mean"]
    assert (mean["score"], mean["fresh_score"], mean["fresh_best_score"]) == (22.5, 2.0, 12.0)
    assert (mean["fresh_rank"], mean["fresh_policy"], mean["again"]) == (3, "lean", False)
    assert (mean["fresh_mean_regret"], mean["fresh_max_regret"], mean["fresh_difference"]) == (10.0, 12.0, -8.0)
    assert table.loc["minimax_regret", ["score", "fresh_score"]].tolist() == [10.0, 12.0]
    # Base and lean meet the target everywhere: the better mean decides, and the other is reported as tied.
    assert (table.loc["satisficing", "tied"], table.loc["satisficing", "again"]) == (2, True)
    assert (table["futures"].tolist(), table["fresh_futures"].tolist()) == ([4] * 6, [2] * 6)


def test_without_fresh_futures_nothing_is_claimed(hand: Ensemble) -> None:
    table = choose_robust(hand, "unserved_share")
    assert table["again"].isna().all() and table["fresh_score"].isna().all() and "satisficing" not in set(table["rule"])
    assert table.set_index("rule").loc["mean", ["policy", "score"]].tolist() == ["deep", pytest.approx(0.175)]


def test_targets_say_what_is_wrong_with_them(hand: Ensemble) -> None:
    for wrong, words in (
        ({}, "none is given"),
        ({"at_least": 2.0, "at_most": 1.0}, "exclude each other"),
        ({"at_least": NAN}, "must be a number"),
    ):
        with pytest.raises(StudyError, match=words):
            Target("contribution", **wrong)
    with pytest.raises(StudyError, match="Choose one of: contribution, unserved_share"):
        Target("calls", at_least=1).met(hand)
    assert Target("unserved_share", at_most=0.2).unit(hand) == "share"
    assert Target("unserved_share", at_most=0.2).words(hand) == "orders not served at most 20.0\u00a0%"
    band = Target("contribution", at_least=10, at_most=20)
    assert band.met(hand)["base"].tolist()[:4] == [1.0, 1.0, 0.0, 0.0]


def test_one_future_says_nothing_about_others() -> None:
    one = by_hand({"contribution": {"base": [[1.0, 1.5]], "deep": [[2.0, 2.0]]}})
    table = robust_table(one)
    assert table["mean"].tolist() == [1.25, 2.0] and table["probability_best"].isna().all()
    assert table["mean_low"].isna().all() and compare_in_futures(one)["verdict"].tolist() == ["cannot tell"]


def test_what_cannot_be_compared_is_refused(hand: Ensemble) -> None:
    with pytest.raises(StudyError, match="at least two"):
        robust_table(by_hand({"contribution": {"base": [[1.0]]}}))
    with pytest.raises(StudyError, match="no future has a replication"):
        robust_table(by_hand({"contribution": {"base": [[1.0], [NAN]], "deep": [[NAN], [1.0]]}}))
    with pytest.raises(StudyError, match="neither more nor less"):
        robust_table(hand, "calls")
    with pytest.raises(StudyError, match="fresh futures"):
        robust_table(hand, role="fresh")
