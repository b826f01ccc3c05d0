"""The figure of the demand phases: time per customer and week against the number of customers, one line per contestant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from bench import demand
from bench.timing import Measurement

#: Colours that colour-blind readers can distinguish (Okabe & Ito 2008), and marks that print in grey.
_STYLES = {
    demand.OURS: ("#0072B2", "o"),
    demand.C: ("#000000", "s"),
    demand.NUMPY: ("#D55E00", "^"),
    demand.NUMPY_PUSH: ("#CC79A7", "v"),
    demand.MESA: ("#009E73", "D"),
}


def draw_times(found: Sequence[Measurement], path: Path) -> None:
    """Write the figure: medians with least and most, full lines with most threads and dashed ones with one."""
    rows = [m for m in found if m.section == demand.SECTION]
    figure, axes = plt.subplots(figsize=(8.0, 5.0), layout="constrained")
    for name in dict.fromkeys(m.name for m in rows):
        threads = sorted({m.threads or 1 for m in rows if m.name == name})
        for count in threads:
            line = sorted((m for m in rows if m.name == name and m.threads == count), key=lambda m: m.customers or 0)
            _draw_line(axes, name, count, line, dashed=count == 1 and len(threads) > 1)
    axes.set(xscale="log", yscale="log", xlabel="customers", ylabel="ns per customer and week")
    axes.set_title(_finding(rows), loc="left", fontsize=11)
    axes.grid(visible=True, which="major", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _draw_line(axes: Axes, name: str, threads: int, line: Sequence[Measurement], *, dashed: bool) -> None:
    colour, marker = _STYLES[name]
    medians = [m.median for m in line]
    spread = [
        [m.median - min(m.values) for m in line],
        [max(m.values) - m.median for m in line],
    ]
    axes.errorbar(
        [m.customers or 0 for m in line],
        medians,
        yerr=spread,
        color=colour,
        marker=marker,
        markersize=5,
        capsize=2,
        linestyle="--" if dashed else "-",
        label=f"{name}, {threads} thread{'s' if threads > 1 else ''}",
    )


def _finding(rows: Sequence[Measurement]) -> str:
    """What the figure shows, in words: how far ours is from C where both are measured, at the largest market."""
    most = {
        name: max((m for m in rows if m.name == name), key=lambda m: (m.customers or 0, m.threads or 0), default=None)
        for name in (demand.OURS, demand.C)
    }
    ours, c = most[demand.OURS], most[demand.C]
    if ours is None or c is None or ours.customers != c.customers:
        return "A week of demand"
    return (
        f"A week of demand takes {ours.median:.0f} ns per customer at {ours.customers:,} customers,\n"
        f"{ours.median / c.median:.2f} times what the same rules take in C"
    )
