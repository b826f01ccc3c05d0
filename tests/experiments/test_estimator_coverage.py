"""Estimators of imports on many generated markets: their 95 % confidence intervals cover the truth in 95 % of them, with and without the effect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sales_fixture import WEEKS, made_sales
from scipy import stats

from experiments.intake.fits.growth import fit_growth
from experiments.intake.fits.loyalty_weight import fit_habit
from experiments.intake.fits.price_response import fit_price_response
from experiments.intake.fits.repeat_rates import DEFAULT_SHAPE, fit_identified, fit_repeats
from experiments.intake.fits.season import fit_season

_MARKETS = {
    "as usual": {},
    "few lines": {"lines": 1.0},
    "bulk buyers": {"bulk": 0.2},
    "promotions": {"promotions": 0.1},
    "noisy prices": {"noise": 0.15},
}


def _price_hits(market: dict[str, float], elasticity: float, runs: int) -> tuple[list[bool], list[float]]:
    """Whether each confidence interval covers the truth, and each estimate, of markets in which an elasticity is identified."""
    hits, estimates = [], []
    for seed in range(runs):
        sales = made_sales(seed, elasticity, **market)  # type: ignore[arg-type]
        fit = fit_price_response(sales, sales["week"], WEEKS)
        if fit.error <= 1.0:
            hits.append(fit.interval[0] <= elasticity <= fit.interval[1])
            estimates.append(fit.estimate)
    return hits, estimates


def _covers(hits: list[bool], lowest: float) -> bool:
    """Whether so many hits are plausible (1 in 1,000) if ``lowest`` of all confidence intervals cover the truth."""
    return bool(stats.binom.cdf(sum(hits), len(hits), lowest) > 0.001)


@pytest.mark.parametrize("elasticity", [0.0, -2.0])
@pytest.mark.parametrize("market", ["as usual", "bulk buyers"])
def test_price_response_is_unbiased_and_its_interval_covers_the_truth(market: str, elasticity: float) -> None:
    hits, estimates = _price_hits(_MARKETS[market], elasticity, 25)
    assert len(hits) >= 24 and _covers(hits, 0.95)
    assert abs(np.mean(estimates) - elasticity) < 4.0 * np.std(estimates) / np.sqrt(len(estimates)) + 0.05


@pytest.mark.slow
@pytest.mark.parametrize("elasticity", [0.0, -1.0, -2.0])
@pytest.mark.parametrize("market", list(_MARKETS))
def test_price_intervals_have_nominal_coverage(market: str, elasticity: float) -> None:
    hits, _ = _price_hits(_MARKETS[market], elasticity, 300)
    assert len(hits) > 100 and 0.92 <= np.mean(hits) <= 0.99, (
        f"{market}, {elasticity}: {np.mean(hits):.3f} of {len(hits)}"
    )


def test_prices_that_do_not_change_identify_nothing() -> None:
    """Only discounts by customer and quantity: every price differs, none changes over time."""
    sales = made_sales(1, -2.0, lists=0.0)
    fit = fit_price_response(sales, sales["week"], WEEKS)
    assert not fit.identified and np.isnan(fit.estimate) and "0 products" in fit.reason


def _counts(seed: int, yearly: float, alike: float, weeks: int = 104) -> np.ndarray:
    """Orders per week with season, growth and autocorrelated shocks: ``alike`` is their autocorrelation."""
    rng, week = np.random.default_rng(seed), np.arange(weeks)
    shock = np.zeros(weeks)
    for k in range(weeks):
        fresh = 0.2 * rng.standard_normal()
        shock[k] = alike * shock[k - 1] + np.sqrt(1.0 - alike**2) * fresh if k else fresh
    season = 1.0 + 0.3 * np.cos(2.0 * np.pi * (week - 20) / 52.0)
    return rng.poisson(30.0 * season * (1.0 + yearly) ** (week / 52.0) * np.exp(shock)).astype(np.float64)


@pytest.mark.parametrize("yearly", [0.0, 0.2])
@pytest.mark.parametrize(("alike", "lowest"), [(0.0, 0.95), (0.5, 0.95), (0.8, 0.95), (0.9, 0.93)])
def test_growth_is_within_its_error_also_where_weeks_are_alike(yearly: float, alike: float, lowest: float) -> None:
    fits = [fit_growth(_counts(seed, yearly, alike)) for seed in range(150)]
    hits = [fit is not None and abs(fit.yearly - yearly) < 1.96 * fit.error for fit in fits]
    assert _covers(hits, lowest)
    assert yearly or np.mean([fit is not None and fit.identified for fit in fits]) < 0.12, (
        "growth identified where there is none"
    )


@pytest.mark.parametrize("alike", [0.0, 0.8])
def test_season_is_within_its_error_and_not_made_of_noise(alike: float) -> None:
    """The wave of these counts is 0.3; dividing it out leaves none."""
    wave = 1.0 + 0.3 * np.cos(2.0 * np.pi * (np.arange(104) - 20) / 52.0)
    hits, false_alarms = [], []
    for seed in range(60):
        sold = _counts(seed, 0.0, alike)
        found, none = fit_season(sold), fit_season(sold / wave)
        assert found is not None and none is not None
        hits.append(abs(found.estimate - 0.3) < 1.96 * found.error)
        false_alarms.append(none.swing > 0.0)
    assert _covers(hits, 0.95)
    assert stats.binom.sf(sum(false_alarms) - 1, len(false_alarms), 0.07) > 0.001, (
        f"a season is found in {np.mean(false_alarms):.0%} without one"
    )


def test_rates_of_new_customers_are_within_their_errors() -> None:
    hits = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        weeks = rng.uniform(0.0, 50.0, 300)
        fit = fit_repeats(rng.poisson(rng.gamma(1.0, 0.1, 300) * weeks).astype(np.float64), weeks)
        hits += [abs(fit.mean - 0.1) < 1.96 * fit.mean_error, abs(fit.shape - 1.0) < 1.96 * fit.shape_error]
    assert _covers(hits, 0.95)


def _watched(
    seed: int, shape: float, older: float, customers: int = 800, weeks: float = 78.0
) -> tuple[np.ndarray, np.ndarray]:
    """Repeats and weeks since the first order seen; a share ``older`` of the population bought before the file begins."""
    rng, mean = np.random.default_rng(seed), 0.117
    rate = rng.gamma(shape, mean / shape, customers)
    old = rng.random(customers) < older
    came = np.where(old, 0.0, rng.uniform(0.0, weeks, customers))
    came = np.where(old, rng.exponential(1.0 / np.maximum(rate, 1e-12)), came)  # the first one seen
    seen = came < weeks
    left = np.maximum(np.floor(7.0 * (weeks - came[seen])), 1.0) / 7.0
    return rng.poisson(rate[seen] * left).astype(np.float64), left


def _rate_hits(shape: float, older: float, runs: int) -> tuple[list[bool], list[bool]]:
    fits = [fit_repeats(*_watched(seed, shape, older), 78.0) for seed in range(runs)]
    assert all(fit.identified for fit in fits)
    return (
        [abs(fit.mean - 0.117) < 1.96 * fit.mean_error for fit in fits],
        [abs(fit.shape - shape) < 1.96 * fit.shape_error for fit in fits],
    )


@pytest.mark.parametrize("older", [0.0, 0.5, 1.0])
def test_rates_are_within_their_errors_whoever_bought_before_the_file_begins(older: float) -> None:
    means, shapes = _rate_hits(1.0, older, 20)
    assert _covers(means + shapes, 0.95)
    if older:  # if all were treated as new, K would be far too large
        naive = [fit_repeats(*_watched(seed, 1.0, older)) for seed in range(20)]
        assert np.mean([abs(fit.shape - 1.0) < 1.96 * fit.shape_error for fit in naive]) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("older", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0])
def test_intervals_of_rates_have_nominal_coverage(shape: float, older: float) -> None:
    means, shapes = _rate_hits(shape, older, 200)
    assert 0.91 <= np.mean(means) <= 0.985 and 0.91 <= np.mean(shapes) <= 0.985, f"{np.mean(means)}, {np.mean(shapes)}"


def test_few_customers_have_the_shape_of_the_built_in_market() -> None:
    few = fit_identified(*_watched(1, 0.5, 1.0, customers=60), 78.0)
    assert few.given and few.shape == DEFAULT_SHAPE and few.shape_error == 0.0 and 0.05 < few.mean < 0.3
    assert not fit_identified(*_watched(1, 0.5, 1.0), 78.0).given


@pytest.mark.parametrize("older", [0.5, 1.0])
def test_posteriors_of_customers_mean_what_they_buy_at(older: float) -> None:
    """Over the weeks they were seen, customers would come back as often at their posterior means as they did."""
    repeats, weeks = _watched(3, 1.0, older, customers=4000)
    shape, rate = fit_repeats(repeats, weeks, 78.0).posterior(repeats, weeks)
    assert (weeks * shape / rate).sum() == pytest.approx(repeats.sum(), rel=0.03)


def _deals(seed: int, weight: float, spread: float) -> pd.DataFrame:
    """Deals of 60 accounts that choose by loyalty and by lasting differences of ``spread``, seen from their 20th deal on."""
    rng, rows = np.random.default_rng(seed), []
    for account in range(60):
        loyalty, own = 0.5, spread * rng.standard_normal()
        for k in range(60):
            won = rng.random() < 1.0 / (1.0 + np.exp(-own - weight * (2.0 * loyalty - 1.0)))
            if k >= 20:
                rows.append((f"a{account}", f"{account}-{k:03d}", k, won))
            loyalty = 0.875 * loyalty + 0.125 * won
    return pd.DataFrame(rows, columns=["account", "id", "closed", "won"])


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_lasting_differences_between_accounts_are_not_habit(spread: float) -> None:
    """Without an account effect the weight would be 1.7 ± 0.1 where the truth is 0."""
    fits = [fit_habit(_deals(seed, 0.0, spread), 0.875) for seed in range(12)]
    assert _covers([abs(fit.estimate) < 1.96 * fit.error for fit in fits], 0.95)
    assert abs(np.mean([fit.estimate for fit in fits])) < 0.3
    found = np.mean(
        [fit.spread for fit in fits]
    )  # in addition to what the first deals of accounts show of their differences
    assert found > 0.4 if spread else found < 0.3
