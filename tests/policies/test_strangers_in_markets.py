"""Strangers in a running market: memory, parameters, other rules, answers kept, and where a view leads."""

from __future__ import annotations

import itertools
import pickle
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from sim.errors import InputError
from sim.market import Market
from sim.quantity import param
from sim.questions.advertising import Advertising, AdvertisingRule
from sim.questions.registry import forget, register
from sim.rules import Rule
from sim.rules.strangers import ask_stranger
from sim.scenario import Scenario
from sim.views import FirmSeen
from tests.market.runs import fingerprint
from tests.policies import dirty_hands
from tests.policies.views import make_view

WEEKS = 5
COUNTED = 0
LOG: list[int] = []


class Plain(AdvertisingRule):
    """Spends the same everywhere; what else it does, its children say."""

    kind: Literal["plain"] = "plain"
    budget: int = param(1000, unit="minor units/week", doc="Spent in every territory.", bounds=(0, 10**9))

    def more(self, seen: FirmSeen) -> float:
        """Spent on top."""
        return 0

    def answer(self, seen: FirmSeen) -> Advertising:
        """The budget, and more."""
        more = self.more(seen)
        return Advertising(spend=np.full(len(seen.sales), self.budget + int(more), dtype=np.int64))


@contextmanager
def registered(rule: type[Rule]) -> Iterator[type[Rule]]:
    register(rule)
    try:
        yield rule
    finally:
        forget(rule)


def scenario(**overrides: Any) -> Scenario:
    given = {"policy.advertising.kind": "plain", **{k.replace("__", "."): v for k, v in overrides.items()}}
    return Scenario.load("tiny", weeks=WEEKS, customers=200, overrides=given)


def plain(more: Callable[[Any, FirmSeen], Any]) -> type[Rule]:
    """A child of :class:`Plain` that adds what ``more`` says."""

    class Child(Plain):
        def more(self, seen: FirmSeen) -> float:
            return float(more(self, seen) or 0)

    return Child


# ---- memory -----------------------------------------------------------------------------------------------------------


def in_a_module(rule: Any, seen: Any) -> int:
    global COUNTED
    COUNTED += 1
    return COUNTED


def in_a_list(rule: Any, seen: Any) -> int:
    LOG.append(seen.week)
    return len(LOG)


def in_a_default(rule: Any, seen: Any, calls: list[int] = []) -> int:  # noqa: B006 – the error this is about
    calls.append(1)
    return len(calls)


def in_a_function(rule: Any, seen: Any) -> int:
    vars(in_a_function)["calls"] = vars(in_a_function).get("calls", 0) + 1
    return int(vars(in_a_function)["calls"])


in_a_function.calls = 0  # type: ignore[attr-defined]


def in_itself(rule: Any, seen: Any) -> int:
    object.__setattr__(rule, "calls", vars(rule).get("calls", 0) + 1)
    return int(vars(rule)["calls"])


def by_chance(rule: Any, seen: Any) -> float:
    return 1e6 * random.random()


def by_the_chance_of_numpy(rule: Any, seen: Any) -> float:
    return 1e6 * float(np.random.default_rng().uniform())


def by_the_clock(rule: Any, seen: Any) -> float:
    return float(time.perf_counter_ns() % 10**6)


def in_a_closure() -> Callable[[Any, Any], int]:
    count = 0

    def more(rule: Any, seen: Any) -> int:
        nonlocal count
        count += 1
        return count

    return more


def in_a_counter() -> Callable[[Any, Any], int]:
    count = itertools.count()
    return lambda rule, seen: next(count)


def learning_by_week() -> Callable[[Any, Any], int]:
    """Asked twice about one week it says the same; what it says of a later week hangs on the earlier ones."""
    sales: dict[int, float] = {}

    def more(rule: Any, seen: Any) -> int:
        sales.setdefault(seen.week, float(seen.sales.sum()))
        return int(sum(sales.values()))

    return more


def learnt(by_week: dict[int, float], seen: Any) -> int:
    """As :func:`learning_by_week`, wherever it is kept."""
    by_week.setdefault(seen.week, float(seen.sales.sum()))
    return int(sum(by_week.values()))


def in_a_new_variable(rule: Any, seen: Any) -> int:
    return learnt(globals().setdefault("LEARNT_LATER", {}), seen)


def in_a_new_attribute_of_its_class(rule: Any, seen: Any) -> int:
    if "learnt" not in vars(type(rule)):
        type.__setattr__(type(rule), "learnt", {})
    return learnt(vars(type(rule))["learnt"], seen)


def in_the_class_of_its_question(rule: Any, seen: Any) -> int:
    if "learnt" not in vars(AdvertisingRule):
        type.__setattr__(AdvertisingRule, "learnt", {})
    return learnt(vars(AdvertisingRule)["learnt"], seen)


def in_a_neighbouring_module(rule: Any, seen: Any) -> int:
    return learnt(dirty_hands.NOTES, seen)


def in_an_attribute_of_its_method(rule: Any, seen: Any) -> int:
    return learnt(vars(in_an_attribute_of_its_method).setdefault("learnt", {}), seen)


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    yield
    globals().pop("LEARNT_LATER", None)
    if "learnt" in vars(AdvertisingRule):
        type.__delattr__(AdvertisingRule, "learnt")


