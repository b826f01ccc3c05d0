"""A fork is the market as it stands: run on, it is to the last bit a market that was under its scenario from the start."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import mesa
import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.market import Market
from sim.questions.advertising.question import Advertising, AdvertisingRule
from sim.questions.registry import forget, register
from sim.scenario import Scenario
from sim.state.table import Guarded
from sim.views import FirmSeen
from tests.market.object_graph import can_change, differences, objects_of
from tests.market.runs import fingerprint

POLICIES = ("status_quo", "deep_marketing", "segmented", "abc", "narrow_list", "uninformed", "status_quo_same_budget")
#: Customers of the markets that are tried, by scenario, and the longest warm-up.
MARKETS = {"tiny": (200, 9), "regional_plain": (400, 6), "regional_equipment": (400, 4)}


def scenario(name: str, policy: str | None, warm_up: int, weeks: int = 8, **more: Any) -> Scenario:
    return _loaded(name, policy, warm_up, weeks) if not more else _load(name, policy, warm_up, weeks, more)


@lru_cache(maxsize=64)
def _loaded(name: str, policy: str | None, warm_up: int, weeks: int) -> Scenario:
    return _load(name, policy, warm_up, weeks, {})


def _load(name: str, policy: str | None, warm_up: int, weeks: int, more: dict[str, Any]) -> Scenario:
    overrides = {"warm_up.weeks": warm_up, "world.customers": MARKETS[name][0]}
    overrides |= {key.replace("__", "."): value for key, value in more.items()}
    return Scenario.load(name, policy=policy, weeks=weeks, overrides=overrides)


def tables(market: Market) -> Iterator[pd.DataFrame]:
    results = market.results
    for part in (results, results.warm_up):
        if part is not None:
            yield from (part.weekly, part.kpis_weekly, part.scorecard, part.kpis_by("territory"), part.orders)
    yield results.assumptions
    yield pd.DataFrame(market.datacollector.model_vars)


def assert_same(one: Market, other: Market) -> None:
    """Both are the same market: in results, and in every object that they are made of."""
    assert fingerprint(one) == fingerprint(other)
    for mine, theirs in zip(tables(one), tables(other), strict=True):
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    apart = [part for m in (one, other) for part in (m.state.today, m.scenario, m.state.layout, _snapshot(m))]
    assert differences(one, other, tuple(part for part in apart if part is not None)) == []


def _snapshot(market: Market) -> Any:
    """What the rules are compared with to see whether one has changed; None where all are shipped ones."""
    return vars(market.state.schedule)["_at_first"]


def lived(of: Scenario, seed: int, weeks: int) -> Market:
    market = Market(of, seed, keep_orders=True, lived_in=False)
    for _ in range(weeks):
        (market.step if market.week >= 0 else market.run_week)()
    return market


@pytest.mark.parametrize("trial", range(6))
def test_a_fork_in_any_week_is_a_straight_run(trial: int) -> None:
    chance = random.Random(trial)
    name = list(MARKETS)[trial % len(MARKETS)]
    warm_up, policy = chance.randint(0, MARKETS[name][1]), chance.choice(POLICIES)
    here = scenario(name, policy, warm_up)
    market = lived(here, trial, chance.randint(0, warm_up + 7))
    before = fingerprint(market)
    fork = market.fork()
    assert_same(fork, market)
    fork.live_in().run()
    assert fingerprint(market) == before
    assert_same(fork, Market(here, trial, keep_orders=True).run())
    assert_same(market.live_in().run(), fork)


@pytest.mark.parametrize(
    ("name", "policies", "more"),
    [
        ("tiny", POLICIES[:5], {}),
        ("tiny", ("deep_marketing", "uninformed"), {"warm_up__policy": "as_written"}),
        ("regional_plain", ("deep_marketing", "abc"), {}),
        ("regional_equipment", ("status_quo", "deep_marketing", "segmented"), {}),
    ],
)
def test_one_past_has_many_futures(name: str, policies: tuple[str, ...], more: dict[str, Any]) -> None:
    warm_up = MARKETS[name][1]
    past = lived(scenario(name, policies[0], warm_up, **more), 3, warm_up)
    forks = [past.fork(scenario(name, policy, warm_up, **more)) for policy in policies]
    for fork, policy in zip(forks, policies, strict=True):
        straight = Market(scenario(name, policy, warm_up, **more), 3, keep_orders=True)
        assert_same(fork, straight)
        assert_same(fork.run(), straight.run())
    assert len({fingerprint(fork) for fork in forks}) > 1


def test_a_fork_in_mid_warm_up_may_change_what_comes_after() -> None:
    market = lived(scenario("tiny", "abc", 9), 5, 4)
    other = scenario("tiny", "deep_marketing", 9)
    assert_same(market.fork(other).live_in().run(), Market(other, 5, keep_orders=True).run())


def test_a_change_to_come_may_differ(tmp_path: Any) -> None:
    text = (
        'extends = "tiny"\nweeks = 8\n[world]\ncustomers = 200\n[warm_up]\nweeks = 4\n[[change]]\nweek = 5\n'
        'set = { "policy.pay.commission" = 0.2, "params.channel.payment_weeks" = 3 }\n'
    )
    file = tmp_path / "later.toml"
    file.write_text(text, encoding="utf-8")
    later = Scenario.load(file)
    market = lived(scenario("tiny", None, 4), 2, 4 + 4)
    assert_same(market.fork(later).run(), Market(later, 2, keep_orders=True).run())
    market.run_week()
    with pytest.raises(ValueError, match=r"whose past is another one: params\.week 5: nothing here"):
        market.fork(later)


def test_a_fork_of_a_fork_and_forks_side_by_side() -> None:
    here = scenario("tiny", "deep_marketing", 5)
    first = lived(here, 8, 6)
    second = first.fork()
    second.run_week()
    third = second.fork()
    for _ in range(6):  # one after the other, week by week
        for market in (first, second, third):
            if market.week < here.weeks:
                market.step()
    for market in (first, second, third):
        market.run()
    whole = Market(here, 8, keep_orders=True).run()
    assert len({fingerprint(market) for market in (first, second, third, whole)}) == 1
    assert differences(first.state, third.state) == differences(second.state, whole.state) == []


def test_forks_run_in_threads_at_once() -> None:
    here, others = scenario("tiny", "status_quo", 4), [scenario("tiny", policy, 4) for policy in POLICIES[:4]]
    market = lived(here, 6, 4)
    with ThreadPoolExecutor(4) as threads:
        ended = list(threads.map(lambda other: market.fork(other).run(), others))
    for fork, other in zip(ended, others, strict=True):
        assert_same(fork, Market(other, 6, keep_orders=True).run())


def forked_everything() -> tuple[Market, Market]:
    """A market in which every mechanism of the built-in one has left something, and its fork under another policy."""
    market = lived(scenario("regional_equipment", "status_quo", 4), 3, 4)
    return market, market.fork(scenario("regional_equipment", "deep_marketing", 4))


def test_nothing_that_can_change_is_shared() -> None:
    for market, fork in (forked_everything(), (plain := lived(scenario("tiny", None, 3), 1, 5), plain.fork())):
        state = market.state
        may_be_shared = (state.network, state.alias, state.ids, market.scenario, state.layout, state.params)
        mine = objects_of(market, (*may_be_shared, _snapshot(market)))
        theirs = objects_of(fork)
        assert [path for key, (path, value) in mine.items() if key in theirs and can_change(value)] == []
        assert len(mine) > 1000


def test_what_is_shared_is_read_only() -> None:
    state = forked_everything()[0].state
    shared = (state.alias, state.network.indptr, state.network.strong_end, state.network.neighbours)
    assert not any(array.flags.writeable for array in shared)


def test_guards_are_as_strong_as_before() -> None:
    market, fork = forked_everything()
    mine = {path: value for path, value in objects_of(market.state).values() if isinstance(value, np.ndarray)}
    theirs = {path: value for path, value in objects_of(fork.state).values() if isinstance(value, np.ndarray)}
    weak = [path for path in mine.keys() & theirs.keys() if theirs[path].flags.writeable > mine[path].flags.writeable]
    assert weak == [] and len(mine.keys() & theirs.keys()) > 400
    for table in fork.state.tables().values():
        assert not table.lent and not any(getattr(table, column).flags.writeable for column in table)
    with pytest.raises(ValueError, match="read-only"):
        fork.state.customers.loyalty[0] = 0.5
    with fork.state.lend(("customers.loyalty",)):
        fork.state.customers.loyalty[0] = 0.5
    assert not np.array_equal(fork.state.customers.loyalty, market.state.customers.loyalty)


def test_what_lies_in_one_memory_does_so_in_the_fork() -> None:
    market, fork = forked_everything()
    assert _overlaps(fork) == _overlaps(market)


def _overlaps(market: Market) -> list[tuple[str, str]]:
    """Arrays of a market that lie in one another's memory."""
    found = objects_of(market.state).values()
    arrays = sorted(
        (*np.lib.array_utils.byte_bounds(value), path.replace("market", "state"))
        for path, value in found
        if isinstance(value, np.ndarray) and value.size and not path.endswith("base")
    )
    pairs = [(one[2], two[2]) for one, two in pairwise(arrays) if two[0] < one[1]]
    return sorted((min(pair), max(pair)) for pair in pairs)


