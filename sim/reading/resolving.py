"""Resolving: from the files of a scenario to one checked scenario, or to all input errors at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import field_validator

from sim.errors import InputError, InputErrors
from sim.params import Params
from sim.params.named import Named
from sim.params.territory import ChannelLayout, Territory
from sim.params.world import (
    Brand,
    Category,
    Company,
    CustomerType,
    Offer,
    SalesForce,
    World,
    WorldSize,
)
from sim.quantity import LINE, MOST_WEEKS, Section, param
from sim.reading.borrowed_sums import borrowed_sums
from sim.reading.changes import Change, make_schedule, read_changes
from sim.reading.complaints import MOST_SHOWN, Complaint, KeyPath, show, unknown_key, validate
from sim.reading.consistency import Draft, Entries, contradictions, unused
from sim.reading.data_reading import RawTables, read_raw_tables
from sim.reading.data_tables import DataFiles, DataTables
from sim.reading.entries import wrong_entries
from sim.reading.layers import NAMED_LISTS, Layers, entry_labels, read_policy_layers, read_scenario_layers
from sim.reading.library import find_policy, find_scenario
from sim.reading.policy_tables import complete, make_rules
from sim.reading.schedule import BEFORE, Schedule
from sim.reading.spelling import dotted, leaves, plain, surprises
from sim.reading.warm_up import WarmUp, WarmUpEntry, read_warm_up

#: Sections of the entries of every list of tables, by key.
ENTRIES: dict[str, type[Named]] = {
    "brand": Brand,
    "company": Company,
    "category": Category,
    "offer": Offer,
    "territory": Territory,
    "customer_type": CustomerType,
}
#: Sections of single tables, by key.
TABLES: dict[str, type[Section]] = {
    "warm_up": WarmUpEntry,
    "world": WorldSize,
    "sales_force": SalesForce,
    "channel_layout": ChannelLayout,
    "data": DataFiles,
}

SectionT = TypeVar("SectionT", bound=Section)
NamedT = TypeVar("NamedT", bound=Named)


class Header(Section):
    """The head of a scenario file: what it is called and asks, and how long a run is."""

    name: str = param(unit=LINE, doc="Short name; by default the file's name.", length=(1, 100))
    title: str = param("", unit=LINE, doc="Title of reports and figures.")
    description: str = param("", unit="text", doc="What market this is and where its numbers come from.")
    question: str = param("", unit="text", doc="The question that the scenario should answer.")
    extends: str | None = param(
        None, unit="name or file", doc="Scenario that this one changes; lists of tables merge by name."
    )
    weeks: int = param(104, unit="weeks", doc="Length of a run.", bounds=(1, MOST_WEEKS), soft=(4, 1040))
    seed: int = param(1, unit="-", doc="Seed of the random draws if no other is given.", bounds=(0, 2**63 - 1))
    currency: str = param("EUR", unit="text", doc="Currency; money is given in its minor units.", length=(1, 10))

    @field_validator("currency")
    @classmethod
    def _is_a_code(cls, code: str) -> str:
        if not (len(code) == 3 and code.isascii() and code.isupper()):
            raise ValueError(f"found {show(code)}, expected the three capital letters of a currency, such as EUR")
        return code


@dataclass(frozen=True)
class Resolved:
    """A checked scenario in parts; see :class:`sim.scenario.Scenario`."""

    header: Header
    world: World
    schedule: Schedule
    changes: tuple[Change, ...]
    warm_up: WarmUp
    data: DataTables | None
    content: dict[str, Any]
    provenance: dict[str, str]
    warnings: tuple[str, ...]


def resolve(name_or_path: str | os.PathLike[str], policies: list[Any], overrides: Mapping[str, Any]) -> Resolved:
    """Read, layer and check a scenario. Raises :class:`InputErrors` with all input errors at once."""
    path = find_scenario(name_or_path)
    documents = read_scenario_layers(path)
    overlays = [layer for name in policies for layer in read_policy_layers(_policy_file(name, path))]
    layers, tables = _stack(path, documents, overlays, overrides)
    files = [document.path for document, _ in documents]
    own = Layers()
    for document, origin in documents:
        own.put({"policy": document.content.get("policy", {})}, origin)
    return _Resolving(files, layers, tables, "weeks" in overrides, own.content["policy"]).result()


def _policy_file(name: Any, scenario: Path) -> Path:
    """A policy by name, also one in the scenario's folder; a path is relative to the working directory."""
    return (
        find_policy(name, asker=scenario) if isinstance(name, str) and not name.endswith(".toml") else find_policy(name)
    )


