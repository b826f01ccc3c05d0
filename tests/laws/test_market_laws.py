"""Laws that hold in every week of every run, whatever the policy, counted from outside the engine."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.accounts_chart import Account
from sim.boards import offers_appeal
from sim.errors import InputError, LawBroken
from sim.jit import sealed_array
from sim.ledger import Ledger
from sim.market import Market
from sim.phases.decide import _push
from sim.phases.demand import demand
from sim.phases.distributor_effort import effect_of_effort
from sim.phases.spread import spread, visits_of_week
from sim.state import MarketState
from sim.state.books import HeadsBook, HoursBook, UnitsBook
from sim.state.today import Worked
from sim.week import WEEK
from tests.laws.auditor import Auditor
from tests.laws.markets import closing, policies, small_world, strains
from tests.unit.part_weeks import writes

worlds = st.composite(small_world)()


@settings(max_examples=120, deadline=None, derandomize=True)
@given(world=worlds, policy=policies(), strain=strains(), closes=st.one_of(st.just(0.0), st.floats(0.05, 0.9)))
def test_nothing_appears_or_vanishes_whatever_the_policy(
    world: Mapping[str, Any], policy: dict[str, Any], strain: dict[str, Any], closes: float
) -> None:
    firms = closing(world["scenario"], closes) if closes else {}
    market = Auditor(Market(**world, overrides={**policy, **strain, **firms})).run()
    assert market.state.record.done == market.state.weeks  # audited to the last week


@pytest.mark.parametrize("policy", ["status_quo", "deep_marketing", "status_quo_same_budget"])
def test_the_laws_hold_under_the_shipped_policies_when_goods_are_short(policy: str) -> None:
    """Empty shelves, one week of credit, slow plant: waiting, switching and leaving all happen."""
    short = {
        "params.channel.stock_weeks_at_start": 0.5,
        "params.channel.plant_weeks_at_start": 0.5,
        "params.channel.credit_limit_weeks": 2.0,
    }
    market = Auditor(Market("regional_plain", seed=4, customers=700, weeks=20, policy=policy, overrides=short)).run()
    assert market.results.measure("unserved_units").sum() > 0


def test_the_laws_hold_with_large_buyers_and_plants_at_their_limit() -> None:
    """Calls of different length, rebates that wait with their orders, queues at the plants and overtime."""
    large = {
        "params.channel.stock_weeks_at_start": 1.0,
        "params.channel.plant_weeks_at_start": 1.0,
        "params.call_length.exponent": 0.6,
        "params.rebates.power": 0.6,
        "params.rebates.threshold": 1.0,
        "params.plant.capacity": 0.5,
    }
    market = Auditor(Market("regional_plain", seed=4, customers=700, weeks=20, overrides=large)).run()
    book = market.state.ledger.book.sum(axis=0)[0]
    assert book[Account.REBATES] > 0 and book[Account.OVERTIME] > 0
    assert market.results.measure("unserved_units").sum() > 0


@pytest.mark.parametrize("policy", ["status_quo", "deep_marketing"])
def test_the_laws_hold_down_a_chain_of_four_distributors_when_goods_are_short(policy: str, tmp_path: Path) -> None:
    """Plant, four tiers below it, and shelves that empty: every tier rations, waits and pays its supplier late."""
    lines = [
        "distributor,territory,supplier,size",
        "one,north,,1",
        "two,north,one,1",
        "three,south,two,0",
        "four,south,three,2",
    ]
    (tmp_path / "distributors.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = tmp_path / "chain.toml"
    path.write_text('extends = "tiny"\n[data]\ndistributors = "distributors.csv"\n', encoding="utf-8")
    short = {
        "params.channel.stock_weeks_at_start": 0.7,
        "params.channel.plant_weeks_at_start": 0.7,
        "params.channel.credit_limit_weeks": 3.0,
        "params.channel.payment_weeks": 3,
    }
    market = Auditor(Market(str(path), seed=4, weeks=26, policy=policy, overrides=short)).run()
    supplied = market.results.measure("sub_supplied_units").sum(axis=(0, 2))
    assert {name for name, units in zip(market.names.distributors, supplied, strict=True) if units} == {
        "two",
        "three",
        "four",
    }
    assert market.results.measure("unserved_units").sum() > 0


@pytest.mark.parametrize(("scenario", "customers"), [("tiny", 3), ("tiny", 9), ("regional_plain", 17)])
def test_a_market_of_hardly_anybody_runs(scenario: str, customers: int) -> None:
    for policy in ("status_quo", "deep_marketing"):
        ties = {"params.network.degree": 2}
        market = Auditor(Market(scenario, seed=1, customers=customers, weeks=8, policy=policy, overrides=ties)).run()
        assert market.state.record.done == 8


@pytest.mark.parametrize("kind", ["a_priori", "kmeans", "random", "oracle"])
def test_a_market_whose_customers_leave_no_marks_runs(kind: str) -> None:
    blank = {"world.marks": [], "customer_type.workshop.marks": [], "customer_type.plant.marks": []}
    market = Auditor(Market("tiny", seed=1, weeks=4, overrides={**blank, "policy.segmentation.kind": kind})).run()
    assert (market.state.knowledge.label > 0).any() == (kind in ("random", "oracle"))


def test_a_market_without_reps_runs() -> None:
    market = Auditor(Market("tiny", seed=1, weeks=6, overrides={"policy.head_count.extra": -3})).run()
    assert market.results.measure("reps").sum() == 0
    assert np.isnan(market.results.scorecard.set_index("kpi").loc["effort", "value"])


def leak(state: MarketState, where: str) -> None:
    """Make something appear or vanish behind the back of the books."""
    books: dict[str, Any] = {
        "ledger": state.ledger.book[1 + state.week],
        "units": state.goods.units.sold[state.week],
        "heads": state.books.heads.left[state.week],
        "hours": state.books.hours.spent[state.week],
        "manager_hours": state.books.manager_hours.spent[state.week],
        "engineers_hours": state.upkeep.hours.spent[state.week],
    }
    if where == "stock":
        with state.lend(("channel.on_hand",)):
            state.goods.channel.on_hand[0, 0] -= 1
    elif where == "claims":
        state.ledger.claims[0, 1] += 1
    else:
        books[where].flat[0] += 1


@pytest.mark.parametrize(
    "where", ["ledger", "claims", "units", "stock", "heads", "hours", "manager_hours", "engineers_hours"]
)
def test_the_engine_itself_notices_a_leak_in_the_same_week(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    market = Market("tiny", seed=1, weeks=4)
    market.run_week()
    market.run_week()
    with pytest.raises(LawBroken):
        market.run_week(observe=lambda phase: leak(market.state, where) if phase.name == "people" else None)
    assert {
        type(b)
        for b in (market.state.ledger, market.state.goods.units, market.state.books.hours, market.state.books.heads)
    } == {
        Ledger,
        UnitsBook,
        HoursBook,
        HeadsBook,
    }


# ---- monotone under the same draws ----------------------------------------------------------------------------------


def at_choice(scenario: str, seed: int, customers: int, week: int, **overrides: Any) -> Market:
    """A market in ``week`` right before customers choose."""
    market = Market(
        scenario, seed=seed, customers=customers, weeks=week + 1, policy="deep_marketing", overrides=overrides
    )
    for _ in range(week):
        market.run_week()
    market._open_week()
    for phase in WEEK[: [p.name for p in WEEK].index("demand")]:
        with market.state.lend(phase.writes):
            phase.function(market.state)
    return market


def chosen(market: Market) -> set[tuple[int, int, int]]:
    """Choices of the week before rationing: customer, occasion, offer."""
    with market.state.lend(writes("demand")):
        demand(market.state)
    orders = market.state.today.demanded.orders
    return set(zip(orders.customer.tolist(), orders.index.tolist(), orders.offer.tolist(), strict=True))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    week=st.integers(0, 3),
    scenario=st.sampled_from(["tiny", "regional_plain"]),
    offer=st.integers(0, 2),
    cut=st.floats(0.001, 0.9),
)
def test_a_lower_price_never_loses_a_customer_in_the_choice_step(
    seed: int, week: int, scenario: str, offer: int, cut: float
) -> None:
    market = at_choice(scenario, seed, 400, week)
    cheaper = pickle.loads(pickle.dumps(market))
    state = cheaper.state
    j = state.layout.own_offers[offer % len(state.layout.own_offers)]
    price = np.array(state.boards.offers.price)
    price[:, :, j] *= np.float32(1.0 - cut)
    state.boards.offers = state.boards.offers._replace(price=sealed_array(price))
    before, after = chosen(market), chosen(cheaper)
    assert {row for row in before if row[2] == j} <= {row for row in after if row[2] == j}
    # Whoever did not move to the cheaper offer stayed where they were.
    assert {row for row in after if row[2] != j} <= before


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    week=st.integers(0, 3),
    scenario=st.sampled_from(["tiny", "regional_plain"]),
    more=st.floats(0.001, 0.6),
)
def test_more_effort_of_distributors_never_loses_us_a_customer(
    seed: int, week: int, scenario: str, more: float
) -> None:
    """Exactly, at the choice step: all offers of ours gain alike and others lose, so who took one of ours takes it again."""
    market = at_choice(scenario, seed, 400, week)
    pushed = pickle.loads(pickle.dumps(market))
    state = pushed.state
    with state.lend(("distributors.effort",)):
        effort, us = state.distributors.effort, state.layout.own_brand
        rest = 1.0 - effort[:, us]
        effort *= (1.0 - np.minimum(more, rest) / rest)[:, None]
        effort[:, us] = 1.0 - np.delete(effort, us, axis=1).sum(axis=1)
    appeal = offers_appeal(state.layout, state.params, effect_of_effort(state)).astype(state.boards.offers.appeal.dtype)
    state.boards.offers = state.boards.offers._replace(appeal=sealed_array(appeal))
    before, after = chosen(market), chosen(pushed)
    own = state.layout.own_offers
    assert {row for row in before if row[2] in own} <= {row for row in after if row[2] in own}
    assert more < 0.5 or after != before, "control: that much effort wins somebody"


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    week=st.integers(0, 3),
    scenario=st.sampled_from(["tiny", "regional_plain"]),
    brand=st.sampled_from([0, 1]),
    more=st.floats(1.001, 30.0),
)
def test_more_advertising_of_a_brand_never_loses_it_a_customer(
    seed: int, week: int, scenario: str, brand: int, more: float
) -> None:
    """Exactly, at the choice step, for our brand and for a rival's: customers move towards it or not at all."""
    weighs = {"params.advertising.choice": 0.65, "params.advertising.at_start": 1.0}
    market = at_choice(scenario, seed, 400, week, **weighs)
    louder = pickle.loads(pickle.dumps(market))
    louder.state.boards.goodwill[brand] *= more
    for one in (market, louder):
        _push(one.state, None, effect_of_effort(one.state))
    before, after = chosen(market), chosen(louder)
    of_brand = np.flatnonzero(market.state.boards.offers.brand == brand)
    assert {row for row in before if row[2] in of_brand} <= {row for row in after if row[2] in of_brand}
    came = {row[:2] for row in after - before}
    assert came == {row[:2] for row in after if row[2] in of_brand} & came, "whoever moves, moves there"
    assert more < 10 or after != before, "control: that much advertising wins somebody"


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), week=st.integers(0, 3), extra=st.integers(1, 3), every=st.integers(1, 7))
def test_an_extra_visit_never_lowers_awareness(seed: int, week: int, extra: int, every: int) -> None:
    market = Market("tiny", seed=seed, customers=300, weeks=week + 1, policy="deep_marketing")
    for _ in range(week):
        market.run_week()
    market._open_week()
    for phase in WEEK[: [p.name for p in WEEK].index("spread")]:
        with market.state.lend(phase.writes):
            phase.function(market.state)
    more = pickle.loads(pickle.dumps(market)).state
    rows = np.flatnonzero((more.knowledge.rep >= 0) & (np.arange(len(more.customers)) % every == 0))
    with more.lend(("diary.visits",)):
        more.diary.visits[rows] += extra
    visited = np.union1d(more.today.worked.visited, rows)
    del more.today.worked
    more.today.worked = Worked(visited, visits_of_week(more, visited))
    for state in (market.state, more):
        with state.lend(writes("spread")):
            spread(state)
    own = market.state.layout.own_brand
    before, after = (state.customers.aware >> own & 1 for state in (market.state, more))
    assert (after >= before).all()
    others = np.uint8(~(1 << own) & 0xFF)
    np.testing.assert_array_equal(market.state.customers.aware & others, more.customers.aware & others)
    assert (more.customers.relationship >= market.state.customers.relationship).all()


