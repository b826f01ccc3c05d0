"""V55 and V56: Duane's growth of reliability, failures as a power-law process, and Crow's estimate of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.market import Market
from sim.phases.maintain import still_fails
from sim.rng import Decision, uniform
from sim.solvers.reliability import (
    Wear,
    age_at_failure,
    cumulative_mtbf,
    expected_failures,
    failure_factor,
    fit_growth,
    instantaneous_mtbf,
)
from sim.state.upkeep import Jobs

SYSTEMS = 4000


ALL_REPORTED = {
    "category.machine.failure_rate": 4.0,
    "policy.technical.kind": "integrated",
    "policy.technical.report_share": 1.0,
    "policy.technical.delay": 0,
    "policy.technical.enough": 0.0,
    "policy.service.engineers": 1000.0,
    "params.technical.tellable": 0,
    "params.technical.understood_alone": 1.0,
    "params.technical.least_reports": 2,
    "params.technical.review_every": 1,
}


def time_between_failures(learnt: float, growth: float = 0.35) -> float:
    """Of a design with a cumulative 500 h after 1,000 h of test, when it has learnt from so many, as the week has it."""
    return float(instantaneous_mtbf(1000.0, 500.0, 1000.0, growth) / failure_factor(learnt, 1000.0, growth))


def test_v55_hours_of_growth_from_500_to_2000() -> None:
    """A cumulative 500 h after 1,000 h of test grow to an instantaneous 2,000 h (published example: 15,333 h)."""
    assert float(cumulative_mtbf(1000.0, 500.0, 1000.0, 0.35)) == 500.0
    assert brentq(lambda hours: time_between_failures(hours) - 2000.0, 1e3, 1e6) == pytest.approx(15_333, abs=1)


def test_v55_control_a_department_that_learns_less_needs_longer() -> None:
    assert brentq(lambda hours: time_between_failures(hours, 0.30) - 2000.0, 1e3, 1e6) > 25_000


@pytest.mark.parametrize(
    ("learnt", "growth", "times"), [(15_333.0, 0.35, 2.6), (1000.0, 0.35, 1.0), (15_333.0, 0.0, 1.0)]
)
def test_v55_the_week_lets_so_many_fewer_machines_fail(learnt: float, growth: float, times: float) -> None:
    """Of machines of ours that would fail by the design of the start, one in 2,000/(500/.65) = 2.6 still does."""
    state = Market(
        "tiny", seed=3, customers=30_000, weeks=1, overrides={**ALL_REPORTED, "params.technical.growth": growth}
    ).state
    state.upkeep.start_hours = 1000.0
    with state.lend(("technical.learnt_hours",)):
        state.upkeep.technical.learnt_hours[:] = learnt
    own = state.layout.own_brand
    customer, category = np.nonzero(state.customers.owned == own)
    alike = np.ones(len(customer), np.int64)
    fails = still_fails(state, Jobs(customer, category, 0 * alike, own * alike, alike > 0))
    share = 1.0 / times
    assert fails.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(fails)) + 1e-12)
    assert len(fails) > 1000


def run_systems(wear: Wear, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Failures of each of many systems up to ``end``, and the sum of the logarithms of their times, by keyed draws."""
    systems = np.arange(SYSTEMS)
    age, count, logs = np.zeros(SYSTEMS), np.zeros(SYSTEMS), np.zeros(SYSTEMS)
    for failure in range(200):
        age = age_at_failure(age, uniform(56, Decision.FAILURE, 0, systems, failure), wear)
        seen = age < end
        if not seen.any():
            return count, logs
        count += seen
        logs += np.where(seen, np.log(np.where(seen, age, 1.0)), 0.0)
    raise AssertionError("more failures than there can be")


#: NHPP with λ = .4 and β = .6: N(T) = λT^β, here as wear of a life of one week.
V56 = Wear(np.float64(0.4), np.float64(1.0), np.float64(0.6))


