"""The folder an import writes to: new, or left by an earlier import of the same files and not edited since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.ownership import IMPORT, Asked, claim


def claim_output(
    out: Path, kind: str, files: Sequence[Path], mapping: Path | None, ledger: QualityLedger, replace: bool
) -> Asked:
    """The claim on the output folder; refuses a place that holds anything this import did not write.

    ``mapping`` may be the folder's own mapping.toml, which is there to be edited. Raises
    :class:`sim.errors.InputErrors`.
    """
    if out.exists() and not out.is_dir():
        ledger.refused(
            str(out), "", "a file of this name exists", "a folder, new or from an earlier import", "choose another"
        )
    ledger.stop_if_refused()
    asked = Asked(IMPORT, {"kind": kind, "files": sorted(Path(file).name for file in files)})
    claim(out, asked, replace=replace, inputs=[] if mapping is None else [mapping])
    return asked
