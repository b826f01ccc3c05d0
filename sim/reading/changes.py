"""Changes in mid-run: what ``[[change]]`` sets from a week on, in the whole market or in some territories, and who enters.

The schedule is computed when the scenario is loaded, so that every rule of every week is checked before
the first week runs. A change in some territories makes variants of a rule there; a later change of the
whole firm reaches those variants too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sim.params import Params
from sim.params.world import World
from sim.quantity import Section
from sim.questions.registry import questions, rules
from sim.reading.change_entry import ChangeEntry, not_one_thing
from sim.reading.complaints import Complaint, KeyPath, show, suggest, unknown_key, validate
from sim.reading.policy_tables import make_rule
from sim.reading.schedule import Schedule, Variants
from sim.reading.toml_text import split_key
from sim.rules import Rule

#: Changes of a scenario: every week of twenty years can have one.
MOST_CHANGES = 1040


@dataclass(frozen=True)
class Change:
    """A checked change; ``overlay`` holds the policy tables of a rolled-out policy, ``label`` its name.

    ``enter`` and ``leave`` name brands and offers of rivals.
    """

    week: int
    territories: frozenset[str] | None
    settings: dict[str, Any] = field(default_factory=dict)
    overlay: dict[str, dict[str, Any]] = field(default_factory=dict)
    label: str = ""
    enter: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()

    def where(self) -> str:
        """The change in words for provenance: "change in week 26 (north, south)"."""
        return f"change in week {self.week}" + (
            f" ({', '.join(sorted(self.territories))})" if self.territories is not None else ""
        )

    def touches(self, path: KeyPath) -> bool:
        """Whether the change may move the value at ``path``."""
        if len(path) < 3 or path[0] not in ("policy", "params"):
            return False
        return path in {split_key(dotted) for dotted in self.settings} or (
            path[0] == "policy" and path[1] in self.overlay
        )

    def written(self) -> dict[str, Any]:
        """The change as a ``[[change]]`` table that stands alone: a rolled-out policy with its tables."""
        table: dict[str, Any] = {"week": self.week}
        if self.territories is not None:
            table["territories"] = sorted(self.territories)
        if self.enter or self.leave:
            table["enter" if self.enter else "leave"] = list(self.enter or self.leave)
        else:
            table["set" if self.settings else "policy"] = copy.deepcopy(self.settings or self.overlay)
        return table


def read_changes(
    entries: Any,
    weeks: int,
    territories: Iterable[str],
    overlay: Callable[[str, KeyPath], dict[str, Any] | None],
    complaints: list[Complaint],
) -> list[tuple[int, Change]]:
    """(position, change) of every valid ``[[change]]``, by week; ``overlay`` finds the tables of a named policy.

    An entry may lie after the end: it keeps the newcomer out for the whole run.
    """
    if not isinstance(entries, list):
        complaints.append(
            Complaint(("change",), f"found {show(entries)}", "a list of tables", "write [[change]] with two brackets")
        )
        return []
    known, changes = dict.fromkeys(territories), []
    if len(entries) > MOST_CHANGES:
        problem, remedy = f"there are {len(entries):,} changes", "set several paths in one, or roll out policies"
        complaints.append(Complaint(("change",), problem, f"at most {MOST_CHANGES:,}", remedy))
        return []
    for position, raw in enumerate(entries):
        path: KeyPath = ("change", position)
        entry = validate(ChangeEntry, raw, path, complaints)
        if entry is None:
            continue
        before = len(complaints)
        if entry.week > weeks and entry.enter is None:
            complaints.append(
                Complaint(
                    (*path, "week"),
                    f"week {entry.week} is after the end",
                    f"a week from 1 to {weeks}",
                    "raise `weeks` or move the change",
                )
            )
        complaints += not_one_thing(entry, path)
        for name in entry.territories or ():
            if name not in known:
                complaints.append(
                    Complaint(
                        (*path, "territories"),
                        f"there is no territory `{name}`",
                        "the name of a [[territory]]",
                        suggest(name, known),
                    )
                )
        if entry.territories == ():
            complaints.append(
                Complaint(
                    (*path, "territories"),
                    "names no territory",
                    "at least one",
                    "omit `territories` for the whole market",
                )
            )
        tables = overlay(entry.policy, (*path, "policy")) if isinstance(entry.policy, str) else entry.policy
        if len(complaints) == before:
            where = None if entry.territories is None else frozenset(entry.territories)
            label = entry.policy if isinstance(entry.policy, str) else ""
            moved = (entry.enter or (), entry.leave or ())
            changes.append(
                (position, Change(entry.week, where, dict(entry.set or {}), dict(tables or {}), label, *moved))
            )
    return sorted(changes, key=lambda item: item[1].week)


def weeks_of_offers(world: World, changes: Iterable[Change]) -> list[tuple[int | None, int | None]]:
    """The first week of each offer [J] and the first one in which it is gone; None: from the start, never."""
    found: list[tuple[int | None, int | None]] = []
    for offer in world.offers:
        weeks: dict[str, int | None] = {"enter": None, "leave": None}
        for change in changes:
            for move, names in (("enter", change.enter), ("leave", change.leave)):
                if offer.name in names or offer.brand in names:
                    weeks[move] = change.week
        found.append((weeks["enter"], weeks["leave"]))
    return found


def make_schedule(
    policy: dict[str, Any],
    params: dict[str, Any],
    order: list[str],
    changes: list[tuple[int, Change]],
    complaints: list[Complaint],
) -> Schedule | None:
    """The schedule that follows from completed raw tables; territories in ``order``; None if there are complaints."""
    desks = {question: _Desk(question, copy.deepcopy(section), order) for question, section in policy.items()}
    numbers = copy.deepcopy(params)
    first = validate(Params, numbers, ("params",), complaints)
    steps: list[tuple[int, Params]] = [] if first is None else [(0, first)]
    for position, change in changes:
        path: KeyPath = ("change", position)
        touched = False
        for question, section in change.overlay.items():
            _roll_out(desks, question, section, change, (*path, "policy", question), complaints)
        for dotted, value in change.settings.items():
            touched |= _set(desks, numbers, dotted, value, change, (*path, "set", dotted), complaints)
        if touched and (now := validate(Params, numbers, (*path, "set"), complaints)) is not None:
            steps.append((change.week, now))
    if complaints:
        return None
    return Schedule({question: desk.steps() for question, desk in desks.items()}, tuple(steps))


class _Desk:
    """The answers to one question as changes arrive: raw tables of the firm and of territories that differ."""

    def __init__(self, question: str, section: dict[str, Any], order: list[str]) -> None:
        self.question = question
        self.base = section
        self.apart: dict[str, dict[str, Any]] = {}
        self.order = order
        self.history: list[tuple[int, Variants]] = [(0, self._variants([]))]

    def steps(self) -> tuple[tuple[int, Variants], ...]:
        """(week, variants) in order of weeks."""
        return tuple(self.history)

    def scoped(self, tables: Iterable[dict[str, Any]]) -> bool:
        """Whether every rule that takes part may differ between territories."""
        known = rules(self.question)
        return all(known[str(table["kind"])].scoped for table in tables if str(table.get("kind")) in known)

    def apply(
        self,
        change: Change,
        edit: Callable[[dict[str, Any]], dict[str, Any]],
        path: KeyPath,
        complaints: list[Complaint],
    ) -> None:
        """Apply ``edit`` to the tables that the change covers and check the resulting rules."""
        targets = sorted(change.territories) if change.territories is not None else []
        new = {name: edit(self.apart.get(name, self.base)) for name in (targets or self.apart)}
        base = edit(self.base) if change.territories is None else self.base
        if targets and not self.scoped([*new.values(), self.base]):
            expected = "a change without `territories`"
            complaints.append(
                Complaint(
                    path,
                    f"`{self.question}` has one answer for the whole firm and cannot differ between territories",
                    expected,
                    "omit `territories`",
                )
            )
            return
        found: list[Complaint] = []
        for table in [base, *new.values()]:
            if not found:
                make_rule(self.question, table, path, found)
        complaints.extend(replace(error, path=path) if path[2] == "set" else error for error in found)
        if not found:
            self.base = base
            self.apart.update(new)
            self.history.append((change.week, self._variants(complaints)))

    def _variants(self, complaints: list[Complaint]) -> Variants:
        """Rules in force: the firm's, then one per group of territories that share a table, in their order."""
        groups: list[tuple[dict[str, Any], list[str]]] = []
        for name in [name for name in self.order if name in self.apart and self.apart[name] != self.base]:
            members = next((names for table, names in groups if table == self.apart[name]), None)
            if members is None:
                groups.append((self.apart[name], [name]))
            else:
                members.append(name)
        made: list[tuple[frozenset[str] | None, Rule]] = []
        for where, table in [(None, self.base), *((frozenset(names), table) for table, names in groups)]:
            rule = make_rule(self.question, table, ("policy", self.question), complaints)
            if rule is not None:
                made.append((where, rule))
        return tuple(made)


