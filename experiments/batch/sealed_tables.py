"""Sealing a batch: from the ledgers to Parquet tables that hold no time and no machine, in the order of the design.

runs.parquet         one row per run that ended well: policy, future, weeks, replication, seed, KPIs as columns
futures.parquet      one row per future: role, block, step, factors (and in its metadata what the tables mean)
policies.parquet     name, what was loaded, levers, title, description, whether an oracle makes it an upper bound
definitions.parquet  KPIs: label, class, unit, direction, formula
weekly.parquet       policy, future, weeks, replication, week, kpi, value (where the design keeps weeks)
by.parquet           … dimension, level, kpi, value (where the design keeps cuts)
failures.parquet     runs that failed: kind, message, traceback, the command that repeats them
log.parquet          seconds and end of every run, which differ from drive to drive
A search adds its own, see :mod:`experiments.batch.search_tables`; its points are policies in the tables above.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.digests import note_digests
from analysis.upper_bounds import marked
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan
from experiments.batch.drive import extended
from experiments.batch.search_points import SearchPlan
from experiments.batch.search_tables import tables_of
from experiments.outside import door
from experiments.runs.identity import versions
from experiments.runs.numbers import unpack
from experiments.runs.row_digests import RunsDamaged
from experiments.runs.run import Run
from experiments.runs.run_ledger import RunLedger
from experiments.whole_files import replacing

#: Where the metadata of ``futures.parquet`` says what the tables mean.
MEANING = b"deepmarket"
#: Where the metadata of ``log.parquet`` says what the ledgers held when tables were sealed.
LEDGERS = b"ledgers"
#: Runs whose weeks are held in memory at a time.
_CHUNK = 256
_KEYS = ("policy", "future", "weeks", "replication", "seed")


@door
def seal(plan: BatchPlan, folder: BatchFolder) -> dict[str, int]:
    """Rewrite all tables; each is written next to its place and moved there. Gives the rows of each table.

    Runs that are done, and only these, are in the tables; more can be sealed later.
    """
    state = folder.state()  # taken first: what ends meanwhile is sealed the next time
    plan = extended(plan, folder)
    done = folder.done()
    runs = [run for run in plan.runs() if run.identity in done]
    rows: dict[str, int] = {}
    labels = {policy.name: policy.label for policy in plan.policies}
    with folder.reading() as ledgers:
        shelf = _Shelf(ledgers)
        wide, definitions = _wide(runs, shelf)
        tables = {
            "runs": marked(wide, labels),
            "policies": _policies(plan),
            "definitions": definitions,
            "failures": pd.DataFrame(
                [dataclasses.astuple(failure)[:-1] for failure in sorted(folder.failures(), key=lambda f: f.run)],
                columns=["identity", "run", "kind", "message", "traceback", "replay"],
            ).astype("str"),
        }
        if isinstance(plan, SearchPlan):
            tables |= tables_of(plan, folder)
        for name, table in tables.items():
            _write(pa.Table.from_pandas(table, preserve_index=False), folder.path / f"{name}.parquet")
            rows[name] = len(table)
        _write(_futures(plan), folder.path / "futures.parquet")
        rows["futures"] = len(plan.futures)
        for part, wanted in (("weekly", plan.kept.weekly), ("by", plan.kept.by)):
            if wanted:
                rows[part] = _write_long(part, runs, shelf, folder.path / f"{part}.parquet")
    # Last of all: what it says of the ledgers is true of all tables.
    log = [(run.identity, *done[run.identity]) for run in runs]
    rows["log"] = len(log)
    table = pa.Table.from_pandas(pd.DataFrame(log, columns=["identity", "seconds", "ended"]), preserve_index=False)
    _write(table.replace_schema_metadata({LEDGERS: json.dumps(state).encode()}), folder.path / "log.parquet")
    note_digests(folder.path, [f"{name}.parquet" for name in rows if (folder.path / f"{name}.parquet").is_file()])
    return rows


class _Shelf:
    """Finds the numbers of a run in whichever ledger has them, and unpacks each layout once."""

    def __init__(self, ledgers: Sequence[RunLedger]) -> None:
        self.ledgers = ledgers
        self.layouts: dict[str, dict[str, list[Any]]] = {}

    def all(self, part: str) -> dict[str, tuple[str, bytes]]:
        """(layout, values) of every run's part, by identity."""
        found: dict[str, tuple[str, bytes]] = {}
        for ledger in self.ledgers:
            for identity, layout, content in ledger.values(part):
                found[identity] = layout, content
                self._learn(ledger, layout)
        return found

    def one(self, part: str, identity: str) -> tuple[str, bytes]:
        """(layout, values) of a run's part."""
        for ledger in self.ledgers:
            found = ledger.value(identity, part)
            if found is not None:
                self._learn(ledger, found[0])
                return found
        raise RunsDamaged({self.ledgers[0].file: [identity]})

    def _learn(self, ledger: RunLedger, layout: str) -> None:
        if layout not in self.layouts:
            self.layouts[layout] = ledger.layout(layout).keys()


