"""Projects week by week: who carries which, what calls do, who decides, what is bought and what waits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.agents.sales_rep import SalesRep
from sim.kernels.choice import utility, weight_of_tie
from sim.kernels.demand_step import choosers
from sim.kernels.projects import PROJECT_ORDER
from sim.market import Market
from sim.phases.demand import choose_again
from sim.phases.projects import project_choosers
from sim.phases.work import work
from sim.rng import Decision, Luck
from sim.solvers.pursuit import carry, share_of_calls
from sim.stages import Stage
from sim.state import MarketState
from sim.state.opportunities import OpenProjects
from tests.market.project_market import LINE, OURS, many_projects, project_market
from tests.unit.part_weeks import until, writes

#: Many projects, so that reps cannot carry all of them.
BUSY = {"customer_type__plant__project_rate": {"line": 6.0}}
NO_GOODS = {"params__channel__stock_weeks_at_start": 0.0, "params__channel__plant_weeks_at_start": 0.0}


def worked(**overrides: Any) -> MarketState:
    """A market after the first week's work."""
    state = until("work", project_market(2, **{**BUSY, **overrides}))
    with state.lend(writes("work")):
        work(state)
    return state


def carried_by(state: MarketState) -> np.ndarray:
    """Rep of each carried project."""
    found: np.ndarray = state.knowledge.rep[state.opportunities.projects.customer[state.opportunities.projects.carried]]
    return found


# ---- whom reps work for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [0, 3, 8])
def test_a_rep_carries_as_many_projects_as_the_load_allows(load: int) -> None:
    state = worked(params__projects__load=load)
    count = np.bincount(carried_by(state), minlength=len(state.reps))
    rep = state.knowledge.rep[state.opportunities.projects.customer]
    offered = np.bincount(rep[rep >= 0], minlength=len(state.reps))
    np.testing.assert_array_equal(count, np.minimum(np.where(state.reps.active, offered, 0), load))
    assert (offered > 8).any()


def test_only_projects_that_are_carried_gain_attention() -> None:
    with_all = worked(params__projects__at_start=0.0)
    assert (with_all.opportunities.projects.attention[~with_all.opportunities.projects.carried] == 0).all()
    called = np.isin(with_all.opportunities.projects.customer, with_all.today.worked.visited)
    np.testing.assert_array_equal(
        with_all.opportunities.projects.attention > 0, called & with_all.opportunities.projects.carried
    )
    assert (called & ~with_all.opportunities.projects.carried).any()


def test_projects_of_customers_without_a_rep_get_no_calls() -> None:
    state = worked(params__projects__at_start=0.0)
    alone = state.knowledge.rep[state.opportunities.projects.customer] < 0
    assert alone.any()
    assert not state.opportunities.projects.carried[alone].any()
    assert (state.opportunities.projects.attention[alone] == 0).all()


def test_calls_go_where_the_projects_are_and_stay_within_the_hours() -> None:
    with_projects, without = (worked(policy__pursuit__most=most) for most in (0.8, 0.0))
    np.testing.assert_array_equal(with_projects.reps.calls, without.reps.calls)
    for state in (with_projects, without):
        visits = np.bincount(
            state.knowledge.rep[state.today.worked.visited],
            state.diary.visits[state.today.worked.visited],
            len(state.reps),
        )
        np.testing.assert_array_equal(visits, state.reps.calls)
    calls = [s.record["project_calls"][0].sum() for s in (with_projects, without)]
    assert calls[0] > 1.5 * calls[1]
    kept = [s.record["calls_on_plan"][0].sum() for s in (with_projects, without)]
    assert kept[0] < kept[1], "calls for projects are not those of the plan"


