"""Rows of a table that cannot be used: refused together, or set aside and counted when the user says so."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from experiments.intake.tables.columns.exclusion_effect import Exclusion, assess_exclusion
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import SET_ASIDE, QualityLedger

#: Kinds of tables whose rows can be excluded one by one.
_EXCLUDABLE = ("opportunities", "transactions")
#: Values of [rules] unusable_rows that set rows aside: the first only as long as the rows lost are few and scattered.
_IF_FEW, _ANY = "set_aside", "set_aside_even_if_systematic"


@dataclass
class RowCheck:
    """Rows of one table that cannot be used: refused together, or set aside and counted when the user says so (``rule``)."""

    table: MappedTable
    ledger: QualityLedger
    rule: str
    dropped: pd.Series
    _aside: pd.Series

    @classmethod
    def of(cls, table: MappedTable, ledger: QualityLedger, rule: str) -> RowCheck:
        """A check with no row dropped yet; ``rule`` is [rules] unusable_rows of the mapping file."""
        none = pd.Series(False, index=table.table.frame.index)
        return cls(table, ledger, rule, none, none.copy())

    def unusable(self, field: str, bad: pd.Series, problem: str, expected: str) -> None:
        """Report the rows where ``bad`` is true; they are dropped if the user chose to set rows aside and no whole part is lost."""
        bad = bad & ~self.dropped
        rows = [int(r) for r in bad.index[bad]]
        if not rows:
            return
        exclusion = assess_exclusion(self.table, bad, self._aside, field)
        file, header = self.table.file, self.table.header(field)
        if self.rule == _ANY or (self.rule == _IF_FEW and not exclusion.harmful):
            why = f"not usable: expected {expected}; rows set aside so far: {exclusion.description}"
            self.ledger.add(SET_ASIDE, file, header, problem, why, rows)
            self.dropped |= bad
            self._aside = self._aside | bad
            return
        if self.rule == _IF_FEW:
            problem = f"{problem}: too much would be set aside ({exclusion.description})"
        self.ledger.refused(file, header, problem, expected, self._remedy(exclusion), rows)

    def _remedy(self, exclusion: Exclusion) -> str:
        """Only deals and invoice lines can be excluded: a product or rep missing from its list would be unknown altogether."""
        if self.table.kind.name not in _EXCLUDABLE:
            return "correct the cells"
        if self.rule == _IF_FEW:
            return (
                f'correct the cells, or their format in the export; [rules] unusable_rows = "{_ANY}" excludes them '
                "all the same, but the numbers then describe another market"
            )
        if exclusion.harmful:
            return f"correct the cells, or their format in the export: too many to exclude ({exclusion.description})"
        return (
            f'correct the cells, or set [rules] unusable_rows = "{_IF_FEW}" in the mapping file to exclude these rows, '
            f"counted ({exclusion.description})"
        )

    def keep(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``frame`` that were not set aside."""
        return frame[~self.dropped.reindex(frame.index, fill_value=False)]


def quote_cells(cells: pd.Series) -> str:
    """The first three distinct cells, for a message."""
    different = list(dict.fromkeys(str(c) for c in cells))[:3]
    return ", ".join(f"'{c}'" for c in different)
