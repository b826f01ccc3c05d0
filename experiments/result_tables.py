"""Tables of a result's folder, opened column by column in pandas, pyarrow or DuckDB, without loading all of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.digests import check_digest
from experiments.whole_files import replacing, write_file
from sim.errors import InputError, InputErrors
from sim.text import write_csv

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa


#: Rows of a table that are copied at a time.
_BATCH = 100_000


@dataclass(frozen=True)
class Tables:
    """The Parquet tables of a folder that `compare`, `ablate`, `select`, `batch` or `run` wrote.

    Each is read when it is asked for, and only the columns and rows asked for.
    """

    folder: Path

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that are there."""
        return tuple(sorted(file.stem for file in self.folder.glob("*.parquet")))

    def table(self, name: str, columns: Sequence[str] | None = None, **only: Any) -> pd.DataFrame:
        """A table as pandas; ``only`` keeps rows (``policy="status_quo"``, ``future=[1, 2]``), unread where they differ.

        Raises :class:`InputErrors` for a table that is not there.
        """
        import pyarrow.parquet as pq

        filters = [(key, "in", value if isinstance(value, list | tuple) else [value]) for key, value in only.items()]
        wanted = None if columns is None else list(columns)
        found: pd.DataFrame = pq.read_table(self.file(name), columns=wanted, filters=filters or None).to_pandas()
        return found

    def file(self, name: str) -> Path:
        """The Parquet file of a table, whole as it was written. Raises :class:`InputErrors`, StudyError for a damaged one."""
        file = self.folder / f"{name}.parquet"
        if not file.is_file():
            there = ", ".join(self.names)
            remedy = "a batch keeps weeks and cuts where its design says so under [outputs]" if there else ""
            raise InputErrors(
                [InputError(str(self.folder), f"has no table `{name}`", f"one of: {there or 'none is there'}", remedy)]
            )
        check_digest(file)
        return file

    def dataset(self, name: str) -> pa.dataset.Dataset:
        """A table as a pyarrow dataset, for scans in pieces."""
        import pyarrow.dataset as ds

        return ds.dataset(self.file(name), format="parquet")

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with a view for every table; queries read what they need from the files."""
        import duckdb

        connection = duckdb.connect()
        for name in self.names:
            escaped = str(self.file(name)).replace("'", "''")
            connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{escaped}')")
        return connection


def open_tables(folder: Path | str) -> Tables:
    """The tables of any result. Raises :class:`InputErrors` for a folder without tables."""
    found = Tables(Path(folder))
    if not found.names:
        problem = "holds no tables" if found.folder.is_dir() else "there is no such folder"
        raise InputErrors([InputError(str(folder), problem, "the folder of a result, with files *.parquet")])
    return found


def copy_table(table: Path, to: Path) -> None:
    """Copy a Parquet table to ``to``, as CSV where that is its ending; a large one is never in memory whole."""
    import pyarrow.parquet as pq

    if to.suffix != ".csv":
        write_file(to, table.read_bytes())
        return
    content = pq.ParquetFile(table)
    with replacing(to) as part:
        write_csv(content.schema_arrow.empty_table().to_pandas(), part)
        for batch in content.iter_batches(_BATCH):
            write_csv(batch.to_pandas(), part, add=True)


def plain(value: Any) -> Any:
    """A cell of a table as JSON has it; a value that is not a number becomes null."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
