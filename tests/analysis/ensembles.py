"""Small ensembles by hand and large ones with a planted box, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.factor import Factor
from analysis.study import PolicyLabel, Provenance

TITLES = {"base": "Status quo", "deep": "Deep marketing", "lean": "Lean sales force"}
DEFINITIONS = pd.DataFrame(
    [
        ("contribution", "Contribution", "financial", "EUR", "up", ""),
        ("unserved_share", "Orders not served", "satisfaction", "share", "down", ""),
        ("calls", "Calls per rep", "management", "calls", "none", ""),
    ],
    columns=["kpi", "label", "kpi_class", "unit", "direction", "formula"],
)


def by_hand(
    tables: Mapping[str, Mapping[str, Sequence[Sequence[float]]]],
    fresh: Sequence[int] = (),
    baseline: str = "base",
    futures: pd.DataFrame | None = None,
    factors: tuple[Factor, ...] = (),
) -> Ensemble:
    """An ensemble from KPI → policy → values [futures][replications]; NaN is a run that is missing from the table."""
    parts = []
    for kpi, of_policy in tables.items():
        for policy, rows in of_policy.items():
            values = np.array(rows, dtype=np.float64)
            place = np.indices(values.shape)
            parts.append(
                pd.DataFrame(
                    {
                        "policy": policy,
                        "future": place[0].ravel(),
                        "replication": place[1].ravel(),
                        "kpi": kpi,
                        "value": values.ravel(),
                    }
                )
            )
    long = pd.concat(parts).dropna()
    keys = ["policy", "future", "replication"]
    runs = long.pivot(index=keys, columns="kpi", values="value").reset_index().rename_axis(columns=None)
    count = max(len(rows) for of_policy in tables.values() for rows in of_policy.values())
    roles = ["fresh" if f in fresh else "study" for f in range(count)]
    drawn = pd.DataFrame({"role": roles, "block": range(count), "step": 0}, index=pd.RangeIndex(count, name="future"))
    if futures is not None:
        drawn = pd.concat([drawn, futures], axis=1)
    policies = {policy: PolicyLabel(TITLES[policy]) for policy in next(iter(tables.values()))}
    return Ensemble(runs, drawn, factors, policies, baseline, DEFINITIONS, Provenance("s", 52, (1, 2)))


def draw(factors: Sequence[Factor], count: int, seed: int) -> pd.DataFrame:
    """Independent uniform draws of factors, a row per future."""
    chance = np.random.Generator(np.random.PCG64(seed))
    return pd.DataFrame({factor.name: factor.at(chance.random(count)) for factor in factors})


def of_factors(
    factors: tuple[Factor, ...], values: pd.DataFrame, gain: npt.NDArray[np.float64], fresh: Sequence[int] = ()
) -> Ensemble:
    """Two policies whose contributions differ by ``gain`` in each future."""
    zero = np.full((len(gain), 1), 1e6)
    tables = {"contribution": {"base": zero.tolist(), "deep": (zero + gain[:, None]).tolist()}}
    return by_hand(tables, fresh, futures=values, factors=factors)
