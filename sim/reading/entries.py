"""Entries: brands and offers of rivals that enter or leave the market in mid-run, as changes name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.params.world import Brand, Offer
from sim.reading.changes import Change
from sim.reading.complaints import Complaint, KeyPath, suggest
from sim.reading.consistency import Draft


def wrong_entries(draft: Draft, changes: Iterable[tuple[int, Change]]) -> Iterator[Complaint]:
    """All complaints about ``enter`` and ``leave`` of ``changes``, (position, change) by week."""
    brands = {brand.name: brand for _, brand in draft.brand.valid()}
    offers = {offer.name: offer for _, offer in draft.offer.valid()}
    enters: dict[str, int] = {}
    leaves: dict[str, int] = {}
    for position, change in changes:
        for key, names, weeks in (("enter", change.enter, enters), ("leave", change.leave, leaves)):
            path: KeyPath = ("change", position, key)
            if names and change.territories is not None:
                remedy = "omit `territories`"
                yield Complaint(
                    path, "rivals enter and leave the whole market", "a change without `territories`", remedy
                )
            for name in names:
                found = _meant(name, brands, offers)
                yield from _wrong_name(name, found, brands, offers, path)
                for offer in found:
                    if offer.name in weeks:
                        twice = f"`{offer.name}` would {key} a second time, after week {weeks[offer.name]}"
                        yield Complaint(path, twice, "every offer once", "name it in one change")
                    weeks[offer.name] = change.week
    for name in sorted(enters.keys() & leaves.keys()):
        if leaves[name] <= enters[name]:
            late = f"`{name}` would leave in week {leaves[name]} and enter in week {enters[name]}"
            yield Complaint(("change",), late, "a later week for `leave`", "withdrawn offers do not come back")
    yield from _known_too_early(draft, offers, enters)
    yield from _nothing_left(draft, offers, enters)


def _meant(name: str, brands: dict[str, Brand], offers: dict[str, Offer]) -> list[Offer]:
    """The offers that ``name``, of an offer or of a brand, stands for."""
    if name in offers:
        return [offers[name]]
    return [offer for offer in offers.values() if offer.brand == name] if name in brands else []


def _wrong_name(
    name: str, found: list[Offer], brands: dict[str, Brand], offers: dict[str, Offer], path: KeyPath
) -> Iterator[Complaint]:
    if name in brands and name in offers:
        both = f"`{name}` is the name of a brand and of an offer"
        yield Complaint(path, both, "a name that only one of them has", "rename the offer")
    elif name not in brands and name not in offers:
        names = [*brands, *offers]
        yield Complaint(
            path, f"there is no brand or offer `{name}`", "the name of one of a rival's", suggest(name, names)
        )
    elif not found:
        yield Complaint(
            path,
            f"the brand `{name}` has no offers",
            "a brand with offers",
            f'add an [[offer]] with `brand = "{name}"`',
        )
    elif any(offer.brand in brands and brands[offer.brand].own for offer in found):
        yield Complaint(
            path, f"`{name}` is ours", "a brand or an offer of a rival", "our offers are there from the start"
        )


def _known_too_early(draft: Draft, offers: dict[str, Offer], enters: dict[str, int]) -> Iterator[Complaint]:
    """Brands all of whose offers enter later, and which someone knows or uses at the start."""
    for path, brand in draft.brand.valid():
        own = [offer.name for offer in offers.values() if offer.brand == brand.name]
        if not own or not all(name in enters for name in own):
            continue
        for key in ("aware_at_start", "users_at_start"):
            if getattr(brand, key) > 0:
                problem = f"found {getattr(brand, key):g}, but all offers of `{brand.name}` enter in mid-run"
                yield Complaint((*path, key), problem, "0", f"add `{key} = 0.0`: it becomes known when it is there")


def _nothing_left(draft: Draft, offers: dict[str, Offer], enters: dict[str, int]) -> Iterator[Complaint]:
    """Offers that enter a category in which their brand has users at the start and nothing else to use."""
    brands = {brand.name: brand for _, brand in draft.brand.valid()}
    for name in sorted(enters):
        offer = offers[name]
        brand = brands.get(offer.brand)
        alike = [o for o in offers.values() if (o.brand, o.category) == (offer.brand, offer.category)]
        if brand is None or brand.users_at_start == 0 or any(o.name not in enters for o in alike):
            continue
        own = [o.name for o in offers.values() if o.brand == brand.name]
        if any(o not in enters for o in own):
            problem = (
                f"users of `{brand.name}` own something of `{offer.category}` at the start, where `{name}` is its first"
            )
            yield Complaint(("change",), problem, "an offer of the brand that is there from the start", "add one")
