"""Dask clusters: the same results as without one, none of them lost when workers die, and no worker that is unfit."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.runs.backends import Backend, BackendLost, Serial, dask_cluster, parse_backend
from experiments.runs.driver import Driver
from experiments.runs.result import Done, Failed, Result
from experiments.runs.run import Run
from experiments.runs.worker import simulate
from tests.experiments import fake_runs as fake
from tests.experiments.dask_fixture import Outside, outside, until

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """A scheduler and two workers that others started."""
    with outside(tmp_path_factory.mktemp("outside"), workers=2) as found:
        yield found


def of(cluster: Outside) -> Backend:
    """The backend by the cluster's address."""
    return parse_backend(f"dask:{cluster.address}", None, 100)


def tables_of(results: list[Result]) -> dict[str, bytes]:
    """What every run said, byte by byte, without the time it took."""
    found = {}
    for result in results:
        assert isinstance(result, Done), result
        frames = [result.output.table(part.name) for part in result.output.parts]
        found[result.job.identity] = b"".join(frame.to_csv(float_format="%.17g").encode() for frame in frames)
    return found


def run(backend: Backend, jobs: list[Run], task=fake.quick, timeout: float | None = None) -> list[Result]:  # type: ignore[no-untyped-def]
    """All results; one for every job."""
    with Driver(backend, task, timeout) as driver:
        results = list(driver.run(jobs))
    assert sorted(r.job.identity for r in results) == sorted(j.identity for j in jobs)
    return results


def market_runs() -> list[Run]:
    """Short runs of a true market, under two policies."""
    from experiments.comparison.arms import plan_comparison

    plan = plan_comparison("tiny", ["status_quo", "deep_marketing"], weeks=5)
    return plan.runs(0, 2)


def test_a_cluster_of_ours_outlives_a_killed_worker_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "cwd"))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = dict(os.environ)
    jobs = fake.make_runs(range(80), folder=str(tmp_path))
    results: list[Result] = []
    with Driver(parse_backend("dask", 2, 80), fake.busy) as driver:
        for result in driver.run(jobs):
            results.append(result)
            if len(results) == 10:
                os.kill(int(next(tmp_path.glob("pid-*")).name.removeprefix("pid-")), signal.SIGKILL)
        driver.task = fake.tell_threads
        threads = list(driver.run(fake.make_runs(range(100, 104))))
    assert tables_of(results) == tables_of(run(Serial(), jobs))
    assert all(list(r.output.kpis().values()) == [1.0, 1.0, 1.0] for r in threads if isinstance(r, Done))
    assert len(threads) == 4
    assert len(list(tmp_path.glob("pid-*"))) >= 3
    assert dict(os.environ) == before
    assert list((tmp_path / "cwd").iterdir()) == []
    assert capfd.readouterr().err == ""


def test_a_cluster_of_others_gives_the_same_tables_by_address_and_by_file(cluster: Outside) -> None:
    jobs = market_runs()
    alone = tables_of(run(Serial(), jobs, simulate))
    assert len(alone) == 4
    assert tables_of(run(of(cluster), jobs, simulate)) == alone
    assert tables_of(run(parse_backend(f"dask:{cluster.file}", None, 4), jobs, simulate)) == alone


@pytest.mark.slow
def test_all_backends_give_the_same_tables_of_a_market() -> None:
    jobs = market_runs()
    alone = tables_of(run(Serial(), jobs, simulate))
    for spec, workers in (("local", 1), ("local", 2), ("dask", 1), ("dask", 2)):
        assert tables_of(run(parse_backend(spec, workers, len(jobs)), jobs, simulate)) == alone


@pytest.mark.slow
def test_a_run_that_always_kills_its_worker_is_given_up_after_three(cluster: Outside) -> None:
    results = {r.job.seed: r for r in run(of(cluster), fake.make_runs(range(1, 8)), fake.die_on_three)}
    crashed = results.pop(3)
    assert isinstance(crashed, Failed)
    assert (crashed.kind, crashed.message[:26]) == ("crashed", "its worker process died 3 ")
    assert all(isinstance(result, Done) for result in results.values())


def test_errors_and_results_that_cannot_travel_are_failures_of_their_runs(cluster: Outside) -> None:
    for task, told in ((fake.fail_always, "_Stubborn"), (fake.unreadable, "no such module here")):
        for result in run(of(cluster), fake.make_runs(range(2)), task):
            assert isinstance(result, Failed)
            assert result.kind == "error"
            assert told in result.message


def test_at_most_as_many_runs_as_workers_are_wished_and_never_more_than_there_are(cluster: Outside) -> None:
    for wished, found in ((1, (1, 1)), (2, (2, 4)), (9, (2, 4))):
        backend = parse_backend(f"dask:{cluster.address}", wished, 100)
        until(lambda backend=backend: len(seen_workers(backend)) == 2)  # type: ignore[misc]
        assert (backend.slots, backend.ahead) == found
        backend.close()


def seen_workers(backend: Backend) -> list[str]:
    """Addresses of the workers, in a connection of its own."""
    assert isinstance(backend, dask_cluster.Dask)
    backend.close()
    backend.connect()
    return [process.address for process in backend.look() if process.role == "worker"]


