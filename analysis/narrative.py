"""The answer at length: the report's opening paragraphs, sentence by sentence."""

from __future__ import annotations

import pandas as pd

from analysis.answer import MAIN, NAMED, PARTNER
from analysis.findings import Findings
from analysis.numerals import NO_BREAK, factor_text, inside, listed, percent, plural, scale_of
from analysis.paired import row_of
from analysis.phrases import evidence, named_change, row_scale
from analysis.study import BOOKS, KPI_CLASSES, Study

#: KPIs by which territories, segments and offers are judged, the first that is available by them.
JUDGES = (MAIN, "revenue", "market_share")


def study_in_words(findings: Findings) -> list[str]:
    """Sentences on the best challenger beyond the answer itself: score by class, losses, places, time, precision."""
    rows = findings.of(findings.answer.policy)
    rows = rows[rows["kpi_class"] != BOOKS].set_index("kpi", drop=False)
    if rows["verdict"].isin(["identical", "undefined"]).all():
        return [s for s in (_unmeasured(rows),) if s]
    sentences = [
        _classes(findings, rows),
        _losses(findings, rows),
        _places(findings),
        _terms(findings),
        _transition(findings),
        _sureness(rows),
        _unmeasured(rows),
    ]
    return [s for s in sentences if s]


def _classes(findings: Findings, rows: pd.DataFrame) -> str:
    judged = rows[rows["direction"] != "none"]
    better, worse = (int((judged["verdict"] == v).sum()) for v in ("better", "worse"))
    parts = []
    for kpi_class, heading in KPI_CLASSES.items():
        part = judged[judged["kpi_class"] == kpi_class]
        if len(part):
            up, down = (int((part["verdict"] == v).sum()) for v in ("better", "worse"))
            parts.append(f"{heading.lower()} {up} and {down} of {len(part)}")
    name = findings.study.title(findings.answer.policy)
    text = f"Of the {len(judged)} KPIs with a better direction, {name} is clearly better on {better} and clearly worse on {worse} ({'; '.join(parts)})."
    clear = better + worse
    if not clear:
        return text
    kept = int((judged["verdict"].isin(["better", "worse"]) & (judged["p_holm"] < 0.05)).sum())
    which = "All of them stay" if kept == clear else f"{kept} of these {clear} stay"
    return f"{text} {which} clear when each class is judged as a whole (Holm)."


def _losses(findings: Findings, rows: pd.DataFrame) -> str:
    """The losses that the answer's sentence does not name."""
    worse = rows[(rows["verdict"] == "worse") & ~rows["kpi"].isin([MAIN, PARTNER])]
    if len(worse) <= NAMED:
        return ""
    order = worse["relative"].abs().fillna(0.0).sort_values(ascending=False, kind="stable").index
    rest = [named_change(row_of(worse, k), findings.study.meta.currency) for k in order[NAMED:]]
    return f"It is clearly worse on {listed(rest)}, too."


def _places(findings: Findings) -> str:
    """How many territories, segments and offers gain on the KPI by which places are judged, and which lose."""
    gaining: dict[str, list[str]] = {}
    lost: list[str] = []
    for dimension in ("territory", "segment", "offer"):
        part = findings.cut(findings.answer.policy, dimension)
        kpi = main_kpi(part)
        if not kpi:
            continue
        part = part[part["kpi"] == kpi]
        # Rivals' offers bring us nothing under any policy, so nothing can be won or lost there.
        part = part[(part["verdict"] != "identical") | (part["baseline_mean"] != 0)]
        if part.empty:
            continue
        noun = f"{dimension[:-1]}ies" if dimension.endswith("y") else f"{dimension}s"
        gaining.setdefault(inside(str(part["label"].iloc[0])), []).append(
            f"{int((part['verdict'] == 'better').sum())} of {len(part)} {noun}"
        )
        losers = part.loc[part["verdict"] == "worse", "level"].astype(str).tolist()
        lost += [f"{x} ({dimension})" for x in losers] if len(losers) <= NAMED else [f"{len(losers)} {noun}"]
    if not gaining:
        return ""
    text = "; ".join(f"{listed(places)} clearly gain on {label}" for label, places in gaining.items())
    return f"{text}; clearly losing: {listed(lost)}." if lost else f"{text}; none clearly loses."


