"""The answer in words: every outcome is said plainly, losses and doubts included."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest

from analysis.answer import answer_question
from analysis.comparison_table import scorecard_groups
from analysis.errors import StudyError
from analysis.findings import analyse_study
from analysis.narrative import main_kpi, study_in_words
from analysis.numerals import MINUS, Scale, percent, probability, scale_of, tick
from analysis.phrases import row_scale
from analysis.study import Study


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_clear_win_names_amount_sureness_distributors_and_losses(winning: Study) -> None:
    answer = answer_question(winning)
    text = _plain(answer.sentence)
    assert answer.verdict == "win" and answer.policy == "deep_marketing"
    assert re.search(
        r"Deep marketing wins: it earns EUR 1\.\d\d m more contribution than Status quo over 104 weeks", text
    )
    assert re.search(
        r"95 % CI \+EUR 1\.\d+ m to \+EUR 1\.\d+ m; probability of being better > 99\.9 %, better in 20 of 20 pairs",
        text,
    )
    assert re.search(r"distributors gain too: their profit from our brand rises by EUR \d+ k", text)
    assert "it is worse on" in text and "cost to sell (+3." in text
    assert set(answer.worse) == {"cost_to_sell", "unserved_share", "selling_time_share"}


def test_loss_is_reported_plainly(make_study: Callable[..., Study]) -> None:
    effects = {
        "deep_marketing": {"contribution": -0.08, "distributor_profit": -0.05, "revenue": -0.04, "new_customers": 0.1}
    }
    answer = answer_question(make_study(effects=effects, cuts=False))
    text = _plain(answer.sentence)
    assert answer.verdict == "loss" and "Deep marketing loses: it earns EUR" in text and "less contribution" in text
    assert (
        "distributors lose: their profit from our brand falls by" in text
        and "better on new customers" in text
        and "worse on revenue" in text
    )


def test_win_for_the_firm_that_distributors_pay_for(make_study: Callable[..., Study]) -> None:
    effects = {"deep_marketing": {"contribution": 0.08, "distributor_profit": -0.08}}
    text = _plain(answer_question(make_study(effects=effects, cuts=False)).sentence)
    assert "wins" in text and "but distributors pay: their profit from our brand falls by EUR" in text


def test_doubt_is_said_with_the_runs_it_would_take(make_study: Callable[..., Study]) -> None:
    answer = answer_question(make_study(effects={"deep_marketing": {"contribution": 0.003}}, noise=1.0, cuts=False))
    text = _plain(answer.sentence)
    assert answer.verdict == "cannot tell" and text.startswith(
        "The data cannot distinguish Deep marketing from Status quo"
    )
    assert (
        re.search(r"about [\d,]+ pairs to settle with a chance of 80 %", text)
        and " wins" not in text
        and " loses" not in text
    )


def test_identical_policies_are_called_identical(make_study: Callable[..., Study]) -> None:
    answer = answer_question(make_study(effects={"deep_marketing": {}}, cuts=False))
    assert answer.verdict == "identical"
    assert (
        _plain(answer.sentence)
        == "Deep marketing and Status quo are identical: every KPI differs by exactly zero in all 20 pairs."
    )


def test_same_contribution_is_not_called_identical_when_something_else_moves(make_study: Callable[..., Study]) -> None:
    text = _plain(answer_question(make_study(effects={"deep_marketing": {"turnover": 0.6}}, cuts=False)).sentence)
    assert "exactly the same contribution" in text and "worse on staff turnover" in text


def test_best_of_three_names_chance_and_price(make_study: Callable[..., Study]) -> None:
    effects = {"deep_marketing": {"contribution": 0.08}, "status_quo_same_budget": {"contribution": -0.04}}
    text = _plain(answer_question(make_study(effects=effects, cuts=False)).sentence)
    assert (
        "Deep marketing wins" in text
        and "probability of being the best of 3 > 99.9 %, price of being wrong EUR 0" in text
    )
    assert "Same budget loses to the baseline" in text


def test_no_policy_beats_the_baseline(make_study: Callable[..., Study]) -> None:
    effects = {"deep_marketing": {"contribution": -0.08}, "status_quo_same_budget": {"contribution": -0.04}}
    answer = answer_question(make_study(effects=effects, cuts=False))
    assert answer.verdict == "loss" and answer.policy == "status_quo_same_budget"
    assert _plain(answer.sentence).startswith(
        "No policy clearly beats Status quo: Same budget loses to the baseline: −EUR"
    )


def unsure(study: Study, policy: str, spread: float) -> Study:
    """``study`` with ``policy``'s contribution scattered so that its interval is wide."""
    mine = (study.runs["policy"] == policy) & (study.runs["kpi"] == "contribution")
    sign = study.runs.loc[mine, "seed"].map(lambda seed: 1.0 if seed % 2 else -1.0)
    study.runs.loc[mine, "value"] += spread * sign
    return study


