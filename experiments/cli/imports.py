"""`deepmarket import`: users' own tables become a scenario folder, with a data-quality page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import JsonOption, QuietOption, ReplaceOption

if TYPE_CHECKING:
    from experiments.intake.summary import ImportSummary


class Kind(StrEnum):
    """What can be imported."""

    CRM = "crm"
    NETWORK = "network"
    TRANSACTIONS = "transactions"


def import_tables(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="What the files are: crm, network, transactions.", show_default=False)
    ],
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
        bool, typer.Option("--hash-personal", help="Replace names of people and customers by hashes.")
    ] = False,
    currency: Annotated[
        str | None,
        typer.Option("--currency", help="Currency of amounts.", show_default="what the tables name, else EUR"),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Title of the scenario.", show_default=False)] = "",
    runs: Annotated[int, typer.Option("--runs", help="Replications behind calibration and test; 0 for neither.")] = 8,
    base: Annotated[
        str,
        typer.Option("--base", metavar="SCENARIO", help="For network: the market whose customers talk along the ties."),
    ] = "regional_equipment",
    replace: ReplaceOption = False,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Turn a company's tables into a scenario folder.

    [bold]Example[/]: a CRM export (opportunities, roster, accounts, products), then a comparison on it:

      [cyan]deepmarket import crm deals.csv team.csv accounts.csv products.csv --out my_company[/]
      [cyan]deepmarket compare my_company as_written deep_marketing[/]

    [bold]Example[/]: lines of invoices (customer, product, day, quantity, price), in one file or several:

      [cyan]deepmarket import transactions invoices_2023.csv invoices_2024.csv --out my_customers[/]
      [cyan]deepmarket compare my_customers as_written deep_marketing[/]

    [bold]Example[/]: an edge list (source, target), and word of mouth along it in the built-in market:

      [cyan]deepmarket import network edges.csv --out circle[/]
      [cyan]deepmarket run circle[/]

    Headers are guessed and printed; mapping.toml in the folder holds what was guessed, to be edited and
    given back with --mapping. quality.md says what was repaired, and which numbers come from the data.
    Nothing leaves this machine.
    """
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import say_place, stdout, write_json
    from experiments.whole_files import open_folder

    open_folder(next(folder for folder in (out, *out.absolute().parents) if folder.exists()))

    if kind is Kind.NETWORK:
        summary = _network(files, out, base, mapping, hash_personal, title, replace)
    else:
        from experiments.intake import import_crm, import_transactions

        read = {Kind.CRM: import_crm, Kind.TRANSACTIONS: import_transactions}[kind]
        with show_progress("runs to fit and test, at most", quiet) as progress:
            summary = read(
                files,
                out,
                mapping=mapping,
                holdout=holdout,
                hash_personal=hash_personal,
                currency=currency,
                title=title,
                runs=runs,
                replace=replace,
                progress=progress,
            )
    if json_:
        write_json(summary.to_json())
    elif quiet:
        say_place(summary.out)
    else:
        console = stdout()
        for line in summary.lines():
            console.print(line, soft_wrap=True)


def _network(
    files: list[Path], out: Path, base: str, mapping: Path | None, hash_personal: bool, title: str, replace: bool
) -> ImportSummary:
    """Import one edge list."""
    from experiments.intake.network import import_network
    from sim.errors import InputError, InputErrors

    if len(files) != 1:
        problem = f"{len(files)} files given"
        raise InputErrors([InputError("the command, files", problem, "one edge list", "put all ties into one file")])
    return import_network(
        files[0], out, base=base, mapping=mapping, hash_personal=hash_personal, title=title, replace=replace
    )
