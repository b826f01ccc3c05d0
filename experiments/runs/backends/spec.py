"""What `--backend` says: which backend, and how it is reached; nothing is connected to or started yet."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

from experiments.runs.backends.backend import Backend, choose_backend, usable_cores
from sim.errors import InputError, InputErrors

#: What the option takes, as help and messages show it.
FORMS = "local, serial, dask, dask:tcp://HOST:PORT, dask:SCHEDULER_FILE or slurm"
_KINDS = ("local", "serial", "dask", "slurm")
_HOST_AND_PORT = re.compile(r"[\w.\-]+:\d+")


def parse_backend(spec: str | None, workers: int | None, jobs: int) -> Backend:
    """The backend that ``spec`` names, for ``jobs`` runs.

    ``local`` (also None): ``workers`` processes of this machine (default: cores), in this process when one is enough.
    ``serial``: this process. ``dask``: a Dask cluster of ``workers`` processes on this machine, started and ended by
    us. ``dask:tcp://HOST:PORT`` (or tls, ucx, ws) and ``dask:FILE``: a Dask scheduler by its address or its scheduler
    file, with at most ``workers`` runs at a time (default: as many as it has workers). ``slurm``: ``workers`` jobs of
    Slurm, by dask-jobqueue. Raises :class:`sim.errors.InputErrors` for what is none of these, for a scheduler file
    that cannot be read and when the extra `cluster` is not installed; whether a scheduler answers shows later.
    """
    spec = "local" if spec is None else spec
    kind, colon, where = spec.partition(":")
    place = f"--backend {spec}"
    if kind not in _KINDS or (colon and (kind != "dask" or not where)):
        raise InputErrors([_unknown(spec, place)])
    if kind == "local":
        return choose_backend(workers, jobs)
    if kind == "serial":
        return _serial(workers)
    _need("distributed", place)
    from experiments.runs.backends import clusters
    from experiments.runs.backends.dask_cluster import Dask

    if kind == "slurm":
        _need("dask_jobqueue", place)
        from experiments.runs.backends.slurm import slurm

        return Dask(slurm(_jobs(workers)), None)
    if not where:
        count = min(workers if workers is not None else usable_cores(), max(jobs, 1))
        return Dask(clusters.own_processes(count), count)
    return Dask(clusters.of_others(_address(where, place)), workers)


def _serial(workers: int | None) -> Backend:
    from experiments.runs.backends.serial import Serial

    if workers is not None and workers > 1:
        problem, remedy = f"found {workers}, but --backend serial does one run at a time", "leave it out"
        raise InputErrors([InputError("--workers", problem, "1, or --backend local", remedy)])
    return Serial()


def _jobs(workers: int | None) -> int:
    if workers is None:
        remedy = "for instance --backend slurm --workers 20"
        raise InputErrors([InputError("--workers", "is missing", "how many jobs to hand to Slurm", remedy)])
    return workers


def _unknown(spec: str, place: str) -> InputError:
    """The mistake, with the valid form that is nearest."""
    from sim.reading.complaints import nearest

    kind, colon, where = spec.partition(":")
    if where.startswith("//"):
        return InputError(place, "is an address alone", FORMS, f"did you mean `dask:{spec}`?")
    if kind in _KINDS and kind != "dask":
        return InputError(place, f"`{kind}` takes nothing after it", FORMS, f"did you mean `{kind}`?")
    close = nearest(kind, _KINDS)
    whole = f"{close}{colon}{where}" if close == "dask" and where else close
    return InputError(place, "is no backend", FORMS, f"did you mean `{whole}`?" if close else "")


def _need(module: str, place: str) -> None:
    if find_spec(module) is None:
        problem = f"needs the package {module.replace('_', '-')}, which is not installed"
        remedy = "pip install 'deepmarket[cluster]'"
        raise InputErrors([InputError(place, problem, "Deepmarket with its extra `cluster`", remedy)])


def _address(where: str, place: str) -> str:
    """The scheduler's address: as given, or from its scheduler file."""
    if "://" in where:
        return _checked(where, place)
    file, remedy = Path(where).expanduser(), "start it by `dask scheduler --scheduler-file FILE`"
    if not file.exists() and _HOST_AND_PORT.fullmatch(where):
        problem = f"there is no file {where}"
        raise InputErrors([InputError(place, problem, FORMS, f"did you mean `dask:tcp://{where}`?")])
    try:
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise InputErrors([InputError(place, problem, "the file that the scheduler wrote", remedy)]) from None
    except (ValueError, KeyError, TypeError):
        problem = "is not a scheduler file: it holds no address"
        raise InputErrors([InputError(place, problem, "the file that the scheduler wrote", remedy)]) from None
    return _checked(str(address), place)


def _checked(address: str, place: str) -> str:
    from distributed.comm.addressing import parse_address
    from distributed.comm.registry import backends

    scheme, rest = parse_address(address)
    if scheme not in backends or not re.fullmatch(r"[^\s/]+:\d+/?", rest):
        known = ", ".join(sorted(set(backends) - {"inproc"}))
        remedy = "the scheduler prints its address when it starts, for instance tcp://10.0.0.5:8786"
        problem = f"`{address}` is no address" if scheme in backends else f"`{scheme}` is no protocol of this Dask"
        raise InputErrors([InputError(place, problem, f"PROTOCOL://HOST:PORT, by {known}", remedy)])
    return address
