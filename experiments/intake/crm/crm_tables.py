"""A CRM export as clean tables: deals, roster, accounts, products, with the same names across all of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from experiments.intake.crm.deal_references import match_accounts, match_products, match_reps
from experiments.intake.crm.deals import read_deals
from experiments.intake.crm.master_data import read_accounts, read_products, read_roster
from experiments.intake.tables.columns.name_spellings import NameColumn, NameGroup, own_copy, unify_names
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.mapping_file import MappingFile


@dataclass(frozen=True)
class CrmTables:
    """Clean tables of a CRM.

    deals: id, agent, product, account ("" none), state (won|lost|open), opened, closed (NaT none), value, units;
    index = row in the file.
    roster: agent, manager, office, listed (False: in the deals but not on the roster).
    accounts: account, sector, founded, revenue, employees, location, parent.
    products: product, series, list_price, unit_cost (NaN none).
    """

    deals: pd.DataFrame
    roster: pd.DataFrame
    accounts: pd.DataFrame
    products: pd.DataFrame
    absent: tuple[str, ...]


def read_crm(found: dict[str, MappedTable], mapping: MappingFile, ledger: QualityLedger) -> CrmTables:
    """Clean the mapped tables of a CRM; raises InputErrors with everything that cannot be corrected.

    Only the table of opportunities is required; what the others would have provided is taken from the deals or left to
    defaults, and reported.
    """
    # If a file was refused, it may be this one: its own error is reported instead.
    if "opportunities" not in found and not ledger.refusals:
        ledger.refused(
            "the files given",
            "",
            "no table of opportunities among them",
            "a table with deal stage, close date, agent and product",
            "add the export of opportunities",
        )
    ledger.stop_if_refused()
    absent = tuple(k for k in ("roster", "accounts", "products") if k not in found)
    found = {kind: own_copy(table) for kind, table in found.items()}
    unify_names(_name_groups(found), mapping.rules, ledger)
    deals, check = read_deals(found["opportunities"], mapping, ledger)
    roster = read_roster(found.get("roster"), mapping, ledger)
    accounts = read_accounts(found.get("accounts"), mapping, ledger)
    products = read_products(found.get("products"), mapping, ledger)
    deals["agent"], roster = match_reps(found, deals, roster, mapping, ledger)
    deals["account"], accounts = match_accounts(found, deals, accounts, mapping, ledger)
    deals["product"], products = match_products(found, deals, products, check, mapping, ledger)
    ledger.stop_if_refused()
    return CrmTables(check.keep(deals), roster, accounts, products, absent)


def _name_groups(found: dict[str, MappedTable]) -> list[NameGroup]:
    """Names in a CRM, each kind compared over all tables where it occurs; the lists decide the spelling."""

    def columns(*places: tuple[str, str]) -> tuple[NameColumn, ...]:
        lists = {"agent": "roster", "account": "accounts", "product": "products"}
        return tuple(NameColumn(found[k], f, lists.get(f) == k) for k, f in places if k in found)

    accounts = columns(("opportunities", "account"), ("accounts", "account"), ("accounts", "parent"))
    return [
        NameGroup("account", "accounts", accounts, personal=True),
        NameGroup("agent", "reps", columns(("opportunities", "agent"), ("roster", "agent")), personal=True),
        NameGroup("product", "products", columns(("opportunities", "product"), ("products", "product")), numbers=False),
        NameGroup("manager", "managers", columns(("roster", "manager")), personal=True),
        NameGroup("office", "offices", columns(("roster", "office")), places=True, numbers=False),
        NameGroup("sector", "sectors", columns(("accounts", "sector")), numbers=False, joined=False),
        NameGroup("deal", "deals", columns(("opportunities", "id")), numbers=False, joined=False),
    ]
