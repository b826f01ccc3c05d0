"""`deepmarket params`: every value of a scenario with unit, bounds, source, and who set it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.options import DEFAULT_POLICY, JsonOption, PolicyOption, SetOption, WeeksOption, read_sets

if TYPE_CHECKING:
    from rich.table import Table

    from sim.quantity import Declaration, Section
    from sim.scenario import Scenario

#: Columns that are dropped, one after another, until no word has to be broken.
_WRAPPED = ("Meaning",)
_DISPENSABLE = ("Usual", "Lever", "Bounds", "Source", "Unit", "Meaning", "Set by")


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
    from experiments.cli.screen import fitting, make_table, plain_row, stdout, write_json
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

    def make(columns: Sequence[str]) -> Table:
        table = make_table(columns, right=(1,))
        for column in table.columns:
            column.no_wrap = column.header not in _WRAPPED
            column.min_width = _least_width(str(column.header), rows)
        for row in rows:
            cells = _cells(row)
            table.add_row(*plain_row(*(cells[column] for column in columns)))
        return table

    console = stdout()
    console.print(fitting(console, make, list(_cells(rows[0])) if rows else ["Path"], _DISPENSABLE, wrap=True))


def _least_width(column: str, rows: Sequence[dict[str, Any]]) -> int:
    """Width at which no word of ``column`` is broken, and a meaning reads well."""
    texts = [str(_cells(row)[column]) for row in rows]
    pieces = [piece for text in texts for piece in (text.split() if column in _WRAPPED else [text])]
    return max(24 if column == "Meaning" else 1, *(len(piece) for piece in [column, *pieces]))


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """What the table shows of a value, by column."""
    return {
        "Path": row["path"],
        "Value": row["value"],
        "Unit": row["unit"],
        "Bounds": _range(row["bounds"]),
        "Usual": _range(row["usual"]),
        "Source": row["source"],
        "Lever": "yes" if row["lever"] else "",
        "Set by": row["set_by"],
        "Meaning": row["meaning"],
    }


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
    from sim.reading.resolving import ENTRIES, TABLES, Header
    from sim.reading.spelling import dotted

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
    from sim.errors import InputError, InputErrors
    from sim.reading.complaints import suggest

    paths = [path for path, _, _ in scenario.values()]
    known = {".".join(path.split(".")[:depth]) for path in paths for depth in (1, 2, 3)}
    remedy = suggest(prefix, sorted(known))
    return InputErrors([InputError("PREFIX", f"no path starts with `{prefix}`", "the start of a path", remedy)])
