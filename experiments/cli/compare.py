"""`deepmarket compare`: paired replications of several policies, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
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
    from rich.table import Table

    from analysis.comparison_table import Group
    from analysis.study import Study
    from experiments.comparison.outcome import Outcome

#: Columns of the comparison table by the fields of :class:`analysis.comparison_table.Line`.
_COLUMNS = {
    "label": "KPI",
    "baseline": "Baseline",
    "policy": "Policy",
    "difference": "Difference",
    "interval": "95 % CI",
    "relative": "Relative",
    "probability": "P(better)",
    "pairing": "Pairing",
    "verdict": "Verdict",
}
#: Columns that are dropped, one after another, until the table fits.
_DISPENSABLE = ("pairing", "policy", "probability", "relative")
_COLOURS = {"better": "green", "worse": "red"}


def compare(
    scenario: ScenarioArgument,
    policies: Annotated[
        list[str],
        typer.Argument(metavar="POLICY…", help="Names or files of policies, the baseline first.", show_default=False),
    ],
    replications: Annotated[
        int,
        typer.Option(
            "--replications", "-n", help="Paired replications; with --precision or --half-width the first, at least 20."
        ),
    ] = 20,
    precision: Annotated[
        float | None,
        typer.Option(
            "--precision",
            help="Add replications until the interval's half-width is this share of the baseline's mean.",
        ),
    ] = None,
    half_width: Annotated[
        float | None,
        typer.Option("--half-width", help="Add replications until the half-width is this much, in the KPI's unit."),
    ] = None,
    kpi: Annotated[str, typer.Option("--kpi", help="KPI whose interval must be narrow.")] = "contribution",
    budget: Annotated[int, typer.Option("--budget", help="Most replications with --precision or --half-width.")] = 200,
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
    """Compare policies on one market, in pairs that meet the same luck.

    [bold]Example[/]: does deep marketing pay, or would the same money do better spent the old way?

      [cyan]deepmarket compare regional_equipment status_quo deep_marketing status_quo_same_budget[/]

    until the difference in contribution is known to ±1 % of the status quo's, with other pay:

      [cyan]deepmarket compare regional_equipment status_quo deep_marketing --precision 0.01 --set policy.pay.commission=0.03[/]

    until it is known to ±50,000 in the market's currency:

      [cyan]deepmarket compare regional_equipment status_quo deep_marketing --half-width 50000[/]

    The first policy is the baseline. Results are written to a folder: tables (Parquet, CSV), figures (PNG)
    and report.html. Runs found there are not repeated, so an interrupted comparison resumes.
    """
    check_least(replications=replications, workers=workers, weeks=weeks, budget=budget)
    overrides = read_sets(set_)
    from experiments.cli.figures_so_far import show_figures
    from experiments.cli.screen import say_place, show_failures, stdout, warn, write_json
    from experiments.comparison.paired_runs import compare as compare_policies
    from experiments.ownership import Asked

    asked = Asked.of("compare", scenario, policies, seed, weeks, overrides)
    folder = place_for(asked, scenario, out, replace)
    with show_figures("runs", quiet) as (progress, watch):
        outcome = compare_policies(
            scenario,
            policies,
            replications=replications,
            seed=seed,
            weeks=weeks,
            workers=workers,
            backend=backend,
            overrides=overrides,
            out=folder,
            replace=replace,
            progress=progress,
            watch=watch,
            precision=precision,
            half_width=half_width,
            kpi=kpi,
            budget=budget,
        )
    if json_ or quiet:
        warn(outcome.study.meta.notes)
    if json_:
        write_json(outcome.to_json())
    elif quiet:
        say_place(outcome.folder)
    else:
        show_outcome(outcome, stdout())
    if outcome.failures:
        show_failures(outcome.failures, "Their replications are excluded for all policies.")
        raise typer.Exit(RUNS_FAILED)


def show_outcome(outcome: Outcome, console: Console) -> None:
    """Print the comparison of each policy with the baseline, the answer, how much pairing saved, and the folder."""
    study = outcome.study
    for policy in study.challengers:
        _show_policy(outcome, policy, console)
    console.print(outcome.sentence, style="bold")
    console.print()
    console.print(_pairing(outcome))
    if outcome.reused:
        console.print(f"{outcome.reused} runs had been done before and were taken from the folder.")
    for note in study.meta.notes:
        console.print(note)
    if outcome.folder is not None:
        console.print(f"Report: {outcome.folder / 'report.html'}", soft_wrap=True)
        console.print(f"Tables and figures: {outcome.folder}", soft_wrap=True)


def _show_policy(outcome: Outcome, policy: str, console: Console) -> None:
    """The table of one policy, as wide as the terminal allows."""
    from analysis.comparison_table import scorecard_groups
    from experiments.cli.screen import fitting

    groups = scorecard_groups(outcome.table, policy, outcome.study.meta.currency)

    def make(columns: Sequence[str]) -> Table:
        return _table(outcome.study, policy, groups, columns)

    console.print(fitting(console, make, list(_COLUMNS), _DISPENSABLE))


def _table(study: Study, policy: str, groups: Sequence[Group], columns: Sequence[str]) -> Table:
    from analysis.numerals import plural
    from experiments.cli.screen import add_heading, make_table, plain_row

    title = f"{study.title(policy)} against {study.title(study.baseline)}: "
    title += f"{plural(study.meta.replications, 'pair')}, {plural(study.meta.weeks, 'week')}"
    table = make_table([_COLUMNS[c] for c in columns], title, right=range(1, len(columns) - 1))
    for group in groups:
        add_heading(table, group.title)
        for line in group.lines:
            table.add_row(*plain_row(*(getattr(line, c) for c in columns)), style=_COLOURS.get(line.verdict))
    return table


def _pairing(outcome: Outcome) -> str:
    """The variance-reduction factor in words."""
    from math import isinf, isnan

    factor = outcome.variance_reduction
    if isnan(factor):
        alone = outcome.study.meta.replications == 1
        why = "one pair cannot show it" if alone else "contribution is identical in all pairs"
        return f"Variance-reduction factor of pairing: not defined, {why}."
    wording = "unlimited (differences are constant)" if isinf(factor) else f"{factor:.3g}"
    least = ", the smallest over policies" if len(outcome.study.challengers) > 1 else ""
    return (
        f"Variance-reduction factor of pairing on contribution: {wording}{least}; "
        "that many times fewer replications than without."
    )
