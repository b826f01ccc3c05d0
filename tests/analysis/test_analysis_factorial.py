"""Effects of parts: what was put in comes out, shares add up to the whole, and a missing subset is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import StudyError
from analysis.factorial import factorial_effects
from analysis.figures.effects import effects_figure
from analysis.figures.save import svg_bytes
from analysis.study import PolicyLabel, Provenance, Study

PARTS = ("a", "b", "c")
SUBSETS = {"+".join(some) or "none": frozenset(some) for size in range(4) for some in combinations(PARTS, size)}
#: What each part adds, and what a and b add together beyond that.
ADDS, TOGETHER = {"a": 100.0, "b": -20.0, "c": 0.0}, 30.0


def study(noise: float = 1.0, seeds: int = 12, subsets: dict[str, frozenset[str]] = SUBSETS) -> Study:
    chance = np.random.default_rng(5)
    luck = {seed: chance.normal(0.0, 500.0) for seed in range(seeds)}
    rows = [
        (
            name,
            seed,
            kpi,
            luck[seed] + sum(ADDS[p] for p in on) + TOGETHER * ({"a", "b"} <= on) + chance.normal(0.0, noise),
        )
        for name, on in subsets.items()
        for seed in range(seeds)
        for kpi in ("profit", "rest")
    ]
    definitions = pd.DataFrame(
        {
            "kpi": ["profit", "rest"],
            "label": ["Profit", "Rest"],
            "kpi_class": "financial",
            "unit": ["minor units", "1"],
            "direction": ["up", "none"],
            "formula": "",
        }
    )
    return Study(
        "?",
        "none",
        {name: PolicyLabel(name) for name in subsets},
        pd.DataFrame(rows, columns=["policy", "seed", "kpi", "value"]),
        definitions,
        Provenance("s", 4, tuple(range(seeds))),
    )


def effects(**given: float) -> dict[tuple[str, str], pd.Series]:
    table = factorial_effects(study(**given), SUBSETS)  # type: ignore[arg-type]
    return {(row["kind"], row["part"]): row for _, row in table[table["kpi"] == "profit"].iterrows()}


def test_effects_are_those_that_were_put_in() -> None:
    found = effects()
    wanted = {
        ("whole", "all parts"): 110.0,
        ("alone", "a"): 100.0,
        ("alone", "b"): -20.0,
        ("last", "a"): 130.0,
        ("last", "b"): 10.0,
        ("share", "a"): 115.0,
        ("share", "b"): -5.0,
        ("share", "c"): 0.0,
        ("interaction", "a × b"): 30.0,
        ("interaction", "a × c"): 0.0,
    }
    for key, value in wanted.items():
        assert found[key]["low"] - 0.5 <= value <= found[key]["high"] + 0.5, key
        assert found[key]["difference"] == pytest.approx(value, abs=2.0)
    verdicts = {key: found[key]["verdict"] for key in [("alone", "a"), ("alone", "b"), ("share", "c")]}
    assert list(verdicts.values()) == ["better", "worse", "cannot tell"]


def test_pairing_takes_the_common_luck_out() -> None:
    """Luck has a spread of 500; the interval of an effect only that of the noise."""
    assert effects()[("alone", "a")]["half_width"] < 3.0
    assert effects(noise=50.0)[("alone", "a")]["half_width"] > 20.0


def test_shares_add_up_to_the_whole() -> None:
    found = effects(noise=30.0)
    assert sum(found["share", p]["difference"] for p in PARTS) == pytest.approx(
        found["whole", "all parts"]["difference"]
    )


def test_a_missing_subset_is_refused() -> None:
    some = {name: on for name, on in SUBSETS.items() if name != "a+c"}
    with pytest.raises(StudyError, match=r"the policy with a \+ c is missing"):
        factorial_effects(study(subsets=some), some)


def test_a_kpi_without_a_value_has_no_effect() -> None:
    gap = study()
    gap.runs.loc[(gap.runs["kpi"] == "rest") & (gap.runs["policy"] == "a"), "value"] = np.nan
    table = factorial_effects(gap, SUBSETS).set_index(["kpi", "kind", "part"])
    assert np.isnan(table.loc[("rest", "alone", "a"), "difference"])
    assert table.loc[("rest", "alone", "b"), "difference"] == pytest.approx(-20.0, abs=2.0)


def test_the_figure_says_which_part_carries_most() -> None:
    made = study()
    figure = effects_figure(factorial_effects(made, SUBSETS), ["profit", "rest"], made)
    texts = [t.get_text() for t in figure.texts]
    assert any("a carries most" in t.replace("\n", " ") for t in texts)
    assert len(figure.axes) == 2
    assert svg_bytes(figure) == svg_bytes(figure)


def test_the_figure_does_not_name_a_winner_that_the_pairs_cannot_tell() -> None:
    made = study()
    effects = factorial_effects(made, SUBSETS)
    effects.loc[effects["kind"] == "share", "verdict"] = "cannot tell"
    figure = effects_figure(effects, ["profit"], made)
    shown = " ".join(t.get_text() for t in figure.texts)
    assert "a seems to carry most" in shown and "cannot tell" in shown
