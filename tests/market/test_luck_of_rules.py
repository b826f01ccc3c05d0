"""Rules' luck in a running market: no other stream follows from it, nothing else is drawn from it, no seed is within reach."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FunctionType, MethodType
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from sim import rng
from sim.agents.headquarters import Headquarters
from sim.questions.segmentation import Segments
from sim.questions.segmentation.random_labels import RandomSegments
from sim.rng import Decision, Luck
from sim.rules import answers
from sim.rules.copies import copied
from tests.market.project_market import project_market
from tests.market.runs import small
from tests.unit.test_rng_attacks import SEED, keyed, names_behind, one_to_one, undone


def foretold_types(seed: int, keys: Any, shares: Any) -> Any:
    """Types of customers as computed from the seed."""
    edges = np.cumsum(shares) / np.sum(shares)
    return (rng.uniform(seed, Decision.CUSTOMER_TYPE, 0, keys)[:, None] >= edges).sum(axis=1)


def test_a_rule_that_undoes_its_draws_learns_neither_the_seed_nor_the_customers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: dict[str, Any] = {}

    def answer(self: RandomSegments, seen: Any) -> Segments:
        names = names_behind(seen.luck.uniform(np.arange(3)), 1)
        found["seeds"] = {seed for name in names for seed in undone(name, range(300), range(8))}
        return Segments(label=np.zeros(len(seen.customers.key), np.int16), count=1, cost=0)

    monkeypatch.setattr(RandomSegments, "answer", answer)
    market = small("status_quo", seed=SEED, weeks=4, overrides={"policy.segmentation.kind": "random"})
    market.run_week()
    types, shares = market.state.customers.type, [t.share for t in market.state.layout.customer_types]
    found["key"] = np.array(market.state.customers.key)  # as if it saw through aliases as well
    assert adjusted_rand_score(types, foretold_types(SEED, found["key"], shares)) == 1.0  # the prize
    assert len(found["seeds"]) >= 300
    assert SEED not in found["seeds"]
    tried = [seed for seed in sorted(found["seeds"])[:40] if seed < 2**63]
    best = max(adjusted_rand_score(types, foretold_types(seed, found["key"], shares)) for seed in tried)
    assert best < 0.05


def test_control_without_the_keyed_hash_the_same_rule_learns_the_seed() -> None:
    luck = Luck(np.uint64(one_to_one(SEED, Decision.LABEL, 0)))
    names = names_behind(luck.uniform(np.arange(3)), 1)
    assert SEED in {seed for name in names for seed in undone(name, range(300), range(8))}


def streams_in_use(monkeypatch: pytest.MonkeyPatch, shared: Decision | None = None) -> tuple[set[int], set[int]]:
    """Names of the streams that rules were given in a market where everything is on, and of those that the engine drew from.

    ``shared`` is a decision whose luck the engine is made to draw from as well.
    """
    given: set[int] = set()
    drawn: set[int] = set()
    shown = answers.for_reading

    def show(seen: Any) -> Any:
        if hasattr(seen, "luck"):  # a view within a view has none of its own
            given.add(int(seen.luck._stream))
        return shown(seen)

    name_of = rng.stream

    def of(cls: type[Luck], seed: int, decision: int, week: int) -> Luck:
        if not given_out(sys._getframe(1).f_code.co_filename, sys._getframe(2).f_code.co_filename):
            drawn.add(int(name_of(seed, decision, week)))
        return cls(name_of(seed, decision, week))

    def named(seed: int, decision: int, week: int) -> np.uint64:
        drawn.add(int(name_of(seed, decision, week)))
        return name_of(seed, decision, week)

    monkeypatch.setattr(answers, "for_reading", show)
    monkeypatch.setattr(Luck, "of", classmethod(of))
    for module in list(sys.modules.values()):
        if module.__name__.startswith("sim.") and module is not rng and getattr(module, "stream", None) is name_of:
            monkeypatch.setattr(module, "stream", named)
    for market in (small("deep_marketing", weeks=14, customers=300), project_market()):
        for _ in range(min(market.state.weeks, 14)):
            if shared is not None:
                drawn.add(int(name_of(market.seed, shared, market.week)))
            market.run_week()
    return given, drawn


def given_out(caller: str, behind: str) -> bool:
    """Whether luck is made for a view: by an agent's file, or by ``state.luck`` on behalf of one."""
    return "/agents/" in (behind if caller.endswith("/sim/state/market_state.py") else caller).replace("\\", "/")


def test_what_rules_draw_from_is_used_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    given, drawn = streams_in_use(monkeypatch)
    assert len(given) > 100
    assert len(drawn) > 100
    assert not given & drawn


def test_control_a_stream_that_is_shared_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    given, drawn = streams_in_use(monkeypatch, shared=Decision.TARGET)
    assert given & drawn


def within_reach(thing: Any, depth: int = 8) -> Iterator[Any]:
    """Whatever attributes, items, bases of arrays, and closures lead to."""
    seen: set[int] = set()
    layer = [thing]
    for _ in range(depth):
        following: list[Any] = []
        for found in layer:
            if id(found) in seen or isinstance(found, (str, bytes, type(sys))):
                continue
            seen.add(id(found))
            yield found
            if isinstance(found, np.ndarray):
                following.append(found.base)
            elif isinstance(found, dict):
                following += [*found.keys(), *found.values()]
            elif isinstance(found, (list, tuple, set, frozenset)):
                following += found
            elif isinstance(found, (FunctionType, MethodType)):
                following += [cell.cell_contents for cell in getattr(found, "__closure__", None) or ()]
                following.append(getattr(found, "__self__", None))
            elif not isinstance(found, type):
                following += vars(found).values() if hasattr(found, "__dict__") else ()
        layer = following


def test_no_attribute_of_a_view_leads_to_the_seed() -> None:
    market = small(seed=SEED, weeks=4)
    market.run_week()
    seen = copied(Headquarters.see(market.state, Decision.POLICY))  # as rules that are not shipped get it
    reached = list(within_reach(seen))
    assert len(reached) > 30
    assert not [found for found in reached if isinstance(found, int) and found == SEED]
    assert [found for found in within_reach(market.state) if isinstance(found, int) and found == SEED]


def test_the_keyed_names_are_those_of_the_market() -> None:
    state_now = small(seed=SEED, weeks=4).state
    assert int(state_now.luck(Decision.LABEL)._stream) == keyed(SEED, Decision.LABEL, 0)
