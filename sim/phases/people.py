"""People: reps leave, positions are filled, newcomers learn."""

from __future__ import annotations

from sim.phases.hiring import hire
from sim.phases.labour_market import leave
from sim.state import MarketState
from sim.state.table import columns_of

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "territory"),
    *columns_of("reps", "key territory team position"),
    *columns_of("knowledge", "rep"),
    *columns_of("rival_brands", "key share_kept effort_kept margin"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "relationship broken"),
    *columns_of(
        "reps",
        "active tenure hires ability motivation zeal coached trained feedback skill alignment "
        "form_use carry variable_share exodus pay sales maturity inducted drilled know_how fairness "
        "morale style need lack talked",
    ),
    *columns_of("managers", "interviews"),
    *columns_of("diary", "met"),
)


def people(state: MarketState) -> None:
    """One week of turnover."""
    state.reps.tenure[:] += state.reps.active
    leave(state)
    hire(state)
