"""The hold-out test of a CRM import: decided deals of the weeks held out, observed against simulated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.intake.crm.crm_tables import CrmTables
from experiments.intake.crm.deals import OPEN, WON
from experiments.intake.fits.holdout_test import FitRow, RunOrders, fit_row, measure_orders
from experiments.intake.fits.observation_window import DAYS, Window

MEASURES = {
    "weekly_orders": "orders won per week",
    "order_value": "mean value of an order",
    "top_share": "share of value of the top 20 % of accounts",
    "active_share": "accounts with at least one order",
    "win_rate": "share of decided opportunities won",
    "cycle": "weeks from opening to decision",
}


def observed_orders(tables: CrmTables, mask: pd.Series) -> pd.DataFrame:
    """Decided deals where ``mask`` is true, as a table of orders."""
    deals = tables.deals[tables.deals["state"].ne(OPEN) & mask]
    value = deals["value"].where(deals["value"].gt(0.0))
    weeks = (deals["closed"] - deals["opened"]).dt.days / DAYS
    return pd.DataFrame(
        {"customer": deals["account"], "value": value, "won": deals["state"].eq(WON), "weeks": weeks.astype(float)}
    )


def compare_deals(
    tables: CrmTables, window: Window, run: RunOrders, seeds: Sequence[int], reasons: dict[str, str] | None = None
) -> list[FitRow]:
    """Simulate training and hold-out weeks in one run and compare the hold-out weeks with what happened.

    The simulated market goes through the training weeks first, so that loyalties, relationships and stocks at the start of
    the hold-out are those the model leads to. ``reasons`` explains misfits by measure. A measure that the data do not contain
    is omitted.
    """
    accounts = len(tables.accounts)
    training = measure_orders(observed_orders(tables, window.in_train(tables.deals["closed"])), window.train, accounts)
    observed = measure_orders(observed_orders(tables, window.in_test(tables.deals["closed"])), window.test, accounts)
    simulated = []
    for seed in seeds:
        orders = run(seed, window.train + window.test)
        simulated.append(measure_orders(orders[orders["week"] >= window.train], window.test, accounts))
    return [
        fit_row(measure, label, training, observed, simulated, (reasons or {}).get(measure, ""))
        for measure, label in MEASURES.items()
        if not np.isnan(observed[measure])
    ]