def test_several_projects_of_one_account_share_its_calls() -> None:
    state = worked(params__projects__at_start=0.0, params__projects__load=50)
    projects, numbers = state.opportunities.projects, state.numbers.attention
    worked_on = np.flatnonzero(projects.attention > 0)
    at_account = np.bincount(projects.customer[projects.carried], minlength=len(state.customers))
    assert (at_account[projects.customer[worked_on]] > 1).any()
    rep = state.knowledge.rep[projects.customer[worked_on]]
    learnt = -np.expm1(-(state.reps.tenure[rep] + 1.0) / state.params.people.ramp)
    customer = projects.customer[worked_on]
    calls = state.diary.visits[customer] * learnt / at_account[customer]
    pull = calls / float(numbers.half)
    expected = pull / (1 + pull) * (1 - float(numbers.keep) ** (1 + pull))  # from 0, ADBUDG of shape 1
    np.testing.assert_allclose(projects.attention[worked_on], expected, rtol=1e-4)


def test_rules_choose_different_projects() -> None:
    biggest = worked(params__projects__load=3)
    latest = worked(params__projects__load=3, policy__pursuit__kind="late_stage_first")
    worth = [s.opportunities.projects.guess[s.opportunities.projects.carried].mean() for s in (biggest, latest)]
    stage = [s.opportunities.projects.stage(-1)[s.opportunities.projects.carried].mean() for s in (biggest, latest)]
    assert worth[0] > 1.3 * worth[1]
    assert stage[1] > stage[0] + 0.5


def test_reps_guess_what_a_project_is_worth() -> None:
    state = until("work", project_market(2, **BUSY))
    rep = state.knowledge.rep[state.opportunities.projects.customer]
    rows = np.flatnonzero((rep >= 0) & state.reps.active[rep])
    seen = SalesRep.see_projects(state, SalesRep.see(state), rows)
    error = np.log(seen.project_worth / state.opportunities.projects.worth[rows])
    assert error.std() == pytest.approx(state.params.projects.misjudged, rel=0.2)
    exact = project_market(2, **BUSY, params__projects__misjudged=0.0).state.opportunities.projects
    np.testing.assert_array_equal(exact.guess, exact.worth)


def test_the_highest_priorities_are_carried_and_none_of_priority_zero() -> None:
    priority = np.array([1.0, 3.0, 2.0, 0.0, 5.0, 2.0])
    rep, key, number = np.array([0, 0, 0, 1, 1, 0]), np.array([9, 8, 7, 6, 5, 4]), np.zeros(6)
    assert carry(priority, rep, key, number, 2).tolist() == [False, True, False, False, True, True]
    assert carry(priority, rep, key, number, 0).sum() == 0
    share = share_of_calls(np.array([10.0, 0.5]), rep, 4, 2.0, 0.6)
    assert share.tolist() == pytest.approx([0.15, 0.15, 0.15, 0.3, 0.3, 0.15])


# ---- who decides, and what ----------------------------------------------------------------------------------------------


def test_deciders_add_up_their_utilities_by_weight() -> None:
    """The kernel's utility at the weighted means is the weighted sum of the deciders' utilities."""
    market = project_market(category__line__deciders=4, category__line__decider_taste=0.8)
    state, (born, columns) = market.state, many_projects(market, 1)

    category, luck = market.scenario.world.categories[LINE], Luck.of(state.seed, Decision.PROJECT_DECIDERS, 0)
    who, weights = choosers(state.customers, state.network, 4), state.numbers.choice
    projects = OpenProjects(2)
    with projects.lend(tuple(projects)):
        projects.append(columns)
    together, of = project_choosers(state, projects)
    for p in range(0, 600, 60):
        i, index = int(born.customer[p]), 256 * born.number[p] + 32 * np.arange(4)
        weight = np.exp(category.decider_weights * luck.normal(columns["key"][p], index + 17))
        weight /= weight.sum()
        total = 0.0
        for d in range(4):
            taste = who.taste[i] + 0.8 * (d > 0) * luck.normal(columns["key"][p], index[d] + np.arange(2))
            z = luck.normal(columns["key"][p], index[d] + 16)
            price = who.price_sensitivity[i] * (np.exp(0.2 * z - 0.02) if d else 1.0)
            alone = who._replace(
                taste=np.tile(taste, (i + 1, 1)).astype(np.float32),
                price_sensitivity=np.full(i + 1, price, np.float32),
            )
            total += weight[d] * utility(i, OURS, weight_of_tie(i, who), alone, state.boards.offers, weights)
        found = utility(p, OURS, weight_of_tie(p, together), together, state.boards.offers, of)
        assert found == pytest.approx(total, abs=1e-4)


