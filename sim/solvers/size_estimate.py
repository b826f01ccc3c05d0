"""Size of a customer by its marks, as purchases of those whose purchases are known teach it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

#: Weight of the prior that no mark says anything, in records (ridge regression on standardised marks).
_RIDGE = 1.0


@dataclass(frozen=True)
class SizeFit:
    """log purchases = ``offset`` + standardised marks · ``weight`` [marks]; ``smear`` turns its exponential into a mean."""

    mean: Floats
    scale: Floats
    weight: Floats
    offset: float
    smear: float

    def purchases(self, marks: Floats) -> NDArray[np.float64]:
        """Expected purchases of customers with these ``marks`` [n, marks], in the unit of those it was fitted to."""
        points = (marks.astype(np.float64) - self.mean) / self.scale
        score = self.offset + np.einsum("ij,j->i", points, self.weight)
        expected: NDArray[np.float64] = self.smear * np.exp(np.minimum(score, _MOST))
        return expected


#: Exponents are cut here: e^300 is far beyond money and far below infinity.
_MOST = 300.0


def fit_size(marks: Floats, purchases: Floats) -> SizeFit:
    """Ridge regression of log ``purchases`` [n ≥ 1], all positive, on ``marks`` [n, marks], all finite.

    The mean of the exponential of the residuals takes the fit back to money (smearing: Duan 1983). Sums run over
    rows in the order given: sort rows by key where the last bit counts.
    """
    points, target = marks.astype(np.float64), np.log(purchases.astype(np.float64))
    mean, spread = points.mean(axis=0), points.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    points = (points - mean) / scale
    offset = float(target.mean())
    # Without BLAS, whose sums depend on its threads.
    normal = np.einsum("ij,ik->jk", points, points) + _RIDGE * np.eye(points.shape[1])
    weight = np.linalg.solve(normal, np.einsum("ij,i->j", points, target - offset))
    left = target - offset - np.einsum("ij,j->i", points, weight)
    return SizeFit(mean, scale, weight, offset, float(np.exp(left).mean()))
