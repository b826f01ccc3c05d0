"""A batch's folder: its design as it was started, the ledgers of its drivers, and what is sealed from them.

design.toml  batch.json          the design, and where its own files are looked up
ledger.sqlite                    of the driver (ledger-2-of-8.sqlite of a shard)
points.json                      of a search: the points that it asked for
runs.parquet  futures.parquet …  sealed tables (told in :mod:`experiments.batch.sealing`).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.digests import digest_of
from experiments.batch.ledger import Failure, Ledger
from experiments.batch.numbers import Numbers
from experiments.files import check_inside, write_file
from experiments.identity import code_hash, version
from experiments.ownership import BATCH, Asked, claim
from experiments.store import open_folder
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from experiments.batch.reading import Design


@dataclass(frozen=True)
class Shard:
    """Part ``number`` (from 1) of ``of`` parts of a batch."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str | None) -> Shard:
        """A shard as ``k/n``. Raises :class:`InputErrors`."""
        if text is None:
            return cls()
        found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            remedy = "for instance --shard 2/8; in a Slurm array: --shard $SLURM_ARRAY_TASK_ID/8"
            raise InputErrors([InputError("--shard", f"found {text}", "k/n with k from 1 to n", remedy)])
        return cls(int(found[1]), int(found[2]))

    @property
    def file(self) -> str:
        """Name of its ledger."""
        return "ledger.sqlite" if self.of == 1 else f"ledger-{self.number}-of-{self.of}.sqlite"


#: The fact of a ledger that says what the design's files held when its runs were done.
FILES = "files"
#: The fact of a ledger that says how the files were that its driver had read: size and time of the last change.
WATCHED = "watched"
#: The fact of a ledger that says how many blocks were drawn in place of spoilt ones.
REPLACEMENTS = "replacements"
#: All runs, no shard.
WHOLE = Shard()


