"""The summary of an import, for the terminal and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.intake.fits.holdout_test import FitRow
from experiments.intake.scenario.quality_page import Basis, fit_line
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, QualityLedger

#: Code of a kind in JSON where it differs from the word on the page: programs may look for it.
_JSON_KINDS = {CORRECTED: "mended"}


@dataclass(frozen=True)
class ImportSummary:
    """What an import read, corrected, fitted and wrote."""

    out: Path
    tables: tuple[MappedTable, ...]
    ledger: QualityLedger
    bases: tuple[Basis, ...]
    assumed: tuple[Basis, ...]
    fit: tuple[FitRow, ...] | None  # None: nothing to test over time
    defaults: int
    warnings: tuple[str, ...]

    @property
    def unfit(self) -> list[str]:
        """Measures of the hold-out table that are not within the tolerance."""
        return [row.measure for row in self.fit or () if not row.fits]

    def lines(self) -> list[str]:
        """The summary for a terminal, one string per line."""
        lines = []
        for table in self.tables:
            lines.append(f"{table.file}: {table.kind.name}, {len(table.table.frame):,} rows, {table.table.encoding}")
            lines += [f"  {field} ← {header} ({table.how[field]})" for field, header in table.columns.items()]
        lines.append("data quality")
        lines += [f"  {finding.line()}" for finding in self.ledger.findings] or ["  nothing to correct"]
        lines.append("numbers from the data")
        lines += [f"  {basis.name}: {basis.value}" for basis in self.bases]
        lines.append(f"set by the import without data: {'; '.join(b.name for b in self.assumed)}")
        if self.fit is not None:
            lines.append(f"numbers that kept their default: {self.defaults}")
            lines.append(
                "fit on the weeks held out" if self.fit else "fit: not tested (no weeks held out, or --runs 0)"
            )
            lines += [f"  {fit_line(row)}" for row in self.fit]
        lines += [f"warning: {warning}" for warning in self.warnings]
        lines.append(f"scenario: {self.out / 'scenario.toml'}; data quality: {self.out / 'quality.md'}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The summary as plain values for JSON."""
        return {
            "out": str(self.out),
            "tables": [
                {
                    "file": t.file,
                    "kind": t.kind.name,
                    "rows": len(t.table.frame),
                    "encoding": t.table.encoding,
                    "columns": t.columns,
                    "how": t.how,
                }
                for t in self.tables
            ],
            "findings": [
                {
                    "kind": _JSON_KINDS.get(f.kind, f.kind),
                    "file": f.file,
                    "column": f.column,
                    "rows": f.count,
                    "what": f.what,
                    "why": f.why,
                }
                for f in self.ledger.findings
            ],
            "from_data": [{"name": b.name, "value": b.value, "how": b.how} for b in self.bases],
            "assumed": [{"name": b.name, "value": b.value, "why": b.how} for b in self.assumed],
            "kept_defaults": self.defaults,
            "fit": [
                {
                    "measure": r.measure,
                    "observed": r.observed,
                    "simulated": r.simulated,
                    "low": r.low,
                    "high": r.high,
                    "deviation": r.deviation,
                    "fits": r.fits,
                    "verdict": r.verdict,
                }
                for r in self.fit or ()
            ],
            "warnings": list(self.warnings),
        }
