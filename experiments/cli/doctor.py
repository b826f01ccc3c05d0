"""`deepmarket doctor`: is everything in place, and are the kernels compiled?"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.finding import Finding
from experiments.cli.options import BackendOption, JsonOption, QuietOption, WorkersOption, check_least
from experiments.cli.warm_mark import WarmMark

#: Free space below which a warning is due, bytes.
LITTLE = 1 << 30


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the kernels into the cache, so that later runs start at once.")
    ] = False,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Look at the environment: versions, cores, threads, cache, disk, shipped files; with --backend also at a cluster.

    [bold]Example[/]: after installing, compile everything once:

      [cyan]deepmarket doctor --warm[/]

    may this Dask cluster do runs, that is, does every worker have the same code, and one thread?

      [cyan]deepmarket doctor --backend dask:tcp://10.0.0.5:8786[/]

    Exit code 1 when something is not as it should be.
    """
    from experiments.cli.screen import make_table, plain_row, stdout, write_json

    check_least(workers=workers)
    found = list(examine(brief=quiet and not json_))
    if backend is not None:
        from experiments.cli.doctor_backend import examine_backend

        found += examine_backend(backend, workers)
    if warm:
        found.append(_warm())
    if json_:
        write_json([{"name": f.name, "told": f.answer, "well": f.well} for f in found])
    else:
        from rich.text import Text

        table = make_table(("", "What", "Found"))
        for finding in found:
            if not (quiet and finding.well):
                mark = Text("ok", style="green") if finding.well else Text("!", style="red")
                table.add_row(mark, *plain_row(finding.name, finding.answer))
        if table.row_count:
            stdout().print(table)
    if not all(finding.well for finding in found):
        raise typer.Exit(1)


def examine(brief: bool = False) -> Iterator[Finding]:
    """Look at everything that runs depend on; ``brief`` omits what is never wrong and takes long to find."""
    from experiments.runs.backends.backend import usable_cores
    from experiments.runs.identity import versions
    from sim.reading.library import available_policies, available_scenarios, scenario_folder

    yield Finding(
        "Python", f"{platform.python_version()} ({platform.system()} {platform.machine()})", sys.version_info >= (3, 11)
    )
    for name, version in versions().items():
        if name != "python":
            yield Finding(name, version, version != "missing")
    yield Finding("cores", str(usable_cores()), True)
    threads = {
        n: os.environ[n] for n in ("DEEPMARKET_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS") if n in os.environ
    }
    yield Finding(
        "threads", ", ".join(f"{n}={v}" for n, v in threads.items()) or "as many as cores; one in each worker", True
    )
    plain = os.environ.get("NUMBA_DISABLE_JIT") == "1"
    yield Finding("compiling", "switched off by NUMBA_DISABLE_JIT: slow" if plain else "on", not plain)
    shipped = f"{len(available_scenarios())} scenarios, {len(available_policies())} policies in {scenario_folder()}"
    yield Finding("shipped files", shipped, bool(available_scenarios()))
    yield _cache()
    if not brief:
        yield _fonts()
    free = shutil.disk_usage(Path.cwd()).free
    yield Finding("disk", f"{free / 2**30:.1f} GiB free here", free >= LITTLE)


def _cache() -> Finding:
    """Where compiled kernels are kept."""
    import sim

    assert sim.__file__ is not None
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(sim.__file__).parent)
    # A folder that is not there yet is made when the first kernel is compiled.
    writable = os.access(next(place for place in (folder, *folder.resolve().parents) if place.exists()), os.W_OK)
    wording = (
        f"below {folder}" if writable else f"{folder} cannot be written to: set NUMBA_CACHE_DIR to a folder that can"
    )
    return Finding("cache of kernels", wording, writable)


def _fonts() -> Finding:
    """Whether figures can show Chinese names; many will never need to."""
    from analysis.figures.style import chinese_fonts

    found = chinese_fonts()
    none = "none: figures draw Chinese names as boxes (the report's text shows them); Noto Sans CJK SC would do"
    return Finding("Chinese font", found[0] if found else none, True)


def _warm() -> Finding:
    """Compile every kernel, or load it from the cache, unless a mark says that they are all there."""
    mark = WarmMark.now()
    if mark.holds():
        return Finding("kernels", "compiled before, all in the cache", True)
    from experiments.cli.warming import compile_all
    from experiments.runs.backends.backend import usable_cores

    started = time.perf_counter()
    compile_all(usable_cores() if mark.folder else 1)  # what is not kept, no other process can use
    mark.put()
    return Finding("kernels", f"compiled or loaded in {time.perf_counter() - started:.1f} s", True)
