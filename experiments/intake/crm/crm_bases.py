"""What the numbers of an imported CRM rest on: told by the data, set without data, or seen and not taken up."""

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

#: Strength of a prior beyond which units differ by no more than noise.
_ALIKE = 0.5 * STRONGEST


def bases_from_data(scenario: CrmScenario) -> list[Basis]:
    """Numbers from the data, with the way they were found."""
    bases = [*_from_accounts(scenario), *_from_products(scenario), *_from_reps(scenario)]
    fit, habit = scenario.fit, scenario.habit
    yearly = season_of_openings(fit)
    if yearly is not None:
        how = "cosine wave on weekly decided deals, taken back to their openings by the length of deals; weeks count from the first week fitted"
        bases.append(Basis("params.needs.season_*", yearly.text(), how))
    if habit.identified:
        how = (
            f"logit of won on loyalty over the sequence of {habit.deals:,} decided deals, beside lasting differences between "
            f"accounts (sd {habit.spread:.2f} beyond what their first deals tell); {habit.estimate:+.2f} before it is cut at 0"
        )
        bases.append(Basis("params.choice.loyalty", f"{habit.weight:.2f} ± {habit.error:.2f}", how))
    return bases


def _from_accounts(scenario: CrmScenario) -> list[Basis]:
    fit, window = scenario.fit, scenario.fit.window
    rate, sizes = fit.accounts["rate"], fit.accounts["order_size"]
    decided = int(fit.products["decided"].sum())
    held_out = f", {window.test} held out from {window.test_start.date()}" if window.test else ""
    cold = f"{window.cold} cold weeks and {window.odd_days} odd days at the start left out"
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
            f"mean {rate.mean():.3f} a week, {rate.min():.3f} to {rate.max():.3f}; {shape}",
            f"decided opportunities per account ({decided:,}), shrunken by a gamma–Poisson fit; as many open as are decided",
        ),
        Basis(
            "products of an account's opportunities",
            f"strength {fit.mixes.strength:,.0f} deals",
            "products of decided opportunities per account, shrunken by a Dirichlet fit",
        ),
        Basis("order_size", f"mean {sizes.mean():.3g} units", "units of won deals; 1 where the CRM counts none"),
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
        told = ", ".join(f"{name} {mean:.1f} (shape {shape:.2f})" for name, (mean, shape) in cycles(fit).items())
        how = "weeks from opening to decision of decided deals by product: gamma by maximum likelihood"
        found.append(Basis("cycle_mean, cycle_shape", told, f"{how}; products with few deals take that of all"))
    if len(pipeline):
        how = "deals opened before the first week and decided later, with their age; how long each lasts is drawn"
        found.append(Basis("open opportunities at the start", f"{len(pipeline):,}", how))
    load = f"{load_of_reps(fit)} open opportunities"
    how = "the most that any rep works on at once: decided deals a week × their mean length"
    found.append(Basis("params.projects.load", load, how))
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
            f"won of decided by product, shrunken to {shares.mean:.1%} ({_differ(shares.strength, 'products')}); "
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
            f"ln(win rate / mean) / 0.3, win rates shrunken ({_differ(fit.win_by_rep.strength, 'reps')})",
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
            "order of deals, each up to the rep's share of the office's deals",
        ),
    ]


def assumed_without_data(scenario: CrmScenario) -> list[Basis]:
    """Numbers that the import sets although the data are silent."""
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
        Basis("neighbours of territories", "none", "the roster says nothing of borders"),
        *bases_of_costs(),
        Basis("currency", scenario.labels.currency.code, scenario.labels.currency.how),
    ]
    if scenario.fit.products["unit_cost"].isna().any():
        rows.append(
            Basis(
                "unit_cost",
                f"{COST_SHARE:.0%} of the price",
                "no costs among the products; about the share of the built-in market",
            )
        )
    if not cycles_known(scenario.fit):
        value = f"{CYCLE_UNKNOWN:g} weeks, shape {SHAPE_UNKNOWN:g}"
        rows.append(
            Basis("cycle_mean, cycle_shape", value, "the deals have no open dates: nothing tells how long they last")
        )
    if not len(scenario.pipeline()):
        how = "no deal is known to have been open when the first week began: a pipeline as it would be after years"
        rows.append(Basis("open opportunities at the start", "drawn", how))
    if not scenario.habit.identified:
        rows.append(Basis("params.choice.loyalty", "default", f"{scenario.habit.deals} decided deals cannot tell it"))
    return rows


def missing_in_market(fit: CrmFit) -> list[str]:
    """What the data show that the first market cannot hold, in sentences."""
    products, quarter = fit.products, fit.season
    decided = float(products["decided"].sum()) / fit.window.train
    wins = ", ".join(f"month {m}: {r:.0%}" for m, r in quarter["win_rate"].items())
    index = ", ".join(f"month {m}: {r:.2f}" for m, r in quarter["decided_index"].items())
    remarks = [
        f"{fit.openings_per_week:.1f} opportunities are opened a week, of which {decided:.1f} are decided in the end: only "
        f"these open here. {fit.open_deals:,} were open at the end, {fit.stale_deals:,} of them longer than 99 % of "
        "decided ones ever were; the market does not have deals that nobody ever decides.",
        "Stages of open deals are not read: the parts of a deal's length that its stages take keep their default.",
        "Deals of one product last as long whoever has them, won or lost.",
        f"Win rate by month of the quarter: {wins}.",
        f"Decided deals by month of the quarter: {index} (1 is the mean week; shrunken).",
        f"Accounts are served by {fit.accounts['reps'].mean():.1f} reps on average; the one who has it here had "
        f"{fit.accounts['main_share'].mean():.0%} of its decided deals.",
        "Win rates by rep and product are in facts.toml; here skill is one number per rep.",
        f"Win rates of accounts: {_differ(fit.win_by_account.strength, 'accounts')}.",
        f"Order values within a product spread by {products['price_spread'].mean():.2f} (sd of the logarithm); here "
        "every order is paid at the mean price.",
        "Accounts start with loyalties drawn by the common win rate, so the simulated win rate moves a little within a "
        "run; its mean over the fitted weeks is the fitted one.",
        "Sector, place and parent company of accounts are kept in accounts.csv.",
    ]
    if fit.yearly is None:
        remarks.append(f"{fit.window.train} weeks are less than a year: no yearly season can be told, none is set.")
    return remarks


def _differ(strength: float, what: str) -> str:
    return (
        f"{what} differ no more than chance"
        if strength > _ALIKE
        else f"{what} differ like {strength:,.0f} deals of a common prior"
    )
