"""Import of an edge list: who talks to whom becomes the network of a scenario, with a quality page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from experiments.intake.headers import MappedTable, map_tables
from experiments.intake.mapping import MappingFile, load_mapping
from experiments.intake.network_facts import NetworkFacts, describe_network
from experiments.intake.network_sums import scaled_policies, scaled_scenario
from experiments.intake.output_folder import check_out
from experiments.intake.personal import hashed, new_key
from experiments.intake.quality import MENDED, SET_ASIDE, QualityLedger
from experiments.intake.quality_page import Basis, write_page
from experiments.intake.readers import read_table
from experiments.intake.settings import mapping_content
from experiments.intake.summary import ImportSummary
from experiments.intake.tie_list import TieList, clean_ties
from experiments.intake.ties_kind import TIES
from experiments.outside import door
from experiments.ownership import settled
from experiments.whole_files import write_file
from sim.reading.identity import normal_form
from sim.reading.library import available_scenarios, find_scenario
from sim.reading.ties import tie_rows
from sim.scenario import Scenario
from sim.text import write_csv

#: First line of every scenario written here.
WRITTEN_BY_IMPORT = "# Written by `deepmarket import network`; quality.md says where each number comes from.\n"
#: The market whose customers talk along the ties, unless told otherwise.
BASE = "regional_equipment"


@dataclass(frozen=True)
class Placed:
    """The ties among the customers of a base market: ids or numbers in ``first`` and ``second``."""

    ties: pd.DataFrame
    customers: int
    names: list[str] | None
    factor: float


@door
def import_network(
    file: Path,
    out: Path,
    *,
    base: str = BASE,
    mapping: Path | None = None,
    hash_personal: bool = False,
    title: str = "",
    replace: bool = False,
) -> ImportSummary:
    """Turn a table of ties into the scenario folder ``out``: the market ``base`` with word of mouth along these ties.

    Where the base has a table of customers, names are their ids. Where it draws its customers, it gets as many as
    the list has names, numbered in the order of names (``nodes.csv``), and its head count and yearly sums are
    scaled to that number. Raises :class:`sim.errors.InputErrors` with every mistake; nothing is written then.
    """
    ledger = QualityLedger(discreet=hash_personal)
    asked = check_out(out, "network", [file], mapping, ledger, replace)
    given = load_mapping(mapping, (TIES,))
    market = Scenario.load(base)
    read = read_table(file, ledger)
    ledger.stop_if_refused()
    found = map_tables([read] if read is not None else [], (TIES,), given, ledger)
    ledger.stop_if_refused()
    table = found[TIES.name]
    placed = _place(clean_ties(table, given.rules, ledger), market, table, ledger, hash_personal)
    with settled(out, asked) as folder:
        return _write(folder, out, placed, market, base, found, given, title or f"{market.title} on {out.name}", ledger)


def _place(
    cleaned: TieList, market: Scenario, table: MappedTable, ledger: QualityLedger, hash_personal: bool
) -> Placed:
    """Match names with the customers of the base, or number them."""
    if market.data is not None and market.data.customers is not None:
        return _matched(cleaned, market, table, ledger)
    _enough_for(market, len(cleaned.names), table, ledger)
    number = {name: str(k) for k, name in enumerate(cleaned.names)}
    ties = cleaned.ties.assign(first=cleaned.ties["first"].map(number), second=cleaned.ties["second"].map(number))
    key = new_key()
    names = [hashed(name, "customer", key) for name in cleaned.names] if hash_personal else cleaned.names
    return Placed(ties, len(names), names, len(names) / market.world.customers)


def _enough_for(market: Scenario, customers: int, table: MappedTable, ledger: QualityLedger) -> None:
    """Refuse a list of so few names that some distributor of ``market`` could have no customer."""
    distributors = len(market.world.places)
    if customers < distributors:
        ledger.refused(
            table.file,
            "",
            f"it names {customers} customers, and {market.name} has {distributors} distributors",
            "at least as many customers as distributors",
            f"give the whole list, or --base with a scenario of at most {customers} distributors",
        )
        ledger.stop_if_refused()


def _matched(cleaned: TieList, market: Scenario, table: MappedTable, ledger: QualityLedger) -> Placed:
    assert market.data is not None
    assert market.data.customers is not None
    ids = market.data.customers["id"]
    cleaned = _spelt_as(cleaned, ids, market.name, table, ledger)
    first, second = tie_rows(cleaned.ties, ids, len(ids))
    known = (first >= 0) & (second >= 0)
    if not known.any():
        example = f"for instance {ledger.name(cleaned.names[0], personal=True)}; ids are like {ledger.name(str(ids.iloc[0]), personal=True)}"
        ledger.refused(
            table.file,
            "",
            f"no tie joins two customers of {market.name}: {example}",
            "ids of its table of customers",
            "use the same names in both files, or another --base",
        )
        ledger.stop_if_refused()
    if not known.all():
        what = f"ties of customers who are not in the table of {market.name}"
        ledger.add(
            SET_ASIDE, table.file, "", what, "they have no row in the market", count=int((~known).sum()), counted="tie"
        )
    return Placed(cleaned.ties[known].reset_index(drop=True), len(ids), None, 1.0)


def _spelt_as(cleaned: TieList, ids: pd.Series, market: str, table: MappedTable, ledger: QualityLedger) -> TieList:
    """The ties with names as the customers' table spells them, where one id alone has the same normal form."""
    of_form = ids.groupby(ids.map(normal_form)).agg(["first", "size"])
    sure = of_form.loc[of_form["size"].eq(1), "first"]
    known = set(ids)
    meant = {n: str(sure[f]) for n in cleaned.names if n not in known and (f := normal_form(n)) in sure.index}
    taken = set(cleaned.names)
    meant = {name: to for name, to in meant.items() if to not in taken}  # the list has that one too: two customers
    if not meant:
        return cleaned
    name, to = next(iter(meant.items()))
    what = f"{len(meant):,} customers spelt otherwise than in {market}, such as {ledger.name(name, True)} for {ledger.name(to, True)}"
    why = "the same but for zeros in front, case or signs that look alike"
    ledger.add(MENDED, table.file, "", what, why, count=len(meant), counted="name")
    ties = cleaned.ties.assign(**{end: cleaned.ties[end].replace(meant) for end in ("first", "second")})
    return TieList(ties, [meant.get(name, name) for name in cleaned.names])


