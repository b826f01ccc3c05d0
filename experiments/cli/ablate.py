"""`deepmarket ablate`: a policy split into its parts, each with its effect and interval."""

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
    read_pairs,
    read_sets,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from rich.console import Console

    from analysis.study import Study
    from experiments.comparison.ablation import Ablation

#: KPIs of the table and the figure unless others are asked for: both profits, satisfaction, turnover.
KPIS = ("contribution", "distributor_profit", "satisfaction", "turnover")
_WORDS = {"whole": "All parts", "alone": "Alone", "last": "Added last", "share": "Mean over all orders"}


def ablate(
    scenario: ScenarioArgument,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="Policy to split into parts.", show_default=False)],
    base: Annotated[str, typer.Option("--base", metavar="POLICY", help="What it is added to.")] = "status_quo",
    part: Annotated[
        list[str] | None,
        typer.Option(
            "--part",
            metavar="NAME=QUESTION,…",
            help="Questions that make a part; may be repeated.",
            show_default="segmentation, management, gateway, sharing",
        ),
    ] = None,
    kpi: Annotated[
        list[str] | None,
        typer.Option("--kpi", metavar="KPI", help="KPI to show; may be repeated.", show_default=", ".join(KPIS)),
    ] = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", help="Paired replications of every subset.")
    ] = 20,
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
    """Take a policy apart: what is each of its parts worth, alone and together with the others?

    [bold]Example[/]: segmentation, management routines, one gateway and shared data, in all 16 combinations:

      [cyan]deepmarket ablate regional_equipment deep_marketing --base status_quo[/]

    two parts only, eight replications:

      [cyan]deepmarket ablate regional_equipment deep_marketing --part people=routines --part facts=gateway -n 8[/]

    Every subset of parts meets the same luck. With all parts off the policy is the base, bit by bit.

    Results go to a folder: effects.csv, the figure effects.png, tables of all runs (Parquet), and the policies of the subsets.
    """
    check_least(replications=replications, workers=workers, weeks=weeks)
    overrides = read_sets(set_)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import say_place, show_failures, stdout, warn, write_json
    from experiments.comparison.ablation import ablate as run_ablation
    from experiments.ownership import Asked

    shown = _known_kpis(kpi or KPIS)
    parts = _read_parts(part)
    folder = place_for(
        Asked.of("ablate", scenario, [base, policy], seed, weeks, overrides, parts=parts), scenario, out, replace
    )
    with show_progress("runs", quiet or json_) as progress:
        found = run_ablation(
            scenario,
            policy,
            base,
            out=folder,
            parts=parts,
            replace=replace,
            figure=lambda effects, study: _figure(effects, shown, study),
            replications=replications,
            seed=seed,
            weeks=weeks,
            workers=workers,
            backend=backend,
            overrides=overrides,
            progress=progress,
        )
    if json_:
        write_json(found.to_json())
    elif quiet:
        say_place(folder)
    else:
        warn(found.outcome.study.meta.notes)
        console = stdout()
        for name in shown:
            _print_table(console, found, name)
        console.print(f"Effects: {folder / 'effects.csv'}", soft_wrap=True)
        console.print(f"Figure: {folder / 'effects.png'}", soft_wrap=True)
    if found.outcome.failures:
        show_failures(found.outcome.failures, "Some runs failed; the ablation is made from those that did not:")
        raise typer.Exit(RUNS_FAILED)


def _read_parts(given: Sequence[str] | None) -> dict[str, list[str]] | None:
    """Questions by part from ``--part name=question,question``."""
    pairs = read_pairs("--part", given, "name=question,question", "for instance --part people=routines,head_count")
    return {name: [q.strip() for q in said.split(",") if q.strip()] for name, said in pairs.items()} or None


def _known_kpis(given: Sequence[str]) -> tuple[str, ...]:
    from experiments.comparison.arms import unknown_kpis
    from sim.errors import InputErrors

    if unknown := unknown_kpis("--kpi", given):
        raise InputErrors(unknown)
    return tuple(dict.fromkeys(given))


def _figure(effects: pd.DataFrame, shown: Sequence[str], study: Study) -> Figure:
    from analysis.figures.effects import effects_figure

    return effects_figure(effects, shown, study)


def _print_table(console: Console, found: Ablation, kpi: str) -> None:
    from analysis.numerals import plural
    from analysis.phrases import row_scale
    from experiments.cli.screen import add_heading, make_table, plain_row

    rows = found.effects[found.effects["kpi"] == kpi]
    meta = found.outcome.study.meta
    head = rows.iloc[0]
    title = f"{head['label']}: parts of {found.policy} added to {found.base}; "
    title += f"{plural(meta.replications, 'pair')}, {plural(meta.weeks, 'week')}"
    table = make_table(["Part", "Effect", "95 % CI", "Verdict"], title, right=(1, 2))
    for kind, words in _WORDS.items():
        of_kind = rows[rows["kind"] == kind]
        if len(of_kind):
            add_heading(table, words)
        for _, row in of_kind.iterrows():
            scale = row_scale(row, meta.currency)
            interval = "–" if row["low"] != row["low"] else scale.bracket(row["low"], row["high"])
            effect = "no value" if row["difference"] != row["difference"] else scale.difference(row["difference"])
            table.add_row(*plain_row(row["part"], effect, interval, row["verdict"]))
    console.print(table)
