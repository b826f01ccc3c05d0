"""The benchmarks' peers are the same market as ours: aggregates agree within Monte-Carlo error, and would not if a rule differed."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from bench.cut import Cut, take_cut
from bench.ours import OurMarket
from bench.peers.c_market import CMarket, has_compiler
from bench.peers.mesa_market import MesaMarket
from bench.peers.numpy_market import NumpyMarket
from bench.same_market import compare_contestants, measure_names

SEEDS = range(1, 7)
LOOKS = (4, 13, 26, 52)

#: Moods are more mixed than in the timed market, so that ill talk, lapses and every move of the funnel count.
LIVELY = {"params.experience.noise": 1.5, "params.talk.weak": 0.03, "params.awareness.forgetting": 0.03}


@pytest.fixture(scope="module")
def cut() -> Cut:
    return take_cut(1500, overrides=LIVELY)


@pytest.mark.slow
def test_all_three_are_the_same_market(cut: Cut) -> None:
    contestants = {"ours": OurMarket, "numpy": NumpyMarket, "mesa": MesaMarket}
    found = compare_contestants(cut, contestants, weeks=52, seeds=SEEDS, looks=LOOKS)
    assert found.agrees, f"{found.largest:.1f} standard errors: {found.where}"
    assert len(found.measures) == len(measure_names(OurMarket(cut, 1).standing()))
    assert found.measures["speaking ill 0"][0] > 0.01


def test_numpy_is_our_market(cut: Cut) -> None:
    found = compare_contestants(
        cut, {"ours": OurMarket, "numpy": NumpyMarket}, weeks=26, seeds=range(1, 13), looks=(2, 8, 26)
    )
    assert found.agrees, f"{found.largest:.1f} standard errors: {found.where}"


@pytest.mark.skipif(not has_compiler(), reason="there is no gcc to build the C program with")
@pytest.mark.parametrize("threads", [1, 2])
def test_c_is_our_market(cut: Cut, threads: int) -> None:
    contestants = {"ours": OurMarket, "c": partial(CMarket, threads=threads)}
    found = compare_contestants(cut, contestants, weeks=26, seeds=range(1, 13), looks=(2, 8, 26))
    assert found.agrees, f"{found.largest:.1f} standard errors: {found.where}"


@pytest.mark.skipif(not has_compiler(), reason="there is no gcc to build the C program with")
def test_threads_change_nothing_in_c() -> None:
    cut = take_cut(20_000, overrides=LIVELY)
    one, two = CMarket(cut, 3), CMarket(cut, 3, threads=2)
    for _ in range(6):
        one.step()
        two.step()
    for name, column in one.arrays.items():
        assert np.array_equal(column, two.arrays[name]), name


def test_mesa_is_our_market_for_some_weeks(cut: Cut) -> None:
    found = compare_contestants(cut, {"ours": OurMarket, "mesa": MesaMarket}, weeks=8, seeds=SEEDS, looks=(2, 8))
    assert found.agrees, f"{found.largest:.1f} standard errors: {found.where}"


def test_pushing_changes_gives_the_same_talk_as_asking_everybody(cut: Cut) -> None:
    asks, pushes = NumpyMarket(cut, 3), NumpyMarket(cut, 3, push=True)
    for _ in range(5):
        asks.step()
        pushes.step()
    assert np.array_equal(asks.talk_weak, pushes.talk_weak)
    assert np.array_equal(asks.talk_strong, pushes.talk_strong)
    assert np.array_equal(asks.stage, pushes.stage)


@pytest.mark.parametrize(
    ("group", "number", "factor"),
    [
        ("spread", "forgetting", 2.0),
        ("spread", "weak", 3.0),
        ("relationship", "half", 1.5),
        ("choice", "loyalty", 0.5),
        ("experience", "carry_over", 0.9),
        ("experience", "loss_aversion", 2.0),
        ("funnel", "intervals", 0.7),
    ],
)
def test_a_rule_that_differs_is_found(cut: Cut, group: str, number: str, factor: float) -> None:
    numbers = getattr(cut.numbers, group)
    changed = numbers._replace(**{number: type(getattr(numbers, number))(getattr(numbers, number) * factor)})
    other = Cut(**{**cut.__dict__, "numbers": cut.numbers._replace(**{group: changed})})

    def differs(_: Cut, seed: int) -> OurMarket:
        return OurMarket(other, seed + 100)

    contestants = {"numpy": partial(NumpyMarket, push=True), "different": differs}
    found = compare_contestants(cut, contestants, weeks=26, seeds=range(1, 9), looks=(4, 13, 26))
    assert not found.agrees
