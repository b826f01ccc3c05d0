"""Portfolios at the start: the customers that each rep has served for years, before the first policy is tried.

They are the same under every policy, so that a new plan starts from the existing relationships, and pays for those
it gives up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.agents.customer_database import recorded
from sim.agents.headquarters import Headquarters
from sim.derived.call_lengths import true_lengths
from sim.kernels.relationship import adbudg
from sim.questions.coverage.by_turnover import ByTurnover
from sim.rng import Decision
from sim.state import MarketState
from sim.state.customers import CONTACT_STOCKS


def hand_over_portfolios(state: MarketState, table: pd.DataFrame | None, rep_names: list[str]) -> None:
    """Give reps their accounts: those of the user's ``table`` (column ``rep``), else those of the ordinary plan.

    Accounts are known to the firm and know their rep as long as usual calls take: ``params.relationship.at_start``
    says to what part. At 0 a market without a table starts without portfolios.
    """
    if table is None and state.params.relationship.at_start == 0:
        return
    rep = _ordinary_plan(state) if table is None else _rows_of(table, rep_names)
    knowledge, customers = state.knowledge, state.customers
    rows = np.flatnonzero(rep >= 0)
    load = np.bincount(rep[rows], weights=true_lengths(state, rows), minlength=len(state.reps))
    calls = state.reps.reported_calls / np.where(load > 0, load, 1.0)
    numbers = state.numbers.relationship
    shape = tuple(float(getattr(numbers, name)) for name in ("least", "most", "shape", "half"))
    usual = np.array([adbudg(float(c), *shape) for c in calls]) * state.params.relationship.at_start
    norm = np.where(rep >= 0, calls[rep], 0.0)
    knowledge.fill({"rep": rep, "norm": norm, "known": knowledge.known | (rep >= 0)})
    state.diary.fill({"met": rep >= 0})
    customers.fill({"relationship": np.where(rep >= 0, usual[rep], customers.relationship)})
    if customers.contact.shape[1]:
        customers.fill({"contact": np.repeat(norm[:, None], CONTACT_STOCKS, axis=1)})


def _ordinary_plan(state: MarketState) -> NDArray[np.int64]:
    """Rep of each customer [N] by the list sorted by turnover, the ordinary answer to `coverage`."""
    rows = recorded(state)
    plan = ByTurnover().answer(Headquarters.see(state, Decision.PORTFOLIO_AT_START, rows))
    rep = np.full(len(state.customers), -1, dtype=np.int64)
    rep[rows] = plan.rep
    return rep


def _rows_of(table: pd.DataFrame, rep_names: list[str]) -> NDArray[np.int64]:
    row = {name: k for k, name in enumerate(rep_names)}
    return np.array([row.get(str(name), -1) for name in table["rep"]], dtype=np.int64)
