"""One thing that `deepmarket doctor` examined."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What was examined, the answer, and whether that is as it should be (``well``)."""

    name: str
    answer: str
    well: bool
