"""Consistency of a described world: names that refer to each other, shares that sum to one, lists of equal length.

Works on a draft in which invalid entries are missing (None), so that all errors of a file are found at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from sim.params.named import Named
from sim.params.places import Listed, distributor_names
from sim.params.territory import ChannelLayout, Territory
from sim.params.world import (
    MAX_BRANDS,
    MAX_CATEGORIES,
    MAX_OFFERS,
    Brand,
    Category,
    Company,
    CustomerType,
    Offer,
    SalesForce,
    World,
    WorldSize,
)
from sim.reading.complaints import Complaint, KeyPath, suggest

_TOLERANCE = 1e-6
_LIMITS = {
    "brand": MAX_BRANDS,
    "category": MAX_CATEGORIES,
    "offer": MAX_OFFERS,
    "company": 64,
    "territory": 60_000,
    "customer_type": 250,
}

#: Kind of the categories that a setting of customer types names, and kinds as words in a sentence.
_KIND_OF = {"mix": "consumable", "first_need": "durable", "project_rate": "opportunity"}
_A = {"consumable": "a consumable", "durable": "a durable", "opportunity": "an opportunity"}

#: Settings of a category that say how projects go.
_OF_PROJECTS = frozenset(
    {
        "cycle_mean",
        "cycle_shape",
        "stage_shares",
        "deciders",
        "decider_weights",
        "decider_taste",
        "decider_price",
        "project_size",
        "made_to_order",
    }
)

EntryT = TypeVar("EntryT", bound=Named)


@dataclass(frozen=True)
class Entries(Generic[EntryT]):
    """Entries of one list of tables: None where invalid.

    ``labels`` name them in paths; ``names`` are all names that were given.
    """

    key: str
    entries: list[EntryT | None]
    labels: list[str | int]
    names: list[str]

    def __len__(self) -> int:
        return len(self.entries)

    def valid(self) -> Iterator[tuple[KeyPath, EntryT]]:
        """(path, entry) of the valid entries."""
        for label, entry in zip(self.labels, self.entries, strict=True):
            if entry is not None:
                yield (self.key, label), entry

    @cached_property
    def known(self) -> frozenset[str]:
        """All names, to be looked up."""
        return frozenset(self.names)

    @property
    def complete(self) -> bool:
        """Whether every entry is valid."""
        return all(entry is not None for entry in self.entries)


@dataclass
class Draft:
    """A world as far as its parts could be read; ``generated`` is False when customers come from a table.

    ``listed`` are the valid lines of a table of distributors, None without one.
    """

    size: WorldSize | None
    brand: Entries[Brand]
    company: Entries[Company]
    category: Entries[Category]
    offer: Entries[Offer]
    territory: Entries[Territory]
    customer_type: Entries[CustomerType]
    sales_force: SalesForce | None
    channel_layout: ChannelLayout | None
    generated: bool = True
    listed: tuple[Listed, ...] | None = None

    def distributors(self) -> list[str]:
        """Names of the distributors: those of the table, else those of valid territories."""
        if self.listed is not None:
            return [entry.name for entry in self.listed]
        layout = self.channel_layout or ChannelLayout()
        return [name for _, territory in self.territory.valid() for name in distributor_names(territory, layout)]

    def world(self, currency: str) -> World:
        """The world of a draft without errors."""
        assert self.size is not None
        assert self.sales_force is not None
        assert self.channel_layout is not None
        return World(
            customers=self.size.customers,
            currency=currency,
            attributes=self.size.attributes,
            marks=self.size.marks,
            brands=_by_name(self.brand),
            companies=_by_name(self.company),
            categories=self._sorted_categories(),
            offers=self._sorted_offers(),
            territories=_by_name(self.territory),
            customer_types=_by_name(self.customer_type),
            sales_force=self.sales_force,
            channel_layout=self.channel_layout,
            listed=self.listed or (),
        )

    def _sorted_offers(self) -> tuple[Offer, ...]:
        """Offers in the order of categories, then of names: kernels need those of one category next to each other."""
        row = {category.name: k for k, category in enumerate(self._sorted_categories())}
        found = (offer for _, offer in self.offer.valid())
        return tuple(sorted(found, key=lambda offer: (row[offer.category], offer.name)))

    def _sorted_categories(self) -> tuple[Category, ...]:
        """Categories in the order of names, those bought through projects last: without projects they change nothing."""
        return tuple(sorted(_by_name(self.category), key=lambda category: category.kind == "opportunity"))


def _by_name(entries: Entries[EntryT]) -> tuple[EntryT, ...]:
    """The entries in the order of their names: their order in the file does not matter, so it is the same market."""
    return tuple(sorted((entry for _, entry in entries.valid()), key=lambda entry: entry.name))


def contradictions(draft: Draft) -> Iterator[Complaint]:
    """All complaints about parts of the world that contradict each other."""
    lists: Sequence[Entries[Any]] = (
        draft.brand, draft.company, draft.category, draft.offer, draft.territory, draft.customer_type,
    )  # fmt: skip
    for entries in lists:
        yield from _lists(entries)
    if draft.size is not None:
        yield from _names_of_columns(draft.size)
    yield from _brands(draft)
    yield from _offers(draft)
    yield from _territories(draft)
    yield from _types(draft)


def unused(draft: Draft) -> Iterator[str]:
    """Warnings about settings that are not used."""
    for _, category in draft.category.valid():
        if category.kind != "durable" and category.life_mean is not None:
            why = "consumables do not wear out" if category.kind == "consumable" else "projects open at project_rate"
            yield f"category.{category.name}.life_mean is not used: {why}"
        if category.kind != "opportunity":
            for key in sorted(category.model_fields_set & _OF_PROJECTS):
                yield f"category.{category.name}.{key} is not used: only opportunities have projects"
    for _, territory in draft.territory.valid() if draft.listed is not None else ():
        for name, alone in (("distributors", 1), ("sub_distributors", None)):
            if getattr(territory, name) != alone:
                yield f"territory.{territory.name}.{name} is not used: the distributors come from a table"


def _lists(entries: Entries[EntryT]) -> Iterator[Complaint]:
    if not entries:
        yield Complaint(
            (entries.key,),
            "is missing",
            f"at least one [[{entries.key}]]",
            f"add a table [[{entries.key}]] with a name",
        )
    if len(entries) > _LIMITS[entries.key]:
        yield Complaint((entries.key,), f"has {len(entries)} entries", f"at most {_LIMITS[entries.key]}")
    known: set[str] = set()
    for position, name in enumerate(entries.names):
        if name and name in known:
            yield Complaint(
                (entries.key, entries.labels[position]),
                f"a second {entries.key} is named `{name}`",
                "every name once",
                "rename one",
            )
        known.add(name)


def _names_of_columns(size: WorldSize) -> Iterator[Complaint]:
    for key, names in (("attributes", size.attributes), ("marks", size.marks)):
        if len(set(names)) < len(names):
            yield Complaint(("world", key), f"names repeat: {', '.join(names)}", "every name once", "rename one")


def _reference(path: KeyPath, name: str, entries: Entries[EntryT]) -> Iterator[Complaint]:
    if name not in entries.known:
        what = entries.key.replace("_", " ")
        yield Complaint(
            path, f"there is no {what} `{name}`", f"the name of a [[{entries.key}]]", suggest(name, entries.names)
        )


def _brands(draft: Draft) -> Iterator[Complaint]:
    own = [brand.name for _, brand in draft.brand.valid() if brand.own]
    if draft.brand and draft.brand.complete and len(own) != 1:
        found = "no brand is ours" if not own else f"{len(own)} brands are ours: {', '.join(own)}"
        yield Complaint(
            ("brand",), found, "exactly one brand with `own = true`", "" if own else "add `own = true` to your brand"
        )
    users = math.fsum(brand.users_at_start for _, brand in draft.brand.valid())
    if users > 1 + _TOLERANCE:
        yield Complaint(
            ("brand",), f"`users_at_start` of all brands sum to {users:g}", "at most 1", "the rest are non-users"
        )
    for path, brand in draft.brand.valid():
        if brand.users_at_start > brand.aware_at_start + _TOLERANCE:
            yield Complaint(
                (*path, "users_at_start"),
                f"{brand.users_at_start:g} use the brand, {brand.aware_at_start:g} know it",
                "no more users than customers who know it",
                "raise `aware_at_start`",
            )


def _offers(draft: Draft) -> Iterator[Complaint]:
    for path, category in draft.category.valid():
        yield from _reference((*path, "company"), category.company, draft.company)
        if category.kind == "durable" and category.life_mean is None:
            yield Complaint(
                (*path, "life_mean"), "is missing", "the mean life of the durable in weeks", "add `life_mean = 260.0`"
            )
        if category.kind == "consumable" and category.failure_rate > 0:
            yield Complaint(
                (*path, "failure_rate"),
                f"`{category.name}` is a consumable",
                "a durable category: only what stays in use can fail",
                "omit it",
            )
        if category.kind == "opportunity":
            yield from _projects(path, category)
        if draft.offer.complete and category.name not in {offer.category for _, offer in draft.offer.valid()}:
            yield Complaint(
                path,
                "no offer belongs to this category",
                "at least one",
                f'add an [[offer]] with `category = "{category.name}"`',
            )
    own = {brand.name for _, brand in draft.brand.valid() if brand.own}
    for path, offer in draft.offer.valid():
        yield from _reference((*path, "brand"), offer.brand, draft.brand)
        yield from _reference((*path, "category"), offer.category, draft.category)
        yield from _length(draft, (*path, "attributes"), len(offer.attributes), "attributes")
        if offer.brand in own and offer.unit_cost == 0:
            yield Complaint(
                (*path, "unit_cost"),
                "our own offer costs nothing",
                "a whole number (minor units) of at least 1",
                "add `unit_cost = …`",
            )
    if draft.offer.complete and len(own) == 1 and not own & {offer.brand for _, offer in draft.offer.valid()}:
        yield Complaint(("offer",), "none of the offers is ours", f'an [[offer]] with `brand = "{min(own)}"`')


def _projects(path: KeyPath, category: Category) -> Iterator[Complaint]:
    """What an opportunity must specify about its projects."""
    if category.cycle_mean is None:
        yield Complaint(
            (*path, "cycle_mean"),
            "is missing",
            "the mean weeks from the opening of a project to its decision",
            "add `cycle_mean = 20.0`",
        )
    total = math.fsum(category.stage_shares)
    if abs(total - 1) > _TOLERANCE:
        remedy = f"divide each by {total:g}" if total > 0 else "omit it"
        yield Complaint((*path, "stage_shares"), f"shares sum to {total:g}", "1", remedy)


def _length(draft: Draft, path: KeyPath, found: int, names: str) -> Iterator[Complaint]:
    if draft.size is None:
        return
    wanted: tuple[str, ...] = getattr(draft.size, names)
    if found != len(wanted):
        listed = f": {', '.join(wanted)}" if wanted else ""
        yield Complaint(
            path,
            f"has {found} numbers",
            f"{len(wanted)}, one for each of world.{names}{listed}",
            f"world.{names} names them in order",
        )


def _shares(entries: Entries[EntryT], generated: bool) -> Iterator[Complaint]:
    if not (generated and entries and entries.complete):
        return
    total = math.fsum(getattr(entry, "share") for _, entry in entries.valid())  # noqa: B009
    if abs(total - 1) > _TOLERANCE:
        what = "territories" if entries.key == "territory" else "customer types"
        yield Complaint(
            (entries.key,),
            f"shares of all {what} sum to {total:g}",
            "1",
            f"divide each share by {total:g}" if total > 0 else "add `share = …` to each",
        )


def _territories(draft: Draft) -> Iterator[Complaint]:
    yield from _shares(draft.territory, draft.generated)
    for path, territory in draft.territory.valid():
        for name in territory.neighbours:
            if name == territory.name:
                yield Complaint(
                    (*path, "neighbours"),
                    "a territory cannot border itself",
                    "names of other territories",
                    f"remove `{name}`",
                )
            else:
                yield from _reference((*path, "neighbours"), name, draft.territory)
    if not draft.territory.complete or draft.size is None:
        return
    names = draft.distributors()
    if len(set(names)) < len(names) and len(set(draft.territory.names)) == len(draft.territory.names):
        repeated = min(name for name, count in Counter(names).items() if count > 1)
        yield Complaint(
            ("territory",),
            f"two distributors would be called `{repeated}`",
            "distinct names",
            "rename a territory",
        )
    if len(names) > draft.size.customers:
        yield Complaint(
            ("territory",),
            f"there are {len(names)} distributors for {draft.size.customers} customers",
            "fewer distributors than customers",
            "lower `distributors` and `sub_distributors`, or raise world.customers",
        )


def _types(draft: Draft) -> Iterator[Complaint]:
    yield from _shares(draft.customer_type, draft.generated)
    kinds = {category.name: category.kind for _, category in draft.category.valid()}
    consumables = [name for name, kind in kinds.items() if kind == "consumable"]
    for path, kind in draft.customer_type.valid():
        yield from _length(draft, (*path, "taste"), len(kind.taste), "attributes")
        yield from _length(draft, (*path, "marks"), len(kind.marks), "marks")
        for key, wanted in _KIND_OF.items():
            for name in getattr(kind, key):
                yield from _reference((*path, key, name), name, draft.category)
                if kinds.get(name, wanted) != wanted:
                    yield Complaint(
                        (*path, key, name),
                        f"`{name}` is {_A[kinds[name]]}",
                        f"{_A[wanted]} category",
                        "`mix` splits consumables, `first_need` is for durables, `project_rate` for opportunities",
                    )
        total = math.fsum(kind.mix.values())
        if kind.mix and abs(total - 1) > _TOLERANCE:
            yield Complaint(
                (*path, "mix"),
                f"shares sum to {total:g}",
                "1",
                f"divide each by {total:g}" if total > 0 else "omit it",
            )
        if not kind.mix and len(consumables) > 1 and draft.category.complete:
            yield Complaint(
                (*path, "mix"),
                "is missing",
                "the split of occasions over consumables",
                f"add `mix = {{ {' , '.join(f'{name} = …' for name in consumables)} }}`",
            )
