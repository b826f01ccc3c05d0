"""One thing that `deepmarket doctor` looked at."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What was looked at, what is reported of it (``told``), and whether it is ``well``, that is, as it should be."""

    name: str
    told: str
    well: bool
