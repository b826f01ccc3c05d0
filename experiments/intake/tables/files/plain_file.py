"""Ordinary files of limited size: what a user names is checked before it is read."""

from __future__ import annotations

import stat
from pathlib import Path

from experiments.intake.tables.quality_ledger import QualityLedger

#: Largest file that is read, and most columns of a table.
MOST_BYTES = 2**30
MOST_COLUMNS = 2_000


def read_bytes(path: Path, ledger: QualityLedger) -> bytes | None:
    """Bytes of an ordinary file; None when it was refused (folders, pipes, devices, files above the limit)."""
    place, table = str(path), "a table in CSV, TSV or Parquet format"
    try:
        status = path.stat()
    except (OSError, ValueError):
        ledger.refused(place, "", "no such file", table, "check the name and the folder")
        return None
    if stat.S_ISDIR(status.st_mode):
        ledger.refused(place, "", "is a folder", table, "name the files in it")
    elif not stat.S_ISREG(status.st_mode):
        problem = "is a pipe or a device, not a file on disk"
        ledger.refused(place, "", problem, "an ordinary file", "save the table as a file and give that")
    elif status.st_size > MOST_BYTES:
        problem, expected = f"has {status.st_size:,} bytes", f"at most {MOST_BYTES:,} bytes"
        ledger.refused(place, "", problem, expected, "export a shorter history, or only the columns that are needed")
    else:
        try:
            with path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            problem = f"cannot be read: {error.strerror or error}"
            remedy = "change its permissions"
            ledger.refused(place, "", problem, "a file that this user may read", remedy)
    return None


def refuse_wide(path: Path, columns: int, ledger: QualityLedger) -> bool:
    """Refuse a table with too many columns; True when it was refused."""
    if columns > MOST_COLUMNS:
        problem = f"{columns:,} columns"
        remedy = "export only the columns that are needed; turn a table with one column per day or product into rows"
        ledger.refused(path.name, "", problem, f"at most {MOST_COLUMNS:,} columns", remedy)
    return columns > MOST_COLUMNS