def test_a_clear_winner_leads_though_another_has_the_higher_mean(make_study: Callable[..., Study]) -> None:
    effects = {"deep_marketing": {"contribution": 0.08}, "status_quo_same_budget": {"contribution": 0.1}}
    study = unsure(make_study(effects=effects, cuts=False), "status_quo_same_budget", 9e6)
    answer = answer_question(study)
    text = _plain(answer.sentence)
    assert answer.verdict == "win" and answer.policy == "deep_marketing"
    assert text.startswith("Deep marketing wins") and "Same budget cannot be distinguished from the baseline" in text


def test_the_second_winner_beats_the_baseline_without_also(make_study: Callable[..., Study]) -> None:
    effects = {"deep_marketing": {"contribution": 0.08}, "status_quo_same_budget": {"contribution": 0.04}}
    text = _plain(answer_question(make_study(effects=effects, cuts=False)).sentence)
    assert "Same budget beats the baseline" in text and "also" not in text


def test_no_policy_clearly_beats_while_one_cannot_be_distinguished(make_study: Callable[..., Study]) -> None:
    effects = {"deep_marketing": {"contribution": -0.03}, "status_quo_same_budget": {"contribution": -0.04}}
    study = unsure(make_study(effects=effects, cuts=False, noise=0.05), "status_quo_same_budget", 9e6)
    answer = answer_question(study)
    text = _plain(answer.sentence)
    assert answer.verdict == "cannot tell" and answer.policy == "status_quo_same_budget"
    assert text.startswith("No policy clearly beats Status quo: Same budget cannot be distinguished from the baseline")
    assert "Deep marketing loses to the baseline" in text


def test_two_policies_have_a_price_of_being_wrong_too(winning: Study) -> None:
    assert "better in 20 of 20 pairs; price of being wrong EUR 0)" in _plain(answer_question(winning).sentence)


@pytest.mark.parametrize("others", [(), ("status_quo_same_budget",)])
def test_one_pair_says_what_it_cannot_show_and_no_more(
    make_study: Callable[..., Study], others: tuple[str, ...]
) -> None:
    effects = {name: {"contribution": 0.05} for name in ("deep_marketing", *others)}
    text = _plain(answer_question(make_study(effects=effects, seeds=1, cuts=False)).sentence)
    assert "one pair, so no confidence interval" in text
    assert not re.search(r"–|∞|; *\)|, *\)|1 pairs", text), text


def test_a_constant_difference_has_no_interval_from_x_to_x(make_study: Callable[..., Study]) -> None:
    text = _plain(answer_question(make_study(noise=0.0, cuts=False)).sentence)
    assert "the same in every pair" in text and "95 % CI" not in text


def test_a_clear_interval_does_not_end_at_a_rounded_zero() -> None:
    row = pd.Series({"difference": -0.0027, "low": -0.005, "high": -0.0004, "half_width": 0.0023, "unit": "%"})
    assert row_scale(row, "EUR").bracket(row["low"], row["high"]) == "[−0.0050, −0.0004]"
    unclear = row.copy()
    unclear["high"] = 0.0004
    assert row_scale(unclear, "EUR").bracket(row["low"], 0.0004) == "[−0.005, 0.000]"


def test_losses_are_named_once(make_study: Callable[..., Study]) -> None:
    worse = dict.fromkeys(("revenue", "new_customers", "active_customers", "market_share", "satisfaction"), -0.2)
    findings = analyse_study(make_study(effects={"deep_marketing": {"contribution": 0.1, **worse}}, cuts=False))
    answer, story = _plain(findings.answer.sentence), _plain(" ".join(study_in_words(findings)))
    names = ("revenue (", "new customers (", "active customers (", "market share (", "mean satisfaction (")
    assert sorted(answer.count(n) + story.count(n) for n in names) == [1] * 5


