"""An executor on a Dask client: every call is sent once, and always ends: with a result, an error, or the loss of the cluster."""

from __future__ import annotations

import asyncio
import uuid
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, wait
from pathlib import Path
from typing import Any

from experiments.runs.backends.backend import BackendLost
from experiments.runs.backends.fitness import UnfitWorker, run_if_fit, worker_command


class DaskExecutor(Executor):
    """Hands calls to a cluster.

    Dask's own (``Client.get_executor``) is not used: a result that cannot be read here leaves its future pending for
    ever, and one that is lost with the scheduler is said to be cancelled, as if somebody had wished it.
    """

    def __init__(self, client: Any, ours: dict[str, str], why_lost: Callable[[], BackendLost]) -> None:
        self._client = client
        self._ours = tuple(sorted(ours.items()))
        self._folder = str(Path.cwd())
        self._why_lost = why_lost
        self._futures: weakref.WeakSet[Future[Any]] = weakref.WeakSet()
        self._waiting: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._given_up = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a call; a cluster that is lost shows in the future, never here."""
        if kwargs:
            raise TypeError("calls on a cluster take positional arguments only")
        if self._given_up or self._client.status != "running":
            return self._failed(self._why_lost())
        try:
            # Never pure: a run that is submitted again is rerun. Dask itself repeats none that raised.
            name = f"deepmarket-{uuid.uuid4().hex}"
            sent = self._client.submit(run_if_fit, self._ours, self._folder, fn, args, key=name, pure=False, retries=0)
            future: Future[Any] = asyncio.run_coroutine_threadsafe(self._ended(sent), self._client.loop.asyncio_loop)
        except Exception as error:
            return self._failed(error if self._client.status == "running" else self._why_lost())
        self._futures.add(future)
        return future

    @staticmethod
    def _failed(error: Exception) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future

    async def _ended(self, sent: Any) -> Any:
        """The result of a call, once it is here. Raises what it raised, or :class:`BackendLost`."""
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            return await sent.result()
        except asyncio.CancelledError:
            if self._given_up:
                raise self._why_lost() from None
            raise  # the user stops
        except (CancelledError, OSError):
            # The client cancels what it waits for when the scheduler is gone; or the result did not come through.
            raise self._why_lost() from None
        except UnfitWorker as error:
            remedy = f"start workers by: {worker_command(self._client.scheduler.address)}"
            raise BackendLost(f"a worker has joined that must not do runs: {error}", remedy) from None
        except ImportError as error:
            problem = f"a worker cannot load what it should run: {error}"
            raise BackendLost(problem, "install the same Deepmarket, and modules of your own, on all workers") from None

    def give_up(self) -> None:
        """On the client's loop: whoever waits for a call learns that the cluster is lost."""
        self._given_up = True
        for task in list(self._waiting):
            task.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for all calls, or drop them with ``cancel_futures``; the cluster stays."""
        if cancel_futures:
            for future in list(self._futures):
                future.cancel()
        if wait:
            _wait(list(self._futures))


_wait = wait
