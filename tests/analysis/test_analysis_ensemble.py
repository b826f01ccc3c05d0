"""The contract of ensembles and factors: what is refused, what pairs, and how shares become values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from tests.analysis.ensembles import by_hand

NAN = float("nan")


@pytest.fixture
def small() -> Ensemble:
    """Two policies, three futures, two replications; one run of the second future is missing, and both of the third."""
    return by_hand(
        {"contribution": {"base": [[1, 3], [5, 7], [1, 1]], "deep": [[2, 6], [4, NAN], [NAN, NAN]]}}, fresh=()
    )


def test_a_replication_counts_only_where_all_policies_have_it(small: Ensemble) -> None:
    means = small.means("contribution")
    assert means.index.name == "future" and list(means.columns) == ["base", "deep"]
    np.testing.assert_array_equal(means.to_numpy(), [[2, 4], [5, 4], [NAN, NAN]])


def test_the_order_of_rows_means_nothing(small: Ensemble) -> None:
    turned = replace(small, futures=small.futures.iloc[::-1], runs=small.runs.iloc[::-1])
    assert turned.of_role("study").tolist() == [0, 1, 2]
    pd.testing.assert_frame_equal(turned.means("contribution"), small.means("contribution"))


def test_a_value_that_is_none_is_a_missing_one(small: Ensemble) -> None:
    runs = small.runs.astype({"contribution": "Float64"})
    runs.loc[0, "contribution"] = pd.NA
    assert np.isnan(replace(small, runs=runs).cells("contribution")[0, 0, 0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"baseline": "nobody"}, "'nobody' is not among"),
        ({"runs": pd.DataFrame(columns=["policy", "future", "replication", "contribution"])}, "the table is empty"),
        ({"futures": pd.DataFrame({"role": [], "block": [], "step": []})}, "not in `futures`"),
        ({"futures": pd.DataFrame({"role": []})}, "columns block, step are missing"),
        ({"factors": (Factor("growth"),)}, "columns growth are missing"),
    ],
)
def test_tables_that_do_not_fit_are_refused(small: Ensemble, change: dict[str, object], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        replace(small, **change)


def test_repeated_rows_strangers_and_unknown_names_are_refused(small: Ensemble) -> None:
    with pytest.raises(StudyError, match="one row per policy, future and replication"):
        replace(small, runs=pd.concat([small.runs, small.runs]))
    with pytest.raises(StudyError, match="one row per future"):
        replace(small, futures=pd.concat([small.futures, small.futures]))
    with pytest.raises(StudyError, match="no title for"):
        replace(small, runs=small.runs.assign(policy="stranger"))
    with pytest.raises(StudyError, match="Choose one of: contribution"):
        small.means("happiness")
    with pytest.raises(StudyError, match="Choose one of: study, fresh"):
        small.of_role("studies")
    with pytest.raises(StudyError, match="neither more nor less"):
        small.direction("calls")


def test_shares_become_values_of_the_range() -> None:
    assert Factor("x", 2.0, 4.0).at([0.0, 0.5, 1.0]) == [2.0, 3.0, 4.0]
    assert Factor("x", 1.0, 100.0, log=True).at([0.0, 0.5, 1.0]) == pytest.approx([1.0, 10.0, 100.0])
    assert Factor("x", levels=("a", "b", "c")).at([0.0, 0.34, 0.99, 1.0]) == ["a", "b", "c", "c"]


def test_whole_numbers_have_equal_shares_or_equal_ratios() -> None:
    shares = (np.arange(6000) + 0.5) / 6000
    even = Factor("x", 1, 3, whole=True).at(shares)
    assert [even.count(v) for v in (1, 2, 3)] == [2000, 2000, 2000]
    ratios = Factor("x", 1, 3, whole=True, log=True).at([*shares, 1.0])
    widths = 6000 * np.log([2, 3 / 2, 4 / 3]) / np.log(4)
    assert np.abs(np.array([ratios.count(v) for v in (1, 2, 3)]) - widths).max() <= 1 + 1e-9


def test_only_numbers_have_an_order() -> None:
    assert Factor("x").is_number and Factor("x", levels=(1, 2.5)).is_number
    assert not Factor("x", levels=("a", "b")).is_number and not Factor("x", levels=(True, False)).is_number
