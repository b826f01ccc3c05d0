"""Drift: known trends are found, season and growth are not taken for one, and few seeds never make a market look settled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.drift import CANNOT_TELL, DRIFTS, SETTLED, Series, judge_drift, measure_drift, suggest_warm_up

WEEKS = 104
T = np.arange(WEEKS)


def drift_of(values: np.ndarray, series: Series | None = None, **settings: float) -> pd.Series:
    """The row of one series [seeds, weeks]."""
    return measure_drift([series or Series("x", "X")], values[None], **settings).iloc[0]


@pytest.mark.parametrize(("slope", "verdict"), [(0.0, SETTLED), (0.04, SETTLED), (0.2, DRIFTS), (-0.2, DRIFTS)])
def test_a_straight_line_drifts_by_what_it_moves_over_the_horizon(slope: float, verdict: str) -> None:
    line = 100 * (1 + slope * ((T + 0.5) / WEEKS - 0.5))
    row = drift_of(np.tile(line, (5, 1)))
    assert row["drift"] == pytest.approx(slope, abs=1e-12)
    assert (row["low"], row["high"]) == pytest.approx((slope, slope), abs=1e-12)
    assert (row["level"], row["verdict"]) == (pytest.approx(100), verdict)


def test_a_season_is_no_drift_and_would_be_one_in_windows_of_half_a_year() -> None:
    season = np.tile(100 * (1 + 0.5 * np.sin(2 * np.pi * T / 52)), (4, 1))
    assert drift_of(season, season=True)["verdict"] == SETTLED
    assert drift_of(season, season=False)["verdict"] == DRIFTS


def test_declared_growth_is_taken_off_counts_alone() -> None:
    grown = np.tile(100 * 1.1 ** (T / 52), (4, 1))
    count, share = Series("x", "X", grows=True), Series("x", "X")
    assert drift_of(grown, count, growth=0.1)["drift"] == pytest.approx(0, abs=1e-12)
    assert drift_of(grown, share, growth=0.1)["verdict"] == DRIFTS


def test_scores_near_zero_are_judged_by_their_own_scale() -> None:
    score = np.tile(0.01 + 0.02 * T / WEEKS, (4, 1))
    assert drift_of(score)["verdict"] == DRIFTS
    assert drift_of(score, Series("x", "X", scale=1.0))["verdict"] == SETTLED


def test_the_interval_covers_no_drift_as_often_as_it_says() -> None:
    g = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        noise = g.normal(0, 5, (6, WEEKS + 30))
        for t in range(1, noise.shape[1]):  # weeks depend on each other, seeds do not
            noise[:, t] += 0.8 * noise[:, t - 1]
        row = drift_of(100 + noise[:, 30:])
        held += row["low"] <= 0 <= row["high"]
    assert 0.92 <= held / 400 <= 0.98


def test_noise_alone_is_never_called_settled_with_few_seeds_nor_drifting() -> None:
    g = np.random.default_rng(4)
    verdicts = [drift_of(100 + g.normal(0, 200, (3, WEEKS)))["verdict"] for _ in range(50)]
    assert verdicts.count(CANNOT_TELL) >= 48


def test_series_without_values_are_not_in_the_table() -> None:
    values = np.ones((3, 2, WEEKS))
    values[0] = np.nan
    values[1] = 0.0
    values[2, :, :40] = np.nan
    found = measure_drift([Series(name, name) for name in "abc"], values)
    assert found.empty
    values[2, :, :25] = np.nan
    values[2, :, 25:] = 1.0
    assert measure_drift([Series(name, name) for name in "abc"], values)["series"].tolist() == ["c"]


def test_verdicts_need_the_whole_interval() -> None:
    assert judge_drift(-0.05, 0.05) == SETTLED
    assert judge_drift(0.051, 0.2) == DRIFTS
    assert judge_drift(-0.2, -0.051) == DRIFTS
    assert judge_drift(0.04, 0.06) == CANNOT_TELL


def test_the_shortest_settled_warm_up_is_suggested_or_the_one_with_fewest_that_drift() -> None:
    def table(*verdicts: str) -> pd.DataFrame:
        return pd.DataFrame({"verdict": verdicts, "drift": 0.1})

    settled, drifting, unsure = table(SETTLED, SETTLED), table(DRIFTS, DRIFTS), table(DRIFTS, CANNOT_TELL)
    assert suggest_warm_up({0: drifting, 26: settled, 52: settled}) == (26, True)
    assert suggest_warm_up({0: drifting, 26: unsure, 52: unsure}) == (26, False)
    assert suggest_warm_up({0: table(CANNOT_TELL), 26: table(SETTLED)}) == (26, True)
