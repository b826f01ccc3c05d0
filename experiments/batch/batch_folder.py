"""A batch's folder: its design as it was started, the ledgers of its drivers, and what is sealed from them.

design.toml  batch.json          the design, and where its own files are looked up
ledger.sqlite                    of the driver (ledger-2-of-8.sqlite of a shard)
points.json                      of a search: the points that it asked for
runs.parquet  futures.parquet …  sealed tables (listed in :mod:`experiments.batch.sealed_tables`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.digests import digest_of
from experiments.ownership import BATCH, Asked, claim
from experiments.runs.identity import code_hash, version
from experiments.runs.run_folder import WHOLE, RunFolder
from experiments.whole_files import open_folder, write_file
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from experiments.batch.design_file import Design

#: The fact of a ledger that says what the design's files held when its runs were done.
FILES = "files"
#: The fact of a ledger that says how the files were that its driver had read: size and time of the last change.
WATCHED = "watched"
#: The fact of a ledger that says how many blocks were drawn in place of incomplete ones.
REPLACEMENTS = "replacements"


@dataclass(frozen=True)
class BatchFolder(RunFolder):
    """A batch's folder: its runs, and the design that they are of."""

    @classmethod
    def start(cls, path: Path, design: Design) -> BatchFolder:
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

    def adopt(self, design: Design) -> None:
        """Hold ``design`` from now on, all of whose runs so far are those of the old one.

        Raises :class:`InputErrors` when a driver is at work here.
        """
        with self.lock(WHOLE.file):
            facts = {**self.facts, "design": design.file, "folder": str(design.folder)}
            self._keep(facts, design.text, [digest_of(self.text), digest_of(design.text)])

    def _keep(self, facts: dict[str, str], text: str, designs: list[str]) -> None:
        """Write the facts, then the design: killed in between, the folder holds a design that the facts know."""
        content = {**facts, "designs": designs}
        digest = digest_of(json.dumps(content, sort_keys=True))
        write_file(self.path / "batch.json", json.dumps({**content, "digest": digest}, indent=2, ensure_ascii=False))
        write_file(self._design_file, text)

    @classmethod
    def find(cls, path: Path | str) -> BatchFolder:
        """The folder of a batch that was started. Raises :class:`InputErrors`."""
        folder = cls(Path(path))
        if not folder._design_file.is_file() or not (folder.path / "batch.json").is_file():
            problem = "holds no batch" if folder.path.is_dir() else "there is no such folder"
            remedy = "`deepmarket batch run DESIGN.toml` starts one, in out/batch-DESIGN unless --out says otherwise"
            raise InputErrors([InputError(str(path), problem, "the folder of a batch", remedy)])
        return folder

    def check_source(self) -> None:
        """Refuse to resume with another model: its runs would not be those of the batch. Raises :class:`InputErrors`."""
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
        """The design as it was started, or as it was last extended."""
        from experiments.batch.design_file import design_of

        return design_of(self.text, self.facts["design"], Path(self.facts["folder"]))

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
        """Blocks that drivers have drawn in place of incomplete ones."""
        with self.reading() as ledgers:
            return max((int(ledger.fact(REPLACEMENTS) or 0) for ledger in ledgers), default=0)
