"""The answer in words: which policy, by how much, how sure, who pays, and where it loses."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import pandas as pd

from analysis.errors import StudyError
from analysis.intervals import pairs_to_settle
from analysis.numerals import NO_BREAK, listed, p_text, plural, probability, round_up, scale_of
from analysis.paired import compare_policies, row_of
from analysis.phrases import belief, evidence, named_change, row_scale, size
from analysis.ranking import rank_policies
from analysis.study import BOOKS, Study

MAIN = "contribution"
PARTNER = "distributor_profit"
NAMED = 3
#: Which of several challengers to lead with: a clear winner, else one that may still win; the best mean first.
_LEADS = ("better", "cannot tell", "identical", "worse", "undefined")


@dataclass(frozen=True)
class Answer:
    """What a study says.

    ``verdict`` is win, loss, cannot tell or identical: ``policy`` (of several challengers a clear winner, else one that
    may still win, the best mean first) against the baseline on contribution. ``clauses`` state it, then the effects on
    others; ``better`` and ``worse`` list the KPIs on which the policy is clearly better or worse.
    """

    verdict: str
    policy: str
    clauses: tuple[str, ...]
    better: tuple[str, ...]
    worse: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The clauses as one sentence."""
        return "; ".join(self.clauses) + "."


def answer_question(study: Study, table: pd.DataFrame | None = None) -> Answer:
    """Answer the study's question in one sentence; ``table`` saves comparing the policies again."""
    table = compare_policies(study) if table is None else table
    if MAIN not in set(table["kpi"]):
        raise StudyError("runs", f"the KPI '{MAIN}' decides, and no run reports it", "Record it in every run.")
    ranks = rank_policies(study, MAIN)
    mains = table[table["kpi"] == MAIN].set_index("policy")["verdict"].map(str).to_dict()
    policy = min((str(p) for p in ranks["policy"] if p in mains), key=lambda p: _LEADS.index(mains[p]))
    rows = table[table["policy"] == policy].set_index("kpi", drop=False)
    verdict = {"better": "win", "worse": "loss"}.get(
        str(row_of(rows, MAIN)["verdict"]), str(row_of(rows, MAIN)["verdict"])
    )
    better, worse = (
        tuple(rows.index[(rows["verdict"] == v) & (rows["kpi_class"] != BOOKS)]) for v in ("better", "worse")
    )
    if _all_identical(table):
        clauses = [_identical(study, rows)]
    elif len(study.challengers) > 1:
        clauses = _of_many(study, table, ranks, policy, verdict)
    else:
        clauses = _of_two(study, rows, ranks, policy, verdict)
    return Answer(verdict, policy, tuple(c for c in clauses if c), better, worse)


def _of_two(study: Study, rows: pd.DataFrame, ranks: pd.DataFrame, policy: str, verdict: str) -> list[str]:
    row = row_of(rows, MAIN)
    sure = [belief(row), _price(study, ranks, policy)]
    return [
        _headline(study, row, policy, verdict, sure),
        _partner(study, rows, verdict),
        _losses(study, rows, verdict),
    ]


def _headline(study: Study, row: pd.Series, policy: str, verdict: str, sure: list[str]) -> str:
    name, base = study.title(policy), study.title(study.baseline)
    money, horizon = study.meta.currency, plural(study.meta.weeks, "week")
    details = _in_brackets(row, money, sure)
    if verdict == "win":
        return f"{name} wins: it earns {size(row, money)} more contribution than {base} over {horizon} ({details})"
    if verdict == "loss":
        return f"{name} loses: it earns {size(row, money)} less contribution than {base} over {horizon} ({details})"
    if verdict == "identical":
        return f"{name} and {base} earn exactly the same contribution in {_all_pairs(row)}"
    if verdict == "undefined":
        return f"{name} and {base} cannot be compared: contribution has no value in at least one run"
    return (
        f"The data cannot distinguish {name} from {base} on contribution: {row_scale(row, money).difference(row['difference'])} "
        f"over {horizon} ({details}); {_effort(row)}"
    )


def _in_brackets(row: pd.Series, currency: str, sure: list[str]) -> str:
    """Text in brackets after a difference: evidence, and how sure it is as far as that is known."""
    return "; ".join(part for part in (evidence(row, currency), *sure) if part)


def _price(study: Study, ranks: pd.DataFrame, policy: str) -> str:
    """The price of being wrong in choosing ``policy``; nothing when there are too few pairs to say."""
    loss = float(row_of(ranks.set_index("policy"), policy)["expected_loss"])
    if not isfinite(loss):
        return ""
    unit = str(study.definitions.set_index("kpi").loc[MAIN, "unit"])
    return f"price of being wrong {scale_of([loss], unit, study.meta.currency).level(loss)}"


