"""The store: runs that ended well, one Parquet file each under ``runs/``, found again by their identity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.digests import digest_of
from experiments.files import check_inside, replacing
from experiments.runs import Done, Job, RunTables
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("part", "week", "dimension", "level", "kpi", "value")
_HEAD = b"deepmarket"


class Store:
    """Runs in a folder. A run is written beside its name and moved there whole, so a killed driver leaves no half run.

    Each has a digest of who it is and of all its numbers, taken again when it is read. ``damaged`` are the names of runs
    that were there and not what was written, and are to be done again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: list[str] = []
        self.runs = folder / "runs"
        check_inside(folder, self.runs)
        self.runs.mkdir(parents=True, exist_ok=True)

    def __contains__(self, job: Job) -> bool:
        return self._file(job).is_file()

    def put(self, done: Done) -> None:
        """Keep a run."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        tables = done.tables
        head = {
            "policy": done.job.label,
            "seed": done.job.seed,
            "replay": done.job.replay,
            "seconds": tables.seconds,
            "definitions": tables.definitions.to_dict(orient="records"),
            "assumptions": tables.assumptions.to_dict(orient="records"),
        }
        stacked = _stack(tables)
        head["digest"] = _digest(done.job.identity, head, stacked)
        table = pa.Table.from_pandas(stacked, preserve_index=False)
        table = table.replace_schema_metadata({_HEAD: json.dumps(head, ensure_ascii=False).encode()})
        file = self._file(done.job)
        with replacing(file) as part:
            pq.write_table(table, part, compression="zstd")

    def get(self, job: Job) -> Done | None:
        """The run of ``job``, or None when it is not here or not what was written (then it is done again)."""
        import pandas as pd

        file = self._file(job)
        if not file.is_file():
            return None
        found = _whole(file, job.identity)
        if found is None:
            self.damaged.append(job.name)
            return None
        head, stacked = found
        kpis, weekly, by = (stacked[stacked["part"] == part] for part in ("kpis", "weekly", "by"))
        tables = RunTables(
            kpis=kpis[["kpi", "value"]].reset_index(drop=True),
            weekly=weekly[["week", "kpi", "value"]].reset_index(drop=True),
            by=by[["dimension", "level", "kpi", "value"]].reset_index(drop=True),
            definitions=pd.DataFrame(head["definitions"]),
            assumptions=pd.DataFrame(head["assumptions"], columns=["path", "value", "unit", "source", "doc"]),
            seconds=float(head["seconds"]),
        )
        return Done(job, tables)

    @property
    def notes(self) -> list[str]:
        """What was found damaged, in words."""
        return [f"The kept run {name} was not what was written: it was done again." for name in self.damaged]

    def _file(self, job: Job) -> Path:
        return self.runs / f"{job.identity}.parquet"


def _whole(file: Path, identity: str) -> tuple[dict[str, Any], pd.DataFrame] | None:
    """Head and values of a run's file; None when they are not what was written."""
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
        head: dict[str, Any] = json.loads(table.schema.metadata[_HEAD])
        stacked = table.to_pandas()
        return (head, stacked) if head.pop("digest") == _digest(identity, head, stacked) else None
    except Exception:  # whatever damaged bytes make of a reader, the run is done again
        return None


def _digest(identity: str, head: dict[str, Any], stacked: pd.DataFrame) -> str:
    """Digest of a run: who it is, what its head says, and every cell of its tables."""
    import numpy as np

    columns: list[bytes] = []
    for name in _COLUMNS:
        if name in ("week", "value"):
            columns.append(np.ascontiguousarray(stacked[name].to_numpy(dtype="<f8")).tobytes())
        else:
            columns.append(json.dumps(stacked[name].tolist()).encode())
    return digest_of(identity, json.dumps(head, sort_keys=True), *columns)


def _stack(tables: RunTables) -> pd.DataFrame:
    """The three tables of values as one, so that a run is one file."""
    import pandas as pd

    parts = [
        tables.kpis.assign(part="kpis", week=0, dimension="", level=""),
        tables.weekly.assign(part="weekly", dimension="", level=""),
        tables.by.assign(part="by", week=0, level=tables.by["level"].map(str)),
    ]
    return pd.concat(parts, ignore_index=True)[list(_COLUMNS)]


def open_folder(folder: Path, place: str = "--out") -> Path:
    """Make ``folder`` and be sure that it can be written into. Raises :class:`InputErrors`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / ".probe") as probe:
            probe.touch()
        (folder / ".probe").unlink()
    except OSError as error:
        taken = next((path for path in (folder, *folder.parents) if path.exists() and not path.is_dir()), None)
        reason = error.strerror or str(error) if taken is None else f"{taken} is a file"
        raise InputErrors(
            [
                InputError(
                    f"{place} {folder}",
                    f"cannot be written to: {reason}",
                    "a folder in which this user may write",
                    "name another folder with --out",
                )
            ]
        ) from None
    return folder
