"""How the numbers of an imported CRM were obtained: from the data, set without data; and what the market does not include."""

from __future__ import annotations

from experiments.intake.crm.crm_fit import CrmFit
from experiments.intake.crm.crm_scenario import TYPES, CrmScenario
from experiments.intake.crm.deal_cycles import (
    CYCLE_UNKNOWN,
    SHAPE_UNKNOWN,
    cycles,
    cycles_known,
    load_of_reps,
    season_of_openings,
)
from experiments.intake.fits.shrinkage import STRONGEST
from experiments.intake.scenario.company_costs import COST_SHARE, bases_of_costs
from experiments.intake.scenario.quality_page import Basis

#: Strength of a prior beyond which units differ no more than by noise.
_ALIKE = 0.5 * STRONGEST


def bases_from_data(scenario: CrmScenario) -> list[Basis]:
    """Numbers from the data, and how they were obtained."""
    bases = [*_from_accounts(scenario), *_from_products(scenario), *_from_reps(scenario)]
    fit, habit = scenario.fit, scenario.habit
    yearly = season_of_openings(fit)
    if yearly is not None:
        how = "cosine wave on weekly decided deals, shifted back to their openings by the length of deals; weeks count from the first week fitted"
        bases.append(Basis("params.needs.season_*", yearly.text(), how))
    if habit.identified:
        how = (
            f"logit of won on loyalty over the sequence of {habit.deals:,} decided deals, allowing for lasting differences between "
            f"accounts (sd {habit.spread:.2f} beyond what their first deals show); {habit.estimate:+.2f} before truncation at 0"
        )
        bases.append(Basis("params.choice.loyalty", f"{habit.weight:.2f} ± {habit.error:.2f}", how))
    return bases


def _from_accounts(scenario: CrmScenario) -> list[Basis]:
    fit, window = scenario.fit, scenario.fit.window
    rate, sizes = fit.accounts["rate"], fit.accounts["order_size"]
    decided = int(fit.products["decided"].sum())
    held_out = f", {window.test} held out from {window.test_start.date()}" if window.test else ""
    cold = f"{window.cold} warm-up weeks and {window.odd_days} odd days at the start excluded"
    shape = "as Poisson: accounts buy alike" if fit.rates.shape > _ALIKE else f"gamma shape {fit.rates.shape:.2f}"
    bases = [
        Basis(
            "window",
            f"{window.train} weeks from {window.train_start.date()}{held_out}",
            f"whole weeks between the first and the last decision; {cold}",
        ),
        Basis("accounts", f"{len(fit.accounts)}", "account list and deals"),
        Basis(
            "projects_* (opportunities that open)",
            f"mean {rate.mean():.3f} per week, {rate.min():.3f} to {rate.max():.3f}; {shape}",
            f"decided opportunities per account ({decided:,}), shrunk by a gamma–Poisson fit; as many are opened as are decided",
        ),
        Basis(
            "products of an account's opportunities",
            f"strength {fit.mixes.strength:,.0f} deals",
            "products of decided opportunities per account, shrunk by a Dirichlet fit",
        ),
        Basis("order_size", f"mean {sizes.mean():.3g} units", "units of won deals; 1 where the CRM has none"),
        Basis("customer types", ", ".join(TYPES), "thirds of accounts by fitted rate of opportunities"),
    ]
    bases += _from_pipeline(scenario)
    if scenario.marks:
        how = "account list; a missing mark is the mean of the known ones"
        bases.append(Basis("marks", ", ".join(scenario.marks), how))
    return bases


def _from_pipeline(scenario: CrmScenario) -> list[Basis]:
    """Lengths of deals, those open at the start, and how many a rep works on."""
    fit, pipeline = scenario.fit, scenario.pipeline()
    found = []
    if cycles_known(fit):
        by_product = ", ".join(f"{name} {mean:.1f} (shape {shape:.2f})" for name, (mean, shape) in cycles(fit).items())
        how = "weeks from opening to decision of decided deals by product: gamma by maximum likelihood"
        found.append(
            Basis("cycle_mean, cycle_shape", by_product, f"{how}; products with few deals take the value of all")
        )
    if len(pipeline):
        how = "deals opened before the first week and decided later, with their age; the length of each is drawn"
        found.append(Basis("open opportunities at the start", f"{len(pipeline):,}", how))
    load = f"{load_of_reps(fit)} open opportunities"
    how = "the most that any rep works on at once: decided deals per week × their mean length"
    found.append(Basis("params.projects.load", load, how))
    found.append(Basis("params.database.ledger_share", "1", "the company's books name every account of the file"))
    return found


def _from_products(scenario: CrmScenario) -> list[Basis]:
    products, shares = scenario.fit.products, scenario.fit.win_by_product
    ratio = products["price_ratio"]
    return [
        Basis(
            "list_price",
            ", ".join(f"{name} {price:,.2f}" for name, price in products["price"].items()),
            f"list price × mean realised value over list by product ({ratio.min():.3f} to {ratio.max():.3f})",
        ),
        Basis(
            "offer intercepts (win rate)",
            ", ".join(f"{name} {rate:.1%}" for name, rate in products["win_rate"].items()),
            f"won of decided by product, shrunk to {shares.mean:.1%} ({_differ(shares.strength, 'products')}); "
            "intercepts such that the simulated fitted weeks show these rates",
        ),
    ]


