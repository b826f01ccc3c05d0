"""How the numbers of imported invoices were obtained: from the data, set without data; and what invoices cannot show."""

from __future__ import annotations

from experiments.intake.fits.price_response import BIAS_SPREAD, DEFAULT_ELASTICITY, DEFAULT_SPREAD, PriceResponse
from experiments.intake.fits.repeat_rates import RepeatRates
from experiments.intake.fits.season import YEAR
from experiments.intake.invoices.invoice_fit import TYPES, InvoiceFit
from experiments.intake.invoices.invoice_scenario import HABIT, InvoiceScenario
from experiments.intake.invoices.purchases import Purchases
from experiments.intake.invoices.sales_organisation import (
    ACCOUNTS_PER_REP,
    CUSTOMERS_PER_REP,
    REVENUE_PER_DISTRIBUTOR,
    REVENUE_PER_REP,
    SPAN,
    SalesOrganisation,
)
from experiments.intake.scenario.company_costs import COST_SHARE, MINOR, bases_of_costs
from experiments.intake.scenario.quality_page import Basis


def bases_from_invoices(scenario: InvoiceScenario, purchases: Purchases) -> list[Basis]:
    """Numbers from the data, and how they were obtained."""
    fit = scenario.fit
    fates = ", ".join(f"{number:,} {fate}" for fate, number in purchases.fates.items())
    total = sum(purchases.fates.values())
    bases = [
        Basis(
            "lines",
            f"{total:,}: {fates}",
            "every line has one fate; partly cancelled purchases are used net",
        ),
        _window(fit),
        Basis("orders", f"{len(fit.orders):,}", fit.order_rule),
        Basis("customers", f"{len(fit.customers):,}", "all with an order in the fitted weeks"),
        *_rates(fit),
        *_sizes(fit),
        *_categories(scenario),
        Basis("territories", ", ".join(scenario.territory_names), fit.territories.rule),
        Basis(
            "marks",
            ", ".join(scenario.marks()),
            "ln of the mean order value, and of the number of distinct products, in the fitted weeks",
        ),
    ]
    if fit.season is not None:
        how = "cosine wave on weekly orders of all customers; weeks count from the first week fitted"
        bases.append(Basis("params.needs.season_*", fit.season.text(), how))
    if fit.growth is not None:
        dropped = "" if fit.growth.identified else "; set to 0, because it is within two errors of it"
        value = f"{fit.growth.yearly:+.1%} ± {fit.growth.error:.1%} per year{dropped}"
        bases.append(
            Basis(
                "params.needs.growth",
                value,
                "trend of orders of all customers, fitted together with the season, allowing for autocorrelated noise",
            )
        )
    if fit.price.identified:
        bases.append(_price(scenario))
    return bases


def _window(fit: InvoiceFit) -> Basis:
    window = fit.window
    held_out = f", {window.test} held out from {window.test_start.date()}" if window.test else ""
    how = f"whole weeks up to the last order; {window.odd_days} odd days at the start excluded"
    return Basis("window", f"{window.train} weeks from {window.train_start.date()}{held_out}", how)


def _rates(fit: InvoiceFit) -> list[Basis]:
    by_type = "; ".join(f"{name}: {_rate(rates)}" for name, rates in zip(TYPES, fit.rates, strict=True))
    rate, shrunken = fit.customers["rate"], fit.customers["shrunken"]
    lifted = f", × {fit.lifted:.3f} for orders without a customer" if fit.lifted > 1.0 else ""
    return [
        Basis(
            "repeat rates",
            f"{_rate(fit.pooled)}; {by_type}",
            "gamma–Poisson by maximum likelihood: orders since each customer's first, over the weeks since then. A count of "
            f"all orders would be biased: only customers who bought are known, and those who came late had little time{_older(fit)}",
        ),
        Basis(
            "purchase_rate × our share",
            f"mean {rate.mean():.4f} orders per week, up to {rate.max():.3f} (shrunk means {shrunken.min():.4f} to "
            f"{shrunken.max():.3f})",
            "each customer's rate shrunk to its type; the market uses different quantiles of these posteriors in turn, so that "
            f"customers differ as they do in the fit (means are in accounts.csv){lifted}",
        ),
        Basis("customer types", ", ".join(TYPES), "thirds of customers by mean order value, shrunk"),
    ]