def test_one_decider_is_the_customer() -> None:
    market = project_market(category__line__deciders=1)
    state, (born, columns) = market.state, many_projects(market, 2)
    np.testing.assert_array_equal(columns["taste"], state.customers.taste[born.customer])
    np.testing.assert_array_equal(columns["price_sensitivity"], state.customers.price_sensitivity[born.customer])


def test_sizes_have_the_stated_mean_and_are_whole() -> None:
    market = project_market(category__line__project_size=2.5, category__line__order_size_spread=0.2)
    _, columns = many_projects(market, 20)
    assert columns["units"].min() >= 1
    assert columns["units"].mean() == pytest.approx(2.5, abs=4 * columns["units"].std() / np.sqrt(12_000))
    np.testing.assert_array_equal(columns["worth"], columns["units"] * 2_000_000.0)


# ---- projects and the rest of the week ----------------------------------------------------------------------------------


def history(market: Market) -> list[tuple[int, ...]]:
    """Every project decided in a run: customer, number, week, opened, units."""
    found = []
    while market.running:
        market.run_week()
        decided = market.state.today.demanded.decided
        assert decided is not None
        columns = (decided.projects.customer, decided.projects.number, decided.projects.opened, decided.projects.units)
        found += [(market.week, *row) for row in zip(*(c.tolist() for c in columns), strict=True)]
    return found


def test_no_policy_moves_a_project() -> None:
    plain = history(project_market(4, 20))
    other = {"policy__coverage__kind": "segment_norms", "policy__segmentation__kind": "kmeans", "params__projects__load": 2,
             "policy__pursuit__kind": "late_stage_first", "policy__head_count__extra": 1}  # fmt: skip
    assert history(project_market(4, 20, **other)) == plain
    assert len(plain) > 80
    assert history(project_market(5, 20)) != plain


def test_without_projects_a_category_for_them_changes_nothing() -> None:
    """Off means gone: rates of zero leave what customers do bit by bit as it was (a stock of the offer is kept all the same)."""
    none = {"customer_type__workshop__project_rate": {"line": 0.0}, "customer_type__plant__project_rate": {"line": 0.0}}
    same = {"offer__line_one__quality": 0.15, "offer__line_rival__quality": 0.0}  # a brand's mean quality stays
    # A distributor divides its effort among brands by all their offers; here it has none to divide.
    alone = {"params.partners.effort_strength": 0.0}
    off = project_market(3, 16, **none, **same, **alone).run().state
    absent = Market("tiny", seed=3, weeks=16, overrides=alone).run().state
    for column in ("aware", "loyalty", "satisfaction", "expectation", "last_order", "stage", "relationship"):
        np.testing.assert_array_equal(getattr(off.customers, column), getattr(absent.customers, column))
    for measure in ("orders", "sell_out_units", "sell_out_value"):
        np.testing.assert_array_equal(off.record[measure][..., :4], absent.record[measure])
        assert not off.record[measure][..., 4:].any()
    np.testing.assert_array_equal(off.record["calls_on_plan"], absent.record["calls_on_plan"])
    on = project_market(3, 16, **same, **alone).run().state
    assert (on.customers.loyalty != absent.customers.loyalty).any()


