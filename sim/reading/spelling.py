"""A resolved scenario written out: as plain tables, its values by path, and those that are unusual."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from sim.quantity import Section
from sim.reading.complaints import KeyPath, range_text, show
from sim.reading.layers import NAMED_LISTS


def plain(value: Any) -> Any:
    """Sections, tuples and mappings as TOML has them: tables without empty entries, and lists."""
    if isinstance(value, Section):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items() if item is not None}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else copy.copy(value)


def dotted(path: KeyPath) -> str:
    """A path as in ``--set``; parts with dots are quoted, positions count from 1: "change.#2.week"."""
    return ".".join(f"#{part + 1}" if isinstance(part, int) else f'"{part}"' if "." in part else part for part in path)


def leaves(content: Mapping[str, Any], path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """(path, value) of all values of a resolved scenario, entries of lists by name; without changes and without
    the policy of a warm-up, which are tables of policies in their turn."""
    for key, value in content.items():
        if path == () and key in NAMED_LISTS:
            for entry in value:
                yield from leaves(entry, (key, entry["name"]))
        elif isinstance(value, Mapping) and (*path, key) != ("warm_up", "policy"):
            yield from leaves(value, (*path, key))
        elif (*path, key) not in (("change",), ("warm_up", "policy")):
            yield (*path, key), value


def surprises(path: KeyPath, section: Section) -> Iterator[str]:
    """Warnings about values of ``section`` outside their soft range."""
    for name, declaration in section.declarations():
        for value in declaration.surprising(getattr(section, name)):
            usual = f"usually {range_text(declaration.soft)}" if declaration.soft is not None else ""
            yield f"{dotted((*path, name))} = {show(value)} is surprising: {usual} ({declaration.unit})"
