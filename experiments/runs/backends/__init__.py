"""Where runs are carried out: a backend opens a :class:`concurrent.futures.Executor` and knows how to stop it at once."""

from experiments.runs.backends.backend import Backend, BackendLost, choose_backend
from experiments.runs.backends.local import Local
from experiments.runs.backends.serial import Serial
from experiments.runs.backends.spec import parse_backend

__all__ = ["Backend", "BackendLost", "Local", "Serial", "choose_backend", "parse_backend"]
