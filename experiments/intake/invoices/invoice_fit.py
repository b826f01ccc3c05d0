"""The fit of invoice lines: customers, rates, order sizes, categories, territories, season, growth, price response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.intake.fits.growth import Growth, fit_growth, mean_activity
from experiments.intake.fits.observation_window import DAYS, Window, window_of_orders
from experiments.intake.fits.order_sizes import OrderSizes, fit_sizes
from experiments.intake.fits.price_response import PriceResponse, fit_price_response
from experiments.intake.fits.repeat_rates import RepeatRates, fit_by_type, fit_identified, spread_rates
from experiments.intake.fits.season import Season, fit_season
from experiments.intake.fits.shrinkage import Floats, Mixes, fit_mixes
from experiments.intake.invoices.customer_orders import Orders, group_into_orders
from experiments.intake.invoices.customer_territories import Territories, find_territories
from experiments.intake.invoices.product_categories import ProductCategories, group_products, main_category, merge_rare
from experiments.intake.invoices.purchases import Purchases
from experiments.intake.scenario.company_costs import MINOR
from experiments.intake.tables.schema.mapping_file import InvoiceRules

TYPES = ("small orders", "medium orders", "large orders")
#: Fewest customers of a market.
FEWEST_CUSTOMERS = 10
#: Share of orders that may be smaller than one unit.
_SMALLEST = 0.01
#: Most units in a mean order that a market accepts.
_MOST_UNITS = 1e6
#: Smallest price of a unit (minor units): below it, rounding to whole minor units would move revenue.
_CHEAPEST = 100.0


@dataclass(frozen=True)
class InvoiceFit:
    """Numbers fitted on the training weeks.

    orders (index order): customer ("" none), day, value, pieces, category.
    customers (index customer): territory, first (day), orders, repeats, weeks (since the first order), value,
    products (distinct ones), type (row of TYPES), shrunken (posterior mean rate), rate (orders per week as in the
    market), order_size (units), order_value.
    categories (index category): products, low, high (usual prices), orders, value, order_value, price (of a unit),
    spread (of the logarithm of order values).
    """

    window: Window
    orders: pd.DataFrame
    order_rule: str
    customers: pd.DataFrame
    categories: pd.DataFrame
    category_rule: str
    moved: dict[str, str]
    territories: Territories
    rates: list[RepeatRates]
    pooled: RepeatRates
    sizes: OrderSizes
    mixes: Mixes
    unit: float
    season: Season | None
    growth: Growth | None
    activity: float
    price: PriceResponse
    lifted: float
    bought: pd.DataFrame


def fit_invoices(purchases: Purchases, holdout: float, rules: InvoiceRules) -> InvoiceFit:
    """Fit everything on the orders of the training weeks; ValueError with the reason when there are too few."""
    lines = purchases.lines.frame
    made = group_into_orders(purchases.lines)
    window = window_of_orders(made.table.loc[made.table["customer"].ne(""), "day"], holdout)
    train_orders = made.table[window.in_train(made.table["day"])]
    known = _of_known_customers(train_orders, window)
    of_train = made.order.isin(known.index)
    bought = lines.loc[made.order.index[of_train]]
    groups = group_products(bought, rules.price_bands)
    main, moved = _main_categories(bought, made, groups)
    known = known.assign(category=main.reindex(known.index))
    customers = _customers(bought, known, made, window)
    categories = _categories(bought, known, groups)
    sizes = _sizes(known, _rows(known, customers), len(customers), categories)
    customers["type"] = _thirds(sizes.log_means)
    weekly = _weekly(train_orders, window)
    growth = fit_growth(weekly)
    season = fit_season(weekly, trend=growth is not None)  # a trend that cannot be estimated is not removed
    activity = mean_activity(season, growth, window.train)
    lifted = len(train_orders) / len(known)
    rates, pooled = _rates(customers, window, activity, lifted)
    unit = _unit(known, categories)
    customers["order_size"] = np.clip(unit * sizes.each, 1.0, _MOST_UNITS)
    customers["order_value"] = sizes.each
    categories["price"] = np.maximum(np.rint(categories["order_value"] * MINOR / unit), 1.0).astype(np.int64)
    counts = pd.crosstab(known["customer"], known["category"]).reindex(
        index=customers.index, columns=categories.index, fill_value=0
    )
    territories = find_territories(bought)
    customers["territory"] = territories.territory.reindex(customers.index)
    week = window.week_of(bought["day"])
    return InvoiceFit(
        window=window,
        orders=made.table.assign(category=main.reindex(made.table.index)),
        order_rule=made.rule,
        customers=customers,
        categories=categories,
        category_rule=groups.rule,
        moved=moved,
        territories=territories,
        rates=rates,
        pooled=pooled,
        sizes=sizes,
        mixes=fit_mixes(counts.to_numpy(np.float64)),
        unit=unit,
        season=season,
        growth=growth,
        activity=activity,
        price=fit_price_response(bought, week, window.train),
        lifted=lifted,
        bought=bought,
    )


def _of_known_customers(orders: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Orders with a customer; ValueError when they are of too few."""
    known = orders[orders["customer"].ne("")]
    found = known["customer"].nunique()
    if found < FEWEST_CUSTOMERS:
        raise ValueError(f"{found} customers bought in the {window.train} weeks fitted; {FEWEST_CUSTOMERS} are needed")
    return known


