"""Compliance with a new call plan: it falls by the part that is new, and routines bring it back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.phases.compliance import Plan, unsettle
from sim.state import MarketState
from tests.market.runs import fingerprint

STAY: dict[str, Any] = {"params.people.quit_probability": 0.0}
ON = {"params.change.plan_habit": 0.8}


def after(old: dict[int, tuple[int, float]], new: dict[int, tuple[int, float]], **overrides: Any) -> np.ndarray:
    """Alignment of reps, as a share of what it was, after a plan {customer: (rep, norm)} that follows another."""
    state: MarketState = Market("tiny", seed=1, overrides={**STAY, **ON, **overrides}).state
    rows = np.array(sorted({*old, *new})[::-1])
    plans = [
        Plan(
            rows,
            np.array([plan.get(int(row), (-1, 0.0))[0] for row in rows]),
            np.array([plan.get(int(row), (-1, 0.0))[1] for row in rows], dtype=np.float32),
        )
        for plan in (old, new)
    ]
    before = state.reps.alignment.copy()
    with state.lend(("reps.alignment",)):
        unsettle(state, *plans)
    return state.reps.alignment / before


def test_alignment_falls_by_the_part_of_planned_calls_that_goes_elsewhere() -> None:
    old = {0: (0, 1.0), 1: (0, 1.0), 2: (0, 2.0), 10: (1, 1.0)}
    new = {0: (0, 1.0), 1: (0, 1.0), 3: (0, 2.0), 10: (1, 1.0)}
    found = after(old, new)
    assert found[0] == pytest.approx(1 - 0.8 * 0.5)
    assert (found[1:] == 1.0).all()


def test_another_division_among_the_same_accounts_counts_as_far_as_it_is_another() -> None:
    found = after({0: (0, 1.0), 1: (0, 3.0)}, {0: (0, 3.0), 1: (0, 1.0)})
    assert found[0] == pytest.approx(1 - 0.8 * 0.5)


def test_more_calls_in_the_same_division_are_no_news() -> None:
    assert (after({0: (0, 1.0), 1: (0, 3.0)}, {0: (0, 2.0), 1: (0, 6.0)}) == 1.0).all()


def test_accounts_of_another_rep_are_new_to_both() -> None:
    found = after({0: (0, 1.0), 1: (1, 1.0)}, {0: (1, 1.0), 1: (0, 1.0)})
    np.testing.assert_allclose(found[:2], 1 - 0.8, rtol=1e-6)


def test_who_had_no_plan_or_has_none_now_has_nothing_to_relearn() -> None:
    assert (after({0: (0, 1.0), 1: (0, 0.0)}, {2: (1, 1.0)}) == 1.0).all()


def test_routines_bring_it_back(tmp_path: Any) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        'extends = "tiny"\nweeks = 30\n[[change]]\nweek = 9\nset = { "policy.coverage.accounts_per_rep" = 15 }\n',
        encoding="utf-8",
    )
    # The plan of week 1 has nothing to replace but what reps are used to; reports must not change the list meanwhile.
    still = {**STAY, "params.forms.start": 0.0, "params.database.own_papers": False}
    on, off = (Market(str(path), seed=1, overrides={**still, **given}) for given in (ON, {}))
    found = np.array(
        [(on.step(), off.step(), on.state.reps.alignment[:3] / off.state.reps.alignment[:3])[2] for _ in range(12)]
    )
    assert (found[8] < 0.9 * found[7]).all()
    assert (np.diff(found[8:], axis=0) > 0).all()


def test_at_strength_zero_plans_change_no_ones_alignment() -> None:
    assert (after({0: (0, 1.0)}, {1: (0, 1.0)}, **{"params.change.plan_habit": 0.0}) == 1.0).all()
    runs = [Market("tiny", seed=1, overrides=given).run() for given in ({}, {"params.change.plan_habit": 0.0}, ON)]
    assert fingerprint(runs[0]) == fingerprint(runs[1]) != fingerprint(runs[2])
