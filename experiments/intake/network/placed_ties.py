"""Ties placed among the customers of a market: names matched with its table of customers, or numbered."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from experiments.intake.network.clean_ties import TieList
from experiments.intake.scenario.pseudonyms import hashed, new_key
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, SET_ASIDE, QualityLedger
from sim.reading.identity import normal_form
from sim.reading.ties import tie_rows
from sim.scenario import Scenario


@dataclass(frozen=True)
class PlacedTies:
    """The ties among the customers of a base market: ids or numbers in ``first`` and ``second``."""

    ties: pd.DataFrame
    customers: int
    names: list[str] | None
    factor: float


def place_ties(
    cleaned: TieList, market: Scenario, table: MappedTable, ledger: QualityLedger, hash_personal: bool
) -> PlacedTies:
    """Match names with the customers of the base, or number them."""
    if market.data is not None and market.data.customers is not None:
        return _matched(cleaned, market, table, ledger)
    _enough_for(market, len(cleaned.names), table, ledger)
    number = {name: str(k) for k, name in enumerate(cleaned.names)}
    ties = cleaned.ties.assign(first=cleaned.ties["first"].map(number), second=cleaned.ties["second"].map(number))
    key = new_key()
    names = [hashed(name, "customer", key) for name in cleaned.names] if hash_personal else cleaned.names
    return PlacedTies(ties, len(names), names, len(names) / market.world.customers)


def _enough_for(market: Scenario, customers: int, table: MappedTable, ledger: QualityLedger) -> None:
    """Refuse a list with so few names that some distributor of ``market`` could have no customer."""
    distributors = len(market.world.places)
    if customers < distributors:
        ledger.refused(
            table.file,
            "",
            f"it names {customers} customers, but {market.name} has {distributors} distributors",
            "at least as many customers as distributors",
            f"give the whole list, or --base with a scenario of at most {customers} distributors",
        )
        ledger.stop_if_refused()


def _matched(cleaned: TieList, market: Scenario, table: MappedTable, ledger: QualityLedger) -> PlacedTies:
    assert market.data is not None
    assert market.data.customers is not None
    ids = market.data.customers["id"]
    cleaned = _spelled_as(cleaned, ids, market.name, table, ledger)
    first, second = tie_rows(cleaned.ties, ids, len(ids))
    known = (first >= 0) & (second >= 0)
    if not known.any():
        example = f"for instance {ledger.name(cleaned.names[0], personal=True)}; ids are like {ledger.name(str(ids.iloc[0]), personal=True)}"
        ledger.refused(
            table.file,
            "",
            f"no tie joins two customers of {market.name}: {example}",
            "ids of its table of customers",
            "use the same names in both files, or choose another --base",
        )
        ledger.stop_if_refused()
    if not known.all():
        what = f"ties of customers who are not in the table of {market.name}"
        ledger.add(
            SET_ASIDE, table.file, "", what, "the market does not have them", count=int((~known).sum()), counted="tie"
        )
    return PlacedTies(cleaned.ties[known].reset_index(drop=True), len(ids), None, 1.0)


def _spelled_as(cleaned: TieList, ids: pd.Series, market: str, table: MappedTable, ledger: QualityLedger) -> TieList:
    """The ties with names as the customers' table spells them, where exactly one id has the same normal form."""
    of_form = ids.groupby(ids.map(normal_form)).agg(["first", "size"])
    sure = of_form.loc[of_form["size"].eq(1), "first"]
    known = set(ids)
    meant = {n: str(sure[f]) for n in cleaned.names if n not in known and (f := normal_form(n)) in sure.index}
    taken = set(cleaned.names)
    meant = {name: to for name, to in meant.items() if to not in taken}  # the list has that name too: two customers
    if not meant:
        return cleaned
    name, to = next(iter(meant.items()))
    what = f"{len(meant):,} customers spelled differently than in {market}, such as {ledger.name(name, True)} for {ledger.name(to, True)}"
    why = "the same apart from leading zeros, case or look-alike characters"
    ledger.add(CORRECTED, table.file, "", what, why, count=len(meant), counted="name")
    ties = cleaned.ties.assign(**{end: cleaned.ties[end].replace(meant) for end in ("first", "second")})
    return TieList(ties, [meant.get(name, name) for name in cleaned.names])
