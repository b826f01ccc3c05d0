"""A Mesa agent that is the readable face of one row of a table."""

from __future__ import annotations

from typing import Any

import mesa

from sim.state.table import Table


class RowAgent(mesa.Agent):
    """An actor whose state lives in row ``row`` of ``table``; every column reads as an attribute."""

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

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
