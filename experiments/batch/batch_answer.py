"""What a batch shows: conclusions, tables, figures and a report next to its sealed tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.conclusion_words import tell
from analysis.conclusions import Conclusions, conclude
from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.numerals import shown_unit
from analysis.study import Study
from analysis.targets import Target
from analysis.upper_bounds import marked
from experiments.batch.sealed_batch import Batch
from experiments.outside import door
from experiments.result_tables import plain
from experiments.whole_files import staged, write_file
from sim.text import write_csv

#: Where figures and tables of conclusions lie in the folder of a batch.
ANSWER = "answer"
REPORT = "report.html"


@dataclass(frozen=True)
class BatchAnswer:
    """What a batch shows, in sentences, and the files that hold it. ``conclusions`` is None for one future."""

    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    report: Path | None
    conclusions: Conclusions | None

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        found = self.conclusions
        tables: dict[str, Any] = {}
        if found is not None:
            for name, table in (("pairs", found.pairs), ("robust", found.robust), ("choices", found.choices)):
                if table is not None:
                    tables[name] = [{k: plain(v) for k, v in row.items()} for row in table.to_dict(orient="records")]
            tables["sensitivity"] = [
                {
                    "policy": one.policy,
                    "against": one.against,
                    "kpi": one.kpi,
                    "factors": [{k: plain(v) for k, v in row.items()} for row in one.table.to_dict(orient="records")],
                }
                for one in found.sensitivities
            ]
        report = None if self.report is None else str(self.report)
        return {"sentences": list(self.sentences), "notes": list(self.notes), "report": report, **tables}


@door
def answer_batch(batch: Batch, *, write: bool = True) -> BatchAnswer:
    """Conclude from a sealed batch, for its longest horizon, by the KPI and targets of its design.

    One future alone is a comparison of policies, as `deepmarket compare` makes it. With ``write`` the report
    (report.html), figures and tables (folder ``answer``) are written. What cannot be concluded is said in ``notes``.
    """
    meaning = batch.meaning
    try:
        ensemble = batch.ensemble()
    except StudyError as error:
        return BatchAnswer((), (str(error),), None, None)
    if len(ensemble.futures) == 1:
        return _answer_one_future(batch, write)
    try:
        found = conclude(ensemble, str(meaning["decide"]), _targets(batch, ensemble))
    except StudyError as error:
        return BatchAnswer((), (str(error),), None, None)
    sentences = tell(found)
    if not write:
        return BatchAnswer(sentences, found.skipped, None, found)
    title = str(meaning["question"] or meaning["title"] or f"Batch {meaning['design']}")
    return BatchAnswer(sentences, found.skipped, _write(batch.folder, found, title, sentences), found)


def _targets(batch: Batch, ensemble: Ensemble) -> list[Target]:
    """The design's targets, from the unit in which KPIs are shown to that of the tables."""
    units = ensemble.definitions.set_index("kpi")["unit"].to_dict()
    found = []
    for target in batch.meaning["targets"]:
        size = shown_unit(str(units.get(target["kpi"], "")))
        low, high = (None if limit is None else limit * size for limit in (target["at_least"], target["at_most"]))
        found.append(Target(target["kpi"], low, high))
    return found


def _write(folder: Path, found: Conclusions, title: str, sentences: tuple[str, ...]) -> Path:
    from analysis.figures.ensemble_gallery import draw_ensemble
    from analysis.figures.gallery import save_plates
    from analysis.report.ensemble_page import write_ensemble_report

    for old in (*(folder / ANSWER).glob("*.png"), *(folder / ANSWER).glob("*.csv")):
        old.unlink()  # of an earlier state of this batch
    plates = draw_ensemble(found)
    with staged(folder) as part:
        _write_tables(part / ANSWER, found, sentences)
        save_plates(plates, part / ANSWER)
        write_ensemble_report(found, plates, part / REPORT, title)
    return folder / REPORT


def _write_tables(out: Path, found: Conclusions, sentences: tuple[str, ...]) -> None:
    from analysis.figures.ensemble_gallery import file_name

    out.mkdir()
    tables = {"pairs": found.pairs, "robust": found.robust, "choices": found.choices}
    for number, finding in enumerate(found.findings, start=1):
        tables[f"where_{number}"] = finding.discovery.restrictions
        tables[f"where_{number}_trajectory"] = finding.discovery.trajectory
        tables[f"where_{number}_check"] = finding.check
    for one in found.sensitivities:
        tables[file_name(one)] = one.table
    for name, table in tables.items():
        if table is not None:
            write_csv(marked(table, found.ensemble.policies), out / f"{name}.csv")
    write_file(out / "sentences.json", json.dumps(list(sentences), indent=2, ensure_ascii=False) + "\n")


def _answer_one_future(batch: Batch, write: bool) -> BatchAnswer:
    """A batch without futures is a comparison: its replications are the pairs."""
    from analysis.findings import analyse_study
    from analysis.report.study_page import write_report

    ensemble = batch.ensemble()
    if len(ensemble.policies) < 2:
        return BatchAnswer((), ("one policy in one future has nothing to be compared with",), None, None)
    runs = ensemble.runs.drop(columns="future").rename(columns={"replication": "seed"})
    runs["seed"] += min(ensemble.meta.seeds)
    whole = runs.groupby("seed")["policy"].transform("count") == len(ensemble.policies)
    excluded = sorted(set(runs.loc[~whole, "seed"].tolist()))
    runs = runs[whole]
    notes = tuple(f"Seed {seed} is excluded for all policies: a run of it failed." for seed in excluded)
    if runs.empty:
        return BatchAnswer((), ("no replication ended well for every policy", *notes), None, None)
    seeds = tuple(sorted(set(runs["seed"].tolist())))
    study = Study(
        question=str(batch.meaning["question"] or batch.meaning["title"]),
        baseline=ensemble.baseline,
        policies=ensemble.policies,
        runs=runs.melt(id_vars=["policy", "seed"], var_name="kpi", value_name="value"),
        definitions=ensemble.definitions,
        meta=replace(ensemble.meta, seeds=seeds, notes=notes),
    )
    findings = analyse_study(study)
    if write:
        with staged(batch.folder) as part:
            write_report(findings, part / REPORT)
    return BatchAnswer((findings.answer.sentence,), notes, batch.folder / REPORT if write else None, None)
