"""A search in one figure: what was evaluated, the front, listed policies and limits, and hypervolume by evaluation.

Two objectives are two axes; one is shown over evaluations; three and more are parallel axes, better upwards.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import style as look
from analysis.figures.label_places import label_points
from analysis.intervals import Floats
from analysis.numerals import NO_BREAK, Scale, inside, percent, plural, scale_of
from analysis.pareto import Flags
from analysis.search import Objective, Search

_BROKEN = (look.FAINT, "x", look.FAINT)
_KEPT = (look.SKY, "o", "white")
_FRONT = (look.BLUE, "o", look.BLUE)
_LISTED = (look.ORANGE, "s", look.ORANGE)
_BARRED = (look.ORANGE, "s", "white")
_WIDTH, _PANEL, _CURVE = 10.0, 4.2, 2.7
#: Most points of the front that are labelled with their number.
_NUMBERED = 14


def pareto_figure(search: Search) -> Figure:
    """Draw ``search``; its title says what was found. Needs at least one evaluated point."""
    with look.style():
        figure = look.new_figure(_WIDTH, 1.0)
        title, note = _finding(search), _note(search)
        top = look.head_height(figure, title, note)
        figure.set_figheight(top + 0.28 + _PANEL + 1.0)
        look.draw_head(figure, title, note)
        above, below = top + 0.28, 1.0
        main = look.place_axes(figure, 0.95, 0.95 + _CURVE + 0.75, above, below)
        if len(search.objectives) > 2:
            _parallel(main, search)
        else:
            _plane(main, search)
        curve = look.place_axes(figure, _WIDTH - _CURVE - 0.35, 0.35, above, below)
        _hypervolume(curve, search)
        look.draw_legend(figure, _handles(search))
        return figure


def _masks(search: Search) -> list[tuple[Flags, tuple[str, str, str], int, float]]:
    """How points are drawn: flags, look, layer, size; those on top last."""
    listed = np.asarray(search.evaluations["role"] == "listed")
    ended = ~search.failed
    return [
        (ended & ~search.feasible & ~listed, _BROKEN, 3, 4.5),
        (ended & search.feasible & ~search.on_front & ~listed, _KEPT, 4, 5.0),
        (ended & search.on_front & ~listed, _FRONT, 5, 6.0),
        (ended & listed & search.feasible, _LISTED, 6, 6.5),
        (ended & listed & ~search.feasible, _BARRED, 7, 6.5),
    ]


def _plane(axes: Axes, search: Search) -> None:
    """One objective over evaluations, or two against each other."""
    one = len(search.objectives) == 1
    scales = _scales(search)
    y = search.values[:, 0]
    x = np.arange(1.0, len(y) + 1) if one else search.values[:, 1]
    for mask, (edge, marker, face), layer, size in _masks(search):
        axes.plot(x[mask], y[mask], marker, color=edge, markerfacecolor=face, markersize=size, zorder=layer)
    axes.margins(0.08, 0.1)
    axes.autoscale_view()
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    if not one:
        _stairs(axes, search, x, y)
        _bounds(axes, search, search.objectives[1], scales[1], vertical=True)
        look.even_ticks(axes.xaxis, scales[1].factor)
    _bounds(axes, search, search.objectives[0], scales[0], vertical=False)
    look.even_ticks(axes.yaxis, scales[0].factor)
    axes.set_ylabel(_axis(search.objectives[0], scales[0]))
    axes.set_xlabel("Evaluations" if one else _axis(search.objectives[1], scales[1]))
    axes.grid(color=look.RULE, linewidth=0.5, zorder=0)
    axes.set_title("Every point is one policy, its mean over all futures", loc="left")
    _label(axes, search, x, y)


def _stairs(axes: Axes, search: Search, x: Floats, y: Floats) -> None:
    """The edge of what the front dominates."""
    front = np.flatnonzero(search.on_front)
    if len(front) < 2:
        return
    order = front[np.argsort(x[front], kind="stable")]
    # Between two points only what the worse of them in each objective reaches is dominated for sure.
    more_is_right = search.directions[1] > 0
    axes.step(
        x[order],
        y[order],
        where="pre" if more_is_right else "post",
        color=look.BLUE,
        linewidth=1.0,
        alpha=0.6,
        zorder=4,
    )


def _bounds(axes: Axes, search: Search, objective: Objective, scale: Scale, vertical: bool) -> None:
    """Limits on a KPI that is on this axis; a limit outside the axis is named in the note only."""
    low, high = axes.get_xlim() if vertical else axes.get_ylim()
    for limit in search.limits:
        if limit.kpi != objective.kpi or not low < limit.bound < high:
            continue
        text = f"limit: {limit.side} {scale.level(limit.bound)}"
        line, span = (axes.axvline, axes.axvspan) if vertical else (axes.axhline, axes.axhspan)
        line(limit.bound, color=look.INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
        span(
            low if limit.least else limit.bound,
            limit.bound if limit.least else high,
            color=look.FAINT,
            alpha=0.10,
            lw=0,
        )
        place, step = ((limit.bound, 0.02), (3, 0)) if vertical else ((0.01, limit.bound), (0, 3))
        axes.annotate(
            text,
            place,
            step,
            xycoords=("data", "axes fraction") if vertical else ("axes fraction", "data"),
            textcoords="offset points",
            rotation=90 if vertical else 0,
            size=look.SMALL,
            color=look.SOFT,
            va="bottom",
            ha="left",
            zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8},
        )


def _label(axes: Axes, search: Search, x: Floats, y: Floats) -> None:
    """Titles of listed policies, then numbers of the front's points where there is room."""
    table = search.evaluations
    listed = np.flatnonzero(np.asarray(table["role"] == "listed") & ~search.failed)
    front = np.flatnonzero(search.on_front & np.asarray(table["role"] == "searched"))
    ends = front[np.argsort(-search.directions[0] * y[front], kind="stable")]
    if len(ends) > _NUMBERED:  # both ends, and others in even steps between them
        ends = ends[np.linspace(0, len(ends) - 1, _NUMBERED).round().astype(np.int64)]
    labels = [(float(x[row]), float(y[row]), str(table["title"].iloc[row]), True) for row in listed]
    labels += [
        (float(x[row]), float(y[row]), str(table["point"].iloc[row]).removeprefix("point_"), False) for row in ends
    ]
    shown = np.flatnonzero(~search.failed)
    label_points(axes, labels, [(float(x[row]), float(y[row])) for row in shown])


