"""Options of an import, checked before any file is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.intake.tables.quality_ledger import COMMAND, QualityLedger


def check_options(
    files: Sequence[Path],
    holdout: float,
    runs: int,
    currency: str | None,
    ledger: QualityLedger,
    *,
    needed: str,
    remedy: str,
) -> None:
    """Refuse options that no import can work with; ``needed`` and ``remedy`` go into the message when no file is given."""
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
            COMMAND, "currency", f"'{currency}' is not a currency code", "three capital letters", "for instance EUR"
        )
    if runs < 0:
        ledger.refused(COMMAND, "runs", f"{runs} is negative", "0 or more replications", "omit it")
