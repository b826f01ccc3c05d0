"""What a search found, in words: the front, the policies it beats, limits that bind and what relaxing them would gain."""

from __future__ import annotations

import pandas as pd

from analysis.limits import Infeasibility, binding_limits, explain_infeasibility, relaxations
from analysis.numerals import NO_BREAK, Scale, inside, listed, percent, plural, scale_of
from analysis.search import Limit, Objective, Search

#: Below this gain, as a share of an objective's range, relaxing a limit is not worth a sentence.
WORTH = 0.005
_FLOOR = "This is a minimum: the search did not aim there."


def found_in_words(search: Search) -> list[str]:
    """Sentences: how many points, how the front compares with the listed policies, then limits."""
    searched = int((search.evaluations["role"] == "searched").sum())
    kept = int(search.feasible.sum())
    counts = [f"{plural(searched, 'point')} searched"]
    if search.failed.any():
        counts.append(f"{int(search.failed.sum())} failed")
    if search.limits:
        counts.append(f"{kept} of {len(search.evaluations)} evaluated (listed policies among them) meet all limits")
    lines = ["; ".join(counts) + "."]
    if search.feasible.any():
        lines.append(f"The front has {plural(int(search.on_front.sum()), 'point')}. {beaten_in_words(search)}")
    return lines + limits_in_words(search)


def beaten_in_words(search: Search) -> str:
    """Which listed policies some point of the search beats in every objective."""
    titles = search.evaluations.set_index("point")["title"]
    feasible = dict(zip(search.evaluations["point"], search.feasible, strict=True))
    parts = []
    for name, count in search.beaten().items():
        head = f"{titles[name]}: " if feasible[name] else f"{titles[name]} (violates a limit): "
        every = "the objective" if len(search.objectives) == 1 else "at least as good in every objective"
        if count:
            better = f"better in {every}" if len(search.objectives) == 1 else f"{every} and better in one"
            parts.append(f"{head}{plural(count, 'point')} of the search {'is' if count == 1 else 'are'} {better}")
        else:
            parts.append(f"{head}no point of the search beats it")
    return "; ".join(parts) + ("." if parts else "")


def limits_in_words(search: Search) -> list[str]:
    """Limits that bind and what relaxing each would gain; if nothing is feasible, why."""
    reasons = explain_infeasibility(search)
    if reasons is not None:
        return _infeasible(search, reasons)
    binding, steps = binding_limits(search), relaxations(search)
    lines = []
    for limit, row in zip(search.limits, binding.to_dict(orient="records"), strict=True):
        mine = steps[steps["limit"] == limit.name]
        bought = [text for objective in search.objectives if (text := _bought(search, limit, objective, mine))]
        where = f"{row['at_limit']} of {plural(row['front'], 'point')} of the front are at it"
        name = f"The limit {limit.words(search.currency)}"
        if bought and row["largest_gain"] >= WORTH:
            lines.append(f"{name} binds ({where}): {'; '.join(bought)}. {_FLOOR}")
        elif row["hypervolume_gain"] >= WORTH:
            more = percent(row["hypervolume_gain"], signed=True)
            lines.append(f"{name} binds ({where}): relaxing it improves the trade-offs ({more} hypervolume). {_FLOOR}")
        elif row["at_limit"] and not row["only_this"]:
            lines.append(f"{name} may bind ({where}): no point beyond it alone was evaluated.")
    if search.limits and not lines:
        lines.append("No limit binds: no evaluated point beyond a single limit is better in any objective.")
    return lines


def _bought(search: Search, limit: Limit, objective: Objective, steps: pd.DataFrame) -> str:
    """What relaxing ``limit`` gains in ``objective``: the largest gain, and the smallest step if that is a different one."""
    mine = steps[steps["objective"] == objective.kpi]
    if not len(mine):
        return ""
    scale = scale_of(mine["gain"].tolist(), objective.unit, search.currency)
    last = mine.iloc[-1]
    text = f"relaxed to {limit.words(search.currency, float(last['bound']))} it gains {_gain(scale, objective, last)}"
    if len(mine) > 1:
        first = mine.iloc[0]
        text += f" (a first step to {_level(search, limit, float(first['bound']))} {_gain(scale, objective, first)})"
    return text


def _gain(scale: Scale, objective: Objective, step: pd.Series) -> str:
    difference = float(step["value"]) - float(step["best"])
    return f"{scale.difference(difference)} in {inside(objective.label)}"


def _level(search: Search, limit: Limit, value: float) -> str:
    gap = abs(value - limit.bound)
    return scale_of([value], limit.unit, search.currency, gap if gap > 0 else float("nan")).level(value)


def _infeasible(search: Search, reasons: Infeasibility) -> list[str]:
    if not reasons.nearest:
        return ["All points failed, so there are no numbers."]
    lines = ["No evaluated point meets all limits."]
    for limit, best in reasons.never:
        lines.append(f"Never met: {limit.words(search.currency)}; the best reached is {_level(search, limit, best)}.")
    for one, other in reasons.apart:
        lines.append(f"Each met, but never both: {one.words(search.currency)}, and {other.words(search.currency)}.")
    if not reasons.never and not reasons.apart:
        lines.append("Every limit, and every pair of limits, is met by some point; no point meets all.")
    if reasons.lifting:
        names = listed([limit.words(search.currency) for limit in reasons.lifting])
        lines.append(f"Without one of these limits there would be feasible points: {names}.")
    short = listed([_short(search, limit, missing) for limit, missing in reasons.missing])
    lines.append(f"The nearest point is {reasons.nearest}: {short}.")
    return lines


def _short(search: Search, limit: Limit, missing: float) -> str:
    scale = scale_of([missing], limit.unit, search.currency)
    amount = scale.difference(missing).lstrip("+")
    return f"{inside(limit.label)} {amount} {'below' if limit.least else 'above'} the limit"


def progress_in_words(search: Search) -> str:
    """How the search progressed: the evaluation after which 95 % of the final hypervolume was there."""
    curve = search.hypervolumes
    if not search.feasible.any():
        return ""
    reached = int((curve < 0.95 * curve[-1]).sum()) + 1
    late = int((curve < curve[-1]).sum()) + 1
    return (
        f"Hypervolume {percent(float(curve[-1]))} of the box up to the best of each objective; 95{NO_BREAK}% of it after "
        f"{reached} of {len(curve)} evaluations, the last gain at evaluation {late}."
    )