def _parallel(axes: Axes, search: Search) -> None:
    """Every objective an axis from the worst to the best of the points shown; lines that cross are trade-offs."""
    shown = ~search.failed
    signs = np.asarray(search.directions)
    costs = search.values * signs
    low, high = costs[shown].min(axis=0), costs[shown].max(axis=0)
    wide = np.where(high > low, high - low, 1.0)
    places = list(range(len(search.objectives)))
    lines = {3: (0.5, 0.35), 4: (0.6, 0.6), 5: (1.3, 0.9), 6: (2.0, 1.0), 7: (2.0, 1.0)}
    for mask, (edge, marker, face), layer, size in _masks(search):
        width, alpha = lines[layer]
        for row in np.flatnonzero(mask):
            axes.plot(
                places,
                (costs[row] - low) / wide,
                marker=marker,
                color=edge,
                markerfacecolor=face,
                markersize=size - 2,
                linewidth=width,
                alpha=alpha,
                zorder=layer,
            )
    scales = _scales(search)
    names = [f"{item.label}\n{_better(item)}" for item in search.objectives]
    axes.set_xticks(places, names)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.12, 1.12)
    axes.set_xlim(-0.35, len(places) - 0.65)
    for place in places:
        axes.axvline(place, color=look.RULE, linewidth=0.8, zorder=0)
        for share, edge, along in ((1.0, high, "bottom"), (0.0, low, "top")):
            axes.annotate(
                scales[place].level(float(edge[place] * signs[place])),
                (place, share),
                (0, 5 if share else -5),
                textcoords="offset points",
                ha="center",
                va=along,
                size=look.SMALL,
                color=look.SOFT,
            )
    axes.set_title("Every line is one policy, its means over all futures; up is better", loc="left", pad=8)


