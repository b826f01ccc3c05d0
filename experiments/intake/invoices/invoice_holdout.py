"""The hold-out test of an import of invoices: orders of the customers known before, observed against simulated."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.intake.fits.holdout_test import FitRow, RunOrders, fit_row, measure_orders
from experiments.intake.fits.season import YEAR
from experiments.intake.invoices.invoice_fit import InvoiceFit

MEASURES = {
    "weekly_orders": "orders per week",
    "order_value": "mean value of an order",
    "weekly_value": "value of orders per week",
    "top_share": "share of value of the top 20 % of customers",
    "active_share": "customers with at least one order",
    "all_orders": "orders per week, including newcomers",
}
#: Change of a measure beyond which it is named as the reason for a misfit.
_NOTABLE = 0.05


def compare_orders(fit: InvoiceFit, run: RunOrders, seeds: Sequence[int]) -> list[FitRow]:
    """Simulate fitted and held-out weeks in one run and compare the held-out weeks with what happened.

    The market holds the customers of the fitted weeks, so their orders are compared; the last row also
    counts the orders of customers first seen in the held-out weeks, whom the market does not include.
    """
    window, customers = fit.window, len(fit.customers)
    orders = fit.orders[_counted(fit)]
    known = orders["customer"].isin(fit.customers.index) | orders["customer"].eq("")
    training = _measures(orders[window.in_train(orders["day"])], window.train, customers, 0)
    held_out = window.in_test(orders["day"])
    newcomers = int((held_out & ~known).sum())
    observed = _measures(orders[held_out & known], window.test, customers, newcomers)
    simulated = []
    for seed in seeds:
        made = run(seed, window.train + window.test)
        mine = made[(made["week"] >= window.train) & made["won"]]
        simulated.append(_measures(mine, window.test, customers, 0))
    reasons = _reasons(fit, training, observed)
    return [
        fit_row(measure, label, training, observed, simulated, reasons.get(measure, ""))
        for measure, label in MEASURES.items()
    ]


def _counted(fit: InvoiceFit) -> pd.Series:
    """Orders that count: those without a customer only where they were spread over all customers."""
    return fit.orders["customer"].ne("") | (fit.lifted > 1.0)


def _measures(orders: pd.DataFrame, weeks: int, customers: int, newcomers: int) -> dict[str, float]:
    found = measure_orders(orders[["customer", "value"]].assign(won=True), weeks, customers)
    found["weekly_value"] = float(orders["value"].sum()) / weeks
    found["all_orders"] = (len(orders) + newcomers) / weeks
    return found


def _reasons(fit: InvoiceFit, training: dict[str, float], observed: dict[str, float]) -> dict[str, str]:
    """Known causes that move a measure in the held-out weeks but are not part of the market."""
    window, reasons = fit.window, {}
    expected = float(fit.customers["rate"].sum()) * fit.activity
    change = observed["weekly_orders"] / expected - 1.0 if expected else 0.0
    months = f"{window.test_start:%B} to {window.end - pd.Timedelta(days=1):%B}"
    if abs(change) > _NOTABLE:
        pace = "faster" if change > 0 else "slower"
        text = f"known customers ordered {abs(change):.0%} {pace} than at their fitted rates in the weeks held out ({months})"
        if fit.season is None:
            text += f"; {window.train} weeks fitted are fewer than {YEAR}, so no season can be estimated"
        reasons["weekly_orders"] = reasons["weekly_value"] = text
        reasons["active_share"] = reasons["top_share"] = "follows from the number of orders: " + text
    value = observed["order_value"] / training["order_value"] - 1.0
    if abs(value) > _NOTABLE:
        reasons["order_value"] = f"the mean order value changed by {value:+.0%} against the fitted weeks"
        reasons["weekly_value"] = "; ".join([*filter(None, [reasons.get("weekly_value")]), reasons["order_value"]])
    new = 1.0 - observed["weekly_orders"] / observed["all_orders"] if observed["all_orders"] else 0.0
    if new > _NOTABLE:
        text = f"{new:.0%} of these orders come from customers first seen then, whom the market does not include"
        reasons["all_orders"] = "; ".join([text, *filter(None, [reasons.get("weekly_orders")])])
    return reasons
