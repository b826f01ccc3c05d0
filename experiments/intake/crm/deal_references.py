"""What deals refer to: reps, accounts and products, matched with the lists of the export as far as these are given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.intake.crm.deals import OPEN, WON
from experiments.intake.tables.columns.name_columns import match_column, suggest, unknown_names
from experiments.intake.tables.columns.row_check import RowCheck
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, SET_ASIDE, QualityLedger
from experiments.intake.tables.schema.mapping_file import MappingFile

#: Share of deals by unknown reps beyond which the roster must be the wrong one.
UNKNOWN_SHARE = 0.2
#: Won deals needed to derive a missing list price from the median value of a product.
DEALS_FOR_A_PRICE = 5
NO_MANAGER = "all"
NO_OFFICE = "all"


def match_reps(
    found: dict[str, MappedTable],
    deals: pd.DataFrame,
    roster: pd.DataFrame,
    mapping: MappingFile,
    ledger: QualityLedger,
) -> tuple[pd.Series, pd.DataFrame]:
    """Reps of the deals as the roster spells them, and the roster of the import (the reps of the deals where there is none)."""
    table = found["opportunities"]
    if "roster" not in found:
        names = sorted(set(deals["agent"]) - {""})
        ledger.add(
            NOTED,
            "the files given",
            "",
            "no roster",
            f"all {len(names)} reps of the deals are one team in one territory",
            count=0,
        )
        return deals["agent"], pd.DataFrame(
            {"agent": names, "manager": NO_MANAGER, "office": NO_OFFICE, "listed": True}
        )
    file, valid = found["roster"].file, list(roster["agent"])
    agents = match_column(table, "agent", valid, mapping.names.get("agent", {}), ledger, valid_file=file, personal=True)
    unknown = unknown_names(agents, valid)
    rows = sorted(r for found_rows in unknown.values() for r in found_rows)
    if len(rows) > UNKNOWN_SHARE * len(deals):
        ledger.refused(
            table.file,
            table.header("agent"),
            f"{len(unknown)} reps with {len(rows):,} of {len(deals):,} deals are not in {file}",
            f"at most {UNKNOWN_SHARE:.0%} of deals by reps who are not on the roster",
            "give the roster that belongs to these deals",
            rows,
        )
    for name, of_name in unknown.items():
        what = f"rep {ledger.name(name, True)} is not in {file}{'' if ledger.discreet else suggest(name, valid)}"
        ledger.add(
            NOTED,
            table.file,
            table.header("agent"),
            what,
            "treated as a leaver: the deals count for accounts and products, the rep is not part of the sales force",
            of_name,
        )
    idle = [a for a in valid if a not in set(agents)]
    if idle:
        ledger.add(
            NOTED,
            file,
            found["roster"].header("agent"),
            f"{len(idle)} of {len(valid)} reps have no deal",
            "they stay on the roster with average skill and no accounts",
            [int(r) for r in roster.index[roster["agent"].isin(idle)]],
        )
    roster = roster.assign(
        manager=roster["manager"].replace("", NO_MANAGER), office=roster["office"].replace("", NO_OFFICE), listed=True
    )
    return agents, roster


def match_accounts(
    found: dict[str, MappedTable],
    deals: pd.DataFrame,
    accounts: pd.DataFrame,
    mapping: MappingFile,
    ledger: QualityLedger,
) -> tuple[pd.Series, pd.DataFrame]:
    """Accounts of the deals as the account list spells them, and the list with the missing accounts added."""
    table = found["opportunities"]
    if not deals.loc[deals["state"].ne(OPEN), "account"].ne("").any():
        ledger.refused(
            table.file,
            table.header("account"),
            "no decided deal has an account",
            "the customer of each deal, as far as known",
            "name the column of customers in the mapping file",
        )
    nameless = deals.index[deals["account"].eq("")]
    if len(nameless):
        decided = int(deals.loc[nameless, "state"].ne(OPEN).sum())
        why = (
            f"{decided:,} of them are decided; the customer is unknown, so they count for no account, "
            "and the decided ones raise the rates of all accounts in proportion"
        )
        ledger.add(SET_ASIDE, table.file, table.header("account"), "deals without an account", why, list(nameless))
    if "accounts" not in found:
        ledger.add(
            NOTED,
            "the files given",
            "",
            "no table of accounts",
            "accounts are those of the deals, without attributes",
            count=0,
        )
        valid: list[str] = []
        names = deals["account"]
    else:
        valid = list(accounts["account"])
        names = match_column(
            table,
            "account",
            valid,
            mapping.names.get("account", {}),
            ledger,
            valid_file=found["accounts"].file,
            personal=True,
        )
    return names, _with_unlisted(unknown_names(names, valid), accounts, found, ledger)


def _with_unlisted(
    unknown: dict[str, list[int]], accounts: pd.DataFrame, found: dict[str, MappedTable], ledger: QualityLedger
) -> pd.DataFrame:
    """The account list with the missing accounts added, their attributes unknown."""
    table = found["opportunities"]
    if unknown:
        extra = pd.DataFrame(
            {
                "account": sorted(unknown),
                "sector": "",
                "location": "",
                "parent": "",
                "founded": np.nan,
                "revenue": np.nan,
                "employees": np.nan,
            }
        )
        if "accounts" in found:
            rows = sorted(r for of_name in unknown.values() for r in of_name)
            ledger.add(
                CORRECTED,
                table.file,
                table.header("account"),
                f"{len(unknown)} accounts that are not in {found['accounts'].file} added",
                "they have deals; their attributes are set to the average",
                rows,
            )
        accounts = pd.concat([accounts, extra], ignore_index=True) if len(accounts) else extra
    return accounts.reset_index(drop=True)


def match_products(
    found: dict[str, MappedTable],
    deals: pd.DataFrame,
    products: pd.DataFrame,
    check: RowCheck,
    mapping: MappingFile,
    ledger: QualityLedger,
) -> tuple[pd.Series, pd.DataFrame]:
    """Products of the deals as the product list spells them, and the list with missing prices derived from won deals."""
    table = found["opportunities"]
    valid = list(products["product"])
    names = deals["product"]
    if "products" in found:
        names = match_column(
            table,
            "product",
            valid,
            mapping.names.get("product", {}),
            ledger,
            valid_file=found["products"].file,
            personal=False,
        )
    else:
        ledger.add(
            NOTED,
            "the files given",
            "",
            "no table of products",
            "list prices are the median value of won deals",
            count=0,
        )
    won = deals["state"].eq(WON) & deals["value"].gt(0.0)
    added = []
    for name, rows in unknown_names(names, valid).items():
        prices = (deals["value"] / deals["units"])[won & names.eq(name)]
        if len(prices) < DEALS_FOR_A_PRICE:
            at = names.eq(name)
            expected = (
                f"a product of the list{suggest(name, valid)}, or {DEALS_FOR_A_PRICE} won deals that show its price"
            )
            check.unusable("product", at, f"product '{name}' has no list price", expected)
            continue
        added.append({"product": name, "series": "", "list_price": float(prices.median()), "unit_cost": np.nan})
        if "products" in found:
            ledger.add(
                CORRECTED,
                table.file,
                table.header("product"),
                f"product '{name}' added with list price {prices.median():,.2f}",
                f"it is not in {found['products'].file}; median value of {len(prices)} won deals",
                rows,
            )
    extra = pd.DataFrame(added, columns=["product", "series", "list_price", "unit_cost"])
    products = pd.concat([products, extra], ignore_index=True) if len(products) else extra
    unsold = sorted(set(products["product"]) - set(names))
    if unsold:
        ledger.add(
            NOTED,
            table.file,
            table.header("product"),
            f"products without any deal: {', '.join(unsold)}",
            "not part of the scenario",
            count=len(unsold),
        )
    return names, products[products["product"].isin(set(names))].reset_index(drop=True)
