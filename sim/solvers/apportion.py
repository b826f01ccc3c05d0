"""Apportionment: whole positions dealt to territories in proportion to weights, as seats are dealt to parties."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray


def apportion(total: int, weight: NDArray[np.floating], room: NDArray[np.integer]) -> NDArray[np.int64]:
    """Deal ``total`` places by ``weight`` [n] ≥ 0, at most ``room`` [n] each: int64 [n].

    One by one to the highest weight / (2·places + 1) (Webster; Sainte-Laguë 1910), the first of equals; by equal
    weights where all are 0. Places for which there is no room are not dealt.
    """
    given = np.zeros(len(weight), dtype=np.int64)
    weights = weight if weight.sum() > 0 else np.ones(len(weight))
    queue = [(-float(w), i) for i, w in enumerate(weights) if room[i] > 0]
    heapq.heapify(queue)
    for _ in range(min(total, int(room.sum()))):
        _, i = heapq.heappop(queue)
        given[i] += 1
        if given[i] < room[i]:
            heapq.heappush(queue, (-float(weights[i]) / (2.0 * given[i] + 1.0), i))
    return given
