"""Designs in the unit cube: points, Saltelli blocks and Morris trajectories as shares of the factors' ranges.

Points of a design are not draws of the model: they say which futures are looked at, before any market exists, and a run
never sees the generator behind them. They come from seeded generators of scipy and SALib, never from a global one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from SALib.sample import morris
from scipy.stats import qmc

Shares = npt.NDArray[np.float64]

#: Levels of the grid on which Morris trajectories walk, at shares 0, 1/3, 2/3 and 1. A step is 2/3 of the range, so that
#: all levels are equally likely (Morris 1991, section 3).
MORRIS_LEVELS = 4


def latin_hypercube(dimensions: int, size: int, seed: int) -> Shares:
    """Points [size, dimensions] with one in each of ``size`` equal slices of every factor (McKay et al. 1979)."""
    return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(size), dtype=np.float64)


def sobol_points(dimensions: int, size: int, seed: int, first: int = 0) -> Shares:
    """Points ``first`` to ``first + size`` of the Sobol sequence that ``seed`` scrambles (Owen), [size, dimensions].

    Any number may be taken; the sequence is balanced in every factor only at powers of two, counted from its start.
    """
    # scipy warns of sizes that are no power of two. More points of the same sequence are drawn, and the rest is left.
    exponent = max(first + size - 1, 0).bit_length()
    points = np.asarray(qmc.Sobol(dimensions, rng=seed).random_base2(exponent), dtype=np.float64)
    return points[first : first + size]


def saltelli_blocks(dimensions: int, size: int, seed: int, first: int = 0) -> Shares:
    """Blocks ``first`` to ``first + size``, [size, dimensions + 2, dimensions]: A, AB_1 … AB_D, B.

    AB_j is A with the j-th factor taken from B; A and B are the halves of one Sobol point of twice the dimensions
    (Saltelli et al. 2010). The order is SALib's without second-order rows.
    """
    base = sobol_points(2 * dimensions, size, seed, first)
    a, b = base[:, :dimensions], base[:, dimensions:]
    blocks = np.repeat(a[:, None, :], dimensions + 2, axis=1)
    for j in range(dimensions):
        blocks[:, j + 1, j] = b[:, j]
    blocks[:, -1, :] = b
    return blocks


def morris_trajectories(dimensions: int, size: int, seed: int, first: int = 0) -> Shares:
    """Trajectories ``first`` to ``first + size``, [size, dimensions + 1, dimensions]: each step moves one factor.

    Every trajectory has a seed of its own, made of ``seed`` and its number, so that others do not change it. Sets that
    are optimised for spread (Campolongo et al. 2007) are not used: a trajectory would depend on all others.
    """
    problem = {
        "num_vars": dimensions,
        "names": [str(j) for j in range(dimensions)],
        "bounds": [[0.0, 1.0]] * dimensions,
    }
    walks = [
        morris.sample(dict(problem), 1, num_levels=MORRIS_LEVELS, seed=[seed, number])
        for number in range(first, first + size)
    ]
    walked = np.asarray(walks, dtype=np.float64).reshape(size, dimensions + 1, dimensions)
    # Sums of a base and a step are off the grid by rounding, and a share must not be above 1.
    return np.rint(walked * (MORRIS_LEVELS - 1)) / (MORRIS_LEVELS - 1)
