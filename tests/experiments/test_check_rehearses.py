"""What `check` finds sound runs its first weeks, and what these refuse `check` tells with the user's own value."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.rehearsal import rehearse
from sim import Market
from sim.errors import InputError, InputErrors
from sim.params import Params
from sim.quantity import Declaration
from sim.questions.registry import questions, rules
from sim.scenario import Scenario
from tests.experiments.batch_fixture import DESIGN, design_file

SMALL = {"world.customers": 100, "weeks": 2}


def _settings() -> list[tuple[dict[str, Any], str, Any, Declaration]]:
    """(what must be set with it, path, type, declaration) of every number of the parameters and the rules."""
    found: list[tuple[dict[str, Any], str, Any, Declaration]] = []
    for name, info in Params.model_fields.items():
        section: Any = info.annotation
        for key, declaration in section.declarations():
            found.append(({}, f"params.{name}.{key}", section.model_fields[key].annotation, declaration))
    for question in questions():
        for kind, rule in rules(question).items():
            for key, declaration in rule.declarations():
                start = {f"policy.{question}.kind": kind}
                found.append((start, f"policy.{question}.{key}", rule.model_fields[key].annotation, declaration))
    return [one for one in found if one[2] in (int, float, bool) or get_origin(one[2]) is Literal]


SETTINGS = _settings()


def _ends(kind: Any, declaration: Declaration) -> list[Any]:
    if kind is bool:
        return [False, True]
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    ends = [end for end in declaration.bounds or () if math.isfinite(end)]
    return [int(end) if kind is int else float(end) for end in ends]


def _value(kind: Any, declaration: Declaration) -> st.SearchStrategy[Any]:
    if kind is bool or get_origin(kind) is Literal:
        return st.sampled_from(_ends(kind, declaration))
    low, high = declaration.bounds or (-1e6, 1e6)
    low, high = max(low, -1e6), min(high, 1e6)
    if kind is int:
        return st.integers(math.ceil(low), math.floor(high))
    return st.floats(low, high, allow_nan=False)


@st.composite
def _odd(draw: st.DrawFn) -> dict[str, Any]:
    """One to eight settings at random, as the schema allows them."""
    chosen: dict[str, Any] = {}
    for must, path, kind, declaration in draw(st.lists(st.sampled_from(SETTINGS), min_size=1, max_size=8)):
        clashes = any(chosen.get(key, value) != value for key, value in must.items())
        values = draw(st.one_of(_value(kind, declaration), st.sampled_from(_ends(kind, declaration) or [0])))
        if not clashes:
            chosen |= {**must, path: values}
    return {path: f'"{value}"' if isinstance(value, str) else value for path, value in chosen.items()}


def _same_verdict(given_: dict[str, Any]) -> None:
    """The verdict of the check is that of the first weeks, and it names one of the settings."""
    overrides = {**given_, **SMALL}
    try:
        scenario = Scenario.load("tiny", overrides=overrides)
    except InputErrors:
        return  # told on paper
    told = rehearse(scenario, "tiny", None, overrides)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of numbers near the ends of what floats can hold
            Market(scenario).run()
    except InputError:
        assert told
        assert any(path in str(error) for error in told for path in given_), told
    else:
        assert told == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_odd())
def test_check_and_first_weeks_agree_on_odd_settings(given_: dict[str, Any]) -> None:
    _same_verdict(given_)


@pytest.mark.slow
def test_check_and_first_weeks_agree_at_every_bound() -> None:
    for must, path, kind, declaration in SETTINGS:
        for end in _ends(kind, declaration):
            value = f'"{end}"' if isinstance(end, str) else end
            _same_verdict({**{key: f'"{name}"' for key, name in must.items()}, path: value})


def _told(*command: str) -> str:
    found = CliRunner().invoke(app, list(command))
    assert found.exit_code == 2, found.output
    return " ".join(found.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("policy.head_count.extra", 100, "from 0 to 7"),
        ("policy.head_count.more", 1000, "from 0 to 7"),
        ("params.network.degree", 5, "an even number"),
    ],
)
def test_what_the_first_week_refuses_is_told_by_check_with_path_and_file(
    path: str, value: int, words: str, tmp_path: Path
) -> None:
    told = _told("check", "tiny", "--set", f"{path}={value}")
    assert f"--set {path}" in told
    assert words in told
    key = path.rsplit(".", 1)[1]
    table = f"[{path.rsplit('.', 1)[0]}]\n{key} = {value}\n"
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "tiny"\n{table}', encoding="utf-8")
    told = _told("check", str(file))
    assert f"mine.toml, {path}" in told
    assert f"{path} = {value} (file mine.toml)" in told
    assert "the rule" not in told
    assert "is sound" in CliRunner().invoke(app, ["check", str(file), "--no-rehearsal"]).output


def test_a_degree_above_the_customers_is_told_and_one_below_is_not() -> None:
    assert "100 customers" in _told(
        "check", "tiny", "--set", "params.network.degree=200", "--set", "world.customers=100"
    )
    found = CliRunner().invoke(app, ["check", "tiny", "--set", "params.network.degree=200"])
    assert found.exit_code == 0, found.output


def test_a_design_is_rehearsed_at_the_ends_of_its_factors_and_under_every_policy(tmp_path: Path) -> None:
    lines = ('name = "deep_marketing"', 'name = "deep_marketing"\nset = { "policy.head_count.extra" = 100 }')
    degree = (
        'path = "offer.*.list_price"\ntimes = true\nlow = 0.9\nhigh = 1.1',
        'path = "params.network.degree"\nlevels = [4, 7]',
    )
    file = str(design_file(tmp_path, DESIGN, lines, degree))
    for command in (("check", file), ("batch", "plan", file)):
        told = _told(*command)
        assert "policy.head_count.extra = 100" in told
        assert "futures.factors.prices: params.network.degree = 7" in told


def test_a_large_market_is_rehearsed_in_small() -> None:
    scenario = Scenario.load("regional_plain", overrides={"world.customers": 20_000_000})
    assert rehearse(scenario, "regional_plain", None, {"world.customers": 20_000_000}) == []