def _wide(runs: Sequence[Run], shelf: _Shelf) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row per run with KPIs as columns, and the definitions of these."""
    found = shelf.all("kpis")
    definitions: dict[str, tuple[Any, ...]] = {}
    for layout in dict.fromkeys(found[run.identity][0] for run in runs):
        keys = shelf.layouts[layout]
        definitions.update({row[0]: row for row in zip(*keys.values(), strict=True)})
    names = list(definitions)
    values = np.full((len(runs), len(names)), np.nan)
    places = {
        layout: np.array([names.index(kpi) for kpi in keys["kpi"]])
        for layout, keys in shelf.layouts.items()
        if "label" in keys
    }
    for number, run in enumerate(runs):
        layout, content = found[run.identity]
        values[number, places[layout]] = unpack(content)
    table = pd.DataFrame([tuple(getattr(run, key) for key in _KEYS) for run in runs], columns=list(_KEYS))
    table = pd.concat([table, pd.DataFrame(values, columns=names)], axis=1)
    table["policy"] = table["policy"].astype("str")
    table["identity"] = pd.Series([run.identity for run in runs], dtype="str")
    heads = ["kpi", "label", "kpi_class", "unit", "direction", "formula"]
    return table, pd.DataFrame(list(definitions.values()), columns=heads)


def _policies(plan: BatchPlan) -> pd.DataFrame:
    rows = [
        (
            policy.name,
            policy.loads,
            "\n".join(f"{path} = {_as_toml(value)}" for path, value in policy.levers.items()),
            policy.label.title,
            policy.label.description,
            policy.label.upper_bound,
        )
        for policy in plan.policies
    ]
    return pd.DataFrame(rows, columns=["policy", "loads", "levers", "title", "description", "upper_bound"])


def _as_toml(value: Any) -> str:
    """A lever's value as a design has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _futures(plan: BatchPlan) -> pa.Table:
    """Futures with, in the metadata, what is needed to make an ensemble of the tables again."""
    content = plan.design.content
    meaning = {
        "title": content.title,
        "question": content.question,
        "design": plan.design.file,
        "scenarios": list(plan.design.scenarios),
        "method": plan.method,
        "size": content.futures.size,
        "baseline": plan.baseline,
        "decide": content.decide.kpi,
        "targets": [target.model_dump() for target in content.target],
        "horizons": list(plan.horizons),
        "seed": plan.seed,
        "replications": content.replications,
        "currency": plan.currency,
        "factors": [dataclasses.asdict(factor) for factor in plan.factors],
        "versions": versions(),
    }
    table = pa.Table.from_pandas(plan.futures.reset_index(), preserve_index=False)
    return table.replace_schema_metadata({MEANING: json.dumps(meaning, ensure_ascii=False).encode()})


def _write_long(part: str, runs: Sequence[Run], shelf: _Shelf, file: Path) -> int:
    """Write a long table chunk by chunk, so that the whole is never in memory."""
    writer: pq.ParquetWriter | None = None
    rows = 0
    if not runs:
        return rows
    with replacing(file, ".part") as scratch:
        try:
            for chunk in _chunks(runs):
                long = pd.concat([_long(part, run, shelf) for run in chunk])
                table = pa.Table.from_pandas(long, preserve_index=False)
                writer = writer or pq.ParquetWriter(scratch, table.schema, compression="zstd")
                writer.write_table(table)
                rows += table.num_rows
        finally:
            if writer is not None:
                writer.close()
    return rows


def _long(part: str, run: Run, shelf: _Shelf) -> pd.DataFrame:
    layout, content = shelf.one(part, run.identity)
    keys = {"policy": run.policy, "future": run.future, "weeks": run.weeks, "replication": run.replication}
    return pd.DataFrame({**keys, **shelf.layouts[layout], "value": unpack(content)})


def _chunks(runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
    for first in range(0, len(runs), _CHUNK):
        yield runs[first : first + _CHUNK]


def _write(table: pa.Table, file: Path) -> None:
    with replacing(file, ".part") as scratch:
        pq.write_table(table, scratch, compression="zstd")
