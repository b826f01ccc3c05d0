"""Places for labels next to points, so that no label covers another label or a point."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures import style as look

#: Where a label may be, relative to its point: offset in points, and which of its corners is there.
_PLACES = (
    (5, 4, "left", "bottom"),
    (-5, 4, "right", "bottom"),
    (14, 14, "left", "bottom"),
    (-14, 14, "right", "bottom"),
    (20, 0, "left", "center"),
    (-20, 0, "right", "center"),
    (14, -14, "left", "top"),
    (-14, -14, "right", "top"),
    (30, 26, "left", "bottom"),
    (-30, -26, "right", "top"),
)
#: Offset beyond which a thin line leads from the label to its point.
_FAR = 10
#: Half the width of the room that a marker takes, in points.
_MARK = 3.5


def label_points(
    axes: Axes, labels: Sequence[tuple[float, float, str, bool]], marks: Sequence[tuple[float, float]]
) -> list[str]:
    """Write ``labels`` (x, y, text, bold) in their order, each where it covers neither a label nor a mark.

    ``marks`` (x, y) are points that must stay visible. The limits of the axes must be final. A label for which there is
    no room inside the axes is omitted. Returns those that were written.
    """
    figure = axes.figure
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError("labels are measured on an Agg canvas; make the figure with new_figure")
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    inside = axes.get_window_extent(renderer)
    reach = _MARK * figure.dpi / 72
    taken = [text.get_window_extent(renderer) for text in axes.texts]
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
                arrowprops={"arrowstyle": "-", "color": look.FAINT, "lw": 0.6} if abs(right) > _FAR else None,
            )
            # The area of the text alone: a leading line may cross what text may not.
            note.update_positions(renderer)
            room = Text.get_window_extent(note, renderer)
            within = inside.x0 <= room.x0 and room.x1 <= inside.x1 and inside.y0 <= room.y0 and room.y1 <= inside.y1
            if within and not any(room.overlaps(other) for other in taken):
                taken.append(room)
                written.append(text)
                break
            note.remove()
    return written
