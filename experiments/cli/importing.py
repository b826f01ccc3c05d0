"""`deepmarket import`: users' own tables become a scenario folder, with a data-quality page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, QuietOption


class Kind(StrEnum):
    """What can be imported."""

    CRM = "crm"


def import_tables(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="What the files are: crm.", show_default=False)],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="The files, in any order.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Scenario folder to write.")] = Path("imported"),
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE", help="TOML file that says which column is what.", show_default="guessed"
        ),
    ] = None,
    holdout: Annotated[
        float, typer.Option("--holdout", help="Share of the time kept back to test the fit; 0 for none.")
    ] = 0.2,
    hash_personal: Annotated[
        bool, typer.Option("--hash-personal", help="Replace names of people and accounts by hashes.")
    ] = False,
    currency: Annotated[str, typer.Option("--currency", help="Currency of amounts.")] = "EUR",
    title: Annotated[str, typer.Option("--title", help="Title of the scenario.", show_default=False)] = "",
    runs: Annotated[int, typer.Option("--runs", help="Replications behind calibration and test; 0 for neither.")] = 8,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Turn a company's tables into a scenario folder.

    [bold]Example[/]: a CRM export (opportunities, roster, accounts, products), then a comparison on it:

      [cyan]deepmarket import crm deals.csv team.csv accounts.csv products.csv --out my_company[/]
      [cyan]deepmarket compare my_company as_written deep_marketing[/]

    Headers are guessed and printed; mapping.toml in the folder holds what was guessed, to be edited and
    given back with --mapping. quality.md tells what was mended, and which numbers come from the data.
    Nothing leaves this machine.
    """
    from experiments.cli.screen import stdout, write_json
    from experiments.intake.crm import import_crm
    from experiments.store import open_folder

    open_folder(next(folder for folder in (out, *out.absolute().parents) if folder.exists()))

    summary = import_crm(
        files,
        out,
        mapping=mapping,
        holdout=holdout,
        hash_personal=hash_personal,
        currency=currency,
        title=title,
        runs=runs,
    )
    if json_:
        write_json(summary.to_json())
    elif quiet:
        typer.echo(summary.out)
    else:
        console = stdout()
        for line in summary.lines():
            console.print(line, markup=False, soft_wrap=True)