def _hypervolume(axes: Axes, search: Search) -> None:
    """Hypervolume after each evaluation, with the ends of generations."""
    curve = search.hypervolumes * 100
    steps = np.arange(1, len(curve) + 1)
    axes.step(steps, curve, where="post", color=look.BLUE, linewidth=1.6, zorder=3)
    generation = search.evaluations["generation"].to_numpy()
    for end in np.flatnonzero(np.diff(generation)) + 1.5:
        axes.axvline(end, color=look.RULE, linewidth=0.6, zorder=0)
    if not search.feasible.any():
        axes.annotate("no point meets all limits", (0.5, 0.5), xycoords="axes fraction", ha="center", color=look.SOFT)
    axes.set_ylim(0, 1.12 * float(curve[-1]) or 100.0)
    axes.set_xlim(1, max(len(curve), 2))
    look.even_ticks(axes.xaxis, count=4)
    look.even_ticks(axes.yaxis)
    axes.set_xlabel("Evaluations (lines: generations)")
    axes.set_ylabel("Hypervolume, % of the box up to the best of each")
    axes.set_title("Progress of the search", loc="left")


def _scales(search: Search) -> list[Scale]:
    return [
        scale_of(search.values[:, place].tolist(), objective.unit, search.currency)
        for place, objective in enumerate(search.objectives)
    ]


def _axis(objective: Objective, scale: Scale) -> str:
    shows_unit = scale.axis and scale.axis.lower() not in objective.label.lower()
    unit = f", {scale.axis}" if shows_unit else ""
    return f"{objective.label}{unit} ({_better(objective)})"


def _better(objective: Objective) -> str:
    return "more is better" if objective.direction > 0 else "less is better"


def _finding(search: Search) -> str:
    """What the search found, as a sentence without its full stop."""
    if not search.feasible.any():
        return "No point meets all limits" if (~search.failed).any() else "All points failed"
    front, scales = search.front, _scales(search)

    def at(row: int, place: int) -> str:
        objective = search.objectives[place]
        return f"{inside(objective.label)} {scales[place].level(float(front[objective.kpi].iloc[row]))}"

    def reach(place: int) -> str:
        values = front[search.objectives[place].kpi]
        low, high = scales[place].amount(float(values.min())), scales[place].amount(float(values.max()))
        return f"{inside(search.objectives[place].label)} ({low} to {high})"

    if len(front) == 1:
        sentence = (
            f"One point is best in {'the objective' if len(search.objectives) == 1 else 'all objectives'}: {at(0, 0)}"
        )
    elif len(search.objectives) == 2:
        sentence = f"{plural(len(front), 'point')} trade {reach(0)} against {reach(1)}"
    else:
        sentence = f"{plural(len(front), 'point')} make the front; the best in the first objective has {at(0, 0)}"
    return sentence + _against_baseline(search)


def _against_baseline(search: Search) -> str:
    table = search.evaluations.set_index("point")
    beaten = search.beaten()
    if search.baseline not in beaten:
        return ""
    count, title = beaten[search.baseline], str(table["title"][search.baseline])
    if count:
        return f"; {plural(count, 'point')} beat{'s' if count == 1 else ''} {title}"
    return f"; no point beats {title}" + (
        "" if bool(table["feasible"][search.baseline]) else ", which violates a limit"
    )


def _note(search: Search) -> str:
    """How many points, what failed, and the limits that are on no axis."""
    parts = [
        f"{plural(len(search.evaluations), 'evaluation')}, each over {plural(search.futures, 'future')} × "
        f"{plural(search.replications, 'replication')} of {plural(search.weeks, 'week')} with the same seeds."
    ]
    if search.failed.any():
        parts.append(f"{plural(int(search.failed.sum()), 'point')} failed and are not shown.")
    if search.limits:
        kept = percent(float(search.feasible.sum() / max(int((~search.failed).sum()), 1)), decimals=0)
        limits = "; ".join(limit.words(search.currency) for limit in search.limits)
        parts.append(f"Limits on means over futures: {limits} (met by {kept} of the points shown).")
    return " ".join(parts).replace(f"1{NO_BREAK}point failed and are", f"1{NO_BREAK}point failed and is")


def _handles(search: Search) -> list[Line2D]:
    words = {
        3: "violates a limit",
        4: "meets all limits",
        5: "on the front (number of the point)",
        6: "listed policy",
        7: "listed, violates a limit",
    }
    handles = []
    for mask, (edge, marker, face), layer, size in _masks(search):
        if mask.any():
            handles.append(
                Line2D(
                    [],
                    [],
                    linestyle="",
                    marker=marker,
                    color=edge,
                    markerfacecolor=face,
                    markersize=size,
                    label=words[layer],
                )
            )
    return handles
