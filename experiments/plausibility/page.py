"""The page: what was measured, in Markdown, with the misses in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from analysis.numerals import DASH, MINUS
from experiments.comparison.drift import Drift
from experiments.plausibility.faces import MEASURES
from experiments.plausibility.measure import Gain, Measured
from experiments.plausibility.plan import Face, Plan
from experiments.policy_words import policy_words
from experiments.runs.run import quoted, set_options

MILLION = 1e6
#: Settings that a command is quoted with.
MOST_SETTINGS = 6


def write_page(
    plan: Plan,
    command: str,
    version: str,
    currency: str,
    measured: Sequence[Measured],
    face: Mapping[str, Sequence[float]],
    drift: Drift | None = None,
) -> str:
    """The whole page. ``face`` holds a value per run of each measure."""
    policy = policy_words(plan.policy, plan.scenario)[0]
    parts = [
        "# Plausibility",
        f"Made by `{command}` with version {version}. Nothing on this page is a target: no number of the model was set by it.",
        _summary(policy, [one for one in measured if one.policy == plan.policy]),
        f"## What {policy.lower()} earns, and against what",
        " ".join([_about(plan, currency), *_others(plan, measured)]),
        *(_group(name, tuple(rows), currency) for name, rows in groupby(measured, lambda one: one.control.group)),
        "## The face of the baseline",
        _faces(plan, face),
        *([] if drift is None else ["## Is the start settled?", _drift(plan, drift)]),
    ]
    return "\n\n".join(parts) + "\n"


def verdict(gain: Gain) -> str:
    """What the interval says."""
    if gain.low > 0:
        return "earns more"
    return "earns less" if gain.high < 0 else "cannot tell"


def rows_of(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """A row per control and horizon, as plain values."""
    return [
        {"group": one.control.group, "control": one.control.name, "baseline": one.baseline, "policy": one.policy}
        | {name: _or_none(value) for name, value in asdict(gain).items()}
        | {"verdict": verdict(gain)}
        for one in measured
        for gain in one.gains
    ]


def plain_face(face: Mapping[str, Sequence[float]]) -> dict[str, list[float | None]]:
    """The face as plain values."""
    return {name: [_or_none(value) for value in values] for name, values in face.items()}


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _summary(policy: str, measured: Sequence[Measured]) -> str:
    """How often the policy gains, and by name each control and horizon that does not say what most say."""
    if not measured:
        return f"{policy} itself is in no row."
    said: dict[str, list[str]] = {"earns more": [], "earns less": [], "cannot tell": []}
    for one in measured:
        for gain in one.gains:
            said[verdict(gain)].append(f"*{one.control.name}*, {gain.weeks} weeks")
    rows = sum(map(len, said.values()))
    least, most = (pick(measured, key=lambda one: one.gains[-1].difference) for pick in (min, max))
    most_say = max(said, key=lambda name: len(said[name]))
    more, less, open_ = ("" if name == most_say else _named(said[name]) for name in said)
    return (
        f"{policy} earns more than what it is compared with in {len(said['earns more'])} of {rows} rows{more}, "
        f"less in {len(said['earns less']) or 'none'}{less}; the interval contains 0 in {len(said['cannot tell']) or 'none'}{open_}. "
        f"At the end its gain is smallest with *{least.control.name}* and largest with *{most.control.name}*."
    )


def _named(rows: Sequence[str]) -> str:
    return f" ({'; '.join(rows)})" if rows else ""


def _about(plan: Plan, currency: str) -> str:
    return (
        f"Contribution of the manufacturer in `{plan.scenario}`, {currency} m over {plan.weeks} weeks unless a row says otherwise; "
        "pairs with the same luck, mean difference and 95 % interval. "
        "Each row can be made alone with the command under the table."
    )


def _others(plan: Plan, measured: Sequence[Measured]) -> list[str]:
    """Which rows are about another policy than the page."""
    names = [f"*{one.control.name}* (`{one.policy}`)" for one in measured if one.policy != plan.policy]
    return [f"Another policy is measured in: {'; '.join(names)}."] if names else []


def _group(name: str, rows: Sequence[Measured], currency: str) -> str:
    lines = [
        f"### {name}",
        "",
        f"| control | weeks | pairs | baseline earns, {currency} m | gain, {currency} m | gain, % | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for one in rows:
        for gain in one.gains:
            lines.append(
                f"| {one.control.name} | {gain.weeks} | {gain.pairs} | {_money(gain.baseline)} | {_interval(gain, MILLION)} "
                f"| {_relative(gain)} | {verdict(gain)} |"
            )
    return "\n".join([*lines, "", *(f"- {one.control.name}: {_alone(one)}" for one in rows)])


def _alone(one: Measured) -> str:
    """The command for one control alone; of many settings it says where they are."""
    gain, options = one.gains[-1], set_options(one.control.set)
    pair = f"{quoted(one.baseline)} {quoted(one.policy)}"
    command = f"deepmarket compare {quoted(one.scenario)} {pair} --replications {gain.pairs} --weeks {gain.weeks}"
    if len(options) > MOST_SETTINGS:
        return f"`{command}` with the {len(options)} settings of this control in the plan"
    return f"`{' '.join([command, *options])}`"


def _faces(plan: Plan, face: Mapping[str, Sequence[float]]) -> str:
    lines = [
        f"Of `{plan.baseline}`, {plan.runs} runs of {plan.weeks} weeks: mean, and the range over runs.",
        "",
        "| measure | unit | value | range expected | | source of the range |",
        "| --- | --- | ---: | ---: | --- | --- |",
        *(_face(row, face[row.measure]) for row in plan.face),
    ]
    unasked = [name for name in face if name not in {row.measure for row in plan.face}]
    lines += [f"| {MEASURES[name].what} | {MEASURES[name].unit} | {_values(face[name])} | | | |" for name in unasked]
    return "\n".join(lines)


def _drift(plan: Plan, drift: Drift) -> str:
    """Every series that is tracked, and how it moves without and with the warm-up of the market."""
    starts = list(drift.tables)
    lines = [
        f"Drift of `{plan.baseline}` over {drift.weeks} weeks, % of the level, {drift.seeds} runs, 95 % interval. "
        "`!` drifts by more than 5 %; `?` cannot be distinguished from 5 % with so many runs. " + drift.sentence,
        "",
        "| series | " + " | ".join(f"after {weeks} weeks" if weeks else "from the start" for weeks in starts) + " |",
        "| --- |" + " ---: |" * len(starts),
        *(f"| {label} | " + " | ".join(drift.cell(w, name) for w in starts) + " |" for name, label in drift.labels),
    ]
    return "\n".join(lines)


def _face(row: Face, values: Sequence[float]) -> str:
    measure, mean = MEASURES[row.measure], sum(values) / len(values)
    inside = "inside" if row.low <= mean <= row.high else "**outside**"
    expected = f"{_plain(row.low)} to {_plain(row.high)}"
    return f"| {measure.what} | {measure.unit} | {_values(values)} | {expected} | {inside} | {row.source} |"


def _values(values: Sequence[float]) -> str:
    mean = sum(values) / len(values)
    return f"{_plain(mean)} [{_plain(min(values))}, {_plain(max(values))}]"


def _money(value: float) -> str:
    return f"{value / MILLION:.2f}".replace("-", MINUS)


def _interval(gain: Gain, scale: float) -> str:
    return _bracketed((gain.difference / scale, gain.low / scale, gain.high / scale), "{:+.2f}")


def _relative(gain: Gain) -> str:
    return _bracketed((100 * gain.relative(value) for value in (gain.difference, gain.low, gain.high)), "{:+.1f}")


def _bracketed(values: Iterable[float], form: str) -> str:
    mean, low, high = (DASH if math.isnan(value) else form.format(value).replace("-", MINUS) for value in values)
    return f"{mean} [{low}, {high}]"


def _plain(value: float) -> str:
    if math.isnan(value):
        return DASH
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 2 else 3
    return f"{value:.{places}f}".replace("-", MINUS)
