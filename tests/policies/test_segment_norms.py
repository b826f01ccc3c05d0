"""Segment call norms: what the rule believes an account buys from anyone, from records that say different things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.questions.coverage.segment_norms import SegmentNorms
from sim.views import CustomersSeen
from tests.policies.views import make_view


def believed(value: list[float], potential: list[float], bought: list[bool]) -> np.ndarray:
    """Potential that the rule believes accounts of one segment to have, going by their own records alone."""
    seen: CustomersSeen = make_view("coverage", 1).customers
    n = len(value)
    rows = {
        name: getattr(seen, name)[:n]
        for name in CustomersSeen.__dataclass_fields__
        if isinstance(getattr(seen, name), np.ndarray)
    }
    rows |= {
        "value": np.array(value),
        "potential": np.array(potential),
        "known": np.ones(n, dtype=np.bool_),
        "label": np.ones(n, dtype=np.int16),
        "last_order": np.where(bought, 1, -32768),
    }
    return SegmentNorms(credibility=1.0)._believed_potential(replace(seen, **rows), 1)


def test_purchases_from_us_are_scaled_to_purchases_from_anyone() -> None:
    """Two accounts say that they buy four times what they buy from us: so does, one believes, the third."""
    nan = float("nan")
    found = believed([10.0, 40.0, 20.0, 0.0], [50.0, 150.0, nan, 70.0], [True, True, True, False])
    np.testing.assert_allclose(found, [50.0, 150.0, 80.0, 70.0])


def test_control_without_accounts_that_tell_both_the_record_is_taken_as_it_is() -> None:
    nan = float("nan")
    np.testing.assert_allclose(believed([10.0, 30.0], [nan, nan], [True, True]), [10.0, 30.0])
    np.testing.assert_allclose(believed([0.0, 30.0], [90.0, nan], [True, True]), [90.0, 30.0])
