"""VALIDATION rows of people: V48 control, V50 selection, V53 capacity and E5 who quits."""

from __future__ import annotations

import numpy as np
import pytest

from sim import rng
from sim.market import Market
from sim.params.labour_market import Recruiting
from sim.params.people import People
from sim.phases.labour_market import leave
from sim.phases.manage import manage
from sim.phases.people import people
from sim.phases.work import work
from sim.solvers.applicants import ability_behind, order_of_offers
from tests.unit.part_weeks import until, writes
from tests.validation.people_runs import lent, sales_force, seeds, spread_sales

# ---- V48: control has a top -------------------------------------------------------------------------------------------


def _result_of_control(seen: float, own: float, pressed: float, kappa: float = 0.5, **more: float) -> float:
    """Hours at work × effort of the market's reps when supervision sees so much of their work; h = .3, m½ = .2."""
    overrides = {
        "policy.effort.kind": "two_drives",
        "policy.effort.own_drive": own - 0.1,  # a tenth of pay is expected to be commission at the start
        "policy.effort.pressure": pressed,
        "policy.effort.half": 0.2,
        "policy.routines.checks": float(-np.log1p(-seen)),
        **{f"policy.routines.{name}": 0.0 for name in ("visit_hours", "meeting_hours", "form_hours", "form_checking")},
        "params.control.check_hours": 0.0,
        "params.control.rep_time": 0.3,
        "params.control.maturity_slope": 0.0,
        "params.management.observation_on_motivation": kappa,
        "params.calls.motivation_spread": 0.0,
        **more,
    }
    state = until("manage", Market("tiny", seed=1, customers=20, weeks=1, overrides=overrides))
    for phase, name in ((manage, "manage"), (work, "work")):
        with state.lend(writes(name)):
            phase(state)
    here = state.reps.active
    return float((state.reps.field_hours * state.reps.effort)[here].mean())


#: (own drive I, pressure D) and the best share of work to see. Halves of the table's values: effort stays below 1.
TOPS = {(0.5, 0.3): 0.17, (0.5, 0.05): 0.0, (0.1, 0.5): 0.50}


@pytest.mark.parametrize("drives", TOPS)
def test_v48_control_has_an_inverted_u(drives: tuple[float, float]) -> None:
    coarse = np.array([0.0, 0.05, 0.1, 0.3, 0.4, 0.6, 0.7, 0.9])
    near = np.clip(TOPS[drives] + np.array([-0.02, -0.01, 0.0, 0.01, 0.02]), 0.0, 1.0)
    seen = np.unique(np.concatenate((coarse, near)))
    results = [_result_of_control(float(m), *drives) for m in seen]
    assert seen[int(np.argmax(results))] == pytest.approx(TOPS[drives], abs=0.01 + 1e-9)


def test_v48_control_without_wear_and_lost_time_more_is_always_better() -> None:
    """The same reps, whom being seen does not wear down: the top moves up from .17."""
    seen = (0.1, 0.17, 0.3, 0.4)
    results = [_result_of_control(m, 0.5, 0.3, kappa=0.0) for m in seen]
    assert int(np.argmax(results)) >= 2


# ---- V50: selection ---------------------------------------------------------------------------------------------------

POOL = 400_000


def _gain(validity: float) -> float:
    """Mean ability of the best-looking fifth of a pool, by the functions that fill the market's positions."""
    looks = rng.normal(1, rng.Decision.HIRE_ABILITY, 0, np.arange(POOL), 0)
    rest = rng.normal(1, rng.Decision.HIRE_ABILITY, 0, np.arange(POOL), 990)
    chosen = order_of_offers(looks[:, None])[: POOL // 5, 0]
    return float(ability_behind(looks[chosen], rest[chosen], validity).mean())


def test_v50_structured_and_unstructured_interviews() -> None:
    assert _gain(Recruiting().validity_structured) == pytest.approx(0.588, abs=0.01)
    assert _gain(People().validity) == pytest.approx(0.266, abs=0.01)


def test_v50_control_looks_that_say_nothing_gain_nothing() -> None:
    assert _gain(0.0) == pytest.approx(0.0, abs=0.01)


# ---- V53: capacity ----------------------------------------------------------------------------------------------------

#: Ticks of a fifth of a week.
TICKS_A_WEEK = 5


def _capacity(months_vacant: float = 2.0, **overrides: object) -> float:
    """Share of full output that a sales force brings in the long run, people leaving, missing and learning."""
    ticks_a_year = 52 * TICKS_A_WEEK
    given = {
        "params.people.quit_probability": 1 - 0.73 ** (1 / TICKS_A_WEEK),
        "params.people.vacancy": months_vacant / 12 * ticks_a_year,
        "params.people.ramp": 3.0 / 12 * ticks_a_year,
        "params.labour_market.contagion_half_life": 8.0 * TICKS_A_WEEK,
        **overrides,
    }
    state = sales_force(400, **given)
    output, burn_in = [], 2 * ticks_a_year
    with lent(state):
        for tick in seeds(state, 5 * ticks_a_year):
            people(state)
            if tick >= burn_in and tick % 13 == 0:
                learnt = -np.expm1(-(state.reps.tenure + 1.0) / state.params.people.ramp)
                output.append((learnt * state.reps.active)[state.reps.position].mean())
    return float(np.mean(output))


@pytest.mark.parametrize("rule", ["one_hazard", "weigh_offers"])
def test_v53_capacity_after_quits_vacancies_and_learning(rule: str) -> None:
    """The same with one hazard and with offers that reps weigh, who are all alike and paid as the market pays."""
    assert _capacity(**{"policy.quit.kind": rule}) == pytest.approx(0.881, abs=0.005)


def test_v53_control_without_vacancies_there_is_more() -> None:
    assert _capacity(0.0, **{"policy.quit.kind": "one_hazard"}) > 0.881 + 0.02


# ---- E5: who quits ----------------------------------------------------------------------------------------------------

QUITS = ("quits_low", "quits_middle", "quits_high")


def _quits(variable: float, ticks: int = 400, **overrides: object) -> np.ndarray:
    """Leavers by tercile of attainment; sales vary by .45, the share ``variable`` of mean pay is commission."""
    state = sales_force(**overrides)
    sales = spread_sales(state, 0.45)
    counted = np.zeros(3)
    with lent(state):
        state.reps.pay[:] = state.params.labour_market.pay / 52 * (1 - variable + variable * sales)
        position = state.reps.position.copy()
        for _ in seeds(state, ticks):
            state.reps.exodus[:] = state.reps.exodus[position].mean()
            leave(state)
            state.reps.active[:] = position
            counted += [state.record[name][0].sum() for name in QUITS]
    return counted


def test_e5_under_commission_the_middle_goes() -> None:
    """Laggards get few offers, stars earn more than offers bring; nobody wrote this into the rule."""
    low, middle, high = _quits(0.7)
    noise = 2 * np.sqrt(middle)
    assert middle > low + noise
    assert middle > high + noise


def test_e5_control_under_salary_alone_stars_leave_most() -> None:
    low, middle, high = _quits(0.0)
    assert high > middle > low


def test_e5_control_where_sales_cannot_be_seen_laggards_leave_most() -> None:
    low, middle, high = _quits(0.7, **{"params.labour_market.visibility": 0.0})
    assert low > middle > high