def _stack(
    path: Path, documents: list[Any], overlays: list[Any], overrides: Mapping[str, Any]
) -> tuple[Layers, RawTables]:
    """All layers on top of each other; the offers of a data table lie below the files."""
    ahead = Layers()
    for document, origin in documents:
        ahead.put(document.content, origin)
    tables = read_raw_tables(ahead, path)
    layers = Layers()
    for entry, origin in tables.offer_entries():
        layers.put({"offer": [entry]}, origin)
    for document, origin in documents:
        own = dict(document.content)
        if document.path != path:
            own.pop("name", None)
        layers.put(own, origin)
    for document, origin in overlays:
        layers.put({key: document.content[key] for key in ("policy", "change") if key in document.content}, origin)
    for path_given in sorted(overrides, key=lambda given: not given.endswith(".kind")):
        layers.override(path_given, overrides[path_given])
    return layers, tables


class _Resolving:
    """The checking of stacked layers: collects complaints of all parts, then returns the scenario or raises."""

    def __init__(self, files: list[Path], layers: Layers, tables: RawTables, shortened: bool, own: Any) -> None:
        self.files = files
        self.path = files[-1]
        self.layers = layers
        self.tables = tables
        self.shortened = shortened
        self.own = own if isinstance(own, dict) else {}
        self.raw = layers.content
        self.complaints: list[Complaint] = []
        self.warnings: list[str] = []

    def result(self) -> Resolved:
        """Check everything; raise :class:`InputErrors` when anything is wrong."""
        self.raw.setdefault(
            "name", self.path.stem if self.path.name != "scenario.toml" else self.path.resolve().parent.name
        )
        known = [*Header.model_fields, *ENTRIES, *TABLES, "params", "policy", "change"]
        strange = (key for key in self.raw if key not in known)
        self.complaints += [unknown_key((key,), known) for key in islice(strange, MOST_SHOWN)]
        header = validate(
            Header, {key: value for key, value in self.raw.items() if key in Header.model_fields}, (), self.complaints
        )
        draft = self._draft()
        self._section("data", DataFiles)
        self.complaints += islice(contradictions(draft), MOST_SHOWN)
        changes = self._changes(header, draft)
        self.complaints += islice(wrong_entries(draft, changes), MOST_SHOWN)
        policy, params = complete(self._table("policy")), self._table("params")
        sound = {question: policy[question] for question in make_rules(policy, ("policy",), self.complaints)}
        numbers = params if validate(Params, params, ("params",), self.complaints) is not None else {}
        self._check_kind_of_network(numbers)
        warm_up = self._warm_up(header, settled=numbers.get("start", {}).get("fixed_points") is True)
        schedule = make_schedule(sound, numbers, draft.territory.names, changes, self.complaints)
        errors = [*self.layers.errors, *(self._located(complaint) for complaint in self.complaints[:MOST_SHOWN])]
        if len(self.complaints) >= MOST_SHOWN:
            errors.append(InputError(self.path.name, "there may be more errors", "", "fix these and check again"))
        errors += self.tables.check(draft)
        if errors or schedule is None or header is None:
            raise InputErrors(errors)
        whole = warm_up.put_before(schedule)
        return self._whole(header, draft, whole, tuple(change for _, change in changes), warm_up)

    def _whole(
        self, header: Header, draft: Draft, schedule: Schedule, changes: tuple[Change, ...], warm_up: WarmUp
    ) -> Resolved:
        data = self.tables.typed()
        content = self._content(header, draft, schedule, changes, warm_up)
        self.warnings += [
            text for path, section in _sections(header, draft, schedule) for text in surprises(path, section)
        ]
        self.warnings += [*unused(draft), *self.tables.warnings, *borrowed_sums(self.files, self.layers, schedule)]
        provenance = self._provenance(content, changes)
        return Resolved(
            header,
            draft.world(header.currency),
            schedule,
            changes,
            warm_up,
            data,
            content,
            provenance,
            tuple(self.warnings),
        )

    def _draft(self) -> Draft:
        size = self._section("world", WorldSize)
        if size is not None and self.tables.customers is not None:
            if size.customers != len(self.tables.customers) and "customers" in self._table("world"):
                self._refuse_size(size.customers, len(self.tables.customers))
            size = size.model_copy(update={"customers": len(self.tables.customers)})
        return Draft(
            size=size,
            brand=self._entries("brand", Brand),
            company=self._entries("company", Company),
            category=self._entries("category", Category),
            offer=self._entries("offer", Offer),
            territory=self._entries("territory", Territory),
            customer_type=self._entries("customer_type", CustomerType),
            sales_force=self._section("sales_force", SalesForce),
            channel_layout=self._section("channel_layout", ChannelLayout),
            generated="customers" not in self._table("data"),
            listed=self.tables.listed(),
        )

    def _check_kind_of_network(self, params: dict[str, Any]) -> None:
        """An edge list needs its file; a file of ties that the kind of network does not use gives a warning."""
        kind, given = params.get("network", {}).get("kind", "small_world"), "ties" in self._table("data")
        if kind == "edge_list" and not given:
            path: KeyPath = ("params", "network", "kind")
            remedy = "name the table of ties as `ties` in [data], or import one: deepmarket import network FILE"
            self.complaints.append(Complaint(path, "there is no file of ties", "`ties` in [data]", remedy))
        elif given and kind != "edge_list":
            self.warnings.append(f'data.ties is not used: params.network.kind is "{kind}", not "edge_list"')

    def _refuse_size(self, given: int, rows: int) -> None:
        origin, _ = self.layers.origin(("world", "customers"))
        if origin is not None and origin.document is None:
            problem = f"found {given}, but the customers come from a table of {rows} rows"
            self.complaints.append(
                Complaint(("world", "customers"), problem, "", "omit it, or make a table with fewer rows")
            )
        else:
            self.warnings.append(
                f"world.customers = {given} is not used: the customers come from a table of {rows} rows"
            )

    def _table(self, key: str) -> dict[str, Any]:
        """A raw table; empty, with a complaint the first time, when it is something else."""
        value = self.raw.get(key, {})
        if isinstance(value, dict):
            return value
        self.complaints.append(Complaint((key,), f"found {show(value)}", "a table", f"write [{key}]"))
        self.raw[key] = {}
        return {}

    def _section(self, key: str, model: type[SectionT]) -> SectionT | None:
        return validate(model, self.raw.get(key, {}), (key,), self.complaints)

    def _entries(self, key: str, model: type[NamedT]) -> Entries[NamedT]:
        raw = self.raw.get(key, [])
        if not isinstance(raw, list):
            self.complaints.append(
                Complaint((key,), f"found {show(raw)}", "a list of tables", f"write [[{key}]] with two brackets")
            )
            return Entries(key, [None], [0], [])
        labels = entry_labels(raw)
        entries = [
            validate(model, entry, (key, label), self.complaints) for label, entry in zip(labels, raw, strict=True)
        ]
        names = [str(entry.get("name", "")) if isinstance(entry, dict) else "" for entry in raw]
        return Entries(key, entries, labels, names)

    def _changes(self, header: Header | None, draft: Draft) -> list[tuple[int, Change]]:
        weeks = header.weeks if header is not None else MOST_WEEKS
        entries = self.raw.get("change", [])
        if self.shortened and isinstance(entries, list):
            late = [entry for entry in entries if _is_late(entry, weeks)]
            self.warnings += [
                f"the change in week {entry['week']} is skipped: the run ends after week {weeks}" for entry in late
            ]
            entries = [entry for entry in entries if not _is_late(entry, weeks)]
        return read_changes(entries, weeks, draft.territory.names, self._overlay, self.complaints)

    def _warm_up(self, header: Header | None, settled: bool) -> WarmUp:
        entry = self._section("warm_up", WarmUpEntry)
        if entry is not None and header is not None and entry.weeks + header.weeks > MOST_WEEKS:
            problem = f"{entry.weeks} weeks of warm-up and {header.weeks} weeks are too many"
            self.complaints.append(Complaint(("warm_up", "weeks"), problem, f"at most {MOST_WEEKS} in all"))
        if entry is not None and not (entry.weeks or settled) and "policy" in self._table("warm_up"):
            self.warnings.append("warm_up.policy is not used: warm_up.weeks is 0, and params.start.fixed_points is off")
        return read_warm_up(entry, self.own, self._overlay, self.complaints, settled=settled)

    def _overlay(self, name: str, path: KeyPath) -> dict[str, Any] | None:
        """Tables of a policy that a change rolls out; None, with complaints, when it cannot be read."""
        try:
            documents = read_policy_layers(_policy_file(name, self.path))
        except InputErrors as found:
            self.complaints += [
                Complaint(path, f"{error.place}: {error.problem}", error.expected, error.remedy, error.meaning)
                for error in found.errors
            ]
            return None
        layers = Layers()
        for document, origin in documents:
            layers.put({"policy": document.content.get("policy", {})}, origin)
        tables = layers.content["policy"]
        if isinstance(tables, dict) and all(isinstance(section, dict) for section in tables.values()):
            return tables
        self.complaints.append(
            Complaint(path, f"the policy `{name}` is not made of tables [policy.QUESTION]", "a policy file")
        )
        return None

    def _located(self, complaint: Complaint) -> InputError:
        """The complaint with its file and line."""
        origin, rest = self.layers.origin(complaint.path)
        where = origin.where(rest) if origin is not None else self.path.name
        path = dotted(complaint.path)
        place = where if where.endswith(path) else f"{where.removeprefix('file ')}, {path}"
        return InputError(place, complaint.problem, complaint.expected, complaint.remedy, complaint.meaning)

    def _content(
        self, header: Header, draft: Draft, schedule: Schedule, changes: tuple[Change, ...], warm_up: WarmUp
    ) -> dict[str, Any]:
        """Everything written out, in the order of a scenario file, ready for TOML."""
        content: dict[str, Any] = plain({key: value for key, value in header.model_dump().items() if key != "extends"})
        content["warm_up"], content["world"] = plain(warm_up.written()), plain(draft.size)
        for key in NAMED_LISTS:
            content[key] = [plain(entry) for _, entry in getattr(draft, key).valid()]
        content["sales_force"], content["channel_layout"] = plain(draft.sales_force), plain(draft.channel_layout)
        if self.tables.files:
            content["data"] = {key: path.resolve().as_posix() for key, path in self.tables.files.items()}
        content["params"] = plain(schedule.params_at(0))
        content["policy"] = {question: plain(schedule.opening(question)[0][1]) for question in schedule.answers}
        if changes:
            content["change"] = [change.written() for change in changes]
        return content

    def _provenance(self, content: dict[str, Any], changes: tuple[Change, ...]) -> dict[str, str]:
        found: dict[str, str] = {}
        for path, _ in leaves(content):
            origin = self.layers.origins.get(path)
            touched = [change.where() for change in changes if change.touches(path)]
            found[dotted(path)] = "; ".join([origin.who if origin is not None else "default", *touched])
        return found


def _is_late(entry: Any, weeks: int) -> bool:
    """Whether a ``[[change]]`` starts in a week after the end; an entry that late still keeps the newcomer out."""
    if not isinstance(entry, dict) or "enter" in entry:
        return False
    return isinstance(entry.get("week"), int) and entry["week"] > weeks


def _sections(header: Header, draft: Draft, schedule: Schedule) -> Iterator[tuple[KeyPath, Section]]:
    """All checked sections with their paths; rules of later weeks by week."""
    yield (), header
    for key in TABLES:
        section = draft.size if key == "world" else getattr(draft, key, None)
        if isinstance(section, Section):
            yield (key,), section
    for key in NAMED_LISTS:
        yield from getattr(draft, key).valid()
    for week, params in schedule.params:
        prefix: KeyPath = (f"week {week}: params",) if week else ("params",)
        yield from (((*prefix, name), getattr(params, name)) for name in Params.model_fields)
    for question, steps in schedule.answers.items():
        opening = schedule.opening(question)
        for week, variants in steps:
            where = "warm_up" if week == BEFORE else f"week {week}"
            prefix = ("policy",) if variants is opening else (f"{where}: policy",)
            yield from (((*prefix, question), rule) for _, rule in variants)
