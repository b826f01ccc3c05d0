"""Stock, orders and shipments of one stage of the channel: what moves in a week; nothing vanishes.

A stage is a set of cells that hold stock: ``[distributor, offer]`` for the distributors, ``[offer]`` for the plant,
any shape in special cases. Integers (int64 units) in the simulator, reals in special cases; the functions are the
same, and an integer stage refuses real amounts. All change the stage's arrays in place.

A week of a stage, in this order: ``receive`` what is due, serve demand (the customers' lottery
of ``rationing`` and then ``settle``), let the order rule decide, ``request`` the order from the supplier, and the
supplier ``ship``s what it has. Shipped in week t with lead time L it is received at the start of week t + L.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim.errors import LawBroken
from sim.jit import jit_bare, sealed_array

Numbers = npt.NDArray[Any]

_ALL = slice(None)


class Stage(NamedTuple):
    """Where the units of a stage are; all [...cells] but ``pipeline`` [slots, ...cells].

    ``on_hand`` stock that can be sold now · ``backorders`` owed to customers who wait · ``owed`` ordered from the
    supplier and not yet shipped · ``in_transit`` shipped and not yet received · ``pipeline`` the same by week of
    arrival: what arrives in week t is in slot t modulo slots.
    """

    on_hand: Numbers
    backorders: Numbers
    owed: Numbers
    in_transit: Numbers
    pipeline: Numbers


class StageArrays(Protocol):
    """What these functions ask of a stage: the arrays of :class:`Stage`, in whatever holds them."""

    @property
    def on_hand(self) -> Numbers: ...  # noqa: D102
    @property
    def backorders(self) -> Numbers: ...  # noqa: D102
    @property
    def owed(self) -> Numbers: ...  # noqa: D102
    @property
    def in_transit(self) -> Numbers: ...  # noqa: D102
    @property
    def pipeline(self) -> Numbers: ...  # noqa: D102


def open_stage(on_hand: Numbers, longest_lead: int, dtype: type[np.generic] = np.int64) -> Stage:
    """A stage with ``on_hand`` units, nothing on order, and room for lead times up to ``longest_lead`` weeks."""
    if longest_lead < 1:
        raise ValueError(
            f"longest_lead must be at least 1 week, got {longest_lead}: goods shipped arrive in a later week"
        )
    stock = np.asarray(on_hand).astype(dtype, casting="same_kind")
    zero = np.zeros_like(stock)
    pipeline = np.zeros((longest_lead, *stock.shape), dtype=dtype)
    return Stage(stock, zero, zero.copy(), zero.copy(), pipeline)


def inventory_position(stage: StageArrays) -> Numbers:
    """Stock on hand + ordered and not yet received - owed to customers who wait."""
    position: Numbers = stage.on_hand + stage.owed + stage.in_transit - stage.backorders
    return position


def receive(stage: StageArrays, week: int) -> Numbers:
    """Receive what is due at the start of ``week``; returns the units that arrived."""
    # The arrays by themselves, here and below: ``stage.owed[...] += x`` would copy the result once more.
    due, transit, stock = stage.pipeline[week % len(stage.pipeline)], stage.in_transit, stage.on_hand
    arrived: Numbers = due.copy()
    due[...] = 0
    transit -= arrived
    stock += arrived
    return arrived


def settle(stage: StageArrays, delivered: Numbers, waiting: Numbers | int) -> None:
    """Book a week's deliveries out of stock, and set what is still owed to those who wait."""
    stock = stage.on_hand
    stock -= delivered
    stage.backorders[...] = waiting


def request(stage: StageArrays, order: Numbers, rows: npt.NDArray[np.int64] | slice = _ALL) -> None:
    """Place an order of the cells in ``rows`` of the first axis with the supplier."""
    owed = stage.owed
    owed[rows] += order


def ship(stage: StageArrays, shipped: Numbers, week: int, lead: Numbers | int) -> None:
    """Send ``shipped`` units to the stage, to be received at the start of week ``week + lead``.

    ``lead`` [cells of the first axis] or one number, in weeks, from 1 to the longest lead of the stage. Call it after
    ``receive`` of the same week: a lead as long as the pipeline reuses the slot just emptied.
    """
    slots = len(stage.pipeline)
    least, most = (lead, lead) if isinstance(lead, int) else (np.min(lead), np.max(lead))
    if least < 1 or most > slots:
        raise ValueError(f"lead times must be in 1..{slots} weeks, got {least}..{most}")
    owed, transit = stage.owed, stage.in_transit
    owed -= shipped
    transit += shipped
    if isinstance(lead, int) or lead.ndim == 0:
        arriving = stage.pipeline[(week + int(lead)) % slots]
        arriving += shipped
    else:
        stage.pipeline[(week + lead) % slots, np.arange(len(lead))] += shipped


def withdraw(stage: StageArrays, units: Numbers) -> None:
    """Take units out of stock that are not sold to customers but passed on to another distributor."""
    stock = stage.on_hand
    stock -= units


def check_stage(stage: StageArrays, place: str) -> None:
    """Raise ``LawBroken`` unless stock, backorders and transit are >= 0 and no delivery exceeded its order.

    Exact for integers; reals may miss zero by rounding.
    """
    if stage.on_hand.dtype == _WHOLE and _is_lawful(*_flat(stage)):
        return
    least = 0.0 if stage.on_hand.dtype.kind == "i" else -1e-9
    for name, law in _LAWS:
        cells = getattr(stage, name)
        if cells.size and not cells.min() >= least:  # so that NaN fails too
            cell = tuple(int(i) for i in np.argwhere(~(cells >= least))[0])
            raise LawBroken(place, law, f"{name}{list(cell)} = {cells[cell]}")
    if stage.in_transit.dtype.kind == "i" and not np.array_equal(stage.pipeline.sum(axis=0), stage.in_transit):
        cell = tuple(int(i) for i in np.argwhere(stage.pipeline.sum(axis=0) != stage.in_transit)[0])
        lying = stage.pipeline.sum(axis=0)[cell]
        raise LawBroken(
            place,
            "what is in transit is in the pipeline",
            f"cell {list(cell)}: {lying} in the pipeline, {stage.in_transit[cell]} in transit",
        )


def _flat(stage: StageArrays) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """The arrays of a stage of whole units, read-only, one cell after the other."""
    cells = (stage.on_hand, stage.backorders, stage.owed, stage.in_transit)
    on_hand, backorders, owed, in_transit = [sealed_array(numbers.reshape(-1)) for numbers in cells]
    return on_hand, backorders, owed, in_transit, sealed_array(stage.pipeline.reshape(len(stage.pipeline), -1))


@jit_bare
def _is_lawful(on_hand: Numbers, backorders: Numbers, owed: Numbers, in_transit: Numbers, pipeline: Numbers) -> bool:
    for cell in range(on_hand.size):
        if min(on_hand[cell], backorders[cell], owed[cell], in_transit[cell]) < 0:
            return False
        lying = 0
        for slot in range(pipeline.shape[0]):
            lying += pipeline[slot, cell]
        if lying != in_transit[cell]:
            return False
    return True


#: Units as the kernel takes them.
_WHOLE = np.dtype(np.int64)

_LAWS = (
    ("on_hand", "stock is never negative"),
    ("backorders", "backorders are never negative"),
    ("owed", "deliveries never exceed orders"),
    ("in_transit", "no more arrives than was shipped"),
)
