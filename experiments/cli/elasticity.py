"""`deepmarket elasticity`: how sales of a market answer to price, advertising and calls."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Annotated, Any

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

    Nothing is set to these values: they are what customers, reps, distributors and rivals together make of a
    change that is made in the first week and lasts. The short run is the first quarter, the long run the last year of
    the run. A market far outside the published band is an unusual market, or a wrong one. Below the table stands
    what one purchase won leads to by habit alone.
    """
    check_least(replications=replications, workers=workers, weeks=weeks)
    overrides = read_sets(set_)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import make_table, plain_row, stdout, write_json
    from experiments.comparison.elasticities import measure_elasticities, measure_multipliers

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
        habit = measure_multipliers(scenario, policy=policy, seed=seed, weeks=weeks, overrides=overrides)
    rows = [_without_nan(row) for row in found.to_dict(orient="records")]
    if json_:
        multipliers = [multiplier._asdict() for multiplier in habit]
        head = {"scenario": scenario, "policy": policy, "step": step}
        write_json({**head, "elasticities": rows, "purchase_multipliers": multipliers})
        return
    if quiet:
        for row in rows:
            first = f"{row['lever']}\t{row['sales']}\t{row['elasticity']:.4g}\t{row['low']:.4g}\t{row['high']:.4g}"
            typer.echo(
                "\t".join([first, *("" if row[run] is None else f"{row[run]:.4g}" for run in ("short", "long"))])
            )
        return
    title = f"Elasticities of our sell-out: ±{step:.0%}, {replications} seeds, 95 % confidence intervals"
    heads = ["Moved", "Sales to", "Weeks", "Elasticity", "95 % CI", "Published", "Found", "Source"]
    table = make_table(heads, title, right=(3, 4, 5))
    for row in rows:
        band = f"{_number(row['band_low'])} to {_number(row['band_high'])}"
        for moved, whom, published, source, when, found_there in (
            (row["what"], row["sales"], band, row["source"], "all", _cells(row, "elasticity", "")),
            ("", "", "", "", f"first {row['short_weeks']}", _cells(row, "short", "short_")),
            ("", "", "", "", f"last {row['long_weeks']}", _cells(row, "long", "long_")),
        ):
            mean, interval, verdict = found_there
            table.add_row(*plain_row(moved, whom, when, mean, interval, published, verdict, source))
    stdout().print(table)
    for multiplier in habit:
        soon, late = f"{multiplier.first_year:.2f}", f"{multiplier.long_run:.2f}"
        interval = f"[{multiplier.low:.2f}, {multiplier.high:.2f}]"
        stdout().print(
            f"One purchase won in {multiplier.category}, by habit alone: {soon} within a year, {late} {interval} in the long run.",
            markup=False,
            highlight=False,
        )


def _without_nan(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """A row of the table with None where nothing was sold."""
    return {str(name): None if value != value else value for name, value in row.items()}


def _cells(row: dict[str, Any], mean: str, prefix: str) -> tuple[str, str, str]:
    """An elasticity, its interval and where it lies; dashes where nothing was sold."""
    if row[mean] is None:
        return "–", "–", ""
    interval = f"[{_number(row[f'{prefix}low'])}, {_number(row[f'{prefix}high'])}]"
    return _number(row[mean]), interval, row[f"{prefix}verdict"]


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
