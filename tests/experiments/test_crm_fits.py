"""Fits of an import on generated data with a known answer: rates, habit, season, window, account owners, calibration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from experiments.intake.crm.account_owners import assign_owners
from experiments.intake.fits.holdout_test import FitRow, measure_orders, top_share
from experiments.intake.fits.intercept_calibration import calibrate_intercepts
from experiments.intake.fits.loyalty_weight import fit_habit
from experiments.intake.fits.observation_window import settled_from, window_of_deals
from experiments.intake.fits.season import fit_season
from experiments.intake.fits.shrinkage import STRONGEST, fit_mixes, fit_rates, fit_shares
from experiments.intake.scenario.quality_page import fit_line


def test_gamma_poisson_fit_recovers_shape_and_mean() -> None:
    rng = np.random.default_rng(3)
    rates = rng.gamma(0.779, 1.456 / 0.779, 20_000)
    fit = fit_rates(rng.poisson(rates * 4.0).astype(float), 4.0)
    assert fit.shape == pytest.approx(0.779, rel=0.03)
    assert fit.mean == pytest.approx(1.456, rel=0.03)
    # the posterior mean is closer to the truth than the raw rate
    raw = rng.poisson(rates * 4.0) / 4.0
    assert np.mean((fit_rates(raw * 4.0, 4.0).each - rates) ** 2) < np.mean((raw - rates) ** 2)


def test_units_that_differ_only_by_chance_count_as_alike() -> None:
    rng = np.random.default_rng(4)
    rates = fit_rates(rng.poisson(20.0, 300).astype(float), 10.0)
    assert rates.shape > 50 and np.ptp(rates.each) < 1.0
    trials = np.full(300, 50.0)
    alike = fit_shares(rng.binomial(50, 0.6, 300).astype(float), trials)
    assert alike.strength > 300
    differing = fit_shares(rng.binomial(50, rng.beta(6, 4, 300)).astype(float), trials)
    assert differing.strength == pytest.approx(10, rel=0.3) and differing.mean == pytest.approx(0.6, abs=0.03)
    assert fit_shares(np.zeros(1), np.zeros(1) + 4).each[0] > 0
    assert fit_rates(np.full(5, 7.0), 1.0).shape == pytest.approx(STRONGEST, rel=0.01)


def test_dirichlet_fit_recovers_strength_and_keeps_shares() -> None:
    rng = np.random.default_rng(5)
    mixes = rng.dirichlet([6.0, 3.0, 1.0], 400)
    fit = fit_mixes(np.array([rng.multinomial(60, m) for m in mixes]).astype(float))
    assert fit.strength == pytest.approx(10, rel=0.2)
    assert np.allclose(fit.each.sum(axis=1), 1.0) and np.allclose(fit.overall, [0.6, 0.3, 0.1], atol=0.02)


def _sequences(weight: float, seed: int) -> pd.DataFrame:
    """Deals of 100 accounts that choose by a constant and by their loyalty."""
    rng, rows = np.random.default_rng(seed), []
    for account in range(100):
        loyalty = 0.5
        for k in range(60):
            won = rng.random() < 1 / (1 + np.exp(-weight * (2 * loyalty - 1)))
            rows.append(
                (
                    f"a{account}",
                    f"{account}-{k:03d}",
                    pd.Timestamp("2022-01-03") + pd.Timedelta(days=k),
                    won,
                )
            )
            loyalty = 0.875 * loyalty + 0.125 * won
    return pd.DataFrame(rows, columns=["account", "id", "closed", "won"])


def test_habit_is_found_where_it_is_and_only_there() -> None:
    strong, none = fit_habit(_sequences(2.5, 1), 0.875), fit_habit(_sequences(0.0, 2), 0.875)
    assert strong.identified and strong.weight == pytest.approx(2.5, abs=3 * strong.error)
    assert none.identified and none.weight < 3 * none.error
    assert not fit_habit(_sequences(1.0, 3).head(30), 0.875).identified


def test_season_needs_a_year_and_is_found_in_two() -> None:
    rng, week = np.random.default_rng(6), np.arange(104)
    assert fit_season(np.ones(51)) is None
    wave = 100 * (1 + 0.3 * np.cos(2 * np.pi * (week - 20) / 52))
    found = fit_season(rng.poisson(wave).astype(float))
    assert (
        found is not None and found.swing == pytest.approx(0.3, abs=0.05) and found.peak == pytest.approx(20, abs=1.5)
    )
    swings = [s.swing for _ in range(41) if (s := fit_season(rng.poisson(np.full(104, 4.0)).astype(float)))]
    assert np.median(swings) == 0.0  # noise alone would show a swing of .08


def test_window_excludes_a_cold_start_and_odd_days() -> None:
    rng = np.random.default_rng(7)
    counts = np.r_[[2, 6, 12, 18], np.full(36, 30)]
    days = [
        pd.Timestamp("2022-01-05") + pd.Timedelta(days=int(7 * w + rng.integers(0, 7)) + 3)
        for w, n in enumerate(counts)
        for _ in range(n)
    ]
    decided = pd.Series([pd.Timestamp("2022-01-05"), *days, pd.Timestamp("2022-01-07") + pd.Timedelta(days=7 * 40)])
    window = window_of_deals(decided, 0.2)
    assert window.odd_days == 3 and window.cold in (2, 3) and window.weeks == 40
    assert window.test == 8 and window.in_test(decided).sum() >= 8 * 30 - 30
    assert not (window.in_test(decided) & window.in_train(decided)).any()
    assert settled_from(np.full(40, 30.0)) == 0
    assert settled_from(np.r_[np.full(20, 30.0), np.full(20, 5.0)]) == 0  # a market that shrinks is not a cold start
    with pytest.raises(ValueError, match="are needed"):
        window_of_deals(decided.head(40), 0.2)


def test_accounts_keep_clear_owners_and_the_rest_are_shared() -> None:
    reps = pd.DataFrame({"office": ["N", "N", "S"]}, index=["a", "b", "s"])
    rows = [("mine", "b")] * 5 + [("mine", "a")] + [("south", "s")] * 4 + [("south", "a")] * 3
    for k in range(10):  # shared by a and b evenly, a always a little ahead, and s
        rows += [(f"x{k}", "a")] * 5 + [(f"x{k}", "b")] * 4 + [(f"x{k}", "s")] * 3
    accounts = ["mine", "south", *[f"x{k}" for k in range(10)], "silent"]
    found = assign_owners(accounts, pd.DataFrame(rows, columns=["account", "agent"]), reps)
    assert found.loc["mine", "rep"] == "b" and found.loc["south", "rep"] == "s"
    assert found["rep"][2:12].value_counts().to_dict() == {"a": 6, "b": 4}
    assert found.loc["silent", "rep"] == "s"  # the fewest accounts
    assert found.loc["mine", "main_share"] == pytest.approx(5 / 6)
    rows = [("big", "a")] * 200 + [(small, rep) for small in ("s1", "s2", "s3") for rep in ("b", "b", "b", "a")]
    found = assign_owners(["big", "s1", "s2", "s3"], pd.DataFrame(rows, columns=["account", "agent"]), reps)
    assert list(found["rep"]) == ["a", "b", "b", "b"]  # b has few deals in all, but these accounts are clearly b's
    assert (found["territory"] == found["rep"].map(reps["office"])).all()


def _logit_market(offset: float) -> object:
    """A replacement for the simulator: wins by the logit of intercept + offset, 3,000 occasions per run."""

    def run(intercepts: Mapping[str, float], seed: int, weeks: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        offers = rng.choice(list(intercepts), 3_000, p=[0.7, 0.295, 0.005])
        p = 1 / (1 + np.exp(-np.array([intercepts[o] for o in offers]) - offset))
        return pd.DataFrame({"week": 0, "customer": 0, "offer": offers, "value": 1.0, "won": rng.random(3_000) < p})

    return run


def test_calibration_reaches_the_fitted_win_rates_whatever_else_moves_choice() -> None:
    target = {"a": 0.6, "b": 0.8, "c": 0.6}
    weights = {"a": 700.0, "b": 295.0, "c": 5.0}
    found = calibrate_intercepts(target, weights, dict.fromkeys(target, 0.0), _logit_market(1.3), range(4), 10)  # type: ignore[arg-type]
    for offer in ("a", "b"):
        p = 1 / (1 + np.exp(-found.intercepts[offer] - 1.3))
        assert p == pytest.approx(target[offer], abs=0.03)
    assert abs(found.gaps[-1]) < 0.05 < abs(found.gaps[0])


def test_measures_of_orders() -> None:
    orders = pd.DataFrame(
        {
            "customer": ["a", "a", "b", "c", ""],
            "value": [10.0, 30.0, 20.0, 0.0, 40.0],
            "won": [True, True, True, False, True],
            "weeks": [1.0, 2.0, 3.0, 4.0, float("nan")],
        }
    )
    found = measure_orders(orders, weeks=2, accounts=5)
    assert found == pytest.approx(
        {
            "weekly_orders": 2.0,
            "order_value": 25.0,
            "top_share": 40 / 60,
            "active_share": 0.4,
            "win_rate": 0.8,
            "cycle": 2.5,
        }
    )
    assert top_share(np.array([5.0, 3.0, 2.0]), 10) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("deviation", "fits"), [(0.149, True), (-0.149, True), (0.151, False), (-0.151, False), (float("nan"), False)]
)
def test_verdict_at_the_tolerance(deviation: float, fits: bool) -> None:
    row = FitRow("m", "m", 1, 1, 1, 1, 1, deviation, "why", 8)
    assert row.fits is fits and row.verdict == ("fit" if fits else "unfit: why")


def test_a_fit_says_when_the_observed_value_is_outside_the_runs() -> None:
    row = FitRow("active_share", "accounts", 1.0, 1.0, 0.9996, 0.99, 0.9999, -0.0004, "", 8)
    assert fit_line(row) == (
        "accounts: observed 100.0%, simulated 100.0% (0.0%): fit, though the observed value is outside 95 % of 8 runs"
    )
