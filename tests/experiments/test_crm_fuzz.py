"""Whatever the cells contain, an import ends in a scenario or in a message, never in another error."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from crm_fixture import SmallCrm, small_crm
from import_fuzz import check_any_end, damage, rules_for_rows

from experiments.intake import import_crm

_CELLS = [
    "", "0", "-1", "abc", "1e308", "nan", "inf", "2022-01-01", "9999-12-31", "Won", "Lost", "Open", '"', "a,b", "é", "客户",
    "1,5", "12/31/2022", "31/12/2022", "Ann Lee", "Drill", "Foundry 1", "x" * 300, "\t", "None", "٣", "²", "3/4/2022",
    "1.950", "€5.50", "$7", "7 kr", "1970-01-01", "44928", "01/02/23", "Jan 2, 2022", "2022-03-04T23:30Z", "Total", "5 %",
]  # fmt: skip


def _spoil(crm: SmallCrm, luck: random.Random) -> None:
    """Put strange values into cells and columns, repeat and delete rows."""
    for _ in range(luck.choice([1, 2, 5, 50])):
        table: list[list[str]] = getattr(
            crm, luck.choice(["opportunities", "opportunities", "roster", "accounts", "products"])
        )
        row, column, cell = luck.randrange(len(table)), luck.randrange(len(table[0])), luck.choice(_CELLS)
        what = luck.random()
        if what < 0.75:
            table[row][column] = cell
        elif what < 0.85:
            table.append(list(table[row]))
        elif row:
            for other in table[1:] if what < 0.95 else [table[row]]:
                other[column] = cell


@pytest.mark.parametrize("batch", range(4))
def test_any_cells_end_in_a_scenario_or_a_message(batch: int, tmp_path: Path) -> None:
    def attempt(seed: int, luck: random.Random) -> None:
        crm = small_crm(seed % 3)
        _spoil(crm, luck)
        mapping = tmp_path / "mapping.toml"
        mapping.write_text(rules_for_rows(luck), encoding="utf-8")
        files = crm.write(tmp_path)
        damage(files[0], luck)
        import_crm(files, tmp_path / "m", mapping=mapping, runs=0)

    check_any_end(range(25 * batch, 25 * batch + 25), attempt)
