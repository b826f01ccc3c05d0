"""A single run: one market, one policy, one seed, with its folder of tables, figures and report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.outside import door
from experiments.ownership import Asked, claim, settled, written_again
from experiments.policy_words import policy_words
from experiments.runs.identity import identify, versions
from experiments.runs.run import ALL_TABLES, AS_WRITTEN, Base, Run
from experiments.runs.worker import kpis_by_cuts, load, market_of
from experiments.whole_files import open_folder, write_file
from sim.text import write_csv

if TYPE_CHECKING:
    from analysis.single_run import Run as RunStudy
    from sim.scenario import Scenario

#: Tables of a run's folder, by the field of :class:`analysis.Run` that they fill.
TABLES = ("scorecard", "kpis_weekly", "kpis_by", "weekly", "assumptions")
PROVENANCE = "provenance.json"


@door
def run_market(
    scenario: str | Path,
    *,
    policy: str = AS_WRITTEN,
    seed: int | None = None,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[RunStudy, Scenario]:
    """Run one market and return its tables and the scenario; ``progress`` is called with (weeks done, weeks) after each week.

    ``out`` is the folder where results will be saved: that it can be written to is found out before the run.
    Raises :class:`sim.errors.InputErrors` for input errors.
    """
    from analysis.single_run import Run as RunStudy
    from analysis.study import PolicyLabel, Provenance
    from analysis.upper_bounds import titled
    from sim.seeds import check_seed

    name, given = str(scenario), dict(overrides or {})
    loaded = load(name, policy, given, weeks)
    first = check_seed(loaded.seed if seed is None else seed, "--seed")
    if out is not None:
        open_folder(out)
    base = Base(name, policy, tuple(given.items()), loaded.digest, weeks)
    run = Run(base, policy, first, identify(base, {}, None, first, ALL_TABLES))
    results = market_of(run, progress).results
    title, description = policy_words(policy, name)
    title = titled(title, bool(loaded.oracles))
    tables = RunStudy(
        policy=PolicyLabel(title, description, bool(loaded.oracles)),
        scorecard=results.scorecard,
        meta=Provenance(
            scenario=name,
            weeks=loaded.weeks,
            seeds=(run.seed,),
            scenario_title=loaded.title,
            scenario_digest=loaded.digest,
            currency=loaded.world.currency,
            versions=versions(),
            commands=(run.replay,),
            notes=loaded.warnings,
        ),
        kpis_weekly=results.kpis_weekly,
        weekly=results.weekly,
        kpis_by=kpis_by_cuts(results),
        assumptions=results.assumptions,
        question=loaded.question,
    )
    return tables, loaded


@door
def save_run(
    run: RunStudy, scenario: Scenario, folder: Path, *, asked: Asked | None = None, replace: bool = False
) -> Path:
    """Write tables, the resolved scenario, provenance, figures and report.html into ``folder``: all of it or nothing.

    ``asked`` is what the run answers (default: the command that repeats it). Raises :class:`sim.errors.InputErrors`
    when the folder is another study's, unless ``replace`` says so.
    """
    asked = asked or Asked("run", {"command": run.meta.commands[0]})
    claim(folder, asked, replace=replace)
    with settled(folder, asked) as part:
        _write(run, scenario, part)
    return folder


def _write(run: RunStudy, scenario: Scenario, folder: Path) -> None:
    from analysis.digests import note_digests
    from analysis.figures.gallery import draw_run, save_plates
    from analysis.report.run_page import write_run_report
    from analysis.upper_bounds import marked

    for name in TABLES:
        table = getattr(run, name)
        if name == "assumptions":
            table = table.assign(value=table["value"].map(str))
        else:
            table = marked(table, {"": run.policy})
        table.to_parquet(folder / f"{name}.parquet", index=False)
        if name != "weekly":
            write_csv(table, folder / f"{name}.csv")
    write_file(folder / "scenario.toml", scenario.to_toml())
    head = {"question": run.question, "policy": asdict(run.policy), **asdict(run.meta)}
    write_file(folder / PROVENANCE, json.dumps(head, indent=2, ensure_ascii=False) + "\n")
    note_digests(folder, [PROVENANCE, *(f"{name}.parquet" for name in TABLES)])
    plates = draw_run(run)
    save_plates(plates, folder / "figures")
    write_run_report(run, folder / "report.html", plates)


def read_run(folder: Path) -> RunStudy:
    """Read what :func:`save_run` wrote. Raises :class:`analysis.StudyError` when it is not there or not whole."""
    from analysis.digests import check_digest
    from analysis.errors import StudyError
    from analysis.single_run import Run as RunStudy
    from analysis.study import PolicyLabel, Provenance
    from analysis.study_folder import read_table

    for file in (PROVENANCE, *(f"{name}.parquet" for name in TABLES)):
        if not (folder / file).is_file():
            raise StudyError(str(folder), f"{file} is missing", "Name a folder that a run has written.")
    try:
        head: dict[str, Any] = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        check_digest(folder / PROVENANCE)
        question, policy = head.pop("question"), PolicyLabel(**head.pop("policy"))
        sequences = {key: tuple(head[key]) for key in ("seeds", "commands", "notes")}
        meta = Provenance(**{**head, **sequences})
    except StudyError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError(str(folder / PROVENANCE), f"not a run's provenance ({error})", "Run again.") from error
    tables = {name: read_table(folder / f"{name}.parquet") for name in TABLES}
    return RunStudy(policy=policy, meta=meta, question=question, **tables)


@door
def write_results_page(folder: Path, page: Path | None = None) -> Path:
    """Rewrite the report of a comparison's or a run's folder. Raises :class:`analysis.StudyError`."""
    from analysis.errors import StudyError

    target = page or folder / "report.html"
    if (folder / "study.json").is_file():
        from analysis import read_study, write_report

        return _written(write_report(read_study(folder), target))
    if (folder / PROVENANCE).is_file():
        from analysis import write_run_report

        return _written(write_run_report(read_run(folder), target))
    wording = "holds no results" if folder.is_dir() else "is a file" if folder.is_file() else "there is no such folder"
    remedy = "Name a folder that `deepmarket compare` or `deepmarket run` has written."
    raise StudyError(str(folder), wording, remedy)


def _written(page: Path) -> Path:
    written_again(page)
    return page


def scorecard_json(run: RunStudy) -> Sequence[Mapping[str, Any]]:
    """The scorecard as plain values for JSON."""
    from analysis.upper_bounds import marked
    from experiments.result_tables import plain

    table = marked(run.scorecard, {"": run.policy})
    return [{str(k): plain(v) for k, v in row.items()} for row in table.to_dict(orient="records")]