def test_study_without_contribution_is_refused(winning: Study) -> None:
    object.__setattr__(winning, "runs", winning.runs[winning.runs["kpi"] != "contribution"])
    with pytest.raises(StudyError, match="contribution"):
        answer_question(winning)


def test_paragraph_names_losing_places_and_both_terms(winning: Study) -> None:
    text = _plain(" ".join(study_in_words(analyse_study(winning))))
    assert "North-east (territory)" in text and "Hospitals (segment)" in text
    assert "in the first 26 weeks" in text and "times the runs" in text


def test_offers_that_never_bring_revenue_are_no_places(winning: Study) -> None:
    rows = winning.runs_by[(winning.runs_by["dimension"] == "segment") & (winning.runs_by["kpi"] == "revenue")]
    rivals = rows.assign(dimension="offer", value=rows["value"].where(rows["level"] == "Workshops", 0.0))
    object.__setattr__(winning, "runs_by", pd.concat([winning.runs_by, rivals], ignore_index=True))
    assert " of 1 offers clearly gain on revenue" in _plain(" ".join(study_in_words(analyse_study(winning))))


def test_segments_are_judged_by_market_share_before_new_customers(winning: Study) -> None:
    cut = winning.runs_by[~winning.runs_by["kpi"].isin(["contribution", "revenue"])]
    cut = cut.sort_values("kpi", ascending=False, kind="stable")  # another KPI comes first
    object.__setattr__(winning, "runs_by", cut)
    assert main_kpi(analyse_study(winning).cut("deep_marketing", "segment")) == "market_share"


def test_terminal_rows_come_by_class_with_distributors_last(winning: Study) -> None:
    groups = scorecard_groups(analyse_study(winning).table, "deep_marketing")
    assert [g.title for g in groups] == [
        "Financial",
        "Customer growth",
        "Customer satisfaction",
        "Management",
        "Distributors",
    ]
    line = groups[0].lines[0]
    assert line.label == "Contribution" and line.verdict == "better" and _plain(line.difference).startswith("+EUR 1.")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1_240_000.0, "EUR", "EUR 1.24 m"),
        (124_000_000.0, "minor units", "EUR 1.24 m"),
        (12_300.0, "CNY", "CNY 12.3 k"),
        (0.296, "share", "29.6 %"),
        (29.6, "%", "29.6 %"),
        (5.2, "weeks", "5.20 weeks"),
        (0.0, "EUR", "EUR 0"),
        (-2_500_000_000.0, "money", "−EUR 2.50 bn"),
        (0.3, "1/week", "0.300 per week"),
        (1.0, "1 = reference", "1.00"),
    ],
)
def test_numbers_are_written_for_readers(value: float, unit: str, shown: str) -> None:
    assert _plain(scale_of([value], unit).level(value)) == shown


def test_small_details_of_numbers() -> None:
    assert _plain(scale_of([0.0163], "share").difference(0.0163)) == "+1.63 pp"
    assert _plain(percent(-0.081, signed=True)) == f"{MINUS}8.1 %" and _plain(probability(0.99999)) == "> 99.9 %"
    assert Scale(decimals=1).bare(-0.01) == "0.0"  # no minus before a rounded zero
    assert tick(12.5, 2.5) == "12.5" and tick(-1200.0, 400.0) == f"{MINUS}1,200"
    assert scale_of([1.24e6], "EUR", half_width=1.3e4).bracket(1.227e6, 1.253e6) == "[+1.227, +1.253]"


def test_a_narrow_interval_asks_for_no_fifth_digit() -> None:
    narrow = scale_of([0.0347213, 0.0347200, 0.0347227], "share", half_width=1.4e-6)
    assert _plain(narrow.difference(0.0347213)) == "+3.472 pp"
    small = scale_of([-0.00014, -0.00018, -0.00011], "index", half_width=3.5e-5)
    assert _plain(small.difference(-0.00014)) == f"{MINUS}0.00014", "what is small keeps its digits"
