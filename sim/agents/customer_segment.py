"""Customers as agents: an assigned segment as an index set, and a light view of one customer."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.stages import Stage
from sim.state import MarketState


class CustomerSegment(mesa.Agent):
    """Customers with one label assigned by the firm; ids keep the order of the population."""

    def __init__(self, model: mesa.Model, state: MarketState, label: int) -> None:
        super().__init__(model)
        self.state = state
        self.label = label

    @property
    def ids(self) -> np.ndarray:
        """Rows of the segment's customers now."""
        return np.flatnonzero(self.state.knowledge.label == self.label)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<CustomerSegment {self.label}: {len(self)} customers>"


class Customer:
    """One customer, read from its row; made when looked at, so that millions cost nothing."""

    def __init__(self, state: MarketState, row: int) -> None:
        if not 0 <= row < len(state.customers):
            raise IndexError(f"there are customers 0..{len(state.customers) - 1}, not {row}")
        self._state = state
        self.row = row

    @property
    def id(self) -> str:
        """Id in the users' table of customers; the row's number in a generated market."""
        return str(self.row) if self._state.ids is None else self._state.ids[self.row]

    def __getattr__(self, name: str) -> Any:
        customers = self._state.customers
        if name.startswith("_") or name not in customers.declared:
            raise AttributeError(f"a customer has no {name!r}; it has {', '.join(customers.declared)}")
        value = getattr(customers, name)[self.row]
        return value.item() if value.ndim == 0 else value

    @property
    def type_name(self) -> str:
        """Latent type by name."""
        return str(self._state.layout.customer_types[self.type].name)

    @property
    def territory_name(self) -> str:
        """Territory by name."""
        return str(self._state.layout.territories[self.territory].name)

    @property
    def stage_name(self) -> str:
        """Stage of the funnel by name."""
        return str(Stage(self.stage).name.lower())

    @property
    def knows(self) -> list[str]:
        """Names of the brands the customer knows."""
        return [brand.name for b, brand in enumerate(self._state.layout.brands) if self.aware >> b & 1]

    @property
    def neighbours(self) -> list[Customer]:
        """Customers it has a tie with."""
        network = self._state.network
        ties = network.neighbours[network.indptr[self.row] : network.indptr[self.row + 1]]
        return [Customer(self._state, int(row)) for row in ties]

    def __repr__(self) -> str:
        return f"<Customer {self.id}: {self.type_name} in {self.territory_name}, {self.stage_name}>"
