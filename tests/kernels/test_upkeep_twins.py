"""Upkeep against its slow twin, draw for draw: failures of all brands, and the jobs that engineers get to."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market import Market
from sim.phases.maintain import maintain
from sim.state import MarketState
from tests.reference import upkeep as twin
from tests.unit.part_weeks import until, writes

#: Queues, priorities, analysis, training, wear and a design that gets better: everything at once.
BUSY = {
    "category.machine.failure_rate": 6.0,
    "category.machine.failure_shape": 1.7,
    "brand.rival.failure_factor": 1.3,
    "policy.service.kind": "service_level",
    "policy.service.levels": [2.0, 0.0, 1.0],
    "policy.service.reserve": 0.0,
    "policy.technical.kind": "integrated",
    "policy.technical.analysis_hours": 1.0,
    "policy.technical.delay": 1,
    "params.service.rival_wait": 3,
    "params.technical.growth": 0.8,
}


def before_and_after(weeks: int, overrides: dict[str, object]) -> tuple[MarketState, Market]:
    market = Market("tiny", seed=5, weeks=weeks + 1, customers=900, policy="deep_marketing", overrides=overrides)
    for _ in range(weeks):
        market.run_week()
    return until("maintain", market), market


@pytest.mark.parametrize("weeks", [0, 1, 7, 20])
def test_a_week_of_upkeep(weeks: int) -> None:
    state, _ = before_and_after(weeks, BUSY)
    own, week = state.layout.own_brand, state.week
    failed, spared = twin.failures(state)
    fresh = twin.delivered(state)
    old = state.upkeep.jobs
    columns = (
        old.customer.tolist(),
        old.category.tolist(),
        old.since.tolist(),
        old.repair.tolist(),
        old.brand.tolist(),
    )
    open_jobs = [job for job in zip(*columns, strict=True) if job[:2] not in fresh]
    open_jobs += [(f.customer, f.category, week, True, f.brand) for f in failed]
    open_jobs += [(i, k, week, False, own) for (i, k), brand in fresh.items() if brand == own]
    done = twin.jobs_done(state, [job[:4] for job in open_jobs if job[4] == own])
    with state.lend(writes("maintain")):
        maintain(state)
    assert state.record["failures"][week].sum() == sum(f.brand == own for f in failed)
    for f in failed:
        assert state.customers.failed_week[f.customer, f.category] == week
        assert state.customers.next_failure[f.customer, f.category] == f.next_failure
    assert np.count_nonzero(state.customers.failed_week == week) == len(failed)
    assert not any(state.customers.failed_week[cell] == week for cell in spared)
    in_use, harms = state.today.maintained.in_use, {(f.customer, f.category): f.harm for f in failed}
    for row, number, performance in zip(in_use.customer, in_use.occasion, in_use.performance, strict=True):
        if number < 176:
            category = int(number) - 160
            brand = int(state.customers.owned[row, category])
            quality = state.upkeep.quality[brand, category]
            assert performance == pytest.approx(quality - harms.pop((int(row), category)), abs=1e-6)
    assert not harms
    left = state.upkeep.jobs
    ours = set(
        zip(left.customer.tolist(), left.category.tolist(), left.since.tolist(), left.repair.tolist(), strict=True)
    )
    finished = {job for jobs, _ in done.values() for job in jobs}
    rivals = {job[:4] for job in open_jobs if job[4] != own and week - job[2] < 3}
    assert ours == ({job[:4] for job in open_jobs if job[4] == own} - finished) | rivals
    np.testing.assert_allclose(state.upkeep.service.begun, [hours for _, hours in done.values()], atol=1e-6)


def test_control_the_busy_market_has_everything_in_it() -> None:
    state, market = before_and_after(20, BUSY)
    failed, spared = twin.failures(state)
    assert failed
    assert spared
    assert {f.brand for f in failed} == {0, 1}
    assert state.upkeep.service.open.sum() > 5
    assert len(set(state.knowledge.label.tolist())) > 2
    assert market.results.measure("problems_understood").sum() > 0
    assert state.today.decided.upkeep.technical.training_hours.sum() > 0
