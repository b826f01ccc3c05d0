"""What imports with a fit share: their settings checked before, mapping file and kept defaults after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.intake.headers import MappedTable
from experiments.intake.mapping import MappingFile
from experiments.intake.quality import COMMAND, QualityLedger
from experiments.intake.quality_page import KeptDefault
from sim.params import Params
from sim.scenario import Scenario


def check_settings(
    files: Sequence[Path],
    holdout: float,
    runs: int,
    currency: str | None,
    ledger: QualityLedger,
    *,
    needed: str,
    remedy: str,
) -> None:
    """Refuse settings that no import can work with; ``needed`` and ``remedy`` are told where no file was given."""
    if not files:
        ledger.refused(COMMAND, "", "no file given", needed, remedy)
    if not 0.0 <= holdout <= 0.5:
        ledger.refused(
            COMMAND,
            "holdout",
            f"{holdout:g} is out of range",
            "a share between 0 and 0.5",
            "0.2 holds out the last fifth",
        )
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        ledger.refused(
            COMMAND, "currency", f"'{currency}' is no currency code", "three capital letters", "for instance EUR"
        )
    if runs < 0:
        ledger.refused(COMMAND, "runs", f"{runs} is negative", "0 or more replications", "leave it out")


def mapping_content(found: Mapping[str, MappedTable], given: MappingFile) -> dict[str, object]:
    """Contents of mapping.toml: the mapping that was used, in the form that an import takes."""
    content: dict[str, object] = {
        "tables": {kind: {"file": t.file, "columns": dict(t.columns)} for kind, t in found.items()}
    }
    return content | given.model_dump(exclude={"tables"}, exclude_none=True)


def kept_defaults(scenario: Scenario) -> list[KeptDefault]:
    """Parameters of the mechanisms that nobody set, with the source of their default."""
    sources = {
        f"params.{section}.{name}": declaration.source
        for section in Params.model_fields
        for name, declaration in getattr(scenario.params, section).declarations()
    }
    return [
        KeptDefault(path, f"{value}", sources.get(path, ""))
        for path, value, who in scenario.values()
        if who == "default" and path.startswith(("params.", "policy."))
    ]
