"""Queues of jobs against their twin, territory by territory, and which rows are among others."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.job_queues import work_queues
from sim.state.upkeep import among, distinct
from tests.reference import upkeep as twin

#: Quarters of hours, so that the sums of both are exact.
_hours = st.integers(0, 40).map(lambda quarters: quarters / 4)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.lists(_hours, max_size=6), _hours, _hours), min_size=1, max_size=4))
def test_work_queues_equals_its_twin(territories: list[tuple[list[float], float, float]]) -> None:
    queues, left, begun = zip(*territories, strict=True)
    places = np.repeat(np.arange(len(queues)), [len(queue) for queue in queues])
    jobs = np.array([job for queue in queues for job in queue])
    done, waiting = np.empty(len(jobs), np.bool_), np.full(len(queues), 7)
    following, spent = np.full(len(queues), 7.0), np.empty(len(queues))
    work_queues(places, jobs, np.array(left), np.array(begun), done, following, waiting, spent)
    for t, territory in enumerate(territories):
        finished, next_job, hours = twin.work_queue(*territory)
        assert done[places == t].tolist() == finished
        assert waiting[t] == finished.count(False)
        assert (following[t], spent[t]) == (next_job, hours)


@given(
    st.lists(st.integers(0, 6) | st.integers(0, 2**40), max_size=12),
    st.lists(st.integers(0, 6) | st.integers(0, 2**40), max_size=12),
)
def test_distinct_and_among_are_numpys(values: list[int], members: list[int]) -> None:
    given_values, given_members = np.array(values, np.int64), np.array(members, np.int64)
    for found, expected in zip(distinct(given_values), np.unique(given_values, return_inverse=True), strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(among(given_values, given_members), np.isin(given_values, given_members))
