"""The record: measures with one cut are written together, and every way in leads to the same numbers."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from sim.record import DIMENSIONS, Record

TEAMS = ("calls", "quits", "hires")


@pytest.fixture
def record() -> Record:
    labels = {name: tuple(f"{name} {i}" for i in range(2 + k)) for k, name in enumerate(DIMENSIONS)}
    return Record(5, labels)


def test_what_is_written_together_is_read_by_measure(record: Record) -> None:
    values = np.arange(15).reshape(3, 5)
    record.put_all(2, TEAMS, values)
    record.add(2, "quits", 1)
    record.let_stand(3, TEAMS[:2])
    assert [record[name][2].tolist() for name in TEAMS] == [
        values[0].tolist(),
        (values[1] + 1).tolist(),
        [*range(10, 15)],
    ]
    assert record["quits"][3].tolist() == record["quits"][2].tolist()
    assert not record["hires"][3].any()
    assert all(record[name].flags.c_contiguous for name in TEAMS)


def test_measures_of_different_cuts_are_not_written_together(record: Record) -> None:
    with pytest.raises(ValueError, match="have one cut: calls, accounts"):
        record.put_all(0, ("calls", "accounts"), np.zeros((2, 5)))


def test_a_window_shares_the_arrays_and_a_copy_does_not(record: Record) -> None:
    part, other = record.window(1, 3), pickle.loads(pickle.dumps(record))
    record.put(1, "calls", 7.0)
    assert part["calls"][0].tolist() == [7.0] * 5
    part.put_all(1, TEAMS, np.full((3, 5), 9.0))
    assert record["hires"][2].tolist() == [9.0] * 5
    assert not other["calls"].any()
    other.put_all(1, TEAMS, np.ones((3, 5)))
    assert other["quits"][1].tolist() == [1.0] * 5
