"""Worlds from a company's own tables: typed when valid, every error with file, row and column when not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import InputErrors
from sim.scenario import Scenario

FILE = """extends = "tiny"
[data]
customers = "customers.parquet"
roster = "roster.csv"
offers = "offers.csv"
"""
ROSTER = "rep,manager,territory,skill\nann,zoe,north,0.1\nbob,zoe,south,-0.2\n"
OFFERS = """offer,brand,category,unit_cost,list_price,quality,attribute_power,attribute_ease
refill_two,own,refill,700,1500,0.3,1,2
"""


def customers(**columns: Any) -> pd.DataFrame:
    """Four valid customers, with columns replaced or added; None removes a column."""
    table: dict[str, Any] = {
        "id": ["c1", "c2", "c3", "c4"],
        "type": ["plant", "plant", "workshop", "workshop"],
        "territory": ["north", "south", "south", "north"],
        "purchase_rate": [0.1, 0.2, 0.3, 0.4],
        "order_size": [1.0, 2.0, 3.0, 4.0],
        "rep": ["ann", "", "bob", "ann"],
        "mark_size": [0.0, 1.0, 2.0, 3.0],
        "mark_growth": [0.0, 1.0, 2.0, 3.0],
    }
    table.update(columns)
    return pd.DataFrame({name: cells for name, cells in table.items() if cells is not None})


def folder(tmp_path: Path, frame: pd.DataFrame, roster: str = ROSTER, offers: str = OFFERS) -> Path:
    """A scenario folder with the three tables."""
    (tmp_path / "scenario.toml").write_text(FILE, encoding="utf-8")
    frame.to_parquet(tmp_path / "customers.parquet")
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    (tmp_path / "offers.csv").write_text(offers, encoding="utf-8")
    return tmp_path


def mistakes(path: Path) -> str:
    """What is said about a folder."""
    with pytest.raises(InputErrors) as caught:
        Scenario.load(path)
    return str(caught.value)


def test_sound_tables_are_typed_and_make_the_world(tmp_path: Path) -> None:
    scenario = Scenario.load(folder(tmp_path, customers()))
    assert scenario.data is not None
    table, roster = scenario.data.customers, scenario.data.roster
    assert table is not None
    assert roster is not None
    assert scenario.world.customers == len(table) == 4
    assert [str(table[name].dtype) for name in ("purchase_rate", "mark_size")] == ["float64", "float64"]
    assert table["rep"].tolist() == ["ann", "", "bob", "ann"]
    assert roster["skill"].tolist() == [0.1, -0.2]
    assert [offer.category for offer in scenario.world.offers] == ["machine", "machine", "refill", "refill", "refill"]
    refill_two = next(offer for offer in scenario.world.offers if offer.name == "refill_two")
    assert refill_two.attributes == (2.0, 1.0), "in the order of world.attributes, not of the columns"
    assert scenario.provenance["offer.refill_two.list_price"] == "file offers.csv, line 2"
    assert any("world.customers = 600 is not used" in warning for warning in scenario.warnings)


def test_a_file_of_the_scenario_adds_to_the_offers_table(tmp_path: Path) -> None:
    path = folder(tmp_path, customers())
    more = FILE + '[[offer]]\nname = "refill_two"\nintercept = 0.7\nlist_price = 1_400\n'
    (path / "scenario.toml").write_text(more, encoding="utf-8")
    offer = next(offer for offer in Scenario.load(path).world.offers if offer.name == "refill_two")
    assert (offer.list_price, offer.intercept, offer.unit_cost) == (1_400, 0.7, 700)


def test_written_out_it_is_the_same_and_follows_the_data(tmp_path: Path) -> None:
    path = folder(tmp_path, customers())
    scenario = Scenario.load(path)
    (tmp_path / "resolved.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.load(tmp_path / "resolved.toml") == scenario
    customers(order_size=[9.0, 2.0, 3.0, 4.0]).to_parquet(path / "customers.parquet")
    assert Scenario.load(path) != scenario


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"id": ["c1", "c2", "c1", "c4"]}, "customers.parquet, row 3, column id: `c1` occurs again (first in row 1)"),
        ({"id": ["c1", "c2", "c\u200b1", "c4"]}, "row 3, column id: `c\u200b1` occurs again (first in row 1)"),
        ({"id": ["c1", "", "c3", "c4"]}, "row 2, column id: found an empty cell"),
        ({"type": ["plant", "plnt", "plant", "plant"]}, "row 2, column type: there is no customer type `plnt`"),
        ({"territory": ["north", "south", "east", "south"]}, "row 3, column territory: there is no territory `east`"),
        (
            {"rep": ["ann", "", "bobb", "ann"]},
            "row 3, column rep: there is no rep `bobb`; expected the name of a rep (did you",
        ),
        (
            {"purchase_rate": [0.1, -0.2, 0.3, 0.4]},
            "row 2, column purchase_rate: found -0.2; expected a number from 0 to 50",
        ),
        ({"order_size": [1.0, float("nan"), 3.0, 4.0]}, "row 2, column order_size: found nan"),
        ({"order_size": ["1", "two", "3", "4"]}, "row 2, column order_size: found two"),
        ({"purchase_rate": None, "purchase_rates": [1.0, 1, 1, 1]}, "is it the one called `purchase_rates`?"),
        ({"mark_growth": None}, "expected the columns mark_size, mark_growth, one for each of world.marks"),
        ({"mix_refil": [1.0, 1, 1, 1]}, "column mix_refil: there is no consumable category `refil`"),
        ({"mix_refill": [1.0, 0.5, 1, 1]}, "row 2, column mix_refill: shares sum to 0.5"),
        ({"distributor": ["north", "", "north-2", ""]}, "row 3, column distributor: there is no distributor `north-2`"),
    ],
)
def test_a_mistake_in_customers_is_placed(tmp_path: Path, columns: dict[str, Any], wanted: str) -> None:
    assert wanted in mistakes(folder(tmp_path, customers(**columns)))


@pytest.mark.parametrize(
    ("roster", "wanted"),
    [
        ("", "roster.csv: the file is empty"),
        ("rep,manager,territory\n", "roster.csv: the table has no rows"),
        ("rep,manager,territory\nann,zoe\n", "roster.csv, line 2: 2 cells"),
        ("rep,rep,territory\nann,zoe,north\n", "columns repeat: rep"),
        ("rep,manger,territory\nann,zoe,north\nbob,zoe,south\n", "the column `manager` is missing"),
        (
            "rep,manager,territory\nann,zoe,north\n\nbob,zoe,suth\n",
            "roster.csv, line 4, column territory: there is no territory",
        ),
        (
            "rep,manager,territory,hired_week\nann,zoe,north,1.5\nbob,zoe,south,3\n",
            "found 1.5; expected a whole number",
        ),
    ],
)
def test_a_mistake_in_the_roster_is_placed(tmp_path: Path, roster: str, wanted: str) -> None:
    assert wanted in mistakes(folder(tmp_path, customers(), roster=roster))


def test_many_errors_of_a_kind_are_counted(tmp_path: Path) -> None:
    frame = pd.concat([customers()] * 10, ignore_index=True)
    frame["id"] = [f"c{k}" for k in range(40)]
    frame["type"] = "robot"
    text = mistakes(folder(tmp_path, frame))
    assert text.count("there is no customer type `robot`") == 5
    assert "column type: 35 more rows with errors of this kind" in text


def test_files_that_are_no_tables_are_explained(tmp_path: Path) -> None:
    path = folder(tmp_path, customers())
    (path / "customers.parquet").write_text("not parquet", encoding="utf-8")
    (path / "offers.csv").write_bytes("offer,brand\n泵,own\n".encode("gbk"))
    (path / "roster.csv").unlink()
    text = mistakes(path)
    assert "customers.parquet: cannot be read as Parquet" in text
    assert "offers.csv, line 2: the text is not UTF-8" in text
    assert "scenario.toml, line 4, data.roster: there is no file `roster.csv`" in text


def test_columns_that_are_not_used_are_warned_about(tmp_path: Path) -> None:
    scenario = Scenario.load(folder(tmp_path, customers(price_sensitivty=[1.0, 1, 1, 1])))
    assert any(
        "`price_sensitivty` is not used; did you mean `price_sensitivity`?" in warning for warning in scenario.warnings
    )


def test_the_number_of_customers_cannot_be_set_when_a_table_gives_it(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="the customers come from a table of 4 rows"):
        Scenario.load(folder(tmp_path, customers()), customers=100)
