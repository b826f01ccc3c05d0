"""Names of a column as a list of valid names spells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import CORRECTED, QualityLedger
from experiments.intake.tables.values.name_matching import match_names, nearest


def match_column(
    table: MappedTable,
    field: str,
    valid: Sequence[str],
    aliases: Mapping[str, str],
    ledger: QualityLedger,
    *,
    valid_file: str,
    personal: bool,
) -> pd.Series:
    """Names of a field as the list of valid names spells them; unknown names stay as written (see :func:`unknown_names`).

    Every changed spelling is reported with its rows.
    """
    cells = table.cells(field)
    matches = match_names([c for c in cells.unique() if c], valid, aliases)
    for written, match in matches.items():
        if match is None or match.how == "exact":
            continue
        rows = [int(r) for r in cells.index[cells == written]]
        why = {
            "alias": "the mapping file says so",
            "spacing": f"the same name as in {valid_file} apart from spacing, case or punctuation",
            "similar": f"the only name in {valid_file} that is nearly the same",
        }[match.how]
        what = f"{ledger.name(written, personal)} read as {ledger.name(match.name, personal)}"
        ledger.add(CORRECTED, table.file, table.header(field), what, why, rows)
    return cells.map({w: (m.name if m else w) for w, m in matches.items()} | {"": ""}).astype("str")


def unknown_names(names: pd.Series, valid: Sequence[str]) -> dict[str, list[int]]:
    """Names that are not in the valid list, each with its rows."""
    unknown = names[names.ne("") & ~names.isin(list(valid))]
    return {str(n): [int(r) for r in rows] for n, rows in unknown.groupby(unknown).groups.items()}


def suggest(name: str, valid: Sequence[str]) -> str:
    """' (did you mean …?)' for a message, or an empty text when no valid name is close."""
    near = nearest(name, valid)
    return f" (did you mean '{near}'?)" if near else ""