# ---- answers that no market can take ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "field", "value"),
    [
        ("ordering", "quantity", float("nan")),
        ("ordering", "quantity", -1.0),
        ("production", "quantity", float("inf")),
        ("retail_price", "price", -1),
        ("rival_price", "price", 0.0),
        ("pay", "salary", float("nan")),
        ("pay", "commission_on_margin", -0.1),
        ("routines", "visit_hours", float("nan")),
        ("routines", "meetings", -1.0),
        ("routines", "structured", 1.5),
        ("quit", "probability", 1.5),
        ("quit", "probability", float("nan")),
        ("recruiting", "channel", 3),
        ("recruiting", "care", -1.0),
        ("effort", "effort", float("nan")),
        ("calls", "share", float("nan")),
        ("gateway", "offices", 0),
        ("gateway", "loss", 1.5),
        ("pricing", "discount", 1.0),
        ("advertising", "spend", -1),
        ("head_count", "positions", 1000),
        ("sharing_contract", "payment", -1),
        ("coverage", "norm", -1.0),
        ("coverage", "rep", 0),
        ("segmentation", "label", 9),
        ("brand_effort", "share", -0.1),
        ("brand_effort", "share", 0.9),
        ("distributor_calls", "hours", -1.0),
        ("distributor_calls", "hours", float("nan")),
        ("service", "engineers", -1.0),
        ("service", "priority", float("nan")),
        ("technical", "report_share", 1.5),
        ("technical", "delay", -1),
        ("technical", "analysis_hours", float("inf")),
        ("technical", "training_hours", -0.5),
        ("technical", "cost", -1),
    ],
)
def test_an_answer_out_of_bounds_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, question: str, field: str, value: float
) -> None:
    market = Market("tiny", seed=1, weeks=3)
    rule = type(market.scenario.policy[question])
    honest = rule.answer

    def answer(self: Any, seen: Any) -> Any:
        given = honest(self, seen)
        return type(given)(**{**vars(given), field: np.full_like(getattr(given, field), value)})

    monkeypatch.setattr(rule, "answer", answer)
    with pytest.raises(InputError, match=rf"policy\.{question}: the rule `\w+` answered with .*{field}"):
        market.run()
