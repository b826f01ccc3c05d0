"""A customer's whole week in C is ours: all that is counted and remembered agrees, and would not if a rule differed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from bench.cut import Cut, take_cut
from bench.demand import Make
from bench.ours_week import OurWeek
from bench.peers.c_market import has_compiler
from bench.peers.c_week import STEPS, CWeek
from bench.same_market import compare_contestants, flatten

pytestmark = pytest.mark.skipif(not has_compiler(), reason="there is no gcc to build the C program with")

LOOKS = (2, 8, 26)
#: Moods are more mixed than in the timed market, so that ill talk, lapses and every move of the funnel count.
LIVELY = {"params.experience.noise": 1.5, "params.talk.weak": 0.03, "params.awareness.forgetting": 0.03}


@pytest.fixture(scope="module")
def cut() -> Cut:
    return take_cut(1500, overrides=LIVELY)


@pytest.mark.parametrize("threads", [1, 2])
def test_c_is_our_week(cut: Cut, threads: int) -> None:
    contestants: dict[str, Make] = {"ours": OurWeek, "c": partial(CWeek, threads=threads)}
    found = compare_contestants(cut, contestants, weeks=26, seeds=range(1, 13), looks=LOOKS)
    assert found.agrees, f"{found.largest:.1f} standard errors: {found.where}"
    for name in ("lapses", "newcomers", "judged", "error of marks", "age"):
        assert found.measures[name][0] > 0.0, name


def test_threads_change_nothing_in_c() -> None:
    cut = take_cut(20_000, overrides=LIVELY)
    one, two = CWeek(cut, 3), CWeek(cut, 3, threads=2)
    for _ in range(13):
        one.step()
        two.step()
    for name, column in one.arrays.items():
        assert np.array_equal(column, two.arrays[name], equal_nan=column.dtype.kind == "f"), name
    assert np.array_equal(flatten(one.standing()), flatten(two.standing()))
    assert set(one.seconds) == set(STEPS)


def test_counts_that_no_chance_enters_are_equal(cut: Cut) -> None:
    ours, c = OurWeek(cut, 1), CWeek(cut, 2)
    for _ in range(13):
        ours.step()
        c.step()
    mine, theirs = ours.standing(), c.standing()
    for name in ("records", "accounts", "stale", "age", "described", "error_of_marks"):
        assert getattr(mine, name) == pytest.approx(getattr(theirs, name), rel=1e-9), name


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"keep": np.float32(0.95)}, "averages"),
        ({"gain": np.float32(2.0)}, "averages"),
        ({"stale": 1}, "stale"),
    ],
)
def test_a_rule_of_the_books_that_differs_is_found(cut: Cut, change: dict[str, Any], differs: str) -> None:
    other = replace(cut, firm=cut.firm._replace(**change))

    def changed(_: Cut, seed: int) -> CWeek:
        return CWeek(other, seed + 100)

    found = compare_contestants(cut, {"ours": OurWeek, "c": changed}, weeks=26, seeds=range(1, 9), looks=LOOKS)
    assert not found.agrees
    assert differs in found.where or "error of value" in found.where
