"""Designs of futures: the same blocks whatever else is drawn, known points, and tables of users' own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris
from SALib.sample import sobol as salib_sobol

from analysis.factor import Factor
from experiments.batch.futures_file import futures_from_file
from experiments.batch.samples import METHODS, draw_futures
from experiments.batch.unit_cube import morris_trajectories, saltelli_blocks, sobol_points
from sim.errors import InputErrors

FACTORS = (
    Factor("price", 0.8, 1.2),
    Factor("rate", 0.01, 1.0, log=True),
    Factor("reps", 3, 7, whole=True),
    Factor("rule", levels=("flat", "steep", "none")),
    Factor("bonus", levels=(False, True)),
    Factor("term", levels=(4, 8, 12.5)),
)
EXTENDED = ("sobol", "saltelli", "morris")
SIZES = {"sobol": 1, "saltelli": len(FACTORS) + 2, "morris": len(FACTORS) + 1}


@pytest.mark.parametrize("method", EXTENDED)
def test_a_block_is_the_same_whatever_else_is_drawn(method: str) -> None:
    whole = draw_futures(method, FACTORS, 21, 5)
    assert len(whole) == 21 * SIZES[method]
    for first, size in ((0, 1), (0, 7), (3, 5), (16, 5), (20, 1)):
        part = draw_futures(method, FACTORS, size, 5, first=first)
        expected = whole[whole["block"].between(first, first + size - 1)].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected)
    assert not draw_futures(method, FACTORS, 21, 6).equals(whole)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("none", "grid", "file")])
def test_values_lie_in_their_ranges_and_keep_their_kind(method: str) -> None:
    futures = draw_futures(method, FACTORS, 40, 1)
    assert list(futures.columns) == ["block", "step", *(factor.name for factor in FACTORS)]
    assert futures.index.equals(pd.RangeIndex(len(futures)))
    assert futures["price"].between(0.8, 1.2).all() and futures["rate"].between(0.01, 1.0).all()
    assert set(futures["reps"]) == {3, 4, 5, 6, 7} - ({5} if method == "morris" else set())
    assert set(futures["rule"]) == {"flat", "steep", "none"}
    assert set(futures["term"]) == {4, 8, 12.5}
    assert [str(futures[name].dtype) for name in ("price", "reps", "bonus", "term")] == [
        *("float64", "int64", "bool", "float64")
    ]


def test_every_slice_of_a_latin_hypercube_holds_one_point() -> None:
    futures = draw_futures("latin_hypercube", [Factor("a"), Factor("b", 2, 4)], 50, 3)
    for values in (futures["a"], (futures["b"] - 2) / 2):
        assert sorted((values * 50).astype(int)) == list(range(50))


def test_a_grid_is_every_combination_once() -> None:
    futures = draw_futures("grid", FACTORS[3:], 0, 0)
    assert len(futures) == len(futures.drop_duplicates(["rule", "bonus", "term"])) == 18
    assert list(futures["block"]) == list(range(18)) and not futures["step"].any()
    assert futures.iloc[1].to_dict() == {"block": 1, "step": 0, "rule": "flat", "bonus": False, "term": 8.0}


def test_nothing_drawn_is_one_future_that_sets_nothing() -> None:
    assert draw_futures("none", (), 0, 0).to_dict("list") == {"block": [0], "step": [0]}


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13])
def test_saltelli_blocks_are_salibs(size: int) -> None:
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0.0, 1.0]] * 3}
    power = 1 << (size - 1).bit_length()
    expected = salib_sobol.sample(problem, power, calc_second_order=False, seed=np.random.default_rng(11))
    np.testing.assert_array_equal(saltelli_blocks(3, size, 11).reshape(-1, 3), expected[: size * 5])


def test_sobol_points_are_balanced_at_powers_of_two() -> None:
    points = sobol_points(4, 64, 2)
    assert all(sorted((points[:, j] * 64).astype(int)) == list(range(64)) for j in range(4))


def test_a_trajectory_moves_one_factor_at_a_time_by_two_thirds_of_its_range() -> None:
    walks = morris_trajectories(5, 200, 9)
    steps = np.diff(walks, axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all() and ((steps != 0).sum(axis=1) == 1).all()
    np.testing.assert_allclose(np.abs(steps[steps != 0]), 2 / 3, rtol=1e-12)
    assert set(np.unique(walks)) == {0.0, 1 / 3, 2 / 3, 1.0}
    shares = np.bincount(np.rint(walks * 3).astype(int).ravel()) / walks.size
    np.testing.assert_allclose(shares, 0.25, atol=0.03)


def test_a_trajectory_is_salibs() -> None:
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0.0, 1.0]] * 3}
    np.testing.assert_allclose(morris_trajectories(3, 1, 7, 4)[0], morris.sample(problem, 1, seed=[7, 4]), atol=1e-12)


def test_every_step_of_a_trajectory_changes_levels_and_whole_numbers_too() -> None:
    futures = draw_futures("morris", FACTORS, 60, 2)
    for _, walk in futures.groupby("block"):
        changed = walk[[factor.name for factor in FACTORS]].ne(walk[[factor.name for factor in FACTORS]].shift())
        assert (changed.iloc[1:].sum(axis=1) == 1).all()


def test_no_global_generator_is_touched() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for method in ("latin_hypercube", "sobol", "saltelli", "morris"):
        draw_futures(method, FACTORS, 5, 0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_rounding_carries_no_value_past_an_end() -> None:
    for low, high in ((0.03, 0.32), (0.06, 0.84), (0.01, 1.63), (0.02, 1.64), (-0.3, 0.1)):
        for log in (False, True)[: 1 + (low > 0)]:
            bottom, top = (float(str(value)) for value in Factor("x", low, high, log=log).at([0.0, 1.0]))
            assert low == bottom and high * (1 - 1e-15) <= top <= high


@pytest.mark.parametrize(
    "call",
    [
        lambda: draw_futures("lhs", FACTORS, 4, 0),
        lambda: draw_futures("file", FACTORS, 4, 0),
        lambda: draw_futures("grid", FACTORS, 4, 0),
        lambda: draw_futures("sobol", (), 4, 0),
        lambda: draw_futures("sobol", FACTORS, 0, 0),
        lambda: draw_futures("morris", FACTORS, 4, 0, first=-1),
        lambda: draw_futures("latin_hypercube", FACTORS, 4, 0, first=4),
        lambda: draw_futures("sobol", (Factor("step"),), 4, 0),
    ],
)
def test_what_no_design_can_be_is_refused(call: Callable[[], pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        call()


# --- tables of users ---------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "futures.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_was_drawn_is_read_back(tmp_path: Path) -> None:
    futures = draw_futures("saltelli", FACTORS, 9, 4)
    futures.insert(0, "role", "study")
    futures.to_csv(tmp_path / "futures.csv", index=False)
    futures.to_parquet(tmp_path / "futures.parquet")
    for name in ("futures.csv", "futures.parquet"):
        pd.testing.assert_frame_equal(futures_from_file(tmp_path / name, FACTORS), futures)


def test_columns_may_stand_in_any_order_and_places_may_be_left_out(tmp_path: Path) -> None:
    factors = (Factor("price"), Factor("reps", 1, 9, whole=True))
    futures = futures_from_file(written(tmp_path, "\ufeffreps;price\n3;0.5\n\n4;1\n"), factors)
    assert futures.to_dict("list") == {"block": [0, 1], "step": [0, 0], "price": [0.5, 1.0], "reps": [3, 4]}
    futures = futures_from_file(written(tmp_path, "block,price,reps\n7,0.5,3\n7,0.1,3\n8,1,4\n"), factors)
    assert list(futures["block"]) == [7, 7, 8] and list(futures["step"]) == [0, 1, 0]


def test_without_factors_columns_say_what_they_are(tmp_path: Path) -> None:
    futures = futures_from_file(written(tmp_path, "role,a,b,c,d\nfresh,1,0.5,TRUE,x\nstudy,2,1,false,1\n"))
    assert list(futures.columns) == ["role", "block", "step", "a", "b", "c", "d"]
    assert list(futures.iloc[0]) == ["fresh", 0, 0, 1, 0.5, True, "x"]
    endless = futures_from_file(written(tmp_path, "a\n1\ninf\n"))
    assert list(endless["a"]) == ["1", "inf"]  # words, which no setting of numbers will take
    assert [str(futures[name].dtype) for name in "abc"] == ["int64", "float64", "bool"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "futures.csv", "empty"),
        ("price,rule\n", "futures.csv", "no rows"),
        ("price,price,rule\n1,1,flat\n", "column 'price'", "two columns have the same header"),
        ("price,rule,prize\n1,flat,2\n", "column 'prize'", "no factor has this name; expected the factors price, rule"),
        ("price\n1\n0.9\n", "column 'rule'", "missing"),
        ("price,rule\n1,flat\n1.3,flat\n", "row 3, column 'price'", "'1.3' was found; expected a number from 0.8 to 1.2 times"),
        ("price,rule\nhigh,flat\n", "row 2, column 'price'", "'high' was found"),
        ("price,rule\n0_1,flat\n", "row 2, column 'price'", "'0_1' was found"),
        ("price,rule\nnan,flat\n", "row 2, column 'price'", "'nan' was found"),
        ('price,rule\n"0,9",flat\n', "row 2, column 'price'", "'0,9' was found"),
        ("price,rule\n1,flat\n,flat\n", "row 3, column 'price'", "blank"),
        ("price,rule\n1,Flat\n", "row 2, column 'rule'", "expected one of flat, steep"),
        ("price,rule,role\n1,flat,new\n", "row 2, column 'role'", "expected one of study, fresh"),
        ("price,rule,block\n1,flat,1.5\n", "row 2, column 'block'", "expected a whole number"),
        ("price,rule,step\n1,flat,1\n", "column 'step'", "no blocks"),
        ("price,rule,block,step\n1,flat,1,0\n1,flat,1,0\n", "row 3, column 'step'", "twice"),
        ("price,rule\n1,flat\nprice,rule\n1,flat\n", "row 3", "headers printed again"),
        ('price,rule\n1,"fl\n1,at"\n', "row 2", "look like rows"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_file_row_and_column(tmp_path: Path, text: str, place: str, words: str) -> None:
    factors = (Factor("price", 0.8, 1.2, unit="times"), Factor("rule", levels=("flat", "steep")))
    with pytest.raises(InputErrors) as caught:
        futures_from_file(written(tmp_path, text), factors)
    (error,) = caught.value.errors
    assert error.place.startswith("futures.csv") and place in error.place
    assert words in str(error) and error.expected and error.remedy


def test_all_mistakes_are_told_at_once_and_like_ones_together(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        futures_from_file(written(tmp_path, "a,b\nx,1\nx,9\ny,1\n"), (Factor("a"), Factor("b")))
    assert [error.place for error in caught.value.errors] == [
        "futures.csv, rows 2, 3, column 'a'",
        "futures.csv, row 4, column 'a'",
        "futures.csv, row 3, column 'b'",
    ]
    with pytest.raises(InputErrors, match="no such file"):
        futures_from_file(tmp_path / "none.csv", None)
