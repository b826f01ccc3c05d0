"""People in whole markets: mechanisms that are off are gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.market.runs import fingerprint, small

#: A mechanism at strength zero (left), and the market without it (right).
OFF: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no offers are made": (
        {"params.labour_market.offers": 0.0, "params.labour_market.visibility": 0.5, "params.labour_market.taste": 0.5},
        {"policy.quit.kind": "one_hazard", "params.labour_market.offers": 0.0},
    ),
    "reaction without gain": (
        {"policy.routines.kind": "reactive", "policy.routines.gain": 0.0, "policy.routines.tolerated": 0.0},
        {},
    ),
    "acceptance for certain": (
        {"params.recruiting.accept": 1.0, "params.recruiting.accept_pay": 50.0, "params.recruiting.accept_care": 9.0},
        {"params.recruiting.accept": 1.0},
    ),
    "counter-offers of nothing": ({"policy.retention.kind": "counter_offer", "policy.retention.match": 0.0}, {}),
    "no structured exchange": ({"params.learning.know_how_transfer": 0.1}, {}),
    "exchange that passes nothing on": (
        {"policy.routines.structured": 1.0, "params.learning.know_how_transfer": 0.0},
        {},
    ),
    "induction without hours": ({"params.learning.induction_d": 0.1, "params.learning.on_the_job_d": 0.1}, {}),
    "checks that nobody makes": ({"params.control.check_hours": 9.0, "params.control.check_effect": 1.0}, {}),
    "goals that nobody sets": (
        {"params.control.goal_d": 3.0, "policy.routines.review_hours": 0.2},
        {"policy.routines.review_hours": 0.2},
    ),
    "needs without weight": ({"params.motives.usual": 0.9}, {}),
    "unusual meetings that nobody holds": ({"params.meetings.morale_effect": 1.0}, {}),
}


@pytest.mark.parametrize("name", OFF)
def test_a_mechanism_at_strength_zero_is_gone(name: str) -> None:
    zero, absent = OFF[name]
    assert fingerprint(small(overrides=zero).run()) == fingerprint(small(overrides=absent).run())


@pytest.mark.parametrize(
    "overrides",
    [
        {"policy.quit.kind": "one_hazard"},
        {"policy.routines.kind": "reactive"},
        {"params.recruiting.accept": 1.0},
        {"policy.routines.structured": 0.5},
        {"policy.routines.induction_hours": 4.0},
        {"policy.routines.on_the_job_hours": 1.0},
        {"policy.routines.checks": 0.5},
        {"policy.routines.morning_hours": 0.1},
        {"policy.recruiting.channel": "agency"},
        {"params.motives.style_on_motivation": 0.1},
        {"params.motives.needs_on_motivation": 0.1},
        {"params.control.visit_check": 0.0},
    ],
    ids=str,
)
def test_control_a_mechanism_with_strength_changes_the_run(overrides: dict[str, Any]) -> None:
    lively = {"params.people.quit_probability": 0.9}
    changed = fingerprint(small(overrides={**lively, **overrides}).run())
    assert changed != fingerprint(small(overrides=lively).run())
