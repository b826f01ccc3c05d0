"""What becomes of invoice lines: netted, set aside or used, every one of them counted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from invoice_fixture import HEADER

from experiments.intake.invoices.cancellations import credit_prefixes
from experiments.intake.invoices.customer_orders import group_into_orders
from experiments.intake.invoices.customer_territories import find_territories
from experiments.intake.invoices.invoice_lines import InvoiceLines, read_lines
from experiments.intake.invoices.product_categories import group_products, main_category, merge_rare
from experiments.intake.invoices.purchases import Purchases, select_purchases
from experiments.intake.invoices.sales_organisation import plan_organisation
from experiments.intake.tables.files.table_reader import Table, read_table
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.quality_ledger import CORRECTED, QualityLedger
from experiments.intake.tables.schema.invoice_kind import INVOICE_KINDS
from experiments.intake.tables.schema.mapping_file import InvoiceRules, MappingFile

_ANN, _BOB = "Ann", "Bob"


def _line(invoice: str, code: str, quantity: float, day: int, price: float, customer: str = _ANN) -> list[str]:
    return [invoice, code, f"name of {code}", f"{quantity:g}", f"2022-01-{day:02d}", f"{price:g}", customer, "Italy"]


def _read(rows: list[list[str]], header: list[str] | None = None) -> InvoiceLines:
    frame = pd.DataFrame(rows, columns=header or HEADER, index=range(2, len(rows) + 2), dtype="str")
    ledger = QualityLedger()
    found = map_tables([Table(Path("lines.csv"), frame, "utf-8", ",")], INVOICE_KINDS, MappingFile(), ledger)
    return read_lines(list(found.values()), MappingFile(), ledger)


def _sift(rows: list[list[str]], rules: InvoiceRules | None = None) -> Purchases:
    return select_purchases(_read(rows), rules or InvoiceRules())


def test_a_cancellation_takes_the_purchase_of_its_size_else_the_latest() -> None:
    found = _sift(
        [
            _line("1", "11A", 6, 1, 2.0),
            _line("2", "11A", 4, 2, 2.0),
            _line("3", "11A", 9, 3, 2.0),
            _line("C4", "11A", -6, 5, 2.0),  # of the size of invoice 1
            _line("C5", "11A", -10, 6, 2.0),  # 9 of invoice 3, then 1 of invoice 2
        ]
    )
    frame = found.lines.frame
    assert list(frame["quantity"]) == [0.0, 3.0, 0.0, -6.0, -10.0]
    assert list(frame["fate"]) == [
        "purchase, cancelled",
        "used",
        "purchase, cancelled",
        *["cancellation, netted"] * 2,
    ]
    assert (found.netting.credits, found.netting.matched, found.netting.pieces, found.netting.value) == (
        2,
        2,
        16.0,
        32.0,
    )
    assert frame.loc[1, "value"] == 6.0, "3 pieces at 2"


def test_a_cancellation_finds_only_what_its_customer_bought_before() -> None:
    found = _sift(
        [
            _line("1", "11A", 5, 4, 2.0, _BOB),
            _line("2", "12A", 5, 1, 2.0),
            _line("3", "11A", 5, 9, 2.0),
            _line("C4", "11A", -5, 8, 2.0),  # Bob's, another product, later: none of them
            _line("C5", "12A", -7, 8, 2.0),  # 5 of 7
        ]
    )
    assert list(found.lines.frame["quantity"][:3]) == [5.0, 0.0, 5.0]
    assert found.fates == {"used": 2, "cancellation without purchase": 2, "purchase, cancelled": 1}
    (finding,) = [f for f in found.lines.ledger.findings if f.what == "cancelled goods"]
    assert finding.count == 2 and "for 1 lines none at all, for 1 not enough" in finding.why


def test_credit_notes_are_recognised_by_their_numbers_and_other_returns_are_netted_too() -> None:
    rows = [_line(f"INV-{k}", "11A", 5, k, 2.0) for k in range(1, 9)]
    lines = _read([*rows, _line("RINV-1", "11A", -5, 9, 2.0)])
    assert credit_prefixes(lines.frame) == ["RINV"]
    assert credit_prefixes(_read([*rows, _line("INV-9", "11A", -5, 9, 2.0)]).frame) == []
    assert select_purchases(lines, InvoiceRules()).fates["used"] == 7
    exports = [_line(f"EXP-{k}", "11A", 5, k, 2.0) for k in range(1, 4)]
    assert credit_prefixes(_read([*rows, *exports]).frame) == [], "letters alone do not make a credit note"
    plain = _sift([*rows, _line("INV-9", "11A", -5, 9, 2.0)])
    assert plain.fates == {"used": 7, "cancellation, netted": 1, "purchase, cancelled": 1}
    assert any("returns" in f.what for f in plain.lines.ledger.findings)


def test_every_line_meets_one_fate_and_every_quirk_is_counted() -> None:
    good = [_line(str(k), "11A", 5, 1 + k % 20, 2.0, f"Shop {k % 7}") for k in range(60)]
    rows = [
        *good,
        good[3],  # a copy
        _line("70", "11A", 3, 2, 2.0, ""),
        _line("71", "POST", 1, 2, 18.0),
        _line("72", "11B", -4, 2, 0.0, ""),
        _line("73", "11B", 4, 2, 0.0),
        _line("74", "11C", 1, 2, -900.0),
        _line("75", "11C", 0, 2, 9.0),
        _line("C76", "11A", -2, 2, 9.0, ""),
        _line("C77", "11A", -2, 2, 9.0, ""),
    ]
    found = _sift(rows)
    assert sum(found.fates.values()) == len(rows) == len(found.lines.frame)
    assert found.fates == {
        "used": 60,
        "no customer": 3,
        "copy of another line": 1,
        "no goods": 1,
        "quantity below 0, cancels nothing": 1,
        "price 0": 1,
        "price below 0": 1,
        "quantity 0": 1,
    }
    counts = {f.what: f.count for f in found.lines.ledger.findings}
    assert counts["lines without a customer"] == 4, "lines with several quirks are counted under each"
    assert counts["cancellations: lines of invoices whose numbers begin with C"] == 2
    assert counts["negative quantities that cancel nothing"] == 1 and counts["identical lines kept once"] == 1
    first = {f.what: f.rows for f in found.lines.ledger.findings}
    assert first["negative prices"] == (67,), "the row in the file"
    assert found.anonymous_value == 6.0


def test_charges_are_recognised_by_code_and_name_and_the_user_can_override() -> None:
    good = [_line(str(k), f"{1100 + k}", 5, 1 + k % 20, 2.0) for k in range(60)]
    odd = [_line("70", code, 1, 2, 3.0) for code in ("M", "D", "BANK CHARGES", "PADS", "9900")]
    odd[4][2] = "Next day carriage"
    assert _sift([*good, *odd]).fates == {"used": 61, "no goods": 4}
    found = _sift([*good, *odd], InvoiceRules(goods=["m", "9900"], not_goods=["pads"]))
    assert set(found.lines.frame.loc[found.lines.frame["fate"].eq("no goods"), "product"]) == {
        "D",
        "BANK CHARGES",
        "PADS",
    }
    letters = [_line(str(k), "DMSB"[k % 4], 5, 1 + k % 20, 2.0) for k in range(20)]
    assert _sift(letters).fates == {"used": 20}, "where goods have letters for codes, letters are goods"


def test_codes_that_differ_in_case_are_one_product() -> None:
    rows = [_line("1", "11a", 5, 1, 2.0), _line("2", "11A", 5, 2, 2.0), _line("3", "11A", 5, 3, 2.0)]
    found = _sift(rows)
    assert set(found.lines.frame["product"]) == {"11A"}
    (joined,) = [finding for finding in found.lines.ledger.findings if finding.kind == CORRECTED]
    assert joined.rows == (2,) and "1 product appears in several spellings, such as '11A' and '11a'" in joined.what


def test_orders_are_invoices_or_days() -> None:
    rows = [_line("1", "11A", 5, 1, 2.0), _line("1", "12A", 5, 1, 3.0), _line("2", "11A", 1, 1, 2.0)]
    orders = group_into_orders(_sift(rows).lines)
    assert sorted(orders.table["value"]) == [2.0, 25.0] and "invoice" in orders.rule
    singles = [_line(str(k), f"11{k}", 1, 1 + k // 2, 2.0) for k in range(8)]
    orders = group_into_orders(_sift(singles).lines)
    assert len(orders.table) == 4 and "has its own number" in orders.rule
    header, rows = HEADER[1:], [r[1:] for r in rows]
    found = select_purchases(_read([*rows, rows[0]], header), InvoiceRules())
    assert len(group_into_orders(found.lines).table) == 1
    assert found.fates == {"used": 4}, "two equal purchases look like a copy"
    assert any(f.what == "identical lines kept" and f.count == 1 for f in found.lines.ledger.findings)


def test_value_of_a_line_is_what_was_paid() -> None:
    header = ["article", "qty", "date", "unit price", "line total", "customer"]
    lines = _read([["11A", "4", "2022-01-01", "2", "7", "Ann"], ["11B", "4", "2022-01-02", "2", "", "Bob"]], header)
    assert list(lines.frame["value"]) == [7.0, 8.0] and list(lines.frame["price"]) == [1.75, 2.0]
    (noted,) = [f for f in lines.ledger.findings if "price × quantity" in f.what]
    assert noted.rows == (2,) and "price × quantity" in noted.what


def test_products_are_grouped_by_column_by_product_or_by_price() -> None:
    many = pd.DataFrame(
        {
            "product": [f"{k:03d}" for k in range(100)],
            "description": "",
            "group": "",
            "price": [1.0 + k for k in range(100)],
            "value": 10.0,
        }
    )
    bands = group_products(many, 4)
    totals = many["value"].groupby(many["product"].map(bands.category)).sum()
    assert len(totals) == 4 and totals.max() <= 1.1 * totals.min() and "4 bands" in bands.rule
    assert bands.category["000"] == "up to 25.00" and bands.category["099"] == "above 75.00"
    assert group_products(many, 1).category.nunique() == 1
    grouped = group_products(many.assign(group=[f"G{k % 12}" for k in range(100)]), 4)
    assert grouped.category.nunique() == 8 and "other" in set(grouped.category) and "7 largest" in grouped.rule
    few = many.head(3).assign(description=["Tea", "Tea", "Rum"])
    assert list(group_products(few, 4).category) == ["000", "001", "Rum"], "a name must distinguish products"


def test_an_order_belongs_to_the_category_with_most_of_its_value() -> None:
    bought = pd.DataFrame({"value": [5.0, 3.0, 4.0, 1.0]})
    order = pd.Series([0, 0, 0, 1], name="order")
    category = pd.Series(["a", "b", "b", "a"], name="category")
    assert dict(main_category(bought, order, category)) == {0: "b", 1: "a"}
    merged, moved = merge_rare(pd.Series(["a"] * 30 + ["b"] * 25 + ["c"] * 3))
    assert dict(merged.value_counts()) == {"a": 33, "b": 25} and moved == {"c": "a"}


def test_territories_are_the_places_that_separate_customers() -> None:
    customers = [f"c{k}" for k in range(100)]
    lines = pd.DataFrame({"customer": customers, "country": "Italy", "region": "", "postcode": ""})
    assert set(find_territories(lines).territory) == {"all"}
    lines["postcode"] = [("10", "20", f"{k}")[0 if k < 60 else 1 if k < 95 else 2] + "x" for k in range(100)]
    places = find_territories(lines)
    assert dict(places.territory.value_counts()) == {"10": 60, "20": 35, "other": 5} and "postcode" in places.rule
    lines["country"] = ["Italy" if k < 80 else "Spain" for k in range(100)]
    assert dict(find_territories(lines).territory.value_counts()) == {"Italy": 80, "Spain": 20}
    twice = pd.concat([lines, lines.tail(1).assign(country="Italy"), lines.tail(1)])
    assert find_territories(twice).territory["c99"] == "Spain", "the most frequent place"


@pytest.mark.parametrize(("customers", "value", "reps"), [(30, 100.0, 1), (4170, 10_000.0, 10), (4170, 1_000.0, 6)])
def test_reps_and_distributors_follow_customers_and_revenue(customers: int, value: float, reps: int) -> None:
    names = [f"c{k}" for k in range(customers)]
    territory = pd.Series(["a" if k % 5 else "b" for k in range(customers)], index=names)
    layout = plan_organisation(territory, pd.Series(float(value), index=names))
    assert len(layout.roster) == reps
    assert layout.distributors == {t: max(1, round(n * value / 2_800_000)) for t, n in territory.value_counts().items()}
    assert layout.rep.ne("").sum() == min(customers, 62 * reps) or customers == 30
    assert set(layout.rep[layout.rep.ne("")]) <= set(layout.roster["rep"])
    served = layout.roster.set_index("rep")["territory"]
    assert all(served[rep] == territory[c] for c, rep in layout.rep.items() if rep)


def test_typed_files_read_as_they_were_written(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [17850.0, None, 12.0],
            "price": [1.5, 2.0, None],
            "name": ["a", None, "b"],
            "at": pd.to_datetime(["2022-01-01 08:30:00", "2022-01-02 00:00:00", None]),
            "on": pd.to_datetime(["2022-01-01", "2022-01-02", "2022-01-03"]),
            "many": [[1], [2], None],
        }
    )
    frame.iloc[[2, 0, 1]].to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", QualityLedger())
    assert table is not None and table.frame.index.tolist() == [1, 2, 3]
    assert list(table.frame["id"]) == ["12", "17850", ""], "whole numbers that were stored as fractions for a blank"
    assert list(table.frame["price"]) == ["", "1.5", "2.0"]
    assert list(table.frame["name"]) == ["b", "a", ""]
    assert list(table.frame["at"]) == ["", "2022-01-01 08:30:00", "2022-01-02 00:00:00"]
    assert list(table.frame["on"]) == ["2022-01-03", "2022-01-01", "2022-01-02"]
