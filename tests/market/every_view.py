"""Every kind of view as a running market shows it, and what its page of documentation says that it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.agents.competitor import Competitor
from sim.agents.distributor import Distributor
from sim.agents.headquarters import Headquarters
from sim.agents.manufacturer import Manufacturer
from sim.agents.sales_manager import SalesManager
from sim.agents.sales_rep import SalesRep
from sim.agents.technical_department import TechnicalDepartment
from sim.phases.labour_market import attainment
from sim.questions.service import Service
from sim.rng import Decision
from sim.rules.copies import copied
from sim.state import MarketState

PAGE = Path(__file__).parents[2] / "docs" / "model.md"

#: Columns that hold rows of other tables: shuffled instead of changed, so that they stay rows.
INDEX = frozenset(
    {
        *("knowledge.rep", "customers.territory", "customers.distributor", "customers.type", "reps.territory"),
        *("reps.team", "managers.territory", "distributors.territory", "distributors.supplier", "projects.customer"),
        *(
            "rivals.offer",
            "projects.category",
            "customers.price_group",
            "rival_accounts.customer",
            "rival_accounts.brand",
        ),
    }
)


def _offer(state: MarketState) -> np.ndarray:
    return np.where(np.arange(len(state.reps)) % 2, 90_000.0, 0.0)


def _projects(state: MarketState) -> np.ndarray:
    rep = state.knowledge.rep[state.opportunities.projects.customer]
    return np.flatnonzero(rep >= 0)


def _service(state: MarketState) -> Service:
    places = len(state.upkeep.service)
    return Service(engineers=np.ones(places), priority=np.ones((places, 1 + state.headquarters.segments)))


SEEN: dict[str, Callable[[MarketState], Any]] = {
    "FirmSeen": lambda s: Headquarters.see(s, Decision.POLICY),
    "CustomersSeen": lambda s: Headquarters.see(s, Decision.POLICY).customers,
    "TruthSeen": lambda s: Headquarters.see_truth(s, Headquarters.see(s, Decision.POLICY)),
    "RepSeen": SalesRep.see,
    "PursuitSeen": lambda s: SalesRep.see_projects(s, SalesRep.see(s), _projects(s)),
    "ManagerSeen": SalesManager.see,
    "DistributorSeen": lambda s: Distributor.see(s, Decision.ORDER_NOISE),
    "BrandsSeen": Distributor.see_brands,
    "PartnersSeen": Manufacturer.see_partners,
    "CompetitorSeen": Competitor.see,
    "RivalBrandsSeen": Competitor.see_campaigns,
    "RivalForceSeen": Competitor.see_accounts,
    "RivalStandingSeen": lambda s: Competitor.see_standing(s, Decision.POLICY),
    "PlantSeen": Manufacturer.see_plant,
    "QuitSeen": lambda s: SalesRep.see_offers(s, _offer(s), np.zeros(len(s.reps), dtype=np.int64)),
    "RetentionSeen": lambda s: Manufacturer.see_leavers(s, _offer(s), attainment(s)),
    "ServiceSeen": TechnicalDepartment.see_service,
    "TechnicalSeen": lambda s: TechnicalDepartment.see_design(s, _service(s)),
}


def view(state: MarketState, kind: str) -> dict[str, Any]:
    """The fields of a view, nested ones by dotted names, as copies."""
    state.today.look_again()
    return dict(_flat(copied(SEEN[kind](state))))


def _flat(seen: Any, inside: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for field in fields(seen):
        value = getattr(seen, field.name)
        nested = is_dataclass(value) and field.name != "luck"
        found += _flat(value, f"{field.name}.") if nested else [(inside + field.name, value)]
    return found


def differs(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Fields that are not the same in two views."""
    return [
        name
        for name, value in one.items()
        if not (
            np.array_equal(value, other[name], equal_nan=value.dtype.kind == "f")
            if isinstance(value, np.ndarray)
            else value == other[name]
        )
    ]


def documented() -> dict[str, dict[str, set[str]]]:
    """What the page says: for each view its fields, and for each field the columns it is made of."""
    text = PAGE.read_text(encoding="utf-8").partition("## 8. Sensing")[2].partition("\n## 9.")[0]
    found: dict[str, dict[str, set[str]]] = {}
    for part in text.split("#### ")[1:]:
        kind = re.match(r"`(\w+)`", part)
        assert kind is not None
        rows = found[kind[1]] = {}
        for line in part.splitlines():
            cells = line.split(" | ")
            if len(cells) >= 3 and cells[0].startswith("| `"):
                sources = set(re.findall(r"`([\w.]+)`", cells[1]))
                rows |= dict.fromkeys(re.findall(r"`(\w+)`", cells[0]), sources)
    return found


def columns_of(state: MarketState) -> dict[str, np.ndarray]:
    """Every array of the market's tables, by "table.column"."""
    return {
        f"{name}.{column}": table._arrays[column] for name, table in state.tables().items() for column in list(table)
    }


def change(state: MarketState, name: str, rows: np.ndarray | slice = slice(None), *, one: bool = False) -> None:
    """Make a column say something else in ``rows``; ``one`` makes all rows of an index the same."""
    with state.lend((name,)):
        array = columns_of(state)[name]
        old = array[rows].copy()
        if name in INDEX:
            array[rows] = np.full_like(old, old.max()) if one else np.roll(old, 1, axis=0)
        elif array.dtype == np.bool_:
            array[rows] = ~old
        elif array.dtype.kind == "f":
            array[rows] = np.nan_to_num(old) * 1.5 + 1
        else:
            array[rows] = old + 1


def change_all_but(state: MarketState, kept: set[str]) -> None:
    """Change everything of the market that ``kept`` does not name."""
    for name in columns_of(state):
        if name not in kept:
            change(state, name)
    heads = state.numbers.customers
    state.numbers = replace(state.numbers, customers=heads * 3 + 1, customers_of=heads.sum(axis=1) * 3 + 1)
    for name in state.record.measures:
        if f"record.{name}" not in kept:
            state.record[name][...] += 1.0
    for group, name in (
        ("headquarters", "sales"),
        ("headquarters", "stated_needs"),
        ("boards", "goodwill"),
        ("opportunities", "won_share"),
        ("opportunities", "yearly"),
    ):
        if f"{group}.{name}" not in kept:
            holder = getattr(state, group)
            setattr(holder, name, getattr(holder, name) * 1.5 + 1)
