"""The folder an import writes to: new, or left by an earlier import of the same kind."""

from __future__ import annotations

from pathlib import Path

from experiments.intake.quality import QualityLedger


def check_out(out: Path, first_line: str, ledger: QualityLedger) -> None:
    """Refuse a place where something lies that no import wrote; ``first_line`` begins every scenario this one writes."""
    scenario = out / "scenario.toml"
    if out.exists() and not out.is_dir():
        ledger.refused(
            str(out), "", "a file of this name exists", "a folder, new or from an earlier import", "choose another"
        )
    elif scenario.is_file() and not scenario.read_text(encoding="utf-8", errors="replace").startswith(first_line):
        remedy = "choose another folder, or move that file away"
        ledger.refused(str(scenario), "", "a scenario not written by an import is here", "a new folder", remedy)
    ledger.stop_if_refused()
