"""Names of people and accounts in a CRM replaced by keyed hashes."""

from __future__ import annotations

import pandas as pd

from experiments.intake.crm.crm_tables import CrmTables
from experiments.intake.crm.deal_references import NO_MANAGER
from experiments.intake.scenario.pseudonyms import hashed


def hash_names(tables: CrmTables, key: bytes) -> CrmTables:
    """The tables with reps, managers, accounts, parents and deal numbers hashed; joins stay intact.

    Locations are blanked: together with sector and size they could identify an account.
    """

    def column(names: pd.Series, prefix: str) -> pd.Series:
        return names.map({n: hashed(n, prefix, key) for n in names.unique()})

    deals = tables.deals.assign(
        id=column(tables.deals["id"], "deal"),
        agent=column(tables.deals["agent"], "rep"),
        account=column(tables.deals["account"], "account"),
    )
    managers = tables.roster["manager"]
    roster = tables.roster.assign(
        agent=column(tables.roster["agent"], "rep"),
        manager=column(managers, "manager").where(managers.ne(NO_MANAGER), NO_MANAGER),
    )
    accounts = tables.accounts.assign(
        account=column(tables.accounts["account"], "account"),
        parent=column(tables.accounts["parent"], "account"),
        location="",
    )
    return CrmTables(deals, roster, accounts, tables.products, tables.absent)
