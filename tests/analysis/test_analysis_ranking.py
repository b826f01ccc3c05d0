"""Choice of policy: probability of being best and the price of being wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from analysis.errors import StudyError
from analysis.ranking import _choose_of_many, choose, rank_policies
from analysis.study import Study


def _values(policies: int, pairs: int, steps: float, key: int = 5) -> np.ndarray:  # type: ignore[type-arg]
    draws = np.random.Generator(np.random.PCG64(key)).standard_normal((policies + 1, pairs))
    return draws[0] + 0.7 * draws[1:] + steps * np.arange(policies)[:, None]


def test_two_policies_match_numerical_integration_of_the_posterior() -> None:
    values = _values(2, 9, 0.3)
    difference = values[1] - values[0]
    posterior = stats.t(8, difference.mean(), difference.std(ddof=1) / 3)
    best, loss = choose(values)
    assert best[1] == pytest.approx(posterior.sf(0.0), rel=1e-9)
    expected = integrate.quad(lambda x: x * posterior.pdf(x), 0.0, np.inf)[0]
    assert loss[0] == pytest.approx(expected, rel=1e-6)
    assert loss[0] - loss[1] == pytest.approx(difference.mean(), rel=1e-9)


def test_the_sequence_for_many_agrees_with_the_closed_form_for_two() -> None:
    values = _values(2, 9, 0.3)
    for exact, found in zip(choose(values), _choose_of_many(values), strict=True):
        np.testing.assert_allclose(found, exact, atol=0.004)


def test_equal_policies_share_the_chance_and_cost_nothing() -> None:
    row = np.array([3.0, 1.0, 2.0, 5.0])
    for policies in (2, 3):
        best, loss = choose(np.tile(row, (policies, 1)))
        np.testing.assert_allclose(best, 1 / policies)
        np.testing.assert_array_equal(loss, 0.0)


def test_rounding_makes_no_policy_better() -> None:
    row = np.array([39.285714, 41.1, 38.2])
    for others in (1, 2):
        best, loss = choose(np.vstack([row, *[row * (1 - 2e-16)] * others]))
        np.testing.assert_allclose(best, 1 / (others + 1))
        np.testing.assert_array_equal(loss, 0.0)


def test_better_policies_rank_first_and_cost_least(make_study: Callable[..., Study]) -> None:
    study = make_study(
        effects={"a": {"contribution": 0.02}, "b": {"contribution": 0.08}, "c": {"contribution": -0.03}}, cuts=False
    )
    ranks = rank_policies(study)
    assert ranks["policy"].tolist() == ["b", "a", "status_quo", "c"]
    assert ranks["probability_best"].iloc[0] > 0.99 and ranks["probability_best"].sum() == pytest.approx(1.0)
    assert ranks["expected_loss"].is_monotonic_increasing
    assert ranks["expected_loss"].iloc[3] == pytest.approx(ranks["mean"].iloc[0] - ranks["mean"].iloc[3], rel=0.01)


def test_less_is_better_for_costs(make_study: Callable[..., Study]) -> None:
    study = make_study(effects={"cheap": {"cost_to_sell": -0.1}, "expensive": {"cost_to_sell": 0.1}}, cuts=False)
    assert rank_policies(study, "cost_to_sell")["policy"].tolist() == ["cheap", "status_quo", "expensive"]


def test_same_values_always_give_the_same_answer() -> None:
    values = _values(4, 12, 0.1)
    for first, second in zip(choose(values), choose(values.copy()), strict=True):
        np.testing.assert_array_equal(first, second)


def test_ranking_by_a_kpi_without_direction_is_refused(winning: Study) -> None:
    with pytest.raises(StudyError, match="neither more nor less"):
        rank_policies(winning, "calls_per_rep_week")
    with pytest.raises(StudyError, match="no policy has a value"):
        rank_policies(winning, "happiness")
