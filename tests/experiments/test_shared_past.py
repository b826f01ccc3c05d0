"""Runs that share a past pay for it once: it is lived by one of them, and nothing else about them changes."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments import compare
from experiments.batch.launch import run_batch
from experiments.comparison.race import select_best
from experiments.runs import driver, past
from experiments.runs.backends import Local, Serial
from experiments.runs.bundles import MOST, make_bundles, past_of
from experiments.runs.driver import Driver, Task, attempt_all
from experiments.runs.identity import identify
from experiments.runs.numbers import Numbers
from experiments.runs.result import Done, Failed
from experiments.runs.run import ALL_TABLES, Base, Past, Run
from experiments.runs.run_folder import RunFolder, Shard
from experiments.runs.work import Work, at_work
from experiments.runs.worker import base_of, load, simulate
from sim.market import Market
from tests.experiments import fake_runs as fake
from tests.experiments.batch_fixture import DESIGN, design_file

THREE = ["status_quo", "deep_marketing", "abc"]
BEFORE, AFTER = 4, 3
WARM = {"warm_up.weeks": BEFORE, "world.customers": 200}


@pytest.fixture
def weeks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Weeks that markets of this process live, by the calendar, as they go by."""
    lived: list[int] = []
    run_week = Market.run_week

    def counted(self: Market, *given: Any, **named: Any) -> None:
        lived.append(self.week)
        run_week(self, *given, **named)

    monkeypatch.setattr(Market, "run_week", counted)
    yield lived


def runs_of(policies: list[str], seeds: range, given: Mapping[str, Any] = WARM, **more: Any) -> list[Run]:
    """Real runs on a tiny market, all policies of a seed together."""
    bases = {policy: base_of("tiny", policy, given, load("tiny", policy, given, AFTER), AFTER) for policy in policies}
    return [
        Run(bases[policy], policy, seed, identify(bases[policy], {}, None, seed, ALL_TABLES, policy), **more)
        for seed in seeds
        for policy in policies
    ]


def fakes(policies: list[str], seeds: range, before: int = 10, after: int = 2) -> list[Run]:
    """Runs without a market behind them, whose policies share a past of ``before`` weeks."""
    runs = [fake.make_run(seed, policy) for seed in seeds for policy in policies]
    return [replace(run, base=replace(run.base, past=Past("one", before, after))) for run in runs]


# ---- what is lived ---------------------------------------------------------------------------------------------------


def test_a_comparison_lives_each_past_once(weeks: list[int]) -> None:
    outcome = compare("tiny", THREE, replications=2, weeks=AFTER, workers=1, overrides=WARM)
    assert len(weeks) == 2 * (BEFORE + 3 * AFTER)
    assert sum(week < 0 for week in weeks) == 2 * BEFORE
    found = outcome.study.runs
    for policy in THREE:
        for seed in (1, 2):
            alone = Market("tiny", seed=seed, policy=policy, weeks=AFTER, overrides=WARM).run().results.scorecard
            ours = found[(found["policy"] == policy) & (found["seed"] == seed)].set_index("kpi")["value"]
            pd.testing.assert_series_equal(ours, alone.set_index("kpi")["value"], check_exact=True)


def test_several_processes_give_what_one_does() -> None:
    settings: dict[str, Any] = {"replications": 2, "weeks": AFTER, "overrides": WARM}
    one, two = compare("tiny", THREE, workers=1, **settings), compare("tiny", THREE, workers=2, **settings)
    for table in ("runs", "runs_weekly", "runs_by"):
        mine, theirs = getattr(one.study, table), getattr(two.study, table)
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_a_batch_lives_the_past_of_each_future_once(tmp_path: Path, weeks: list[int]) -> None:
    warm = f'weeks = 4\n\n[set]\n"warm_up.weeks" = {BEFORE}\n"world.customers" = 200\n'
    file = design_file(tmp_path, DESIGN, ("weeks = 4\n", warm), ("size = 5", "size = 2"))
    batch = run_batch(file, out=tmp_path / "batch", workers=1)
    assert batch.table("failures").empty
    policies = batch.table("runs")["policy"].nunique()
    assert policies > 1
    assert sum(week < 0 for week in weeks) == len(batch.table("runs")) // policies * BEFORE


def test_a_selection_lives_the_past_of_each_replication_once(weeks: list[int]) -> None:
    settings: dict[str, Any] = {
        "overrides": WARM,
        "workers": 1,
        "weeks": AFTER,
        "indifference": 1e9,
        "first": 3,
        "budget": 3,
    }
    found = select_best("tiny", THREE, **settings)
    assert sum(week < 0 for week in weeks) == found.replications * BEFORE