def _from_reps(scenario: CrmScenario) -> list[Basis]:
    fit, reps = scenario.fit, scenario.fit.reps
    with_accounts = fit.accounts["rep"].nunique()
    return [
        Basis(
            "rep skill",
            f"{reps['skill'].min():+.2f} to {reps['skill'].max():+.2f} sd",
            f"ln(win rate / mean) / 0.3, win rates shrunk ({_differ(fit.win_by_rep.strength, 'reps')})",
        ),
        Basis(
            "teams and territories",
            f"{reps['manager'].nunique()} teams, {len(scenario.territory_names)} territories, {len(reps)} reps",
            "managers and regional offices of the roster",
        ),
        Basis(
            "portfolios",
            f"{with_accounts} reps have accounts",
            "the rep with most of the account's decided deals; where nobody has half of them, reps of its office in "
            "order of deals, each up to the rep's share of the deals of the office",
        ),
    ]


def assumed_without_data(scenario: CrmScenario) -> list[Basis]:
    """Numbers that the import sets although the data say nothing about them."""
    rows = [
        Basis(
            "one rival per product",
            "same price and cost as ours, price held",
            "a lost deal went to a rival or to nobody; the CRM does not say which",
        ),
        Basis(
            "pass-through distributor per territory",
            "mark-up 0, own cost 0, holding cost 0",
            "the company sells directly; stock and lead times keep their defaults",
        ),
        Basis("awareness at the start", "all accounts know both brands", "every account has had opportunities"),
        Basis("neighbours of territories", "none", "the roster says nothing about borders"),
        *bases_of_costs(),
        Basis("currency", scenario.labels.currency.code, scenario.labels.currency.how),
    ]
    if scenario.fit.products["unit_cost"].isna().any():
        rows.append(
            Basis(
                "unit_cost",
                f"{COST_SHARE:.0%} of the price",
                "the products have no costs; about the share of the built-in market",
            )
        )
    if not cycles_known(scenario.fit):
        value = f"{CYCLE_UNKNOWN:g} weeks, shape {SHAPE_UNKNOWN:g}"
        rows.append(
            Basis("cycle_mean, cycle_shape", value, "the deals have no open dates: how long they last is unknown")
        )
    if not len(scenario.pipeline()):
        how = "no deal is known to have been open when the first week began: the pipeline starts in its long-run state"
        rows.append(Basis("open opportunities at the start", "drawn", how))
    if not scenario.habit.identified:
        rows.append(
            Basis("params.choice.loyalty", "default", f"{scenario.habit.deals} decided deals do not identify it")
        )
    return rows


def missing_in_market(fit: CrmFit) -> list[str]:
    """What the data show but the market does not include, in sentences."""
    products, quarter = fit.products, fit.season
    decided = float(products["decided"].sum()) / fit.window.train
    wins = ", ".join(f"month {m}: {r:.0%}" for m, r in quarter["win_rate"].items())
    index = ", ".join(f"month {m}: {r:.2f}" for m, r in quarter["decided_index"].items())
    remarks = [
        f"{fit.openings_per_week:.1f} opportunities are opened per week, of which {decided:.1f} are eventually decided: only "
        f"these are opened here. {fit.open_deals:,} were open at the end, {fit.stale_deals:,} of them longer than 99 % of "
        "decided ones ever were; the market has no deals that are never decided.",
        "Stages of open deals are not read: the share of a deal's length spent in each stage keeps its default.",
        "Deals of one product last equally long whichever rep owns them, won or lost.",
        f"Win rate by month of the quarter: {wins}.",
        f"Decided deals by month of the quarter: {index} (1 is the mean week; shrunk).",
        f"Accounts are served by {fit.accounts['reps'].mean():.1f} reps on average; the one who owns it here had "
        f"{fit.accounts['main_share'].mean():.0%} of its decided deals.",
        "Win rates by rep and product are in facts.toml; here skill is a single number per rep.",
        f"Win rates of accounts: {_differ(fit.win_by_account.strength, 'accounts')}.",
        f"Order values within a product have a spread of {products['price_spread'].mean():.2f} (sd of the logarithm); here "
        "every order pays the mean price.",
        "Accounts start with loyalties drawn by the common win rate, so the simulated win rate drifts a little within a "
        "run; its mean over the fitted weeks is the fitted one.",
        "Sector, location and parent company of accounts are kept in accounts.csv.",
    ]
    if fit.yearly is None:
        remarks.append(
            f"{fit.window.train} weeks are less than a year: a yearly season cannot be estimated, none is set."
        )
    return remarks


def _differ(strength: float, what: str) -> str:
    return (
        f"{what} differ no more than by chance"
        if strength > _ALIKE
        else f"{what} differ as under a common prior worth {strength:,.0f} deals"
    )
