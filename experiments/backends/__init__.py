"""Where runs are carried out: a backend opens a :class:`concurrent.futures.Executor` and knows how to stop it at once."""

from experiments.backends.backend import Backend, choose_backend
from experiments.backends.local import Local
from experiments.backends.serial import Serial

__all__ = ["Backend", "Local", "Serial", "choose_backend"]
