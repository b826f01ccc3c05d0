"""Cycles of deals: how long they last, which were open before the first week, how many a rep works on at once."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from experiments.intake.crm.crm_fit import CrmFit
from experiments.intake.crm.crm_tables import CrmTables
from experiments.intake.crm.deals import OPEN
from experiments.intake.fits.observation_window import DAYS
from experiments.intake.fits.season import YEAR, Season

#: Weeks and gamma shape of deals when the data have no open dates.
CYCLE_UNKNOWN, SHAPE_UNKNOWN = 8.0, 2.0
#: Gamma shape of deals that all last equally long, and the ranges that a market accepts.
_ALIKE, _SHAPES, _WEEKS = 100.0, (0.05, 1000.0), (0.01, 520.0)
_LARGEST_SWING = 0.9
#: The earliest week that a market accepts.
_LONG_AGO = -5200


def cycles(fit: CrmFit) -> dict[str, tuple[float, float]]:
    """(mean weeks from opening to decision, gamma shape) by product."""
    found = {}
    for name, row in fit.products.iterrows():
        mean, shape = float(row["cycle_mean"]) / DAYS, float(row["cycle_shape"])
        if math.isnan(mean):
            mean, shape = CYCLE_UNKNOWN, SHAPE_UNKNOWN
        shape = _ALIKE if math.isnan(shape) else shape
        found[str(name)] = (float(np.clip(mean, *_WEEKS)), float(np.clip(shape, *_SHAPES)))
    return found


def cycles_known(fit: CrmFit) -> bool:
    """Whether the data show how long deals last."""
    return bool(fit.products["cycle_mean"].notna().all())


def mean_cycle(fit: CrmFit) -> float:
    """Mean weeks from opening to decision over all decided deals."""
    weight = fit.products["decided"].to_numpy(dtype=np.float64)
    weeks = np.array([mean for mean, _ in cycles(fit).values()])
    return float((weeks * weight).sum() / max(weight.sum(), 1.0))


def open_at_start(tables: CrmTables, fit: CrmFit) -> pd.DataFrame:
    """Deals that were open when the first week began and were decided later: account, product, week of opening (< 0).

    Deals still open at the end are excluded: it is unknown whether anyone works on them.
    """
    deals, start = tables.deals, fit.window.train_start
    there = deals["opened"].lt(start) & deals["closed"].ge(start) & deals["state"].ne(OPEN)
    known = deals[there & deals["account"].isin(fit.accounts.index) & deals["product"].isin(fit.products.index)]
    week = np.maximum(np.floor((known["opened"] - start).dt.days.to_numpy(np.float64) / DAYS), _LONG_AGO)
    return pd.DataFrame(
        {"account": known["account"], "product": known["product"], "opened_week": week.astype(np.int64)}
    )


def load_of_reps(fit: CrmFit) -> int:
    """Deals that the busiest rep works on at once: decided deals per week × their mean length (Little's law)."""
    return max(1, math.ceil(float(fit.reps["rate"].max()) * mean_cycle(fit)))


def season_of_openings(fit: CrmFit) -> Season | None:
    """The yearly wave of openings behind that of decisions, which gamma-distributed lengths delay and flatten."""
    if fit.yearly is None:
        return None
    weight = fit.products["decided"].to_numpy(dtype=np.float64)
    each = cycles(fit).values()
    omega = 2.0 * math.pi / YEAR
    passed = np.array([(1.0 - 1j * omega * mean / shape) ** -shape for mean, shape in each])
    total = complex((passed * weight).sum() / max(weight.sum(), 1.0))
    flattened = max(abs(total), 1e-3)
    peak = (fit.yearly.peak - float(np.angle(total)) / omega) % YEAR
    swing = min(fit.yearly.swing / flattened, _LARGEST_SWING)
    return Season(swing, peak, fit.yearly.estimate / flattened, fit.yearly.error / flattened)