def test_agents_belong_to_the_fork() -> None:
    market, fork = forked_everything()
    assert all(agent.model is fork for agent in fork.agents) and all(agent.model is market for agent in market.agents)
    assert [agent.unique_id for agent in fork.agents] == [agent.unique_id for agent in market.agents]
    assert fork.reps[0] in fork.agents and fork.reps[0].table is fork.state.reps
    assert fork.segments[0].state is fork.state and fork.datacollector._market is fork
    assert fork.random is fork.manufacturer.random and fork.random is not market.random
    assert fork.random.random() == market.random.random() and fork.rng.random() == market.rng.random()
    assert not any(known in (market, fork) for known in mesa.Agent._ids)
    newcomer = mesa.Agent(fork)
    assert newcomer.unique_id == fork._agents_made == market._agents_made + 1
    assert newcomer not in market.agents and len(fork.agents) == len(market.agents) + 1
    fork.run()
    assert fork.steps == 8 and not fork.running and market.running and market.steps == 0


class _Kept(Market):
    """A user's own market, with an attribute and a step of its own."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.noted: dict[str, list[int]] = {"weeks": []}

    def step(self) -> None:
        super().step()
        self.noted["weeks"].append(self.week)


def test_a_subclass_is_copied_with_what_it_keeps() -> None:
    market = _Kept(scenario("tiny", None, 2), 1)
    market.step()
    fork = market.fork()
    fork.step()
    assert isinstance(fork, _Kept) and fork.noted == {"weeks": [1, 2]} and market.noted == {"weeks": [1]}


def test_a_fork_needs_a_week_that_has_ended() -> None:
    market = lived(scenario("tiny", None, 2), 1, 2)
    with pytest.raises(ValueError, match="between two weeks"):
        market.run_week(lambda phase: [market.fork()].clear())
    with pytest.raises(ValueError, match="after one that failed"):
        market.fork()


@pytest.mark.parametrize(
    ("weeks", "more", "found"),
    [
        (8, {"world__customers": 201}, r"world\.customers: 200 here, 201 there"),
        (9, {}, "weeks: 8 here, 9 there"),
        (8, {"warm_up__weeks": 4}, r"warm_up\.weeks: 3 here, 4 there"),
        (8, {"offer__kit_basic__list_price": 1}, "offer"),
        (8, {"params__hours__contract": 30.0}, r"params\.start\.hours\.contract"),
        (8, {"warm_up__policy": "deep_marketing"}, r"rules\.\w+\.week -2"),
        (8, {"policy__pay__commission": 0.3}, r"rules\.pay\.week 1"),
        (8, {"policy__rival_force__kind": "steady"}, "rules.rival_force|rivals' sales forces"),
    ],
)
def test_another_past_is_refused(weeks: int, more: dict[str, Any], found: str) -> None:
    market = lived(scenario("tiny", None, 3), 1, 4)
    if "offer" in found:
        offer = market.state.layout.offers[0]
        more = {f"offer__{offer.name}__list_price": offer.list_price + 1}
    with pytest.raises(ValueError, match=found):
        market.fork(scenario("tiny", None, **{"warm_up": 3, "weeks": weeks, **_apart(more)}))


def _apart(more: dict[str, Any]) -> dict[str, Any]:
    return {"warm_up" if key == "warm_up__weeks" else key: value for key, value in more.items()}


class Remembering(AdvertisingRule):
    """A third-party rule that counts its answers where no answer comes from."""

    kind: Literal["remembering"] = "remembering"

    def answer(self, seen: FirmSeen) -> Advertising:
        """Nothing, everywhere."""
        vars(self)["asked"] = vars(self).get("asked", 0) + 1
        return Advertising(spend=np.zeros(len(seen.sales), dtype=np.int64))


@pytest.fixture
def remembering() -> Iterator[dict[str, Any]]:
    """Settings under which the rule holds in the warm-up and after."""
    register(Remembering)
    yield {"warm_up__policy": {"advertising": {"kind": "remembering"}}, "policy__advertising__kind": "remembering"}
    forget(Remembering)


def test_a_rule_carries_what_it_keeps(remembering: dict[str, Any]) -> None:
    here = scenario("tiny", None, 3, **remembering)
    market = lived(here, 4, 5)
    fork = market.fork()
    kept = [m.state.rules.variants("advertising")[0].rule for m in (market, fork)]
    assert kept[0] is not kept[1] and vars(kept[0])["asked"] == vars(kept[1])["asked"] == 5
    fork.run_week()
    assert vars(kept[0])["asked"] == 5 and vars(kept[1])["asked"] == 6
    there = scenario("tiny", "abc", 3, **remembering)
    early = lived(here, 4, 3).fork(there)
    assert [vars(early.state.rules.variants("advertising", week)[0].rule)["asked"] for week in (-1, 0)] == [3, 3]
    own = {"warm_up__policy": remembering["warm_up__policy"]}
    now_or_never = lived(here, 4, 3).fork(scenario("tiny", None, 3, **own))
    assert vars(now_or_never.state.rules.variants("advertising", -1)[0].rule)["asked"] == 3
    assert_same(early.run(), Market(there, 4, keep_orders=True).run())


def test_rules_of_a_fork_are_watched_on(remembering: dict[str, Any]) -> None:
    market = lived(scenario("tiny", None, 3, **remembering), 4, 3)
    fork = market.fork(scenario("tiny", "abc", 3, **remembering))
    assert not fork.state.schedule.changed()
    vars(fork.state.rules.variants("coverage")[0].rule)["every"] = 99
    assert fork.state.schedule.changed() == "the rule `abc` of policy.coverage" and not market.state.schedule.changed()
    with pytest.raises(InputError, match="changed the rule `abc`"):
        fork.run_week()


def test_a_table_that_is_added_to_the_state_is_copied() -> None:
    market = lived(scenario("tiny", None, 2), 1, 2)
    market.state.added = Guarded({"numbers": np.arange(3)})  # type: ignore[attr-defined]
    market.state.noted = {"list": [np.arange(2)]}  # type: ignore[attr-defined]
    fork = market.fork()
    added: Any = vars(fork.state)
    assert added["added"].numbers is not vars(market.state)["added"].numbers
    assert not added["added"].numbers.flags.writeable
    assert added["noted"]["list"][0] is not vars(market.state)["noted"]["list"][0]
