"""The serial backend: runs one after another in this process, for debugging and for one worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class SerialExecutor(Executor):
    """An executor whose ``submit`` runs the call before it returns; Ctrl-C goes through to the caller."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call ``fn`` now and return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Serial:
    """Runs in this process."""

    name = "serial"
    slots = 1
    ahead = 1

    def open(self, slots: int) -> Executor:
        """An executor of this process; ``slots`` is always 1."""
        return SerialExecutor()

    def stop(self, executor: Executor) -> None:
        """Nothing runs besides the caller."""
        executor.shutdown()

    def is_death(self, error: BaseException) -> bool:
        """A run that dies here takes the driver with it."""
        return False

    def breaks(self, error: BaseException) -> bool:
        """Nothing does."""
        return False

    def has_begun(self, executor: Executor) -> bool:
        """Here nothing has to start."""
        return True

    def close(self) -> None:
        """There is nothing to give back."""
