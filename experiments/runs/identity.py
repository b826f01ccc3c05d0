"""The identity of a run: a hash of everything that can change its result, so that no run is done twice or mistaken."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.runs.run import Base, Kept

#: Packages whose version can change a number; written into every result.
PACKAGES = ("mesa", "moocore", "networkx", "numba", "numpy", "pandas", "pydantic", "pymoo", "scikit-learn", "scipy")

#: Grows when the tables that a run leaves behind change: older runs are then rerun.
OUTPUTS = 1


def version() -> str:
    """Version of Deepmarket."""
    from sim import __version__

    return __version__


@cache
def code_hash() -> str:
    """Hash of the model's source (every Python file of ``sim``): an edited clone is another code than the release."""
    import sim

    assert sim.__file__ is not None
    root = Path(sim.__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Versions of Deepmarket, its source, Python and the packages that numbers depend on."""
    found = {"deepmarket": version(), "source": code_hash(), "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def identify(
    base: Base, settings: Mapping[str, Any], weeks: int | None, seed: int, kept: Kept, label: str | None = None
) -> str:
    """Identity of a run: code, base (scenario, policy and what is set for all), future, horizon, outputs, seed.

    Two names of one policy are one run, unless ``label`` is given: then the name belongs to the identity, and a policy
    that is compared with itself really runs twice instead of meeting its own stored result.
    """
    outputs = [*kept[:3], *(["assumptions"] if kept.assumptions else [])]  # as runs have been known since version 0.1
    parts = [version(), code_hash(), OUTPUTS, base.digest, sorted(settings.items()), weeks, seed, outputs]
    if label is not None:
        parts.append(label)
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:24]
