"""Pitch: what the message of calls adds to the utility of our offers, for accounts that have heard it.

It is persuasion as well as what skill adds: it moves this week's choice, and habit does not follow it.
"""

from __future__ import annotations

import numpy as np

from sim.solvers.message_fit import fit_of
from sim.state import MarketState

#: What is written down of messages, by territory.
MEASURED = ("message_accounts", "message_fit_sum", "message_fit_believed_sum")


def pitch(state: MarketState) -> None:
    """Add strength × fit × hearing to ``customers.persuasion`` of the accounts whose latest call had a message.

    An account hears as much as its relationship with the rep lets it, like the skill of its rep; a message that does not
    fit has a negative effect.
    """
    numbers, customers = state.params.pitch, state.customers
    if customers.pitch.shape[1] == 0 or len(state.headquarters.messages) == 0:
        return
    accounts = state.accounts()
    message = customers.pitch[accounts, 0]
    rows, message = accounts[message >= 0], message[message >= 0]
    fit = fit_of(message, customers.taste[rows], state.numbers.usual_taste)
    heard = np.minimum(customers.relationship[rows].astype(np.float64) / state.params.calls.heard_at, 1.0)
    customers.writable("persuasion")[rows] += (numbers.strength * fit * heard).astype(np.float32)
    _record(state, rows, fit)


def _record(state: MarketState, rows: np.ndarray, fit: np.ndarray) -> None:
    """How well messages fit those who heard them, in truth and as the firm believes."""
    home, places = state.customers.territory[rows], len(state.layout.territories)
    believed = state.headquarters.message_fit[state.knowledge.label[rows]]
    for name, weights in zip(MEASURED, (np.ones(len(rows)), fit, believed), strict=True):
        state.record.put(state.week, name, np.bincount(home, weights=weights, minlength=places))
