"""Drawing of futures: the factors' values at the points of a design."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.ensemble import DRAWN
from analysis.factor import Factor, Value
from experiments.batch import unit_cube as design

METHODS = ("none", "grid", "latin_hypercube", "sobol", "saltelli", "morris", "file")


def draw_futures(method: str, factors: Sequence[Factor], size: int, seed: int, *, first: int = 0) -> pd.DataFrame:
    """Futures of a design: columns ``block``, ``step`` and one per factor (in that order), a RangeIndex.

    ``size`` counts points of ``latin_hypercube`` and ``sobol``, blocks of ``saltelli`` (of D + 2 rows for D factors: A,
    AB_1 … AB_D, B) and trajectories of ``morris`` (of D + 1 rows); ``none`` and ``grid`` take no notice of it. ``none``
    is one future that sets nothing, ``grid`` all combinations of levels, the last factor changing fastest. Where rows
    are on their own, ``block`` is the number of the row and ``step`` is 0.

    Designs ``sobol``, ``saltelli`` and ``morris`` can be extended: ``first`` is the number of the first point or block,
    and block j has the same rows whatever ``size`` and ``first``. A Latin hypercube is whole or none: its slices depend
    on ``size``, and another one needs another seed. A Sobol design of a size that is no power of two is the beginning
    of the same sequence, less evenly spread.

    ``seed`` is 0 or above. Raises ValueError for what the caller should have refused: an unknown method, ``file`` (see
    :func:`experiments.batch.futures_file.futures_from_file`), no factors or no size where the design needs them, a
    factor without levels in a grid, and ``first`` in a design that cannot be extended.
    """
    if method not in METHODS or method == "file":
        raise ValueError(f"'{method}' is no design that is drawn; choose one of {METHODS[:-1]}")
    if first and method not in ("sobol", "saltelli", "morris"):
        raise ValueError(f"a design '{method}' cannot be extended; first must be 0, not {first}")
    taken = [factor.name for factor in factors if factor.name in DRAWN]
    if taken:
        raise ValueError(f"factors must not be called {taken}: these columns say how a future was drawn")
    if method == "none":
        return pd.DataFrame({"block": [0], "step": [0]})
    if not factors or first < 0:
        raise ValueError(f"a design '{method}' needs factors and a first point of 0 or above, not {first}")
    if method == "grid":
        return _grid(factors)
    if size < 1:
        raise ValueError(f"a design '{method}' needs at least one point or block, not {size}")
    return _at_shares(_blocks(method, len(factors), size, seed, first), factors, first)


def column(factor: Factor, values: Sequence[Value]) -> pd.Series:
    """``values`` of ``factor`` as a column whose type depends on the factor alone, not on which values were drawn."""
    kinds = {type(level) for level in factor.levels}
    if kinds == {bool}:
        kind = "bool"
    elif kinds == {int} or (not kinds and factor.whole):
        kind = "int64"
    elif kinds <= {int, float}:
        kind = "float64"
    else:
        kind = "str" if kinds == {str} else "object"
    return pd.Series(list(values), dtype=kind, name=factor.name)


def _blocks(method: str, dimensions: int, size: int, seed: int, first: int) -> design.Shares:
    """Shares [blocks, steps, factors]."""
    if method == "saltelli":
        return design.saltelli_blocks(dimensions, size, seed, first)
    if method == "morris":
        return design.morris_trajectories(dimensions, size, seed, first)
    if method == "sobol":
        return design.sobol_points(dimensions, size, seed, first)[:, None, :]
    return design.latin_hypercube(dimensions, size, seed)[:, None, :]


def _at_shares(blocks: design.Shares, factors: Sequence[Factor], first: int) -> pd.DataFrame:
    count, steps, _ = blocks.shape
    frame = {
        "block": pd.Series(np.repeat(np.arange(first, first + count), steps)),
        "step": pd.Series(np.tile(np.arange(steps), count)),
    }
    for j, factor in enumerate(factors):
        frame[factor.name] = column(factor, factor.at(blocks[:, :, j].ravel()))
    return pd.DataFrame(frame)


def _grid(factors: Sequence[Factor]) -> pd.DataFrame:
    endless = [factor.name for factor in factors if not factor.levels]
    if endless:
        raise ValueError(f"factors of a grid need levels, these have a range: {endless}")
    rows = list(itertools.product(*(factor.levels for factor in factors)))
    frame = {"block": pd.Series(np.arange(len(rows))), "step": pd.Series(np.zeros(len(rows), dtype=np.int64))}
    for j, factor in enumerate(factors):
        frame[factor.name] = column(factor, [row[j] for row in rows])
    return pd.DataFrame(frame)
