"""Labels next to points that are close together: none covers another label, a point or a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style as look

#: Places around a point, nearest first: distance in inches, and directions from the right round.
_RINGS = (0.09, 0.18, 0.3, 0.45, 0.62, 0.82)
_TURNS = (0.0, 180.0, 35.0, -35.0, 145.0, -145.0, 75.0, -75.0, 105.0, -105.0, 55.0, -55.0, 125.0, -125.0)
_HALF_MARK = 0.055
#: Gap between the ends of two labels, so that they are not read as one.
_APART = 0.05
#: What an inch of distance costs, where a line through a label costs 1: of two free places the nearer one is taken.
_DISTANCE = 0.05


class Box(NamedTuple):
    """A rectangle in inches from the lower left corner of the axes."""

    left: float
    low: float
    right: float
    high: float

    def shared(self, other: Box) -> float:
        """Area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.high, other.high) - max(self.low, other.low)
        return max(width, 0.0) * max(height, 0.0)


class Label(NamedTuple):
    """A text, the point it belongs to and the box it was given, in inches."""

    text: str
    x: float
    y: float
    box: Box
    far: bool


def place_labels(
    figure: Figure, size: tuple[float, float], points: Sequence[tuple[str, float, float]], taken: Sequence[Box]
) -> list[Label]:
    """Find a box for the text of each point (text, x, y in inches) inside axes of ``size`` inches.

    One label after the other goes to the nearest place that covers no other label, no mark and nothing of ``taken``, or
    where that is least; of several orders the best is kept.
    """
    marks = [Box(x - _HALF_MARK, y - _HALF_MARK, x + _HALF_MARK, y + _HALF_MARK) for _, x, y in points]
    by_x, by_y = sorted(points, key=lambda point: point[1]), sorted(points, key=lambda point: point[2])
    orders = (list(points), by_x, by_x[::-1], by_y, by_y[::-1])
    tried = [_one_by_one(figure, size, order, [*marks, *taken]) for order in orders]
    return min(tried, key=lambda labels: labels[1])[0]


def _one_by_one(
    figure: Figure, size: tuple[float, float], points: Sequence[tuple[str, float, float]], taken: Sequence[Box]
) -> tuple[list[Label], float]:
    """Labels of ``points`` in the order given, and what they cover."""
    placed: list[Label] = []
    total = 0.0
    for text, x, y in points:
        wide, high = look.text_width(figure, text, look.SMALL) * 1.03, look.SMALL * 1.25 / 72
        best, least = None, math.inf
        for ring, turn in ((ring, turn) for ring in _RINGS for turn in _TURNS):
            label = Label(text, x, y, _box_at(x, y, ring, turn, wide, high), ring > _RINGS[1])
            cost = _cost(label, placed, taken, size) + _DISTANCE * ring
            if cost < least - 1e-9:
                best, least = label, cost
        assert best is not None
        placed.append(best)
        total += least
    return placed, total


def _cost(label: Label, placed: Sequence[Label], taken: Sequence[Box], size: tuple[float, float]) -> float:
    """What is wrong with ``label``: square inches that it covers, weighted by what they hold, and lines that cross."""
    box = label.box
    outside = (box.right - box.left) * (box.high - box.low) - box.shared(Box(0.0, 0.0, *size))
    # A label under another cannot be read at all, one outside is cut off, and one that the line to another crosses
    # seems to belong to the other point; on a mark or an interval it is hard to read.
    hidden = sum(box.shared(_wider(other.box)) + (box.shared(other.box) > 0) for other in placed)
    crossed = sum(_crosses(label, other) + _crosses(other, label) for other in placed)
    return 40 * sum(box.shared(other) for other in taken) + 100 * (hidden + outside) + crossed


def draw_labels(axes: Axes, size: tuple[float, float], labels: Sequence[Label]) -> None:
    """Write ``labels`` on ``axes`` of ``size`` inches, with a thin line to the point where one is far from it."""
    wide, high = size
    for label in labels:
        box = label.box
        middle = (box.low + box.high) / 2
        if label.far:
            end = _end(label)
            axes.plot(
                [label.x / wide, end[0] / wide],
                [label.y / high, end[1] / high],
                transform=axes.transAxes,
                color=look.FAINT,
                linewidth=0.6,
                zorder=2,
            )
        axes.text(
            box.left / wide,
            middle / high,
            label.text,
            transform=axes.transAxes,
            size=look.SMALL,
            va="center",
            ha="left",
            parse_math=False,
            zorder=6,
        )


def _wider(box: Box) -> Box:
    return Box(box.left - _APART, box.low, box.right + _APART, box.high)


def _end(label: Label) -> tuple[float, float]:
    """Where the line from the point meets the box of its label."""
    return min(max(label.x, label.box.left), label.box.right), min(max(label.y, label.box.low), label.box.high)


def _crosses(one: Label, two: Label) -> bool:
    """Whether the line from the point of ``one`` to its label runs through the label ``two``."""
    if not one.far:
        return False
    x, y = _end(one)
    along = (step / 24 for step in range(25))
    path = ((one.x + part * (x - one.x), one.y + part * (y - one.y)) for part in along)
    return any(two.box.left - 0.03 < a < two.box.right + 0.03 and two.box.low < b < two.box.high for a, b in path)


def _box_at(x: float, y: float, ring: float, turn: float, wide: float, high: float) -> Box:
    """The box whose nearest edge or corner is ``ring`` inches from the point in direction ``turn`` (degrees)."""
    across, up = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    middle_x = x + ring * across + (wide / 2) * max(-1.0, min(1.0, 1.4 * across))
    middle_y = y + ring * up + (high / 2) * max(-1.0, min(1.0, 1.4 * up))
    return Box(middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2)