@dataclass(frozen=True)
class Folder:
    """A batch's folder."""

    path: Path

    @classmethod
    def start(cls, path: Path, design: Design) -> Folder:
        """Make the folder, or take up the one that holds this very design. Raises :class:`InputErrors` for another one."""
        folder = cls(path)
        if not folder.is_started:
            claim(path, Asked(BATCH, {"design": design.file}))
        open_folder(path)
        if folder.is_started:
            if folder.text != design.text:
                problem = "holds a batch of another design"
                remedy = "name another folder with --out, or give the design its old content"
                raise InputErrors([InputError(str(path), problem, "an empty folder, or one of this design", remedy)])
            folder.check_source()
            return folder
        facts = {"design": design.file, "folder": str(design.folder), "version": version(), "source": code_hash()}
        folder._keep(facts, design.text, [digest_of(design.text)])
        return folder

    @property
    def is_started(self) -> bool:
        """Whether the folder holds a batch's design."""
        return self._design_file.is_file()

    def go_on_with(self, design: Design) -> None:
        """Hold ``design`` from now on, all of whose runs so far are those of the old one.

        Raises :class:`InputErrors` when a driver is at work here.
        """
        with self._lock(WHOLE.file):
            facts = {**self.facts, "design": design.file, "folder": str(design.folder)}
            self._keep(facts, design.text, [digest_of(self.text), digest_of(design.text)])

    def _keep(self, facts: dict[str, str], text: str, designs: list[str]) -> None:
        """Write the facts, then the design: killed in between, the folder holds a design that the facts know."""
        content = {**facts, "designs": designs}
        digest = digest_of(json.dumps(content, sort_keys=True))
        write_file(self.path / "batch.json", json.dumps({**content, "digest": digest}, indent=2, ensure_ascii=False))
        write_file(self._design_file, text)

    @classmethod
    def find(cls, path: Path | str) -> Folder:
        """The folder of a batch that was started. Raises :class:`InputErrors`."""
        folder = cls(Path(path))
        if not folder._design_file.is_file() or not (folder.path / "batch.json").is_file():
            problem = "holds no batch" if folder.path.is_dir() else "there is no such folder"
            remedy = "`deepmarket batch run DESIGN.toml` starts one, in out/batch-DESIGN unless --out says otherwise"
            raise InputErrors([InputError(str(path), problem, "the folder of a batch", remedy)])
        return folder

    def check_source(self) -> None:
        """Refuse to go on with another model: its runs would not be those of the batch. Raises :class:`InputErrors`."""
        facts = self.facts
        if facts["source"] != code_hash():
            problem = f"was started with version {facts['version']}, source {facts['source']}; this is {version()}, {code_hash()}"
            remedy = "its tables can still be read; start the design in another folder with --out"
            raise InputErrors(
                [InputError(str(self.path), problem, "the same model from the first run to the last", remedy)]
            )

    @property
    def _design_file(self) -> Path:
        return self.path / "design.toml"

    @property
    def facts(self) -> dict[str, str]:
        """What was known when the batch was started: the design's file and folder, version and source."""
        return {name: self._known[name] for name in ("design", "folder", "version", "source")}

    @property
    def _known(self) -> dict[str, Any]:
        """The facts, whole as they were written. Raises :class:`InputErrors`."""
        file = self.path / "batch.json"
        try:
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if found.pop("digest") != digest_of(json.dumps(found, sort_keys=True)):
                raise ValueError("it is not what was written")
            return found
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged(file, f"{type(error).__name__}: {error}", "the facts of a batch") from None

    def _damaged(self, file: Path, what: str, expected: str) -> InputErrors:
        remedy = "put a copy back, or start the design in another folder with --out"
        return InputErrors([InputError(str(file), f"is damaged: {what}", expected, remedy)])

    @property
    def text(self) -> str:
        """The design's text, whole as it was written. Raises :class:`InputErrors`."""
        try:
            text = self._design_file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise self._damaged(self._design_file, str(error), "the design of a batch") from None
        if digest_of(text) not in self._known["designs"]:
            raise self._damaged(self._design_file, "it is not what was written", "the design of a batch")
        return text

    def check_design(self) -> None:
        """Refuse a design that is not, to the last bit, what was written. Raises :class:`InputErrors`."""
        _ = self.text

    def design(self) -> Design:
        """The design as it was started, or last gone on with."""
        from experiments.batch.reading import design_of

        return design_of(self.text, self.facts["design"], Path(self.facts["folder"]))

    def ledgers(self) -> list[Path]:
        """Files of all ledgers."""
        return sorted(self.path.glob("ledger*.sqlite"))

    @contextmanager
    def reading(self) -> Iterator[list[Ledger]]:
        """All ledgers, to look at."""
        with ExitStack() as stack:
            ledgers = [stack.enter_context(Ledger(file, readonly=True)) for file in self.ledgers()]
            yield [ledger for ledger in ledgers if ledger.ready]

    def done(self) -> dict[str, tuple[float, float]]:
        """Runs that ended well, in any ledger: seconds they took, and when they ended."""
        with self.reading() as ledgers:
            return {identity: facts for ledger in ledgers for identity, facts in ledger.done().items()}

    def failures(self) -> list[Failure]:
        """Runs that failed and have not ended well since, each once (two drivers may have tried it), the earliest first."""
        with self.reading() as ledgers:
            done = {identity for ledger in ledgers for identity in ledger.done()}
            found = [failure for ledger in ledgers for failure in ledger.failures() if failure.identity not in done]
        found.sort(key=lambda failure: failure.ended)
        latest = {failure.identity: failure for failure in found}
        return [failure for failure in found if failure is latest[failure.identity]]

    def state(self) -> dict[str, Any]:
        """What each ledger holds, in short, by its name, and which design it is."""
        with self.reading() as ledgers:
            return {"design": digest_of(self.text), **{ledger.file.name: ledger.state() for ledger in ledgers}}

    def files(self) -> dict[str, str]:
        """Digests of what the design's files held when its runs were done, by what they are of; empty before."""
        found: dict[str, str] = {}
        with self.reading() as ledgers:
            for ledger in ledgers:
                found |= json.loads(ledger.fact(FILES) or "{}")
        return found

    def replacements(self) -> int:
        """Blocks that drivers have drawn in place of spoilt ones."""
        with self.reading() as ledgers:
            return max((int(ledger.fact(REPLACEMENTS) or 0) for ledger in ledgers), default=0)

    def numbers_of(self, identity: str) -> Numbers | None:
        """Numbers of a run, from whichever ledger has it."""
        with self.reading() as ledgers:
            return next((found for ledger in ledgers if (found := ledger.numbers_of(identity)) is not None), None)

    @contextmanager
    def driving(self, shard: Shard) -> Iterator[Ledger]:
        """The ledger of a shard, for its one driver. Raises :class:`InputErrors` when another driver is at work.

        A driver of all runs is alone in the folder; drivers of shards are beside those of the same split only. Else
        runs would be done twice.
        """
        for name in (shard.file, f".{shard.file}.lock"):
            check_inside(self.path, self.path / name)
        with ExitStack() as locks:
            if shard.of == 1:
                locks.enter_context(self._lock(WHOLE.file))
            else:
                locks.enter_context(self._lock(WHOLE.file, shared=True))
                locks.enter_context(self._lock(f"split-{shard.of}", shared=True))
                for other in self.path.glob(".split-*.lock"):
                    if other.name != f".split-{shard.of}.lock":
                        with self._lock(other.name.removeprefix(".").removesuffix(".lock")):
                            pass  # nobody of another split is at work
                locks.enter_context(self._lock(shard.file))
            try:
                with Ledger(self.path / shard.file) as ledger:
                    yield ledger
            except sqlite3.OperationalError as error:
                raise self._unwritable(error) from None

    @contextmanager
    def _lock(self, name: str, shared: bool = False) -> Iterator[None]:
        """A lock of this folder; it is one of the database on a file of its own, and ends with the process."""
        check_inside(self.path, self.path / f".{name}.lock")
        lock = sqlite3.connect(self.path / f".{name}.lock", timeout=0.2, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN" if shared else "BEGIN EXCLUSIVE")
                lock.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise self._unwritable(error) from None
                problem = "another driver is at work in this folder"
                remedy = "wait for it (`deepmarket batch status`), or share the work from the start with --shard k/n"
                expected = "one driver, or one for each part of the same split"
                raise InputErrors([InputError(str(self.path), problem, expected, remedy)]) from None
            yield
        finally:
            lock.close()

    def _unwritable(self, error: sqlite3.OperationalError) -> InputErrors:
        remedy = "make room or mend the disk; the same command goes on from there"
        problem = f"cannot be written to: {error}"
        return InputErrors([InputError(str(self.path), problem, "a folder on a sound disk", remedy)])

    def mend(self, shard: Shard, ledger: Ledger) -> list[str]:
        """Take damaged runs off the ledgers that this driver may write, to be done again; what it did, in words."""
        notes = _mended(ledger)
        for file in self.ledgers() if shard.of == 1 else ():
            if file != ledger.file and file.stat().st_size > 0:
                with Ledger(file) as other:
                    notes += _mended(other)
        return notes


def _mended(ledger: Ledger) -> list[str]:
    wrong, lost = ledger.mend()
    notes = []
    if wrong:
        names = ", ".join(identity[:8] for identity in wrong[:8]) + (" …" if len(wrong) > 8 else "")
        notes.append(f"{ledger.file.name}: {len(wrong)} runs were damaged on disk and are done again: {names}")
    if lost:
        notes.append(f"{ledger.file.name}: rows were lost or added on disk; what is missing is done again")
    return notes
