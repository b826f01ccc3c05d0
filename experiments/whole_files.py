"""Files as they are written: whole or not at all, and only where they are meant to be.

A file is written next to its place and moved there. A link that lies in the way is replaced, not followed, and a folder
of results that is a link to somewhere else is refused: what it leads to belongs to nobody's study.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.signals import signals_after
from sim.errors import InputError, InputErrors

#: Folders that were written whole in this process: a command that is broken off later must not call them unwritten.
WHOLE: list[Path] = []


@contextmanager
def replacing(file: Path, ending: str = f".{os.getpid()}.part") -> Iterator[Path]:
    """Give a name next to ``file``, of another ``ending``, to write to; at the end it is moved there, on any error gone."""
    part = file.with_suffix(ending)
    part.unlink(missing_ok=True)  # whatever lies there, a link included
    try:
        yield part
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_file(file: Path, content: str | bytes) -> None:
    """Write ``content``, text as UTF-8 with line ends as they are."""
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with replacing(file) as part:
        part.write_bytes(data)


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder to write to; at the end its files go to ``out``, on any error nothing does.

    Raises :class:`InputErrors` when a folder inside ``out`` that files go to is a link.
    """
    folder = out if out.is_dir() else next(parent for parent in out.absolute().parents if parent.is_dir())
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=folder))
    try:
        yield part
        files = sorted(path for path in part.rglob("*") if path.is_file())
        for file in files:
            check_inside(out, (out / file.relative_to(part)).parent)
        with signals_after():
            for file in files:
                target = out / file.relative_to(part)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
            WHOLE.append(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_inside(out: Path, folder: Path) -> None:
    """Refuse a ``folder`` below ``out`` to which a link leads; that ``out`` itself is one is the user's own choice.

    Raises :class:`InputErrors`.
    """
    for step in (folder, *folder.parents):
        if step == out or out not in step.parents:
            return
        if step.is_symlink():
            problem = f"is a link to {step.readlink()}"
            remedy = "move it away, or name another folder with --out"
            raise InputErrors([InputError(str(step), problem, "a folder that lies in the one for results", remedy)])


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
        problem, expected = f"cannot be written to: {reason}", "a folder in which this user may write"
        remedy = "name another folder with --out"
        raise InputErrors([InputError(f"{place} {folder}", problem, expected, remedy)]) from None
    return folder
