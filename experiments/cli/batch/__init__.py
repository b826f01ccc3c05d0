"""`deepmarket batch`: designs of many runs, planned, run, resumed, looked at and sealed."""

from __future__ import annotations

import typer

from experiments.cli.batch.batch_run import resume, retry, run
from experiments.cli.batch.batch_views import answer, show, status
from experiments.cli.batch.export import export, seal
from experiments.cli.batch.optimise import optimise
from experiments.cli.batch.plan import plan
from experiments.cli.batch.replay import replay

batch = typer.Typer(
    name="batch",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Thousands of runs from a design: plan, run, optimise, resume, look, export.",
    context_settings={"help_option_names": ["--help", "-h"]},
)
for verb in (plan, run, optimise, resume, status, retry, show, replay, answer, seal, export):
    batch.command(verb.__name__)(verb)
