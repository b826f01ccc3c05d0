"""A company that always had segments and call norms against one that always had an ABC list, in the built-in market.

Both know the same: purchases from us, what strangers told, marks. Knowing segments as well must not make a company poorer.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.ledger import MANUFACTURER
from sim.market import Market

SEEDS = 12
WEEKS = 104


@cache
def earned(policy: str) -> np.ndarray:
    """Contribution after two years of warm-up under the same policy [seeds], minor units."""
    always: dict[str, Any] = {"warm_up.policy": policy}
    markets = (Market("regional_equipment", seed=seed, policy=policy, overrides=always) for seed in range(1, SEEDS + 1))
    weekly = [market.run().state.ledger.flows("contribution")[-WEEKS:, MANUFACTURER] for market in markets]
    return np.array(weekly, dtype=np.float64).sum(axis=1)


def interval(policy: str, against: str) -> tuple[float, float]:
    """95 % interval of what ``policy`` earns more than ``against``, over pairs with the same luck."""
    gain = earned(policy) - earned(against)
    half = stats.t.ppf(0.975, SEEDS - 1) * gain.std(ddof=1) / np.sqrt(SEEDS)
    return float(gain.mean() - half), float(gain.mean() + half)


@pytest.mark.slow
def test_segments_and_call_norms_are_not_worse_than_a_list_that_uses_the_same() -> None:
    assert interval("segmented", "status_quo")[1] > 0.0


@pytest.mark.slow
def test_control_a_division_that_does_not_know_that_calls_saturate_is_worse(tmp_path: Path) -> None:
    steep = tmp_path / "steep.toml"
    steep.write_text(
        'name = "steep"\nextends = "segmented"\n[policy.coverage]\nkind = "segment_norms"\nelasticity = 0.31\n'
    )
    assert interval(str(steep), "segmented")[1] < 0.0
