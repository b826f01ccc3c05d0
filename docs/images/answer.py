"""Draw answer.png, the picture on the README, from the folder of a comparison.

deepmarket compare regional_equipment status_quo deep_marketing abc status_quo_same_budget --replications 20 --out out/picture
python docs/images/answer.py out/picture
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.style import BLUE, FAINT, INK, ORANGE, RULE, SOFT

BASELINE = "status_quo"
POLICIES = {
    "deep_marketing": "Deep marketing",
    "abc": "A list by firm size",
    "status_quo_same_budget": "Same budget in advertising",
}
#: What else is shown of the first policy: KPI, label, number format, factor from the table's unit to the one shown.
OTHERS = (
    ("market_share", "Market share by value", "{:+.1f} pp", 1),
    ("distributor_profit", "Distributors' profit from us", "EUR {:+.2f} m", 1e-6),
    ("lapsed", "Customers lapsed", "{:+,.0f}", 1),
    ("turnover", "Turnover of reps a year", "{:+.1f} pp", 1),
    ("vacancy", "Positions vacant", "{:+.2f} pp", 1),
    ("selling_time_share", "Reps' time with customers", "{:+.3f} pp", 1),
    ("cost_to_sell", "Cost of selling", "EUR {:+.2f} m", 1e-6),
    ("cash_in_channel", "Money tied up in channel stock", "EUR {:+.2f} m", 1e-6),
)
COLOURS = {"better": BLUE, "worse": ORANGE}


def draw(folder: Path) -> Figure:
    """The figure, from ``comparison.csv`` and ``runs.csv`` of a comparison."""
    rows = pd.read_csv(folder / "comparison.csv").set_index(["policy", "kpi"])
    runs = pd.read_csv(folder / "runs.csv").query("kpi == 'contribution'")
    values = runs.pivot(index="seed", columns="policy", values="value") / 1e6
    first, size, budget = ((rows.loc[(policy, "contribution")]) for policy in POLICIES)
    figure = Figure(figsize=(8, 5.6), dpi=160, facecolor="white")
    more = "more" if first.difference > 0 else "less"
    title = (
        f"Deep marketing earns EUR {abs(first.difference) / 1e6:.1f} m ({abs(first.relative):.0%}) {more} than the status quo;\n"
        f"the same budget in advertising {in_words(budget)}, a list by size {in_words(size)}"
    ).replace("%", " %")
    note = (
        f"Built-in market, 104 weeks, {int(first.pairs)} replications. Every replication runs all four policies with the same customers\n"
        "and the same luck. Dots: single replications. Lines: 95 % confidence intervals of the mean difference."
    )
    figure.text(0.02, 0.975, title, fontsize=12.5, weight="bold", color=INK, va="top", linespacing=1.25)
    figure.text(0.02, 0.86, note, fontsize=9, color=SOFT, va="top", linespacing=1.35)
    top = figure.add_axes((0.31, 0.605, 0.37, 0.12))
    contribution(top, rows, values)
    bottom = figure.add_axes((0.31, 0.11, 0.37, 0.375))
    others(bottom, rows.loc["deep_marketing"])
    heading(figure, 0.745, "Contribution against the status quo, EUR m")
    heading(figure, 0.505, "What else deep marketing changes, % of the status quo")
    legend = (("● better", BLUE), ("■ worse", ORANGE), ("◇ cannot tell", FAINT))
    for k, (text, colour) in enumerate(legend):
        figure.text(0.70 + 0.09 * k - (0.005 if k else 0), 0.03, text, fontsize=9, color=colour)
    return figure


def in_words(row: pd.Series) -> str:
    """What a policy earns, as its interval allows to say."""
    if row.low < 0 < row.high:
        return "nothing sure"
    return f"EUR {row.difference / 1e6:+.2f} m".replace("-", "−")


def heading(figure: Figure, y: float, text: str) -> None:
    """A panel's title and the head of its column of numbers."""
    figure.text(0.02, y, text, fontsize=10, weight="bold", color=INK)
    figure.text(0.70, y, "Difference [95 % CI]", fontsize=9, color=SOFT)


def contribution(axes: Axes, rows: pd.DataFrame, values: pd.DataFrame) -> None:
    """Differences in contribution: single pairs, mean and interval of each policy."""
    for y, policy in enumerate(POLICIES):
        row = rows.loc[(policy, "contribution")]
        pairs = values[policy] - values[BASELINE]
        axes.plot(pairs, [y + 0.28] * len(pairs), "o", ms=3, color=FAINT, alpha=0.6, mew=0)
        mark(axes, y, row, row.difference / 1e6, row.low / 1e6, row.high / 1e6)
        written(axes, y, row, "EUR {:+.2f} m", 1e-6)
    frame(axes, list(POLICIES.values()))


def others(axes: Axes, rows: pd.DataFrame) -> None:
    """Relative differences of the other KPIs."""
    for y, (kpi, _, form, factor) in enumerate(OTHERS):
        row = rows.loc[kpi]
        mark(axes, y, row, 100 * row.relative, 100 * row.relative_low, 100 * row.relative_high)
        written(axes, y, row, form, factor)
    frame(axes, [label for _, label, _, _ in OTHERS])
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:+.0f} %".replace("-", "−") if x else "0")


def mark(axes: Axes, y: float, row: pd.Series, mean: float, low: float, high: float) -> None:
    """Mean and interval in the look of the verdict."""
    colour = COLOURS.get(row.verdict, FAINT)
    shape = {"better": "o", "worse": "s"}.get(row.verdict, "D")
    axes.plot([low, high], [y, y], color=colour, lw=2.2, solid_capstyle="butt")
    axes.plot([mean], [y], shape, ms=6.5, color=colour, mfc="white" if shape == "D" else colour)


def written(axes: Axes, y: float, row: pd.Series, form: str, factor: float) -> None:
    """Difference and interval in numbers, right of the axes."""
    short = form[form.index("{") : form.index("}") + 1]
    text = (
        f"{form.format(row.difference * factor)} [{short.format(row.low * factor)}, {short.format(row.high * factor)}]"
    )
    axes.annotate(
        text.replace("-", "−"), (1.055, y), xycoords=("axes fraction", "data"), fontsize=9, color=INK, va="center"
    )


def frame(axes: Axes, labels: list[str]) -> None:
    """Rows from top to bottom, a line at no difference."""
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=INK)
    axes.tick_params(axis="x", labelsize=9, labelcolor=SOFT)
    axes.axvline(0, color=INK, lw=1)
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


if __name__ == "__main__":
    draw(Path(sys.argv[1])).savefig(Path(__file__).with_name("answer.png"), facecolor="white")
