"""Lines that are charges, not goods: postage, fees, discounts, manual entries, recognised by code and name."""

from __future__ import annotations

import re

import pandas as pd

from experiments.intake.invoices.invoice_lines import InvoiceLines
from experiments.intake.tables.schema.mapping_file import InvoiceRules
from experiments.intake.tables.values.name_matching import normalised

#: Words for charges and corrections on an invoice that are not goods sold.
_WORDS = (
    "adjust",
    "adjustment",
    "adjust bad debt",
    "amazon fee",
    "bank charges",
    "bad debt",
    "carriage",
    "commission",
    "credit",
    "deposit",
    "delivery",
    "discount",
    "dotcom postage",
    "fee",
    "freight",
    "gift voucher",
    "handling",
    "insurance",
    "manual",
    "next day carriage",
    "packaging",
    "postage",
    "rebate",
    "refund",
    "rounding",
    "samples",
    "service charge",
    "shipping",
    "surcharge",
    "tax",
    "vat",
    "voucher",
    "运费",
    "折扣",
    "手续费",
    "邮费",
)
_CODES = ("post", "dot", "c2", "m", "d", "s", "b", "cruk", "amazonfee", "bankcharges", "adjust", "adjust2")
_FORMS = frozenset(normalised(word) for word in _WORDS)
#: Share of lines whose codes have a digit, from which a code of letters only is suspect.
_CODED = 0.9
_VOUCHER = re.compile(r"gift.?voucher", re.IGNORECASE)


def set_aside_charges(lines: InvoiceLines, rules: InvoiceRules) -> None:
    """Set aside lines whose code or name says that they are not goods; each code is reported separately."""
    frame = lines.frame
    codes = frame["product"]
    name = usual_names(frame)
    kept = {normalised(code) for code in rules.goods}
    named = {normalised(code) for code in rules.not_goods}
    coded = codes.isin([code for code in name.index if re.search(r"\d", str(code))]).mean() >= _CODED
    found = {code: _says_charge(str(code), str(name[code]), coded) for code in name.index}
    charges = [
        code
        for code, yes in found.items()
        if (yes or normalised(str(code)) in named) and normalised(str(code)) not in kept
    ]
    for code in charges:
        mask = codes.eq(code)
        label = f"'{code}'" + (f" ({name[code]})" if name[code] and name[code] != code else "")
        why = (
            "its code or name says that it is not goods"
            if found[code]
            else "the mapping file says that it is not goods"
        )
        lines.set_aside(mask, "product", "no goods", f"lines of {label}", why)


def usual_names(frame: pd.DataFrame) -> pd.Series:
    """The most frequent description of each product (index product); "" where there is none."""
    pairs = frame.loc[frame["description"].ne(""), ["product", "description"]].value_counts()
    first = pairs.reset_index().drop_duplicates("product").set_index("product")["description"]
    return first.reindex(pd.Index(frame["product"].unique(), name="product").sort_values(), fill_value="")


def _says_charge(code: str, name: str, coded: bool) -> bool:
    """Whether code or name is a word for a charge; short codes of letters count only where other codes have digits."""
    if normalised(name) in _FORMS or _VOUCHER.search(name) or normalised(code) in _FORMS:
        return True
    return coded and normalised(code) in _CODES
