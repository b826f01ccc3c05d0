"""A folder that appears whole or not at all: files are written beside it and moved there when all is well."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder to write to; at the end its files go to ``out``, on any error nothing does."""
    beside = next(folder for folder in out.absolute().parents if folder.is_dir())
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=beside))
    try:
        yield part
        for file in sorted(path for path in part.rglob("*") if path.is_file()):
            target = out / file.relative_to(part)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
