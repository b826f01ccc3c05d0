"""`deepmarket batch run`, `resume` and `retry`: drive a batch until nothing is left, then seal it and say what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from experiments.cli.batch.batch_options import (
    DesignArgument,
    FolderArgument,
    MaxFailuresOption,
    ShardOption,
    folder_for,
    plan_of,
)
from experiments.cli.guard import RUNS_FAILED
from experiments.cli.options import BackendOption, JsonOption, OutOption, QuietOption, WorkersOption, check_least

if TYPE_CHECKING:
    from experiments.batch.batch_answer import BatchAnswer
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.batch_plan import BatchPlan
    from experiments.runs.progress import Tally


def run(
    design: DesignArgument,
    out: OutOption = None,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    shard: ShardOption = None,
    max_failures: MaxFailuresOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run a design; runs that its folder holds are not repeated, so the same command resumes after any end.

    [bold]Example[/]: all of it on this machine, or part 3 of 8 in a job array on a cluster without Dask:

      [cyan]deepmarket batch run design.toml --out study[/]
      [cyan]deepmarket batch run design.toml --out study --shard 3/8[/]

    or on a Dask cluster, by its address or scheduler file:

      [cyan]deepmarket batch run design.toml --out study --backend dask:tcp://HOST:8786[/]

    A run that fails is recorded with its traceback and the command that repeats it, and the batch continues.
    A design that has every run of the one in the folder, and more, continues there: only what is new is done.
    At the end results are sealed into Parquet tables, and a report says what they show.
    """
    from experiments.batch.batch_plan import plan_batch
    from experiments.batch.design_checks import check_verb
    from experiments.batch.design_file import read_design
    from experiments.batch.extension import take_up
    from experiments.cli.screen import note

    read = read_design(design)
    check_verb(read, searches=False)
    found = plan_batch(read)
    folder, added = take_up(folder_for(design, out), found)
    if added and not (json_ or quiet):
        note(f"{folder.path} {added}")
    _drive(found, folder, workers, backend, shard, max_failures, json_=json_, quiet=quiet, added=added)


def resume(
    folder: FolderArgument,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    shard: ShardOption = None,
    max_failures: MaxFailuresOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Resume the batch in a folder, by the design as it was started.

    [bold]Example[/]:

      [cyan]deepmarket batch resume study[/]
    """
    plan, found = plan_of(folder)
    _drive(plan, found, workers, backend, shard, max_failures, json_=json_, quiet=quiet)


def retry(
    folder: FolderArgument,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    shard: ShardOption = None,
    max_failures: MaxFailuresOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Try failed runs again, and do what is left.

    [bold]Example[/]: after a machine ran out of memory:

      [cyan]deepmarket batch retry study --workers 1[/]
    """
    plan, found = plan_of(folder)
    _drive(plan, found, workers, backend, shard, max_failures, retry=True, json_=json_, quiet=quiet)


def _drive(
    plan: BatchPlan,
    folder: BatchFolder,
    workers: int | None,
    backend: str | None,
    shard: str | None,
    max_failures: int | None,
    *,
    json_: bool,
    quiet: bool,
    retry: bool = False,
    added: str = "",
) -> None:
    from experiments.batch.batch_answer import answer_batch
    from experiments.batch.design_checks import check_verb
    from experiments.batch.drive import drive
    from experiments.batch.sealed_batch import Batch
    from experiments.batch.sealed_tables import seal
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import complain
    from experiments.runs.backends import parse_backend
    from experiments.runs.run_folder import Shard
    from experiments.runs.work import TooManyFailures
    from sim.errors import InputError, InputErrors

    check_least(workers=workers)
    check_verb(plan.design, searches=False)
    if max_failures is not None and max_failures < 0:
        raise InputErrors([InputError("--max-failures", f"found {max_failures}", "a whole number of at least 0")])
    part = Shard.parse(shard)
    where = parse_backend(backend, workers, plan.count)
    stopped = ""
    tally: Tally | None = None
    with show_progress("runs", quiet or json_) as progress:
        try:
            tally = drive(plan, folder, where, shard=part, retry=retry, max_failures=max_failures, progress=progress)
        except TooManyFailures as error:
            stopped = str(error)
    if tally is not None and added and json_:
        tally.notes.insert(0, f"the folder {added}")
    answer = None
    if part.of == 1:
        seal(plan, folder)
        answer = answer_batch(Batch(folder.path)) if folder.done() else None
    _tell(plan, folder, tally, answer, json_, quiet)
    if stopped:
        complain(
            "Stopped", f"{stopped}. What ended is kept; `deepmarket batch status {folder.path}` shows what failed."
        )
    if stopped or (tally is not None and tally.failed):
        raise typer.Exit(RUNS_FAILED)


def _tell(
    plan: BatchPlan, folder: BatchFolder, tally: Tally | None, answer: BatchAnswer | None, json_: bool, quiet: bool
) -> None:
    from experiments.batch.planned_status import standing_of
    from experiments.cli.batch.batch_views import show_answer, show_standing
    from experiments.cli.screen import say_place, stdout, warn, write_json

    if quiet:
        say_place(folder.path)
        return
    standing = standing_of(plan, folder)
    if json_:
        content = {} if answer is None else {"answer": answer.to_json()}
        notes = list(tally.notes) if tally is not None else []
        write_json({"folder": str(folder.path), **standing.to_json(), "notes": notes, **content})
        return
    warn(tally.notes if tally is not None else ())
    show_standing(standing, folder.path)
    console = stdout()
    if answer is not None:
        show_answer(answer)
        if answer.report is not None:
            console.print(f"Report: {answer.report}", soft_wrap=True)
    console.print(f"Tables: {folder.path}", soft_wrap=True)
