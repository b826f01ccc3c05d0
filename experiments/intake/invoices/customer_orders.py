"""Orders of customers, grouped from purchase lines: who ordered when and for how much."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from experiments.intake.invoices.invoice_lines import InvoiceLines

#: Share of invoices with a single line from which invoice numbers are really line numbers.
_SINGLE_LINES = 0.98


@dataclass(frozen=True)
class Orders:
    """table (index order): customer ("" none), day, value, pieces; ``order`` gives the order of each purchase line."""

    table: pd.DataFrame
    order: pd.Series
    rule: str


def group_into_orders(lines: InvoiceLines) -> Orders:
    """One order for each invoice of a customer; for each day of a customer where there are no invoice numbers.

    A line without a number belongs to the order of its day. Numbers that occur on one line each are line numbers if some
    customers have several lines a day.
    """
    bought = lines.frame[lines.used]
    unnumbered = bought["invoice"].eq("")
    if unnumbered.any():
        of_day = bought.loc[unnumbered, "day"].dt.strftime("no number, %Y-%m-%d")
        bought = bought.assign(invoice=bought["invoice"].mask(unnumbered, of_day))
    key, rule = ["customer", "invoice"], "an invoice is an order"
    if not lines.has("invoice"):
        key, rule = (
            ["customer", "day"],
            "the purchases of a customer on one day are an order: there are no invoice numbers",
        )
    else:
        sizes = bought.groupby(key).size()
        days = bought.groupby(["customer", "day"]).size()
        if sizes.eq(1).mean() >= _SINGLE_LINES and len(days) < len(sizes):
            key = ["customer", "day"]
            rule = "the purchases of a customer on one day are an order: nearly every line has its own number"
    order = bought.groupby(key, sort=False).ngroup().rename("order")
    groups = bought.groupby(order)
    table = pd.DataFrame(
        {
            "customer": groups["customer"].first(),
            "day": groups["day"].min(),
            "value": groups["value"].sum(),
            "pieces": groups["quantity"].sum(),
        }
    )
    return Orders(table, order, rule)
