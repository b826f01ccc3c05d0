"""Sub-distributors: who is whose, how orders and goods pass from tier to tier, and what the books say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.distributor import Distributor
from sim.derived.margins import margins
from sim.derived.plant_volume import owed_by_plant
from sim.errors import InputErrors
from sim.market import Market
from sim.phases.fulfil import fulfil
from sim.phases.relate import relate
from sim.rng import Decision
from sim.scenario import Scenario
from sim.state import MarketState
from tests.laws.auditor import Auditor
from tests.unit.part_weeks import until, writes

SUBS = "channel_layout.sub_distributors"
#: Everybody orders at once: every week, and stock is below its target.
EAGER = {"params__channel__order_cycle": 1, "params__channel__stock_weeks_at_start": 2.0}
TABLE = """distributor,territory,supplier,size
north,north,,3
corner,north,shop,1
south,south,,2
shop,north,far,1
far,south,north,2
"""


def tiny(weeks: int = 8, scenario: str = "tiny", **overrides: Any) -> Market:
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return Market(scenario, seed=4, weeks=weeks, overrides={SUBS: 2, **given})


def listed(folder: Path, table: str = TABLE, more: str = "") -> str:
    """A scenario with a table of distributors: in ``TABLE`` a chain of four, plant → north → far → shop → corner."""
    (folder / "distributors.csv").write_text(table, encoding="utf-8")
    path = folder / "chain.toml"
    path.write_text(f'extends = "tiny"\n{more}\n[data]\ndistributors = "distributors.csv"\n', encoding="utf-8")
    return str(path)


# ---- the layout -------------------------------------------------------------------------------------------------------


def test_every_distributor_is_followed_by_its_sub_distributors() -> None:
    world = Scenario.load("tiny", overrides={SUBS: 1, "territory.north.sub_distributors": 2}).world
    assert [(p.name, p.supplier) for p in world.places] == [
        ("north", -1),
        ("north-a", 0),
        ("north-b", 0),
        ("south", -1),
        ("south-a", 3),
    ]
    two = Scenario.load("tiny", overrides={SUBS: 1, "territory.north.distributors": 2}).world
    assert [p.name for p in two.places][:4] == ["north-1", "north-1-a", "north-2", "north-2-a"]
    assert len({p.key for p in two.places}) == len(two.places)
    assert world.distributor_shares(0) == pytest.approx((0.5, 0.25, 0.25))


def test_the_largest_layout_has_a_key_for_everybody() -> None:
    full = {SUBS: 19, "territory.north.distributors": 50, "territory.south.distributors": 50}
    places = Scenario.load("tiny", overrides={**full, "world.customers": 2000}).world.places
    assert len({p.key for p in places}) == len(places) == 2000


def test_customers_of_a_distributor_are_shared_within_its_family_alone() -> None:
    """The split among those who buy from the plant is the same to the customer; a sub-distributor gets its part of it."""
    sizes = {"world.customers": 20_000, "territory.north.distributors": 2, "channel_layout.size_ratio": 0.5}
    plain = Market("tiny", seed=4, weeks=1, overrides=sizes)
    more = Market("tiny", seed=4, weeks=1, overrides={**sizes, SUBS: 2, "channel_layout.sub_size_ratio": 0.25})
    head = more.state.distributors.supplier.copy()
    head[head < 0] = np.flatnonzero(head < 0)
    families = [plain.names.distributors.index(more.names.distributors[h]) for h in head]
    home = more.state.customers.distributor
    np.testing.assert_array_equal(plain.state.customers.distributor, np.array(families)[home])
    count = np.bincount(home)
    for main in np.flatnonzero(more.state.distributors.supplier < 0):
        np.testing.assert_allclose(count[main + 1 : main + 3] / count[main], 0.25, atol=0.03)
    keys = [m.state.distributors.key[m.state.distributors.supplier < 0] for m in (plain, more)]
    np.testing.assert_array_equal(*keys)


def test_a_supplier_starts_with_stock_and_forecast_for_all_behind_it() -> None:
    state = tiny().state
    level, volume = state.goods.forecasts.level, state.distributors.volume
    price = state.numbers.list_price[list(state.layout.own_offers)]
    for main in (0, 3):
        of_customers = level[main] - level[main + 1 : main + 3].sum(axis=0)
        assert (of_customers > 0).all()
        assert of_customers @ price == pytest.approx(volume[main])
    np.testing.assert_array_equal(state.goods.channel.on_hand, np.rint(5 * level))
    plain = Market("tiny", seed=4, weeks=8).state
    np.testing.assert_allclose(state.goods.plant_forecast.level, plain.goods.plant_forecast.level)
    np.testing.assert_array_equal(state.goods.plant.on_hand, plain.goods.plant.on_hand)
    np.testing.assert_allclose(state.headquarters.sales, plain.headquarters.sales)
    assert -state.ledger.book[0, 0].sum() == 0
    np.testing.assert_array_equal(
        state.distributors.stock_value, state.goods.channel.on_hand * state.distributors.wholesale
    )


# ---- the table --------------------------------------------------------------------------------------------------------


def test_a_table_makes_a_channel_of_any_depth(tmp_path: Path) -> None:
    path = listed(tmp_path, more="[params.channel]\nsub_markup = 0.1")
    scenario = Scenario.load(path, customers=4000, weeks=14)
    places = {place.name: place for place in scenario.world.places}
    names = [line.split(",")[0] for line in TABLE.split()[1:]]  # of the table's lines, which rows do not follow
    supplied_by = [
        -1 if places[name].supplier < 0 else names.index(list(places)[places[name].supplier]) for name in names
    ]
    assert supplied_by == [-1, 3, -1, 4, 0]
    rows = [list(places).index(name) for name in names]
    market = Auditor(Market(scenario, seed=4)).run()
    paid = market.state.distributors.wholesale[rows, 1]
    assert paid.tolist() == [1_700, 2_263, 1_700, 2_057, 1_870]
    supplies = (market.results.measure("sub_supplied_units").sum(axis=(0, 2)) > 0)[rows]
    assert np.flatnonzero(supplies).tolist() == [1, 3, 4]
    home = np.bincount(market.state.customers.distributor, minlength=5)[rows]
    np.testing.assert_allclose(home[[1, 3]] / home[0], 1 / 3, atol=0.06)
    assert home[4] / home[2] == pytest.approx(1.0, abs=0.1)


def test_a_table_written_out_is_the_same_scenario(tmp_path: Path) -> None:
    scenario = Scenario.load(listed(tmp_path))
    (tmp_path / "resolved.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.load(tmp_path / "resolved.toml") == scenario
    (tmp_path / "distributors.csv").write_text(TABLE.replace("far,south,north", "far,south,"), encoding="utf-8")
    assert Scenario.load(tmp_path / "chain.toml") != scenario


def test_numbers_of_distributors_that_a_table_replaces_are_named(tmp_path: Path) -> None:
    more = '[[territory]]\nname = "south"\ndistributors = 3\nsub_distributors = 1'
    warnings = Scenario.load(listed(tmp_path, more=more)).warnings
    for name in ("distributors", "sub_distributors"):
        assert f"territory.south.{name} is not used: the distributors come from a table" in warnings
    assert not any("is not used: the distributors" in warning for warning in Scenario.load(listed(tmp_path)).warnings)


def test_a_territory_without_a_distributor_is_refused(tmp_path: Path) -> None:
    table = "distributor,territory,supplier\nnorth,north,\n"
    with pytest.raises(InputErrors, match="the territory `south` has no distributor; expected at least one"):
        Scenario.load(listed(tmp_path, table))


def test_the_order_of_lines_in_the_table_changes_nobodys_fate(tmp_path: Path) -> None:
    """Places count within a territory; who stands where among those of others is a matter of rows."""
    lines_of = ("north,north,,3", "corner,north,north,1", "shop,north,north,1", "stall,north,north,2")
    north, corner, shop, stall, south, far = (*lines_of, "south,south,,2", "far,south,south,2")
    names = ("north", "corner", "shop", "stall", "south", "far")
    runs = []
    for k, lines in enumerate(([north, corner, shop, stall, south, far], [south, far, north, corner, shop, stall])):
        (tmp_path / str(k)).mkdir()
        path = listed(tmp_path / str(k), "\n".join([TABLE.splitlines()[0], *lines, ""]))
        short = {"params.channel.stock_weeks_at_start": 0.5, "params.channel.plant_weeks_at_start": 0.5}
        market = Market(path, seed=4, weeks=16, overrides=short).run()
        rows = [market.names.distributors.index(name) for name in names]
        measures = ("stock_units", "unserved_units", "ordered_units", "sub_ordered_units", "sub_supplied_units")
        runs.append([market.results.measure(name)[:, rows] for name in measures])
        runs[-1].append(market.state.ledger.book[:, 1:-1][:, rows])
    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one, other)
    assert runs[0][1].any()  # control: goods were short, lotteries were held


# ---- orders and goods -------------------------------------------------------------------------------------------------


def week_of(market: Market) -> MarketState:
    """One more week up to and with the phase fulfil."""
    state = until("fulfil", market)
    with state.lend(writes("fulfil")):
        fulfil(state)
    return state


def test_a_supplier_forecasts_what_its_customers_and_its_subs_ask_for() -> None:
    market = tiny(params__channel__forecast_window=1, **EAGER)
    state = week_of(market)
    demand, ordered = state.distributors.demand, state.distributors.ordered
    for main in (0, 3):
        np.testing.assert_array_equal(
            state.goods.forecasts.level[main], (demand[main] + ordered[main + 1 : main + 3].sum(axis=0))
        )
    assert ordered[[1, 2, 4, 5]].any()
    np.testing.assert_array_equal(state.goods.forecasts.level[[1, 2, 4, 5]], demand[[1, 2, 4, 5]])


def test_a_supplier_that_hears_the_data_forecasts_by_them() -> None:
    given = {"params__channel__forecast_window": 1, **EAGER}
    for hears in (False, True):
        market = tiny(params__channel__data_to_suppliers=hears, **given)
        with market.state.lend(("distributors.shares_data",)):
            market.state.distributors.shares_data[1] = True
        state = until("fulfil", market)
        with state.lend(("distributors.shares_data",)):
            state.distributors.shares_data[:] = np.arange(6) == 1
        with state.lend(writes("fulfil")):
            fulfil(state)
        demand, ordered = state.distributors.demand, state.distributors.ordered
        news = (demand if hears else ordered)[1] + ordered[2]
        np.testing.assert_array_equal(state.goods.forecasts.level[0], demand[0] + news)
        assert (demand[1] != ordered[1]).any()


def test_goods_of_a_supplier_arrive_after_the_lead_time_of_its_tier() -> None:
    market = tiny(params__channel__lead_time=2, params__channel__sub_lead_time=3)
    state = market.state
    arrived = []
    for _ in range(8):
        before = state.goods.channel.on_hand.copy()
        market.run_week()
        delivered, supplied = state.today.fulfilled.delivered, state.today.fulfilled.supplied
        passed_on = np.zeros_like(before)
        for d, supplier in enumerate(state.distributors.supplier):
            if supplier >= 0:
                passed_on[supplier] += supplied[d]
        arrived.append(state.goods.channel.on_hand - before + delivered + passed_on)
    sent = [market.results.measure(name)[..., [0, 2]] for name in ("sell_in_units", "sub_supplied_units")]
    for rows, goods, lead in ((np.array([0, 3]), sent[0], 2), (np.array([1, 2, 4, 5]), sent[1], 3)):
        assert goods[: 8 - lead, rows].any()
        np.testing.assert_array_equal(np.array(arrived)[lead:, rows], goods[: 8 - lead, rows])
        assert not np.array(arrived)[:lead, rows].any()


def test_what_passes_between_distributors_is_neither_made_nor_sold() -> None:
    market = tiny(weeks=12)
    state = market.state
    opening = state.goods.channel.on_hand.sum(axis=0) + state.goods.plant.on_hand
    market.run()
    assert market.results.measure("sub_supplied_units").sum() > 0
    sold = market.results.measure("sell_out_units").sum(axis=(0, 1, 2))[[0, 2]]
    np.testing.assert_array_equal(state.goods.units.sold.sum(axis=0), sold)
    held = (
        state.goods.channel.on_hand.sum(axis=0) + state.goods.channel.in_transit.sum(axis=0) + state.goods.plant.on_hand
    )
    np.testing.assert_array_equal(opening + state.goods.units.made.sum(axis=0) - sold, held)


def test_a_short_supplier_serves_its_own_customers_first_and_shares_the_rest_out() -> None:
    given = {"params__channel__order_cycle": 1, "params__channel__sub_lead_time": 1}
    market = tiny(**given)
    state = until("fulfil", market)
    with state.lend(("channel.on_hand", "channel.owed")):
        state.goods.channel.on_hand[0] = 300
        state.goods.channel.on_hand[1:3] = 0
        state.goods.channel.owed[1:3] = [[0, 300], [0, 150]]
    with state.lend(writes("fulfil")):
        fulfil(state)
    delivered, supplied = state.today.fulfilled.delivered, state.today.fulfilled.supplied
    left = 300 - delivered[0, 1]
    assert not state.today.fulfilled.unserved[0].any()
    assert supplied[1:3, 1].sum() == left
    wanted = np.array([300, 150]) + state.distributors.ordered[1:3, 1]
    np.testing.assert_allclose(supplied[1:3, 1], left * wanted / wanted.sum(), atol=1)
    assert state.goods.channel.on_hand[0, 1] == 0
    # Who still waits for goods is owed them, and its supplier orders for it.
    seen = Distributor.see(state, Decision.ORDER_NOISE)
    assert seen.owed[0, 1] == state.goods.channel.owed[1:3, 1].sum() + state.goods.channel.backorders[0, 1] > 0


def test_a_sub_distributor_beyond_its_credit_gets_nothing() -> None:
    market = tiny(12, params__channel__credit_limit_weeks=0.0, params__channel__payment_weeks=52).run()
    supplied = market.results.measure("sub_supplied_units").sum(axis=2)
    for d in (1, 2, 4, 5):
        assert len(np.flatnonzero(supplied[:, d])) == 1, "one delivery, then a debt that is not due before the end"


def test_the_plant_sees_the_orders_of_its_own_customers_alone() -> None:
    market = tiny(**EAGER)
    state = week_of(market)
    ordered = state.distributors.ordered
    assert ordered[[1, 2]].any()
    np.testing.assert_array_equal(state.goods.plant_forecast.demands[0], ordered[[0, 3]].sum(axis=0))
    assert not owed_by_plant(state)[[1, 2, 4, 5]].any()
    with state.lend(("channel.owed",)):
        state.goods.channel.owed[:, 1] = [1, 2, 4, 8, 16, 32]
    assert owed_by_plant(state)[:, 1].tolist() == [1, 0, 0, 8, 0, 0]


# ---- money ------------------------------------------------------------------------------------------------------------


def test_a_sale_to_a_sub_distributor_is_booked_once_on_either_side() -> None:
    given = {
        "params__channel__sub_markup": 0.1,
        "params__channel__supply_cost_share": 0.05,
        "params__channel__payment_weeks": 2,
    }
    market = tiny(10, **given).run()
    book, ledger = market.state.ledger.book[1:], market.state.ledger
    supplied = market.results.measure("sub_supplied_units")[..., [0, 2]]
    value = supplied @ np.array([110_000, 1_870])
    sales = -book[:, :, Account.INTERNAL_SALES]
    np.testing.assert_array_equal(sales[:, 1], value[:, 1] + value[:, 2])
    np.testing.assert_array_equal(sales[:, 4], value[:, 4] + value[:, 5])
    assert not sales[:, [0, 2, 3, 5, 6, 7]].any() and sales.any()
    # All stock of those who buy from the plant was bought at list price.
    cost = book[:, :, Account.INTERNAL_COST]
    np.testing.assert_allclose(1.1 * cost.sum(axis=0), sales.sum(axis=0), atol=0.2 * supplied.sum())
    own = 0.09 * 0.6 * -book[:, 1:7, Account.SALES] + 0.05 * sales[:, 1:7]
    np.testing.assert_allclose(book[:, 1:7, Account.OWN_COSTS], own, atol=1)
    # Paid for two weeks later.
    owed = -ledger.flows("payables")[:, 2]
    for week in range(10):
        assert abs(owed[week]) == value[max(0, week - 1) : week + 1, 1].sum()
    assert ledger.claims[1, 2] == value[-2:, 1].sum()


def test_sell_out_does_not_count_what_only_changes_hands() -> None:
    market = tiny(20).run()
    card = market.results.scorecard.set_index("kpi")["value"]
    books = market.state.ledger.book[1:, 1:7].sum(axis=(0, 1))
    sold = market.results.measure("sell_out_value")[..., [0, 2]].sum()
    assert -books[Account.SALES] == sold
    margin = -books[Account.SALES] - books[Account.INTERNAL_SALES]
    margin -= books[Account.CHANNEL_COST_OF_GOODS] + books[Account.INTERNAL_COST]
    assert card["distributor_margin"] == pytest.approx(100 * margin / sold)
    profit = margin - books[Account.OTHER_INCOME] - books[Account.HOLDING] - books[Account.OWN_COSTS]
    profit -= books[Account.DISTRIBUTOR_EFFORT]
    assert 100 * card["distributor_profit"] == pytest.approx(profit)
    assert card["channel_profit"] == pytest.approx(card["contribution"] + card["distributor_profit"])
    assert -books[Account.INTERNAL_SALES] > 0.1 * sold  # control: much changed hands


@pytest.mark.parametrize("markup", [0.0, 0.2])
def test_what_goods_cost_on_their_way_is_no_gain_of_the_channel(markup: float) -> None:
    """Sold through to the customer, a more expensive tier moves profit between distributors and adds none: 0.20 of list price for
    what a sub-distributor holds at the end is the whole difference."""
    free = {
        "params__channel__holding_rate": 0.0,
        "params__channel__supply_cost_share": 0.0,
        "params__partners__effort_strength": 0.0,  # a thinner margin is no reason to sell less of ours
        "params__partners__trust_speed": 0.0,
    }
    market, plain = (tiny(20, params__channel__sub_markup=each, **free).run() for each in (markup, 0.0))
    np.testing.assert_array_equal(market.results.measure("sell_out_value"), plain.results.measure("sell_out_value"))
    profit = [m.state.ledger.flows("distributor_profit").sum() for m in (market, plain)]
    subs = [1, 2, 4, 5]
    held = (market.state.goods.channel.on_hand + market.state.goods.channel.in_transit)[subs]
    opening = tiny(20).state.goods.channel.on_hand[subs]
    price = np.array([100_000, 1_700])
    # Opening stocks were put in at the price of the tier: what is left of the mark-up on stock is a change of stock.
    unsold = markup * ((held - opening) @ price).sum()
    assert profit[0] - profit[1] == pytest.approx(unsold, abs=200)


def test_retail_prices_are_those_of_the_market_unless_the_rule_says_otherwise() -> None:
    same = tiny(1).run().state.distributors.price
    assert (same == same[0]).all()
    own = tiny(1, policy__retail_price__base="purchase_price", params__channel__sub_markup=0.1).run().state.distributors
    np.testing.assert_array_equal(own.price[:, 1], np.rint(1.22 * own.wholesale[:, 1]))
    assert own.price[1, 1] == pytest.approx(1.1 * own.price[0, 1], abs=1)


def test_a_sub_distributor_has_the_thinner_margin_on_every_brand() -> None:
    """It buys all brands from another distributor: none of them becomes more expensive because of that."""
    state = tiny(1, params__channel__sub_markup=0.1, params__rivals__channel_markup=0.22).run().state
    share = margins(state)
    np.testing.assert_allclose(share[[0, 3]], 0.22 / 1.22, atol=1e-3)
    np.testing.assert_allclose(share[[1, 2, 4, 5]], 0.12 / 1.22, atol=1e-3)


def test_goods_that_a_supplier_holds_back_cost_the_firm_no_trust() -> None:
    """Who buys from another distributor is owed its goods by that one; who buys from the plant, by us."""
    state = until("relate", tiny(1, params__partners__trust_margin=0.0))
    with state.lend(("channel.owed", "distributors.purchases", *writes("relate"))):
        state.goods.channel.owed[...] = 0
        state.goods.channel.owed[:, 1] = 100
        state.distributors.purchases[:] = 400 * state.distributors.wholesale[:, 1]
        relate(state)
    buys_from_us = state.distributors.supplier < 0
    np.testing.assert_allclose(state.distributors.trust[buys_from_us], 0.5 - 0.08 * 0.5 * 0.25)
    np.testing.assert_allclose(state.distributors.trust[~buys_from_us], 0.5)