def test_what_was_done_before_is_not_repeated(tmp_path: Path, weeks: list[int]) -> None:
    settings: dict[str, Any] = {"replications": 2, "weeks": AFTER, "workers": 1, "overrides": WARM, "out": tmp_path}
    compare("tiny", THREE[:2], **settings, pages=False)
    weeks.clear()
    outcome = compare("tiny", THREE, **settings, pages=False)
    assert outcome.reused == 4
    assert len(weeks) == 2 * (BEFORE + AFTER)


def test_without_company_or_a_warm_up_nothing_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Market, "fork", None)
    plain = {"world.customers": 200}
    for runs in (runs_of(THREE, range(1, 2), plain), runs_of(THREE[:1], range(1, 3))):
        with at_work(None, Serial()) as work:
            work.do(runs)
            assert len(work.results(runs)) == len(runs)


def test_runs_that_only_seem_to_share_a_past_live_their_own(weeks: list[int]) -> None:
    one, other = (
        runs_of(THREE[:1], range(1, 2)),
        runs_of(THREE[1:2], range(1, 2), {**WARM, "params.hours.contract": 39.0}),
    )
    assert attempt_all(simulate, [*one, *other])[1].same(simulate(other[0]))  # type: ignore[union-attr]
    assert sum(week < 0 for week in weeks) == 3 * BEFORE


# ---- what is kept ----------------------------------------------------------------------------------------------------


def test_one_past_is_kept_at_most_and_none_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Market]] = []
    fork = Market.fork
    monkeypatch.setattr(Market, "fork", lambda self, scenario=None: _noted(fork(self, scenario), made))
    there: list[int] = []

    def task(run: Run) -> Numbers:
        gc.collect()
        there.append(sum(market() is not None for market in made))
        return simulate(run)

    for bundle in make_bundles(runs_of(THREE, range(1, 4))):
        assert len(attempt_all(task, bundle)) == 3
        assert past._shelf.market is None and past._shelf.left == 0
    assert there == [0, 1, 1] * 3
    gc.collect()
    assert not any(market() is not None for market in made)


def _noted(market: Market, made: list[weakref.ref[Market]]) -> Market:
    made.append(weakref.ref(market))
    return market


def test_threads_keep_pasts_of_their_own() -> None:
    bundles = make_bundles(runs_of(THREE, range(1, 4)))
    with ThreadPoolExecutor(3) as threads:
        ended = list(threads.map(lambda bundle: attempt_all(simulate, bundle), bundles))
    for bundle, outputs in zip(bundles, ended, strict=True):
        for run, output in zip(bundle, outputs, strict=True):
            assert isinstance(output, Numbers) and output.same(simulate(run))


# ---- what goes wrong -------------------------------------------------------------------------------------------------


def carry_out(backend: Any, task: Task, runs: list[Run]) -> dict[str, Any]:
    with Driver(backend, task) as at:
        results = list(at.run_bundles(make_bundles(runs)))
    assert len(results) == len(runs)
    return {result.job.name: result for result in results}


@pytest.mark.parametrize("backend", [Serial(), Local(2)], ids=["serial", "local"])
def test_a_run_that_fails_fails_alone(backend: Any) -> None:
    found = carry_out(backend, fake.fail_on_three, fakes(THREE, range(1, 5)))
    assert [name for name, result in found.items() if isinstance(result, Failed)] == ["deep_marketing, seed 3"]


def test_a_worker_that_dies_costs_no_other_run() -> None:
    found = carry_out(Local(2), fake.die_on_deep_marketing_three, fakes(THREE, range(1, 5)))
    crashed = [name for name, result in found.items() if isinstance(result, Failed)]
    assert crashed == ["deep_marketing, seed 3"] and found[crashed[0]].kind == "crashed"


def test_a_result_that_cannot_be_sent_keeps_no_other_back() -> None:
    found = carry_out(Local(2), fake.unsendable_deep_marketing, fakes(THREE, range(1, 4)))
    assert all(isinstance(result, Failed) == result.job.name.startswith("deep") for result in found.values())


def test_the_time_of_a_past_is_that_of_the_run_that_lives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))  # a second goes by at every look
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    given = {**WARM, "warm_up.weeks": 20}
    longest = 20 + AFTER + 3.0
    outputs = attempt_all(simulate, runs_of(THREE, range(1, 2), given, timeout=longest))
    assert [isinstance(output, Numbers) for output in outputs] == [True] * 3
    short = attempt_all(simulate, runs_of(THREE, range(1, 2), given, timeout=10.0))
    assert [getattr(output, "kind", "") for output in short] == ["timeout"] * 3  # each would have failed alone as well
    assert all("weeks were done" in getattr(output, "message", "") for output in short)


