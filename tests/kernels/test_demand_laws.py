"""Laws of the demand engine: who computes, in what order and who else exists do not matter; responses have one sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.jit import sealed
from sim.kernels import threads as threading_
from sim.kernels.choice import choose
from sim.kernels.demand_step import (
    DEMAND_WRITES,
    SPREAD_WRITES,
    Chosen,
    Visits,
    choosers,
    occasions_of_week,
    spread_week,
)
from sim.kernels.needs import Occasions
from sim.kernels.threads import blocks_of, set_threads
from sim.network import Network, from_edges, no_ties
from sim.params.customers import (
    Awareness,
    Choice,
    Experience,
    Funnel,
    Lapse,
    Loyalty,
    Talk,
    choice_numbers,
    funnel_numbers,
    spread_numbers,
)
from sim.rng import Decision, stream
from sim.stages import Stage
from sim.state.customers import Customers
from tests.kernels.demand_market import Behaviour, Market, make_market

Ints = NDArray[np.integer[Any]]
LIVELY = Behaviour(
    awareness=Awareness(forgetting=0.05), talk=Talk(weak=0.05, strong=0.2), experience=Experience(content_at=0.73)
)


def state(customers: Customers, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    return {name: getattr(customers, name).tolist() for name in customers if name not in without}


def some_visits(rows: int) -> Visits:
    who = np.arange(0, rows, 7)
    return Visits(who, 1 + who % 3, (0.3 + who % 5 / 3).astype(np.float32))


def lively(rows: int, **changed: Any) -> Market:
    return make_market(rows, behaviour=LIVELY).copy(visits=some_visits(rows), **changed)


@pytest.fixture
def threads() -> Iterator[None]:
    """Give the kernels of small markets as many threads as asked for, and put things back."""
    rows, count = threading_.ROWS_PER_THREAD, threading_.threads_for(10**9)
    yield
    threading_.ROWS_PER_THREAD = rows
    set_threads(count)


# Invariances


@pytest.mark.usefixtures("threads")
def test_one_two_and_three_threads_give_the_same_bits() -> None:
    threading_.ROWS_PER_THREAD = 500
    start = lively(13_000)
    results = []
    for count in (1, 2, 3):
        set_threads(count)
        assert threading_.threads_for(13_000) == count
        market = start.copy()
        orders = market.run(5)
        results.append((state(market.customers), [[x.tolist() for x in week] for week in orders]))
    assert results[0] == results[1] == results[2]
    assert any(results[0][0]["talk_strong"][i] != [0, 0, 0] for i in range(13_000))


def relabelled(market: Market, order: Ints) -> Market:
    """The same customers in another order of rows: new row r is the old row ``order[r]``."""
    place = np.argsort(order)
    network = market.network
    owner = np.repeat(np.arange(len(network)), network.degree)
    strong = np.arange(len(network.neighbours)) < network.strong_end[owner]
    ties = from_edges(market.customers.key[order], place[owner], place[network.neighbours], strong=strong)
    visits = market.visits._replace(row=place[market.visits.row])
    return market.copy(network=ties, visits=visits, customers=market.customers.taken(order))


def test_relabelled_rows_permute_the_answers() -> None:
    market = lively(5000)
    order = np.random.default_rng(3).permutation(5000)
    other = relabelled(market, order)
    for week in range(6):
        orders, permuted = market.week(week), other.week(week)
        mine = sorted(zip(*(x.tolist() for x in orders), strict=True))
        theirs = sorted((int(order[row]), *rest) for row, *rest in zip(*(x.tolist() for x in permuted), strict=True))
        assert mine == theirs
    assert state(market.customers.taken(order)) == state(other.customers)


def test_one_more_customer_who_knows_nobody_changes_nobody() -> None:
    market = lively(4096)  # the newcomer even starts a new block
    joined_by = market.customers.taken(np.append(np.arange(4096), 0))
    grown = market.copy(network=with_a_loner(market.network), customers=joined_by)
    grown.customers.fill({"key": np.append(market.customers.key, 999_999)})
    for week in range(6):
        alone, joined = market.week(week), grown.week(week)
        others = joined.customer != 4096
        assert [x.tolist() for x in alone] == [x[others].tolist() for x in joined]
    assert state(market.customers) == state(grown.customers.taken(np.arange(4096)))


def with_a_loner(network: Network) -> Network:
    end = network.indptr[-1]
    return Network(np.append(network.indptr, end), np.append(network.strong_end, end), network.neighbours)


def test_a_run_that_is_split_and_continued_is_the_same_run() -> None:
    whole, first = lively(800), lively(800)
    whole.run(8)
    first.run(4)
    second = first.copy()
    for week in range(4, 8):
        second.week(week)
    assert state(whole.customers) == state(second.customers)


# Strength zero is absence


def behaviour(**sections: Any) -> Behaviour:
    return Behaviour(
        **{"awareness": LIVELY.awareness, "talk": LIVELY.talk, "experience": LIVELY.experience, **sections}
    )


def outcome(market: Market, *, without: tuple[str, ...] = (), weeks: int = 6) -> dict[str, list[Any]]:
    market.run(weeks)
    return state(market.customers, without=without)


def test_visits_without_effect_on_awareness_are_like_no_visits() -> None:
    of = behaviour(awareness=Awareness(forgetting=0.05, visit=0.0), choice=Choice(relationship=0.0))
    market, silent = lively(900, behaviour=of), make_market(900, behaviour=of)
    assert outcome(market, without=("relationship",)) == outcome(silent, without=("relationship",))
    assert market.customers.relationship.any()


def test_talk_without_effect_is_like_no_network() -> None:
    of = behaviour(talk=Talk(weak=0.0, strong=0.0), choice=Choice(neighbours=0.0))
    heard = ("talk_weak", "talk_strong")
    market = lively(900, behaviour=of)
    assert outcome(market, without=heard) == outcome(lively(900, behaviour=of, network=no_ties(900)), without=heard)
    assert market.customers.talk_weak.any()


def test_disappointment_without_weight_is_like_nobody_disappointed() -> None:
    noisy = {"noise": 1.5, "content_at": 0.73}
    mute = behaviour(talk=Talk(weak=0.05, strong=0.2, disappointed=0.0), experience=Experience(**noisy))
    none = behaviour(talk=mute.talk, experience=Experience(disappointed_at=0.0, **noisy))
    one, other = lively(900, behaviour=mute), lively(900, behaviour=none)
    assert outcome(one, without=("speaks",)) == outcome(other, without=("speaks",))
    assert (one.customers.speaks < 0).any()
    loud = lively(900, behaviour=behaviour(talk=Talk(weak=0.05, strong=0.2), experience=Experience(**noisy)))
    assert outcome(loud, without=("speaks",)) != state(one.customers, without=("speaks",))


def test_no_advertising_is_like_goodwill_of_no_strength() -> None:
    assert outcome(lively(900, hazard=np.zeros((3, 3)))) == outcome(lively(900, hazard=-0.0 * np.ones((3, 3))))


def test_without_forgetting_awareness_only_grows() -> None:
    market = lively(900, behaviour=behaviour(awareness=Awareness(forgetting=0.0)))
    known = market.customers.aware.copy()
    for week in range(6):
        market.week(week)
        assert ((known & ~market.customers.aware) == 0).all()
        known = market.customers.aware.copy()


@pytest.mark.parametrize("name", ["loyalty", "satisfaction", "relationship", "neighbours"])
def test_a_weight_of_zero_hides_what_it_weighs(name: str) -> None:
    def chosen(weights: Choice, *, stirred: bool) -> list[int]:
        market = lively(900)
        market.run(2)
        c = market.customers
        if stirred:
            columns = ("talk_weak", "talk_strong") if name == "neighbours" else (name,)
            c.fill({column: np.roll(getattr(c, column), 1, axis=0) + 1 for column in columns})
        return choices(market, weights)

    off = {name: 0.0}
    assert chosen(Choice(**off), stirred=False) == chosen(Choice(**off), stirred=True)
    assert chosen(Choice(**{name: 3.0}), stirred=False) != chosen(Choice(**{name: 3.0}), stirred=True)


def choices(market: Market, weights: Choice, tick: int = 9) -> list[int]:
    with market.customers.lend(DEMAND_WRITES):
        occasions = occasions_of_week(market.customers, market.needs, seed=1, tick=tick)
    return chosen_on(market, occasions, weights).tolist()


def chosen_on(market: Market, occasions: Occasions, weights: Choice, tick: int = 9) -> NDArray[np.int16]:
    return all_chosen_on(market, occasions, weights, tick).offer


def all_chosen_on(market: Market, occasions: Occasions, weights: Choice, tick: int = 9) -> Chosen:
    out = Chosen.of(len(occasions.row))
    numbers = choice_numbers(weights, Experience())
    who = choosers(market.customers, market.network)
    luck = stream(1, Decision.CHOICE, tick)
    choose(0, blocks_of(len(occasions.row)), luck, occasions, who, sealed(market.offers), numbers, *out)
    return out


def test_lapse_slope_zero_is_lapse_without_satisfaction() -> None:
    def stages(slope: float, roll: int) -> list[int]:
        market = lively(
            900, behaviour=behaviour(lapse=Lapse(satisfaction=slope, intervals=0.5), choice=Choice(satisfaction=0.0))
        )
        market.run(3)
        c = market.customers
        c.fill({"satisfaction": np.roll(c.satisfaction, roll, axis=0), "speaks": 0})
        frozen = market.copy(network=no_ties(900))
        frozen.run(6)
        return frozen.customers.stage.tolist()

    assert stages(0.0, 0) == stages(0.0, 5)
    assert stages(9.0, 0) != stages(9.0, 5)


# Responses of one sign, exactly


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 11), st.floats(0.3, 1.0), st.integers(0, 2**32))
def test_a_lower_price_loses_no_customer_of_the_offer(offer: int, factor: float, seed: int) -> None:
    market = make_market(300, seed=seed)
    with market.customers.lend(DEMAND_WRITES):
        occasions = occasions_of_week(market.customers, market.needs, seed=seed, tick=9)
    price = market.offers.price.copy()
    price[:, :, offer] *= np.float32(factor)
    before = chosen_on(market, occasions, Choice())
    after = chosen_on(market.copy(offers=market.offers._replace(price=price)), occasions, Choice())
    moved = before != after
    assert (after[moved] == offer).all()
    assert (after[before == offer] == offer).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(-4.0, 4.0), st.floats(0.0, 4.0))
def test_more_persuasion_loses_no_customer_of_ours(seed: int, persuasion: float, more: float) -> None:
    """And whatever it is, what would be chosen anyway is what is chosen without."""
    market = make_market(300, seed=seed)
    with market.customers.lend(DEMAND_WRITES):
        occasions = occasions_of_week(market.customers, market.needs, seed=seed, tick=9)
    without = all_chosen_on(market, occasions, Choice())
    market.customers.fill({"persuasion": persuasion})
    before = all_chosen_on(market, occasions, Choice())
    market.customers.fill({"persuasion": persuasion + more})
    after = all_chosen_on(market, occasions, Choice())
    own = market.offers.own
    ours, ours_after = ((c.offer >= 0) & own[c.offer] for c in (before, after))
    assert (after.offer[ours] == before.offer[ours]).all()
    assert ours_after[before.offer != after.offer].all()
    assert (without.offer == without.anyway).all()
    assert (before.anyway == without.offer).all()
    assert (after.anyway == without.offer).all()


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32),
    st.floats(0, 0.9),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 59), st.integers(1, 3)), min_size=1, max_size=20),
    st.sampled_from(["visit", "advertising", "talk"]),
)
def test_more_of_anything_never_lowers_awareness(
    seed: int, forgetting: float, extra: list[tuple[int, int, int]], what: str
) -> None:
    market = make_market(60, seed=seed)
    market.customers.fill({"talk_weak": np.random.default_rng(seed).integers(-3, 4, (60, 3))})
    more = market.copy()
    numbers = spread_numbers(Awareness(forgetting=forgetting, visit=0.3), Talk(weak=0.1))
    for tick in range(6):
        now = [(row, k) for week, row, k in extra if week == tick]
        plain, added = some_visits(60), some_visits(60)
        hazard = market.hazard
        if what == "visit":
            rows = np.append(plain.row, [row for row, _ in now]).astype(int)
            calls = np.append(plain.calls, [k for _, k in now]).astype(int)
            added = Visits(rows, calls, np.ones(len(rows), np.float32))
        elif what == "advertising":
            hazard = market.hazard * (1.0 + len(now))
        else:
            with more.customers.lend(["talk_weak"]):
                for row, k in now:
                    more.customers.talk_weak[row] += k
        for m, visits, exposure in ((market, plain, market.hazard), (more, added, hazard)):
            with m.customers.lend(SPREAD_WRITES):
                spread_week(m.customers, m.network, exposure, visits, [1, 1, 0], numbers, seed=seed, tick=tick)
        assert ((market.customers.aware & ~more.customers.aware) == 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(1.0, 5.0))
def test_a_higher_rate_of_needs_gives_no_customer_fewer_occasions(seed: int, factor: float) -> None:
    market = make_market(200, seed=seed)

    def counts(times: float) -> Ints:
        c = market.customers.copy()
        c.fill({"purchase_rate": c.purchase_rate * times})
        with c.lend(DEMAND_WRITES):
            return np.bincount(occasions_of_week(c, market.needs, seed=seed, tick=3).row, minlength=200)

    assert (counts(factor) >= counts(1.0)).all()


# Steps of time


def kpis(dt: float, weeks: int = 26) -> NDArray[np.float64]:
    """Awareness of each brand, orders, units, open needs, lapsed customers and mean satisfaction after half a year."""
    of = behaviour(funnel=Funnel())
    market = make_market(40_000, dt=dt, behaviour=of)
    orders = market.run(round(weeks / dt))
    c = market.customers
    aware = [(c.aware >> b & 1).mean() for b in range(3)]
    bought, units = sum(len(o.customer) for o in orders), sum(int(o.units.sum()) for o in orders)
    users = np.isin(c.stage, (Stage.BUYER, Stage.LOYAL)).mean()
    return np.array([*aware, bought / 1e4, units / 1e5, users, c.satisfaction.mean()])


def test_halving_the_tick_moves_no_kpi_by_more_than_two_percent() -> None:
    week, half = kpis(1.0), kpis(0.5)
    assert np.abs(half / week - 1.0).max() < 0.02, (week, half)


def test_numbers_of_a_tick_that_are_not_converted_would_be_noticed() -> None:
    numbers, half = spread_numbers(Awareness(), Talk()), spread_numbers(Awareness(), Talk(), dt=0.5)
    assert 2 * half.weak == pytest.approx(numbers.weak, rel=1e-6)
    assert 1 - (1 - half.forgetting) ** 2 == pytest.approx(numbers.forgetting, rel=1e-4)
    assert half.visit == numbers.visit
    moves, quick = (funnel_numbers(Funnel(), Lapse(), Loyalty(), Experience(), dt) for dt in (1.0, 0.5))
    both = quick.hazard[Stage.CONSIDERING, Stage.AWARE]
    assert 1 - (1 - both) ** 2 == pytest.approx(moves.hazard[Stage.CONSIDERING, Stage.AWARE], rel=1e-5)
    assert quick.hazard[Stage.UNKNOWN, Stage.AWARE] == 1.0
