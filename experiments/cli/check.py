"""`deepmarket check`: validates scenarios, policies and designs and lists every input error at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.guard import BAD_INPUT
from experiments.cli.options import JsonOption, QuietOption, SetOption, read_sets

if TYPE_CHECKING:
    from sim.errors import InputError


def check(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE…]", help="Files or names of scenarios, policies, designs.", show_default=False),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="Check a rule of your own, FILE.py:Class or MODULE:Class; may be repeated.",
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", "-p", metavar="POLICY", help="Check with this policy on top; may be repeated."),
    ] = None,
    on: Annotated[
        str, typer.Option("--on", metavar="SCENARIO", help="Scenario on which policies are checked.")
    ] = "regional_equipment",
    set_: SetOption = None,
    rehearsal: Annotated[
        bool,
        typer.Option("--rehearsal/--no-rehearsal", help="Also build the market and run two weeks of it, in small."),
    ] = True,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Validate scenarios, policies and designs: every input error with file, line, reason and nearest valid name.

    What is sound on paper is rehearsed: the market is built with few customers and two weeks are run, so that nothing is
    found sound that the first week refuses.

    [bold]Example[/]: is my file sound, also together with the policy I mean to compare?

      [cyan]deepmarket check my_market.toml --policy deep_marketing[/]

    and a policy alone, on the market where it will be used?

      [cyan]deepmarket check my_policy.toml --on my_market.toml[/]

    and a rule that I wrote: does it only read, remember nothing, and keep to the bounds of its question? It is run
    twice on a small market, and its file is read for what no policy may use.

      [cyan]deepmarket check --rule by_prospects.py:ByProspects[/]

    Exit code 0 when all are sound, 2 when one is not. Warnings name values that are allowed but surprising.
    """
    if not files and not rule:
        raise typer.BadParameter("give files to check, or --rule", param_hint="'[FILE…]'")
    overrides = read_sets(set_)
    from experiments.batch.batch_plan import plan_batch
    from experiments.batch.design_file import read_design
    from experiments.batch.design_rehearsal import rehearse_plan
    from experiments.batch.shipped_designs import is_design
    from experiments.cli.screen import mistake_row, show_mistakes, stdout, warn, write_json
    from experiments.rehearsal import rehearse
    from sim.errors import InputErrors
    from sim.reading.library import is_policy
    from sim.scenario import Scenario

    found: list[dict[str, object]] = []
    wrong: list[InputError] = []
    for file in files or ():
        errors: tuple[InputError, ...] = ()
        warnings: tuple[str, ...] = ()
        alone = is_policy(file)
        overlays = [*(policy or ()), file] if alone else policy
        try:
            if is_design(file):
                plan, alone = plan_batch(read_design(file)), False
                errors = tuple(rehearse_plan(plan)) if rehearsal else ()
            else:
                name = on if alone else file
                loaded = Scenario.load(name, policy=overlays, overrides=overrides)
                warnings = loaded.warnings
                errors = tuple(rehearse(loaded, name, overlays, overrides)) if rehearsal else ()
        except InputErrors as error:
            errors = error.errors
        wrong += errors
        mistakes = [mistake_row(mistake) for mistake in errors]
        found.append({"file": file, "sound": not errors, "mistakes": mistakes, "warnings": list(warnings)})
        if not json_:
            warn(warnings)
            if not errors and not quiet:
                stdout().print(f"{file} is sound{f' on {on}' if alone else ''}")
    for name in rule or ():
        mistakes_of_rule, row = _check_rule(name, on, overrides, quiet or json_)
        wrong += mistakes_of_rule
        found.append(row)
    if json_:
        write_json(found)
    elif wrong:
        show_mistakes(wrong)
    if wrong:
        raise typer.Exit(BAD_INPUT)


def _check_rule(
    name: str, on: str, overrides: Mapping[str, Any], silent: bool
) -> tuple[tuple[InputError, ...], dict[str, object]]:
    """Check one rule and say so when it is sound; returns its mistakes and the row for machines."""
    from experiments.cli.screen import mistake_row, stdout
    from experiments.rules import check_rule

    checked = check_rule(name, on, overrides)
    if not checked.mistakes and not silent:
        wording = f"{name} is sound: rule `{checked.kind}` for `{checked.question}`, two runs on {on}"
        bound = "; it reads the truth, so its results are upper bounds" if checked.oracle else ""
        stdout().print(wording + bound, markup=False)
    row = {
        "rule": name,
        "question": checked.question,
        "kind": checked.kind,
        "upper_bound": checked.oracle,
        "sound": not checked.mistakes,
        "mistakes": [mistake_row(mistake) for mistake in checked.mistakes],
        "warnings": [],
    }
    return checked.mistakes, row
