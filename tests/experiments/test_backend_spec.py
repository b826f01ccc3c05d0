"""What `--backend` takes, and what it says of everything else; nothing is started here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from experiments.runs.backends import Local, Serial, choose_backend, parse_backend, spec
from sim.errors import InputErrors

pytest.importorskip("distributed")


def test_local_is_what_the_number_of_workers_chooses() -> None:
    for given in (None, "local"):
        assert isinstance(parse_backend(given, 1, 40), Serial)
        assert isinstance(parse_backend(given, 3, 40), Local)
        assert parse_backend(given, 3, 40).slots == choose_backend(3, 40).slots == 3
    assert isinstance(parse_backend("serial", None, 40), Serial)


WRONG = {
    "locl": "--backend locl: is no backend; expected local, serial, dask, dask:tcp://HOST:PORT, dask:SCHEDULER_FILE "
    "or slurm (did you mean `local`?)",
    "dsk:tcp://h:8786": "(did you mean `dask:tcp://h:8786`?)",
    "tcp://h:8786": "is an address alone; expected " + spec.FORMS + " (did you mean `dask:tcp://h:8786`?)",
    "serial:3": "`serial` takes nothing after it",
    "dask:": "is no backend",
    "": "is no backend",
    "dask:tcp://h": "`tcp://h` is no address; expected PROTOCOL://HOST:PORT",
    "dask:gopher://h:1": "`gopher` is no protocol of this Dask",
    "dask:somewhere:8786": "there is no file somewhere:8786; expected " + spec.FORMS,
    "dask:nowhere.json": "cannot be read: No such file or directory; expected the file that the scheduler wrote",
}


@pytest.mark.parametrize("given", WRONG)
def test_an_unknown_backend_is_reported_with_the_nearest_one(given: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_backend(given, 2, 4)
    assert WRONG[given] in str(caught.value)
    assert caught.value.place == f"--backend {given}"


def test_a_file_that_is_no_scheduler_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    for content in ("", "{}", "[1]", '"x"'):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(InputErrors, match="is not a scheduler file: it holds no address"):
            parse_backend(f"dask:{file}", None, 4)


def test_without_the_extra_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(name: str) -> object:
        return None if name in ("distributed", "dask_jobqueue") else importlib.util.find_spec(name)

    monkeypatch.setattr(spec, "find_spec", found)
    for given in ("dask", "dask:tcp://h:1", "slurm"):
        with pytest.raises(InputErrors, match=r"pip install 'deepmarket\[cluster\]'"):
            parse_backend(given, 2, 4)
    assert isinstance(parse_backend("local", 2, 4), Local)


def test_numbers_of_workers_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(InputErrors, match="found 4, but --backend serial does one run at a time"):
        parse_backend("serial", 4, 4)
    with pytest.raises(InputErrors, match=r"--workers: is missing; expected how many jobs to hand to Slurm"):
        parse_backend("slurm", None, 4)
