"""Who changed what, seen from outside: every column is compared before and after each phase, however it was written.

Read-only arrays refuse most writes by themselves, but not all: ``np.add.at`` and its like write into them regardless,
and a view that was taken while a column was lent stays open afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.state import MarketState
from sim.week import Phase


@dataclass
class Untouched:
    """Asserts that a phase left alone all columns that it did not declare; called after each phase."""

    state: MarketState
    before: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.before = digests(self.state)

    def after(self, phase: Phase) -> None:
        """Compare with the end of the phase before."""
        now = digests(self.state)
        changed = {name for name, value in now.items() if value != self.before[name]}
        self.before = now
        assert changed <= set(phase.writes), f"{phase.name} changed {sorted(changed - set(phase.writes))}"


def digests(state: MarketState) -> dict[str, int]:
    """The content of every guarded column in one number each, by its ``table.column`` name."""
    return {
        f"{label}.{name}": hash((array.shape, array.tobytes()))
        for label, table in state.tables().items()
        for name, array in table._arrays.items()
    }
