"""What an import with a fit writes next to its scenario: quality page, facts, mapping file; and its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from experiments.intake.fits.holdout_test import FitRow
from experiments.intake.scenario.import_summary import ImportSummary
from experiments.intake.scenario.kept_defaults import kept_defaults
from experiments.intake.scenario.quality_page import Basis, write_page
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.whole_files import write_file
from sim.scenario import Scenario


@dataclass(frozen=True)
class ImportRecord:
    """What an import has to say: ``bases`` from the data, ``assumed`` ones without, ``remarks``, the hold-out ``fit``.

    ``facts`` and ``mapping`` are the contents of facts.toml and mapping.toml.
    """

    title: str
    tables: Sequence[MappedTable]
    ledger: QualityLedger
    bases: Sequence[Basis]
    assumed: Sequence[Basis]
    remarks: Sequence[str]
    fit: Sequence[FitRow]
    facts: Mapping[str, Any]
    mapping: Mapping[str, object]


def write_documents(record: ImportRecord, folder: Path, out: Path, intended: tuple[str, ...]) -> ImportSummary:
    """Write quality.md, facts.toml and mapping.toml into ``folder``, which holds the scenario and will become ``out``.

    Warnings of the scenario that begin with one of ``intended`` are about values that are meant to be so; they are not
    repeated.
    """
    loaded = Scenario.load(folder)
    defaults = kept_defaults(loaded)
    page = write_page(
        record.title, record.tables, record.ledger, record.bases, record.assumed, defaults, record.fit, record.remarks
    )
    write_file(folder / "quality.md", page)
    write_file(folder / "facts.toml", tomli_w.dumps(record.facts))
    write_file(folder / "mapping.toml", tomli_w.dumps(record.mapping))
    return ImportSummary(
        out,
        tuple(record.tables),
        record.ledger,
        tuple(record.bases),
        tuple(record.assumed),
        tuple(record.fit),
        len(defaults),
        tuple(text for text in loaded.warnings if not text.startswith(intended)),
    )
