"""Whatever the cells of invoices contain, an import ends in a scenario or in a message, never in another error."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from import_fuzz import check_any_end, damage, rules_for_rows
from invoice_fixture import small_invoices

from experiments.intake import import_transactions

_CELLS = [
    "", "0", "-1", "abc", "1e308", "-1e308", "1e-300", "nan", "inf", "2022-01-01", "9999-12-31", "POST", "M", '"', "a,b", "é",
    "客户", "1,5", "12/31/2022", "31/12/2022", "Shop 001", "1000", "C5001", "C", "x" * 300, "\t", "None", "٣", "²", "3/4/2022",
    "1.950", "€5.50", "$7", "7 kr", "40.00 CR", "−3", "1970-01-01", "44928", "1672617600", "01/02/23", "Jan 2, 2022", "2022-03-04T23:30Z",
    "2022-03-04 25:00", "Total", "5 %", "3万", "1,23,456.00", "\\\"", "sep=;",
]  # fmt: skip


def _spoil(rows: list[list[str]], luck: random.Random) -> None:
    """Put strange values into cells and columns, repeat and delete rows."""
    for _ in range(luck.choice([1, 2, 5, 50])):
        row, column, cell = luck.randrange(len(rows)), luck.randrange(len(rows[0])), luck.choice(_CELLS)
        what = luck.random()
        if what < 0.7:
            rows[row][column] = cell
        elif what < 0.8:
            rows.append(list(rows[row]))
        elif what < 0.87 and row:
            rows[row][0], rows[row][3] = f"C{rows[row][0]}", f"-{rows[row][3]}"
        elif what < 0.89:
            del rows[luck.randrange(1, len(rows)) :]
            rows.append(["1", "1000", "", "1", "2022-03-04", "2", "Shop 001", "Italy"])
        elif row:
            for other in rows[1:] if what < 0.97 else [rows[row]]:
                other[column] = cell


@pytest.mark.parametrize("batch", range(4))
def test_any_cells_end_in_a_scenario_or_a_message(batch: int, tmp_path: Path) -> None:
    def attempt(seed: int, luck: random.Random) -> None:
        invoices = small_invoices(seed % 3, customers=30, weeks=20)
        _spoil(invoices.rows, luck)
        mapping = tmp_path / "mapping.toml"
        rules = rules_for_rows(luck)
        of_nobody = luck.choice(["set_aside", "spread"])
        mapping.write_text(f'{rules}[transactions]\nno_customer = "{of_nobody}"\n', encoding="utf-8")
        files = invoices.write(tmp_path)
        damage(files[0], luck)
        import_transactions(files, tmp_path / "m", mapping=mapping, runs=0)

    check_any_end(range(25 * batch, 25 * batch + 25), attempt)
