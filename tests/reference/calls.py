"""Slow twins of the division of calls: one call at a time, by sorting."""

from __future__ import annotations

from collections.abc import Sequence


def on_largest(made: Sequence[int], team: Sequence[int], value: Sequence[float], key: Sequence[int]) -> list[int]:
    """Calls on each account: those ``made`` by each team's manager go round the team's accounts, the largest first."""
    calls = [0] * len(team)
    for m, left in enumerate(made):
        mine = sorted((a for a, of in enumerate(team) if of == m), key=lambda a: (-value[a], key[a]))
        for call in range(left if mine else 0):
            calls[mine[call % len(mine)]] += 1
    return calls
