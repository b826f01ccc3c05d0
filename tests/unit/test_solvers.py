"""Solvers: doses, effort, the form loop, the division of calls, best responses – each against its closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.solvers.allocation import allocate_calls, assign_reps
from sim.solvers.best_response import adjust_partially, logit_markup_price
from sim.solvers.doses import after_talk, combine, dose_effect
from sim.solvers.effort import choose_effort
from sim.solvers.form_loop import next_use

quick = settings(max_examples=60, deadline=None, derandomize=True)
_effect = st.floats(0, 0.79)


# ---- doses ----------------------------------------------------------------------------------------------------------


@quick
@given(effect=_effect)
def test_one_programme_alone_keeps_its_effect(effect: float) -> None:
    assert combine([np.array([effect])], 0.8)[0] == pytest.approx(effect, abs=1e-12)
    assert combine([np.array([effect]), np.array([0.0])], 0.8)[0] == pytest.approx(effect, abs=1e-12)


@quick
@given(effects=st.lists(_effect, min_size=1, max_size=8), ceiling=st.floats(0.8, 3))
def test_programmes_together_help_more_than_the_best_and_less_than_their_sum(
    effects: list[float], ceiling: float
) -> None:
    together = combine([np.array([e]) for e in effects], ceiling)[0]
    assert max(effects) - 1e-9 <= together <= min(sum(effects), ceiling) + 1e-9
    assert combine([np.array([e]) for e in reversed(effects)], ceiling)[0] == pytest.approx(together)


def test_two_programmes_by_hand() -> None:
    assert combine([np.array([0.4]), np.array([0.4])], 0.8)[0] == pytest.approx(0.6)
    assert combine([np.array([0.9]), np.array([0.4])], 0.8)[0] == pytest.approx(
        0.8
    )  # beyond the ceiling nothing is left to gain


def test_a_dose_saturates() -> None:
    effect = dose_effect(0.62, np.array([0.0, 24.0, 1e6]), 24.0)
    np.testing.assert_allclose(effect, [0.0, 0.62 * (1 - np.exp(-1)), 0.62])


def test_a_talk_takes_the_place_of_earlier_ones_as_far_as_it_is_full() -> None:
    rest, talk = np.array([0.3, 0.3, 0.3]), np.array([-0.5, -0.5, -0.5])
    np.testing.assert_allclose(after_talk(rest, talk, np.array([0.0, 0.5, 1.0])), [0.3, -0.1, -0.5])


def test_talks_again_and_again_have_the_published_effect_and_no_more() -> None:
    """A full talk each quarter: .41 ± .985 just after each, whatever went before; half talks stay below."""
    draws = np.random.default_rng(1).normal(0.41, 0.985, (40, 20_000))
    for dose in (1.0, 0.5):
        effect = np.zeros(20_000)
        for talk in draws:
            effect = after_talk(effect * 0.5**0.5, talk, np.full(20_000, dose))
        assert effect.mean() <= 0.41 + 0.02
        assert effect.std() <= 0.985 + 0.02
    np.testing.assert_allclose(after_talk(np.zeros(20_000), draws[0], np.ones(20_000)), draws[0])


# ---- effort ---------------------------------------------------------------------------------------------------------


@quick
@given(
    motivation=st.floats(0, 3),
    cost=st.floats(0.1, 20),
    paid=st.floats(0, 1),
    observed=st.floats(0, 1),
    consequence=st.floats(0, 5),
    drive=st.floats(0, 1),
)
def test_effort_stays_within_bounds_and_rises_with_what_drives_it(
    motivation: float, cost: float, paid: float, observed: float, consequence: float, drive: float
) -> None:
    def effort(**other: float) -> float:
        given = {"motivation": motivation, "paid": paid, "observed": observed} | other
        return float(
            choose_effort(
                np.array([given["motivation"]]),
                cost,
                np.array([given["paid"]]),
                np.array([given["observed"]]),
                consequence,
                drive,
            )[0]
        )

    plain = effort()
    assert 0.0 <= plain <= 1.0
    assert effort(paid=paid + 0.1) >= plain
    assert effort(observed=min(observed + 0.1, 1.0)) >= plain
    assert effort(motivation=motivation + 0.1) >= plain
    assert effort(motivation=0.0) == 0.0


def test_effort_is_the_first_order_condition_inside() -> None:
    effort = choose_effort(np.array([0.8]), 2.0, np.array([0.1]), np.array([0.5]), 0.25, 0.7)
    assert effort[0] == pytest.approx(0.8 / 2.0 * (0.7 + 0.1 + 0.125))


# ---- forms ----------------------------------------------------------------------------------------------------------


@quick
@given(
    use=st.floats(0, 1),
    enforcement=st.floats(0, 1),
    steepness=st.floats(0, 50),
    threshold=st.floats(0, 2),
    speed=st.floats(0.001, 1),
)
def test_use_of_forms_stays_a_share_and_follows_enforcement(
    use: float, enforcement: float, steepness: float, threshold: float, speed: float
) -> None:
    now = next_use(np.array([use]), np.array([enforcement]), steepness, threshold, speed)[0]
    more = next_use(np.array([use]), np.array([enforcement + 0.1]), steepness, threshold, speed)[0]
    assert 0.0 <= now <= 1.0
    assert more >= now


# ---- calls ----------------------------------------------------------------------------------------------------------


@quick
@given(
    potential=st.lists(st.floats(0, 1e9), min_size=1, max_size=20),
    elasticity=st.floats(0, 0.9),
    total=st.floats(0, 1e4),
)
def test_calls_are_divided_to_the_last(potential: list[float], elasticity: float, total: float) -> None:
    calls = allocate_calls(np.array(potential), elasticity, total)
    assert (calls >= 0).all()
    assert calls.sum() == pytest.approx(total if max(potential) > 0 else 0.0, abs=1e-6)
    order = np.argsort(potential, kind="stable")
    assert (np.diff(calls[order]) >= -1e-9).all()


def test_the_division_of_calls_is_optimal() -> None:
    """V17: three accounts, k = 1, 2, 4, e = .31, 100 calls."""
    k, e = np.array([1.0, 2.0, 4.0]), 0.31
    calls = allocate_calls(k, e, 100.0)
    np.testing.assert_allclose(calls, [8.94, 24.41, 66.65], atol=0.005)
    sales = (k * calls**e).sum()
    assert sales / (k * (100 / 3) ** e).sum() - 1 == pytest.approx(0.0628, abs=0.001)
    for shift in ([1, -1, 0], [0, 1, -1], [-1, 0, 1]):
        assert (k * (calls + 0.5 * np.array(shift)) ** e).sum() < sales


@pytest.mark.parametrize("elasticity", [-0.1, 1.0])
def test_an_elasticity_without_an_optimum_is_refused(elasticity: float) -> None:
    with pytest.raises(ValueError, match=r"elasticity must be in \[0, 1\)"):
        allocate_calls(np.ones(3), elasticity, 10.0)


def test_accounts_without_a_rep_are_dealt_evenly_whatever_their_order() -> None:
    key = np.arange(30_000, dtype=np.uint32)
    reps, nobody = np.array([3, 5, 8, 13, 21, 34]), np.full(30_000, -1)
    assigned = assign_reps(key, nobody, reps, 0.5)
    assert np.unique(assigned, return_counts=True)[1].tolist() == [5_000] * 6
    order = np.random.default_rng(1).permutation(30_000)
    np.testing.assert_array_equal(assign_reps(key[order], nobody, reps, 0.5), assigned[order])
    np.testing.assert_array_equal(assign_reps(key, assigned, reps, 0.5), assigned)
    assert (assign_reps(key, nobody, reps[:1], 0.5) == 3).all()


def test_accounts_stay_with_their_rep_while_it_is_there() -> None:
    current = np.array([5, 99, -1, 8])
    assigned = assign_reps(np.arange(4), current, np.array([5, 8]), 0.5)
    assert assigned[[0, 3]].tolist() == [5, 8]
    assert sorted(assigned) == [5, 5, 8, 8]


@quick
@given(
    held=st.lists(st.integers(-1, 7), max_size=120),
    reps=st.lists(st.integers(0, 7), min_size=1, max_size=6, unique=True),
    seed=st.integers(0, 1000),
)
def test_accounts_go_one_by_one_to_the_rep_with_most_room(held: list[int], reps: list[int], seed: int) -> None:
    """The rule in plain words: deal out what no one has, then the fullest give to those who are far from even."""
    key = np.random.default_rng(seed).choice(10_000, len(held), replace=False).astype(np.uint32)
    order = sorted(range(len(held)), key=lambda i: int(key[i]) * 2654435761 % 2**32)
    now = {i: rep if rep in reps else None for i, rep in enumerate(held)}

    def load(rep: int) -> int:
        return sum(other == rep for other in now.values())

    for i in (i for i in order if now[i] is None):
        now[i] = min(reps, key=load)
    even = len(held) // len(reps)
    short = {rep: even - load(rep) for rep in reps if load(rep) < even / 2}
    loose = []
    for _ in range(sum(short.values())):
        fullest = max(reps, key=load)
        loose.append([i for i in order if now[i] == fullest][-1])
        now[loose[-1]] = None
    for i in sorted(loose, key=order.index):
        now[i] = min(reps, key=load)
    assigned = assign_reps(key, np.array(held, dtype=np.int64), np.array(reps), 0.5)
    assert assigned.tolist() == [now[i] for i in range(len(held))]
    if even:
        assert min(load(rep) for rep in reps) >= even / 2


def test_control_reps_who_are_not_far_from_even_are_left_alone() -> None:
    current = np.repeat([5, 8], [70, 30])
    key = np.arange(100)
    np.testing.assert_array_equal(assign_reps(key, current, np.array([5, 8]), 0.5), current)
    moved = assign_reps(key, np.repeat([5, 8], [80, 20]), np.array([5, 8]), 0.5)
    assert np.bincount(moved)[[5, 8]].tolist() == [50, 50]
    assert (moved[80:] == 8).all()


# ---- prices ---------------------------------------------------------------------------------------------------------


def test_a_best_response_is_the_first_order_price() -> None:
    price = logit_markup_price(np.array([1.0, 1.0]), np.array([0.5, 0.99]), np.array([2.0, 2.0]), 0.95)
    np.testing.assert_allclose(price, [1.0 + 1.0 / (2.0 * 0.5), 1.0 + 1.0 / (2.0 * 0.05)])  # the share is cut at .95


def test_partial_adjustment_closes_its_share_of_the_gap() -> None:
    price = np.array([1.0])
    for week in range(1, 6):
        price = adjust_partially(price, np.array([2.0]), 0.2)
        assert price[0] == pytest.approx(2.0 - 0.8**week)
    assert adjust_partially(price, np.array([2.0]), 0.0) == price
    assert adjust_partially(price, np.array([2.0]), 1.0)[0] == 2.0
