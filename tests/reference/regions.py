"""Slow twin of the sums over the database by territory: plain Python, one record at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence


def sum_records(
    territory: Sequence[int],
    known: Sequence[bool],
    potential: Sequence[float],
    value: Sequence[float],
    last_order: Sequence[int],
    no_week: int,
    territories: int,
) -> tuple[list[list[float]], float]:
    """Reported potential, reports, purchases from us of buyers without a report, these buyers; and the ratio."""
    total = [[0.0] * territories for _ in range(4)]
    anyone, us = 0.0, 0.0
    for t, has, p, v, week in zip(territory, known, potential, value, last_order, strict=True):
        buys = week >= no_week
        if has and not math.isnan(p):
            total[0][t] += p
            total[1][t] += 1
            anyone += p if buys else 0.0
            us += v if buys else 0.0
        elif has and buys:
            total[2][t] += v
            total[3][t] += 1
    return total, anyone / us if us > 0 else 1.0
