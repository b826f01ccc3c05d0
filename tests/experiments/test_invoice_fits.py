"""Fits on generated purchases with a known answer: repeat rates, order sizes, growth, price response."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.intake.fits.growth import fit_growth, mean_activity
from experiments.intake.fits.order_sizes import fit_sizes
from experiments.intake.fits.price_response import (
    BIAS_SPREAD,
    DEFAULT_ELASTICITY,
    DEFAULT_SPREAD,
    fit_price_response,
)
from experiments.intake.fits.repeat_rates import fit_by_type, fit_repeats, spread_rates
from experiments.intake.fits.season import Season, fit_season
from experiments.intake.fits.shrinkage import fit_rates


def _bought(seed: int, customers: int, shape: float, mean: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates, repeats and weeks since the first order of customers who came at even times over 40 weeks."""
    rng = np.random.default_rng(seed)
    weeks = rng.uniform(0.0, 40.0, customers)
    rates = rng.gamma(shape, mean / shape, customers)
    return rates, rng.poisson(rates * weeks).astype(np.float64), weeks


@pytest.mark.parametrize(("shape", "mean"), [(0.7, 0.09), (2.0, 0.3)])
def test_rates_are_found_from_repeats_and_not_from_all_orders(shape: float, mean: float) -> None:
    _, repeats, weeks = _bought(1, 3000, shape, mean)
    fit = fit_repeats(repeats, weeks)
    assert abs(fit.shape - shape) < 4.0 * fit.shape_error and abs(fit.mean - mean) < 4.0 * fit.mean_error
    assert fit.shape_error < 0.1 * shape and fit.mean_error < 0.05 * mean
    # all orders over all weeks: first orders count as if they were repeats, late customers as if they had the time
    naive = fit_rates(repeats + 1.0, 40.0)
    assert abs(naive.shape - shape) > 4.0 * fit.shape_error or abs(naive.mean - mean) > 4.0 * fit.mean_error


def test_errors_of_the_fit_are_those_of_repeated_samples() -> None:
    fits = [fit_repeats(*_bought(seed, 800, 1.2, 0.15)[1:]) for seed in range(60)]
    for found, error in (("shape", "shape_error"), ("mean", "mean_error")):
        spread = np.std([getattr(f, found) for f in fits], ddof=1)
        assert np.mean([getattr(f, error) for f in fits]) == pytest.approx(spread, rel=0.3)


def test_customers_who_differ_only_by_chance_have_an_infinite_error_of_the_shape() -> None:
    weeks = np.full(500, 40.0)
    fit = fit_repeats(np.random.default_rng(1).poisson(0.2 * weeks).astype(np.float64), weeks)
    assert fit.shape > 20.0 and fit.mean == pytest.approx(0.2, rel=0.05)
    with pytest.raises(ValueError, match="ordered twice"):
        fit_repeats(np.zeros(5), np.ones(5))


def test_rates_of_the_market_spread_as_those_of_customers() -> None:
    rates, repeats, weeks = _bought(3, 4000, 0.8, 0.1)
    shape, rate = fit_repeats(repeats, weeks).posterior(repeats, weeks)
    made = spread_rates(shape, rate)
    assert made.mean() == pytest.approx(rates.mean(), rel=0.05)
    assert made.std() == pytest.approx(rates.std(), rel=0.06)
    assert (shape / rate).std() < 0.9 * rates.std(), "means of posteriors are too much alike"

    def active(each: np.ndarray) -> float:
        return float((1.0 - np.exp(-10.0 * each)).mean())

    assert active(made) == pytest.approx(active(rates), abs=0.01)
    assert active(shape / rate) > active(rates) + 0.02
    # the mean over many customers alike is that of the posterior
    assert spread_rates(np.full(1000, 1.5), np.full(1000, 20.0)).mean() == pytest.approx(1.5 / 20.0, rel=0.01)


