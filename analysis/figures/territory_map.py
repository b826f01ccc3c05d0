"""Map of a network: territories and their neighbours, or a piece of the customers' network."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure

from analysis.errors import StudyError
from analysis.figures import style as look
from analysis.intervals import Floats
from analysis.numerals import Scale, scale_of

MOST = 400
NAMED = 40
_UP = LinearSegmentedColormap.from_list("amount", ["#deebf7", look.BLUE])
_BOTH = LinearSegmentedColormap.from_list("worse_better", [look.ORANGE, "#f7f7f7", look.BLUE])


def territory_map(
    graph: nx.Graph[Hashable],
    title: str,
    values: Mapping[Hashable, float] | None = None,
    label: str = "",
    unit: str = "",
    currency: str = "EUR",
    note: str = "",
) -> Figure:
    """Draw ``graph`` (at most 400 nodes); ``title`` states the finding.

    Nodes are placed where their attributes ``x`` and ``y`` say, else where a spring model (Kamada &
    Kawai) puts them. ``values`` colours and sizes nodes: ``label`` and ``unit`` name what they are;
    values of both signs get two colours around zero. Nodes are named while there are at most 40.
    """
    if not 1 <= graph.number_of_nodes() <= MOST:
        raise StudyError("map", f"{graph.number_of_nodes()} nodes; 1 to {MOST} can be shown", "Draw a subgraph.")
    missing = [n for n in graph if values is not None and n not in values]
    if missing:
        raise StudyError("map", f"no value for node {missing[0]!r}", "Give one for every node.")
    with look.style():
        figure = look.new_figure(7.6, 1.0)
        top = look.head_height(figure, title, note)
        figure.set_figheight(top + 5.0 + (0.75 if values else 0.15))
        look.draw_head(figure, title, note)
        axes = look.place_axes(figure, look.MARGIN, look.MARGIN, top, 0.75 if values else 0.15)
        axes.set_axis_off()
        nodes = list(graph)
        places = _places(graph, nodes)
        where = {n: places[i] for i, n in enumerate(nodes)}
        axes.add_collection(
            LineCollection([(where[a], where[b]) for a, b in graph.edges], colors=look.RULE, linewidths=1.2)
        )
        small = len(nodes) > NAMED
        numbers = np.array([values[n] for n in nodes]) if values else None
        _dots(figure, axes, places, numbers, small, label, unit, currency)
        axes.margins(0.12)
        if not small:
            scale = scale_of(values.values(), unit, currency) if values else Scale()
            write = scale.difference if values and min(values.values()) < 0 else scale.level
            for node, place in zip(nodes, places, strict=True):
                number = f"\n{write(float(values[node]))}" if values else ""
                _name(axes, place, f"{graph.nodes[node].get('title', node)}{number}")
        return figure


def _places(graph: nx.Graph[Hashable], nodes: list[Hashable]) -> Floats:
    data = graph.nodes
    if all("x" in data[n] and "y" in data[n] for n in nodes):
        return np.array([(float(data[n]["x"]), float(data[n]["y"])) for n in nodes])
    if len(nodes) == 1:
        return np.zeros((1, 2))
    found = nx.kamada_kawai_layout(graph, weight=None)
    return np.array([found[n] for n in nodes])


def _dots(
    figure: Figure,
    axes: Axes,
    places: Floats,
    numbers: Floats | None,
    small: bool,
    label: str,
    unit: str,
    currency: str,
) -> None:
    size = 18.0 if small else 420.0
    if numbers is None:
        axes.scatter(places[:, 0], places[:, 1], s=size, color=look.BLUE, zorder=2)
        return
    low, high = float(numbers.min()), float(numbers.max())
    both = low < 0 < high
    norm: Normalize = (
        TwoSlopeNorm(0.0, -max(-low, high), max(-low, high))
        if both
        else Normalize(min(low, 0.0), max(high, low + 1e-12))
    )
    share = np.abs(numbers) / (np.abs(numbers).max() or 1.0)
    dots = axes.scatter(
        places[:, 0],
        places[:, 1],
        s=size * (0.3 + 0.7 * share),
        c=numbers,
        cmap=_BOTH if both else _UP,
        norm=norm,
        edgecolor=look.SOFT,
        linewidth=0.8,
        zorder=2,
    )
    width, height = figure.get_figwidth(), figure.get_figheight()
    bar = figure.add_axes((look.MARGIN / width, 0.48 / height, 2.6 / width, 0.12 / height))
    figure.colorbar(dots, cax=bar, orientation="horizontal")
    scale = scale_of(numbers.tolist(), unit, currency)
    look.even_ticks(bar.xaxis, scale.factor, 4)
    bar.set_xlabel(f"{label} ({scale.axis})" if scale.axis else label)


def _name(axes: Axes, place: Floats, text: str) -> None:
    axes.annotate(
        text,
        (float(place[0]), float(place[1])),
        (0, -14),
        textcoords="offset points",
        ha="center",
        va="top",
        size=look.SMALL,
        parse_math=False,
        linespacing=1.3,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
        zorder=3,
    )
