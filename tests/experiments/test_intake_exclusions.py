"""Rows that cannot be used: a few scattered ones may be set aside, a whole part of the table only if the user insists."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from crm_fixture import small_crm
from invoice_fixture import small_invoices

from experiments.intake import import_crm, import_transactions
from experiments.intake.scenario.import_summary import ImportSummary
from sim.errors import InputErrors

_PRODUCT, _QUANTITY, _DAY, _PRICE, _CUSTOMER = 1, 3, 4, 5, 6
Rows = list[list[str]]


def _credits(rows: Rows) -> None:
    """A minus in an unknown notation after one quantity in fifty."""
    for row in rows[25::50]:
        row[_QUANTITY] += "--"


def _another_order(rows: Rows) -> None:
    """The last four weeks have dates in another format."""
    for row in rows[1:]:
        if row[_DAY] >= "2022-11-21":
            year, month, day = row[_DAY].split("-")
            row[_DAY] = f"{month}~{day}~{year}"


def _a_product(rows: Rows) -> None:
    for row in rows[1:]:
        row[_PRICE] = "on request" if row[_PRODUCT] == "1009" else row[_PRICE]


def _a_customer(rows: Rows) -> None:
    often = max({r[_CUSTOMER] for r in rows[1:]}, key=lambda name: sum(r[_CUSTOMER] == name for r in rows))
    for row in rows[1:]:
        row[_PRICE] = "?" if row[_CUSTOMER] == often else row[_PRICE]


def _a_page(rows: Rows) -> None:
    """A page of the report that lost its prices, of all customers and products."""
    for row in rows[300:315]:
        row[_PRICE] = "#"


def _many(rows: Rows) -> None:
    for row in random.Random(3).sample(rows[1:], len(rows) // 12):
        row[_PRICE] = "abc"


def _scattered(rows: Rows) -> None:
    luck = random.Random(2)
    for row in luck.sample(rows[1:], len(rows) // 100):
        column, cell = luck.choice([(_PRICE, "abc"), (_PRICE, ""), (_QUANTITY, "12x"), (_DAY, "2022-13-45")])
        row[column] = cell


def _import(folder: Path, spoil: Callable[[Rows], None], rule: str) -> ImportSummary:
    invoices = small_invoices()
    spoil(invoices.rows)
    mapping = folder / "rules.toml"
    mapping.write_text(f'[rules]\nunusable_rows = "{rule}"\n', encoding="utf-8")
    return import_transactions(invoices.write(folder), folder / "m", runs=0, mapping=mapping)


@pytest.mark.parametrize(
    ("spoil", "trait"),
    [
        (_credits, "negative amounts in 'qty'"),
        (_another_order, "cells of 'order date' written like 99~99~9999"),
        (_a_product, "rows with '1009' in 'article'"),
        (_a_customer, "rows with one name in 'customer no'"),
        (_a_page, "most of them are together, from row 302 to 314"),
        (_many, "of 1,391 rows, 8.3%"),
    ],
)
def test_systematic_losses_are_not_set_aside(spoil: Callable[[Rows], None], trait: str, tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as refused:
        _import(tmp_path, spoil, "refuse")
    assert 'unusable_rows = "set_aside"' not in str(refused.value), "a harmful remedy is not offered"
    with pytest.raises(InputErrors) as refused:
        _import(tmp_path, spoil, "set_aside")
    assert trait in str(refused.value) and "too much would be set aside" in str(refused.value)
    assert "set_aside_even_if_systematic" in str(refused.value) and not (tmp_path / "m").exists()


def test_the_user_may_insist_and_the_share_is_reported(tmp_path: Path) -> None:
    summary = _import(tmp_path, _a_product, "set_aside_even_if_systematic")
    (aside,) = [f for f in summary.ledger.findings if f.kind == "set aside"]
    assert f"{aside.count:,} of 1,391 rows" in aside.why and "'1009' in 'article'" in aside.why
    assert aside.why in (tmp_path / "m" / "quality.md").read_text(encoding="utf-8")


def test_a_few_scattered_rows_may_be_set_aside(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as refused:
        _import(tmp_path, _scattered, "refuse")
    assert 'unusable_rows = "set_aside" in the mapping file' in str(refused.value)
    summary = _import(tmp_path, _scattered, "set_aside")
    assert sum(f.count for f in summary.ledger.findings if f.kind == "set aside") == 13


@pytest.mark.parametrize("part", ["two thirds", "lost deals", "a rep"])
def test_whole_parts_of_the_deals_are_not_set_aside(part: str, tmp_path: Path) -> None:
    crm = small_crm()
    for k, row in enumerate(crm.opportunities[1:481]):
        if (part == "two thirds" and k % 3) or (part == "lost deals" and row[4] == "Lost" and k < 40):
            row[6] = "soon"
        elif part == "a rep" and row[1] == "Flo Hart" and k < 470:
            row[7] = "-5"
    mapping = tmp_path / "rules.toml"
    mapping.write_text('[rules]\nunusable_rows = "set_aside"\n', encoding="utf-8")
    with pytest.raises(InputErrors, match="too much would be set aside"):
        import_crm(crm.write(tmp_path), tmp_path / "m", runs=0, mapping=mapping)
