"""Results: tables with exactly the promised columns, money in whole units of the currency, files that read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.market import Market
from sim.quantity import ASSUMPTION
from sim.record import DIMENSIONS, MEASURES, Record


@pytest.fixture(scope="module")
def market() -> Market:
    return Market("tiny", seed=5, weeks=9, policy="deep_marketing", keep_orders=True).run()


def test_the_weekly_table_is_tidy(market: Market) -> None:
    table = market.results.weekly
    assert list(table.columns) == [
        "week",
        "territory",
        "segment",
        "offer",
        "team",
        "distributor",
        "measure",
        "value",
        "unit",
    ]
    assert set(table["week"]) == set(range(1, 10))
    assert table["value"].dtype == np.float64
    keys = ["week", *DIMENSIONS, "measure"]
    assert not table.duplicated(keys).any()
    for measure in MEASURES:
        rows = table[table["measure"] == measure.name]
        for dimension in DIMENSIONS:
            filled = rows[dimension] != ""
            assert filled.all() if dimension in measure.cut else not filled.any(), (measure.name, dimension)
        expected = "EUR" if measure.unit == "minor units" else measure.unit
        assert set(rows["unit"]) <= {expected}
    assert set(table["territory"]) == {"", "north", "south"}
    assert set(table["segment"]) == {"", "workshop", "plant"}
    assert set(table["offer"]) == {"", "machine_one", "machine_rival", "refill_one", "refill_rival"}


def test_the_weekly_table_holds_every_recorded_number(market: Market) -> None:
    table = market.results.weekly
    for measure in MEASURES:
        recorded = market.results.measure(measure.name)
        assert len(recorded) == 9
        scale = 0.01 if measure.unit == "minor units" else 1.0
        rows = table[table["measure"] == measure.name]
        np.testing.assert_allclose(rows["value"].sum(), recorded.sum() * scale)
        assert len(rows) == np.count_nonzero(recorded)


def test_the_scorecard_has_the_promised_columns(market: Market) -> None:
    card = market.results.scorecard
    assert list(card.columns) == ["kpi", "label", "kpi_class", "value", "unit", "direction", "formula"]
    assert set(card["kpi_class"]) == {"financial", "growth", "satisfaction", "management", "distributor", "books"}
    assert set(card["direction"]) == {"up", "down", "none"}
    assert "minor units" not in set(card["unit"])
    assert list(market.results.definitions.columns) == ["kpi", "label", "kpi_class", "unit", "direction", "formula"]
    assert list(market.results.kpis_weekly.columns) == ["week", "kpi", "value"]
    assert list(market.results.kpis_by("territory").columns) == ["level", "kpi", "value"]


def test_orders_are_kept_when_asked_for(market: Market) -> None:
    orders = market.results.orders
    assert list(orders.columns) == [
        "week",
        "customer",
        "id",
        "category",
        "offer",
        "units",
        "price",
        "won",
        "weeks_open",
    ]
    assert (orders["weeks_open"] == 0).all(), "no projects here"
    assert (orders["id"] == orders["customer"].astype(str)).all()
    assert len(orders) == market.results.measure("occasions").sum()
    assert set(orders["week"]) <= set(range(1, 10))
    assert orders["customer"].between(0, len(market.state.customers) - 1).all()
    bought = orders["offer"] != ""
    assert (orders.loc[bought, "units"] > 0).all()
    assert (orders.loc[~bought, ["units", "price"]] == 0).all().all()
    assert (orders["won"] == orders["offer"].isin(["machine_one", "refill_one"])).all()
    category = {"machine_one": "machine", "machine_rival": "machine", "refill_one": "refill", "refill_rival": "refill"}
    assert (orders.loc[bought, "offer"].map(category) == orders.loc[bought, "category"]).all()
    ours = orders[orders["won"]].groupby("week")["units"].sum()
    np.testing.assert_array_equal(
        ours.to_numpy(), market.results.measure("demand_units").sum(axis=(1, 2))[ours.index - 1]
    )


def test_keeping_orders_changes_nothing(market: Market) -> None:
    plain = Market("tiny", seed=5, weeks=9, policy="deep_marketing").run()
    pd.testing.assert_frame_equal(plain.results.weekly, market.results.weekly)
    with pytest.raises(ValueError, match="keep_orders=True"):
        _ = plain.results.orders


def test_no_orders_yet_is_an_empty_table() -> None:
    assert Market("tiny", seed=5, weeks=2, keep_orders=True).results.orders.empty


def test_assumptions_are_the_parameters_without_a_published_source(market: Market) -> None:
    table = market.results.assumptions
    assert list(table.columns) == ["path", "value", "unit", "source", "doc"]
    assert set(table["source"]) == {ASSUMPTION}
    assert table["doc"].str.len().min() > 0
    assert not table["path"].duplicated().any()
    assert "params.costs.benefits" in set(table["path"])
    assert "policy.segmentation.fee" in set(table["path"])
    assert "params.management.coaching_d" not in set(table["path"])  # Theeboom, Beersma & van Vianen 2014
    assert table.set_index("path").loc["policy.segmentation.segments", "value"] == "4"


def test_saved_tables_read_back(market: Market, tmp_path: Path) -> None:
    written = market.results.save(tmp_path / "run")
    assert {path.name for path in written} == {
        "scorecard.csv",
        "scorecard.parquet",
        "kpis_weekly.csv",
        "kpis_weekly.parquet",
        "weekly.parquet",
    }
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "run" / "weekly.parquet"), market.results.weekly, check_dtype=False
    )
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "run" / "scorecard.csv"), market.results.scorecard, check_dtype=False
    )


def test_a_record_puts_and_adds_by_week() -> None:
    labels = {"territory": ("a", "b"), "segment": ("s",), "offer": ("o",), "team": ("t",), "distributor": ("d",)}
    record = Record(3, labels)
    record.put(0, "customers", np.array([[1.0], [2.0]]))
    record.add(0, "customers", 1.0)
    record.add(2, "accounts", np.array([4.0, 0.0]))
    assert record["customers"][:, :, 0].tolist() == [[2.0, 3.0], [0.0, 0.0], [0.0, 0.0]]
    assert record["accounts"][2].tolist() == [4.0, 0.0]
    assert all(array.shape[0] == 3 for array in (record[m.name] for m in MEASURES))
    with pytest.raises(KeyError):
        _ = record["customer"]


def test_measures_are_declared_once_and_cut_by_known_dimensions() -> None:
    assert len({m.name for m in MEASURES}) == len(MEASURES)
    assert all(set(m.cut) <= set(DIMENSIONS) and m.doc and m.unit for m in MEASURES)
    # KPIs of our offers alone multiply along the last axis.
    assert all(m.cut[-1] == "offer" for m in MEASURES if "offer" in m.cut)
