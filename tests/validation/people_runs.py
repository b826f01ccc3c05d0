"""Large sales forces on which the phase of people is run alone, tick by tick, for special cases of turnover and hiring."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from sim import rng
from sim.market import Market
from sim.state import MarketState
from sim.week import WEEK
from tests.unit.part_weeks import until

#: Everybody is alike, content and paid as the market pays, until a test says otherwise.
ALIKE = {"params.calls.motivation_spread": 0.0}

_LENT = tuple({column for phase in WEEK if phase.name in ("decide", "people") for column in phase.writes})


def sales_force(per_territory: int = 100, **overrides: Any) -> MarketState:
    """A market of eight territories with so many reps each and hardly a customer, at the end of its first week."""
    given = {"sales_force.reps_per_territory": per_territory, "sales_force.span": 10, **ALIKE, **overrides}
    state = until("people", Market("regional_plain", seed=1, customers=50, weeks=1, overrides=given))
    with lent(state):
        reps = state.reps
        reps.motivation[:] = 1.0
        reps.zeal[:] = 1.0
        reps.pay[:] = state.params.labour_market.pay / 52
        reps.sales[:] = 1.0
    return state


@contextmanager
def lent(state: MarketState) -> Iterator[None]:
    """All that the phase of people may write, and positions."""
    with state.lend((*_LENT, "reps.pay", "reps.sales")):
        yield


#: Seeds from here on are no other test's: their keys are made in no time, and stay in the cache of keys.
FAST_SEEDS = 10**12


def seeds(state: MarketState, ticks: int) -> Iterator[int]:
    """Go through ``ticks`` ticks with other luck each; week and record stay those of the first week.

    A key is slow to make, so that nobody finds the seed; here there is nothing to find, and a thousand of them would take a minute.
    """
    for tick in range(ticks):
        state.seed = FAST_SEEDS + tick
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                rng, "_key", lambda seed: hashlib.blake2b(seed.to_bytes(8, "little"), digest_size=32).digest()
            )
            rng.stream(state.seed, 0, 0)
        yield tick


def spread_sales(state: MarketState, cv: float) -> np.ndarray:
    """Give reps lognormal sales of mean 1 and this coefficient of variation; returns them [R]."""
    sigma = np.sqrt(np.log1p(cv**2))
    sales: np.ndarray = np.exp(sigma * np.random.default_rng(5).normal(size=len(state.reps)) - sigma**2 / 2)
    with lent(state):
        state.reps.sales[:] = sales
    return sales
