"""Reps and distributors, which invoices do not show: as many as the built-in market has for its customers and revenue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: The built-in market: customers and yearly revenue per rep, yearly revenue per distributor (units of currency).
CUSTOMERS_PER_REP, REVENUE_PER_REP, REVENUE_PER_DISTRIBUTOR = 417, 700_000.0, 2_800_000.0
#: Reps per manager, and accounts in the portfolio of a rep, as in the built-in market.
SPAN, ACCOUNTS_PER_REP = 8, 62


@dataclass(frozen=True)
class SalesOrganisation:
    """roster: rep, manager, territory, skill (mean); distributors by territory; ``rep`` of each customer ("" none, index customer)."""

    roster: pd.DataFrame
    distributors: dict[str, int]
    rep: pd.Series


def plan_organisation(territory: pd.Series, yearly_value: pd.Series) -> SalesOrganisation:
    """Reps by customers, but no more than revenue pays for, at least one; each territory has a distributor.

    Both are allocated by the largest remainders of customers (reps) and revenue (distributors). A rep has the accounts of the
    territory that buy most, as in the ordinary plan of the built-in market. ``territory`` and
    ``yearly_value`` (units of currency) are by customer.
    """
    revenue = float(yearly_value.sum())
    reps = max(1, round(min(len(territory) / CUSTOMERS_PER_REP, revenue / REVENUE_PER_REP)))
    customers = territory.value_counts().sort_index()
    by_place = yearly_value.groupby(territory).sum().reindex(customers.index)
    where = _allocate(reps, customers)
    distributors = {str(t): max(1, round(v / REVENUE_PER_DISTRIBUTOR)) for t, v in by_place.items()}
    places = [str(t) for t, number in where.items() for _ in range(int(number))]
    roster = pd.DataFrame(
        {
            "rep": [f"rep {k + 1:02d}" for k in range(reps)],
            "manager": [f"manager {k // SPAN + 1}" for k in range(reps)],
            "territory": places,
            "skill": np.zeros(
                reps
            ),  # invoices say nothing about it; if drawn, the luck of a few reps would move our share
        }
    )
    return SalesOrganisation(roster, distributors, _portfolios(territory, yearly_value, roster))


def _allocate(number: int, weights: pd.Series) -> pd.Series:
    """``number`` allocated in proportion to ``weights``, the rest to the largest remainders."""
    exact = weights / weights.sum() * number
    allocated = np.floor(exact)
    rest = (exact - allocated).sort_values(ascending=False, kind="stable").index[: number - int(allocated.sum())]
    allocated[rest] += 1
    whole: pd.Series = allocated.astype(int)
    return whole


def _portfolios(territory: pd.Series, value: pd.Series, roster: pd.DataFrame) -> pd.Series:
    found = dict.fromkeys(territory.index, "")
    for place, mine in roster.groupby("territory"):
        names = list(mine["rep"])
        best = value[territory.eq(place)].sort_values(ascending=False, kind="stable").index
        best = best[: ACCOUNTS_PER_REP * len(names)]
        found |= {customer: names[k % len(names)] for k, customer in enumerate(best)}
    return pd.Series(found, dtype="str")