def test_a_past_that_fails_is_tried_by_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def live_in(self: Market, each_week: Any = None) -> Market:
        tried.append(self.seed)
        raise ValueError("a hard past")

    monkeypatch.setattr(Market, "live_in", live_in)
    outputs = attempt_all(simulate, runs_of(THREE, range(1, 2)))
    assert [getattr(output, "message", "") for output in outputs] == ["a hard past"] * 3 and tried == [1] * 3


def test_what_has_ended_before_ctrl_c_is_kept_in_the_middle_of_a_bundle(tmp_path: Path) -> None:
    def task(run: Run) -> Numbers:
        if run.policy == "abc":
            raise KeyboardInterrupt
        return fake.quick(run)

    with pytest.raises(KeyboardInterrupt), at_work(RunFolder(tmp_path), Serial(), task=task) as work:
        work.do(fakes(THREE, range(1, 3)))
    assert RunFolder(tmp_path).done().keys() == {"status_quo-1", "deep_marketing-1"}


def test_progress_counts_runs(tmp_path: Path) -> None:
    seen: list[int] = []
    with at_work(None, Local(2), task=fake.quick, progress=lambda count: seen.append(count.ended)) as work:
        work.do(fakes(THREE, range(1, 5)))
    assert seen == list(range(13))


# ---- bundles ---------------------------------------------------------------------------------------------------------


def sizes(runs: list[Run], workers: int | None = None) -> list[int]:
    return [len(bundle) for bundle in make_bundles(runs, None if workers is None else lambda: workers)]


def test_runs_without_a_past_are_bundles_of_their_own() -> None:
    runs = [fake.make_run(seed) for seed in range(5)]

    def workers() -> int:
        raise AssertionError("nobody needs to know")

    assert make_bundles(runs, workers) == [(run,) for run in runs]
    assert sizes(fakes(THREE[:1], range(3)), 2) == [1, 1, 1]


def test_bundles_are_split_where_workers_would_idle() -> None:
    eight = [f"policy_{k}" for k in range(8)]
    assert sizes(fakes(eight, range(1)), 1) == [8]
    assert sizes(fakes(eight, range(1)), 2) == [4, 4]
    assert sizes(fakes(eight, range(1)), 100) == [1] * 8
    assert sizes(fakes(eight, range(2)), 2) == [8, 8]
    assert sizes(fakes(eight, range(20)), 2) == [8] * 20
    assert sizes(fakes(eight, range(3)), 2) == [8] * 3  # 52 weeks, and one worker waits; in halves it would be 54
    assert sizes(fakes(eight, range(3), before=4, after=10), 2) == [4] * 6
    assert sizes(fakes(eight * 5, range(20)), 2) == [10] * 80
    assert max(sizes(fakes(eight * 5, range(1)))) <= MOST


def test_what_a_future_sets_for_policies_is_later_than_the_past() -> None:
    run = fakes(["abc"], range(1))[0]
    assert past_of(replace(run, settings=(("policy.pay.commission", 0.1),))) == past_of(run)
    for other in ({"settings": (("params.hours.contract", 39.0),)}, {"weeks": 3}, {"seed": 5}):
        assert past_of(replace(run, **other)) != past_of(run)
    assert past_of(fake.make_run(1)) is None
    assert past_of(replace(run, base=Base("tiny", "abc", (), "another digest", None, run.base.past))) == past_of(run)


def test_shards_keep_pasts_whole_where_there_are_enough() -> None:
    runs = fakes(THREE, range(1, 9))
    parts = [_work(Shard(k, 3))._share_of(runs) for k in (1, 2, 3)]
    assert sorted(run.name for part in parts for run in part) == sorted(run.name for run in runs)
    assert all(set(sizes(part)) == {3} for part in parts)
    few = fakes(THREE, range(1, 2))
    assert [[run.policy for run in _work(Shard(k, 3))._share_of(few)] for k in (1, 2, 3)] == [[name] for name in THREE]


def _work(shard: Shard) -> Work:
    return Work(ledger=None, driver=None, shard=shard)  # type: ignore[arg-type]


def test_control_without_the_shelf_every_run_lives_its_own_past(
    weeks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "in_turn", iter)
    compare("tiny", THREE, replications=1, weeks=AFTER, workers=1, overrides=WARM)
    assert len(weeks) == 3 * (BEFORE + AFTER)
    assert all(isinstance(result, Done) for result in carry_out(Serial(), fake.quick, fakes(THREE, range(2))).values())
