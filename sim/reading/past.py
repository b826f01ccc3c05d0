"""The past of a market: what of a scenario has had effect in the weeks up to one of them, and what has not yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.params.world import World
from sim.reading.changes import Change, weeks_of_offers
from sim.reading.schedule import Schedule, Variants
from sim.reading.spelling import plain
from sim.reading.warm_up import WarmUp

#: Top-level keys of a resolved scenario that have no effect of their own in a past: words, the default seed, and what
#: is looked at week by week.
_APART = ("name", "title", "description", "question", "seed", "data", "params", "policy", "change", "warm_up")
#: Questions whose rules of the first week are asked while a market is built.
ASKED_BY_BUILD = ("rival_force",)


@dataclass(frozen=True)
class Timeline:
    """What of a scenario decides about a past: all that it says, and its rules, parameters and offers by week."""

    content: Mapping[str, Any]
    world: World
    schedule: Schedule
    changes: tuple[Change, ...]
    warm_up: WarmUp
    hashes: Mapping[str, str]  # of data tables, by kind of table

    def effects(self, week: int) -> dict[str, Any]:
        """All that has had effect once ``week`` is over, as plain values by name.

        Weeks are counted as in a scenario: a warm-up ends with 0. Before its first week a market has been built.
        """
        first = 1 - self.warm_up.weeks
        found = {key: value for key, value in self.content.items() if key not in _APART}
        found["data"] = dict(self.hashes)
        found["warm_up.weeks"] = self.warm_up.weeks
        found["params"] = self._params(week)
        if self.schedule.params_at(0).start.fixed_points:
            found["warm_up.policy"] = {question: plain(rule) for question, rule in self.warm_up.rules}
        found["rules"] = {
            question: self._rules(question, first, max(week, first) if question in ASKED_BY_BUILD else week)
            for question in self.schedule.answers
        }
        found["rivals' sales forces"] = not self.schedule.idle_throughout("rival_force")
        found["offers"] = self._offers(max(week, first))
        return found

    def _params(self, week: int) -> dict[str, Any]:
        """Parameters of the start and those that changes up to ``week`` have made of them, by their first week."""
        since = sorted({0} | {start for start, _ in self.schedule.params if 0 < start <= week})
        steps = [(start, self.schedule.params_at(start)) for start in since]
        moved = [later for before, later in pairwise(steps) if later[1] != before[1]]
        return {"start" if start == 0 else f"week {start}": plain(params) for start, params in (steps[0], *moved)}

    def _rules(self, question: str, first: int, last: int) -> dict[str, Any]:
        """The rules of the weeks ``first`` to ``last``, by the week since which they were others."""
        if last < first:
            return {}
        starts = sorted({first} | {start for start, _ in self.schedule.answers[question] if first < start <= last})
        steps = [(start, self.schedule.rules_at(start, question)) for start in starts]
        moved = [later for before, later in pairwise(steps) if later[1] != before[1]]
        return {f"week {start}": _written(variants) for start, variants in (steps[0], *moved)}

    def _offers(self, week: int) -> list[tuple[Any, Any]]:
        """When each offer came and went up to ``week``; one that comes later is absent, one that leaves later present."""
        return [
            ("later" if enter is not None and enter > week else enter, None if leave is None or leave > week else leave)
            for enter, leave in weeks_of_offers(self.world, self.changes)
        ]


def digest_of(effects: Mapping[str, Any]) -> str:
    """SHA-256 of ``effects``."""
    text = json.dumps(effects, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The first thing in which two ``effects`` differ, in words, with both values; empty where they agree."""
    return next(_differences(one, other, ()), "")


def _differences(one: Any, other: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from _differences(one.get(key), other.get(key), (*path, str(key)))
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for place, (part, twin) in enumerate(zip(one, other, strict=True)):
            names = [part.get("name")] if isinstance(part, dict) and "name" in part else [place]
            yield from _differences(part, twin, (*path, *map(str, names)))
    elif one != other:
        yield f"{'.'.join(path)}: {_shown(one)} here, {_shown(other)} there"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _written(variants: Variants) -> dict[str, Any]:
    return {"everywhere" if names is None else ", ".join(sorted(names)): plain(rule) for names, rule in variants}
