"""Facts found in a CRM, written to facts.toml; the scenario format has no place for some of them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from experiments.intake.crm.crm_fit import CrmFit
from experiments.intake.fits.observation_window import DAYS


def collect_crm_facts(fit: CrmFit) -> dict[str, Any]:
    """Cycle lengths, opening rate, seasons and win rates by rep and product, as plain numbers."""
    products = fit.products
    return {
        "window": {
            "first_day": str(fit.window.train_start.date()),
            "weeks_fitted": fit.window.train,
            "first_day_held_out": str(fit.window.test_start.date()),
            "weeks_held_out": fit.window.test,
        },
        "opportunities": {
            "opened_per_week": round(fit.openings_per_week, 4),
            "decided_per_week": round(float(fit.products["decided"].sum()) / fit.window.train, 4),
            "open_at_end": fit.open_deals,
            "open_longer_than_any_decided": fit.stale_deals,
            "gamma_shape_of_account_rates": round(fit.rates.shape, 4),
            "mean_rate_per_account_week": round(fit.rates.mean, 6),
        },
        "cycle": {
            name: _known({"mean_weeks": row["cycle_mean"] / DAYS, "gamma_shape": row["cycle_shape"]})
            | {"from": row["cycle_from"]}
            for name, row in products.iterrows()
        },
        "month_of_quarter": _by_month(fit.season),
        "month_of_year": _by_month(fit.months),
        "win_rate_of_product": {name: round(float(rate), 4) for name, rate in products["win_rate"].items()},
        "win_rate_of_rep": {name: round(float(rate), 4) for name, rate in fit.reps["win_rate"].items()},
        "win_rate_of_rep_and_product": {
            rep: {product: round(float(rate), 4) for product, rate in row.items()}
            for rep, row in fit.rep_products.iterrows()
        },
    }


def _known(numbers: dict[str, float]) -> dict[str, Any]:
    """Numbers without those that the data do not show (NaN)."""
    return {name: round(float(value), 4) for name, value in numbers.items() if not math.isnan(float(value))}


def _by_month(season: pd.DataFrame) -> dict[str, Any]:
    return {
        str(month): {"weeks": round(float(row["weeks"]), 2)}
        | _known({"decided_index": row["decided_index"], "win_rate": row["win_rate"]})
        for month, row in season.iterrows()
    }
