"""`deepmarket check`: validates scenarios, policies and designs and lists every mistake at once."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.guard import BAD_INPUT
from experiments.cli.options import JsonOption, QuietOption, SetOption, read_sets


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Files or names of scenarios, policies, designs.", show_default=False),
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", "-p", metavar="POLICY", help="Check with this policy on top; may be repeated."),
    ] = None,
    on: Annotated[
        str, typer.Option("--on", metavar="SCENARIO", help="Scenario on which policies are checked.")
    ] = "regional_equipment",
    set_: SetOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Validate scenarios, policies and designs: every mistake with file, line, reason and nearest valid name.

    [bold]Example[/]: is my file sound, also together with the policy I mean to compare?

      [cyan]deepmarket check my_market.toml --policy deep_marketing[/]

    and a policy alone, on the market where it will be used?

      [cyan]deepmarket check my_policy.toml --on my_market.toml[/]

    Exit code 0 when all are sound, 2 when one is not. Warnings name values that are allowed but surprising.
    """
    overrides = read_sets(set_)
    from experiments.batch.library import is_design
    from experiments.batch.planning import plan_batch
    from experiments.batch.reading import read_design
    from experiments.cli.screen import mistake_row, show_mistakes, stdout, warn, write_json
    from sim.errors import InputError, InputErrors
    from sim.reading.library import is_policy
    from sim.scenario import Scenario

    found: list[dict[str, object]] = []
    wrong: list[InputError] = []
    for file in files:
        errors: tuple[InputError, ...] = ()
        warnings: tuple[str, ...] = ()
        alone = is_policy(file)
        overlays = [*(policy or ()), file] if alone else policy
        try:
            if is_design(file):
                plan_batch(read_design(file))
                alone = False
            else:
                warnings = Scenario.load(on if alone else file, policy=overlays, overrides=overrides).warnings
        except InputErrors as error:
            errors = error.errors
        wrong += errors
        mistakes = [mistake_row(mistake) for mistake in errors]
        found.append({"file": file, "sound": not errors, "mistakes": mistakes, "warnings": list(warnings)})
        if not json_:
            warn(warnings)
            if not errors and not quiet:
                stdout().print(f"{file} is sound{f' on {on}' if alone else ''}")
    if json_:
        write_json(found)
    elif wrong:
        show_mistakes(wrong)
    if wrong:
        raise typer.Exit(BAD_INPUT)
