"""`deepmarket batch optimise`: search among levers for the best trade-offs, and say what limits cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.batch.batch_options import DesignArgument, MaxFailuresOption, folder_for
from experiments.cli.guard import RUNS_FAILED
from experiments.cli.options import BackendOption, JsonOption, OutOption, QuietOption, WorkersOption, check_least

if TYPE_CHECKING:
    import pandas as pd

    from analysis.search import Limit, Objective, Search
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.search_points import SearchPlan

RetryOption = Annotated[
    bool,
    typer.Option("--retry", help="Try failed runs again; the search may then go another way from there."),
]


def optimise(
    design: DesignArgument,
    out: OutOption = None,
    workers: WorkersOption = None,
    backend: BackendOption = None,
    max_failures: MaxFailuresOption = None,
    retry: RetryOption = False,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Search among levers for the best trade-offs between several KPIs, within limits.

    [bold]Example[/]: which pay and call plans earn most and keep most reps, with customers content? In design.toml:

      [cyan]scenario = "regional_equipment"[/]
      [cyan]\\[\\[policy]][/]
      [cyan]name = "deep_marketing"[/]
      [cyan]\\[levers][/]
      [cyan]base = "deep_marketing"[/]
      [cyan]\\[levers.factors."policy.pay.commission"][/]
      [cyan]low = 0.0[/]
      [cyan]high = 0.06[/]
      [cyan]\\[\\[target]][/]
      [cyan]kpi = "satisfaction"[/]
      [cyan]at_least = 0.6[/]
      [cyan]\\[optimise][/]
      [cyan]objectives = \\["contribution", "turnover"][/]

      [cyan]deepmarket batch optimise design.toml --out search[/]

    Every point meets all futures and replications of the design with the same seeds. The same command resumes after
    any end. At the end the front is checked with seeds (and futures, under `fresh`) that no point was chosen by, and
    tables and figures are written to the folder. Exit code 3 when a run failed.
    """
    from experiments.batch.batch_plan import plan_batch
    from experiments.batch.design_checks import check_verb
    from experiments.batch.design_file import read_design
    from experiments.batch.extension import take_up
    from experiments.batch.lever_search import search
    from experiments.batch.sealed_tables import seal
    from experiments.batch.search_points import search_plan, with_kept_points
    from experiments.cli.progress_bar import show_progress
    from experiments.cli.screen import complain, note, warn
    from experiments.runs.backends import parse_backend
    from experiments.runs.work import TooManyFailures

    check_least(workers=workers)
    read = read_design(design)
    check_verb(read, searches=True)
    first = search_plan(plan_batch(read))
    folder, added = take_up(folder_for(design, out), first)
    if added and not (json_ or quiet):
        note(f"{folder.path} {added}")
    stopped, notes = "", []
    with show_progress("runs", quiet or json_) as progress:
        try:
            plan, tally = search(
                first,
                folder,
                parse_backend(backend, workers, first.count),
                retry=retry,
                max_failures=max_failures,
                progress=progress,
            )
            notes = tally.notes
        except TooManyFailures as error:
            stopped, plan = str(error), with_kept_points(first, folder)
    seal(plan, folder)
    if not (json_ or quiet):
        warn(notes)
    _tell(plan, folder, json_, quiet)
    if stopped:
        complain("Stopped", f"{stopped}. What ended is kept; the same command resumes from there.")
    if stopped or folder.failures() or any(point.error for point in plan.points):
        raise typer.Exit(RUNS_FAILED)


def _tell(plan: SearchPlan, folder: BatchFolder, json_: bool, quiet: bool) -> None:
    from analysis.figures.pareto import pareto_figure
    from analysis.figures.save import save_png
    from analysis.search_words import found_in_words, progress_in_words
    from experiments.batch.search_tables import checks_of, search_of
    from experiments.cli.screen import say_place, stdout, write_json
    from experiments.whole_files import staged

    found = search_of(plan, folder)
    checks = checks_of(plan, folder, found)
    figure = folder.path / "figures" / "pareto.png"
    with staged(folder.path) as part:
        save_png(pareto_figure(found), part / "figures" / "pareto.png")
    words = [line for line in (*found_in_words(found), progress_in_words(found)) if line]
    if json_:
        write_json(_json(found, checks, words, folder.path, figure))
        return
    if quiet:
        say_place(folder.path)
        return
    console = stdout()
    if len(found.front):
        console.print(_front_table(found))
    if len(checks):
        console.print(_check_table(found, checks, plan))
    for line in words:
        console.print(line)
    for line in _failures(found):
        console.print(line)
    console.print(f"Figure: {figure}\nTables: {folder.path}", soft_wrap=True)