def test_v56_crows_estimate_of_a_power_law_process_is_unbiased() -> None:
    count, logs = run_systems(V56, 1000.0)
    assert count.mean() == pytest.approx(float(expected_failures(1000.0, V56)), abs=4 * 5.02 / np.sqrt(SYSTEMS))
    assert count.var() == pytest.approx(count.mean(), rel=0.1)  # Poisson
    shape, _ = fit_growth(count, logs, 0.0, 1000.0)
    assert shape.mean() == pytest.approx(0.600, abs=0.01)


def test_v56_time_between_failures_at_the_end() -> None:
    by_crow = 1.0 / (0.4 * 0.6 * 1000.0 ** (0.6 - 1.0))
    by_duane = float(instantaneous_mtbf(1000.0, 1000.0 / float(expected_failures(1000.0, V56)), 1000.0, 1.0 - 0.6))
    assert by_duane == pytest.approx(by_crow) == pytest.approx(66.04, abs=0.005)
    count, logs = run_systems(V56, 1000.0)
    pooled = fit_growth(count.sum(), logs.sum(), 0.0, 1000.0)[1] * SYSTEMS  # all systems in one: as many times the rate
    assert float(pooled) == pytest.approx(66.04, rel=0.01)


def test_v56_control_the_plain_maximum_of_the_likelihood_is_biased_and_another_process_is_distinguished() -> None:
    count, logs = run_systems(V56, 1000.0)
    plain = count / (count * np.log(1000.0) - logs)
    assert plain.mean() > 0.615
    steady, its_logs = run_systems(Wear(np.float64(0.025), np.float64(1.0), np.float64(1.0)), 1000.0)
    assert fit_growth(steady, its_logs, 0.0, 1000.0)[0].mean() == pytest.approx(1.0, abs=0.02)


def test_a_process_watched_from_later_on_is_estimated_too() -> None:
    count, logs = run_systems(V56, 1000.0)
    before, its_logs = run_systems(V56, 200.0)
    seen, seen_logs = (count - before).sum(), (logs - its_logs).sum()
    shape, mtbf = fit_growth(seen, seen_logs, 200.0, 1000.0)
    assert float(shape) == pytest.approx(0.6, abs=0.02)
    assert float(mtbf) * SYSTEMS == pytest.approx(66.04, rel=0.02)
    wrong, _ = fit_growth(seen, seen_logs, 0.0, 1000.0)  # control: as if watched from the first hour
    assert abs(float(wrong) - 0.6) > 0.3


def fleet(**overrides: object) -> Market:
    return Market("tiny", seed=3, customers=6000, weeks=60, overrides={**ALL_REPORTED, **overrides}).run()


def test_a_fleet_of_the_market_learns_by_duanes_law_and_the_department_sees_it() -> None:
    market = fleet(**{"params.technical.growth": 0.35})
    state, failures = market.state, market.results.measure("failures").sum()
    row, start = state.upkeep.technical, state.upkeep.start_hours
    assert float(row.learnt_hours[0]) == pytest.approx(float(row.fleet_hours[0]), rel=1e-9)
    assert int(row.reports[0]) == failures
    end = float(row.fleet_hours[0])
    ages = 4.0 / 52 / state.params.technical.usage_hours  # failures an hour by the design of the start
    expected = ages * start**0.35 * (end**0.65 - start**0.65) / 0.65
    assert failures == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert failures < ages * (end - start) - 4 * np.sqrt(expected)  # control: without growth there would be more
    true = 1.0 / (ages * float(failure_factor(end, start, 0.35)))
    assert float(row.believed_mtbf[0]) == pytest.approx(true, rel=0.12)


def test_who_hears_of_a_part_believes_the_design_to_be_better_than_it_is() -> None:
    quiet = {"policy.technical.report_share": 0.25, "params.technical.growth": 0.0}
    part, whole = fleet(**quiet), fleet(**{"params.technical.growth": 0.0})
    believed = [float(m.state.upkeep.technical.believed_mtbf[0]) for m in (part, whole)]
    assert believed[0] / believed[1] == pytest.approx(4.0, rel=0.2)
