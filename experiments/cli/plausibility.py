"""`deepmarket plausibility`: what a headline is worth against other baselines, other markets, other horizons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, QuietOption, WorkersOption, check_least


def plausibility(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="Name of a shipped plan, or a plan in TOML.", show_default=False)
    ],
    page: Annotated[Path | None, typer.Option("--page", help="File to write; by default the screen.")] = None,
    pairs: Annotated[int | None, typer.Option("--pairs", help="Pairs of each control; by default the plan's.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to keep runs in, so that an interrupted page resumes.")
    ] = None,
    workers: WorkersOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure how a gain depends on the baseline, on rivals, on horizons; and whether the market looks like one.

    [bold]Example[/]: the page of the built-in market, about three quarters of an hour on two cores:

      [cyan]deepmarket plausibility regional_equipment --page plausibility.md --out out/plausibility[/]
    """
    check_least(pairs=pairs, workers=workers)
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import stderr, stdout, write_json
    from experiments.outside import door
    from experiments.plausibility.measure import measure_controls, measure_drift_of_baseline, measure_face
    from experiments.plausibility.page import plain_face, rows_of, write_page
    from experiments.plausibility.plan import read_plan
    from experiments.runs.identity import version
    from experiments.runs.run import quoted
    from experiments.runs.worker import load
    from experiments.whole_files import write_file

    asked = read_plan(plan)
    if pairs is not None:
        asked = asked.with_pairs(pairs)
    currency = load(asked.scenario, asked.baseline, {}).world.currency

    def say(text: str) -> None:
        if not quiet and not json_:
            stderr().print(text)

    with show_progress("runs", quiet or json_) as progress:
        measured = door(measure_controls)(asked, out=out, workers=workers, progress=progress, say=say)
        say("the face of the baseline")
        face = measure_face(asked)
        say("the settled start")
        drift = door(measure_drift_of_baseline)(asked, workers=workers, progress=progress)
    command = f"deepmarket plausibility {quoted(plan)}" + ("" if pairs is None else f" --pairs {pairs}")
    text = write_page(asked, command, version(), currency, measured, face, drift)
    if page is not None:
        write_file(page, text)
    if json_:
        write_json({"plan": plan, "controls": rows_of(measured), "face": plain_face(face)})
    elif page is None:
        stdout().print(text, soft_wrap=True)
