"""`deepmarket batch replay`: one run again, here, compared with what the ledger holds."""

from __future__ import annotations

import typer

from experiments.cli.batch.batch_options import FolderArgument, RunArgument, plan_of
from experiments.cli.guard import RUNS_FAILED
from experiments.cli.options import JsonOption, QuietOption


def replay(folder: FolderArgument, run: RunArgument, json_: JsonOption = False, quiet: QuietOption = False) -> None:
    """Do one run again in this process: is it the same to the last bit, does it fail again?

    [bold]Example[/]:

      [cyan]deepmarket batch replay study deep_marketing/17/2[/]

    Exit code 3 when it fails, or when its numbers are others than those kept.
    """
    import traceback

    from experiments.batch.planned_status import find_run
    from experiments.cli.screen import complain, stdout, write_json
    from experiments.runs.worker import simulate

    plan, found = plan_of(folder)
    meant = find_run(plan, found, run)
    kept = found.numbers_of(meant.identity)
    try:
        numbers = simulate(meant)
    except Exception as error:  # whatever went wrong in the worker is what is looked for here
        content = {"run": meant.name, "outcome": "failed", "message": str(error), "traceback": traceback.format_exc()}
        if json_:
            write_json(content)
        else:
            complain(f"{meant.name} fails", content["traceback"])
        raise typer.Exit(RUNS_FAILED) from None
    same = None if kept is None else numbers.same(kept)
    outcome = {None: "done, none kept to compare with", True: "identical", False: "other numbers than those kept"}[same]
    if json_:
        write_json({"run": meant.name, "outcome": outcome, "seconds": numbers.seconds})
    elif not quiet:
        stdout().print(f"{meant.name}: {outcome} ({numbers.seconds:.2f} s)")
    if same is False:
        raise typer.Exit(RUNS_FAILED)
