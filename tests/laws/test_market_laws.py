"""Laws that hold in every week of every run, whatever the policy, counted from outside the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.market import Market
from tests.laws.markets import Auditor, policies, small_world, strains

worlds = st.composite(small_world)()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(world=worlds, policy=policies(), strain=strains())
def test_nothing_appears_or_vanishes_whatever_the_policy(world: Mapping[str, Any], policy: dict[str, Any], strain: dict[str, Any]) -> None:
    Auditor(Market(**world, overrides={**policy, **strain})).run()