def test_calls_that_do_not_count_leave_choices_as_they_were() -> None:
    """Without weight of attention and without calls set aside, carrying projects is nothing."""
    idle = {"params__projects__attention": 0.0, "policy__pursuit__calls": 0.0}
    carried, none = (project_market(3, 16, **idle, params__projects__load=load).run().state for load in (12, 0))
    assert carried.opportunities.projects.carried.any()
    assert not none.opportunities.projects.carried.any()
    for column in carried.customers:
        np.testing.assert_array_equal(getattr(carried.customers, column), getattr(none.customers, column))
    np.testing.assert_array_equal(carried.ledger.book, none.ledger.book)
    busy = project_market(3, 16, params__projects__attention=0.0).run().state
    assert (busy.customers.relationship != none.customers.relationship).any()


def test_orders_of_projects_keep_their_number_and_share_it_with_nobody() -> None:
    market = project_market(
        4, 20, **BUSY, **NO_GOODS, params__projects__patience=1.0, params__channel__unserved_switch=0.0
    )
    waited = 0
    while market.running:
        market.run_week()
        orders = market.state.today.fulfilled.orders
        names = np.stack([orders.customer, orders.index])
        assert np.unique(names, axis=1).shape == names.shape
        project = orders.index >= PROJECT_ORDER
        np.testing.assert_array_equal(project, market.state.numbers.category[orders.offer] == LINE)
        waited = max(waited, int(orders.waited[project].max(initial=0)))
    assert waited >= 4


def test_who_cannot_wait_is_decided_again_among_what_is_there() -> None:
    patient, hasty = (project_market(4, 12, **BUSY, **NO_GOODS, params__projects__patience=p) for p in (1.0, 0.0))
    bought = [m.run().results.measure("orders").sum(axis=(0, 1, 2)) for m in (patient, hasty)]
    won = [m.results.measure("projects_won").sum() for m in (patient, hasty)]
    assert bought[1][OURS + 1] > bought[0][OURS + 1] + 5, "the rival has goods"
    assert won[0] == pytest.approx(won[1], rel=0.1), "they were decided for us all the same"


def test_deciders_who_choose_again_choose_what_they_chose_while_it_is_there() -> None:
    state = until("fulfil", project_market(2, **BUSY))
    orders, decided = state.today.demanded.orders, state.today.demanded.decided
    assert decided is not None
    project = orders.index >= PROJECT_ORDER
    assert project.any() and (~project).any()
    again = choose_again(state, orders, np.ones_like(state.goods.channel.on_hand))
    np.testing.assert_array_equal(again.offer, orders.offer)
    np.testing.assert_array_equal(again.index, orders.index)
    np.testing.assert_array_equal(again.units, orders.units)


def test_every_decided_project_is_listed_once() -> None:
    market = Market(project_market(4, 15).scenario, seed=4, keep_orders=True).run()
    orders = market.results.orders
    lines = orders[orders["category"] == "line"]
    results = market.results
    assert len(orders) == results.measure("occasions").sum()
    assert len(lines) == results.measure("projects_decided").sum()
    assert lines["won"].sum() == results.measure("projects_won").sum()
    assert lines["weeks_open"].sum() == results.measure("project_weeks").sum()
    bought = lines["offer"] != ""
    assert (lines.loc[bought, ["units", "price"]] > 0).all().all()
    assert (lines.loc[~bought, ["units", "price"]] == 0).all().all()


def test_a_customer_with_an_open_project_considers_us() -> None:
    market = project_market(4, 12, customers=3000, params__funnel__consider=1.0)
    while market.running:
        market.run_week()
    state = market.state
    knows = (state.customers.aware >> state.layout.own_brand & 1 == 1) & (state.customers.stage <= Stage.CONSIDERING)
    open_now = np.isin(np.arange(len(state.customers)), state.opportunities.projects.customer)
    considering = state.customers.stage == Stage.CONSIDERING
    assert considering[open_now & knows].mean() > 0.9, "all but those who have only just heard of us"
    assert considering[~open_now & knows].mean() < 0.6


