"""`deepmarket report`: the report of a results folder, rewritten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, QuietOption


def report(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="Folder of a comparison or a run.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="HTML file to write.", show_default="report.html in the folder"),
    ] = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the report of finished runs: one HTML file that opens offline.

    [bold]Example[/]:

      [cyan]deepmarket report out/compare-regional_equipment --out board.html[/]
    """
    from experiments.cli.screen import say_place, write_json
    from experiments.single_run import write_results_page
    from experiments.whole_files import open_folder
    from sim.errors import InputError, InputErrors

    if out is not None and out.is_dir():
        remedy = f"for instance --out {out / 'report.html'}"
        raise InputErrors([InputError(f"--out {out}", "is a folder", "an HTML file to write", remedy)])
    if out is not None:
        open_folder(out.parent)
    page = write_results_page(results, out)
    if json_:
        write_json({"report": str(page)})
    elif not quiet:
        say_place(page)
