"""A walk through the code: which files one week and one comparison pass through, and how often a call runs against the imports.

A step is a call from one file of the project into another. A step back is a step into a file that imports the caller's file, directly or
through others, while the caller does not import it: a callback, which nobody finds by following imports.

    python -m bench.walk
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sim", "analysis", "experiments")
#: Calls from one module into another, by (caller, called).
Steps = Counter[tuple[str, str]]


@cache
def module_of(file: str) -> str | None:
    """Dotted name of a file of the project; None for any other file."""
    path = Path(file)
    if path.suffix != ".py" or not path.is_relative_to(ROOT) or path.relative_to(ROOT).parts[0] not in PACKAGES:
        return None
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _caller(frame: FrameType | None) -> str | None:
    """The nearest module of the project on the stack: a library in between (Mesa, pandas) is passed over."""
    while frame is not None and module_of(frame.f_code.co_filename) is None:
        frame = frame.f_back
    return None if frame is None else module_of(frame.f_code.co_filename)


def steps_of(work: Callable[[], object]) -> Steps:
    """Steps in this thread while ``work`` runs."""
    steps: Steps = Counter()

    def follow(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (called := module_of(frame.f_code.co_filename)) is not None:
            caller = _caller(frame.f_back)
            if caller is not None and caller != called:
                steps[caller, called] += 1

    sys.setprofile(follow)
    try:
        work()
    finally:
        sys.setprofile(None)
    return steps


def steps_back(steps: Steps) -> Steps:
    """Those ``steps`` that run against the imports."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    return Counter(
        {
            (caller, called): count
            for (caller, called), count in steps.items()
            if graph.chain_exists(importer=called, imported=caller)
            and not graph.chain_exists(importer=caller, imported=called)
        }
    )


def one_week() -> Steps:
    """The 14th week of the built-in market with 2,000 customers under deep marketing."""
    from sim import Market

    market = Market("regional_plain", policy="deep_marketing", seed=1, customers=2_000)
    for _ in range(13):
        market.step()
    return steps_of(market.step)


def one_comparison() -> Steps:
    """Two policies, two replications of four weeks, in this process, with tables, figures and report."""
    from experiments import compare

    with tempfile.TemporaryDirectory() as folder:
        policies = ["status_quo", "deep_marketing"]
        return steps_of(
            lambda: compare(
                "regional_plain", policies, replications=2, weeks=4, workers=1, out=Path(folder) / "comparison"
            )
        )


def main() -> None:
    """Print both walks and the steps back by name."""
    for name, walk in (("one week", one_week), ("one comparison", one_comparison)):
        steps = walk()
        back = steps_back(steps)
        files = {module for step in steps for module in step}
        print(
            f"{name}: {len(files)} files, {len(steps)} pairs, {steps.total()} calls; {len(back)} pairs and {back.total()} calls back"
        )
        for (caller, called), count in back.most_common():
            print(f"    {caller} → {called}: {count}")


if __name__ == "__main__":
    main()