def _roll_out(
    desks: dict[str, _Desk],
    question: str,
    section: dict[str, Any],
    change: Change,
    path: KeyPath,
    complaints: list[Complaint],
) -> None:
    if question not in desks:
        if question not in questions():
            complaints.append(unknown_key(path, questions(), "question"))
        return  # its rule is wrong from the start, which is already reported
    desks[question].apply(change, lambda table: put_over(table, section), path, complaints)


def put_over(table: dict[str, Any], section: dict[str, Any]) -> dict[str, Any]:
    """A policy table with a later one on top; another ``kind`` replaces it as a whole."""
    if section.get("kind", table.get("kind")) != table.get("kind"):
        return copy.deepcopy(section)
    return {**table, **copy.deepcopy(section)}


def _set(
    desks: dict[str, _Desk],
    numbers: dict[str, Any],
    dotted: str,
    value: Any,
    change: Change,
    path: KeyPath,
    complaints: list[Complaint],
) -> bool:
    """Apply one ``set`` of a change; True when it changed parameters."""
    keys = split_key(dotted)
    if len(keys) == 3 and keys[0] == "policy":
        _set_policy(desks, keys[1], keys[2], value, change, path, complaints)
        return False
    if len(keys) == 3 and keys[0] == "params":
        return _set_params(numbers, keys[1], keys[2], value, change, path, complaints)
    expected = "`policy.QUESTION.KEY` or `params.SECTION.KEY`"
    complaints.append(
        Complaint(
            path,
            "this cannot change in mid-run",
            expected,
            "the world is fixed when a run starts; set it at the top of the scenario",
        )
    )
    return False


