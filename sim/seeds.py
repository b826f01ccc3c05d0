"""Seeds: which are accepted, the same at every entry, and the seeds of a Mesa batch's iterations."""

from __future__ import annotations

import sys
from numbers import Integral
from typing import Any

from sim.errors import InputError, InputErrors
from sim.keys import key_of

#: The highest seed: what tables of runs can hold as a whole number.
MAX_SEED = 2**63 - 1

_BATCH = "mesa.batchrunner"


def check_seed(seed: Any, place: str = "seed", runs: int = 1) -> int:
    """``seed`` as an int; ``runs`` count up from it.

    Raises :class:`InputErrors` for anything but a whole number (7.5, "7", True), and unless the seeds of all runs
    lie between 0 and :data:`MAX_SEED`: a seed that was wrapped or truncated would silently give the market of another seed.
    """
    whole = isinstance(seed, Integral) and not isinstance(seed, bool)
    if whole and 0 <= int(seed) <= MAX_SEED - (runs - 1):
        return int(seed)
    found = f"found {seed!r}" if runs == 1 or not whole else f"found {seed} as the first of {runs} seeds"
    room = "" if runs == 1 else f" - {runs - 1}, so that all seeds fit"
    raise InputErrors([InputError(place, found, f"a whole number from 0 to 2^63 - 1{room}")])


def seed_of_iteration(seed: int, iteration: int) -> int:
    """Seed of one iteration of a Mesa batch: the first has ``seed`` itself, later ones a hash of both.

    Hashed, so that iterations of neighbouring seeds never meet: 7 + 1 would be 8's first one again.
    """
    return seed if iteration == 0 else key_of("iteration", str(seed), str(iteration)) & MAX_SEED


def iteration_of_batch(model: object) -> int:
    """Which iteration of ``mesa.batch_run`` makes ``model``, 0 outside of one; to be called while the model is being made.

    Mesa does not pass its iteration to a model, and without it every iteration would be the same run: it is read from
    the frame that calls the model. Raises :class:`InputErrors` where a version of Mesa keeps it elsewhere.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_name == "__init__" and model in frame.f_locals.values():
        frame = frame.f_back
    if frame.f_globals.get("__name__") != _BATCH:
        return 0
    iteration = frame.f_locals.get("iteration")
    if not isinstance(iteration, int):
        problem = "this version of Mesa does not show which iteration a run is"
        raise InputErrors([InputError("mesa.batch_run", problem, "Mesa 3.3", "give one seed for each run instead")])
    return iteration