def main_kpi(levels: pd.DataFrame) -> str:
    """The KPI by which places are judged: the first of :data:`JUDGES` that is available, else the first judged."""
    if levels.empty:
        return ""
    judged = levels[
        (levels["direction"] != "none") & (levels["kpi_class"] != BOOKS) & (levels["verdict"] != "undefined")
    ]
    present = list(dict.fromkeys(judged["kpi"]))
    return next((k for k in JUDGES if k in present), present[0] if present else "")


def _terms(findings: Findings) -> str:
    table, money = findings.horizons, findings.study.meta.currency
    if table.empty or table["window"].nunique() < 2:
        return ""
    rows = table[(table["policy"] == findings.answer.policy) & (table["kpi"] == MAIN)].set_index("window")
    if len(rows) < 2 or rows["verdict"].isin(["undefined"]).any():
        return ""
    short, late = row_of(rows, "short"), row_of(rows, "long")
    span = plural(int(short["last_week"] - short["first_week"] + 1), "week")
    text = (
        f"Per week, contribution differs by {row_scale(short, money).difference(short['difference'])} in the first {span} "
        f"({evidence(short, money)}) and by {row_scale(late, money).difference(late['difference'])} in the last "
        f"({evidence(late, money)})."
    )
    turned = table[(table["policy"] == findings.answer.policy) & table["turns"] & (table["window"] == "long")]
    if len(turned):
        text += f" The first and the last weeks point in opposite directions on {listed([inside(str(x)) for x in turned['label']])}."
    return text


def _transition(findings: Findings) -> str:
    table = findings.break_even
    rows = table[table["policy"] == findings.answer.policy] if len(table) else table
    if rows.empty:
        return ""
    return transition_in_words(rows.iloc[0], findings.study, findings.study.title(findings.answer.policy))


def transition_in_words(row: pd.Series, study: Study, name: str) -> str:
    """When a policy has paid for its transition, and how deep it went before."""
    unit = str(study.definitions.set_index("kpi").loc[MAIN, "unit"])
    if row["deepest"] == 0 == row["total"]:
        return ""

    def money(value: float) -> str:
        return scale_of([value], unit, study.meta.currency).difference(value)

    dip = ""
    if row["deepest"] < 0:
        dip = f"Added up from week 1, its lead is lowest in week {row['deepest_week']:.0f}, at {money(row['deepest'])}"
        if not pd.isna(row["deepest_low"]):
            dip += f" (95{NO_BREAK}% CI {money(row['deepest_low'])} to {money(row['deepest_high'])})"
        dip += ". "
    if pd.isna(row["break_even"]):
        sure = "does not break even" if row["total_high"] < 0 else "is not known to break even"
        return f"{dip}{name} {sure} within the {row['weeks']:.0f} weeks."
    if row["break_even"] <= 1:
        return f"Added up from week 1, {name} is never behind."
    if pd.isna(row["earliest"]):
        return f"{dip}It breaks even in week {row['break_even']:.0f}."
    latest = "beyond the run" if pd.isna(row["latest"]) else f"week {row['latest']:.0f}"
    return f"{dip}It breaks even in week {row['break_even']:.0f} (95{NO_BREAK}% CI week {row['earliest']:.0f} to {latest})."


def _sureness(rows: pd.DataFrame) -> str:
    row = row_of(rows, MAIN)
    if pd.isna(row["low"]):
        return "One pair of runs cannot show how much is luck: run more replications."
    if pd.isna(row["relative"]) or row["baseline_mean"] == 0:
        return ""
    width = percent(row["half_width"] / abs(row["baseline_mean"]))
    vrf = factor_text(row["vrf"]).removeprefix("×")
    pairing = "" if vrf in ("∞", "–") else f"; without pairing, {vrf} times the runs would be needed for the same width"
    return f"The 95{NO_BREAK}% confidence interval of contribution is ±{width} of the baseline's mean, from {plural(int(row['pairs']), 'pair')}{pairing}."


def _unmeasured(rows: pd.DataFrame) -> str:
    names = [inside(str(x)) for x in rows.loc[rows["verdict"] == "undefined", "label"]]
    return f"No value in at least one run, therefore not compared: {listed(names)}." if names else ""
