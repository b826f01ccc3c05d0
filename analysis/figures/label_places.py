"""Places for labels beside points, so that no label lies on another one or on a point."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from analysis.figures import style as look

#: Where a label may stand beside its point: offset in points, and which of its corners is there.
_PLACES = (
    (6, 4, "left", "bottom"),
    (6, -4, "left", "top"),
    (-6, 4, "right", "bottom"),
    (-6, -4, "right", "top"),
    (0, 8, "center", "bottom"),
    (0, -8, "center", "top"),
    (16, 14, "left", "bottom"),
    (16, -14, "left", "top"),
    (-16, 14, "right", "bottom"),
    (-16, -14, "right", "top"),
)
#: Half the width of the room that a marker takes, in points.
_MARK = 3.5


def label_points(
    axes: Axes, labels: Sequence[tuple[float, float, str, bool]], marks: Sequence[tuple[float, float]]
) -> list[str]:
    """Write ``labels`` (x, y, text, bold), the first ones first, each where it covers neither a label nor a mark.

    ``marks`` (x, y) are points that must stay visible. The limits of the axes must be final. A label for which there is
    no place inside the axes is left out; gives those that were written.
    """
    figure = axes.figure
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError("labels are measured on an Agg canvas; make the figure with new_figure")
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    inside = axes.get_window_extent(renderer)
    reach = _MARK * figure.dpi / 72
    taken = []
    for mark in marks:
        x, y = axes.transData.transform(mark)
        taken.append(Bbox.from_extents(x - reach, y - reach, x + reach, y + reach))
    written = []
    for x, y, text, bold in labels:
        for right, up, across, along in _PLACES:
            note = axes.annotate(
                text,
                (x, y),
                (right, up),
                textcoords="offset points",
                ha=across,
                va=along,
                size=look.SMALL,
                weight="bold" if bold else "normal",
                color=look.INK if bold else look.SOFT,
                zorder=7,
            )
            room = note.get_window_extent(renderer)
            within = inside.x0 <= room.x0 and room.x1 <= inside.x1 and inside.y0 <= room.y0 and room.y1 <= inside.y1
            if within and not any(room.overlaps(other) for other in taken):
                taken.append(room)
                written.append(text)
                break
            note.remove()
    return written
