"""Entry and exit of rivals: nothing of a newcomer is there before its week, and everything from then on."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputErrors
from sim.market import Market
from sim.scenario import Scenario
from tests.market.runs import fingerprint

NEWCOMER = """
[[brand]]
name = "new"
aware_at_start = 0.0
sales_calls = 60.0
[[offer]]
name = "refill_new"
brand = "new"
category = "refill"
unit_cost = 500
list_price = 1_200
attributes = [0.5, 0.5]
"""
ENTERS = '[[change]]\nweek = {week}\nenter = ["new"]\n'


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "entry.toml"
    path.write_text(f'extends = "tiny"\n{text}', encoding="utf-8")
    return str(path)


def sold(market: Market, offer: str) -> np.ndarray:
    place = [o.name for o in market.state.layout.offers].index(offer)
    found: np.ndarray = market.state.record["orders"].sum(axis=(1, 2))[:, place]
    return found


@pytest.mark.parametrize("rule", ["none", "steady"])
def test_a_brand_enters_in_its_week_and_grows(tmp_path: Path, rule: str) -> None:
    path = written(tmp_path, NEWCOMER + ENTERS.format(week=9))
    overrides = {"policy.rival_force.kind": rule}
    market = Market(path, seed=3, weeks=26, overrides=overrides)
    row = [brand.name for brand in market.state.layout.brands].index("new")
    for week in range(26):
        known = int((market.state.customers.aware >> np.uint8(row) & 1).sum())
        assert (known > 0) == (week > 8), week
        assert (market.state.boards.goodwill[row].sum() > 0) == (week > 8), week
        market.step()
    orders = sold(market, "refill_new")
    assert not orders[:8].any() and orders[8:].sum() > 0
    assert not (market.state.customers.owned[market.state.customers.bought_week < 8] == row).any()
    if rule == "steady":
        mine = market.state.rival_accounts.brand == market.state.layout.rival_brands.index(row)
        assert market.state.rival_accounts.calls[mine].sum() == pytest.approx(60.0)


def test_before_the_entry_nothing_depends_on_when_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    early = written(tmp_path / "a", NEWCOMER + ENTERS.format(week=9))
    late = written(tmp_path / "b", NEWCOMER + ENTERS.format(week=2000))
    short = [Market(path, seed=3, weeks=8) for path in (early, late)]
    assert fingerprint(short[0].run()) == fingerprint(short[1].run())
    long = [Market(path, seed=3, weeks=12) for path in (early, late)]
    assert fingerprint(long[0].run()) != fingerprint(long[1].run())


def test_an_entry_in_the_first_week_is_no_entry(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = written(tmp_path / "a", NEWCOMER + ENTERS.format(week=1))
    two = written(tmp_path / "b", NEWCOMER)
    assert fingerprint(Market(one, seed=3, weeks=10).run()) == fingerprint(Market(two, seed=3, weeks=10).run())


def test_a_newcomer_takes_sales_from_us(tmp_path: Path) -> None:
    cheap = NEWCOMER.replace("1_200", "500")
    with_it = written(tmp_path, cheap + ENTERS.format(week=3))
    shares = []
    for path, overrides in (
        (with_it, {"policy.rival_force.kind": "steady"}),
        ("tiny", {"policy.rival_force.kind": "steady"}),
    ):
        runs = [Market(path, seed=s, overrides=overrides).run() for s in (1, 2, 3)]
        shares.append(np.mean([run.results.scorecard.set_index("kpi").value["market_share"] for run in runs]))
    assert shares[0] < shares[1] - 0.5


def test_an_offer_enters_and_one_is_withdrawn(tmp_path: Path) -> None:
    offer = '[[offer]]\nname = "refill_two"\nbrand = "rival"\ncategory = "refill"\nlist_price = 1_300\nattributes = [0.4, 0.4]\n'
    text = offer + '[[change]]\nweek = 6\nenter = ["refill_two"]\n[[change]]\nweek = 11\nleave = ["refill_rival"]\n'
    market = Market(written(tmp_path, text), seed=3, weeks=16).run()
    two, old = sold(market, "refill_two"), sold(market, "refill_rival")
    assert not two[:5].any() and two[5:].all()
    assert old[:10].all() and not old[10:].any()


def test_a_brand_that_leaves_stops_advertising_and_calling(tmp_path: Path) -> None:
    market = Market(
        written(tmp_path, '[[change]]\nweek = 5\nleave = ["rival"]\n'),
        seed=3,
        weeks=12,
        overrides={"policy.rival_force.kind": "steady"},
    )
    while market.running:
        market.step()
    row = [brand.name for brand in market.state.layout.brands].index("rival")
    assert market.state.boards.goodwill[row].sum() < 0.5 * market.state.layout.customers
    assert market.state.record["rival_calls"][3] > 0 and not market.state.record["rival_calls"][4:].any()
    assert not sold(market, "refill_rival")[4:].any()


def test_the_price_of_what_is_not_there_is_not_noted(tmp_path: Path) -> None:
    watch = '[policy.studies]\nkind = "calendar"\nstart = 1\ninterval = 4\nrivals = 5\n'
    market = Market(written(tmp_path, NEWCOMER + ENTERS.format(week=12) + watch), seed=3, weeks=20)
    column = [market.state.layout.offers[j].name for j in market.state.rivals.offer].index("refill_new")
    for _ in range(10):
        market.step()
    noted = market.state.territories.rival_price
    assert np.isnan(noted[:, column]).all() and np.isfinite(np.delete(noted, column, axis=1)).all()
    price = market.state.rivals.price[column]
    assert price == pytest.approx(1_200 * 1.22 / 2_000), "it stands still until the entry"
    while market.running:
        market.step()
    assert np.isfinite(market.state.territories.rival_price).all()


def test_the_written_scenario_keeps_entries(tmp_path: Path) -> None:
    scenario = Scenario.load(written(tmp_path, NEWCOMER + ENTERS.format(week=9)))
    again = tmp_path / "again.toml"
    again.write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.load(again) == scenario
    assert scenario.changes[0].enter == ("new",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[change]]\nweek = 3\nenter = ["rivall"]\n', "there is no brand or offer `rivall`.*did you mean `rival`"),
        ('[[change]]\nweek = 3\nenter = ["own"]\n', "`own` is ours"),
        ('[[change]]\nweek = 3\nleave = ["refill_one"]\n', "`refill_one` is ours"),
        ('[[change]]\nweek = 3\nenter = ["rival"]\n', "aware_at_start.*all offers of `rival` enter in mid-run"),
        ('[[change]]\nweek = 3\nenter = ["machine_rival"]\n', "`machine_rival` is its first"),
        (
            '[[change]]\nweek = 3\nenter = ["refill_rival"]\npolicy = "deep_marketing"\n',
            "has both `policy` and `enter`",
        ),
        ('[[change]]\nweek = 3\nterritories = ["north"]\nleave = ["rival"]\n', "enter and leave the whole market"),
        ('[[change]]\nweek = 90\nleave = ["rival"]\n', "week 90 is after the end"),
        ('[[change]]\nweek = 3\nleave = ["rival"]\n[[change]]\nweek = 5\nleave = ["refill_rival"]\n', "a second time"),
        (
            f'{NEWCOMER}[[change]]\nweek = 9\nenter = ["new"]\n[[change]]\nweek = 5\nleave = ["new"]\n',
            "would leave in week 5 and enter in week 9",
        ),
        ('[[brand]]\nname = "bare"\n[[change]]\nweek = 3\nenter = ["bare"]\n', "has no offers"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputErrors) as found:
        Scenario.load(written(tmp_path, text))
    assert re.search(message, str(found.value), re.DOTALL), str(found.value)
