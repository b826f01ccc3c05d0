"""The store: runs that ended well, one Parquet file each under ``runs/``, found again by their identity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.files import check_inside, replacing
from experiments.runs import Done, Job, RunTables
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("part", "week", "dimension", "level", "kpi", "value")
_HEAD = b"deepmarket"


class Store:
    """Runs in a folder. A run is written beside its name and moved there whole, so a killed driver leaves no half run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        table = pa.Table.from_pandas(_stack(tables), preserve_index=False)
        table = table.replace_schema_metadata({_HEAD: json.dumps(head, ensure_ascii=False).encode()})
        file = self._file(done.job)
        with replacing(file) as part:
            pq.write_table(table, part, compression="zstd")

    def get(self, job: Job) -> Done | None:
        """The run of ``job``, or None when it is not here or cannot be read (then it is done again)."""
        import pandas as pd
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = self._file(job)
        if not file.is_file():
            return None
        try:
            table = pq.read_table(file)
            head: dict[str, Any] = json.loads(table.schema.metadata[_HEAD])
        except (OSError, KeyError, TypeError, ValueError, pa.ArrowException):
            return None
        stacked = table.to_pandas()
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

    def _file(self, job: Job) -> Path:
        return self.runs / f"{job.identity}.parquet"


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