def test_rows_come_and_go_only_while_all_columns_are_lent() -> None:
    projects = OpenProjects(2)
    row = {
        c.name: np.zeros((1, {"stages": 4, "attributes": 2}[c.width]) if c.width else 1)
        for c in OpenProjects.declared.values()
    }
    with projects.lend(tuple(projects)):
        projects.append(row)
    assert len(projects) == 1
    with projects.lend(("attention",)):
        with pytest.raises(PermissionError, match="not lent"):
            projects.append(row)
        with pytest.raises(PermissionError, match="not lent"):
            projects.keep(np.zeros(1, np.bool_))
    with pytest.raises(ValueError, match="read-only"):
        projects.units[:] = 1
    with projects.lend(tuple(projects)):
        projects.keep(np.zeros(1, np.bool_))
    assert len(projects) == len(projects.units) == 0


# ---- made to order ------------------------------------------------------------------------------------------------------


def test_what_is_made_to_order_is_ordered_when_it_is_decided_and_no_sooner() -> None:
    market = project_market(4, 30, category__line__made_to_order=True)
    state, line = market.state, 2  # column among our offers
    assert state.numbers.to_order.tolist() == [False, False, True]
    assert not state.goods.channel.on_hand[:, line].any()
    sold = ordered = 0
    while market.running:
        market.run_week()
        orders = state.today.fulfilled.orders
        fresh = (orders.offer == OURS) & (orders.waited == 0)
        sold, ordered = sold + int(orders.units[fresh].sum()), ordered + int(state.distributors.ordered[:, line].sum())
        assert ordered <= sold, "never more than was decided for"
        assert not (state.goods.channel.on_hand[:, line] > 0)[state.goods.channel.backorders[:, line] > 0].any()
        assert not state.today.fulfilled.unserved[:, line].any(), "no one expected to get it at once"
    delivered = market.results.measure("sell_out_units")[:, :, :, OURS].sum()
    assert sold > 40
    assert 0.7 * sold < delivered <= ordered <= sold
    held = project_market(4, 30).run().state
    assert held.goods.channel.on_hand[:, line].sum() > state.goods.channel.on_hand[:, line].sum()


def test_who_waits_for_what_is_made_to_order_is_patient_and_not_disappointed() -> None:
    ordered = {"category__line__made_to_order": True, "params__projects__patience": 0.0}
    market = project_market(4, 6, **BUSY, **ordered, params__experience__noise=0.0)
    state = market.state
    while market.running:
        market.run_week()
        orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
        waiting = state.goods.waiting
        assert waiting is not None
        refused = (orders.offer == OURS) & (served == 0)
        assert np.isin(orders.index[refused], waiting.index).all(), "all of them wait"
    quiet = project_market(4, 6, **BUSY, **ordered, params__channel__unserved_disappointment=5.0).run().state
    plain = project_market(4, 6, **BUSY, **ordered, params__channel__unserved_disappointment=0.0).run().state
    waits = np.unique(waiting.customer[waiting.offer == OURS])
    assert len(waits) > 5
    np.testing.assert_array_equal(quiet.customers.satisfaction[waits, 0], plain.customers.satisfaction[waits, 0])


# ---- what the firm makes of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [50.0, 8.0])
def test_the_share_of_projects_won_is_an_average_over_the_last_ones(memory: float) -> None:
    given = {} if memory == 50.0 else {"params__projects__won_memory": memory}
    market = project_market(2, weeks=20, **{**BUSY, **given})
    expected, decided, keep = market.state.opportunities.won_share[LINE], 0, 1 - 1 / memory
    for week in range(20):
        market.run_week()
        ended, won = (float(market.state.record[f"projects_{name}"][week].sum()) for name in ("decided", "won"))
        decided += int(ended)
        if ended:
            expected = keep**ended * expected + (1 - keep**ended) * won / ended
        np.testing.assert_allclose(market.state.opportunities.won_share[LINE], expected, rtol=1e-9)
    assert decided > 20
