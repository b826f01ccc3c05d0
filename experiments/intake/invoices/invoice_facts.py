"""Facts found in invoices, written to facts.toml; the scenario format has no place for them."""

from __future__ import annotations

import math
from typing import Any

from experiments.intake.fits.repeat_rates import RepeatRates
from experiments.intake.invoices.invoice_fit import TYPES, InvoiceFit
from experiments.intake.invoices.purchases import Purchases


def collect_invoice_facts(fit: InvoiceFit, purchases: Purchases) -> dict[str, Any]:
    """Fates of lines, rates by type, categories and price response, as plain numbers."""
    window, price = fit.window, fit.price
    response: dict[str, Any] = {"told": price.identified, "pooled": round(price.pooled, 4), "products": price.products}
    if math.isfinite(price.estimate) and math.isfinite(price.error):
        response |= {"estimate": round(price.estimate, 4), "error": round(price.error, 4)}
    if price.reason:
        response["reason"] = price.reason
    return {
        "window": {
            "first_day": str(window.train_start.date()),
            "weeks_fitted": window.train,
            "first_day_held_out": str(window.test_start.date()),
            "weeks_held_out": window.test,
        },
        "lines": purchases.fates,
        "netting": {
            "credit_lines": purchases.netting.credits,
            "matched": purchases.netting.matched,
            "pieces": round(purchases.netting.pieces, 4),
            "value": round(purchases.netting.value, 2),
        },
        "repeat_rates": {
            "all": _rates(fit.pooled),
            **{name: _rates(rates) for name, rates in zip(TYPES, fit.rates, strict=True)},
        },
        "price_response": response,
        "category": {
            str(name): {
                "products": int(row["products"]),
                "usual_price_low": round(float(row["low"]), 4),
                "usual_price_high": round(float(row["high"]), 4),
                "orders": int(row["orders"]),
                "value": round(float(row["value"]), 2),
                "mean_order": round(float(row["order_value"]), 4),
                "spread_of_log": round(float(row["spread"]), 4),
            }
            for name, row in fit.categories.iterrows()
        },
    }


def _rates(rates: RepeatRates) -> dict[str, Any]:
    known = {"shape": rates.shape, "mean_per_week": rates.mean, "mean_error": rates.mean_error}
    if rates.window is not None:
        known["share_older_than_the_file"] = rates.older
    if math.isfinite(rates.shape_error) and not rates.given:
        known["shape_error"] = rates.shape_error
    return {name: round(float(value), 6) for name, value in known.items()} | {
        "customers": rates.customers,
        "repeats": rates.repeats,
    }
