"""The scenario folder of an edge list: the base market with word of mouth along the ties, and how its numbers were obtained."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from experiments.intake.network.network_shape import NetworkShape, describe_network
from experiments.intake.network.placed_ties import PlacedTies
from experiments.intake.network.scaled_company import scaled_policies, scaled_scenario
from experiments.intake.scenario.quality_page import Basis
from experiments.whole_files import write_file
from sim.reading.library import available_scenarios, find_scenario
from sim.reading.ties import tie_rows
from sim.scenario import Scenario
from sim.text import write_csv

#: First line of every scenario written here.
WRITTEN_BY_IMPORT = "# Written by `deepmarket import network`; quality.md says where each number comes from.\n"


def write_network(folder: Path, out: Path, placed: PlacedTies, market: Scenario, base: str, title: str) -> None:
    """Write scenario.toml, policies, ties.parquet and nodes.csv into ``folder``, which will become ``out``."""
    content = _content(placed, market, base, out, title)
    (folder / "policies").mkdir()
    write_file(folder / "scenario.toml", WRITTEN_BY_IMPORT + tomli_w.dumps(content))
    for name, policy in scaled_policies(find_scenario(base), market, placed.factor, out).items():
        write_file(folder / "policies" / f"{name}.toml", WRITTEN_BY_IMPORT + tomli_w.dumps(policy))
    _typed(placed.ties).to_parquet(folder / "ties.parquet", index=False)
    if placed.names is not None:
        nodes = pd.DataFrame({"number": range(len(placed.names)), "name": placed.names})
        write_csv(nodes, folder / "nodes.csv")


def _typed(ties: pd.DataFrame) -> pd.DataFrame:
    return ties.assign(strong=ties["strong"].astype(np.int8)) if "strong" in ties else ties


def _content(placed: PlacedTies, market: Scenario, base: str, out: Path, title: str) -> dict[str, Any]:
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


def bases_from_ties(placed: PlacedTies, market: Scenario) -> list[Basis]:
    """Numbers that come from the ties: size, ties per customer, clustering, parts, distances."""
    ids = None if market.data is None or market.data.customers is None else market.data.customers["id"]
    facts = describe_network(placed.customers, *tie_rows(placed.ties, ids, placed.customers))
    strong = (
        [Basis("strong ties", f"{placed.ties['strong'].mean():.1%}", "as the file marks them")]
        if "strong" in placed.ties
        else []
    )
    return [*_shape(facts), *strong]


def _shape(facts: NetworkShape) -> list[Basis]:
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
        Basis("parts", part, "customers connected by ties, directly or indirectly"),
        Basis(
            "steps between two customers",
            f"{facts.steps:.2f}",
            "mean of shortest paths in the largest part, from 64 customers to all",
        ),
    ]


def assumed_bases(placed: PlacedTies, market: Scenario) -> list[Basis]:
    """Numbers that an edge list does not hold and the import sets."""
    strong = (
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
        return strong
    ratio = f"× {placed.factor:.4g}, the ratio of customers to those of {market.name}"
    return [
        *strong,
        Basis(
            "who the customers are",
            f"types, territories, rates as in {market.name}",
            "an edge list says nothing about them; drawn independently of the ties",
        ),
        Basis("reps per territory", ratio, "rounded, at least 1"),
        Basis(
            "yearly sums (advertising, overhead, rivals' advertising, clerks, gateway, data)",
            ratio,
            "so that the company fits its market",
        ),
    ]
