"""Figures as files: PNG for folders and slides, SVG inside reports."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text

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
        for text in figure.findobj(Text):
            text.set_text(clean(text.get_text()))  # signs that are obeyed, not seen, have no place in a picture
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
