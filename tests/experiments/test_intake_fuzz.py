"""Whatever stands in the cells, an import ends in a scenario or in a message, never in another error."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from crm_fixture import SmallCrm, small_crm

from experiments.intake import import_crm
from sim.errors import InputErrors

_CELLS = [
    "", "0", "-1", "abc", "1e308", "nan", "inf", "2022-01-01", "9999-12-31", "Won", "Lost", "Open", '"', "a,b", "é", "客户",
    "1,5", "12/31/2022", "31/12/2022", "Ann Lee", "Drill", "Foundry 1", "x" * 300, "\t", "None", "٣", "²", "3/4/2022",
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
    outcomes = set()
    for seed in range(25 * batch, 25 * batch + 25):
        luck = random.Random(seed)
        crm = small_crm(seed % 3)
        _spoil(crm, luck)
        mapping = tmp_path / "mapping.toml"
        mapping.write_text(f'[rules]\nunusable_rows = "{luck.choice(["refuse", "set_aside"])}"\n', encoding="utf-8")
        files = crm.write(tmp_path)
        if luck.random() < 0.2:
            raw = bytearray(files[0].read_bytes())
            raw[luck.randrange(len(raw))] = luck.randrange(256)
            files[0].write_bytes(bytes(raw))
        try:
            import_crm(files, tmp_path / "m", mapping=mapping, runs=0)
            outcomes.add("scenario")
        except InputErrors as refused:
            assert all(e.place and e.problem and e.expected and e.remedy for e in refused.errors)
            outcomes.add("message")
    assert outcomes == {"scenario", "message"}