def _write(
    folder: Path,
    out: Path,
    placed: Placed,
    market: Scenario,
    base: str,
    found: Mapping[str, MappedTable],
    given: MappingFile,
    title: str,
    ledger: QualityLedger,
) -> ImportSummary:
    content = _content(placed, market, base, out, title)
    (folder / "policies").mkdir()
    write_file(folder / "scenario.toml", WRITTEN_BY_IMPORT + tomli_w.dumps(content))
    for name, policy in scaled_policies(find_scenario(base), market, placed.factor, out).items():
        write_file(folder / "policies" / f"{name}.toml", WRITTEN_BY_IMPORT + tomli_w.dumps(policy))
    _typed(placed.ties).to_parquet(folder / "ties.parquet", index=False)
    if placed.names is not None:
        nodes = pd.DataFrame({"number": range(len(placed.names)), "name": placed.names})
        write_csv(nodes, folder / "nodes.csv")
    bases, assumed = _told(placed, market), _assumed(placed, market)
    page = write_page(title, list(found.values()), ledger, bases, assumed, [], None, [])
    write_file(folder / "quality.md", page)
    write_file(folder / "mapping.toml", tomli_w.dumps(mapping_content(found, given)))
    return ImportSummary(out, tuple(found.values()), ledger, tuple(bases), tuple(assumed), None, 0, market.warnings)


def _typed(ties: pd.DataFrame) -> pd.DataFrame:
    return ties.assign(strong=ties["strong"].astype(np.int8)) if "strong" in ties else ties


def _content(placed: Placed, market: Scenario, base: str, out: Path, title: str) -> dict[str, Any]:
    extends = base if base in available_scenarios() else Path(os.path.relpath(find_scenario(base), out)).as_posix()
    content: dict[str, Any] = {
        "name": out.name or "network",
        "extends": extends,
        "title": title,
        "description": f"{market.title or market.name}: word of mouth along {len(placed.ties):,} imported ties. See quality.md.",
        "data": {"ties": "ties.parquet"},
        "params": {"network": {"kind": "edge_list"}},
    }
    if placed.names is not None:
        scaled = scaled_scenario(market, placed.factor)
        content["world"] = {"customers": placed.customers}
        content["sales_force"] = scaled.pop("sales_force")
        content["params"] |= scaled.pop("params")
        content["policy"] = scaled.pop("policy")
    return content


def _told(placed: Placed, market: Scenario) -> list[Basis]:
    ids = None if market.data is None or market.data.customers is None else market.data.customers["id"]
    facts = describe_network(placed.customers, *tie_rows(placed.ties, ids, placed.customers))
    strong = (
        [Basis("strong ties", f"{placed.ties['strong'].mean():.1%}", "as the file marks them")]
        if "strong" in placed.ties
        else []
    )
    return [*_shape(facts), *strong]


def _shape(facts: NetworkFacts) -> list[Basis]:
    clustering = "too many pairs of ties to count" if facts.clustering is None else f"{facts.clustering:.3f}"
    part = f"{facts.largest:.1%} of customers in the largest of {facts.parts:,} parts"
    return [
        Basis("customers", f"{facts.customers:,}", "names in the list, or customers of the base"),
        Basis("ties", f"{facts.ties:,}", "each pair once"),
        Basis(
            "ties per customer",
            f"mean {facts.degree:.2f}, median {facts.degree_median:g}, most {facts.most:,}",
            "counted",
        ),
        Basis(
            "clustering",
            clustering,
            "mean share of a customer's contacts who know each other; a ring of 10 ties each, rewired by .05, is expected to have .57",
        ),
        Basis("parts", part, "customers joined by ties, however far"),
        Basis(
            "steps between two customers",
            f"{facts.steps:.2f}",
            "mean of shortest ways in the largest part, from 64 customers to all",
        ),
    ]


def _assumed(placed: Placed, market: Scenario) -> list[Basis]:
    told = (
        []
        if "strong" in placed.ties
        else [
            Basis(
                "strong ties",
                f"{market.params.network.strong_share:.0%}, drawn",
                "the file does not mark them: params.network.strong_share",
            )
        ]
    )
    if placed.names is None:
        return told
    ratio = f"× {placed.factor:.4g}, the ratio of customers to those of {market.name}"
    return [
        *told,
        Basis(
            "who the customers are",
            f"types, territories, rates as in {market.name}",
            "an edge list tells nothing of them; drawn apart from the ties",
        ),
        Basis("reps per territory", ratio, "rounded, at least 1"),
        Basis(
            "yearly sums (advertising, overhead, rivals' advertising, clerks, gateway, data)",
            ratio,
            "so that the company fits its market",
        ),
    ]