def _older(fit: InvoiceFit) -> str:
    """How the fit treats the beginning of the file, and why K does not come from the file where it does not."""
    older = (
        f". {fit.pooled.older:.0%} of customers are estimated to have bought before the file begins, judging by when they are first seen and "
        "how often they come back: their orders in the file follow a zero-truncated negative binomial"
    )
    if not fit.pooled.given:
        return older
    return (
        f"{older}. K is that of the built-in market, not of the file: with so few customers and repeats M is known only to within "
        "12 %, and confidence intervals have less than their nominal coverage"
    )


def _rate(rates: RepeatRates) -> str:
    shape = "alike" if rates.shape_error == float("inf") else f"K {rates.shape:.2f} ± {rates.shape_error:.2f}"
    shape = f"K {rates.shape:g} (default)" if rates.given else shape
    return f"M {rates.mean:.4f} ± {rates.mean_error:.4f} per week, {shape}"


def _sizes(fit: InvoiceFit) -> list[Basis]:
    within = fit.categories["spread"]
    return [
        Basis(
            "order_size",
            f"mean {fit.customers['order_size'].mean():,.1f} units; customers' means spread by {fit.sizes.between:.2f}, "
            f"orders around them by {within.min():.2f} to {within.max():.2f} (sd of the logarithm)",
            "lognormal with a mean per customer, shrunk by a random-effects fit; "
            f"for {fit.sizes.informed:,} customers their own orders have more than half of the weight",
        )
    ]


def _categories(scenario: InvoiceScenario) -> list[Basis]:
    fit = scenario.fit
    moved = "".join(f"; orders of '{rare}' count as '{to}'" for rare, to in fit.moved.items())
    lists = ", ".join(
        f"{name}: {int(row['products']):,} products, {int(row['orders']):,} orders"
        for name, row in fit.categories.iterrows()
    )
    prices = ", ".join(f"{name} {price / MINOR:,.2f}" for name, price in fit.categories["price"].items())
    return [
        Basis(
            "categories",
            lists,
            f"{fit.category_rule}; an order belongs to the category with the largest share of its value{moved}",
        ),
        Basis(
            "list_price",
            prices,
            f"mean order of the category / {fit.unit:,.1f}, so that a mean order has as many units in all categories: "
            "a customer has one order size",
        ),
    ]


def _price(scenario: InvoiceScenario) -> Basis:
    price = scenario.fit.price
    weight = price.sensitivity(scenario.rules.own_share)
    return Basis(
        "price_sensitivity",
        f"{weight:.2f}: elasticity {price.pooled:.2f}, from {_estimate(price)}",
        f"Poisson regression of lines on price, with product and period effects ({price.products} products whose prices "
        f"change, {price.periods:,} products × periods); prices adjusted for customers and quantities, lines up to the usual "
        "quantity, corrected for noise in prices, errors clustered by product; "
        f"pooled with {DEFAULT_ELASTICITY} (Bijmolt et al. 2005) ± {DEFAULT_SPREAD:g}, the estimate itself ± {BIAS_SPREAD:g} "
        "because prices are not an experiment (A); "
        "weight = −elasticity / (1 − our share)",
    )


def _estimate(price: PriceResponse) -> str:
    low, high = price.interval
    return f"{price.estimate:.2f} ± {price.error:.2f} in the data (95 %: {low:.2f} to {high:.2f})"


