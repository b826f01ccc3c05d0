"""`deepmarket params`: every value of a scenario with unit, bounds, source, and who set it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.options import DEFAULT_POLICY, JsonOption, PolicyOption, SetOption, WeeksOption, read_sets

if TYPE_CHECKING:
    from sim.quantity import Declaration, Section
    from sim.scenario import Scenario


def params(
    scenario: Annotated[str, typer.Argument(metavar="[SCENARIO]", help="Scenario to look at.")] = "regional_equipment",
    prefix: Annotated[
        str, typer.Argument(metavar="[PREFIX]", help="Show only paths that start so.", show_default=False)
    ] = "",
    policy: PolicyOption = DEFAULT_POLICY,
    set_: SetOption = None,
    weeks: WeeksOption = None,
    changed: Annotated[bool, typer.Option("--changed", help="Show only what is not a default.")] = False,
    json_: JsonOption = False,
) -> None:
    """Show values: unit, bounds, source, who set it (default, file, policy, change, --set), meaning.

    [bold]Example[/]: what pays the reps under deep marketing, and who says so?

      [cyan]deepmarket params regional_equipment policy.pay --policy deep_marketing[/]

    Source A marks an assumption without a published value: try other values before you rely on it.
    """
    overrides = read_sets(set_)
    from experiments.cli.screen import make_table, plain_row, stdout, write_json
    from sim.scenario import Scenario

    loaded = Scenario.load(
        scenario, policy=None if policy == DEFAULT_POLICY else policy, overrides=overrides, weeks=weeks
    )
    rows = [r for r in describe(loaded) if r["path"].startswith(prefix) and not (changed and r["set_by"] == "default")]
    if not rows and not changed:
        raise _nothing(loaded, prefix)
    if json_:
        write_json(rows)
        return
    table = make_table(("Path", "Value", "Unit", "Bounds", "Usual", "Source", "Lever", "Set by", "Meaning"), right=(1,))
    for row in rows:
        cells = (row["path"], row["value"], row["unit"], _range(row["bounds"]), _range(row["usual"]), row["source"])
        table.add_row(*plain_row(*cells, "yes" if row["lever"] else "", row["set_by"], row["meaning"]))
    stdout().print(table)


def describe(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """One row per value of ``scenario``, in the order of its resolved file."""
    declared = dict(declarations(scenario))
    for path, value, who in scenario.values():
        found = declared.get(path)
        yield {
            "path": path,
            "value": value,
            "unit": found.unit if found else "",
            "bounds": _ends(found.bounds) if found else None,
            "usual": _ends(found.soft) if found else None,
            "source": found.source if found and path.split(".")[0] not in _FACTS else "",
            "lever": bool(found and found.lever),
            "set_by": who,
            "meaning": found.doc if found else "",
        }


#: Tables that a scenario gives as facts about its world: their values have no published source to show.
_FACTS = {
    "world",
    "brand",
    "company",
    "category",
    "offer",
    "territory",
    "customer_type",
    "sales_force",
    "channel_layout",
}


def declarations(scenario: Scenario) -> Iterator[tuple[str, Declaration]]:
    """Declaration of every value by its path."""
    from sim.params import Params
    from sim.resolving import ENTRIES, TABLES, Header
    from sim.spelling import dotted

    sections: list[tuple[tuple[str, ...], type[Section]]] = [((), Header)]
    sections += [(("params", name), type(getattr(scenario.params, name))) for name in Params.model_fields]
    sections += [(("policy", question), type(rule)) for question, rule in scenario.policy.items()]
    sections += [((key,), section) for key, section in TABLES.items()]
    for key, entry_section in ENTRIES.items():
        sections += [((key, entry["name"]), entry_section) for entry in scenario.resolved.get(key, ())]
    for path, section in sections:
        for name, declaration in section.declarations():
            yield dotted((*path, name)), declaration


def _ends(bounds: tuple[float, float] | None) -> list[float | None] | None:
    """Bounds as JSON has them: an open end is null."""
    return None if bounds is None else [end if abs(end) != float("inf") else None for end in bounds]


def _range(ends: list[float | None] | None) -> str:
    if ends is None:
        return ""
    return " – ".join("" if end is None else f"{end:g}" for end in ends).strip()


def _nothing(scenario: Scenario, prefix: str) -> Exception:
    from sim.complaints import suggest
    from sim.errors import InputError, InputErrors

    paths = [path for path, _, _ in scenario.values()]
    known = {".".join(path.split(".")[:depth]) for path in paths for depth in (1, 2, 3)}
    remedy = suggest(prefix, sorted(known))
    return InputErrors([InputError("PREFIX", f"no path starts with `{prefix}`", "the start of a path", remedy)])