@pytest.mark.slow
def test_a_run_that_hangs_loses_its_worker_and_nothing_else(cluster: Outside) -> None:
    results = {r.job.seed: r for r in run(of(cluster), fake.make_runs(range(1, 6)), fake.hang_on_three, 0.5)}
    hung = results.pop(3)
    assert isinstance(hung, Failed)
    assert hung.kind == "timeout"
    assert all(isinstance(result, Done) for result in results.values())


def test_where_no_scheduler_answers_a_clear_message_comes_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.errors import InputErrors

    monkeypatch.setattr(dask_cluster, "ANSWER", 1.0)
    started = time.monotonic()
    with pytest.raises(InputErrors, match=r"--backend: tcp://127\.0\.0\.1:9: no scheduler answers there"):
        run(parse_backend("dask:tcp://127.0.0.1:9", None, 1), fake.make_runs(range(1)))
    assert time.monotonic() - started < 8.0


def test_a_scheduler_without_workers_is_waited_for_and_then_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask_cluster, "EVERY", 0.5)
    with outside(tmp_path) as cluster:
        backend = of(cluster)
        assert isinstance(backend, dask_cluster.Dask)
        backend.patience = 1.5
        with pytest.raises(BackendLost, match=r"has had no workers for 1\.5 s \(start some by: DEEPMARKET_THREADS=1 "):
            run(backend, fake.make_runs(range(1)))
    assert "has no workers yet: waiting, for 1 s more at most" in capsys.readouterr().err


@pytest.mark.slow
class TestLosing:
    """A cluster that goes away in mid-run."""

    @pytest.mark.parametrize("gone", ["scheduler", "workers"])
    def test_what_has_ended_is_handed_out_and_the_loss_is_told(
        self, gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dask_cluster, "ANSWER", 3.0)
        results = []
        with outside(tmp_path) as cluster:
            workers = cluster.add_workers(2)
            backend = of(cluster)
            assert isinstance(backend, dask_cluster.Dask)
            backend.connect()
            backend.patience = 3.0
            victim = cluster.scheduler if gone == "scheduler" else workers
            with pytest.raises(BackendLost) as caught, Driver(backend, fake.busy) as driver:
                for result in driver.run(fake.make_runs(range(200), folder=str(tmp_path))):
                    results.append(result)
                    if len(results) == 5:
                        os.killpg(victim.pid, signal.SIGKILL)
                        killed = time.monotonic()
        assert time.monotonic() - killed < 25.0
        assert 5 <= len(results) < 200
        assert all(isinstance(result, Done) for result in results)
        told = "connection to the scheduler is lost" if gone == "scheduler" else "no workers for 3 s"
        assert told in str(caught.value)


@pytest.mark.slow
class TestUnfit:
    """Workers that would give other results, or take more than their share of the machine."""

    def refusal(self, cluster: Outside) -> str:
        from sim.errors import InputErrors

        with pytest.raises(InputErrors) as caught:
            run(of(cluster), fake.make_runs(range(2)))
        return str(caught.value)

    def test_more_than_one_thread_is_refused_with_the_command_that_would_do(self, tmp_path: Path) -> None:
        with outside(tmp_path) as cluster:
            cluster.add_workers(threads=2)
            told = self.refusal(cluster)
            assert "2 threads for runs at a time" in told
            assert f"OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 dask worker {cluster.address} " in told
            assert "--nthreads 1 --nworkers N" in told

    def test_an_environment_that_leaves_kernels_their_threads_is_refused(self, tmp_path: Path) -> None:
        with outside(tmp_path) as cluster:
            cluster.add_workers(environment={"NUMBA_NUM_THREADS": "2"})
            told = self.refusal(cluster)
        assert "2 threads for kernels; 2 threads for numba" in told

    def test_another_source_is_refused_and_the_worker_named(self, tmp_path: Path) -> None:
        import shutil

        from tests.experiments.dask_fixture import ROOT

        other = tmp_path / "other"
        for package in ("sim", "analysis", "experiments"):
            shutil.copytree(ROOT / package, other / package, ignore=shutil.ignore_patterns("__pycache__"))
        with (other / "sim" / "rng.py").open("a", encoding="utf-8") as file:
            file.write("# another version\n")
        with outside(tmp_path) as cluster:
            cluster.add_workers(code=other)
            told = self.refusal(cluster)
        assert "worker tcp://127.0.0.1:" in told
        assert "another source code of Deepmarket: " in told

    def test_a_worker_that_joins_later_stops_the_batch_before_it_does_a_run(self, tmp_path: Path) -> None:
        results = []
        with outside(tmp_path, workers=1) as cluster:
            told = r"has joined that must not do runs: worker tcp://.*2 threads for"
            with pytest.raises(BackendLost, match=told), Driver(of(cluster), fake.busy) as driver:
                for result in driver.run(fake.make_runs(range(500), folder=str(tmp_path))):
                    results.append(result)
                    if len(results) == 1:
                        cluster.add_workers(threads=2)
            assert all(isinstance(result, Done) for result in results)
            assert len(list(tmp_path.glob("pid-*"))) == 1
