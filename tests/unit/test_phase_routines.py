"""Routines that differ between territories, in teams that work in several: what holds is the rule of the rep's territory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from sim.phases.manage import manage
from sim.solvers.form_loop import next_use
from sim.state import ManagerUse, MarketState, Use
from tests.market.runs import LEFT_ALONE
from tests.unit.part_weeks import until, writes

ROUTINES = ("meeting_hours", "form_hours", "checking_hours", "visit_hours", "review_hours", "training_hours")
CENTRE, NORTHEAST, NORTH = 0, 1, 2
CHANGE = {
    "routines.meeting_hours": 3.0,
    "routines.form_hours": 1.25,
    "routines.form_checking": 6.0,
    "routines.visit_hours": 1.0,
    "routines.review_hours": 0.25,
    "routines.training_hours": 0.5,
}


def changed(folder: Path, territory: str, **change: Any) -> Market:
    """The built-in market, where other routines hold in one territory from the second week on."""
    given = {**CHANGE, **{name.replace("__", "."): value for name, value in change.items()}}
    values = ", ".join(f'"policy.{name}" = {value}' for name, value in given.items())
    path = folder / "changed.toml"
    path.write_text(
        f'extends = "regional_plain"\n[[change]]\nweek = 2\nterritories = ["{territory}"]\nset = {{ {values} }}\n',
        encoding="utf-8",
    )
    stay = {"params.people.quit_probability": 0.0, **LEFT_ALONE}
    market = Market(str(path), policy="status_quo", seed=1, customers=500, weeks=4, overrides=stay)
    market.run_week()
    return market


@pytest.mark.parametrize(("name", "territory"), [("centre", CENTRE), ("north", NORTH)])
def test_a_change_in_a_territory_reaches_its_reps_and_no_others(tmp_path: Path, name: str, territory: int) -> None:
    """Teams of 8 over territories of 6: north is nobody's first territory, and the centre's team reaches beyond it."""
    market = changed(tmp_path, name)
    before = {column: getattr(market.state.reps, column).copy() for column in ROUTINES}
    market.run_week()
    reps = market.state.reps
    inside = reps.active & (reps.territory == territory)
    outside = reps.active & ~inside
    assert inside.sum() == 6
    for column in ROUTINES:
        now = getattr(reps, column)
        np.testing.assert_array_equal(now[outside], before[column][outside], err_msg=column)
        assert (now[inside] != before[column][inside]).all(), column
    spent = market.state.books.hours.spent[1]
    for use, hours in {Use.MEETINGS: 3.0, Use.FORMS: 2.5, Use.TALKS: 0.25, Use.TRAINING: 0.5}.items():
        np.testing.assert_allclose(spent[use, inside], hours, err_msg=use.name)
    for use, hours in {Use.MEETINGS: 1.5, Use.FORMS: 1.0, Use.TALKS: 0.0, Use.TRAINING: 0.0}.items():
        np.testing.assert_allclose(spent[use, outside], hours, err_msg=use.name)
    fees = market.state.ledger.cut["territory"][2, :, Account.TRAINING]
    assert np.flatnonzero(fees).tolist() == [territory]


def test_the_managers_hours_are_the_sum_over_their_reps(tmp_path: Path) -> None:
    """Team 1 has four reps of the east and four of the north, team 2 two of the north and six of the northeast."""
    market = changed(tmp_path, "north")
    market.run_week()
    state, spent = market.state, market.state.books.manager_hours.spent[1]
    assert state.managers.span.tolist() == [8] * 6
    np.testing.assert_allclose(spent[ManagerUse.MEETINGS], [1.5, 3.0, 3.0, 1.5, 1.5, 1.5], rtol=1e-6)
    np.testing.assert_allclose(spent[ManagerUse.CHECKING], [1.0, 3.5, 2.25, 1.0, 1.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(spent[ManagerUse.VISITS], [1.6, 4.8, 3.2, 1.6, 1.6, 1.6], rtol=1e-6)
    np.testing.assert_allclose(spent[ManagerUse.TALKS], [0.0, 1.0, 0.5, 0.0, 0.0, 0.0], rtol=1e-6)
    np.testing.assert_allclose(spent.sum(axis=0), 42.0)
    for use, column in (
        (ManagerUse.MEETINGS, "meeting_hours"),
        (ManagerUse.CHECKING, "checking_hours"),
        (ManagerUse.VISITS, "visit_hours"),
        (ManagerUse.TALKS, "review_hours"),
    ):
        np.testing.assert_allclose(getattr(state.managers, column), spent[use], rtol=1e-6)
    reps = state.reps
    given = np.bincount(reps.team, weights=np.where(reps.active, reps.checking_hours, 0.0))
    np.testing.assert_allclose(given, spent[ManagerUse.CHECKING], rtol=1e-6)


def test_a_manager_who_is_short_of_hours_gives_each_rep_the_same_part(tmp_path: Path) -> None:
    market = changed(tmp_path, "north", routines__visit_hours=11.6, routines__meeting_hours=20.0)
    market.run_week()
    state, reps = market.state, market.state.reps
    team = reps.active & (reps.team == 1)
    north = reps.territory == NORTH
    left = 42.0 - 14.0 - 20.0 - 3.5
    asked = 4 * 0.2 + 4 * (11.6 + 0.25)
    np.testing.assert_allclose(reps.visit_hours[team & north], 11.6 * left / asked, rtol=1e-5)
    np.testing.assert_allclose(reps.visit_hours[team & ~north], 0.2 * left / asked, rtol=1e-5)
    np.testing.assert_allclose(state.books.manager_hours.spent[1][ManagerUse.SPARE, 1], 0.0, atol=1e-6)


def test_sets_of_forms_are_those_of_the_reps_territory(tmp_path: Path) -> None:
    """Three companies ask for forms in the north, two elsewhere; who has the hours for all sets reports each visit."""
    change = {"gateway__companies": 3, "routines__form_hours": 1.0, "routines__meeting_hours": 1.5}
    market = changed(tmp_path, "north", **change)
    state = until("manage", market)
    with state.lend(writes("manage")):
        manage(state)
    reps = state.reps
    inside = reps.active & (reps.territory == NORTH)
    np.testing.assert_allclose(reps.form_hours[inside], 3.0)
    np.testing.assert_allclose(reps.form_hours[reps.active & ~inside], 1.0)


def _vacate(state: MarketState, rows: np.ndarray) -> None:
    with state.lend(("reps.active",)):
        state.reps.active[rows] = False
    state.books.heads.leave(state.week, np.bincount(state.reps.team[rows], minlength=len(state.managers)))


def test_a_vacant_position_takes_no_hours() -> None:
    state = until("manage", Market("regional_plain", policy="deep_marketing", seed=1, customers=500, weeks=2))
    vacant = np.flatnonzero(state.reps.team == 0)[:3]
    _vacate(state, vacant)
    with state.lend(writes("manage")):
        manage(state)
    for column in ROUTINES:
        assert not getattr(state.reps, column)[vacant].any(), column
    np.testing.assert_allclose(state.managers.visit_hours[0], 5 * 1.5, rtol=1e-6)
    np.testing.assert_allclose(state.managers.checking_hours[0], 4.0)


def test_a_manager_without_reps_has_hours_to_spare() -> None:
    state = until("manage", Market("regional_plain", policy="deep_marketing", seed=1, customers=500, weeks=2))
    _vacate(state, np.flatnonzero(state.reps.active & (state.reps.team == 0)))
    with state.lend(writes("manage")):
        manage(state)
    np.testing.assert_allclose(state.books.manager_hours.spent[0][ManagerUse.SPARE, 0], 28.0)


def _enforced(span: int) -> np.ndarray:
    """Use of forms in the week after two hours of checking in a team of ``span``, from the same start."""
    size = {"sales_force.reps_per_territory": span, "sales_force.span": span}
    overrides = {"policy.routines.form_checking": 2.0, "policy.routines.visit_hours": 0.0, **size}
    state = until("manage", Market("tiny", seed=1, overrides=overrides))
    with state.lend(writes("manage")):
        manage(state)
    used: np.ndarray = state.reps.form_use[state.reps.active]
    return used


def test_the_same_checking_goes_less_far_in_a_larger_team() -> None:
    """Two hours are half an hour for each of four reps, and a quarter for each of eight."""
    forms = Market("tiny", seed=1).state.params.forms
    for span, hours in ((4, 0.5), (8, 0.25)):
        enforcement = np.array([forms.enforcement * (1 - np.exp(-hours / forms.checking_half))])
        expected = next_use(np.array([forms.start]), enforcement, forms.steepness, forms.threshold, forms.speed)
        np.testing.assert_allclose(_enforced(span), expected[0], rtol=1e-5)
