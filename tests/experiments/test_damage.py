"""Flipped bits: a result is what was written, or it is told; never another answer without a word."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.digests import digest_of
from experiments import open_batch, open_tables
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan
from experiments.batch.drive import drive
from experiments.batch.extension import take_up
from experiments.batch.sealed_batch import Batch
from experiments.batch.sealed_tables import seal
from experiments.cli.app import app
from experiments.comparison.outcome import Outcome
from experiments.comparison.paired_runs import compare
from experiments.runs.backends import Serial
from experiments.runs.row_digests import RunsDamaged
from experiments.runs.run_folder import RunFolder
from experiments.runs.run_ledger import RunLedger
from sim.errors import InputErrors
from tests.experiments import batch_fakes as fake
from tests.experiments import fake_runs
from tests.experiments.batch_fixture import small_plan


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[BatchPlan, Path, str]:
    """A batch that is done and not sealed, and its answer."""
    path = tmp_path_factory.mktemp("sound")
    plan = small_plan(path)
    folder = BatchFolder.start(path / "out", plan.design)
    drive(plan, folder, Serial(), task=fake.quick)
    kept = path / "kept"
    shutil.copytree(folder.path, kept)
    return plan, kept, _answer(folder.path)


def _answer(path: Path) -> str:
    """All that an answer is made of: every number of the sealed runs, their futures, and what they mean."""
    batch = open_batch(path)
    tables = [batch.table(name).to_csv() for name in ("runs", "futures", "definitions", "policies")]
    return json.dumps([*tables, batch.meaning])


def _values(file: Path, data: bytes) -> list[int]:
    """Places in the file of the bytes of runs' values: a small part of it, and the one that matters most."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
        contents = [content for (content,) in base.execute("SELECT content FROM numbers") if content]
    return [data.index(content) + k for content in contents if content in data for k in range(len(content))]


