"""A larger design in the same folder: more points, replications, policies, horizons or generations.

Runs are known by what they are, so nothing need be said about how designs are drawn: a design can continue where another
was started if every run of the old one is one of the new one too. Done runs are kept, and only new ones are done.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BLOCKS, BatchPlan, plan_batch
from experiments.batch.design import DesignSection
from experiments.batch.drive import extended
from sim.errors import InputError, InputErrors
from sim.reading.complaints import show

#: What may change in a design that searches: it then asks what it asked, and continues from there.
_OF_A_SEARCH = ("title", "question", "timeout", "optimise.generations", "optimise.check_replications")
_SHOWN = 5


def take_up(path: Path, plan: BatchPlan) -> tuple[BatchFolder, str]:
    """The folder of ``plan``'s design, and what is added to the one it held, in words ("" for a new or the same one).

    Raises :class:`InputErrors` for a design that does not hold all runs of the one that the folder was started with.
    """
    folder = BatchFolder(path)
    if not folder.is_started or folder.text == plan.design.text:
        return BatchFolder.start(path, plan.design), ""
    folder.check_source()
    old = plan_batch(folder.design())
    changed = list(_changes(old.design.content.model_dump(), plan.design.content.model_dump()))
    if plan.design.content.optimise is None and old.design.content.optimise is None:
        before = {run.identity for run in extended(old, folder).runs()}
        again = folder.replacements() if plan.method in BLOCKS else 0
        now = {run.identity for run in plan.with_blocks(again).runs()}
        if before <= now:
            done = len(folder.done().keys() & now)
            folder.adopt(plan.design)
            return folder, f"continues with a larger design: {done:,} runs done, {len(now) - done:,} more"
    elif _searches_on(old.design.content, plan.design.content, changed):
        folder.adopt(plan.design)
        wanted, had = plan.design.content.optimise, old.design.content.optimise
        assert wanted is not None and had is not None
        wording = f"{had.generations} generations before, {wanted.generations} now"
        return folder, f"continues with a longer search: {len(folder.done()):,} runs done, {wording}"
    raise InputErrors([_another(path, changed)])


def _searches_on(old: DesignSection, new: DesignSection, changed: list[tuple[str, Any, Any]]) -> bool:
    """Whether the new design asks the same questions in the same order, and as many or more."""
    if old.optimise is None or new.optimise is None or new.optimise.generations < old.optimise.generations:
        return False
    return all(key in _OF_A_SEARCH for key, _, _ in changed)


def _changes(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(key, old value, new value) of everything in which two designs differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _changes(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield path, old, new


def _another(path: Path, changed: list[tuple[str, Any, Any]]) -> InputError:
    """What keeps the design from continuing here: the keys that differ, except those of words alone."""
    wording = [
        f"{key} was {_shown(old)}, now {_shown(new)}" for key, old, new in changed if key not in ("title", "question")
    ]
    more = f" and {len(wording) - _SHOWN} more" if len(wording) > _SHOWN else ""
    problem = f"holds a batch of another design, whose runs this one does not have: {'; '.join(wording[:_SHOWN])}{more}"
    expected = "a design that has every run of the old one, and more"
    return InputError(
        str(path), problem, expected, "name another folder with --out, or give the design its old content"
    )


def _shown(value: Any) -> str:
    return "omitted" if value is None else show(list(value) if isinstance(value, tuple) else value)
