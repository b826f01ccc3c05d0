"""A folder of results knows whose it is: no other study, no edit by hand and nothing behind a link is replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.ownership import NOTE, Asked, claim, free_place, settled, written_again
from experiments.runs.run_folder import RunFolder
from experiments.whole_files import replacing, staged, write_file
from sim.errors import InputErrors

FILES = ("report.html", "scenario.toml", "table.csv", "table.parquet", "figures/a.png")


def asked(verb: str = "compare", policies: tuple[str, ...] = ("a", "b"), **facts: object) -> Asked:
    given = {"scenario": "tiny", "seed": None, "weeks": 2, "overrides": {}, **facts}
    return Asked.of(verb, policies=policies, **given)  # type: ignore[arg-type]


def wrote(folder: Path, study: Asked, words: str = "first", files: tuple[str, ...] = FILES) -> dict[str, str]:
    with settled(folder, study) as part:
        for name in files:
            (part / name).parent.mkdir(exist_ok=True)
            (part / name).write_text(words, encoding="utf-8")
    return content(folder)


def content(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): f.read_text(encoding="utf-8") for f in folder.rglob("*") if f.is_file()}


OTHERS = {
    "another verb": asked("run"),
    "another scenario": asked(scenario="regional_plain"),
    "another seed": asked(seed=2),
    "other weeks": asked(weeks=3),
    "another setting": asked(overrides={"policy.pay.commission": "0.03"}),
    "another baseline": asked(policies=("b", "a")),
    "another policy": asked(policies=("a", "c")),
    "fewer policies": asked(policies=("a",)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_another_study_is_refused_and_nothing_changes(other: Asked, tmp_path: Path) -> None:
    before = wrote(tmp_path, asked())
    with pytest.raises(InputErrors, match="holds another study: compare tiny a b --weeks 2"):
        claim(tmp_path, other)
    assert content(tmp_path) == before
    claim(tmp_path, other, replace=True)
    assert free_place(tmp_path, other, False) == tmp_path.with_name(f"{tmp_path.name}-2")


@pytest.mark.parametrize("same", [asked(), asked(policies=("a", "b", "c")), asked(policies=("a", "c", "b"))])
def test_the_same_study_goes_on(same: Asked, tmp_path: Path) -> None:
    wrote(tmp_path, asked())
    claim(tmp_path, same)
    after = wrote(tmp_path, same, "second", ("report.html",))
    assert after.keys() == {NOTE, "report.html"}, "what the study writes no more is gone"
    assert free_place(tmp_path, same, False) == tmp_path


@pytest.mark.parametrize("name", ["report.html", "scenario.toml", "table.csv"])
def test_what_was_edited_by_hand_stays(name: str, tmp_path: Path) -> None:
    wrote(tmp_path, asked())
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(InputErrors, match=f"{name}: was edited since"):
        claim(tmp_path, asked())
    claim(tmp_path, asked(), replace=True)
    claim(tmp_path, asked(), inputs=[tmp_path / name])
    written_again(tmp_path / name)
    claim(tmp_path, asked())


def test_what_was_edited_is_not_cleared_away(tmp_path: Path) -> None:
    wrote(tmp_path, asked())
    (tmp_path / "scenario.toml").write_text("mine", encoding="utf-8")
    assert wrote(tmp_path, asked(), "second", ("report.html",))["scenario.toml"] == "mine"


@pytest.mark.parametrize("name", ["report.html", "scenario.toml", "design.toml", "quality.md"])
def test_results_that_nobody_noted_are_somebodys(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(InputErrors, match=f"holds {name}"):
        claim(tmp_path, asked())


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"verb": 1, "facts": {}, "files": {}}', "\x00"])
def test_a_damaged_note_is_none(note: str, tmp_path: Path) -> None:
    wrote(tmp_path, asked())
    (tmp_path / NOTE).write_text(note, encoding="utf-8")
    with pytest.raises(InputErrors, match="holds report"):
        claim(tmp_path, asked())


def test_other_files_of_the_user_are_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    claim(tmp_path, asked())
    assert wrote(tmp_path, asked())["letter.txt"] == "mine"


def test_a_link_in_the_way_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.html", tmp_path / "out"
    folder.mkdir()
    outside.write_text("theirs", encoding="utf-8")
    (folder / "report.html").symlink_to(outside)
    (folder / "table.csv").hardlink_to(outside)
    (folder / f"scenario.{os.getpid()}.part").symlink_to(outside)
    wrote(folder, asked())
    write_file(folder / "scenario.toml", "ours")
    assert outside.read_text(encoding="utf-8") == "theirs"
    assert not (folder / "report.html").is_symlink()


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_a_folder_that_is_a_link_is_refused(target: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ("figures", "ledger.sqlite"):
        (folder / name).symlink_to(tmp_path / target)
    with pytest.raises(InputErrors, match=r"figures: is a link to"):
        wrote(folder, asked())
    with pytest.raises(InputErrors, match=r"ledger.sqlite: is a link to"), RunFolder(folder).driving():
        pass
    assert not list((tmp_path / "elsewhere").iterdir())
    assert {path.name for path in folder.iterdir()} == {"figures", "ledger.sqlite"}


def test_a_folder_that_the_user_linked_is_his_choice(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    wrote(tmp_path / "out", asked())
    assert (tmp_path / "disk" / "figures" / "a.png").is_file()


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_is_broken_off_leaves_nothing(error: type[BaseException], there: bool, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()
    with pytest.raises(error), staged(out) as part:
        (part / "half").write_text("x", encoding="utf-8")
        raise error
    with pytest.raises(error), replacing(tmp_path / "file") as file:
        file.write_text("x", encoding="utf-8")
        raise error
    assert [path.name for path in tmp_path.rglob("*")] == ["out"] * there


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, unique=True),
    st.lists(st.sampled_from("abcd"), min_size=1, unique=True),
)
def test_going_on_means_holding_all_of_it(new: list[str], old: list[str]) -> None:
    went = asked(policies=tuple(new)).continues(asked(policies=tuple(old)))
    assert went == (new[0] == old[0] and set(old) <= set(new))