def _front_table(found: Search) -> Any:
    """Points of the front, the best in the first objective first: objectives, limits, levers; listed policies below."""
    import pandas as pd

    from analysis.numerals import scale_of
    from experiments.cli.screen import make_table, plain_row

    figures: dict[str, Objective | Limit] = {item.kpi: item for item in found.limits}
    figures = {**{item.kpi: item for item in found.objectives}, **figures}
    listed = found.evaluations[(found.evaluations["role"] == "listed").to_numpy() & ~found.on_front & ~found.failed]
    shown = pd.concat([found.front, listed])
    scales = {kpi: scale_of(shown[kpi], item.unit, found.currency) for kpi, item in figures.items()}
    heads = ["Point", *(item.label for item in figures.values()), "Levers"]
    table = make_table(heads, "The front, then other listed policies", right=range(1, len(heads) - 1))
    front = set(found.front["point"])
    for row in shown.to_dict(orient="records"):
        mark = "" if row["point"] in front else " (beaten)" if row["feasible"] else " (violates a limit)"
        title = str(row["title"])
        cells = [scales[kpi].level(float(row[kpi])) for kpi in figures]
        table.add_row(*plain_row(f"{row['point']}{mark}", *cells, title if row["role"] == "searched" else ""))
    return table


def _check_table(found: Search, checks: pd.DataFrame, plan: SearchPlan) -> Any:
    """What became of the front where nothing was chosen by: values there, and how much of the lead was luck."""
    from analysis.numerals import scale_of
    from experiments.cli.screen import make_table, plain_row

    where = "fresh futures and seeds" if plan.check_role == "fresh" else "fresh seeds in the same futures"
    kpis = [item for item in found.objectives if item.kpi in set(checks["kpi"])]
    heads = ["Point"]
    for item in kpis:
        heads += [f"{item.label}, search", "check", "luck"]
    base = found.evaluations.set_index("point")["title"][found.baseline]
    title = f"Check of the front in {where} (luck: the part of its lead over {base} that went away)"
    table = make_table([*heads, "Limits"], title, right=range(1, len(heads)))
    for point, rows in checks.groupby("point", sort=False):
        own, cells = rows.set_index("kpi"), []
        for item in kpis:
            value, checked, luck = (float(own[name][item.kpi]) for name in ("value", "checked", "optimism"))
            scale = scale_of([value, checked], item.unit, found.currency)
            cells += [scale.level(value), scale.level(checked), scale.difference(luck)]
        failed = str(rows["error"].iloc[0])
        wording = "failed" if failed else "kept" if bool(rows["feasible_checked"].iloc[0]) else "broken"
        table.add_row(*plain_row(point, *cells, wording))
    return table


def _failures(found: Search) -> list[str]:
    """The points that failed, each with why; at most eight."""
    rows = found.evaluations[found.failed]
    lines = [f"{row['point']} failed: {row['error']}" for row in rows.head(8).to_dict(orient="records")]
    return [*lines, f"and {len(rows) - 8} more"] if len(rows) > 8 else lines


def _json(found: Search, checks: pd.DataFrame, words: list[str], folder: Path, figure: Path) -> dict[str, Any]:
    from analysis.limits import binding_limits, relaxations

    front = found.table()
    return {
        "folder": str(folder),
        "figure": str(figure),
        "evaluations": len(found.evaluations),
        "failed": int(found.failed.sum()),
        "feasible": int(found.feasible.sum()),
        "hypervolume": float(found.hypervolumes[-1]) if len(found.evaluations) else 0.0,
        "front": _rows(front[front["on_front"]]),
        "beaten": found.beaten(),
        "limits": _rows(binding_limits(found)),
        "relaxations": _rows(relaxations(found)),
        "checks": _rows(checks),
        "words": words,
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for machines; a missing number is null."""
    return [
        {str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()}
        for row in table.to_dict(orient="records")
    ]
