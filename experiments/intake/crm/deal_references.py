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
    if "roster" not in found:
        names = sorted(set(deals["agent"]) - {""})
        _note_absent("no roster", f"all {len(names)} reps of the deals are one team in one territory", ledger)
        one_team = {"agent": names, "manager": NO_MANAGER, "office": NO_OFFICE, "listed": True}
        return deals["agent"], pd.DataFrame(one_team)
    agents = _as_listed("agent", found, "roster", list(roster["agent"]), mapping, ledger, personal=True)
    _report_unknown_reps(agents, found, list(roster["agent"]), ledger)
    idle = roster.index[~roster["agent"].isin(set(agents))]
    if len(idle):
        what, why = (
            f"{len(idle)} of {len(roster)} reps have no deal",
            "they stay on the roster with average skill and no accounts",
        )
        ledger.add(NOTED, found["roster"].file, found["roster"].header("agent"), what, why, [int(r) for r in idle])
    roster = roster.assign(
        manager=roster["manager"].replace("", NO_MANAGER), office=roster["office"].replace("", NO_OFFICE), listed=True
    )
    return agents, roster


def _note_absent(what: str, why: str, ledger: QualityLedger) -> None:
    ledger.add(NOTED, "the files given", "", what, why, count=0)


def _as_listed(
    field: str,
    found: dict[str, MappedTable],
    kind: str,
    valid: list[str],
    mapping: MappingFile,
    ledger: QualityLedger,
    *,
    personal: bool,
) -> pd.Series:
    """Names of a field of the deals as the table of ``kind`` spells them."""
    aliases, file = mapping.names.get(field, {}), found[kind].file
    return match_column(found["opportunities"], field, valid, aliases, ledger, valid_file=file, personal=personal)


def _report_unknown_reps(
    agents: pd.Series, found: dict[str, MappedTable], valid: list[str], ledger: QualityLedger
) -> None:
    """Report reps of the deals who are not on the roster; refuse a roster that lacks those of too many deals."""
    table, file = found["opportunities"], found["roster"].file
    unknown = unknown_names(agents, valid)
    rows = sorted(r for of_name in unknown.values() for r in of_name)
    if len(rows) > UNKNOWN_SHARE * len(agents):
        problem = f"{len(unknown)} reps with {len(rows):,} of {len(agents):,} deals are not in {file}"
        expected = f"at most {UNKNOWN_SHARE:.0%} of deals by reps who are not on the roster"
        remedy = "give the roster that belongs to these deals"
        ledger.refused(table.file, table.header("agent"), problem, expected, remedy, rows)
    why = "treated as a leaver: the deals count for accounts and products, the rep is not part of the sales force"
    for name, of_name in unknown.items():
        what = f"rep {ledger.name(name, True)} is not in {file}{'' if ledger.discreet else suggest(name, valid)}"
        ledger.add(NOTED, table.file, table.header("agent"), what, why, of_name)


def match_accounts(
    found: dict[str, MappedTable],
    deals: pd.DataFrame,
    accounts: pd.DataFrame,
    mapping: MappingFile,
    ledger: QualityLedger,
) -> tuple[pd.Series, pd.DataFrame]:
    """Accounts of the deals as the account list spells them, and the list with the missing accounts added."""
    _report_nameless(found["opportunities"], deals, ledger)
    valid: list[str] = []
    names = deals["account"]
    if "accounts" in found:
        valid = list(accounts["account"])
        names = _as_listed("account", found, "accounts", valid, mapping, ledger, personal=True)
    else:
        _note_absent("no table of accounts", "accounts are those of the deals, without attributes", ledger)
    return names, _with_unlisted(unknown_names(names, valid), accounts, found, ledger)


def _report_nameless(table: MappedTable, deals: pd.DataFrame, ledger: QualityLedger) -> None:
    """Report deals without an account; refuse the table when no decided deal has one."""
    header = table.header("account")
    if not deals.loc[deals["state"].ne(OPEN), "account"].ne("").any():
        expected, remedy = (
            "the customer of each deal, as far as known",
            "name the column of customers in the mapping file",
        )
        ledger.refused(table.file, header, "no decided deal has an account", expected, remedy)
    nameless = deals.index[deals["account"].eq("")]
    if len(nameless):
        decided = int(deals.loc[nameless, "state"].ne(OPEN).sum())
        why = (
            f"{decided:,} of them are decided; the customer is unknown, so they count for no account, "
            "and the decided ones raise the rates of all accounts in proportion"
        )
        ledger.add(SET_ASIDE, table.file, header, "deals without an account", why, list(nameless))


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
    valid, names = list(products["product"]), deals["product"]
    if "products" in found:
        names = _as_listed("product", found, "products", valid, mapping, ledger, personal=False)
    else:
        _note_absent("no table of products", "list prices are the median value of won deals", ledger)
    extra = _priced_by_deals(names, valid, deals, found, check)
    products = pd.concat([products, extra], ignore_index=True) if len(products) else extra
    unsold = sorted(set(products["product"]) - set(names))
    if unsold:
        table, what = found["opportunities"], f"products without any deal: {', '.join(unsold)}"
        ledger.add(NOTED, table.file, table.header("product"), what, "not part of the scenario", count=len(unsold))
    return names, products[products["product"].isin(set(names))].reset_index(drop=True)


def _priced_by_deals(
    names: pd.Series, valid: list[str], deals: pd.DataFrame, found: dict[str, MappedTable], check: RowCheck
) -> pd.DataFrame:
    """Products that the list lacks, at the median value of their won deals; without enough of these they are unusable."""
    table = found["opportunities"]
    won = deals["state"].eq(WON) & deals["value"].gt(0.0)
    added = []
    for name, rows in unknown_names(names, valid).items():
        prices = (deals["value"] / deals["units"])[won & names.eq(name)]
        if len(prices) < DEALS_FOR_A_PRICE:
            expected = (
                f"a product of the list{suggest(name, valid)}, or {DEALS_FOR_A_PRICE} won deals that show its price"
            )
            check.unusable("product", names.eq(name), f"product '{name}' has no list price", expected)
            continue
        added.append({"product": name, "series": "", "list_price": float(prices.median()), "unit_cost": np.nan})
        if "products" in found:
            what = f"product '{name}' added with list price {prices.median():,.2f}"
            why = f"it is not in {found['products'].file}; median value of {len(prices)} won deals"
            check.ledger.add(CORRECTED, table.file, table.header("product"), what, why, rows)
    return pd.DataFrame(added, columns=["product", "series", "list_price", "unit_cost"])
