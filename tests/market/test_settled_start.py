"""A settled start: what rules move begins where they let it rest, under the baseline, whatever policy comes after."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w

from sim.accounts_chart import Account
from sim.market import Market
from sim.scenario import Scenario
from sim.stages import Stage
from sim.state.table import NEVER
from tests.laws.auditor import Auditor
from tests.market.runs import fingerprint
from tests.market.test_order_of_rows import tables, written

ON = {"params.start.fixed_points": True}
PROJECTS = Path(__file__).parent / "projects.toml"


def small(settled: bool, policy: str | None = "status_quo", weeks: int = 12, **more: Any) -> Market:
    given = {**(ON if settled else {}), **more}
    return Market("regional_plain", seed=4, policy=policy, customers=3000, weeks=weeks, overrides=given)


def test_off_is_the_start_that_is_given() -> None:
    plain = Market("tiny", seed=1, weeks=6, customers=300)
    off = Market("tiny", seed=1, weeks=6, customers=300, overrides={"params.start.fixed_points": False})
    assert plain.scenario == off.scenario
    assert fingerprint(plain.run()) == fingerprint(off.run())


def test_policies_start_alike_with_and_without_a_warm_up() -> None:
    for weeks in (0, 3):
        one, other = (small(True, name, **{"warm_up.weeks": weeks}) for name in ("status_quo", "deep_marketing"))
        assert fingerprint(one) == fingerprint(other)
    assert fingerprint(small(True, **{"warm_up.policy": "deep_marketing"})) != fingerprint(one)


def test_rivals_prices_and_goodwill_stay_where_they_start() -> None:
    moved = {}
    for settled in (True, False):
        market = small(settled)
        price = market.state.rivals.price.copy()
        market.run_week()
        moved[settled] = float(np.abs(market.state.rivals.price / price - 1).max())
        if settled:
            goodwill = market.state.boards.goodwill.copy()
            market.run_week()
            np.testing.assert_allclose(market.state.boards.goodwill, goodwill, rtol=1e-3)
    assert moved[True] < 1e-5 < 0.01 < moved[False]


def test_rivals_who_hold_their_prices_start_at_those_they_have() -> None:
    held = small(True, **{"warm_up.policy": {"rival_price": {"kind": "hold"}}})
    assert np.array_equal(held.state.rivals.price, small(False).state.rivals.price)


def test_routines_keep_reps_where_they_start() -> None:
    for settled in (True, False):
        market = small(settled)
        before = {name: getattr(market.state.reps, name).copy() for name in ("form_use", "alignment")}
        there = market.state.reps.active.copy()
        market.run_week()
        here = there & market.state.reps.active
        for name, values in before.items():
            change = np.abs(getattr(market.state.reps, name) - values)[here].mean()
            assert (change < 2e-3) == settled, (name, change)


def test_service_is_as_long_as_leaving_makes_it() -> None:
    market = Market(
        "regional_plain", seed=4, customers=300, weeks=1, overrides={**ON, "sales_force.reps_per_territory": 80}
    )
    tenure = market.state.reps.tenure[market.state.reps.active]
    mean = 1.0 / (-np.log1p(-market.scenario.params.people.quit_probability) / 52)
    assert abs(tenure.mean() / mean - 1) < 4 / np.sqrt(len(tenure))


def test_goods_are_on_their_way_and_the_plant_works_from_the_first_week() -> None:
    made, sold = {}, {}
    for settled in (True, False):
        given = ON if settled else {}
        market = Market("regional_plain", seed=4, policy="status_quo", customers=12_000, weeks=4, overrides=given).run()
        own = list(market.state.layout.own_offers)
        made[settled] = market.results.measure("production_units")[:4].sum()
        sold[settled] = market.results.measure("sell_out_units")[:4][..., own].sum()
    assert 0.6 < made[True] / sold[True] < 1.5
    assert made[False] / sold[False] < 0.3


def test_the_books_open_with_what_is_in_stock() -> None:
    state = small(True).state
    rows = 1 + np.arange(len(state.distributors))
    held = state.goods.channel.on_hand + state.goods.channel.in_transit
    assert np.array_equal(state.ledger.balance(Account.CHANNEL_STOCK)[rows], state.distributors.stock_value.sum(axis=1))
    assert np.array_equal(state.distributors.stock_value, held * state.distributors.wholesale)
    assert np.array_equal(state.goods.units.opening, held.sum(axis=0) + state.goods.plant.on_hand)
    assert np.array_equal(state.goods.channel.pipeline.sum(axis=0), state.goods.channel.in_transit)


def test_a_rule_without_a_level_to_order_up_to_keeps_its_stock() -> None:
    market = small(True, **{"warm_up.policy": {"ordering": {"kind": "anchoring"}}})
    assert np.array_equal(market.state.goods.channel.on_hand, small(False).state.goods.channel.on_hand)
    assert not market.state.goods.channel.in_transit.any()


def test_customers_of_other_brands_have_a_past_with_us() -> None:
    settled, plain = small(True), small(False)
    past = settled.state.customers.last_order != NEVER
    assert past.sum() > 1.2 * (plain.state.customers.last_order != NEVER).sum()
    users = plain.state.customers.last_order != NEVER
    assert (settled.state.customers.last_order[users] >= plain.state.customers.last_order[users]).all()
    assert np.isin(settled.state.customers.stage[past], [Stage.BUYER, Stage.LOYAL, Stage.LAPSED]).all()
    assert (settled.state.customers.aware[past] & (1 << settled.state.layout.own_brand)).all()
    assert (settled.state.customers.last_order < 0).all()
    new = {m: m.run().results.measure("new_customers").sum() for m in (settled, plain)}
    assert new[settled] < 0.6 * new[plain]


def test_laws_hold_from_the_settled_start() -> None:
    assert Auditor(small(True, "deep_marketing", weeks=8)).run().week == 8
    assert Auditor(Market(str(PROJECTS), seed=2, weeks=6, customers=300, overrides=ON)).run().week == 6


@pytest.mark.parametrize("kind", ["customers", "all"])
def test_rows_and_entries_in_another_order_settle_alike(tmp_path: Path, kind: str) -> None:
    if kind == "customers":
        given, turned = tables(), tables()
        for name, table in turned.items():
            turned[name] = table.sample(frac=1, random_state=7)
        on = {**ON, "warm_up.weeks": 2}
        runs = []
        for place, content in (("a", given), ("b", turned)):
            scenario = written(tmp_path / place, content).scenario
            file = next((tmp_path / place).glob("*.toml"))
            assert scenario is not None
            runs.append(fingerprint(Market(Scenario.load(file, overrides=on), seed=3).run()))
        assert runs[0] == runs[1]
        return
    content = tomllib.loads(Scenario.load("regional_plain", weeks=4, customers=600, overrides=ON).to_toml())
    prints = []
    for turn in (False, True):
        for name in ("brand", "category", "offer", "territory", "customer_type") if turn else ():
            content[name] = content[name][2:] + content[name][:2]
        path = tmp_path / f"{turn}.toml"
        path.write_text(tomli_w.dumps(content), encoding="utf-8")
        prints.append(fingerprint(Market(str(path), seed=3, policy="deep_marketing").run()))
    assert prints[0] == prints[1]


def test_a_settled_scenario_is_written_and_read_back(tmp_path: Path) -> None:
    scenario = Scenario.load("tiny", policy="deep_marketing", overrides=ON)
    file = tmp_path / "written.toml"
    file.write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.load(file) == scenario
    assert fingerprint(Market(Scenario.load(file))) == fingerprint(Market(scenario))


def test_a_market_without_reps_customers_of_a_brand_or_stock_settles() -> None:
    alone = Market("tiny", weeks=2, overrides={**ON, "sales_force.reps_per_territory": 0}).run()
    unknown = {**ON, "brand.own.users_at_start": 0.0, "brand.own.aware_at_start": 0.0}
    few = Market("tiny", weeks=2, customers=12, overrides=ON).run()
    for market in (alone, Market("tiny", weeks=2, overrides=unknown).run(), few):
        assert market.week == 2
        assert np.isfinite(market.state.rivals.price).all() and (market.state.goods.channel.on_hand >= 0).all()
    assert not alone.state.reps.active.any()