def assumed_without_invoices(scenario: InvoiceScenario) -> list[Basis]:
    """Numbers that the import sets although the data say nothing about them."""
    share, organisation, fit = scenario.rules.own_share, scenario.organisation, scenario.fit
    rows = [
        Basis(
            "our share of customers' occasions",
            f"{share:.0%}",
            "invoices contain own sales only: about our share in the built-in market (A). Set [transactions] own_share in the "
            "mapping file; purchase_rate is orders per week divided by it, and intercepts are calibrated to it in the simulated fitted weeks",
        ),
        Basis(
            "one rival per category",
            "same price and cost as ours, price held",
            "an occasion that is not ours went to a rival or to nobody; invoices do not say which",
        ),
        Basis(
            "params.choice.loyalty",
            f"{HABIT:g}",
            "invoices contain no lost occasions, so habit cannot be separated from lasting differences between customers; these "
            "are already in the rates, and habit on top would drive customers further apart than they are",
        ),
        Basis("params.database.ledger_share", "1", "the company's books name every customer of the file"),
        *_from_built_in_market(organisation),
        Basis("awareness at the start", "all customers know both brands", "all have bought from us"),
        Basis(
            "users at the start",
            f"{share:.0%} ours",
            "the last purchase in a category was ours as often as any purchase; a customer without one of ours counts as new "
            "in the market's KPIs at the first one",
        ),
        Basis("neighbours of territories", "none", "invoices say nothing about borders"),
        *bases_of_costs(),
        Basis(
            "unit_cost",
            f"{COST_SHARE:.0%} of the price",
            "invoices contain no costs; about the share of the built-in market",
        ),
        Basis("currency", scenario.labels.currency.code, scenario.labels.currency.how),
    ]
    if not fit.price.identified:
        seen = f"; in the data {_estimate(fit.price)}" if fit.price.error == fit.price.error else ""
        rows.append(
            Basis(
                "price_sensitivity",
                f"{fit.price.sensitivity(share):.2f}: elasticity {fit.price.pooled} (Bijmolt et al. 2005)",
                f"the price response is not identified: {fit.price.reason}{seen}",
            )
        )
    return rows


def _from_built_in_market(organisation: SalesOrganisation) -> list[Basis]:
    """Reps, portfolios and distributors, as many as the built-in market has for its size."""
    return [
        Basis(
            "reps and managers",
            f"{len(organisation.roster)} reps, {organisation.roster['manager'].nunique()} managers, average skill",
            f"one rep per {CUSTOMERS_PER_REP} customers or {REVENUE_PER_REP:,.0f} of yearly revenue, whichever is fewer, a "
            f"manager per {SPAN}, as in the built-in market; allocated to territories by customers",
        ),
        Basis(
            "portfolios",
            f"{int(organisation.rep.ne('').sum()):,} customers have a rep",
            f"the {ACCOUNTS_PER_REP} customers per rep that buy most in a territory, as in the built-in market",
        ),
        Basis(
            "pass-through distributors",
            f"{sum(organisation.distributors.values())}: mark-up 0, own cost 0, holding cost 0",
            f"one per territory and per {REVENUE_PER_DISTRIBUTOR:,.0f} of its yearly revenue, as in the built-in market; "
            "invoices are the company's own, stock and lead times keep their defaults",
        ),
    ]


def limits_of_invoices(scenario: InvoiceScenario, purchases: Purchases) -> list[str]:
    """What invoices cannot show, and what they show but the market does not include, in sentences."""
    fit, remarks = scenario.fit, []
    remarks.append(
        "Invoices contain what was bought, never what was not: they show no rivals, lost sales or market shares, nor why "
        "customers stay away. A customer who stays away here has a low rate or buys from the rival."
    )
    test = fit.orders[fit.window.in_test(fit.orders["day"])]
    new = test[test["customer"].ne("") & ~test["customer"].isin(fit.customers.index)]
    if len(new):
        remarks.append(
            f"{new['customer'].nunique():,} customers with {len(new):,} orders were first seen in the weeks held out: "
            "new customers keep coming, while the market has only those of the fitted weeks."
        )
    if fit.season is None:
        remarks.append(
            f"{fit.window.train} weeks fitted are less than a year: no season can be estimated, none is set. "
            "With --holdout 0 all weeks are fitted."
            if fit.window.weeks >= YEAR
            else f"{fit.window.train} weeks are less than a year: no season can be estimated, none is set."
        )
    if fit.growth is None:
        both = "; what changed within the fitted weeks counts as season" if fit.season is not None else ""
        remarks.append(f"Separating growth from the season takes two years of weeks: none is set{both}.")
    remarks += [
        "A real order contains products of many categories; here it has one, the category with the largest share of its value.",
        "The mixes of single customers are in customers.parquet (mix_*); in the market a customer buys by the mix of its type.",
        "Price response is a single number: the scenario has no place for a weight by category.",
        "Quantity discounts are not included: every order pays the mean price of its category.",
        f"Cancelled goods are subtracted from the purchase ({purchases.netting.value:,.0f} in value): the market has no returns.",
        "Rates, sizes and first orders of customers are in accounts.csv, fates of lines and fits in facts.toml.",
    ]
    return remarks
