"""Conclusions of a batch: what is said is what was planted, and what cannot be said is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.conclusion_words import tell
from analysis.conclusions import conclude
from analysis.ensemble import Ensemble
from analysis.errors import StudyError
from analysis.factor import Factor
from analysis.figures.ensemble_gallery import draw_ensemble
from analysis.intervals import Floats
from analysis.report.ensemble_page import write_ensemble_report
from analysis.targets import Target
from tests.analysis.futures_fixture import ensemble

FACTORS = tuple(Factor(name) for name in ("growth", "prices", "nothing"))
MONEY = ("contribution", "Contribution", "EUR")


def _today(x: Floats) -> Floats:
    return 1e6 * (10 + x[:, 0])


def _bold(x: Floats) -> Floats:
    """Better by two million, but for weak growth, where it loses three."""
    return _today(x) + np.where(x[:, 0] < 0.3, -3e6, 2e6)


def _worse(x: Floats) -> Floats:
    return _today(x) - 1e6


def planted(method: str = "latin_hypercube", size: int = 120, **outcomes: Callable[[Floats], Floats]) -> Ensemble:
    luck = 1e5 * np.array([[-1.0, 0.0, 1.0]])
    found = ensemble(
        method, FACTORS, size, outcomes or {"today": _today, "bold": _bold, "worse": _worse}, luck=luck, kpi=MONEY
    )
    fresh = found.futures.index >= size // 2
    if method != "latin_hypercube":
        return found
    return replace(found, futures=found.futures.assign(role=np.where(fresh, "fresh", "study")))


def test_the_answer_names_the_policy_that_forgoes_least_and_where_it_loses() -> None:
    found = conclude(planted(), targets=[Target("contribution", at_least=10.2e6)])
    assert found.robust is not None
    regret = found.robust.set_index("policy")["max_regret"]
    assert regret["bold"] == pytest.approx(3e6)
    assert regret["today"] == pytest.approx(2e6)
    assert found.pick == "today"
    sentences = tell(found)
    assert sentences[0].startswith("today forgoes least")
    assert any("bold beats today" in sentence and "growth" in sentence for sentence in sentences)
    assert not any("where nothing" in sentence for sentence in sentences)
    where = next(finding for finding in found.findings if finding.name == "bold beats today")
    assert where.check is not None
    assert where.check.iloc[-1]["density"] == pytest.approx(1.0)


def test_without_a_difference_nothing_is_found() -> None:
    found = conclude(planted(today=_today, other=_today))
    assert found.pairs is not None
    assert found.pairs["verdict"].tolist() == ["identical"]
    assert found.findings == ()
    assert any("too one-sided" in line for line in found.skipped)


def test_few_futures_are_said_to_be_few() -> None:
    found = conclude(planted(size=8))
    assert found.findings == ()
    assert any("too few" in line for line in found.skipped)


@pytest.mark.parametrize(("method", "size"), [("saltelli", 64), ("morris", 12)])
def test_designs_of_sensitivity_tell_what_drives_and_compare_no_means(method: str, size: int) -> None:
    found = conclude(planted(method, size, today=_today, bold=_bold))
    assert (found.pairs, found.robust, found.pick) == (None, None, None)
    assert [(one.policy, one.against) for one in found.sensitivities] == [
        ("today", ""),
        ("bold", ""),
        ("bold", "today"),
    ]
    assert all("growth" in sentence.split(":")[1].split("(")[0] for sentence in tell(found))


def test_too_few_blocks_are_reported_and_not_hidden() -> None:
    found = conclude(planted("saltelli", 8, today=_today, bold=_bold))
    assert found.sensitivities == ()
    assert any("blocks" in line for line in found.skipped)


def test_an_unknown_kpi_is_refused() -> None:
    with pytest.raises(StudyError):
        conclude(planted(), "profits")


@pytest.mark.parametrize("method", ["latin_hypercube", "morris"])
def test_the_page_says_what_the_sentences_say(method: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    if method == "morris":
        found = conclude(planted("morris", 12, today=_today, bold=_bold))
    else:
        found = conclude(planted(), targets=[Target("contribution", at_least=10.2e6)])
    plates = draw_ensemble(found)
    assert plates
    page = write_ensemble_report(found, plates, tmp_path / "report.html", "Which one?").read_text(encoding="utf-8")
    assert "Which one?" in page
    assert page.count("<img") == len(plates)
    for sentence in tell(found):
        assert sentence.split("(")[0].replace("'", "&#39;") in page
    assert "http" not in page.replace("http-equiv", "")


def test_incomplete_futures_are_counted() -> None:
    whole = planted()
    runs: pd.DataFrame = whole.runs[~((whole.runs["policy"] == "bold") & (whole.runs["future"] == 3))]
    found = conclude(replace(whole, runs=runs))
    assert found.robust is not None
    assert set(found.robust["left_out"]) == {1}
    assert "1\N{NO-BREAK SPACE}incomplete future excluded" in tell(found)[0]
