"""The demand kernels against their slow twins, draw for draw, on inputs that hypothesis makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from sim.jit import sealed, sealed_array
from sim.kernels.census import Inspected, People, Records, count_people, count_records, inspect_records
from sim.kernels.demand_step import (
    DEMAND_WRITES,
    RELATIONSHIP_WRITES,
    SERVE_WRITES,
    SPREAD_WRITES,
    Visits,
    choosers,
    demand_week,
    funnel_week,
    live_through,
    relationship_week,
    spread_week,
)
from sim.kernels.experience import Deliveries, form_habits
from sim.kernels.persuasion import odds_of_ours, persuade
from sim.kernels.threads import BLOCK, blocks_of, run_blocks
from sim.params import customers as params
from sim.params.customers import Awareness, Choice, Experience, Funnel, Lapse, Loyalty, Relationship, Talk
from sim.stages import Stage
from sim.state.customers import Customers, make_customers
from sim.state.table import NEVER
from tests.kernels.demand_market import Behaviour, Market, make_market, no_visits
from tests.reference import demand as twin

CASES = settings(max_examples=25, deadline=None)
TICK = 30


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """A market in the middle of its life: every column filled with something a run could have left there."""
    weight = st.floats(0.0, 3.0)
    talk = Talk(weak=draw(st.floats(0, 0.3)), strong=draw(st.floats(0, 0.5)), disappointed=draw(st.floats(0, 2.5)))
    experience = Experience(noise=draw(st.sampled_from([0.0, 0.5])), step=draw(st.floats(0, 1)), content_at=0.72)
    behaviour = Behaviour(
        awareness=Awareness(forgetting=draw(st.floats(0, 0.5)), visit=draw(st.floats(0, 0.9))),
        talk=talk,
        choice=Choice(
            loyalty=draw(weight), satisfaction=draw(weight), relationship=draw(weight), neighbours=draw(weight)
        ),
        experience=experience,
        relationship=Relationship(least=draw(st.floats(0, 0.3)), shape=draw(st.floats(0.3, 3.0))),
    )
    rows, forces = draw(st.integers(1, 60)), draw(st.sampled_from([0, 2]))
    degree, bargains = min(4, (rows - 1) // 2 * 2), draw(st.booleans())
    seed = draw(st.integers(0, 2**64 - 1))
    market = make_market(rows, seed=seed, degree=degree, behaviour=behaviour, bargains=bargains, forces=forces)
    rg = np.random.default_rng(draw(st.integers(0, 2**32)))
    c = market.customers
    last = rg.integers(TICK - 28, TICK, rows)
    owned = rg.integers(-1, 3, (rows, 2))
    says = rg.integers(-1, 2, (rows, 3)) * np.array([[(b in row) for b in range(3)] for row in owned])
    c.fill({"speaks": says})
    ill = int(params.experience_numbers(experience, Loyalty(), talk).ill)
    weak, strong = twin.heard(c, market.network, ill)
    c.fill(
        {
            "key": rg.permutation(10 * rows)[:rows],
            "aware": rg.integers(0, 8, rows),
            "loyalty": rg.dirichlet(np.ones(3), rows),
            "satisfaction": rg.uniform(0.3, 1, (rows, 3)),
            "expectation": rg.normal(0, 0.3, (rows, 3)),
            "relationship": rg.uniform(0, 1, rows),
            "rival_relationship": rg.uniform(0, 1, (rows, forces)),
            "persuasion": rg.choice([0.0, 1.0], rows) * rg.normal(0, 2, rows),
            "talk_weak": weak,
            "talk_strong": strong,
            "owned": owned,
            "bought_week": np.where(owned < 0, NEVER, rg.integers(-40, TICK, (rows, 2))),
            "need_open": 2 * rg.integers(0, 2, rows),
            "last_order": np.where(rg.uniform(size=rows) < 0.4, NEVER, last),
            "stage": rg.integers(0, 6, rows),
            "price_group": rg.integers(0, 2, rows),
            "purchase_rate": rg.choice([0.0, 0.05, 0.4, 2.0], rows),
        }
    )
    if bargains:
        c.fill({"rebate": rg.choice([0.0, 0.1, 0.3], (rows, 12))})
    shape = market.offers.price.shape
    groups = shape[1] if draw(st.booleans()) else 0
    return market.copy(
        offers=market.offers._replace(
            price=rg.uniform(0.5, 1.5, shape).astype(np.float32),
            available=rg.uniform(size=(3, 12)) < 0.8,
            variant=rg.normal(0, 0.5, (groups, 12, 2)).astype(np.float32),
            variant_usual=rg.normal(0, 0.5, (groups, 12)).astype(np.float32),
        ),
        hazard=rg.uniform(0, 0.3, (3, 3)),
        visits=calls(rg, rows) if draw(st.booleans()) else no_visits(),
        seed=market.seed % 2**32,
    )


def calls(rg: np.random.Generator, rows: int) -> Visits:
    who = rg.integers(0, rows, 1 + rows // 3)
    return Visits(who, rg.integers(1, 4, len(who)), rg.uniform(0, 2, len(who)).astype(np.float32))


@CASES
@given(markets())
def test_spread(m: Market) -> None:
    numbers = params.spread_numbers(m.behaviour.awareness, m.behaviour.talk)
    expected = twin.spread(m.customers, m.hazard, m.visits, [1, 0, 1], numbers, m.seed, TICK)
    with m.customers.lend(SPREAD_WRITES):
        spread_week(m.customers, m.network, m.hazard, m.visits, [1, 0, 1], numbers, seed=m.seed, tick=TICK)
    assert m.customers.aware.tolist() == expected


@CASES
@given(markets())
def test_needs_choice_and_orders(m: Market) -> None:
    c, numbers = m.customers, params.choice_numbers(m.behaviour.choice, m.behaviour.experience)
    made, needs = twin.occasions(c, m.needs, m.seed, TICK)
    with c.lend(DEMAND_WRITES):
        occasions, chosen, orders = demand_week(c, m.network, m.needs, m.offers, numbers, seed=m.seed, tick=TICK)
    listed = list(zip(*(x.tolist() for x in occasions[:3]), strict=True))
    assert listed == made
    assert c.need_open.tolist() == needs
    who, wanted = choosers(c, m.network), []
    for occasion, offer, anyway in zip(made, chosen.offer.tolist(), chosen.anyway.tolist(), strict=True):
        best = twin.choice(c, who, m.offers, numbers, occasion, m.seed, TICK)
        assert best.unmoved[anyway] >= max(best.unmoved.values()) - 1e-4
        assert offer in best.scores  # known and available
        assert best.scores[offer] >= best.scores[best.offer] - 1e-4
        if offer >= 0:
            price = m.offers.price_minor[c.distributor[occasion[0]], c.price_group[occasion[0]], offer]
            units = twin.units(c, m.offers, occasion, m.seed, TICK)
            wanted.append((occasion[0], offer, units, occasion[2], int(price), c.distributor[occasion[0]]))
    assert list(zip(*(x.tolist() for x in orders), strict=True)) == wanted


def deliveries_of(m: Market, rg: np.random.Generator) -> Deliveries:
    rows = len(m.customers)
    n = int(rg.integers(0, 2 * rows))
    customer = np.sort(rg.integers(0, rows, n)).astype(np.uint32)
    return Deliveries(
        customer,
        rg.integers(0, 12, n).astype(np.int16),
        rg.integers(0, 256 * 5200, n).astype(np.uint32),  # orders that waited have numbers beyond a byte
        rg.uniform(size=n) < 0.8,
        rg.normal(0, 0.5, n).astype(np.float32),
        rg.integers(-1, 12, n).astype(np.int16),
    )


@CASES
@given(markets(), st.integers(0, 2**32))
def test_experience_and_talk(m: Market, seed: int) -> None:
    numbers = params.experience_numbers(m.behaviour.experience, m.behaviour.loyalty, m.behaviour.talk)
    deliveries = deliveries_of(m, np.random.default_rng(seed))
    expected = m.customers.copy()
    with expected.lend(SERVE_WRITES):
        twin.experience(expected, deliveries, m.offers, numbers, m.seed, TICK)
    with m.customers.lend(SERVE_WRITES):
        live_through(m.customers, m.network, deliveries, m.offers, numbers, seed=m.seed, tick=TICK)
    for name in ("loyalty", "owned", "bought_week", "need_open", "last_order"):
        assert getattr(m.customers, name).tolist() == getattr(expected, name).tolist(), name
    for name in ("satisfaction", "expectation"):
        np.testing.assert_allclose(getattr(m.customers, name), getattr(expected, name), atol=3e-6)
    on_the_edge = near(expected.satisfaction, float(numbers.content_at)) | near(expected.satisfaction, 0.5)
    assert (m.customers.speaks == expected.speaks)[~on_the_edge].all()
    weak, strong = twin.heard(m.customers, m.network, int(numbers.ill))
    assert m.customers.talk_weak.tolist() == weak.tolist()
    assert m.customers.talk_strong.tolist() == strong.tolist()


def near(values: Any, edge: float) -> Any:
    return np.abs(values - edge) < 1e-5


def own_churn(c: Customers) -> Customers:
    """The same customers, each with a chance to lapse of its own."""
    widths = {
        "brands": 3,
        "categories": 2,
        "attributes": 2,
        "marks": 1,
        "rebates": c.rebate.shape[1],
        "forces": c.rival_relationship.shape[1],
    }
    other = make_customers(len(c), **widths, churn=True)
    other.fill({name: getattr(c, name) for name in c if name != "churn"})
    other.fill({"churn": np.random.default_rng(len(c)).uniform(0, 1, (len(c), 1))})
    return other


@CASES
@given(markets(), st.integers(0, 2**32))
def test_habits(m: Market, seed: int) -> None:
    numbers = params.experience_numbers(m.behaviour.experience, m.behaviour.loyalty, m.behaviour.talk)
    rg, expected = np.random.default_rng(seed), m.customers.copy()
    rows = rg.integers(0, len(m.customers), 9).astype(np.uint32)
    offers = rg.integers(0, 12, 9).astype(np.int16)
    with expected.lend(["loyalty"]):
        for i, j in zip(rows, offers, strict=True):
            twin.get_used_to(expected, int(i), int(j), m.offers, numbers)
    category = np.repeat(np.arange(2, dtype=np.uint8), 6)
    with m.customers.lend(["loyalty"]) as c:
        kept = (sealed_array(rows), sealed_array(offers), sealed_array(category))
        form_habits(*kept, sealed(m.offers), numbers, c.writable("loyalty"))
    np.testing.assert_allclose(m.customers.loyalty, expected.loyalty, rtol=1e-6)


@CASES
@given(markets(), st.lists(st.floats(0.4, 2.5), min_size=3, max_size=3), st.integers(0, 2**32))
def test_persuasion(m: Market, factors: list[float], seed: int) -> None:
    """Three reps with a third of the customers each; one of them may hold nobody."""
    c, numbers = m.customers, params.choice_numbers(m.behaviour.choice, m.behaviour.experience)
    rg, n = np.random.default_rng(seed), len(m.customers)
    units = rg.uniform(0, 1, (n, 2)) * (rg.uniform(size=(n, 2)) < 0.8)
    odds, worth = np.empty((n, 2)), np.empty((n, 2))
    who, rows = choosers(c, m.network), np.arange(n, dtype=np.uint32)
    asked = (sealed_array(rows), sealed_array(units), who, sealed(m.offers))
    run_blocks(odds_of_ours, blocks_of(n), 2, *asked, numbers, odds, worth)
    for i in range(n):
        for category in range(2):
            ours, paid = twin.odds(c, who, m.offers, numbers, i, category)
            ours = ours if units[i, category] > 0 else -np.inf  # not computed where nothing is needed
            np.testing.assert_allclose(np.clip(odds[i, category], -600, 600), np.clip(ours, -600, 600), atol=1e-4)
            np.testing.assert_allclose(worth[i, category], units[i, category] * paid, rtol=1e-4)
    pull = rg.uniform(0, 2, n) * (rg.uniform(size=n) < 0.9)
    first, strength = np.array([0, n // 3, n // 3, n]), np.empty(3)
    arrays = [sealed_array(a) for a in (first, worth, odds, expit(odds), pull, np.array(factors))]
    run_blocks(persuade, 3, 2, *arrays, strength)
    for r, factor in enumerate(factors):
        mine = slice(first[r], first[r + 1])
        expected = twin.strength(worth[mine], odds[mine], pull[mine], factor)
        assert twin.sales(worth[mine], odds[mine], pull[mine], strength[r]) == pytest.approx(
            twin.sales(worth[mine], odds[mine], pull[mine], expected), rel=1e-6
        )


@CASES
@given(markets(), st.floats(0.0, 4.0), st.booleans(), st.sampled_from([0.1, 0.5]))
def test_funnel(m: Market, slope: float, differ: bool, least: float) -> None:
    c = m.customers
    c.fill({"last_order": np.where(c.stage % 2 == 0, c.last_order, TICK - c.last_order % 7)})
    if differ:
        c = own_churn(c)
    lapse = Lapse(satisfaction=slope, least_share=least)
    numbers = params.funnel_numbers(Funnel(settle=0.7), lapse, Loyalty(loyal_at=0.4), Experience())
    weights = params.choice_numbers(m.behaviour.choice, m.behaviour.experience)
    with c.lend(DEMAND_WRITES):
        occasions, _, _ = demand_week(c, m.network, m.needs, m.offers, weights, seed=m.seed, tick=TICK)
    made = list(zip(*(x.tolist() for x in occasions[:3]), strict=True))
    expected = twin.stages(c, made, m.offers, numbers, 0, m.seed, TICK)
    before = c.stage.copy()
    with c.lend(["stage"]):
        lapsed = funnel_week(c, occasions, m.offers, numbers, own_brand=0, seed=m.seed, tick=TICK)
    assert c.stage.tolist() == expected
    assert lapsed.tolist() == np.flatnonzero((c.stage == Stage.LAPSED) & (before != Stage.LAPSED)).tolist()


@CASES
@given(markets(), st.sampled_from([1.0, 0.5]))
def test_relationship(m: Market, dt: float) -> None:
    numbers = params.relationship_numbers(m.behaviour.relationship, dt)
    expected = twin.relationships(m.customers, m.visits, numbers)
    with m.customers.lend(RELATIONSHIP_WRITES):
        relationship_week(m.customers, m.visits, numbers)
    np.testing.assert_allclose(m.customers.relationship, expected, atol=1e-6)


@CASES
@given(markets(), st.integers(0, 2**32))
def test_census(m: Market, seed: int) -> None:
    c, rg = m.customers, np.random.default_rng(seed)
    who = People(*(getattr(c, name) for name in People._fields))
    counted = count_people(who, 1, TICK - 13, territories=3, types=2)
    records = Records(
        c.territory,
        rg.uniform(size=len(c)) < 0.7,
        rg.integers(-1, 3, len(c)).astype(np.int32),
        rg.choice([0.0, 3.0, 8.0], len(c)).astype(np.float32),
        rg.choice([0.0, 2.0, 8.0], len(c)).astype(np.float32),
    )
    kept = count_records(records, territories=3)
    for t in range(3):
        for k in range(2):
            here = (c.territory == t) & (c.type == k)
            users = here & np.isin(c.stage, (Stage.BUYER, Stage.LOYAL))
            assert counted[:3, t, k].tolist() == [
                (c.aware[here] >> 1 & 1).sum(),
                (c.last_order[here] > TICK - 13).sum(),
                users.sum(),
            ]
            np.testing.assert_allclose(counted[3, t, k], c.satisfaction[users, 1].sum(), atol=1e-4)
        here = c.territory == t
        judged = here & records.known & (records.value > 0) & (records.bought > 0)
        error = np.abs(np.log(records.value[judged] / records.bought[judged])).sum()
        assert kept[:3, t].tolist() == [(here & records.known).sum(), (here & (records.rep >= 0)).sum(), judged.sum()]
        np.testing.assert_allclose(kept[3, t], error, atol=1e-4)


@CASES
@given(markets(), st.integers(0, 2**32), st.integers(0, 3))
def test_inspection(m: Market, seed: int, marks: int) -> None:
    c, rg, week, stale = m.customers, np.random.default_rng(seed), 40, 26
    rows = len(c)
    true = rg.normal(size=(rows, marks)).astype(np.float32)
    measured = (true + rg.normal(size=(rows, marks))).astype(np.float32)
    measured[rg.uniform(size=rows) < 0.3] = np.nan
    spread = rg.uniform(0.5, 2.0, marks)
    who = Inspected(
        c.territory,
        c.type,
        c.stage,
        rg.uniform(size=rows) < 0.7,
        rg.integers(-1, 3, rows).astype(np.int32),
        rg.choice([NEVER, 0, 10, 14, 40], rows).astype(np.int32),
        measured,
        true,
        1.0 / (spread * max(marks, 1)),
    )
    found = inspect_records(who, week, stale, territories=3, types=2)
    expected = np.zeros((8, 3, 2))
    for i in range(rows):
        cell = expected[:, c.territory[i], c.type[i]]
        uses, known = c.stage[i] in (Stage.BUYER, Stage.LOYAL), bool(who.known[i])
        age = week - max(int(who.confirmed[i]), 0)
        cell[:6] += (known, uses, uses and known, uses and who.rep[i] >= 0, known and age > stale, known * age)
        if known and marks and np.isfinite(measured[i]).all():
            cell[6:] += (1, (np.abs(measured[i].astype(float) - true[i]) / spread).mean())
    np.testing.assert_array_equal(found[:7], expected[:7])
    np.testing.assert_allclose(found[7], expected[7], atol=1e-4)


def test_inspection_of_whole_blocks_of_the_oldest_records() -> None:
    """Fields of a packed word hold what a whole block of one cell can bring: no age, no count runs into the next."""
    rows, week = 2 * BLOCK + 5, 4095
    none = np.zeros((rows, 0), np.float32)
    same = {"territory": np.zeros(rows, np.uint16), "type": np.zeros(rows, np.uint8)}
    stage = np.full(rows, Stage.LOYAL, np.uint8)
    known, rep = np.ones(rows, np.bool_), np.zeros(rows, np.int32)
    who = Inspected(*same.values(), stage, known, rep, np.full(rows, NEVER, np.int32), none, none, np.zeros(0))
    found = inspect_records(who, week, 26, territories=1, types=1)[:, 0, 0]
    assert found.tolist() == [rows, rows, rows, rows, rows, rows * week, 0, 0]
