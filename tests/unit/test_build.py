"""The built world: customers, sales force, channel and database are what the scenario says, draw by draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.build.channel import expected_units, own_share
from sim.build.database import mark_spread
from sim.build.numbers import freeze_numbers
from sim.build.population import build_customers
from sim.build.projects import project_rates
from sim.build.sales_force import build_sales_force, positions_by_territory
from sim.market import Market
from sim.scenario import Scenario
from sim.stages import Stage
from sim.state.customers import NO_BRAND
from sim.state.table import NEVER


@pytest.fixture(scope="module")
def big() -> Market:
    return Market("regional_plain", seed=3, customers=20_000)


# ---- customers --------------------------------------------------------------------------------------------------------


def test_types_territories_and_marks_have_the_scenarios_distribution(big: Market) -> None:
    customers, world = big.state.customers, big.scenario.world
    for column, entries in (("type", world.customer_types), ("territory", world.territories)):
        share = np.bincount(getattr(customers, column), minlength=len(entries)) / len(customers)
        np.testing.assert_allclose(share, [e.share for e in entries], atol=0.012)
    for k, kind in enumerate(world.customer_types):
        rows = customers.type == k
        np.testing.assert_allclose(customers.marks[rows].mean(axis=0), kind.marks, atol=0.08)
        np.testing.assert_allclose(customers.marks[rows].std(axis=0), kind.marks_spread, rtol=0.08)
        np.testing.assert_allclose(customers.taste[rows].mean(axis=0), kind.taste, atol=0.05)
        assert customers.purchase_rate[rows].mean() == pytest.approx(kind.purchase_rate, rel=0.08)
        assert np.median(customers.price_sensitivity[rows]) == pytest.approx(kind.price_sensitivity, rel=0.03)
    assert customers.order_size.min() >= 1.0


def test_home_distributors_lie_in_the_customers_territory_by_size(big: Market) -> None:
    customers, distributors = big.state.customers, big.state.distributors
    np.testing.assert_array_equal(distributors.territory[customers.distributor], customers.territory)
    first, second = (np.sum(customers.distributor == d) for d in (0, 1))  # two in the north, the second .7 as large
    assert second / first == pytest.approx(0.7, abs=0.06)


def test_who_uses_a_brand_knows_it_and_bought_before_the_first_week(big: Market) -> None:
    customers, world = big.state.customers, big.scenario.world
    projects = np.array([bool(t.project_rate) for t in world.customer_types])[customers.type]
    for b, brand in enumerate(world.brands):
        knows = customers.aware >> b & 1 == 1
        uses = (customers.owned == b).any(axis=1)
        assert knows[uses].all()
        # Only those who ever have projects own a line.
        share = np.mean(customers.owned == b, axis=0)
        can_own = np.array([projects.mean() if c.kind == "opportunity" else 1.0 for c in world.categories])
        assert share == pytest.approx(brand.users_at_start * can_own, abs=0.015)
        for has, categories in ((projects, 3), (~projects, 2)):
            independent = 1 - (1 - brand.aware_at_start) * (1 - brand.users_at_start) ** categories
            assert knows[has].mean() == pytest.approx(independent, abs=0.02)
    owner = customers.owned != NO_BRAND
    assert (customers.bought_week[owner] < 0).all()
    assert (customers.bought_week[~owner] == NEVER).all()
    ours = (customers.owned == world.own_brand).any(axis=1)
    assert ((customers.last_order != NEVER) == ours).all()
    assert (customers.last_order < 0).all()
    assert np.isin(customers.stage[ours], [Stage.BUYER, Stage.LOYAL, Stage.LAPSED]).all()
    assert (customers.stage[ours] != Stage.LAPSED).mean() > 0.5
    assert not np.isin(customers.stage[~ours], [Stage.BUYER, Stage.LOYAL, Stage.LAPSED]).any()


def test_one_more_customer_leaves_the_others_as_they_are() -> None:
    scenarios = [Scenario.load("tiny", customers=n) for n in (300, 301)]
    small, large = (build_customers(s.world, s.params, 5, None) for s in scenarios)
    for column in small:
        np.testing.assert_array_equal(getattr(small, column), getattr(large, column)[:300], err_msg=column)


def test_the_seed_moves_every_drawn_column() -> None:
    scenario = Scenario.load("tiny")
    one, two = (build_customers(scenario.world, scenario.params, seed, None) for seed in (1, 2))
    for column in (
        "type",
        "territory",
        "marks",
        "taste",
        "price_sensitivity",
        "purchase_rate",
        "order_size",
        "aware",
        "owned",
        "bought_week",
    ):
        assert not np.array_equal(getattr(one, column), getattr(two, column)), column


def test_a_table_of_customers_is_taken_as_it_is() -> None:
    scenario = Scenario.load("tiny")
    table = pd.DataFrame(
        {
            "type": ["plant", "workshop", "plant"],
            "territory": ["south", "north", "south"],
            "distributor": ["south", None, "south"],
            "purchase_rate": [0.1, 0.2, 0.3],
            "order_size": [0.5, 2.0, 4.0],
            "mark_growth": [9.0, 8.0, 7.0],
            "key": np.array([2**64 - 1, 5, 7], np.uint64),
        }
    )
    customers = build_customers(scenario.world, scenario.params, 1, table)
    assert customers.key.tolist() == [2**64 - 1, 5, 7]
    assert customers.type.tolist() == [0, 1, 0]  # types and territories in the order of names
    assert customers.territory.tolist() == [1, 0, 1]
    assert customers.distributor.tolist() == [1, 0, 1]
    np.testing.assert_allclose(customers.purchase_rate, [0.1, 0.2, 0.3])
    np.testing.assert_allclose(customers.order_size, [1.0, 2.0, 4.0])  # at least one unit an order
    np.testing.assert_allclose(customers.marks[:, 1], [9.0, 8.0, 7.0])


# ---- sales force ------------------------------------------------------------------------------------------------------


def test_positions_teams_and_names_by_layout(big: Market) -> None:
    state = big.state
    assert np.bincount(state.reps.territory[state.reps.position]).tolist() == [6] * 8
    assert np.bincount(state.reps.team[state.reps.position]).tolist() == [8] * 6
    np.testing.assert_array_equal(state.reps.active, state.reps.position)
    assert len(set(state.reps.key.tolist())) == len(state.reps)
    assert [rep.name for rep in big.reps[:7]] == [*(f"centre-{k}" for k in range(1, 7)), "east-1"]
    assert (state.reps.ability[~state.reps.position] == 0).all()
    for manager in big.managers:
        inside = state.reps.territory[state.reps.position & (state.reps.team == manager.row)]
        assert np.sum(inside == manager.territory) == np.bincount(inside).max()


def test_a_roster_names_positions_teams_tenure_and_skill() -> None:
    scenario = Scenario.load("tiny")
    roster = pd.DataFrame(
        {
            "rep": ["Ana", "Bo", "Cy"],
            "manager": ["Zoe", "Al", "Zoe"],
            "territory": ["south", "north", "south"],
            "skill": [0.5, None, -0.5],
            "hired_week": [-10.0, -30.0, 4.0],
        }
    )
    assert positions_by_territory(scenario.world, roster).tolist() == [1, 2]
    reps, managers, names, teams = build_sales_force(scenario.world, scenario.params, 1, roster)
    assert teams == ["Al", "Zoe"]
    rows = {names[r]: r for r in np.flatnonzero(reps.position)}
    assert set(rows) == {"Ana", "Bo", "Cy"}
    found = {
        name: (int(reps.territory[r]), teams[reps.team[r]], int(reps.tenure[r]), float(reps.ability[r]))
        for name, r in rows.items()
    }
    assert found == {"Ana": (1, "Zoe", 10, 0.5), "Bo": (0, "Al", 30, 0.0), "Cy": (1, "Zoe", 0, -0.5)}
    assert managers.territory.tolist() == [0, 1]
    spare = ~reps.position
    assert spare.sum() >= 8  # room for at least four more in each territory
    assert (reps.team[spare & (reps.territory == 1)] == 1).all()


# ---- channel ----------------------------------------------------------------------------------------------------------


def test_stock_at_the_start_covers_the_weeks_asked_for(big: Market) -> None:
    state, world = big.state, big.scenario.world
    expected, from_plant = state.goods.forecasts.level, state.distributors.supplier < 0
    to_order = state.numbers.to_order
    assert to_order.any() and not state.goods.channel.on_hand[:, to_order].any()
    np.testing.assert_allclose(state.goods.channel.on_hand[:, ~to_order], 5.0 * expected[:, ~to_order], atol=0.5)
    np.testing.assert_allclose(state.goods.plant.on_hand, 6.0 * expected[from_plant].sum(axis=0), atol=0.5)
    units = expected_units(world, state.customers, project_rates(world, state.customers.type, None))
    own = list(world.own_offers)
    by_category = {c.name: units[:, k].sum() * own_share(world) for k, c in enumerate(world.categories)}
    for name, total in by_category.items():
        columns = [k for k, j in enumerate(own) if world.offers[j].category == name]
        assert expected[from_plant][:, columns].sum() == pytest.approx(total)
    price = state.distributors.wholesale
    np.testing.assert_array_equal(price[from_plant], np.tile(state.numbers.list_price[own], (from_plant.sum(), 1)))
    np.testing.assert_array_equal(state.distributors.stock_value, state.goods.channel.on_hand * price)
    np.testing.assert_allclose(state.distributors.purchases, (expected * price).sum(axis=1))


def test_rivals_start_at_their_list_price_marked_up(big: Market) -> None:
    rivals, world = big.state.rivals, big.scenario.world
    for row, j in enumerate(rivals.offer):
        offer = world.offers[j]
        reference = next(c.reference_price for c in world.categories if c.name == offer.category)
        assert rivals.price[row] == pytest.approx(offer.list_price * 1.22 / reference)
        assert rivals.unit_cost[row] < rivals.price[row]
    assert not set(rivals.offer) & set(world.own_offers)
    category = big.state.numbers.category[rivals.offer]
    users = sum(brand.users_at_start for brand in world.brands if not brand.own)
    np.testing.assert_allclose(np.bincount(category, rivals.share), users)  # the rest is ours, or uses nothing


# ---- database and numbers ---------------------------------------------------------------------------------------------


def test_the_database_covers_and_errs_as_declared(big: Market) -> None:
    knowledge, customers, diary = big.state.knowledge, big.state.customers, big.state.diary
    known = knowledge.known
    assert known.mean() == pytest.approx(0.6, abs=0.015)
    recorded = knowledge.value > 0
    assert (known[recorded]).all()
    users = known & (customers.last_order != NEVER)
    assert recorded[users].mean() == pytest.approx(0.35, abs=0.02)
    error = np.log(knowledge.value[recorded] / diary.bought[recorded])
    assert error.mean() == pytest.approx(0.0, abs=0.05)
    assert error.std() == pytest.approx(0.5, rel=0.06)
    noise = (knowledge.marks - customers.marks)[known]
    np.testing.assert_allclose(noise.std(axis=0), 0.4 * mark_spread(big.scenario.world), rtol=0.05)
    assert (diary.bought[customers.last_order == NEVER] == 0).all()


def test_frozen_numbers_find_offers_by_place(big: Market) -> None:
    state, world = big.state, big.scenario.world
    numbers = freeze_numbers(world, big.scenario.params, np.full(8, 6), np.full((8, 4), 10))
    own = list(world.own_offers)
    assert numbers.own_column[own].tolist() == list(range(len(own)))
    assert (np.delete(numbers.own_column, own) == -1).all()
    for j, offer in enumerate(world.offers):
        assert numbers.list_price[j] == offer.list_price
        assert world.categories[numbers.category[j]].name == offer.category
        assert numbers.reference_price[j] == world.categories[numbers.category[j]].reference_price
    assert (np.diff(numbers.category) >= 0).all()
    np.testing.assert_array_equal(state.numbers.list_price, numbers.list_price)


def test_the_books_open_with_the_stocks(big: Market) -> None:
    state = big.state
    assert not state.ledger.book.sum(axis=2).any()
    assert (
        state.ledger.flows("cash_in_channel")[0, state.ledger.distributors].sum()
        == state.distributors.stock_value.sum()
    )


def test_portfolios_at_the_start_are_those_of_the_ordinary_plan_under_every_policy() -> None:
    states = [Market("tiny", seed=3, policy=p, weeks=2).state for p in ("status_quo", "deep_marketing")]
    first = states[0]
    served = first.knowledge.rep >= 0
    assert 0 < served.sum() < served.size
    assert first.knowledge.known[served].all()
    assert ((first.customers.relationship > 0) == served).all()
    for name in ("rep", "known"):
        assert (getattr(states[1].knowledge, name) == getattr(first.knowledge, name)).all()
    assert (states[1].customers.relationship == first.customers.relationship).all()
    # The list is sorted by recorded purchases: no customer outside it has bought more than the least of a territory's accounts.
    for territory in np.unique(first.customers.territory):
        here = first.knowledge.known & (first.customers.territory == territory)
        value = first.knowledge.value
        assert value[here & ~served].max(initial=0.0) <= value[here & served].min()


def test_without_a_past_a_market_starts_without_portfolios() -> None:
    start = Market("tiny", seed=3, weeks=2, overrides={"params.relationship.at_start": 0.0}).state
    assert (start.knowledge.rep < 0).all()
    assert not start.customers.relationship.any()
    half, whole = (
        Market("tiny", seed=3, weeks=2, overrides={"params.relationship.at_start": part}).state.customers.relationship
        for part in (0.5, 1.0)
    )
    np.testing.assert_allclose(half, 0.5 * whole)
