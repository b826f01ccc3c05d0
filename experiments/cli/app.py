"""The command `deepmarket` and its verbs."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.ablate import ablate
from experiments.cli.batch import batch
from experiments.cli.check import check
from experiments.cli.compare import compare
from experiments.cli.doctor import doctor
from experiments.cli.drift import drift
from experiments.cli.elasticity import elasticity
from experiments.cli.guard import Verbs
from experiments.cli.imports import import_tables
from experiments.cli.lists import policies, scenarios
from experiments.cli.new import new
from experiments.cli.one_run import run
from experiments.cli.params import params
from experiments.cli.phases import phases
from experiments.cli.plausibility import plausibility
from experiments.cli.report import report
from experiments.cli.schema import schema
from experiments.cli.select import select

app = typer.Typer(
    name="deepmarket",
    cls=Verbs,
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

ANSWERS, MARKETS, EXPLAINS = "Get answers", "Describe markets", "Look inside"
for panel, verb, name in (
    (ANSWERS, compare, "compare"),
    (ANSWERS, select, "select"),
    (ANSWERS, ablate, "ablate"),
    (ANSWERS, run, "run"),
    (ANSWERS, report, "report"),
    (MARKETS, new, "new"),
    (MARKETS, import_tables, "import"),
    (MARKETS, check, "check"),
    (MARKETS, scenarios, "scenarios"),
    (MARKETS, policies, "policies"),
    (MARKETS, schema, "schema"),
    (EXPLAINS, params, "params"),
    (EXPLAINS, elasticity, "elasticity"),
    (EXPLAINS, plausibility, "plausibility"),
    (EXPLAINS, drift, "drift"),
    (EXPLAINS, phases, "phases"),
    (EXPLAINS, doctor, "doctor"),
):
    app.command(name, rich_help_panel=panel)(verb)
app.add_typer(batch, rich_help_panel=ANSWERS)


def _show_version(wanted: bool) -> None:
    if wanted:
        from experiments.runs.identity import version

        typer.echo(f"deepmarket {version()}")
        raise typer.Exit


@app.callback()
def deepmarket(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Rehearse go-to-market policies on a simulated market before they are rolled out.

    [bold]Example[/]: which policy earns more on the built-in market, by how much, and how sure is it?

      [cyan]deepmarket compare regional_equipment status_quo deep_marketing[/]

    Exit codes: 0 fine, 2 input error, 3 some runs failed, 130 interrupted (143 by SIGTERM, 129 by SIGHUP).
    """
