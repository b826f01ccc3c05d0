"""The demand phases of a week, ours against the same rules in C, in numpy with scipy.sparse, and as Mesa objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.cut import Contestant, Cut, take_cut
from bench.ours import OurMarket
from bench.peers.c_market import CMarket, has_compiler
from bench.peers.mesa_market import MesaMarket
from bench.peers.numpy_market import NumpyMarket
from bench.timing import Measurement, Race
from sim.kernels.threads import set_threads

SECTION = "demand phases"
OURS, C, MESA, NUMPY, NUMPY_PUSH = (
    "ours",
    "C with OpenMP",
    "Mesa objects",
    "numpy + scipy.sparse",
    "numpy + scipy.sparse, pushing changes",
)

#: Weeks run before the clock starts: everything is compiled and cached, the market is under way.
WARM_UP = 3

#: Largest market of the numpy peers: beyond it they need too much memory and time.
NUMPY_SIZE = 1_000_000

Make = Callable[[Cut, int], Contestant]


def enter(sizes: list[int], mesa_size: int, cores: int) -> list[Race]:
    """Contestants at every size; Mesa at ``mesa_size`` only, numpy up to :data:`NUMPY_SIZE`, C where gcc is."""
    races = []
    for size in sorted({*sizes, mesa_size}):
        cut = take_cut(size)
        for threads in sorted({1, cores}):
            weeks = max(3, min(50, 5_000_000 // size))
            races.append(_race(OURS, OurMarket, cut, threads, weeks))
            if has_compiler():
                races.append(_race(C, partial(CMarket, threads=threads), cut, threads, weeks))
        if size in sizes and size <= NUMPY_SIZE:
            races.append(_race(NUMPY, NumpyMarket, cut, 1, weeks=max(2, min(20, 500_000 // size))))
            races.append(
                _race(NUMPY_PUSH, partial(NumpyMarket, push=True), cut, 1, weeks=max(2, min(20, 500_000 // size)))
            )
        if size == mesa_size:
            races.append(_race(MESA, MesaMarket, cut, 1, weeks=3))
    return races


def _race(name: str, make: Make, cut: Cut, threads: int, weeks: int) -> Race:
    market = make(cut, 1)
    set_threads(threads)
    for _ in range(WARM_UP):
        market.step()
    measured = Measurement(SECTION, name, "ns per customer and week", len(cut.customers), threads)
    return Race(measured, market.step, weeks, before=partial(set_threads, threads))
