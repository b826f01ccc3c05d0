"""Potential: the market department estimates what customers of each territory buy from anyone, and how wrong that is."""

from __future__ import annotations

import numpy as np

from sim.derived.expected_purchases import expected_purchases
from sim.kernels.regions import sum_records
from sim.solvers.potential import regional_potential
from sim.state import MarketState
from sim.views import NO_WEEK

#: What is written down of the estimate, by territory.
MEASURED = ("believed_potential", "potential", "potential_misplaced")


def estimate_potential(state: MarketState) -> bool:
    """Estimate regional potential from the database, when it is due; returns whether it was."""
    numbers, table = state.params.studies, state.territories
    if state.week % numbers.estimate_every:
        return False
    base = state.knowledge
    sums, ratio = sum_records(
        state.customers.territory,
        base.known,
        base.potential,
        base.value,
        base.last_order,
        no_week=NO_WEEK,
        territories=len(table),
    )
    reported, reports, from_us, buyers = sums
    table.potential[:] = regional_potential(
        reported + ratio * from_us, reports + buyers, table.counted, table.unheard_mean, numbers.unheard_size
    )
    return True


def record_potential(state: MarketState) -> None:
    """Write down what is believed, what is true, and which share of potential is believed to be in the wrong place.

    In weeks without a new estimate the last comparison stands.
    """
    week, record, places = state.week, state.record, len(state.territories)
    if not state.today.segmented.estimated:
        record.let_stand(week, MEASURED)
        return
    believed = state.territories.potential
    true = np.bincount(state.customers.territory, weights=expected_purchases(state), minlength=places)
    # Half of the absolute differences of shares: what is too much here is too little there.
    apart = 0.5 * np.abs(believed / max(believed.sum(), 1e-12) - true / max(true.sum(), 1e-12))
    for name, values in zip(MEASURED, (believed, true, apart), strict=True):
        record.put(week, name, values)
