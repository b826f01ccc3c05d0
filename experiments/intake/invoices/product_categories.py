"""Products grouped into the few categories of a market: by the user's groups, by product, or by price bands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from experiments.intake.invoices.charge_lines import usual_names
from sim.params.world import MAX_CATEGORIES

OTHER = "other"
#: Fewest orders of a category; smaller ones are merged into the largest.
FEWEST_ORDERS = 20


@dataclass(frozen=True)
class ProductCategories:
    """Category of each product (index product), and the rule behind it, in words."""

    category: pd.Series
    rule: str


def group_products(bought: pd.DataFrame, bands: int) -> ProductCategories:
    """Categories of the products of purchase lines (columns product, description, group, price, value).

    If there is a column of groups, it is used: the largest by value, and the rest together. Otherwise up to
    :data:`sim.params.world.MAX_CATEGORIES` products are each a category. Otherwise products are sorted by their usual price
    and divided into ``bands`` of equal value.
    """
    value = bought.groupby("product")["value"].sum()
    if bought["group"].ne("").any():
        of = (
            bought["group"]
            .where(bought["group"].ne(""), OTHER)
            .groupby(bought["product"])
            .agg(lambda g: g.mode().iloc[0])
        )
        return ProductCategories(*_largest(of.astype("str"), value, "product groups as in the files"))
    if len(value) <= MAX_CATEGORIES:
        names = usual_names(bought).reindex(value.index)
        own = names.where(names.ne("") & ~names.duplicated(keep=False), pd.Series(value.index, index=value.index))
        return ProductCategories(own.astype("str"), "each product is a category")
    price = bought.groupby("product")["price"].median()
    return ProductCategories(_bands(price, value, bands), f"{bands} bands of usual price with equal value of sales")


def _largest(of: pd.Series, value: pd.Series, rule: str) -> tuple[pd.Series, str]:
    by_group = value.groupby(of).sum().sort_values(ascending=False, kind="stable")
    if len(by_group) <= MAX_CATEGORIES:
        return of, rule
    kept = [g for g in by_group.index if g != OTHER][: MAX_CATEGORIES - 1]
    return of.where(of.isin(kept), OTHER), f"{rule}: the {len(kept)} largest by value, and the rest together"


def _bands(price: pd.Series, value: pd.Series, bands: int) -> pd.Series:
    """Names of price bands such as 'up to 1.25' by product; the value of sales is divided into equal parts."""
    ranked = price.sort_values(kind="stable")
    part = value[ranked.index].cumsum() / value.sum()
    edges: list[float] = []
    for k in range(1, bands):
        edge = float(ranked[part.ge(k / bands)].iloc[0])
        if edge < float(ranked.iloc[-1]) and edge not in edges:
            edges.append(edge)
    names = [f"up to {edges[0]:.2f}"] if edges else ["all"]
    names += [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    names += [f"above {edges[-1]:.2f}"] if edges else []
    return pd.Series(np.array(names, dtype=object)[np.searchsorted(edges, price)], index=price.index, dtype="str")


def main_category(bought: pd.DataFrame, order: pd.Series, category: pd.Series) -> pd.Series:
    """Category with the largest share of each order's value; ``order`` and ``category`` are by line. Index: order."""
    totals = bought["value"].groupby([order, category]).sum().reset_index()
    ranked = totals.sort_values("value", ascending=False, kind="stable").drop_duplicates(order.name)
    return ranked.set_index(order.name)[category.name].sort_index()


def merge_rare(main: pd.Series) -> tuple[pd.Series, dict[str, str]]:
    """Main categories with those of fewer than :data:`FEWEST_ORDERS` orders moved to the largest, and what was moved."""
    counts = main.value_counts()
    rare = [str(c) for c in counts.index[1:] if counts[c] < FEWEST_ORDERS]
    moved = {c: str(counts.index[0]) for c in rare}
    return main.replace(moved), moved
