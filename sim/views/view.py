"""What every view has in common: arrays, keyed luck, and the sizes of what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]


#: Weeks below this one are no weeks: what they would date never happened.
NO_WEEK = -20_000


class Luck(Protocol):
    """Keyed draws for a rule that needs chance: same seed, question, week and entity give the same draw.

    Name entities by their ``key``, never by their row, so that the draw of one does not depend on who else exists.
    A stream per question: two rules never share draws."""

    def uniform(self, entities: Ints, index: int = 0) -> NDArray[np.float64]:
        """Uniform draws in (0, 1), one per entity."""
        ...

    def normal(self, entities: Ints, index: int = 0) -> NDArray[np.float64]:
        """Standard normal draws, one per entity."""
        ...


class Counted(NamedTuple):
    """How a view counts a dimension: by a number that it shows, and ``more``, or by an ``axis`` of what it shows."""

    field: str
    axis: int = 0
    more: int = 0


class View:
    """What one kind of actor sees; read-only. ``SIZES`` says how to count what an answer has rows or columns for."""

    SIZES: ClassVar[Mapping[str, Counted]] = MappingProxyType({})

    def drawing(self, luck: Luck) -> Self:
        """The same view with the ``luck`` of another question."""
        other = object.__new__(type(self))  # what replace() does takes five times as long
        other.__dict__.update(vars(self), luck=luck)
        return other

    def size(self, dimension: str) -> int:
        """How many of ``dimension`` ("territories", "own offers", …) there are. Raises KeyError for what the view does not show."""
        field, axis, more = self.SIZES[dimension]
        shown = getattr(self, field)
        if isinstance(shown, int):
            return shown + more
        return int(shown.shape[axis]) if axis else len(shown)
