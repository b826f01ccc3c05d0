"""Queues of jobs against their twin, territory by territory."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.job_queues import work_queues
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