def _effort(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return "one pair of runs cannot show how much is luck"
    needed = pairs_to_settle(float(row["spread"]), float(row["difference"]))
    if needed > 10_000:
        return "the difference is too small to be settled by more runs"
    return f"a difference of this size would take about {round_up(needed):,} pairs to settle with a chance of 80{NO_BREAK}%"


def _partner(study: Study, rows: pd.DataFrame, verdict: str) -> str:
    """The effect on distributors' profit."""
    if PARTNER not in rows.index:
        return ""
    row, money = row_of(rows, PARTNER), study.meta.currency
    change = f"{size(row, money)} ({evidence(row, money)})"
    if row["verdict"] == "better":
        return (
            "distributors gain too: " if verdict == "win" else "distributors gain: "
        ) + f"their profit from our brand rises by {change}"
    if row["verdict"] == "worse":
        return (
            "but distributors pay: " if verdict == "win" else "distributors lose: "
        ) + f"their profit from our brand falls by {change}"
    if row["verdict"] == "identical":
        return "distributors' profit is exactly the same"
    if row["verdict"] == "undefined":
        return "distributors' profit has no value in at least one run"
    scale = row_scale(row, money)
    return f"distributors' profit shows no clear change: {scale.difference(row['difference'])} ({evidence(row, money)})"


def _losses(study: Study, rows: pd.DataFrame, verdict: str) -> str:
    others = rows[~rows.index.isin([MAIN, PARTNER]) & (rows["kpi_class"] != BOOKS)]
    worse, better = others[others["verdict"] == "worse"], others[others["verdict"] == "better"]
    if verdict == "loss":
        if worse.empty and better.empty:
            return "no other KPI is clearly different"
        gains = f"it is better on {_named(study, better)}" if len(better) else "it is clearly better on no other KPI"
        return gains + (f" and worse on {_named(study, worse)}" if len(worse) else "")
    if worse.empty:
        return "" if verdict == "identical" and better.empty else "it is clearly worse on no KPI"
    return f"it is worse on {_named(study, worse)}"


def _named(study: Study, rows: pd.DataFrame) -> str:
    """The largest changes first, the rest counted."""
    order = rows["relative"].abs().fillna(0.0).sort_values(ascending=False, kind="stable").index
    names = [named_change(row_of(rows, k), study.meta.currency) for k in order[:NAMED]]
    rest = len(rows) - NAMED
    return listed([*names, f"{rest} more"] if rest > 0 else names)


def _of_many(study: Study, table: pd.DataFrame, ranks: pd.DataFrame, policy: str, verdict: str) -> list[str]:
    """The leading challenger first; then the standing of each of the others."""
    rows = table[table["policy"] == policy].set_index("kpi", drop=False)
    mains = table[table["kpi"] == MAIN].set_index("policy", drop=False)
    base = study.title(study.baseline)
    best = float(row_of(ranks.set_index("policy"), policy)["probability_best"])
    sure = [f"probability of being the best of {len(ranks)} {probability(best)}"] if isfinite(best) else []
    sure = [", ".join(part for part in (*sure, _price(study, ranks, policy)) if part), _adjusted(mains, policy)]
    if verdict in ("win", "undefined"):
        clauses = [_headline(study, row_of(rows, MAIN), policy, verdict, sure)]
    else:
        clauses = [f"No policy clearly beats {base}: " + _standing(study, row_of(mains, policy), policy, sure)]
        clauses += [_effort(row_of(rows, MAIN))] if verdict == "cannot tell" else []
    clauses += [
        _standing(study, row_of(mains, p), p, [_adjusted(mains, p)])
        for p in ranks["policy"]
        if p not in (policy, study.baseline)
    ]
    partner = _partner(study, rows, verdict)
    return [
        *clauses,
        partner and f"with {study.title(policy)}, {partner.removeprefix('but ')}",
        _losses(study, rows, verdict),
    ]


def _adjusted(mains: pd.DataFrame, policy: str) -> str:
    """The p-value of one of several challengers, adjusted for how many there are."""
    p = float(row_of(mains, policy)["p_holm_policies"])
    text = p_text(p)
    sign = "" if text.startswith("<") else f"={NO_BREAK}"
    return f"p{NO_BREAK}{sign}{text} adjusted by Holm for {len(mains)} policies" if isfinite(p) else ""


def _standing(study: Study, row: pd.Series, policy: str, sure: list[str]) -> str:
    name, money = study.title(policy), study.meta.currency
    scale = row_scale(row, money)
    difference = f"{scale.difference(row['difference'])} ({_in_brackets(row, money, sure)})"
    word = {"better": "beats the baseline", "worse": "loses to the baseline"}.get(str(row["verdict"]))
    if word:
        return f"{name} {word}: {difference}"
    if row["verdict"] == "identical":
        return f"{name} equals the baseline exactly"
    return f"{name} cannot be distinguished from the baseline: {difference}"


def _all_identical(table: pd.DataFrame) -> bool:
    return bool(table["verdict"].isin(["identical", "undefined"]).all()) and bool(
        (table["verdict"] == "identical").any()
    )


def _identical(study: Study, rows: pd.DataFrame) -> str:
    names = listed([study.title(p) for p in study.challengers] + [study.title(study.baseline)])
    return f"{names} are identical: every KPI differs by exactly zero in {_all_pairs(rows.iloc[0])}"


def _all_pairs(row: pd.Series) -> str:
    count = int(row["pairs"])
    return f"all {plural(count, 'pair')}" if count > 1 else "the one pair"
