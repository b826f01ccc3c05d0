"""`deepmarket elasticity`: how sales of a market answer to price, advertising and calls."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import (
    DEFAULT_POLICY,
    BackendOption,
    JsonOption,
    PolicyOption,
    QuietOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    WeeksOption,
    WorkersOption,
    check_least,
    read_sets,
)


def elasticity(
    scenario: ScenarioArgument,
    policy: PolicyOption = DEFAULT_POLICY,
    step: Annotated[float, typer.Option("--step", help="How far each is moved up and down, as a share.")] = 0.1,
    replications: Annotated[int, typer.Option("--replications", "-n", help="Seeds, each with all movements.")] = 10,
    set_: SetOption = None,
    seed: SeedOption = None,
    weeks: WeeksOption = None,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure how sales answer to price, advertising and calls, next to what published studies find.

    [bold]Example[/]: the built-in market under its ordinary policy, everything moved by 10 % both ways:

      [cyan]deepmarket elasticity regional_equipment --policy status_quo[/]

    Nothing is set to these values: they are what customers, reps, distributors and rivals together make of the
    change, over the whole run. A market far outside the published band is an unusual market, or a wrong one.
    """
    check_least(replications=replications, workers=workers, weeks=weeks)
    overrides = read_sets(set_)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import make_table, plain_row, stdout, write_json
    from experiments.comparison.elasticities import measure_elasticities

    with show_progress("runs", quiet or json_) as progress:
        found = measure_elasticities(
            scenario,
            policy=policy,
            step=step,
            replications=replications,
            seed=seed,
            weeks=weeks,
            workers=workers,
            backend=backend,
            overrides=overrides,
            progress=progress,
        )
    rows = found.to_dict(orient="records")
    if json_:
        write_json({"scenario": scenario, "policy": policy, "step": step, "elasticities": rows})
        return
    if quiet:
        for row in rows:
            typer.echo(f"{row['lever']}\t{row['sales']}\t{row['elasticity']:.4g}\t{row['low']:.4g}\t{row['high']:.4g}")
        return
    title = f"Elasticities of our sell-out: ±{step:.0%}, {replications} seeds, 95 % confidence intervals"
    table = make_table(
        ["Moved", "Sales to", "Elasticity", "95 % CI", "Published", "Inside", "Source"], title, right=(2, 3, 4)
    )
    for row in rows:
        inside = "yes" if row["inside"] else "no"
        interval = f"[{_number(row['low'])}, {_number(row['high'])}]"
        band = f"{_number(row['band_low'])} to {_number(row['band_high'])}"
        value = _number(row["elasticity"])
        table.add_row(*plain_row(row["what"], row["sales"], value, interval, band, inside, row["source"]))
    stdout().print(table)


def _number(value: float) -> str:
    """An elasticity with two places, or one digit where two places would show nothing."""
    from analysis.numerals import MINUS

    text = (
        f"{value:.2f}"
        if value == 0 or abs(value) >= 0.005
        else f"{value:.5f}".rstrip("0")
        if abs(value) >= 1e-5
        else "0.00"
    )
    return text.replace("-", MINUS)
