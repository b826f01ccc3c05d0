"""Stand-ins for the simulation, importable in worker processes: quick, deterministic, and able to fail in every way."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.runs import Job, RunTables

KPIS = {
    "contribution": ("Contribution", "financial", "EUR", "up"),
    "new_customers": ("New customers", "growth", "customers", "up"),
    "satisfaction": ("Satisfaction", "satisfaction", "index", "up"),
    "turnover": ("Turnover", "management", "%", "down"),
    "distributor_profit": ("Distributors' profit", "distributor", "EUR", "up"),
}
#: What each policy adds to every key figure, as a share.
EFFECT = {"deep_marketing": 0.05}


def quick(job: Job) -> RunTables:
    """Key figures from the seed, shifted by the policy: pairs differ by little, replications by much."""
    rows = []
    for kpi in KPIS:
        luck, own = _uniform(job.seed, kpi), _uniform(job.seed, kpi, job.policy)
        rows.append((kpi, 1000.0 * (1.0 + luck + 0.02 * own + EFFECT.get(job.policy, 0.0))))
    kpis = pd.DataFrame(rows, columns=["kpi", "value"])
    weekly = pd.concat([kpis.assign(week=week, value=kpis["value"] / 2) for week in (1, 2)])
    by = pd.concat(
        [kpis.assign(dimension="territory", level=name, value=kpis["value"] / 2) for name in ("north", "south")]
    )
    definitions = pd.DataFrame([(k, *v, f"formula of {k}") for k, v in KPIS.items()], columns=_DEFINED)
    assumptions = pd.DataFrame([("policy.x", job.policy, "1", "A", "An assumption.")], columns=_ASSUMED)
    return RunTables(kpis, weekly[["week", "kpi", "value"]], by, definitions, assumptions, 0.01)


_DEFINED = ["kpi", "label", "kpi_class", "unit", "direction", "formula"]
_ASSUMED = ["path", "value", "unit", "source", "doc"]


def _uniform(*parts: object) -> float:
    """A number in [0, 1) that depends on ``parts`` only."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def no_luck(job: Job) -> RunTables:
    """The same for every seed: intervals have no width."""
    return quick(make_job(1, job.policy))


def fail_on_three(job: Job) -> RunTables:
    """Seed 3 of deep marketing raises."""
    if job.seed == 3 and job.policy == "deep_marketing":
        raise ValueError("seed 3 is unlucky")
    return quick(job)


def fail_always(job: Job) -> RunTables:
    """Every run raises an error that cannot be pickled."""
    raise _Stubborn(lambda: None)


class _Stubborn(Exception):
    """Holds what no pickle can carry."""


def die_on_three(job: Job) -> RunTables:
    """Seed 3 kills its worker every time, as running out of memory would."""
    if job.seed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(job)


def die_once(job: Job) -> RunTables:
    """Every seed that is a multiple of 4 kills its worker the first time it is tried."""
    mark = Path(job.overrides["folder"]) / f"tried-{job.seed}"
    if job.seed % 4 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(job)


def unsendable(job: Job) -> Any:
    """The result cannot be pickled."""
    return lambda: job


def tell_threads(job: Job) -> RunTables:
    """The environment of the worker, as key figures: each thread variable's value."""
    names = ("DEEPMARKET_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS")
    tables = quick(job)
    values = pd.DataFrame([(n, float(os.environ.get(n, "nan"))) for n in names], columns=["kpi", "value"])
    return RunTables(values, tables.weekly, tables.by, tables.definitions, tables.assumptions, 0.0)


def tell_deafness(job: Job) -> RunTables:
    """1 second when the worker cannot hear Ctrl-C, 0 when it can."""
    deaf = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    tables = quick(job)
    return RunTables(tables.kpis, tables.weekly, tables.by, tables.definitions, tables.assumptions, float(deaf))


def slow(job: Job) -> RunTables:
    """Seeds above 4 take for ever; each leaves its process id where the test finds it."""
    if job.seed > 4:
        (Path(job.overrides["folder"]) / f"pid-{os.getpid()}").touch()
        time.sleep(600)
    return quick(job)


def make_job(seed: int, policy: str = "status_quo", **overrides: Any) -> Job:
    """A job without a scenario behind it."""
    return Job("tiny", policy, policy, seed, "digest", f"{policy}-{seed}", overrides)


def make_jobs(seeds: Iterable[int], **overrides: Any) -> list[Job]:
    """Jobs of one policy."""
    return [make_job(seed, **overrides) for seed in seeds]


def busy(job: Job) -> RunTables:
    """A tenth of a second of work; each worker leaves its process id where the test finds it."""
    (Path(job.overrides["folder"]) / f"pid-{os.getpid()}").touch()
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    return quick(job)


def hang_on_three(job: Job) -> RunTables:
    """Seed 3 never ends and never looks at its time limit."""
    if job.seed == 3:
        time.sleep(600)
    return quick(job)


def unreadable(job: Job) -> Any:
    """The result can be sent, and not read again."""
    return _Unreadable()


class _Unreadable:
    def __reduce__(self) -> Any:
        return _refuse, ()


def _refuse() -> None:
    raise RuntimeError("no such module here")
