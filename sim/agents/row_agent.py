"""A Mesa agent that is the readable face of one row of a table."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

import mesa
import numpy as np

from sim.state.table import Table


class RowAgent(mesa.Agent):
    """An actor whose state lives in row ``row`` of ``table``; every column reads as an attribute."""

    #: Parts of views that have rows of their own, and the field that says which actor each row belongs to.
    OWNERS: ClassVar[dict[str, str]] = {}

    def __init__(self, model: mesa.Model, name: str, table: Table, row: int) -> None:
        super().__init__(model)
        self.name = name
        self.table = table
        self.row = row

    def __getattr__(self, name: str) -> Any:
        table = self.__dict__.get("table")
        if table is None or name.startswith("_") or name not in table.declared:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        value = getattr(table, name)[self.row]
        return value.item() if value.ndim == 0 else value

    def part_of(self, seen: Any) -> dict[str, Any]:
        """What ``seen``, a view of all actors of this kind, shows of this one, by field: its own rows alone."""
        shown = {}
        for field in fields(seen):
            value = getattr(seen, field.name)
            owner = self.OWNERS.get(field.name.partition("_")[0])
            if owner is not None:
                value = value[getattr(seen, owner) == self.row]
            elif isinstance(value, np.ndarray) and len(value) == len(seen.key):
                value = value[self.row]
            shown[field.name] = value
        return shown

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
