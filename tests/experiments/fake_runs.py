"""Stand-ins for the simulation, importable in worker processes: quick, deterministic, and able to fail in every way."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.runs.numbers import DEFINITION, Numbers, Part
from experiments.runs.run import Base, Run

KPIS = {
    "contribution": ("Contribution", "financial", "EUR", "up"),
    "new_customers": ("New customers", "growth", "customers", "up"),
    "satisfaction": ("Satisfaction", "satisfaction", "index", "up"),
    "turnover": ("Turnover", "management", "%", "down"),
    "distributor_profit": ("Distributors' profit", "distributor", "EUR", "up"),
}
#: What each policy adds to every KPI, as a share.
EFFECT = {"deep_marketing": 0.05}


def quick(run: Run) -> Numbers:
    """KPIs from the seed, shifted by the policy: pairs differ by little, replications by much."""
    return made(values_of(run.seed, run.base.policy), run.base.policy)


def values_of(seed: int, policy: str) -> dict[str, float]:
    """KPIs of a seed under a policy."""
    return {
        kpi: 1000.0 * (1.0 + _uniform(seed, kpi) + 0.02 * _uniform(seed, kpi, policy) + EFFECT.get(policy, 0.0))
        for kpi in KPIS
    }


def made(
    values: Mapping[str, float], policy: str = "", units: Mapping[str, str] = {}, seconds: float = 0.01
) -> Numbers:
    """Everything that a run gives, made of its KPIs; ``units`` in place of the usual ones."""
    rows = [(kpi, *KPIS.get(kpi, ("", "", "", "up")), f"formula of {kpi}") for kpi in values]
    kpis = pd.DataFrame(rows, columns=list(DEFINITION)).assign(value=list(values.values()))
    kpis["unit"] = [units.get(kpi, unit) for kpi, unit in zip(kpis["kpi"], kpis["unit"], strict=True)]
    half = kpis[["kpi", "value"]].assign(value=kpis["value"] / 2)
    weekly = pd.concat([half.assign(week=week) for week in (1, 2)])[["week", "kpi", "value"]]
    by = pd.concat([half.assign(dimension="territory", level=name) for name in ("north", "south")])
    assumed = pd.DataFrame([("policy.x", policy, "1", "A", "An assumption.")], columns=_ASSUMED)
    parts = [Part.of("kpis", kpis), Part.of("weekly", weekly), Part.of("by", by), Part.of_words("assumptions", assumed)]
    return Numbers(tuple(parts), seconds)


_ASSUMED = ["path", "value", "unit", "source", "doc"]


def _uniform(*parts: object) -> float:
    """A number in [0, 1) that depends on ``parts`` only."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def no_luck(run: Run) -> Numbers:
    """The same for every seed: intervals have no width."""
    return quick(make_run(1, run.base.policy))


def fail_on_three(run: Run) -> Numbers:
    """Seed 3 of deep marketing raises."""
    if run.seed == 3 and run.base.policy == "deep_marketing":
        raise ValueError("seed 3 is unlucky")
    return quick(run)


def fail_always(run: Run) -> Numbers:
    """Every run raises an error that cannot be pickled."""
    raise _Stubborn(lambda: None)


class _Stubborn(Exception):
    """Holds what no pickle can carry."""


def die_on_three(run: Run) -> Numbers:
    """Seed 3 kills its worker every time, as running out of memory would."""
    if run.seed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(run)


def die_on_deep_marketing_three(run: Run) -> Numbers:
    """Seed 3 of deep marketing kills its worker every time."""
    return die_on_three(run) if run.policy == "deep_marketing" else quick(run)


def unsendable_deep_marketing(run: Run) -> Any:
    """The result of deep marketing cannot be pickled."""
    return unsendable(run) if run.policy == "deep_marketing" else quick(run)


def die_once(run: Run) -> Numbers:
    """Every seed that is a multiple of 4 kills its worker the first time it is tried."""
    mark = Path(dict(run.base.settings)["folder"]) / f"tried-{run.seed}"
    if run.seed % 4 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(run)


def unsendable(run: Run) -> Any:
    """The result cannot be pickled."""
    return lambda: run


def tell_threads(run: Run) -> Numbers:
    """The environment of the worker, as KPIs: each thread variable's value."""
    names = ("DEEPMARKET_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS")
    return made({name: float(os.environ.get(name, "nan")) for name in names})


def tell_deafness(run: Run) -> Numbers:
    """1 second when the worker cannot hear Ctrl-C, 0 when it can."""
    deaf = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return made(values_of(run.seed, run.base.policy), seconds=float(deaf))


def slow(run: Run) -> Numbers:
    """Seeds above 4 take for ever; each leaves its process id where the test finds it."""
    if run.seed > 4:
        (Path(dict(run.base.settings)["folder"]) / f"pid-{os.getpid()}").touch()
        time.sleep(600)
    return quick(run)


def make_run(seed: int, policy: str = "status_quo", **overrides: Any) -> Run:
    """A run without a scenario behind it."""
    return Run(Base("tiny", policy, tuple(overrides.items()), "digest"), policy, seed, f"{policy}-{seed}")


def make_runs(seeds: Iterable[int], **overrides: Any) -> list[Run]:
    """Runs of one policy."""
    return [make_run(seed, **overrides) for seed in seeds]


def busy(run: Run) -> Numbers:
    """A tenth of a second of work; each worker leaves its process id where the test finds it."""
    (Path(dict(run.base.settings)["folder"]) / f"pid-{os.getpid()}").touch()
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    return quick(run)


def hang_on_three(run: Run) -> Numbers:
    """Seed 3 never ends and never looks at its time limit."""
    if run.seed == 3:
        time.sleep(600)
    return quick(run)


def unreadable(run: Run) -> Any:
    """The result can be sent, and not read again."""
    return _Unreadable()


class _Unreadable:
    def __reduce__(self) -> Any:
        return _refuse, ()


def _refuse() -> None:
    raise RuntimeError("no such module here")