def _flip(file: Path, seed: int) -> None:
    draw = random.Random(seed)
    data = bytearray(file.read_bytes())
    for _ in range(draw.choice((1, 1, 1, 2, 8))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    if draw.random() < 0.1:
        del data[draw.randrange(len(data)) :]
    file.write_bytes(data)


def _damage(ledger: Path, seed: int) -> None:
    """Flip bits anywhere, or, for every second seed, one bit of a value of a run."""
    if seed % 2 == 0:
        _flip(ledger, seed)
        return
    draw, data = random.Random(seed), bytearray(ledger.read_bytes())
    data[draw.choice(_values(ledger, bytes(data)))] ^= 1 << draw.randrange(8)
    ledger.write_bytes(data)


def _told_or_same(path: Path, answer: str) -> bool:
    try:
        return _answer(path) == answer
    except InputErrors as error:
        return bool(str(error))


def _changed_in_silence(seeds: range, sound: tuple[BatchPlan, Path, str], tmp_path: Path) -> list[int]:
    """Seeds of the damage after which a ledger gave another answer, as it was or after it was driven again."""
    plan, kept, answer = sound
    changed = []
    for seed in seeds:
        path = tmp_path / str(seed)
        shutil.copytree(kept, path)
        _damage(path / "ledger.sqlite", seed)
        same = _told_or_same(path, answer)
        try:  # resuming repairs what can be repaired, and then the answer is that of undamaged runs
            drive(plan, BatchFolder(path), Serial(), task=fake.quick)
            seal(plan, BatchFolder(path))
            same &= _answer(path) == answer
        except InputErrors:
            pass
        if not same:
            changed.append(seed)
    return changed


def test_a_damaged_ledger_gives_the_same_answer_or_none(sound: tuple[BatchPlan, Path, str], tmp_path: Path) -> None:
    assert _changed_in_silence(range(12), sound, tmp_path) == []


def _held(file: Path) -> object:
    """Everything that a ledger holds."""
    with RunLedger(file, readonly=True) as ledger:
        values = list(ledger.values("kpis"))
        facts = [ledger.fact(name) for name in ("files", "replacements")]
        return (
            ledger.done(),
            values,
            [ledger.layout(name).keys() for _, name, _ in values[:1]],
            ledger.failures(),
            facts,
        )


def test_whatever_bits_of_a_ledger_flip_it_holds_the_same_or_is_refused(
    sound: tuple[BatchPlan, Path, str], tmp_path: Path
) -> None:
    _, kept, _ = sound
    whole, refused = _held(kept / "ledger.sqlite"), 0
    for seed in range(300):
        file = tmp_path / f"{seed}.sqlite"
        shutil.copy(kept / "ledger.sqlite", file)
        _damage(file, seed)
        try:
            assert _held(file) == whole, seed
        except InputErrors:
            refused += 1
    assert refused > 50


@pytest.mark.slow
@pytest.mark.parametrize("block", range(6))
def test_many_damaged_ledgers_give_the_same_answer_or_none(
    block: int, sound: tuple[BatchPlan, Path, str], tmp_path: Path
) -> None:
    assert _changed_in_silence(range(100 + block * 50, 150 + block * 50), sound, tmp_path) == []


def _edited(path: Path, statement: str, *values: object) -> None:
    base = sqlite3.connect(path / "ledger.sqlite")
    base.execute(statement, values)
    base.commit()
    base.close()


def test_a_driver_waits_for_the_disk_at_every_run(tmp_path: Path) -> None:
    """2 is FULL: a run that the ledger holds survives a loss of power. A journal that is truncated works on shared disks."""
    with RunFolder(tmp_path).driving() as ledger:
        assert ledger._base.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ledger._base.execute("PRAGMA journal_mode").fetchone() == ("truncate",)


#: Damage that a database reads without complaint.
EDITS = {
    "a number": "UPDATE numbers SET content = zeroblob(24) WHERE identity = (SELECT min(identity) FROM numbers)",
    "numbers cut off": "UPDATE numbers SET content = substr(content, 1, 16)",
    "numbers of another type": "UPDATE numbers SET content = 'text'",
    "numbers of another run": "UPDATE numbers SET content = (SELECT content FROM numbers ORDER BY identity DESC LIMIT 1)",
    "another part": "UPDATE numbers SET part = 'weekly' WHERE identity = (SELECT min(identity) FROM numbers)",
    "numbers lost": "DELETE FROM numbers WHERE identity = (SELECT max(identity) FROM numbers)",
    "a run lost": "DELETE FROM done WHERE identity = (SELECT max(identity) FROM done)",
    "seconds": "UPDATE done SET seconds = 5.0",
    "an identity": "UPDATE done SET identity = 'x' || identity",
    "a digest": "UPDATE done SET digest = 'x'",
    "a digest of another": "UPDATE done SET digest = (SELECT max(digest) FROM done)",
    "a layout": "UPDATE layouts SET packed = x'00'",
    "layouts lost": "DELETE FROM layouts",
    "a fact": "UPDATE facts SET value = '0' WHERE name = 'rows'",
    "facts lost": "DELETE FROM facts",
    "a run that nobody did": "INSERT INTO done VALUES ('new', 1.0, 1.0, '{}', 'x')",
    "a table lost": "DROP TABLE layouts",
    "an older format": "ALTER TABLE facts RENAME COLUMN digest TO other",
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_rows_are_reported(name: str, sound: tuple[BatchPlan, Path, str], tmp_path: Path) -> None:
    plan, kept, answer = sound
    path = tmp_path / "out"
    shutil.copytree(kept, path)
    _edited(path, EDITS[name])
    with pytest.raises(InputErrors):
        _answer(path)
    for verb in ("answer", "seal"):
        told = CliRunner().invoke(app, ["batch", verb, str(path)])
        assert told.exit_code == 2, told.output
    try:
        tally = drive(plan, BatchFolder(path), Serial(), task=fake.quick)
    except InputErrors:
        return
    assert any("damaged" in note or "lost" in note for note in tally.notes)
    seal(plan, BatchFolder(path))
    assert _answer(path) == answer


def test_damaged_runs_are_named_and_done_again(sound: tuple[BatchPlan, Path, str], tmp_path: Path) -> None:
    plan, kept, answer = sound
    path = tmp_path / "out"
    shutil.copytree(kept, path)
    identity = next(plan.runs()).identity
    _edited(path, "UPDATE numbers SET content = zeroblob(24) WHERE identity = ?", identity)
    with pytest.raises(RunsDamaged, match=identity[:8]):
        _answer(path)
    with pytest.raises(RunsDamaged, match=identity[:8]):
        BatchFolder(path).numbers_of(identity)
    tally = drive(plan, BatchFolder(path), Serial(), task=fake.quick)
    assert (tally.done, tally.reused) == (1, 19)
    assert identity[:8] in tally.notes[0]
    assert _answer(path) == answer


def test_sealed_tables_that_are_damaged_are_sealed_again_or_told(
    sound: tuple[BatchPlan, Path, str], tmp_path: Path
) -> None:
    plan, kept, answer = sound
    for seed, name in enumerate(("runs", "futures", "definitions", "policies", "log", "runs", "futures", "runs")):
        path = tmp_path / str(seed)
        shutil.copytree(kept, path)
        seal(plan, BatchFolder(path))
        _flip(path / f"{name}.parquet", seed)
        with pytest.raises(ValueError, match="digest"):
            Batch(path).table(name)
        assert _answer(path) == answer
    (path / "digests.json").unlink()
    with pytest.raises(ValueError, match="digest"):
        open_tables(path).table("runs")
    assert _answer(path) == answer


@pytest.mark.parametrize("name", ["design.toml", "batch.json"])
def test_a_damaged_design_is_told(name: str, sound: tuple[BatchPlan, Path, str], tmp_path: Path) -> None:
    _, kept, answer = sound
    for seed in range(15):
        path = tmp_path / str(seed)
        shutil.copytree(kept, path)
        _flip(path / name, seed)
        assert _told_or_same(path, answer)
        assert CliRunner().invoke(app, ["batch", "status", str(path)]).exit_code == 2


def _compared(out: Path) -> Outcome:
    return compare(
        "tiny", ["as_written", "deep_marketing"], replications=3, out=out, workers=1, task=fake_runs.quick, pages=False
    )


def test_a_damaged_ledger_gives_the_same_comparison_and_says_so(tmp_path: Path) -> None:
    whole = _compared(tmp_path / "whole")
    noticed = 0
    for seed in range(40):
        path = tmp_path / str(seed)
        shutil.copytree(tmp_path / "whole", path)
        _flip(path / "ledger.sqlite", seed)
        found = _compared(path)
        assert found.sentence == whole.sentence
        assert found.table.equals(whole.table)
        told = any("rerun" in note for note in found.study.meta.notes)
        assert told or found.reused == 6, "a bit that says nothing changes nothing"
        noticed += told
    assert noticed > 10


def test_runs_of_a_comparison_are_not_taken_for_each_other(tmp_path: Path) -> None:
    _compared(tmp_path)
    first = "(SELECT content FROM numbers AS other WHERE other.part = numbers.part ORDER BY identity LIMIT 1)"
    _edited(tmp_path, f"UPDATE numbers SET content = {first} WHERE identity = (SELECT max(identity) FROM numbers)")
    assert _compared(tmp_path).reused == 5


def test_a_damaged_folder_of_results_is_told(tmp_path: Path) -> None:
    _compared(tmp_path).save(tmp_path)
    for name in ("runs.parquet", "study.json", "definitions.parquet"):
        whole = (tmp_path / name).read_bytes()
        _flip(tmp_path / name, 3)
        told = CliRunner().invoke(app, ["report", str(tmp_path)])
        assert told.exit_code == 2, told.output
        (tmp_path / name).write_bytes(whole)
    with pytest.raises(ValueError, match="digest"):
        _flip(tmp_path / "comparison.parquet", 4)
        open_tables(tmp_path).table("comparison")


def test_digests_tell_kinds_and_lengths_apart() -> None:
    several = [("ab", "c"), ("a", "bc"), ("1",), (1,), (1.0,), (b"1",), (None,), ("None",), (0.0,), (-0.0,)]
    assert len({digest_of(*parts) for parts in several}) == len(several)


def test_taking_up_a_damaged_folder_with_a_larger_design_is_refused(
    sound: tuple[BatchPlan, Path, str], tmp_path: Path
) -> None:
    _, kept, _ = sound
    path = tmp_path / "out"
    shutil.copytree(kept, path)
    _flip(path / "design.toml", 1)
    with pytest.raises(InputErrors, match="damaged"):
        take_up(path, small_plan(tmp_path, ("replications = 2", "replications = 3")))
