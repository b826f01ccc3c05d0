"""What the machine refuses is said in three lines with exit code 2, and what can go on goes on."""

from __future__ import annotations

import errno
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.cli.screen import stdout, write_json
from experiments.cli.streams import PLAIN, register_plain
from experiments.comparison import paired_runs
from experiments.outside import door, refused
from sim.errors import InputError, InputErrors
from tests.experiments import fake_runs as fake

register_plain()
ROOT = Path(__file__).resolve().parents[2]
QUICK = ("tiny", "--weeks", "2", "--out", "out")
#: All but a broken pipe, which is answered where streams are.
NUMBERS = [number for number in errno.errorcode if number not in (errno.EINTR, errno.EPIPE, errno.ESHUTDOWN)]


def shell(
    *arguments: str, folder: Path, code: int = 0, wrap: str = "{}", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a shell line; nothing may end in a traceback or a fault of the program."""
    line = " ".join([sys.executable, "-c", "'from experiments.cli import main; main()'", *arguments])
    done = subprocess.run(
        ["sh", "-c", wrap.format(line)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        encoding="latin-1",
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == code, told
    assert "Traceback" not in told
    assert "fault of Deepmarket" not in told
    return done


@pytest.mark.parametrize("number", NUMBERS)
def test_no_error_of_the_system_is_a_fault_of_the_program(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "some/file")

    monkeypatch.setattr("sim.reading.library.available_scenarios", refuse)
    result = CliRunner().invoke(app, ["scenarios"])
    assert result.exit_code == 2
    for part in ("some/file", os.strerror(number)[:30], "expected:", "to fix it:"):
        assert part in result.stderr


OTHERS: dict[str, Exception] = {
    "database full": sqlite3.OperationalError("database or disk is full"),
    "database read-only": sqlite3.OperationalError("attempt to write a readonly database"),
    "no memory": MemoryError("Unable to allocate 8 GiB"),
    "no threads": RuntimeError("can't start new thread"),
    "a library that cannot be loaded": ImportError("libx.so: failed to map segment from shared object"),
    "no place for temporary files": FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"),
    "a wrapped one": ValueError("could not write"),
}
OTHERS["a wrapped one"].__cause__ = OSError(errno.EDQUOT, "Disk quota exceeded")


@pytest.mark.parametrize("error", OTHERS.values(), ids=OTHERS.keys())
def test_what_has_no_number_is_told_too(error: Exception) -> None:
    found = refused(error, "study")
    assert found is not None
    assert found.place and found.problem and found.expected and found.remedy


@pytest.mark.parametrize(
    "error", [KeyError("x"), ValueError("x"), RuntimeError("x"), sqlite3.OperationalError("no such table: x")]
)
def test_what_is_a_fault_of_the_program_stays_one(error: Exception) -> None:
    assert refused(error) is None


def test_a_door_names_the_folder_and_keeps_the_cause() -> None:
    @door
    def write(what: str, out: Path | None = None) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(InputErrors, match="my_folder: cannot be written or read: No space left on device") as caught:
        write("x", out=Path("my_folder"))
    assert isinstance(caught.value.__cause__, OSError)

    @door
    def refuse() -> None:
        raise InputError("here", "is wrong")

    with pytest.raises(InputError, match="here: is wrong"):
        refuse()


def test_a_full_disk_is_told_by_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(InputErrors, match="No space left on device"):
        paired_runs.compare(
            "tiny", ["status_quo", "deep_marketing"], replications=2, weeks=2, workers=1, out=tmp_path, task=fake.quick
        )
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "gbk", "cp437", "koi8-r", "utf-8"])
def test_signs_that_an_output_lacks_are_written_in_ascii(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=PLAIN)
    monkeypatch.setattr("sys.stdout", file)
    told = "EUR \u22125 \u00b1 1\u202f% \u2026 \u6df1 \U0001f600 \udcff"
    write_json({"told": told})
    stdout().print(told)
    file.seek(0)
    written = file.buffer.read().decode(encoding)
    whole, line = written[: written.index("}") + 1], written[written.index("}") + 2 :]
    assert json.loads(whole)["told"].encode("utf-8", "surrogatepass") == told.encode("utf-8", "surrogatepass")
    assert line.startswith("EUR \u22125 \u00b1 1" if encoding == "utf-8" else "EUR -5 ")


def test_an_output_in_ascii_is_no_fault(tmp_path: Path) -> None:
    done = shell("check", "no\u2212\U0001f600.toml", folder=tmp_path, code=2, PYTHONIOENCODING="ascii")
    assert "no-" in done.stderr


CLOSED = {
    "output": "{} >&-",
    "error": "{} 2>&-",
    "output and error": "{} >&- 2>&-",
    "input": "{} <&-",
    "all": "{} <&- >&- 2>&-",
    "read-only output": "{} 1</dev/null",
    "reader gone": "{{ {}; echo $? >code; }} | true; sleep 0.1; while [ ! -s code ]; do sleep 0.1; done; exit $(cat code)",
}


@pytest.mark.parametrize("wrap", CLOSED.values(), ids=CLOSED.keys())
def test_a_closed_stream_leads_nowhere(wrap: str, tmp_path: Path) -> None:
    done = shell("scenarios", folder=tmp_path, wrap=wrap, PYTHONUNBUFFERED="1")
    assert ("regional_plain" in done.stdout) == (wrap in (CLOSED["input"], CLOSED["error"]))


def test_the_work_goes_on_when_nobody_listens(tmp_path: Path) -> None:
    shell("run", *QUICK, folder=tmp_path, wrap="{} >&- 2>&-")
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_an_output_without_room_is_a_mistake(tmp_path: Path) -> None:
    assert "No space left on device" in shell("scenarios", folder=tmp_path, code=2, wrap="{} >/dev/full").stderr


THREADS = [
    (name, given)
    for name in ("NUMBA_NUM_THREADS", "DEEPMARKET_THREADS")
    for given in ("0", "-3", "abc", "", "1e3", "²")
]


@pytest.mark.parametrize(("name", "given"), THREADS)
def test_nonsense_about_threads_is_left_out_of_account(name: str, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.cache_place import drop_invalid_threads

    monkeypatch.setenv(name, given)
    if given:
        with pytest.warns(RuntimeWarning, match=f"{name}={given} is ignored"):
            drop_invalid_threads()
    else:
        drop_invalid_threads()
    assert name not in os.environ


def test_a_run_goes_on_without_threads_home_caches_and_terminal(tmp_path: Path) -> None:
    odd = {
        "NUMBA_NUM_THREADS": "0",
        "OMP_NUM_THREADS": "abc",
        "NUMBA_OPT": "x",
        "NUMBA_CACHE_DIR": "/dev/null/x",
        "HOME": "/dev/null",
        "XDG_CACHE_HOME": "/dev/null/x",
        "MPLCONFIGDIR": "/dev/null/x",
        "TERM": "dumb",
        "COLUMNS": "1",
        "LINES": "0",
        "TERMINAL_WIDTH": "x",
        "LC_ALL": "xx_YY",
        "LANG": "C",
    }
    shell("run", *QUICK, folder=tmp_path, **odd)
    assert (tmp_path / "out" / "report.html").is_file()


def test_kernels_are_kept_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim import cache_place

    full = tmp_path / "full"
    room: Callable[[Path], bool] = cache_place.takes_files.__wrapped__
    monkeypatch.setattr(cache_place, "takes_files", lambda folder: full not in folder.parents and room(folder))
    find: Callable[[Path], Path | None] = cache_place.cache_root.__wrapped__
    assert find(tmp_path / "sim") == tmp_path / "sim" / "__pycache__"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    assert find(full / "sim") == tmp_path / "own" / "deepmarket"
    monkeypatch.setenv("XDG_CACHE_HOME", str(full / "own"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    passing = find(full / "sim")
    assert passing is not None and passing.parent == tmp_path and passing.stat().st_mode & 0o077 == 0
    passing.chmod(0o777)  # others could have put binaries there
    assert find(full / "sim") is None
    monkeypatch.setattr("tempfile.tempdir", str(full))
    assert find(full / "sim") is None


def test_a_kernel_runs_where_it_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim import jit

    monkeypatch.setattr(jit, "cache_root", lambda _: None)
    monkeypatch.setattr(jit.numba.config, "CACHE_DIR", "")
    assert jit.jit(_double)(4) == 8

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.undo()
    monkeypatch.setattr("numba.core.caching.FunctionCache.save_overload", full)
    assert jit.jit(_double)(4.5) == 9.0


def _double(number: float) -> float:
    return 2 * number


SCRIPT = """
from experiments import compare
from tests.experiments import fake_runs
settings = dict(replications=3, weeks=2, workers=2, task=fake_runs.quick)
found = compare("tiny", ["status_quo", "deep_marketing"], out={out}, **settings)
print("pairs", found.study.meta.replications)
"""


@pytest.mark.parametrize(("by", "out"), [("file", None), ("file", "out"), ("standard input", None)])
def test_a_script_without_the_guard(by: str, out: str | None, tmp_path: Path) -> None:
    """By standard input there is no file that a worker could read again, so that nothing is missing."""
    script = SCRIPT.format(out=repr(out))
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py" if by == "file" else "-"],
        input=script if by == "standard input" else "",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if by == "file":
        assert done.returncode == 1
        assert done.stderr.count("Traceback") == 1, "the script's own, from the call that it made"
        assert 'if __name__ == "__main__":' in done.stderr.splitlines()[-1]
        assert "workers=1" in done.stderr.splitlines()[-1]
    else:
        assert done.returncode == 0, done.stderr
        assert "pairs 3" in done.stdout
