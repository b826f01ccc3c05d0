"""The table of distributors against the world: every territory is served, and every supply chain begins at the plant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.reading.consistency import Draft

if TYPE_CHECKING:
    import pandas as pd


def check_suppliers(path: Path, frame: pd.DataFrame, draft: Draft) -> Iterator[InputError]:
    """Errors of a table of distributors that no single cell shows: circles, and territories without distributors."""
    lines = dict(zip(frame["distributor"], frame.index, strict=True))
    supplier = {name: by for name, by in zip(frame["distributor"], frame["supplier"], strict=True) if name}
    for circle in circles(supplier):
        place = f"{path.name}, line {lines[circle[0]]}, column supplier"
        chain = " ← ".join(f"`{name}`" for name in (*circle, circle[0]))
        problem = "a distributor supplies itself" if len(circle) == 1 else "distributors supply each other in a circle"
        yield InputError(place, f"{problem}: {chain}", "a chain that begins at the plant", "leave one cell empty")
    count = Counter(frame["territory"])
    sizes = frame["size"] if "size" in frame else [1.0] * len(frame)
    serving = Counter(name for name, size in zip(frame["territory"], sizes, strict=True) if size > 0)
    for name in draft.territory.names:
        if not serving[name]:
            found = "no distributor" if not count[name] else "no distributor of a size above 0"
            yield InputError(path.name, f"the territory `{name}` has {found}", "at least one", "add a line for it")


def circles(supplier: Mapping[str, str]) -> list[list[str]]:
    """Rings of distributors who supply each other, each once, from its first in the table on; "" is the plant."""
    found: list[list[str]] = []
    settled: set[str] = set()
    for start in supplier:
        chain: list[str] = []
        name = start
        while name in supplier and name not in settled and name not in chain:
            chain.append(name)
            name = supplier[name]
        if name in chain:
            found.append(chain[chain.index(name) :])
        settled.update(chain)
    return found
