"""Whose a folder of results is: a note in it says which study wrote which files, so that no other study replaces them.

A command writes into a folder that is new, or its own. Its own is one that the same question wrote: same verb, scenario,
policies and settings. A comparison of more policies under the same baseline continues one of fewer. Files of the
study that were edited by hand since are not replaced either. `--replace` does all of it nevertheless.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.whole_files import staged, write_file
from sim.errors import InputError, InputErrors
from sim.text import one_line

#: The note in the folder.
NOTE = ".deepmarket.json"
#: The verb that never replaces anything.
BATCH = "batch run"
#: The verb whose results are scenarios.
IMPORT = "import"
#: Kinds of files that people edit.
_EDITED = frozenset({".toml", ".md", ".csv", ".html"})
#: Files by which results show that were written without a note.
_RESULTS = (
    *("report.html", "study.json", "provenance.json", "scenario.toml", "mapping.toml", "quality.md"),
    *("design.toml", "selection.csv", "effects.csv", "comparison.csv", "scorecard.csv"),
)


@dataclass(frozen=True)
class Asked:
    """What a command answers: its verb, and everything given that makes it another question."""

    verb: str
    facts: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        verb: str,
        scenario: object,
        policies: Collection[str],
        seed: int | None,
        weeks: int | None,
        overrides: Mapping[str, Any] | None,
        **further: Any,
    ) -> Asked:
        """What a command on a scenario asks; ``further`` are settings of this verb that make it another question."""
        settings = {path: str(value) for path, value in sorted((overrides or {}).items())}
        given = {"seed": seed, "weeks": weeks, "set": settings, **further}
        return cls(verb, {"scenario": str(scenario), "policies": list(policies), **given})

    @property
    def words(self) -> str:
        """The study as a command."""
        parts = [self.verb]
        for name, value in self.facts.items():
            if isinstance(value, Mapping):
                parts += [f"--{name} {key}={said}" for key, said in value.items()]
            elif isinstance(value, list):
                parts += [str(said) for said in value]
            elif value is not None:
                parts.append(str(value) if name in ("scenario", "kind") else f"--{name} {value}")
        return one_line(" ".join(parts))

    def continues(self, earlier: Asked) -> bool:
        """Whether this study holds all that the ``earlier`` one does."""
        ours, theirs = (json.loads(json.dumps(dict(one.facts))) for one in (self, earlier))
        new, old = ours.pop("policies", []), theirs.pop("policies", [])
        return self.verb == earlier.verb and ours == theirs and new[:1] == old[:1] and set(old) <= set(new)


def claim(folder: Path, asked: Asked, *, replace: bool = False, inputs: Collection[Path] = ()) -> None:
    """Be sure that ``asked`` may write into ``folder``; ``inputs`` are files in it that the command itself reads.

    Raises :class:`InputErrors` when it is another study's, or holds files of this one that were edited since.
    """
    if replace or not folder.is_dir():
        return
    note = _note(folder)
    if note is None:
        if there := [name for name in _RESULTS if (folder / name).exists()]:
            who = "not written by an import" if asked.verb == IMPORT else "which this command did not write"
            _refuse(asked, str(folder), f"holds {there[0]}, {who}")
        return
    earlier = Asked(str(note["verb"]), note["facts"])
    if not asked.continues(earlier):
        _refuse(asked, str(folder), f"holds another study: {earlier.words}")
    for name, digest in note["files"].items():
        file = folder / name
        if digest and file.is_file() and _digest(file) != digest and not any(_same(file, given) for given in inputs):
            _refuse(asked, str(file), "was edited since it was written")


def free_place(folder: Path, asked: Asked, replace: bool) -> Path:
    """``folder``, or the first of ``folder-2``, ``folder-3`` … that ``asked`` may write into."""
    number, place = 1, folder
    while True:
        try:
            claim(place, asked, replace=replace)
        except InputErrors:
            number += 1
            place = folder.with_name(f"{folder.name}-{number}")
        else:
            return place


@contextmanager
def settled(folder: Path, asked: Asked, also: Collection[Path] = ()) -> Iterator[Path]:
    """Give an empty folder for the files of ``asked``; at the end they are those of ``folder``, with the note.

    ``also`` are files that the study wrote into ``folder`` before. Files of the study that it writes no more are removed.
    """
    earlier = (_note(folder) or {"files": {}})["files"]
    with staged(folder) as part:
        yield part
        files = {str(file.relative_to(part)): _mark(file) for file in sorted(part.rglob("*")) if file.is_file()}
        files |= {str(file.relative_to(folder)): _mark(file) for file in also}
    _sign(folder, asked, files)
    for name in earlier.keys() - files.keys():
        if not earlier[name] or ((folder / name).is_file() and _digest(folder / name) == earlier[name]):
            (folder / name).unlink(missing_ok=True)


def written_again(file: Path) -> None:
    """Note that a file of a study was rewritten by a command for just that."""
    note = _note(file.parent)
    if note is not None and file.name in note["files"]:
        files = {**note["files"], file.name: _mark(file)}
        _sign(file.parent, Asked(str(note["verb"]), note["facts"]), files)


def _sign(folder: Path, asked: Asked, files: Mapping[str, str]) -> None:
    content = {"verb": asked.verb, "facts": dict(asked.facts), "files": dict(files)}
    # A scenario folder shows what it is made of; its note lies a step deeper.
    place = folder / "policies" / NOTE if asked.verb == IMPORT else folder / NOTE
    place.parent.mkdir(exist_ok=True)
    write_file(place, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _note(folder: Path) -> dict[str, Any] | None:
    """The note of a folder; one that is damaged is none."""
    try:
        place = next((file for file in (folder / NOTE, folder / "policies" / NOTE) if file.is_file()), folder / NOTE)
        found = json.loads(place.read_text(encoding="utf-8"))
        sound = isinstance(found["facts"], dict) and isinstance(found["files"], dict) and isinstance(found["verb"], str)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if sound else None


def _mark(file: Path) -> str:
    return _digest(file) if file.suffix in _EDITED else ""


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _same(file: Path, given: Path) -> bool:
    return given.exists() and file.samefile(given)


def _refuse(asked: Asked, place: str, problem: str) -> None:
    remedy = "name another folder with --out"
    if asked.verb != BATCH:  # whose runs took hours
        remedy += ", or replace what is there with --replace"
    raise InputErrors([InputError(place, problem, "a folder that is new, or this study's own and unchanged", remedy)])
