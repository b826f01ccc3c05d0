"""`deepmarket select`: the best of several policies, with a guarantee, in no more replications than that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.guard import RUNS_FAILED
from experiments.cli.options import (
    BackendOption,
    JsonOption,
    OutOption,
    QuietOption,
    ReplaceOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    WeeksOption,
    WorkersOption,
    check_least,
    place_for,
    read_sets,
)

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.comparison.race_outcome import Selection

_HEADS = ("Policy", "Replications", "Mean", "Difference to the first", "95 % CI", "P(best)", "Standing")


def select(
    scenario: ScenarioArgument,
    policies: Annotated[
        list[str], typer.Argument(metavar="POLICY…", help="Names or files of policies.", show_default=False)
    ],
    indifference: Annotated[
        float,
        typer.Option("--indifference", help="Smallest difference that matters, in the KPI's unit as shown."),
    ],
    confidence: Annotated[
        float, typer.Option("--confidence", help="Probability of finding a policy that is ahead by that much.")
    ] = 0.95,
    first: Annotated[int, typer.Option("--first", help="Replications of all before any policy may drop out.")] = 10,
    budget: Annotated[int, typer.Option("--budget", help="Most replications.")] = 500,
    kpi: Annotated[str, typer.Option("--kpi", help="KPI that decides.")] = "contribution",
    set_: SetOption = None,
    seed: SeedOption = None,
    weeks: WeeksOption = None,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    out: OutOption = None,
    replace: ReplaceOption = False,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Select the best of several policies: those that fall behind get no more replications.

    [bold]Example[/]: which of three policies earns most, where less than 100,000 makes no difference?

      [cyan]deepmarket select regional_equipment status_quo deep_marketing status_quo_same_budget --indifference 100000[/]

    which has the fewest reps leaving, where one percentage point a year matters, almost surely:

      [cyan]deepmarket select regional_equipment status_quo deep_marketing --kpi turnover --indifference 1 --confidence 0.99[/]

    If one policy is better than all others by the indifference, it is selected with the probability given. When the
    budget ends with more than one policy still in, none is selected. Runs are kept in the folder: the same command
    resumes from there, with a larger --budget too.
    """
    check_least(workers=workers, weeks=weeks)
    overrides = read_sets(set_)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import say_place, show_failures, stdout, warn, write_json
    from experiments.comparison.race import select_best
    from experiments.ownership import Asked

    further = {"kpi": kpi, "indifference": indifference, "confidence": confidence}
    asked = Asked.of("select", scenario, policies, seed, weeks, overrides, **further)
    folder = place_for(asked, scenario, out, replace)
    with show_progress("runs", quiet) as progress:
        found = select_best(
            scenario,
            policies,
            indifference=indifference,
            confidence=confidence,
            kpi=kpi,
            first=first,
            budget=budget,
            seed=seed,
            weeks=weeks,
            workers=workers,
            backend=backend,
            overrides=overrides,
            out=folder,
            replace=replace,
            progress=progress,
        )
    warn(found.notes)
    if json_:
        write_json(found.to_json())
    elif quiet:
        say_place(found.folder)
    else:
        show_selection(found, stdout())
    if found.failures:
        show_failures(found.failures, "Their replications are excluded for all policies.")
        raise typer.Exit(RUNS_FAILED)


def show_selection(found: Selection, console: Console) -> None:
    """Print the standings, the choice in words, and the folder."""
    from analysis.numerals import plural
    from experiments.cli.screen import make_table, plain_row

    title = f"{found.label}: {len(found.table)} policies, {plural(found.question.weeks, 'week')}"
    table = make_table(_HEADS, title, right=range(1, 6))
    for cells in _rows(found):
        table.add_row(*plain_row(*cells))
    console.print(table)
    console.print(found.sentence, style="bold")
    if found.reused:
        console.print(f"{found.reused} runs had been done before and were taken from the folder.")
    if found.folder is not None:
        console.print(f"Table: {found.folder / 'selection.csv'}", soft_wrap=True)


def _rows(found: Selection) -> list[tuple[str, ...]]:
    """Cells of the table, row by row."""
    from analysis.numerals import DASH, probability, scale_of
    from experiments.comparison.race_outcome import records

    rows = records(found.table)
    levels = scale_of([row["mean"] for row in rows], found.unit, found.question.currency)
    bounds = [row[c] for row in rows for c in ("difference", "low", "high") if row[c] is not None]
    gaps = scale_of(bounds, found.unit, found.question.currency)
    cells: list[tuple[str, ...]] = []
    for row in rows:
        at, leads = row["eliminated_at"], row["policy"] == found.leader
        standing = "still in" if at is None else f"out after {at}, behind {found.question.titles[row['eliminated_by']]}"
        cells.append(
            (
                row["title"],
                str(row["replications"]),
                levels.level(row["mean"]),
                DASH if leads else gaps.difference(row["difference"]),
                DASH if leads or row["low"] is None else gaps.bracket(row["low"], row["high"]),
                DASH
                if row["probability_best"] is None
                else ("≥ " if leads else "≤ ") + probability(row["probability_best"]),
                "selected" if row["policy"] == found.best else standing,
            )
        )
    return cells
