"""Deepmarket's model: a market of customers, reps, distributors and rivals that runs week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.cache_place import drop_invalid_threads

drop_invalid_threads()  # before anything imports numba

__version__ = "0.6.1"
__all__ = ["Market", "Results", "Scenario", "__version__"]

if TYPE_CHECKING:
    from sim.market import Market
    from sim.results import Results
    from sim.scenario import Scenario

_HOME = {"Market": "sim.market", "Results": "sim.results", "Scenario": "sim.scenario"}


def __getattr__(name: str) -> Any:
    """Import the public classes when first asked for, so that ``import sim`` stays quick."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
