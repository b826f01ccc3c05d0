"""Corrupted files for imports: each attempt must end in a folder or in a message, and both ends must occur."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

from sim.errors import InputErrors


def check_any_end(seeds: Iterable[int], attempt: Callable[[int, random.Random], None]) -> None:
    """Let ``attempt`` write and import a file by each of ``seeds``; it succeeds, or raises input errors with all four parts."""
    refusals = []
    for seed in seeds:
        try:
            attempt(seed, random.Random(seed))
            refusals.append(False)
        except InputErrors as refused:
            assert all(e.place and e.problem and e.expected and e.remedy for e in refused.errors)
            refusals.append(True)
    assert set(refusals) == {False, True}, "one of the two ends never occurred: the attempts are too tame or too wild"


def rules_for_rows(luck: random.Random) -> str:
    """Section of a mapping that refuses unusable rows, or sets them aside."""
    return f'[rules]\nunusable_rows = "{luck.choice(["refuse", "set_aside"])}"\n'


def damage(file: Path, luck: random.Random) -> None:
    """Overwrite one byte, in one of five files."""
    if luck.random() < 0.2:
        raw = bytearray(file.read_bytes())
        raw[luck.randrange(len(raw))] = luck.randrange(256)
        file.write_bytes(bytes(raw))
