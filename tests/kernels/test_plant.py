"""The plant's week against its twin, offer by offer."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.solvers.plant import run_plant
from tests.reference import channel as twin

#: Units that wait, units that are urgent, quarters of a unit that is begun, the company, and the work in a unit.
_offer = st.tuples(
    st.integers(0, 30), st.integers(0, 30), st.integers(0, 3), st.integers(0, 1), st.sampled_from([1, 4])
)
_quarters = st.integers(0, 200).map(lambda quarters: quarters / 4)


@settings(max_examples=200, deadline=None)
@given(st.lists(_offer, min_size=1, max_size=5), st.tuples(_quarters, _quarters), st.sampled_from([0.0, 0.25, 0.5]))
def test_a_week_of_plants_equals_its_twin(
    offers: list[tuple[int, int, int, int, int]], capacity: tuple[float, float], overtime: float
) -> None:
    waiting, urgent, begun, company, work = np.array(offers).T
    done = begun / 4.0 * work
    week = run_plant(waiting, urgent, done, company, work.astype(float), np.array(capacity), overtime)
    started, left, regular, extra = twin.plant_week(
        waiting.tolist(), urgent.tolist(), done.tolist(), company.tolist(), work.tolist(), list(capacity), overtime
    )
    assert week.started.tolist() == started
    np.testing.assert_allclose(week.begun, left, atol=1e-9)
    assert (week.regular.tolist(), week.overtime.tolist()) == (regular, extra)