def _main_categories(bought: pd.DataFrame, made: Orders, groups: ProductCategories) -> tuple[pd.Series, dict[str, str]]:
    category = bought["product"].map(groups.category).rename("category")
    main = main_category(bought, made.order.reindex(bought.index), category)
    return merge_rare(main)


def _customers(bought: pd.DataFrame, known: pd.DataFrame, made: Orders, window: Window) -> pd.DataFrame:
    """Customers in the order of their names, with what they bought and for how long they are observed."""
    by = known.groupby("customer")
    customers = pd.DataFrame({"first": by["day"].min(), "orders": by.size(), "value": by["value"].sum()})
    customers["repeats"] = customers["orders"] - 1
    customers["weeks"] = (window.test_start - customers["first"]).dt.days / DAYS
    customers["products"] = bought.groupby("customer")["product"].nunique().reindex(customers.index)
    return customers


def _rows(known: pd.DataFrame, customers: pd.DataFrame) -> NDArray[np.int64]:
    """Row of the customer of each order."""
    number = pd.Series(np.arange(len(customers)), index=customers.index)
    return np.asarray(known["customer"].map(number), dtype=np.int64)


def _categories(bought: pd.DataFrame, known: pd.DataFrame, groups: ProductCategories) -> pd.DataFrame:
    """Categories of the orders, largest first, with their products and prices."""
    by = known.groupby("category")
    table = pd.DataFrame({"orders": by.size(), "value": by["value"].sum(), "order_value": by["value"].mean()})
    price = bought.groupby("product")["price"].median()
    of = groups.category.reindex(price.index)
    for name, found in (
        ("products", of.groupby(of).size()),
        ("low", price.groupby(of).min()),
        ("high", price.groupby(of).max()),
    ):
        table[name] = found.reindex(table.index)
    return table.sort_values("value", ascending=False, kind="stable")


def _relative(known: pd.DataFrame, categories: pd.DataFrame) -> Floats:
    """Value of each order relative to the mean order of its category."""
    return (known["value"] / known["category"].map(categories["order_value"])).to_numpy(np.float64)


def _sizes(known: pd.DataFrame, row: NDArray[np.int64], customers: int, categories: pd.DataFrame) -> OrderSizes:
    """Fit of order sizes; adds the column spread to ``categories``."""
    kind, names = pd.factorize(known["category"])
    sizes = fit_sizes(_relative(known, categories), row, customers, kind.astype(np.int64), len(names))
    categories["spread"] = pd.Series(sizes.within, index=names).reindex(categories.index)
    return sizes


def _thirds(log_means: Floats) -> NDArray[np.int64]:
    """Type of each customer: thirds by (shrunk) mean order value relative to the category's."""
    rank = pd.Series(log_means).rank(method="first").to_numpy(np.float64)
    return np.asarray(np.minimum((rank - 1.0) * len(TYPES) // len(rank), len(TYPES) - 1), dtype=np.int64)


def _weekly(orders: pd.DataFrame, window: Window) -> Floats:
    week = window.week_of(orders["day"]).to_numpy(np.int64)
    return np.bincount(week, minlength=window.train).astype(np.float64)


def _rates(
    customers: pd.DataFrame, window: Window, activity: float, lifted: float
) -> tuple[list[RepeatRates], RepeatRates]:
    """Fit of each type and of all; adds the columns shrunken and rate to ``customers``."""
    repeats, weeks = customers["repeats"].to_numpy(np.float64), customers["weeks"].to_numpy(np.float64)
    kind = customers["type"].to_numpy(np.int64)
    fits = fit_by_type(repeats, weeks, kind, len(TYPES), float(window.train))
    shape, rate = np.empty(len(customers)), np.empty(len(customers))
    for row, fit in enumerate(fits):
        mine = kind == row
        shape[mine], rate[mine] = fit.posterior(repeats[mine], weeks[mine])
    customers["shrunken"] = lifted * shape / rate
    customers["rate"] = lifted * spread_rates(shape, rate) / activity
    return fits, fit_identified(repeats, weeks, float(window.train))


def _unit(known: pd.DataFrame, categories: pd.DataFrame) -> float:
    """Units in a mean order: its pieces, or more where 1 % of orders would otherwise be smaller than one unit."""
    small = float(np.quantile(_relative(known, categories), _SMALLEST))
    most = min(max(float(categories["order_value"].min()) * MINOR / _CHEAPEST, 1.0), _MOST_UNITS)
    return float(np.clip(max(float(known["pieces"].mean()), 1.0 / max(small, 1e-9)), 1.0, most))
