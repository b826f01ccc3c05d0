"""`deepmarket batch status` and `show`: how far a batch is, what failed, and one run in detail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.cli.batch.batch_options import FolderArgument, RunArgument, plan_of
from experiments.cli.options import JsonOption, QuietOption

if TYPE_CHECKING:
    from experiments.batch.batch_answer import BatchAnswer
    from experiments.batch.status import Standing

#: Failed runs that are listed one by one.
_SHOWN = 12


def status(folder: FolderArgument, json_: JsonOption = False, quiet: QuietOption = False) -> None:
    """How many runs are done, failed and left; also while a driver is at work.

    [bold]Example[/]:

      [cyan]deepmarket batch status study[/]
    """
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.status import standing_noted
    from experiments.cli.screen import write_json

    found = BatchFolder.find(folder)
    found.check_source()
    found.check_design()
    standing = standing_noted(found)
    if standing is None:  # no driver has been at work yet, or files were touched
        from experiments.batch.planned_status import standing_of

        standing = standing_of(plan_of(folder)[0], found)
    if json_:
        write_json(standing.to_json())
    elif not quiet:
        show_standing(standing, found.path)


def show_standing(standing: Standing, folder: Path) -> None:
    """Counts by policy, pace, and failed runs with the command that repeats them."""
    from analysis.numerals import plural
    from experiments.cli.screen import complain, make_table, plain_row, stdout

    console = stdout()
    table = make_table(("Policy", "Done", "Failed", "Left"), right=(1, 2, 3))
    for policy, counts in standing.by_policy.items():
        table.add_row(*plain_row(policy, *(f"{count:,}" for count in counts)))
    console.print(table)
    content = f"{standing.done:,} of {standing.planned:,} runs done, {standing.failed:,} failed, {standing.left:,} left"
    if standing.done:
        content += f"; {standing.seconds:.2f} s a run"
    if standing.left and standing.pace:
        content += f", about {standing.left / standing.pace / 60:.0f} min left at the present pace"
    console.print(content)
    if standing.failures:
        lines = [
            f"{failure.run} [{failure.identity[:8]}], {failure.kind}: {failure.message.splitlines()[0]}\n"
            f"   repeat: {failure.replay}"
            for failure in standing.failures[:_SHOWN]
        ]
        if len(standing.failures) > _SHOWN:
            lines.append(f"and {len(standing.failures) - _SHOWN} more")
        lines.append(f"`deepmarket batch show {folder} RUN` shows a traceback, `batch retry` tries them again.")
        complain(f"{plural(len(standing.failures), 'run')} failed", "\n".join(lines))


def show_answer(answer: BatchAnswer) -> None:
    """What a batch shows, the answer in bold, and what it could not tell."""
    from experiments.cli.screen import stdout, warn

    console = stdout()
    for number, sentence in enumerate(answer.sentences):
        console.print(sentence, style="bold" if number == 0 else "")
        console.print()
    warn(answer.notes)


def answer(folder: FolderArgument, json_: JsonOption = False, quiet: QuietOption = False) -> None:
    """Conclude from what has ended so far: who wins over futures, how robustly, where it fails, what drives it.

    [bold]Example[/]: while the batch still runs, or after its parts have ended:

      [cyan]deepmarket batch answer study[/]
    """
    from experiments.batch.batch_answer import answer_batch
    from experiments.batch.sealed_batch import open_batch
    from experiments.cli.screen import stdout, write_json

    found = answer_batch(open_batch(folder))
    if json_:
        write_json(found.to_json())
    elif quiet:
        stdout().print(str(found.report or folder), soft_wrap=True)
    else:
        show_answer(found)
        if found.report is not None:
            stdout().print(f"Report: {found.report}", soft_wrap=True)


def show(folder: FolderArgument, run: RunArgument, json_: JsonOption = False, quiet: QuietOption = False) -> None:
    """One run: its state, what it sets, its KPIs or its traceback, and the command that repeats it.

    [bold]Example[/]: replication 2 of deep marketing in future 17:

      [cyan]deepmarket batch show study deep_marketing/17/2[/]
    """
    from experiments.batch.planned_status import find_run
    from experiments.cli.screen import make_table, plain_row, stdout, write_json

    plan, found = plan_of(folder)
    meant = find_run(plan, found, run)
    numbers = found.numbers_of(meant.identity)
    failure = next((failure for failure in found.failures() if failure.identity == meant.identity), None)
    state = "done" if numbers is not None else failure.kind if failure is not None else "left"
    content: dict[str, Any] = {
        "run": meant.name,
        "identity": meant.identity,
        "state": state,
        "seed": meant.seed,
        "settings": dict(meant.settings),
        "replay": meant.replay,
    }
    if numbers is not None:
        kpis = numbers.table("kpis")
        content["seconds"] = numbers.seconds
        content["kpis"] = {
            kpi: None if value != value else value
            for kpi, value in zip(kpis["kpi"], kpis["value"].tolist(), strict=True)
        }
    if failure is not None:
        content |= {"message": failure.message, "traceback": failure.traceback}
    if json_:
        write_json(content)
        return
    if quiet:
        return
    console = stdout()
    table = make_table(("What", "Value"))
    for name in ("run", "identity", "state", "seed", "replay", "seconds", "message"):
        if name in content:
            table.add_row(*plain_row(name, content[name]))
    for path, value in meant.settings:
        table.add_row(*plain_row(path, value))
    for kpi, value in content.get("kpis", {}).items():
        table.add_row(*plain_row(kpi, "no value" if value is None else f"{value:,.6g}"))
    console.print(table)
    if failure is not None:
        console.print(failure.traceback)
