"""A company scaled to fewer or more customers: head count and yearly sums of a market and of its policies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputErrors
from sim.quantity import Section
from sim.reading.library import available_policies
from sim.rules.rule import Rule
from sim.scenario import Scenario

#: Units of numbers that scale with the company.
_OF_SIZE = ("minor units/year", "positions")
#: Sections about pay per head, which does not depend on head count.
_PER_HEAD = ("pay", "management")


def scaled_scenario(market: Scenario, factor: float) -> dict[str, Any]:
    """``sales_force``, ``params`` and ``policy`` of ``market`` with head count and yearly sums × ``factor``."""
    params = {
        name: sums
        for name in type(market.params).model_fields
        if name not in _PER_HEAD and (sums := _scaled_sums(getattr(market.params, name), factor))
    }
    reps = max(1, round(market.world.sales_force.reps_per_territory * factor))
    return {
        "sales_force": {"reps_per_territory": reps},
        "params": params,
        "policy": _scaled_rules(market.policy, factor),
    }


def scaled_policies(base: Path, market: Scenario, factor: float, out: Path) -> dict[str, dict[str, Any]]:
    """Policy files that take precedence over those of the base: the same rules with scaled head count and yearly sums.

    With a ``factor`` of 1 only the policies in the folder of ``base`` are referred to.
    """
    local = {path.stem: path for path in (base.parent / "policies").glob("*.toml")}
    shipped = {name: listing.path for name, listing in available_policies().items()}
    written: dict[str, dict[str, Any]] = {}
    for name, path in {**shipped, **local}.items():
        if factor == 1.0:
            if path not in shipped.values():
                written[name] = {"name": name, "extends": Path(os.path.relpath(path, out / "policies")).as_posix()}
            continue
        try:
            rules = Scenario.load(base, policy=path).policy
        except InputErrors:
            continue  # a policy that does not fit the base market does not fit this one either
        changed = {q: rule for q, rule in rules.items() if rule != market.policy[q]}
        if changed:
            written[name] = {
                "name": name,
                "title": available_policies()[name].title if name in shipped else name,
                "description": f"The policy {name}, its yearly sums scaled to the customers of this market.",
                "extends": name
                if path in shipped.values()
                else Path(os.path.relpath(path, out / "policies")).as_posix(),
                "policy": _scaled_rules(changed, factor),
            }
    return {name: policy for name, policy in written.items() if policy.get("policy", True)}


def _scaled_rules(rules: Mapping[str, Rule], factor: float) -> dict[str, Any]:
    return {
        question: {"kind": rule.kind, **sums}
        for question, rule in rules.items()
        if question not in _PER_HEAD and (sums := _scaled_sums(rule, factor))
    }


def _scaled_sums(section: Section, factor: float) -> dict[str, int]:
    """Every yearly sum and head count of a section × ``factor``, as whole numbers."""
    return {
        name: round(getattr(section, name) * factor)
        for name, declaration in section.declarations()
        if declaration.unit in _OF_SIZE and getattr(section, name)
    }
