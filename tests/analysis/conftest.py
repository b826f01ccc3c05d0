"""Synthetic studies with known truth: paired normal KPIs, weekly paths and cuts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from analysis.study import PolicyLabel, Provenance, Study

# kpi: label, class, unit, direction, baseline mean, spread between seeds
KPIS: dict[str, tuple[str, str, str, str, float, float]] = {
    "contribution": ("Contribution", "financial", "EUR", "up", 14.9e6, 0.9e6),
    "revenue": ("Revenue", "financial", "EUR", "up", 96.4e6, 3.1e6),
    "cost_to_sell": ("Cost to sell", "financial", "EUR", "down", 9.6e6, 0.2e6),
    "cash_in_channel": ("Cash in channel", "financial", "EUR", "down", 5.1e6, 0.4e6),
    "new_customers": ("New customers", "growth", "customers", "up", 1240.0, 60.0),
    "active_customers": ("Active customers", "growth", "customers", "up", 5210.0, 110.0),
    "market_share": ("Market share", "growth", "share", "up", 0.296, 0.01),
    "satisfaction": ("Mean satisfaction", "satisfaction", "1", "up", 0.61, 0.012),
    "unserved_share": ("Orders not served", "satisfaction", "share", "down", 0.031, 0.004),
    "calls_per_rep_week": ("Calls per rep and week", "management", "calls", "none", 24.8, 0.5),
    "selling_time_share": ("Share of time selling", "management", "share", "up", 0.36, 0.006),
    "plan_compliance": ("Call plan followed", "management", "share", "up", 0.52, 0.02),
    "turnover": ("Staff turnover", "management", "share/year", "down", 0.26, 0.05),
    "distributor_profit": ("Distributors' profit", "distributor", "EUR", "up", 7.2e6, 0.5e6),
    "stock_cover_weeks": ("Stock cover", "distributor", "weeks", "down", 5.2, 0.3),
    "gross_sales": ("Sales", "books", "EUR", "up", 96.4e6, 3.1e6),
    "cost_of_goods": ("Cost of goods", "books", "EUR", "down", 68.0e6, 2.2e6),
    "pay": ("Pay", "books", "EUR", "down", 9.6e6, 0.2e6),
    "routines": ("Routines and training", "books", "EUR", "down", 3.9e6, 0.02e6),
}

#: Relative effects of a policy that wins, loses on some KPIs and leaves others unclear.
WIN = {
    "contribution": 0.083, "revenue": 0.06, "cost_to_sell": 0.035, "cash_in_channel": -0.04, "new_customers": 0.17,
    "active_customers": 0.05, "market_share": 0.056, "satisfaction": 0.021, "unserved_share": 0.1,
    "calls_per_rep_week": -0.03, "selling_time_share": -0.022, "plan_compliance": 0.31, "turnover": -0.02,
    "distributor_profit": 0.045, "stock_cover_weeks": -0.06, "gross_sales": 0.06, "cost_of_goods": 0.057,
    "pay": 0.035, "routines": 0.09,
}  # fmt: skip

SEGMENTS = ("Hospitals", "Workshops", "Public buyers", "Small trade")
TERRITORIES = ("North", "North-east", "East", "South-east", "South", "South-west", "West", "Centre")


@dataclass(frozen=True)
class Recipe:
    """How a synthetic study is made.

    ``effects`` maps policy → KPI → relative effect; ``noise`` is the spread of a paired difference
    as a share of the spread between seeds (0: constant differences).
    """

    effects: dict[str, dict[str, float]] = field(default_factory=lambda: {"deep_marketing": WIN})
    noise: float = 0.25
    seeds: int = 20
    weeks: int = 104
    key: int = 1
    cuts: bool = True
    titles: dict[str, str] = field(default_factory=dict)
    question: str = "Does deep marketing pay for a maker of professional equipment with 48 reps?"


def build(recipe: Recipe) -> Study:
    """A study after ``recipe``; the same recipe always gives the same study."""
    policies = ("status_quo", *recipe.effects)
    titles = {"status_quo": "Status quo", "deep_marketing": "Deep marketing", "status_quo_same_budget": "Same budget"}
    titles |= recipe.titles
    seeds = tuple(range(1, recipe.seeds + 1))
    runs = _runs(recipe, policies, seeds)
    return Study(
        question=recipe.question,
        baseline="status_quo",
        policies={p: PolicyLabel(titles.get(p, p), f"Description of {p}.") for p in policies},
        runs=runs,
        runs_weekly=_weekly(recipe, runs)
        if recipe.cuts
        else pd.DataFrame(columns=["policy", "seed", "week", "kpi", "value"]),
        runs_by=_by(recipe, runs)
        if recipe.cuts
        else pd.DataFrame(columns=["policy", "seed", "dimension", "level", "kpi", "value"]),
        definitions=pd.DataFrame(
            [(k, *v[:4], f"formula of {k}") for k, v in KPIS.items()],
            columns=["kpi", "label", "kpi_class", "unit", "direction", "formula"],
        ),
        assumptions=pd.DataFrame(
            [
                ("params.experience.kappa", 0.2, "1", "A", "Share of a surprise that enters the next expectation."),
                ("params.talk.disappointed", 1.5, "1", "A", "Weight of a disappointed owner's talk."),
                ("params.sales_force.quit_loss", 0.2, "share", "A", "Relationship lost when a rep leaves."),
                ("params.choice.elasticity", -2.62, "1", "Bijmolt et al. 2005", "Mean price elasticity."),
            ],
            columns=["path", "value", "unit", "source", "doc"],
        ),
        meta=Provenance(
            scenario="regional_plain",
            scenario_title="Regional equipment maker",
            scenario_digest="9f2c4e7ab01d",
            weeks=recipe.weeks,
            seeds=seeds,
            versions={"deepmarket": "0.1.0", "numpy": "2.4.6", "pandas": "3.1.1"},
            commands=("deepmarket compare regional_plain status_quo deep_marketing --replications 20",),
        ),
    )


def _runs(recipe: Recipe, policies: tuple[str, ...], seeds: tuple[int, ...]) -> pd.DataFrame:
    generator = np.random.Generator(np.random.PCG64(recipe.key))
    parts = []
    for kpi, (_, _, _, _, mean, spread) in KPIS.items():
        luck = generator.standard_normal(len(seeds)) * spread
        for policy in policies:
            own = generator.standard_normal(len(seeds)) * spread * recipe.noise
            effect = recipe.effects.get(policy, {}).get(kpi)
            value = mean + luck if effect is None else mean * (1 + effect) + luck + own
            parts.append(pd.DataFrame({"policy": policy, "seed": seeds, "kpi": kpi, "value": value}))
    return pd.concat(parts, ignore_index=True)


def _weekly(recipe: Recipe, runs: pd.DataFrame) -> pd.DataFrame:
    week = np.arange(recipe.weeks)
    ramp = np.clip((week - 10) / 40, -0.15, 1.0)
    season = 1 + 0.06 * np.sin(2 * np.pi * week / 52)
    base = runs[runs["policy"] == "status_quo"].set_index(["seed", "kpi"])["value"]
    generator = np.random.Generator(np.random.PCG64(recipe.key + 1))
    noise = {k: generator.standard_normal(recipe.weeks) * 0.03 for k in base.index.unique()}
    parts = []
    for row in runs.itertuples():
        start = float(base.loc[(row.seed, row.kpi)])
        flow = KPIS[row.kpi][2] in ("EUR", "customers")
        path = (start * (season + noise[(row.seed, row.kpi)]) + (row.value - start) * ramp) / (
            recipe.weeks if flow else 1
        )
        parts.append(
            pd.DataFrame({"policy": row.policy, "seed": row.seed, "week": week, "kpi": row.kpi, "value": path})
        )
    return pd.concat(parts, ignore_index=True)


def _by(recipe: Recipe, runs: pd.DataFrame) -> pd.DataFrame:
    generator = np.random.Generator(np.random.PCG64(recipe.key + 2))
    wide = runs.pivot(index=["seed", "kpi"], columns="policy", values="value")
    parts = []
    for dimension, levels in (("territory", TERRITORIES), ("segment", SEGMENTS)):
        weight = generator.uniform(0.5, 1.5, len(levels))
        for i, level in enumerate(levels):
            dose = generator.uniform(-0.8, 2.2)
            for policy in wide.columns:
                gap = wide[policy] - wide["status_quo"]
                value = (wide["status_quo"] + dose * gap) * weight[i] / weight.sum()
                parts.append(
                    value.rename("value").reset_index().assign(policy=policy, dimension=dimension, level=level)
                )
    table = pd.concat(parts, ignore_index=True)
    shown = ["contribution", "revenue", "new_customers", "market_share", "satisfaction", "unserved_share"]
    return table.loc[table["kpi"].isin(shown), ["policy", "seed", "dimension", "level", "kpi", "value"]]


@pytest.fixture
def make_study() -> Callable[..., Study]:
    """Factory: keyword arguments of :class:`Recipe` → study."""
    return lambda **kwargs: build(Recipe(**kwargs))


@pytest.fixture
def winning() -> Study:
    """Deep marketing wins clearly, loses on some KPIs, cannot tell on others."""
    return build(Recipe())
