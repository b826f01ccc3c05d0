"""SIGINT, SIGTERM and SIGHUP end every verb alike: said in one line, nothing half left, what is complete not called unwritten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from experiments import signals
from experiments.runs.backends import parse_backend
from experiments.runs.work import at_work
from experiments.signals import ENDING, signals_after

ROOT = Path(__file__).resolve().parents[2]
CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
#: Verbs, what does their work, and what is said of it when it is broken off.
VERBS = {
    "run": (["run", "tiny"], "experiments.single_run.run_market", "Nothing of the run is kept"),
    "compare": (
        ["compare", "tiny", "status_quo", "deep_marketing"],
        "experiments.comparison.paired_runs.compare",
        "resumes from there",
    ),
    "select": (
        ["select", "tiny", "status_quo", "deep_marketing", "--indifference", "1"],
        "experiments.comparison.race.select_best",
        "resumes from there",
    ),
    "ablate": (["ablate", "tiny", "deep_marketing"], "experiments.comparison.ablation.ablate", "resumes from there"),
    "import": (["import", "crm", "deals.csv", "--out", "out"], "experiments.intake.import_crm", "Nothing was written"),
    "batch": (["batch", "seal", "study"], "experiments.cli.batch.export.plan_of", "resumes from there"),
}
#: Takes the place of a verb's work.
WORK = """
import importlib, os, signal, sys, time
from pathlib import Path
from experiments.whole_files import staged

def work(*args, **kwargs):
    {work}

signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts tests in the background ignores it
signal.signal(signal.SIGHUP, signal.{hangup})
module, _, name = "{place}".rpartition(".")
setattr(importlib.import_module(module), name, work)
sys.argv = ["deepmarket", *{arguments!r}]
from experiments.cli import main
main()
"""
HALF = """
    with staged(Path("out")) as part:
        (part / "half").write_text("x")
        os.kill(os.getpid(), signal.{name})
        time.sleep(20)
"""


def interrupt(verb: str, work: str, folder: Path, hangup: str = "SIG_DFL") -> subprocess.CompletedProcess[str]:
    arguments, place, _ = VERBS[verb]
    code = WORK.format(work=work, place=place, arguments=arguments, hangup=hangup)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("verb", "name"), [*((verb, "SIGTERM") for verb in VERBS), ("import", "SIGINT"), ("import", "SIGHUP")]
)
def test_a_verb_that_is_asked_to_end(verb: str, name: str, tmp_path: Path) -> None:
    done = interrupt(verb, HALF.format(name=name), tmp_path)
    assert done.returncode == CODES[name], done.stderr
    assert " ".join(done.stderr.split()).startswith("Interrupted.")
    assert VERBS[verb][2] in " ".join(done.stderr.split())
    assert list(tmp_path.rglob("*half*")) == [] == [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_what_is_complete_is_not_called_unwritten(tmp_path: Path) -> None:
    work = HALF.format(name="SIGTERM").replace("        os.kill", "    os.kill").replace("        time.", "    time.")
    done = interrupt("import", work, tmp_path)
    assert done.returncode == CODES["SIGTERM"]
    assert "out was written whole before" in done.stderr
    assert (tmp_path / "out" / "half").read_text(encoding="utf-8") == "x"


def test_a_second_signal_does_not_break_into_tidying_up(tmp_path: Path) -> None:
    work = """
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(20)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)
        Path("tidy").touch()
"""
    assert interrupt("run", work, tmp_path).returncode == CODES["SIGINT"]
    assert (tmp_path / "tidy").is_file()


def test_a_third_signal_ends_at_once(tmp_path: Path) -> None:
    work = """
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(20)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(20)
        Path("tidy").touch()
"""
    assert interrupt("run", work, tmp_path).returncode == CODES["SIGINT"]
    assert not (tmp_path / "tidy").exists()


def test_a_hang_up_that_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    work = """
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(0.2)
    Path("went_on").touch()
    raise SystemExit(0)
"""
    assert interrupt("run", work, tmp_path, hangup="SIG_IGN").returncode == 0
    assert (tmp_path / "went_on").is_file()


@pytest.mark.parametrize("number", ENDING)
def test_an_answer_is_put_off_until_the_work_is_whole(number: int) -> None:
    answered: list[int] = []
    before = signal.signal(number, lambda found, _: answered.append(found))
    try:
        with signals_after():
            os.kill(os.getpid(), number)
            assert answered == []
        assert answered == [number]
    finally:
        signal.signal(number, before)


def test_another_thread_puts_nothing_off() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    seen: list[object] = []

    def look() -> None:
        with signals_after():
            seen.extend(signal.getsignal(number) for number in ENDING)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == before


def test_the_first_signal_decides_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_received", [])
    assert signals.exit_code() == CODES["SIGINT"]
    signals.note(signal.SIGTERM)
    signals.note(signal.SIGINT)
    assert signals.exit_code() == CODES["SIGTERM"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_driver_answers_a_signal_unless_its_caller_ignores_it(number: int) -> None:
    before = signal.getsignal(number)
    try:
        for handler, answered in ((signal.SIG_DFL, True), (signal.SIG_IGN, False)):
            signal.signal(number, handler)
            with at_work(None, parse_backend("serial", None, 1)):
                assert (signal.getsignal(number) is not handler) == answered
            assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)
