"""The fit of a CRM: purchase rates, mixes, prices, win rates, reps, account owners, cycles, seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from experiments.intake.crm.account_owners import assign_owners
from experiments.intake.crm.crm_tables import CrmTables
from experiments.intake.crm.deals import OPEN, WON
from experiments.intake.fits.observation_window import DAYS, Window
from experiments.intake.fits.season import Season, fit_season
from experiments.intake.fits.shrinkage import Floats, Mixes, Rates, Shares, fit_mixes, fit_rates, fit_shares

#: One unit of skill z brings exp(0.3·z) times the sales (MODEL, effect sizes).
SKILL_SPREAD = 0.3
#: Deals needed to fit the cycle length of a product; with fewer, the pooled one is used.
DEALS_FOR_A_CYCLE = 30


@dataclass(frozen=True)
class CrmFit:
    """Numbers fitted on the training weeks.

    accounts (index account): decided, won, rate (decided opportunities a week), order_size, territory, rep,
    reps (who had deals with it), main_share (of the rep's deals in the account's).
    mixes: shape (accounts, products).
    products (index product): list_price, price (realised), price_ratio, price_spread, decided, won, win_rate,
    cycle_mean (days), cycle_shape, cycle_from.
    reps (index agent): manager, office, decided, won, win_rate, skill, rate.
    rep_products: win rate, shape (reps, products).
    season (index month of the quarter 1–3), months (of the year): weeks, decided, decided_index, win_rate.
    """

    window: Window
    accounts: pd.DataFrame
    products: pd.DataFrame
    reps: pd.DataFrame
    rep_products: pd.DataFrame
    season: pd.DataFrame
    months: pd.DataFrame
    rates: Rates
    mixes: Mixes
    win_by_rep: Shares
    win_by_product: Shares
    win_by_account: Shares
    yearly: Season | None
    units_spread: float
    openings_per_week: float
    open_deals: int
    stale_deals: int


def fit_crm(tables: CrmTables, window: Window) -> CrmFit:
    """Fit everything on deals decided (or opened) in the training weeks of ``window``."""
    decided = tables.deals[tables.deals["state"].ne(OPEN) & window.in_train(tables.deals["closed"])]
    known = decided[decided["account"].ne("")]
    names = tables.accounts["account"]
    counts = _count(known["account"], names)
    nameless = 1.0 - len(known) / max(len(decided), 1)
    rates = fit_rates(counts, window.train)
    if nameless:
        scale = 1.0 / (1.0 - nameless)
        rates = Rates(rates.shape, rates.mean * scale, rates.each * scale)
    products = _products(tables, decided)
    mixes = fit_mixes(_cross(known, "account", names, "product", products.index))
    by_product = fit_shares(_floats(products["won"]), _floats(products["decided"]))
    products["win_rate"] = by_product.each
    reps, by_rep = _reps(tables, decided, window)
    rep_products = _rep_products(decided, reps, products, by_product)
    won = known[known["state"].eq(WON)]
    wins = _count(won["account"], names)
    accounts = assign_owners(list(names), decided, reps).assign(decided=counts, won=wins, rate=rates.each)
    sizes = won["units"].groupby(won["account"]).mean().reindex(names)
    accounts["order_size"] = sizes.fillna(won["units"].mean() if len(won) else 1.0).clip(lower=1.0).to_numpy()
    open_deals, stale = _open_pipeline(tables, decided)
    opened = tables.deals["opened"]
    return CrmFit(
        window=window,
        accounts=accounts,
        products=products,
        reps=reps,
        rep_products=rep_products,
        season=_seasons(decided, window, "quarter"),
        months=_seasons(decided, window, "year"),
        rates=rates,
        mixes=mixes,
        win_by_rep=by_rep,
        win_by_product=by_product,
        win_by_account=fit_shares(wins, counts),
        yearly=fit_season(weekly_counts(decided, window)),
        units_spread=float(np.log(won["units"].clip(lower=1.0)).std(ddof=0)) if len(won) else 0.0,
        openings_per_week=float(window.in_train(opened).sum() / window.train),
        open_deals=open_deals,
        stale_deals=stale,
    )


def _cross(
    deals: pd.DataFrame, rows: str, row_names: pd.Series | pd.Index, columns: str, column_names: pd.Index
) -> Floats:
    table = pd.crosstab(deals[rows], deals[columns])
    return table.reindex(index=list(row_names), columns=list(column_names), fill_value=0).to_numpy(np.float64)


def weekly_counts(decided: pd.DataFrame, window: Window) -> Floats:
    """Decided deals in each training week."""
    week = window.week_of(decided["closed"]) - window.cold
    return np.bincount(week.to_numpy(dtype=np.int64), minlength=window.train).astype(np.float64)


def _count(names: pd.Series, valid: pd.Series) -> Floats:
    """How often each valid name occurs."""
    return _floats(names.value_counts().reindex(valid, fill_value=0))


def _floats(column: pd.Series) -> Floats:
    return np.asarray(column, dtype=np.float64)


def _products(tables: CrmTables, decided: pd.DataFrame) -> pd.DataFrame:
    """List and realised price, spread of order values around it, and cycle per product."""
    products = tables.products.set_index("product").copy()
    won = decided[decided["state"].eq(WON) & decided["value"].gt(0.0)]
    ratio = won["value"] / won["units"] / won["product"].map(products["list_price"]).astype(float)
    by_product = ratio.groupby(won["product"])
    products["price_ratio"] = by_product.mean().reindex(products.index).fillna(ratio.mean() if len(ratio) else 1.0)
    products["price"] = products["list_price"] * products["price_ratio"]
    spread = pd.Series(np.log(_floats(ratio)), index=ratio.index).groupby(won["product"]).std(ddof=0)
    products["price_spread"] = spread.reindex(products.index).fillna(0.0)
    products["decided"] = decided["product"].value_counts().reindex(products.index, fill_value=0)
    products["won"] = decided[decided["state"].eq(WON)]["product"].value_counts().reindex(products.index, fill_value=0)
    days = (decided["closed"] - decided["opened"]).dt.days
    pooled = fit_cycle(days)
    for name in products.index:
        own = days[decided["product"].eq(name) & days.notna()]
        enough = len(own) >= DEALS_FOR_A_CYCLE
        mean, shape = fit_cycle(own) if enough else pooled
        products.loc[name, ["cycle_mean", "cycle_shape"]] = mean, shape
        products.loc[name, "cycle_from"] = "own deals" if enough else "all products"
    return products


def fit_cycle(days: pd.Series) -> tuple[float, float]:
    """Mean (days) and gamma shape of cycle lengths by maximum likelihood; NaN when fewer than two are known.

    A deal closed on its first day counts as half a day: the gamma density needs positive times.
    """
    known = days.dropna().clip(lower=0.5).to_numpy(np.float64)
    if len(known) < 2 or known.min() == known.max():
        return (float(known.mean()) if len(known) else float("nan"), float("nan"))
    shape, _, scale = stats.gamma.fit(known, floc=0.0)
    return float(shape * scale), float(shape)


def _reps(tables: CrmTables, decided: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, Shares]:
    """Roster with deals, shrunk win rate and skill z = ln(win rate / mean) / 0.3 of each rep."""
    reps = tables.roster.set_index("agent")[["manager", "office"]].copy()
    reps["decided"] = decided["agent"].value_counts().reindex(reps.index, fill_value=0)
    reps["won"] = decided[decided["state"].eq(WON)]["agent"].value_counts().reindex(reps.index, fill_value=0)
    shares = fit_shares(_floats(reps["won"]), _floats(reps["decided"]))
    reps["win_rate"] = shares.each
    reps["skill"] = np.log(shares.each / shares.mean) / SKILL_SPREAD
    reps["rate"] = reps["decided"] / window.train
    return reps, shares


def _rep_products(
    decided: pd.DataFrame, reps: pd.DataFrame, products: pd.DataFrame, by_product: Shares
) -> pd.DataFrame:
    """Win rate of each rep with each product, shrunk to rep effect × product effect."""
    trials = _cross(decided, "agent", reps.index, "product", products.index)
    wins = _cross(decided[decided["state"].eq(WON)], "agent", reps.index, "product", products.index)
    prior = np.clip(np.outer(reps["win_rate"] / by_product.mean, products["win_rate"]), 0.01, 0.99)
    # all cells share one prior strength: that of wins around the product of the two effects
    strength = fit_shares(wins.ravel(), trials.ravel()).strength
    each = (strength * prior + wins) / (strength + trials)
    return pd.DataFrame(each, index=reps.index, columns=products.index)


def _seasons(decided: pd.DataFrame, window: Window, cycle: str) -> pd.DataFrame:
    """Decided deals and win rate by month of the quarter or of the year, relative to the mean week, shrunk.

    The index of a month is shrunk to 1 by the noise of its weeks: the between-month variance is the spread of month means in
    excess of that expected from weekly noise.
    """
    days = pd.Series(pd.date_range(window.train_start, periods=DAYS * window.train, freq="D"))

    def month(dates: pd.Series) -> pd.Series:
        number: pd.Series = dates.dt.month
        return (number - 1) % 3 + 1 if cycle == "quarter" else number

    daily = decided.groupby("closed").size().reindex(days, fill_value=0).astype(float)
    labels = month(days).to_numpy()
    table = pd.DataFrame({"weeks": pd.Series(labels).value_counts().sort_index() / DAYS})
    table["decided"] = daily.groupby(labels).sum()
    raw = table["decided"] / table["weeks"] / (daily.mean() * DAYS)
    weekly = daily.to_numpy().reshape(-1, DAYS).sum(axis=1)
    noise = (weekly.var(ddof=1) if len(weekly) > 1 else weekly.mean()) / weekly.mean() ** 2 / table["weeks"]
    between = max(float(raw.var(ddof=1) - noise.mean()), 0.0) if len(raw) > 1 else 0.0
    table["decided_index"] = 1.0 + (raw - 1.0) * between / (between + noise) if between else 1.0
    won = decided["state"].eq(WON).groupby(month(decided["closed"])).mean()
    table["win_rate"] = won.reindex(table.index)
    return table


def _open_pipeline(tables: CrmTables, decided: pd.DataFrame) -> tuple[int, int]:
    """Number of open deals, and of those that are older at the last close than 99 % of decided deals ever were."""
    still = tables.deals[tables.deals["state"].eq(OPEN)]
    days = (decided["closed"] - decided["opened"]).dt.days.dropna()
    if days.empty:
        return len(still), 0
    age = (tables.deals["closed"].max() - still["opened"]).dt.days
    return len(still), int((age > days.quantile(0.99)).sum())
