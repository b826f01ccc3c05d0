"""Data reading: the tables that ``[data]`` names, first as offers and customers, then checked against the world."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, InputErrors
from sim.keys import keys_of
from sim.params.places import Listed
from sim.reading.complaints import nearest, suggest
from sim.reading.consistency import Draft
from sim.reading.data_tables import (
    CUSTOMERS,
    DISTRIBUTORS,
    OFFERS,
    PROJECTS,
    ROSTER,
    TIES,
    DataColumn,
    DataFiles,
    DataTables,
    check_names,
    check_rates,
    check_sums,
    hash_file,
    read_table,
)
from sim.reading.distributor_table import check_suppliers
from sim.reading.layers import Layers, Origin
from sim.reading.ties import check_ties
from sim.stages import MOST_AT_START

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS: dict[str, tuple[tuple[DataColumn, ...], tuple[str, ...]]] = {
    "customers": (CUSTOMERS, ("mark_", "mix_", "projects_")),
    "roster": (ROSTER, ()),
    "offers": (OFFERS, ("attribute_",)),
    "ties": (TIES, ()),
    "distributors": (DISTRIBUTORS, ()),
    "projects": (PROJECTS, ()),
}


@dataclass
class RawTables:
    """Tables as read, their errors so far, and the offers as entries below those of the files."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    valid_offers: list[int] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)  # of the world, whose order offers follow

    @property
    def customers(self) -> pd.DataFrame | None:
        """The customers' table."""
        return self.frames.get("customers")

    def offer_entries(self) -> list[tuple[dict[str, Any], Origin]]:
        """The valid rows of the offers' table as [[offer]] entries, each with its line as origin."""
        frame = self.frames.get("offers")
        if frame is None:
            return []
        found = [str(name) for name in frame.columns if str(name).startswith("attribute_")]
        wanted = [f"attribute_{name}" for name in self.attributes]
        attributes = wanted if set(wanted) == set(found) else found  # refused when checked
        entries = []
        for line in self.valid_offers:
            row = frame.loc[line].to_dict()
            entry: dict[str, Any] = {"name": row["offer"], "brand": row["brand"], "category": row["category"]}
            entry.update(
                unit_cost=int(row["unit_cost"]), list_price=int(row["list_price"]), quality=float(row["quality"])
            )
            if attributes:
                entry["attributes"] = [float(row[name]) for name in attributes]
            entries.append((entry, Origin(f"file {self.files['offers'].name}, line {line}")))
        return entries

    def check(self, draft: Draft) -> list[InputError]:
        """All errors of the tables, with the names in them checked against the draft of the world."""
        known: dict[str, Collection[str]] = {
            "territory": draft.territory.known,
            "customer_type": draft.customer_type.known,
            "distributor": frozenset(draft.distributors()),
        }
        if "roster" in self.frames:
            known["rep"] = frozenset(self.frames["roster"]["rep"])
        if self.customers is not None:
            known["customer"] = frozenset(self.customers["id"])
        known["opportunity"] = [c.name for _, c in draft.category.valid() if c.kind == "opportunity"]
        found = list(self.errors)
        for kind in ("customers", "roster", "distributors", "projects"):
            if kind in self.frames:
                found += check_names(self.files[kind], self.frames[kind], _COLUMNS[kind][0], known)
        if "offers" in self.frames and draft.size is not None:
            found += self._check_columns("offers", "attribute", draft.size.attributes, required=False)
        if "distributors" in self.frames:
            found += check_suppliers(self.files["distributors"], self.frames["distributors"], draft)
        if self.customers is not None:
            found += self._check_marks_and_mix(self.customers, draft)
            if "roster" not in self.frames and (self.customers["rep"] != "").any():
                self.warnings.append(f"{self.files['customers'].name}: the column `rep` is not used without a roster")
            found += check_rates(self.files["customers"], self.customers, known["opportunity"])
        if "ties" in self.frames and draft.size is not None:
            ids = None if self.customers is None else self.customers["id"]
            found += check_ties(self.files["ties"], self.frames["ties"], ids, draft.size.customers)
        found += self._check_projects()
        return found

    def _check_projects(self) -> Iterator[InputError]:
        """Open projects need a table of customers, and one customer can have only so many in one category."""
        if "projects" not in self.frames:
            return
        path, frame = self.files["projects"], self.frames["projects"]
        if self.customers is None:
            yield InputError(path.name, "names customers, and no table of customers is given", "data.customers as well")
        most = int(frame.groupby(["customer", "category"]).size().max())
        if most > MOST_AT_START:
            problem = f"a customer has {most} open projects in one category"
            yield InputError(path.name, problem, f"at most {MOST_AT_START}")

    def _check_marks_and_mix(self, frame: pd.DataFrame, draft: Draft) -> Iterator[InputError]:
        """Columns mark_* must be the marks of the world, mix_* consumable categories that sum to 1 in every row."""
        path = self.files["customers"]
        if draft.size is not None:
            yield from self._check_columns("customers", "mark", draft.size.marks)
        consumables = [category.name for _, category in draft.category.valid() if category.kind == "consumable"]
        mix = [str(name) for name in frame.columns if str(name).startswith("mix_")]
        for name in mix:
            if name.removeprefix("mix_") not in consumables:
                yield InputError(
                    f"{path.name}, column {name}",
                    f"there is no consumable category `{name.removeprefix('mix_')}`",
                    "the name of one",
                    suggest(name.removeprefix("mix_"), consumables),
                )
        if mix:
            yield from check_sums(path, frame, mix)

    def _check_columns(self, kind: str, what: str, names: Sequence[str], required: bool = True) -> Iterator[InputError]:
        """A table's columns mark_* or attribute_* must be those of the world, in any order."""
        wanted = [f"{what}_{name}" for name in names]
        found = [str(name) for name in self.frames[kind].columns if str(name).startswith(f"{what}_")]
        if set(wanted) != set(found) and (required or found):
            some = f"the columns {', '.join(wanted)}, one for each of world.{what}s"
            expected = some if wanted else f"none: world.{what}s is empty"
            yield InputError(self.files[kind].name, f"has the {what} columns {', '.join(found) or 'none'}", expected)

    def typed(self) -> DataTables | None:
        """The tables for the builder; None when the scenario has none."""
        if not self.files:
            return None
        frames = {kind: _in_order(kind, frame) for kind, frame in self.frames.items()}
        if self.customers is not None:
            frames["customers"]["key"] = keys_of(frames["customers"]["id"])
        hashes = {kind: hash_file(path) for kind, path in self.files.items()}
        named = {kind: frames.get(kind) for kind in _COLUMNS}
        return DataTables(**named, files=dict(self.files), hashes=hashes)

    def listed(self) -> tuple[Listed, ...] | None:
        """The lines of the table of distributors; None without one."""
        frame = self.frames.get("distributors")
        if frame is None:
            return None
        sizes = frame["size"] if "size" in frame else [1.0] * len(frame)
        lines = zip(frame["distributor"], frame["territory"], frame["supplier"], sizes, strict=True)
        listed = (
            Listed(str(name), str(territory), str(supplier), float(size)) for name, territory, supplier, size in lines
        )
        return tuple(sorted(listed, key=lambda line: line.name))


