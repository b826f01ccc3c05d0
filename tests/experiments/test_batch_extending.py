"""A larger design goes on in the same folder: done runs are kept, new ones are done, and what means another thing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.factor import Factor
from experiments.batch import drive as drive_module
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import plan_batch
from experiments.batch.design_file import read_design
from experiments.batch.drive import drive
from experiments.batch.extension import take_up
from experiments.batch.lever_search import search
from experiments.batch.planned_status import standing_of
from experiments.batch.samples import draw_futures
from experiments.batch.sealed_batch import open_batch
from experiments.batch.sealed_tables import seal
from experiments.batch.search_points import search_plan
from experiments.cli.app import app
from experiments.runs.backends import Serial
from experiments.runs.numbers import Numbers
from experiments.runs.progress import Tally
from experiments.runs.run import Run
from experiments.runs.run_folder import Shard
from sim.errors import InputErrors
from tests.experiments import batch_fakes as fake
from tests.experiments.batch_fixture import DESIGN, design_file, small_plan

SOBOL = ('method = "latin_hypercube"', 'method = "sobol"')
HYPERCUBE = 'method = "latin_hypercube"\nsize = 5\nseed = 3\n'
LEVELS = DESIGN[DESIGN.index("[futures]") :]


def _went_on(
    tmp_path: Path, first: tuple[tuple[str, str], ...], then: tuple[tuple[str, str], ...]
) -> tuple[Tally, str]:
    """Drive and seal a design, then a larger one in its folder; nothing is done twice and all tables are of the larger one."""
    started: list[str] = []

    def task(run: Run) -> Numbers:
        started.append(run.identity)
        return fake.quick(run)

    plan = small_plan(tmp_path, *first)
    folder, told = take_up(tmp_path / "out", plan)
    assert told == ""
    drive(plan, folder, Serial(), task=task)
    seal(plan, folder)
    assert len(open_batch(folder.path).runs()) == len(list(plan.runs()))
    before = len(started)
    plan = small_plan(tmp_path, *then)
    folder, told = take_up(tmp_path / "out", plan)
    tally = drive(plan, folder, Serial(), task=task)
    assert len(started) == len(set(started))
    assert tally.reused == before
    batch = open_batch(folder.path)  # sealed again by itself
    assert len(batch.runs()) == len(list(plan.runs()))
    assert len(batch.futures) == len(plan.futures)
    assert standing_of(plan, folder).left == 0
    assert folder.design().text == plan.design.text
    return tally, told


@pytest.mark.parametrize(
    ("first", "then", "done", "new"),
    [
        ((SOBOL,), (SOBOL, ("size = 5", "size = 8")), 20, 12),
        ((SOBOL,), (SOBOL, ("size = 5", "size = 5\nfresh = 3")), 20, 12),
        ((SOBOL, ("size = 5", "size = 5\nfresh = 3")), (SOBOL, ("size = 5", "size = 8\nfresh = 3")), 32, 12),
        ((), (("replications = 2", "replications = 3"),), 20, 10),
        ((), (("weeks = 4", "weeks = [4, 6]"),), 20, 20),
        ((), (("[futures]\n", '[[policy]]\nname = "status_quo"\n[futures]\n'),), 20, 10),
        ((), (('title = "A small study"', 'title = "Another title"\nquestion = "Why?"'),), 20, 0),
        ((), (("[futures]\n", '[[target]]\nkpi = "contribution"\nat_least = 1\n[futures]\n'),), 20, 0),
        (
            (("size = 5", "size = 2"), ("latin_hypercube", "morris")),
            (("size = 5", "size = 4"), ("latin_hypercube", "morris")),
            0,
            0,
        ),
        (
            (("size = 5", "size = 2"), ("latin_hypercube", "saltelli")),
            (("size = 5", "size = 3"), ("latin_hypercube", "saltelli")),
            0,
            0,
        ),
    ],
)
def test_a_design_with_every_run_of_the_old_one_goes_on(
    first: tuple[tuple[str, str], ...], then: tuple[tuple[str, str], ...], done: int, new: int, tmp_path: Path
) -> None:
    tally, told = _went_on(tmp_path, first, then)
    if done:
        assert (tally.reused, tally.done) == (done, new)
        assert f"{done} runs done, {new} more" in told
    assert "larger design" in told


def test_a_grid_goes_on_with_more_levels_and_a_table_with_more_rows(tmp_path: Path) -> None:
    grid = (LEVELS, '[futures]\nmethod = "grid"\n[futures.factors."params.choice.loyalty"]\nlevels = [1.0, 2.0]\n')
    more = (LEVELS, grid[1].replace("[1.0, 2.0]", "[0.5, 1.0, 2.0, 5.0]"))
    tally, _ = _went_on(tmp_path, (grid,), (more,))
    assert (tally.reused, tally.done) == (8, 8)
    other = tmp_path / "table"
    other.mkdir()
    (other / "a.csv").write_text("params.choice.loyalty\n1.0\n2.0\n", encoding="utf-8")
    (other / "b.csv").write_text("params.choice.loyalty\n3.0\n1.0\n2.0\n", encoding="utf-8")
    one, two = ((LEVELS, f'[futures]\nmethod = "file"\nfile = "{name}.csv"\n') for name in "ab")
    tally, _ = _went_on(other, (one,), (two,))
    assert (tally.reused, tally.done) == (8, 4)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("size = 5", "size = 8"), "futures.size was 5, now 8"),
        (("seed = 3", "seed = 4"), "futures.seed was 3, now 4"),
        (("weeks = 4", "weeks = 5"), "weeks was 4, now 5"),
        (("replications = 2", "replications = 1"), "replications was 2, now 1"),
        (("low = 1.0", "low = 1.5"), "futures.factors.params.choice.loyalty.low was 1.0, now 1.5"),
        (('[[policy]]\nname = "deep_marketing"\n', ""), "policy"),
        (
            ("[futures]\n", '[set]\n"params.hours.contract" = 39.0\n[futures]\n'),
            "set.params.hours.contract was omitted",
        ),
        (("[futures]\n", "[outputs]\nweekly = true\n[futures]\n"), "outputs.weekly was false, now true"),
        (('scenario = "tiny"', 'scenario = "regional_plain"'), "scenario"),
    ],
)
def test_a_design_that_means_something_else_is_refused_with_its_keys(
    change: tuple[str, str], key: str, tmp_path: Path
) -> None:
    plan = small_plan(tmp_path)
    folder, _ = take_up(tmp_path / "out", plan)
    drive(plan, folder, Serial(), task=fake.quick)
    with pytest.raises(InputErrors, match="another design") as told:
        take_up(tmp_path / "out", small_plan(tmp_path, change))
    assert key in str(told.value)
    assert BatchFolder(tmp_path / "out").design().text == plan.design.text


def test_a_folder_is_not_extended_under_a_driver(tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    folder, _ = take_up(tmp_path / "out", plan)
    larger = small_plan(tmp_path, ("replications = 2", "replications = 3"))
    with folder.driving(Shard(1, 2)), pytest.raises(InputErrors, match="another driver"):
        take_up(tmp_path / "out", larger)
    assert take_up(tmp_path / "out", larger)[1]


SEARCH = """\
scenario = "tiny"
weeks = 3
[[policy]]
name = "status_quo"
[levers]
base = "deep_marketing"
[levers.factors."policy.pay.commission"]
low = 0.0
high = 0.06
[optimise]
objectives = ["contribution", "satisfaction"]
population = 4
generations = 2
"""


def test_a_search_goes_on_with_more_generations_and_asks_the_same_before(tmp_path: Path) -> None:
    started: list[str] = []

    def task(run: Run) -> Numbers:
        started.append(run.identity)
        return fake.quick(run)

    def searched(text: str) -> tuple[list[str], str]:
        plan = search_plan(plan_batch(read_design(design_file(tmp_path, text))))
        folder, told = take_up(tmp_path / "out", plan)
        found, _ = search(plan, folder, Serial(), task=task)
        seal(found, folder)
        return [point.name + repr(point.levers) for point in found.points], told

    short, told = searched(SEARCH)
    assert told == ""
    longer, told = searched(SEARCH.replace("generations = 2", "generations = 4"))
    assert "2 generations before, 4 now" in told
    assert longer[: len(short)] == short
    assert len(longer) > len(short)
    assert len(started) == len(set(started))
    for change in (("generations = 2", "generations = 3"), ("0.06", "0.05"), ("population = 4", "population = 6")):
        with pytest.raises(InputErrors, match="another design"):
            searched(SEARCH.replace(*change))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["sobol", "saltelli", "morris"]),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(0, 99),
)
def test_designs_that_the_page_says_can_be_extended_begin_alike(
    method: str, few: int, more: int, factors: int, seed: int
) -> None:
    names = [Factor(f"f{k}") for k in range(factors)]
    short, long = (draw_futures(method, names, size, seed) for size in (few, few + more))
    assert long.iloc[: len(short)].equals(short)


def test_the_command_says_what_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module.drive, "__kwdefaults__", {**(drive.__kwdefaults__ or {}), "task": fake.quick})
    out = str(tmp_path / "out")
    for change, words in ((("size = 5", "size = 4"), ""), (("size = 5", "size = 8"), "16 runs done, 16 more")):
        file = str(design_file(tmp_path, DESIGN, SOBOL, change))
        found = CliRunner().invoke(app, ["batch", "run", file, "--out", out, "--workers", "1"])
        assert found.exit_code == 0, found.output
        assert words in found.output
    assert open_batch(out).meaning["size"] == 8
