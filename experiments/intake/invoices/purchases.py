"""Purchases of customers among all invoice lines; every line that is not one is reported with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from experiments.intake.invoices.cancellations import Netting, credit_prefixes, net_cancellations
from experiments.intake.invoices.charge_lines import set_aside_charges
from experiments.intake.invoices.invoice_lines import InvoiceLines
from experiments.intake.tables.quality_ledger import NOTED
from experiments.intake.tables.schema.mapping_file import InvoiceRules

#: Least value of a line: half a minor unit of currency.
_LEAST_VALUE = 0.005


@dataclass(frozen=True)
class Purchases:
    """Lines in use, the result of netting, and the number of lines by fate (together all lines read)."""

    lines: InvoiceLines
    netting: Netting
    fates: dict[str, int]
    anonymous_value: float


def select_purchases(lines: InvoiceLines, rules: InvoiceRules) -> Purchases:
    """Give every line its fate; raises InputErrors when no purchase of a customer remains.

    Findings count all lines with a quirk; a line with several quirks has the fate of the first.
    """
    _drop_copies(lines)
    set_aside_charges(lines, rules)
    frame = lines.frame
    price, quantity = frame["price"], frame["quantity"]
    below = "adjustments such as bad debt: no purchase has a negative price"
    lines.set_aside(price.lt(0.0), "price", "price below 0", "negative prices", below)
    noted = frame["prefix"].isin(credit_prefixes(frame))
    stock = quantity.lt(0.0) & ~noted & ~(frame["customer"].ne("") & price.gt(0.0))
    why = "not on a credit note, and without customer or price: corrections of stock, damage, losses"
    lines.set_aside(
        stock, "quantity", "quantity below 0, cancels nothing", "negative quantities that cancel nothing", why
    )
    lines.set_aside(quantity.eq(0.0), "quantity", "quantity 0", "quantities of 0", "nothing was sold")
    free = price.eq(0.0) & quantity.gt(0.0)
    lines.set_aside(free, "price", "price 0", "prices of 0", "gifts, samples, corrections: nothing was paid")
    nothing = price.gt(0.0) & quantity.gt(0.0) & frame["value"].lt(_LEAST_VALUE)
    lines.set_aside(
        nothing, "price", "worth nothing", "lines worth less than half a minor unit", "effectively free of charge"
    )
    anonymous = frame["customer"].eq("")
    paid = anonymous & lines.used & quantity.gt(0.0)
    value = float(frame.loc[paid, "value"].sum())
    if anonymous.any():
        _report_anonymous(lines, anonymous, paid, value, rules)
    netting = net_cancellations(lines)
    fates = {str(k): int(v) for k, v in frame["fate"].value_counts().items()}
    if not (lines.used & frame["customer"].ne("")).any():
        fates_text = ", ".join(f"{number:,} {fate}" for fate, number in fates.items())
        table = lines.tables[0]
        lines.ledger.refused(
            table.file,
            "",
            f"no purchase of a customer remains: {fates_text}",
            "lines with customer, quantity and price",
            "correct the lines, or the mapping of headers",
        )
        lines.ledger.stop_if_refused()
    return Purchases(lines, netting, fates, value)


def _drop_copies(lines: InvoiceLines) -> None:
    copies = lines.frame.duplicated("copy", keep="first")
    if not copies.any():
        return
    if lines.has("invoice"):
        lines.correct(copies, "", "identical lines kept once", "every cell is the same", fate="copy of another line")
    else:
        table = lines.tables[0]
        why = "without invoice numbers, two equal purchases on one day look the same"
        lines.ledger.add(NOTED, table.file, "", "identical lines kept", why, count=int(copies.sum()))


def _report_anonymous(
    lines: InvoiceLines, anonymous: pd.Series, paid: pd.Series, value: float, rules: InvoiceRules
) -> None:
    all_value = float(lines.frame.loc[lines.used & lines.frame["quantity"].gt(0.0), "value"].sum())
    orders = lines.frame.loc[paid, "invoice"].nunique() if lines.has("invoice") else int(paid.sum())
    share = value / all_value if all_value > 0.0 else 0.0
    size = f"{orders:,} orders worth {value:,.0f}, {share:.1%} of all goods sold"
    if rules.no_customer == "spread":
        why = f"{size}; the buyer is unknown, so their orders raise the rates of all customers in proportion"
        lines.correct(anonymous, "customer", "lines without a customer", why)
    else:
        why = (
            f"{size}; the buyer is unknown, so no rate, order size or price is based on them "
            '([transactions] no_customer = "spread" in the mapping file adds their orders to all customers in proportion)'
        )
        lines.set_aside(anonymous, "customer", "no customer", "lines without a customer", why)
