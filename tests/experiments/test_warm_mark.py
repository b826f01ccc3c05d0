"""The mark of a finished warm-up: it holds only as long as nothing has changed that compiling depends on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from experiments.cli import doctor, warming
from experiments.cli.warm_mark import MARK, WarmMark
from sim import jit


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two sources whose binaries lie in a folder of the user's, warm."""
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    package = tmp_path / "sim"
    (package / "kernels").mkdir(parents=True)
    for name in ("__init__.py", "kernels/choice.py"):
        (package / name).write_text(f"# {name}\n", encoding="utf-8")
    monkeypatch.setattr(sim, "__file__", str(package / "__init__.py"))
    monkeypatch.setattr(jit, "_unkept", [])
    binaries = tmp_path / "cache" / "kernels_1"
    binaries.mkdir(parents=True)
    for name in ("choice.choose-1.py311.nbi", "choice.choose-1.py311.1.nbc"):
        (binaries / name).write_bytes(name.encode())
    WarmMark.now().put()
    assert WarmMark.now().holds()
    return tmp_path / "cache"


def _write_at_the_same_time(file: Path, content: str) -> None:
    before = file.stat()
    file.write_text(content, encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a source says something else": lambda home: _write_at_the_same_time(home / "sim/kernels/choice.py", "# else\n"),
    "a source was touched, which numba takes for a change": lambda home: os.utime(
        home / "sim/kernels/choice.py", (1, 1)
    ),
    "there is another source": lambda home: (home / "sim/kernels/more.py").touch(),
    "a source is gone": lambda home: (home / "sim/kernels/choice.py").unlink(),
    "a binary is gone": lambda home: next(home.rglob("*.nbc")).unlink(),
    "an index was written again": lambda home: os.utime(next(home.rglob("*.nbi")), (1, 1)),
    "a binary was cut off": lambda home: _write_at_the_same_time(next(home.rglob("*.nbc")), ""),
    "the mark is gone": lambda home: (home / "cache" / MARK).unlink(),
    "the mark is damaged": lambda home: (home / "cache" / MARK).write_text("[]", encoding="utf-8"),
    "the mark names no binaries": lambda home: (home / "cache" / MARK).write_text(
        f'{{"ground": "{WarmMark.now().ground}", "binaries": {{}}}}', encoding="utf-8"
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_mark_does_not_hold_when(what: str, cache: Path) -> None:
    CHANGES[what](cache.parent)
    assert not WarmMark.now().holds()


@pytest.mark.parametrize("name", ["NUMBA_OPT", "NUMBA_CPU_NAME", "NUMBA_DISABLE_JIT"])
def test_other_settings_of_numba_are_another_ground(name: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    assert not WarmMark.now().holds()


def test_other_packages_and_processors_are_another_ground(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("experiments.runs.identity.versions", lambda: {"numba": "0.1"})
        assert not WarmMark.now().holds()
    with monkeypatch.context() as patch:
        patch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "another")
        assert not WarmMark.now().holds()
    assert WarmMark.now().holds()


def test_what_is_edited_during_a_warm_up_is_not_what_it_compiled(cache: Path) -> None:
    mark = WarmMark.now()
    (cache.parent / "sim/kernels/choice.py").write_text("# edited\n", encoding="utf-8")
    mark.put()
    assert not WarmMark.now().holds()


def test_a_kernel_that_was_not_kept_leaves_no_mark(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / MARK).unlink()
    monkeypatch.setattr(jit, "_unkept", ["No space left on device"])
    WarmMark.now().put()
    assert not (cache / MARK).exists()


def test_a_warm_cache_is_found_without_a_market(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_market(*args: object, **settings: object) -> None:
        raise AssertionError("a market was made")

    monkeypatch.setattr(warming, "compile_all", no_market)
    assert doctor._warm().well
    (cache / MARK).unlink()
    with pytest.raises(AssertionError, match="a market was made"):
        doctor._warm()
