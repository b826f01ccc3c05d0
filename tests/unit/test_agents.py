"""Agents: a row's columns read as attributes; agents come with new positions and segments."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.customer_segment import Customer
from sim.agents.distributor import Distributor
from sim.agents.sales_rep import SalesRep
from sim.market import Market, assumptions
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(
        "tiny",
        seed=2,
        weeks=6,
        policy="deep_marketing",
        overrides={"policy.head_count.extra": 1, "params.people.vacancy": 0.0},
    ).run()


def test_every_column_of_a_row_reads_as_an_attribute(market: Market) -> None:
    for agents, table in (
        (market.reps, market.state.reps),
        (market.managers, market.state.managers),
        (market.distributors, market.state.distributors),
    ):
        for agent in agents:
            for column in table.declared:
                value = getattr(agent, column)
                np.testing.assert_array_equal(value, getattr(table, column)[agent.row])
                assert not isinstance(value, np.generic), "numbers come out as Python numbers"


def test_what_is_no_column_is_no_attribute(market: Market) -> None:
    rep = market.reps[0]
    for name in ("salry", "_secret", "declared"):
        with pytest.raises(AttributeError, match=f"SalesRep has no attribute '{name}'"):
            getattr(rep, name)
    assert repr(rep) == f"<SalesRep {rep.name}>"


def test_a_view_of_many_numbers_cannot_be_written(market: Market) -> None:
    with pytest.raises(ValueError, match="read-only"):
        market.distributors[0].price[0] = 1


def test_an_agent_can_show_its_part_of_what_its_kind_sees(market: Market) -> None:
    market.state.today.look_again()
    seen, rep = SalesRep.see(market.state), market.reps[1]
    own = rep.part_of(seen)
    assert own["key"] == seen.key[rep.row] and own["week"] == market.week
    np.testing.assert_array_equal(own["account_key"], seen.account_key[seen.account_rep == rep.row])
    assert 0 < len(own["account_key"]) < len(seen.account_key)
    distributor = market.distributors[1]
    own = distributor.part_of(Distributor.see(market.state))
    np.testing.assert_array_equal(own["on_hand"], market.state.goods.channel.on_hand[distributor.row])


def test_new_positions_bring_agents(market: Market) -> None:
    assert len(market.reps) == 8
    assert len({rep.row for rep in market.reps}) == 8
    assert all(rep.position for rep in market.reps)


def test_segments_are_index_sets_that_cover_the_market(market: Market) -> None:
    assert [segment.label for segment in market.segments] == [0, 1, 2, 3, 4]
    rows = np.concatenate([segment.ids for segment in market.segments])
    assert sorted(rows.tolist()) == list(range(600))
    assert "CustomerSegment 2" in repr(market.segments[2])


def test_a_customer_is_its_row(market: Market) -> None:
    state = market.state
    for row in (0, 17, 599):
        customer = market.customer(row)
        for column in state.customers:
            np.testing.assert_array_equal(getattr(customer, column), getattr(state.customers, column)[row])
        ties = set(state.network.neighbours[state.network.indptr[row] : state.network.indptr[row + 1]].tolist())
        assert {neighbour.row for neighbour in customer.neighbours} == ties
    with pytest.raises(IndexError):
        Customer(state, -1)


def test_assumptions_follow_what_is_set() -> None:
    scenario = Scenario.load(
        "tiny", overrides={"params.costs.benefits": 0.31, "policy.pricing.kind": "segment_discount"}
    )
    table = {row["path"]: row for row in assumptions(scenario)}
    assert table["params.costs.benefits"]["value"] == "0.31"
    assert "policy.pricing.discounts" in table
    assert "policy.pricing.discount" not in table
