"""Products beyond the number of categories of a market, pooled into one."""

from __future__ import annotations

import pandas as pd

from experiments.intake.crm.crm_tables import CrmTables
from experiments.intake.crm.deals import OPEN
from experiments.intake.tables.quality_ledger import CORRECTED, QualityLedger
from sim.params.world import MAX_CATEGORIES

POOLED = "other products"


def pool_products(tables: CrmTables, ledger: QualityLedger) -> CrmTables:
    """Keep the products with the most decided deals; the rest become one product at their mean list price.

    A market has at most :data:`sim.params.world.MAX_CATEGORIES` categories, and each product is one.
    """
    products = tables.products
    if len(products) <= MAX_CATEGORIES:
        return tables
    decided = (
        tables.deals.loc[tables.deals["state"].ne(OPEN), "product"]
        .value_counts()
        .reindex(products["product"], fill_value=0)
    )
    kept = list(decided.sort_values(ascending=False, kind="stable").index[: MAX_CATEGORIES - 1])
    rest = ~products["product"].isin(kept)
    weights = decided[products.loc[rest, "product"]].to_numpy() + 1e-9
    means = {
        c: float((products.loc[rest, c].to_numpy() * weights).sum() / weights.sum())
        for c in ("list_price", "unit_cost")
    }
    pooled = pd.DataFrame([{"product": POOLED, "series": "", **means}])
    deals = tables.deals.assign(product=tables.deals["product"].where(tables.deals["product"].isin(kept), POOLED))
    touched = deals["product"].eq(POOLED)
    ledger.add(
        CORRECTED,
        "the products",
        "product",
        f"{int(rest.sum())} products with the fewest decided deals pooled as '{POOLED}'",
        f"a market has at most {MAX_CATEGORIES} categories; the pooled list price is their mean",
        list(deals.index[touched]),
    )
    return CrmTables(
        deals, tables.roster, tables.accounts, pd.concat([products[~rest], pooled], ignore_index=True), tables.absent
    )
