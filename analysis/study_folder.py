"""A study on disk: its long tables as Parquet, and ``study.json``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from analysis.digests import check_digest, note_digests
from analysis.errors import StudyError
from analysis.study import PolicyLabel, Provenance, Study
from analysis.upper_bounds import marked

TABLES = ("runs", "runs_weekly", "runs_by", "definitions", "assumptions")


def write_study(study: Study, folder: Path | str) -> Path:
    """Write ``study`` into ``folder`` (made when absent) and return it."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        table: pd.DataFrame = getattr(study, name)
        if name == "assumptions":
            table = table.assign(value=table["value"].map(str))
        elif "policy" in table.columns:
            table = marked(table, study.policies)
        table.to_parquet(folder / f"{name}.parquet", index=False)
    head = {
        "question": study.question,
        "baseline": study.baseline,
        "policies": {name: asdict(label) for name, label in study.policies.items()},
        "meta": asdict(study.meta),
    }
    text = json.dumps(head, indent=2, ensure_ascii=False) + "\n"
    (folder / "study.json").write_text(text, encoding="utf-8", errors="backslashreplace")
    note_digests(folder, ["study.json", *(f"{name}.parquet" for name in TABLES)])
    return folder


def read_study(folder: Path | str) -> Study:
    """Read what :func:`write_study` wrote. Raises StudyError when it is missing or not readable."""
    folder = Path(folder)
    head_file = folder / "study.json"
    for file in (head_file, *(folder / f"{name}.parquet" for name in TABLES)):
        if not file.is_file():
            raise StudyError(str(folder), f"{file.name} is missing", "Name a folder that a comparison has written.")
    try:
        head = json.loads(head_file.read_text(encoding="utf-8"))
        check_digest(head_file)
        meta = dict(head["meta"])
        for field in ("seeds", "commands", "notes"):
            meta[field] = tuple(meta[field])
        return Study(
            question=head["question"],
            baseline=head["baseline"],
            policies={name: PolicyLabel(**label) for name, label in head["policies"].items()},
            meta=Provenance(**meta),
            **{name: read_table(folder / f"{name}.parquet") for name in TABLES},
        )
    except StudyError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:  # also text that is not JSON or not UTF-8
        raise StudyError(str(head_file), f"not a study's head ({error})", "Run the comparison again.") from error


def read_table(file: Path) -> pd.DataFrame:
    """A table of a results folder. Raises StudyError when it is damaged."""
    check_digest(file)
    try:
        return pd.read_parquet(file)
    except (OSError, ValueError) as error:  # pyarrow's errors derive from these
        problem = f"cannot be read ({str(error).splitlines()[0]})"
        raise StudyError(str(file), problem, "Run the same command again: it rewrites the folder.") from error
