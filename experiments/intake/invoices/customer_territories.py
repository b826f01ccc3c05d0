"""Territories from the places on invoices: the countries, regions or postcode areas with the most customers, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

REST = "other"
ALL = "all"
#: Most territories, and the share and number of customers that a place needs to be a territory.
MOST, LEAST_SHARE, FEWEST_CUSTOMERS = 8, 0.005, 10
_POSTCODE_LETTERS = 2


@dataclass(frozen=True)
class Territories:
    """Territory of each customer (index customer), and the rule behind it, in words."""

    territory: pd.Series
    rule: str


def find_territories(bought: pd.DataFrame) -> Territories:
    """Territory of each customer of purchase lines (customer, country, region, postcode).

    The first of country, region and postcode area that takes several values is used; a customer with several places belongs to
    the most frequent one.
    """
    columns = {
        "country": bought["country"],
        "region": bought["region"],
        "postcode": bought["postcode"].str[:_POSTCODE_LETTERS],
    }
    for field, cells in columns.items():
        main = _main(bought["customer"], cells)
        if main[main.ne("")].nunique() > 1:
            counts = main[main.ne("")].value_counts()
            large = counts[counts.ge(max(LEAST_SHARE * len(main), FEWEST_CUSTOMERS))].head(MOST - 1)
            kept = list(large.index)
            if not kept:
                break
            name = "the first two characters of the postcode" if field == "postcode" else field
            rest = int((~main.isin(kept)).sum())
            rule = f"{name}: the {len(kept)} with at least {LEAST_SHARE:.1%} of customers" + (
                f", {rest} customers of {counts.size - len(kept)} more together" if rest else ""
            )
            return Territories(main.where(main.isin(kept), REST), rule)
    return Territories(
        pd.Series(ALL, index=pd.Index(bought["customer"].unique(), name="customer").sort_values()),
        "one territory: neither country, region nor postcode separates enough customers",
    )


def _main(customer: pd.Series, place: pd.Series) -> pd.Series:
    """Most frequent place of each customer; the first by name where two are as frequent."""
    pairs = pd.DataFrame({"customer": customer, "place": place})
    counts = pairs.value_counts().reset_index().sort_values(["count", "place"], ascending=[False, True], kind="stable")
    return counts.drop_duplicates("customer").set_index("customer")["place"].sort_index()