def test_types_have_fits_of_their_own_where_there_are_enough() -> None:
    _, slow, weeks = _bought(5, 500, 1.0, 0.05)
    _, fast, more = _bought(6, 500, 1.0, 0.4)
    few = np.array([0.0, 1.0])
    kind = np.repeat([0, 1, 2], [500, 500, 2])
    repeats, seen = np.concatenate([slow, fast, few]), np.concatenate([weeks, more, [10.0, 10.0]])
    fits = fit_by_type(repeats, seen, kind, 3)
    assert abs(fits[0].mean - 0.05) < 4 * fits[0].mean_error and abs(fits[1].mean - 0.4) < 4 * fits[1].mean_error
    assert fits[2] == fit_repeats(repeats, seen)


def test_order_sizes_are_found_and_means_are_kept() -> None:
    rng = np.random.default_rng(7)
    customer = np.repeat(np.arange(1500), rng.integers(1, 12, 1500))
    own = 0.6 * rng.standard_normal(1500)
    category = rng.integers(0, 2, len(customer))
    within = np.array([0.3, 0.8])[category]
    relative = np.exp(own[customer] + within * rng.standard_normal(len(customer)))
    relative /= relative.mean()
    fit = fit_sizes(relative, customer, 1500, category, 2)
    assert fit.between == pytest.approx(0.6, abs=0.06)
    assert fit.within == pytest.approx([0.3, 0.8], abs=0.08)
    orders = np.bincount(customer)
    assert (fit.each * orders).sum() == pytest.approx(relative.sum())
    # customers' means are nearer to the truth than their own averages
    truth = np.exp(own) / np.exp(own).mean()
    averages = np.bincount(customer, weights=relative) / orders
    assert np.mean((np.log(fit.each / fit.each.mean()) - np.log(truth)) ** 2) < np.mean(
        (np.log(averages) - np.log(truth)) ** 2
    )
    alike = fit_sizes(np.exp(0.4 * rng.standard_normal(900)), np.repeat(np.arange(300), 3), 300, np.zeros(900, int), 1)
    assert np.ptp(alike.log_means) < 0.3 and alike.between < 0.12


def test_growth_takes_two_years_and_is_separated_from_the_season() -> None:
    rng, week = np.random.default_rng(8), np.arange(120)

    def counts(growth: float) -> np.ndarray:
        level = 200 * (1 + 0.3 * np.cos(2 * np.pi * (week - 20) / 52)) * (1 + growth) ** (week / 52)
        return rng.poisson(level).astype(np.float64)

    assert fit_growth(counts(0.2)[:100]) is None
    growing, steady = fit_growth(counts(0.2)), fit_growth(counts(0.0))
    assert growing is not None and growing.identified and abs(growing.yearly - 0.2) < 4 * growing.error < 0.3
    assert steady is not None and abs(steady.yearly) < 4 * steady.error
    assert mean_activity(None, None, 52) == 1.0
    assert mean_activity(Season(0.5, 0.0), None, 52) == pytest.approx(1.0)
    assert mean_activity(Season(0.5, 6.5), None, 13) > 1.2, "fitted weeks around the peak"
    assert mean_activity(None, growing, 104) == pytest.approx(1.2, abs=0.1)


def test_below_two_years_all_change_counts_as_season() -> None:
    week, rng = np.arange(53), np.random.default_rng(13)
    sold = rng.poisson(300 * (1 + 0.4 * np.cos(2 * np.pi * (week - 46) / 52))).astype(np.float64)
    season = fit_season(sold, trend=False)
    assert (
        season is not None and season.peak == pytest.approx(46, abs=1) and season.swing == pytest.approx(0.4, abs=0.05)
    )


