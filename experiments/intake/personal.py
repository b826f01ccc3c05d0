"""Personal names in users' tables replaced by keyed hashes, so that a scenario folder can leave the house."""

from __future__ import annotations

import hashlib
import secrets

import pandas as pd

from experiments.intake.crm_tables import NO_MANAGER, CrmTables

_DIGITS = 10


def new_key() -> bytes:
    """A random key that is not kept: without it nobody can test whether a hash is a given person's."""
    return secrets.token_bytes(32)


def hashed(name: str, prefix: str, key: bytes) -> str:
    """Stand-in for a name, the same wherever the name occurs under one key; blank stays blank."""
    if not name:
        return name
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=16).hexdigest()
    return f"{prefix}-{digest[:_DIGITS]}"


def hash_names(tables: CrmTables, key: bytes) -> CrmTables:
    """The tables with reps, managers, accounts, parents and deal numbers hashed; joins stay intact.

    Locations are blanked: with sector and size they would give an account away.
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
