"""`deepmarket new`: a scenario or policy file to start from."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, QuietOption

_SCENARIO = """\
#:schema {schema}
# {name}: what differs from {base}. Everything not said here is as there; `deepmarket params {file}` shows all values.
extends = "{base}"
name = "{name}"
# title = "What reports call this market"
# question = "What the comparison is to answer"
weeks = {weeks}

# Entries of lists are known by their name: this one changes, the others stay. Money is in minor units (100_00 = 100.00).
# [[offer]]
# name = "{offer}"
# list_price = {price}

# [params.hours]
# contract = 40.0

# [policy.pay]
# kind = "salary_commission"
# commission = 0.03

# A staged roll-out: first one territory, then all.
# [[change]]
# week = 26
# territories = ["{territory}"]
# policy = "deep_marketing"
"""
_POLICY = """\
# {name}: what differs from {base}. `deepmarket policies --rules` lists the rules for every question.
name = "{name}"
# title = "What reports call this policy"
# description = "What it does differently."
extends = "{base}"

# [policy.pay]
# kind = "salary_commission"
# salary = 4_000_000        # minor units a year
# commission = 0.03
"""


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; .toml is added.", show_default=False)],
    base: Annotated[
        str | None, typer.Option("--from", metavar="NAME", help="What to start from.", show_default="the built-in")
    ] = None,
    policy: Annotated[bool, typer.Option("--policy", help="Write a policy instead of a scenario.")] = False,
    design: Annotated[bool, typer.Option("--design", help="Write a design of a batch instead of a scenario.")] = False,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a scenario (or policy, or design) file to start from, with the usual changes as comments.

    [bold]Example[/]: a market of my own, and a policy to try on it:

      [cyan]deepmarket new my_market[/]
      [cyan]deepmarket new my_policy --policy --from deep_marketing[/]
      [cyan]deepmarket compare my_market.toml status_quo my_policy.toml[/]

    and a design of many runs:

      [cyan]deepmarket new my_study --design[/]
      [cyan]deepmarket batch plan my_study.toml[/]
    """
    from experiments.cli.screen import say_place, stdout, write_json
    from sim.errors import InputError, InputErrors

    if not file.name:
        raise InputErrors(
            [InputError("FILE", "found no name", "the name of a file to write", "for instance my_market")]
        )
    path = file if file.suffix == ".toml" else file.with_name(file.name + ".toml")
    if policy and design:
        raise InputErrors([InputError("--policy", "a file is one of policy and design", "one of the two options")])
    if design:
        text = _design_text(path, base or "regional_equipment")
    elif policy:
        text = _policy_text(path, base or "status_quo")
    else:
        text = _scenario_text(path, base or "regional_equipment")
    _write(path, text)
    kind = "design" if design else "policy" if policy else "scenario"
    if json_:
        write_json({"file": str(path), "kind": kind})
    elif quiet:
        say_place(path)
    else:
        stdout().print(f"{path} written; check it with: deepmarket check {shlex.quote(str(path))}")


def _scenario_text(path: Path, base: str) -> str:
    from sim.reading.library import scenario_folder
    from sim.scenario import Scenario

    found = Scenario.load(base)
    offer = next(offer for offer in found.resolved["offer"] if offer["brand"] in _own(found.resolved["brand"]))
    return _SCENARIO.format(
        name=_name(path),
        file=path,
        base=base,
        weeks=found.weeks,
        offer=offer["name"],
        price=offer["list_price"],
        territory=found.world.territories[0].name,
        schema=(scenario_folder() / "schema.json").as_posix(),
    )


def _design_text(path: Path, base: str) -> str:
    from experiments.batch.shipped_designs import TEMPLATE
    from sim.scenario import Scenario

    Scenario.load(base)
    return TEMPLATE.format(name=_name(path), file=path, scenario=base)


def _own(brands: list[dict[str, object]]) -> set[object]:
    return {brand["name"] for brand in brands if brand.get("own")}


def _policy_text(path: Path, base: str) -> str:
    from sim.reading.library import find_policy

    find_policy(base)
    return _POLICY.format(name=_name(path), base=base)


def _name(path: Path) -> str:
    return re.sub(r"\W+", "_", path.stem)


def _write(path: Path, text: str) -> None:
    from sim.errors import InputError, InputErrors

    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        mistake = InputError(str(path), "exists already", "a new file", "name another, or delete it first")
        raise InputErrors([mistake]) from None
    except OSError as error:
        mistake = InputError(str(path), f"cannot be written: {error.strerror}", "a file in a folder that exists")
        raise InputErrors([mistake]) from None
