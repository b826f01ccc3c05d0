"""`deepmarket drift`: does a market that nobody changes stay where it is, and how long a warm-up does it take?"""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import (
    BackendOption,
    JsonOption,
    QuietOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    WorkersOption,
    check_least,
    read_sets,
)


def drift(
    scenario: ScenarioArgument,
    policy: Annotated[
        str, typer.Option("--policy", "-p", help="The policy that holds all the time: the baseline.")
    ] = "status_quo",
    seeds: Annotated[int, typer.Option("--seeds", "-n", help="Runs, each with a seed of its own.")] = 10,
    weeks: Annotated[int, typer.Option("--weeks", help="Weeks over which nothing should move.")] = 104,
    warm_up: Annotated[
        list[int] | None,
        typer.Option("--warm-up", help="Weeks of warm-up to try; repeat for several.", show_default="0, 26, 52, 104"),
    ] = None,
    set_: SetOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Test whether a market under an unchanged policy is settled, and suggest a warm-up.

    [bold]Example[/]: how long must the built-in market live before a policy is tried on it?

      [cyan]deepmarket drift regional_equipment --policy status_quo[/]

    A series is settled when it moves by less than 5 % of its level over the weeks, with 95 % confidence. Put the suggested
    number into [cyan]\\[warm_up][/] of the scenario.
    """
    check_least(seeds=seeds, workers=workers, weeks=weeks)
    overrides = read_sets(set_)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import make_table, plain_row, say_place, stdout, warn, write_json
    from experiments.comparison.drift import WARM_UPS, measure_scenario_drift

    with show_progress("runs", quiet or json_) as progress:
        found = measure_scenario_drift(
            scenario,
            policy=policy,
            seeds=seeds,
            seed=seed,
            weeks=weeks,
            warm_ups=WARM_UPS if warm_up is None else warm_up,
            workers=workers,
            backend=backend,
            overrides=overrides,
            progress=progress,
        )
    if json_:
        from experiments.result_tables import plain

        rows = [{str(k): plain(v) for k, v in row.items()} for row in found.table.to_dict(orient="records")]
        head = {"scenario": scenario, "policy": policy, "weeks": weeks, "seeds": seeds, "notes": list(found.notes)}
        write_json({**head, "suggested_warm_up": found.suggested, "settled": found.settled, "drift": rows})
        return
    if quiet:
        say_place(found.suggested)
        return
    warn(found.notes)
    title = f"Drift over {weeks} weeks of {policy}, % of the level: {seeds} seeds, 95 % confidence intervals"
    names = [f"After {start} weeks" if start else "From the start" for start in found.tables]
    table = make_table(["Series", *names], title, right=tuple(range(1, 1 + len(names))))
    for name, label in found.labels:
        table.add_row(*plain_row(label, *(found.cell(start, name) for start in found.tables)))
    stdout().print(table)
    stdout().print(found.sentence, soft_wrap=True)