def _in_order(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows sorted by their names, else by all their cells: their order in the file does not matter to the market."""
    names = [column.name for column in _COLUMNS[kind][0] if column.unique]
    return frame.sort_values(names or list(frame.columns), kind="stable", ignore_index=True)


def read_raw_tables(layers: Layers, scenario: Path) -> RawTables:
    """Read the tables that the stacked files name; paths are relative to the file that names them."""
    world = layers.content.get("world")
    names = world.get("attributes") if isinstance(world, dict) else None
    tables = RawTables(attributes=[str(name) for name in names] if isinstance(names, list) else [])
    section = layers.content.get("data")
    for kind in DataFiles.model_fields:
        name = section.get(kind) if isinstance(section, dict) else None
        if not isinstance(name, str):
            continue  # missing, or refused when [data] is validated
        origin, _ = layers.origin(("data", kind))
        folder = origin.document.path.parent if origin is not None and origin.document is not None else scenario.parent
        place = f"{origin.where() if origin is not None else scenario.name}, data.{kind}"
        _read_one(tables, kind, folder / name, place)
    return tables


def _read_one(tables: RawTables, kind: str, path: Path, place: str) -> None:
    columns, prefixes = _COLUMNS[kind]
    try:
        reading = read_table(path, place, columns, *prefixes)
    except InputErrors as found:
        tables.errors += found.errors
        return
    tables.frames[kind], tables.files[kind] = reading.frame, path
    tables.errors += reading.errors
    if kind == "offers":
        tables.valid_offers = reading.valid
    for name in reading.spare:
        close = nearest(name, [column.name for column in columns if column.name not in reading.frame.columns])
        hint = f"; did you mean `{close}`?" if close else ""
        tables.warnings.append(f"{path.name}: the column `{name}` is not used{hint}")
