"""Today: each phase fills its part once, and nothing is read before it is there."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from sim.kernels.demand_step import Visits
from sim.market import Market
from sim.state.today import LOOKED_UP, Looked, Slot, Today, Worked
from sim.week import WEEK
from tests.unit.part_weeks import until

NO_VISITS = Visits(*(np.empty(0, dtype) for dtype in (np.uint32, np.int64, np.float32)))
PARTS = {part.phase: name for name, part in vars(Today).items() if isinstance(part, Slot)}


def test_a_part_is_read_after_its_phase_and_not_before() -> None:
    today = Today()
    with pytest.raises(LookupError, match="what 'look' passes on was read before that phase has run this week"):
        _ = today.looked
    today.looked = part = Looked(None)
    assert today.looked is part
    assert pickle.loads(pickle.dumps(today)).looked == part


def test_a_part_is_filled_once_and_by_its_name() -> None:
    today = Today()
    today.worked = Worked(np.arange(3), NO_VISITS)
    with pytest.raises(AttributeError, match="'worked' is filled already"):
        today.worked = Worked(np.arange(2), NO_VISITS)
    with pytest.raises(AttributeError, match="no phase passes on 'wroked'"):
        today.wroked = Worked(np.arange(2), NO_VISITS)  # type: ignore[attr-defined]


def test_every_phase_that_passes_something_on_fills_its_part_and_no_other() -> None:
    assert set(PARTS) <= {phase.name for phase in WEEK}
    for phase in WEEK:
        state = until(phase.name, Market("tiny", seed=1))
        before = set(vars(state.today))
        with state.lend(phase.writes):
            phase.function(state)
        made = set(vars(state.today)) - before - set(LOOKED_UP)
        assert made == ({PARTS[phase.name]} if phase.name in PARTS else set())


def test_the_next_week_starts_empty() -> None:
    market = Market("tiny", seed=1, weeks=2)
    market.run_week()
    market._open_week()
    assert vars(market.state.today) == {}
