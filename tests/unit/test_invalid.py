"""Broken scenario files: each states in its first line the message it must cause; nothing ends in a traceback."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputErrors
from sim.reading.library import scenario_folder
from sim.scenario import Scenario, check

BROKEN = sorted((scenario_folder() / "invalid").glob("*.toml"))
TINY = tomllib.loads((scenario_folder() / "tiny.toml").read_text(encoding="utf-8"))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.one_of(st.integers(-3, 3), st.text(max_size=3)), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(-1, 1), max_size=2),
)


def load_or_explain(path: str | Path, overrides: dict[str, Any] | None = None) -> Scenario | InputErrors:
    """The scenario, or the input errors with which it is refused; anything else raised is a traceback for a user."""
    try:
        return Scenario.load(path, overrides=overrides)
    except InputErrors as errors:
        return errors


def is_sound(found: Scenario | InputErrors) -> bool:
    """Whether a scenario has customers, or every error says where and what."""
    if isinstance(found, Scenario):
        return found.world.customers > 0
    return all(error.place and error.problem for error in found.errors)


def expectations(path: Path) -> list[str]:
    """What the first line of a broken file says must be in the message."""
    if not path.stat().st_size:
        return ["the file is empty"]
    first = path.read_bytes().split(b"\n")[0].decode("utf-8")
    assert first.startswith("# expect: "), f"{path.name} does not say what to expect"
    return [part.strip() for part in first.removeprefix("# expect: ").split(" | ")]


def test_there_are_enough_broken_files() -> None:
    assert len(BROKEN) >= 16


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_explained(path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        Scenario.load(path)
    message = str(caught.value)
    for wanted in expectations(path):
        assert wanted in message
    for error in check(path):
        assert error.place
        assert error.problem


def test_the_meaning_of_a_setting_is_not_a_remedy() -> None:
    (error,) = check(scenario_folder() / "invalid" / "no_weeks.toml")
    assert error.meaning == "Length of a run."
    assert "Length of a run." not in error.remedy


def places(content: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of all nodes of a TOML document."""
    found = [path] if path else []
    if isinstance(content, dict):
        children: list[tuple[str | int, Any]] = list(content.items())
    elif isinstance(content, list):
        children = list(enumerate(content))
    else:
        return found
    for key, child in children:
        found += places(child, (*path, key))
    return found


def mutate(content: dict[str, Any], place: tuple[str | int, ...], how: str, value: Any) -> None:
    """Delete the node at ``place``, give it another value or another key."""
    node: Any = content
    for key in place[:-1]:
        try:
            node = node[key]
        except (KeyError, IndexError, TypeError):
            return  # an earlier mutation has taken the node away
    last: Any = place[-1]
    held = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    if last not in held:
        return
    if how == "rename" and isinstance(node, dict):
        node[str(value)] = node.pop(last)
    elif how == "delete" or value is None:
        del node[last]
    else:
        node[last] = value


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(places(TINY)), st.sampled_from(["delete", "set", "rename"]), ODD),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutated_scenario_loads_or_is_explained(
    tmp_path: Path, changes: list[tuple[tuple[str | int, ...], str, Any]]
) -> None:
    content = copy.deepcopy(TINY)
    for place, how, value in changes:
        mutate(content, place, how, value)
    path = tmp_path / "mutated.toml"
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    assert is_sound(load_or_explain(path))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 4000), noise=st.binary(max_size=20))
def test_a_damaged_file_loads_or_is_explained(tmp_path: Path, cut: int, noise: bytes) -> None:
    data = (scenario_folder() / "tiny.toml").read_bytes()
    path = tmp_path / "damaged.toml"
    path.write_bytes(data[:cut] + noise + data[cut:])
    assert all(error.problem for error in check(path))


@settings(max_examples=150, deadline=None)
@given(
    path=st.one_of(st.text(max_size=20), st.sampled_from([".".join(map(str, place)) for place in places(TINY)])),
    value=ODD,
)
def test_an_odd_override_is_taken_or_explained(path: str, value: Any) -> None:
    assert is_sound(load_or_explain("tiny", {path: value}))