def _set_policy(
    desks: dict[str, _Desk],
    question: str,
    key: str,
    value: Any,
    change: Change,
    path: KeyPath,
    complaints: list[Complaint],
) -> None:
    if question not in desks:
        if question not in questions():
            complaints.append(unknown_key((*path[:-1], question), questions(), "question"))
        return
    if key == "kind":
        complaints.append(
            Complaint(
                path,
                "another rule is a new policy",
                'a change with `policy = "NAME"`',
                "put the rule into a policy file and roll that out",
            )
        )
        return
    desk = desks[question]
    before = len(complaints)
    for table in [desk.base, *desk.apart.values()]:
        rule = rules(question).get(str(table.get("kind")))
        if rule is not None and len(complaints) == before:
            _check_lever(rule, f"the rule `{table.get('kind')}`", key, path, complaints)
    if len(complaints) == before:
        desk.apply(change, lambda table: {**table, key: value}, path, complaints)


def _set_params(
    numbers: dict[str, Any],
    section: str,
    key: str,
    value: Any,
    change: Change,
    path: KeyPath,
    complaints: list[Complaint],
) -> bool:
    info = Params.model_fields.get(section)
    if info is None:
        complaints.append(unknown_key((*path[:-1], section), Params.model_fields, "section of params"))
        return False
    before = len(complaints)
    _check_lever(cast(type[Section], info.annotation), f"params.{section}", key, path, complaints)
    if change.territories is not None and len(complaints) == before:
        complaints.append(
            Complaint(
                path,
                "parameters apply to the whole market",
                "a change without `territories`",
                "omit `territories`",
            )
        )
    if len(complaints) > before:
        return False
    numbers.setdefault(section, {})[key] = value
    found: list[Complaint] = []
    validate(Params, numbers, path, found)
    complaints.extend(replace(error, path=path) for error in found)
    return not found


def _check_lever(section: type[Section], what: str, key: str, path: KeyPath, complaints: list[Complaint]) -> None:
    declared = dict(section.declarations())
    levers = [name for name, declaration in declared.items() if declaration.lever]
    if key not in declared:
        complaints.append(Complaint(path, f"{what} has no `{key}`", "", suggest(key, levers)))
    elif not declared[key].lever:
        reason = f"`{key}` of {what} is fixed for a whole run: it is not a lever"
        complaints.append(
            Complaint(
                path,
                reason,
                f"one of {', '.join(levers)}" if levers else "",
                "set it at the top of the scenario, or compare two scenarios",
            )
        )