@pytest.mark.parametrize(
    "more",
    [
        *(in_a_new_variable, in_a_new_attribute_of_its_class, in_the_class_of_its_question, in_a_neighbouring_module),
        in_an_attribute_of_its_method,
        *(in_a_module, in_a_list, in_a_default, in_a_function, in_itself, by_chance, by_the_chance_of_numpy),
        *(by_the_clock, in_a_closure(), in_a_counter(), learning_by_week()),
    ],
    ids=lambda more: more.__qualname__.split(".")[0],
)
def test_an_answer_that_hangs_on_memory_or_chance_is_refused(more: Callable[[Any, Any], Any]) -> None:
    with (
        registered(plain(more)),
        pytest.raises(InputError, match="rule `plain` gave two answers to one view") as refused,
    ):
        Market(scenario(), seed=1).run()
    assert refused.value.place == "policy.advertising"


def test_memory_in_a_class_is_memory() -> None:
    class Counting(Plain):
        calls: ClassVar[int] = 0

        def more(self, seen: FirmSeen) -> float:
            type(self).calls += 1
            return self.calls

    with registered(Counting), pytest.raises(InputError, match=r"two answers to one view.*Counting\.calls"):
        Market(scenario(), seed=1).run()


def test_a_rule_that_remembers_from_run_to_run_is_refused_in_the_second() -> None:
    runs: list[int] = []

    def more(rule: Any, seen: Any) -> int:
        if seen.week == 0:
            runs.append(1)
        return len(runs) if len(runs) > 1 else 0

    with registered(plain(more)):
        Market(scenario(), seed=1).run()
        with pytest.raises(InputError, match="two answers to one view"):
            Market(scenario(), seed=1).run()


def test_a_rule_that_only_takes_notes_is_left_alone_and_so_are_its_notes() -> None:
    notes: list[int] = []
    with registered(plain(lambda rule, seen: notes.append(seen.week))):
        noted = fingerprint(Market(scenario(), seed=1).run())
    with registered(plain(lambda rule, seen: None)):
        assert fingerprint(Market(scenario(), seed=1).run()) == noted
    assert notes == list(range(WEEKS))


def test_markets_never_share_a_rule() -> None:
    with registered(Plain):
        shared = scenario()
        one, two = (Market(shared, seed=1).state.rules.variants("advertising", 0)[0].rule for _ in range(2))
    assert one == two == shared.policy["advertising"]
    assert len({id(one), id(two), id(shared.policy["advertising"])}) == 3


def test_a_run_with_a_stranger_can_be_split() -> None:
    with registered(Plain):
        part = Market(scenario(), seed=1)
        part.step()
        assert fingerprint(pickle.loads(pickle.dumps(part)).run()) == fingerprint(Market(scenario(), seed=1).run())


# ---- parameters, other rules, answers ---------------------------------------------------------------------------------


def test_a_rule_that_changes_its_own_parameters_is_refused() -> None:
    def raise_budget(rule: Any, seen: Any) -> None:
        object.__setattr__(rule, "budget", rule.budget + 1)

    with registered(plain(raise_budget)), pytest.raises(InputError, match="changed its own parameters"):
        Market(scenario(), seed=1).run()


def of_the_scenario(shared: Scenario, market: Market) -> tuple[Any, str, Any]:
    return shared.policy["pay"], "commission", "a rule of policy.pay"


def of_this_market(shared: Scenario, market: Market) -> tuple[Any, str, Any]:
    return market.state.rules.variants("pay", 0)[0].rule, "commission", "the rule `salary_commission` of policy.pay"


def of_the_parameters(shared: Scenario, market: Market) -> tuple[Any, str, Any]:
    return shared.params.people, "quit_probability", "params from week"


def of_the_world(shared: Scenario, market: Market) -> tuple[Any, str, Any]:
    return shared.world.brands[0], "users_at_start", "the scenario's market"


@pytest.mark.parametrize("place", [of_the_scenario, of_this_market, of_the_parameters, of_the_world])
def test_a_rule_that_changes_another_rule_or_the_scenario_is_refused(place: Callable[..., Any]) -> None:
    reached: dict[str, Any] = {}

    def meddle(rule: Any, seen: Any) -> None:
        owner, name, _ = place(reached["scenario"], reached["market"])
        object.__setattr__(owner, name, 0.123)

    with registered(plain(meddle)):
        reached["scenario"] = scenario()
        reached["market"] = Market(reached["scenario"], seed=1)
        owner, name, reported = place(reached["scenario"], reached["market"])
        before = getattr(owner, name)
        try:
            with pytest.raises(InputError, match=f"rule `plain` changed {reported}"):
                reached["market"].run()
        finally:
            object.__setattr__(owner, name, before)  # defaults are shared by all scenarios of a process


def test_the_engine_owns_the_answers() -> None:
    kept: list[np.ndarray] = []

    class Keeping(Plain):
        def answer(self, seen: FirmSeen) -> Advertising:
            answer = super().answer(seen)
            kept.append(answer.spend)
            return answer

    answer = ask_stranger(Keeping(), make_view("advertising", 3))
    kept[0][:] = 10**9
    assert (answer.spend == 1000).all()
    assert not any(np.shares_memory(array, answer.spend) for array in kept)


def test_what_a_rule_fails_with_is_reported_by_name_and_place() -> None:
    def fail(rule: Any, seen: Any) -> None:
        seen.sales[10**6]

    with registered(plain(fail)), pytest.raises(InputError, match=r"rule `plain` stopped with IndexError.*line \d+"):
        Market(scenario(), seed=1).run()


@pytest.mark.parametrize("answer", [None, 3, {"spend": 1}, np.zeros(2), make_view("pay", 1)])
def test_an_answer_of_another_kind_is_refused(answer: Any) -> None:
    class Odd(Plain):
        def answer(self, seen: FirmSeen) -> Advertising:
            return answer  # type: ignore[no-any-return]

    with (
        registered(Odd),
        pytest.raises(InputError, match=r"rule `plain` answered with .*expected an answer of type Adv"),
    ):
        Market(scenario(), seed=1).run()
