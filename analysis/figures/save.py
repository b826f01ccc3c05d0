"""Figures as files: PNG for folders and slides, SVG inside reports."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, Formatter, FuncFormatter

from analysis.figures.style import style
from sim.text import clean

DPI = 150


def save_png(figure: Figure, path: Path | str) -> Path:
    """Write ``figure`` as PNG at 150 dpi and return the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_render(figure, "png"))
    return path


def svg_bytes(figure: Figure) -> bytes:
    """``figure`` as SVG, letters as paths: the same bytes for the same figure, no date, no fonts needed."""
    return _render(figure, "svg")


def _render(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with style():
        _remove_control_characters(figure)
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return buffer.getvalue()


def _remove_control_characters(figure: Figure) -> None:
    """Remove invisible control characters; labels of ticks are written again at every drawing, so their formatter is cleaned."""
    for text in figure.findobj(Text):
        text.set_text(clean(text.get_text()))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            for ticks in (axis.major, axis.minor):
                if (formatter := _clean(ticks.formatter)) is not None:
                    formatter.set_axis(axis)
                    ticks.formatter = formatter


def _clean(formatter: Formatter | None) -> Formatter | None:
    """``formatter`` with clean labels if they are fixed texts; None if they are computed."""
    if isinstance(formatter, FixedFormatter):
        return FixedFormatter([clean(label) for label in formatter.seq])
    if isinstance(formatter, FuncFormatter):
        return FuncFormatter(lambda value, place: clean(formatter.func(value, place)))
    return None
