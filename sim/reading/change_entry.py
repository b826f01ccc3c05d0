"""A ``[[change]]`` as its author writes it."""

from __future__ import annotations

from typing import Any

from sim.quantity import MOST_WEEKS, Section, param
from sim.reading.complaints import Complaint, KeyPath


class ChangeEntry(Section):
    """A ``[[change]]`` as written: exactly one of ``set``, ``policy``, ``enter`` and ``leave``."""

    week: int = param(unit="week", doc="First week of the change; weeks are counted from 1.", bounds=(1, MOST_WEEKS))
    territories: tuple[str, ...] | None = param(
        None, unit="names of territories", doc="Where it applies; default: everywhere."
    )
    set: dict[str, Any] | None = param(
        None, unit="path = value", doc='New values by path, for instance { "policy.pay.commission" = 0.04 }.'
    )
    policy: str | dict[str, dict[str, Any]] | None = param(
        None, unit="name of a policy", doc="A policy overlay rolled out as a whole: its name, or its [policy.*] tables."
    )
    enter: tuple[str, ...] | None = param(
        None,
        unit="names of brands or offers",
        doc="Rivals' brands or offers that enter the market; before, they cannot be bought, and a brand is unknown.",
    )
    leave: tuple[str, ...] | None = param(
        None, unit="names of brands or offers", doc="Rivals' brands or offers that are withdrawn."
    )


def not_one_thing(entry: ChangeEntry, path: KeyPath) -> list[Complaint]:
    """The complaint about a change that says nothing, or more than one thing."""
    given = [name for name in ("set", "policy", "enter", "leave") if getattr(entry, name) is not None]
    if len(given) == 1:
        return []
    if not given:
        return [Complaint(path, "has neither `set` nor `policy`", "exactly one of `set`, `policy`, `enter`, `leave`")]
    found = f"has both `{given[0]}` and `{given[1]}`"
    return [Complaint(path, found, "exactly one of them", "split it into two changes")]