def test_one_christmas_is_indistinguishable_from_a_lasting_shock() -> None:
    week, rng = np.arange(156), np.random.default_rng(13)
    sold = rng.poisson(300 * (1 + 0.8 * np.exp(-(((week % 52 - 46) / 5.0) ** 2)))).astype(np.float64)
    once, thrice = fit_season(sold[:53], trend=False), fit_season(sold)
    assert once is not None and once.swing == 0.0 and "is indistinguishable from noise" in once.text()
    assert thrice is not None and thrice.swing > 0.15 and thrice.peak == pytest.approx(46, abs=2)


def _sales(seed: int, elasticity: float, *, discount: bool = False, products: int = 60) -> pd.DataFrame:
    """Lines of products whose prices move over 40 weeks; with ``discount`` big buyers come in some weeks and pay less."""
    rng, rows = np.random.default_rng(seed), []
    season = np.exp(0.3 * rng.standard_normal(40))
    for product in range(products):
        base, level = rng.uniform(1.0, 20.0), rng.uniform(10.0, 40.0)
        for week in range(40):
            price = base * np.exp(0.2 * rng.standard_normal())
            lines = rng.poisson(level * season[week] * (price / base) ** elasticity)
            rows += [(product, f"c{rng.integers(50)}", week, price, q) for q in rng.integers(1, 5, lines)]
            if discount:
                often = rng.poisson(0.4 * level * rng.integers(0, 2))
                rows += [(product, "bulk", week, 0.6 * price, 50) for _ in range(often)]
    return pd.DataFrame(rows, columns=["product", "customer", "week", "price", "quantity"])


@pytest.mark.parametrize(("elasticity", "discount"), [(-2.0, False), (-0.5, False), (-2.0, True)])
def test_price_response_is_found(elasticity: float, discount: bool) -> None:
    sales = _sales(9, elasticity, discount=discount)
    fit = fit_price_response(sales, sales["week"], 40)
    assert fit.identified and abs(fit.estimate - elasticity) < 4.0 * fit.error and fit.error < 0.1
    low, high = fit.interval
    assert low < fit.estimate < high
    weight = DEFAULT_SPREAD**2 / (DEFAULT_SPREAD**2 + BIAS_SPREAD**2 + fit.error**2)
    assert fit.pooled == pytest.approx(weight * fit.estimate + (1.0 - weight) * DEFAULT_ELASTICITY)
    assert fit.sensitivity(0.3) == pytest.approx(-fit.pooled / 0.7)


def test_bulk_prices_alone_would_look_like_price_response() -> None:
    sales = _sales(10, 0.0, discount=True)
    cells = sales.groupby(["product", "week"]).agg(q=("quantity", "sum"), p=("price", "mean"))
    logs = np.log(cells) - np.log(cells).groupby("product").transform("mean")
    naive = float((logs["p"] * logs["q"]).sum() / (logs["p"] ** 2).sum())
    fit = fit_price_response(sales, sales["week"], 40)
    assert naive < -0.5 and abs(fit.estimate) < 4.0 * fit.error


def test_a_price_response_that_is_not_in_the_data_is_not_invented() -> None:
    rising = _sales(11, 1.5)
    fit = fit_price_response(rising, rising["week"], 40)
    assert not fit.identified and fit.pooled == DEFAULT_ELASTICITY and "sign" in fit.reason
    fixed = rising.assign(price=rising.groupby("product")["price"].transform("first"))
    fit = fit_price_response(fixed, fixed["week"], 40)
    assert not fit.identified and "0 products" in fit.reason and np.isnan(fit.estimate)
    few = _sales(12, 0.0, products=6)
    fit = fit_price_response(few, few["week"], 40)
    assert not fit.identified and "fewer than 10 products" in fit.reason
    still = _sales(12, 0.0, products=14)
    still = still[still["week"] < 10]
    cell = pd.factorize(still["product"] * 10 + still["week"])[0]
    nudged = 5.0 * np.exp(0.02 * np.random.default_rng(12).standard_normal(cell.max() + 1))
    fit = fit_price_response(still.assign(price=nudged[cell]), still["week"], 10)
    assert not fit.identified and "standard error" in fit.reason
