"""Ensembles of functions whose sensitivity is known, on futures drawn as batches draw them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.ensemble import Ensemble
from analysis.factor import Factor
from analysis.intervals import Floats
from analysis.study import PolicyLabel, Provenance
from experiments.batch.samples import draw_futures

PI = float(np.pi)
ISHIGAMI = tuple(Factor(name, -PI, PI) for name in ("x1", "x2", "x3"))
#: Exact values for a = 7, b = 0.1 (Ishigami & Homma 1990).
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def ishigami(x: Floats) -> Floats:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(x: Floats) -> Floats:
    """Sobol's g-function: factors matter less and less in the order of G_WEIGHTS."""
    return np.asarray(np.prod((np.abs(4 * x - 2) + G_WEIGHTS) / (1 + G_WEIGHTS), axis=1))


def ensemble(
    method: str,
    factors: Sequence[Factor],
    size: int,
    outcomes: dict[str, Callable[[Floats], Floats]],
    *,
    luck: Floats | None = None,
    seed: int = 1,
    kpi: tuple[str, str, str] = ("profit", "Profit", "EUR"),
) -> Ensemble:
    """Policies whose outcomes are functions of the positions or numbers of factors, plus ``luck`` [futures, replications].

    Functions get values where factors are ranges without ``log``, else positions in [0, 1].
    """
    futures = draw_futures(method, factors, size, seed)
    futures.insert(0, "role", "study")
    futures.index.name = "future"
    plain = [not (f.log or f.levels or f.whole) for f in factors]
    x = np.column_stack(
        [
            futures[f.name].to_numpy(float) if is_plain else f.positions(futures[f.name].tolist())
            for f, is_plain in zip(factors, plain, strict=True)
        ]
    )
    luck = np.zeros((len(futures), 1)) if luck is None else np.broadcast_to(luck, (len(futures), luck.shape[-1]))
    runs = pd.concat(
        [
            pd.DataFrame({"policy": p, "future": futures.index, "replication": r, kpi[0]: function(x) + luck[:, r]})
            for p, function in outcomes.items()
            for r in range(luck.shape[1])
        ],
        ignore_index=True,
    )
    definitions = pd.DataFrame([(*kpi[:2], "financial", kpi[2], "up", "")]).set_axis(
        ["kpi", "label", "kpi_class", "unit", "direction", "formula"], axis=1
    )
    meta = Provenance("s", 52, tuple(range(luck.shape[1])))
    labels = {name: PolicyLabel(name) for name in outcomes}
    return Ensemble(runs, futures, tuple(factors), labels, next(iter(outcomes)), definitions, meta, method)
