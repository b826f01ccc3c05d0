"""How all figures look: colours that work for colour-blind readers and in grey, type, heads, margins."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any
from weakref import WeakKeyDictionary

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.typing import LineStyleType

from analysis.numerals import tick
from sim.text import clean

#: Okabe & Ito's palette, ordered so that neighbours also differ in grey.
BLUE, ORANGE, GREEN, PINK, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9"
INK, SOFT, FAINT, RULE = "#1f2328", "#57606a", "#8c959f", "#d0d7de"
SERIES = (BLUE, ORANGE, GREEN, PINK)
DASHES: tuple[LineStyleType, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
BETTER_TINT = "#e3eef7"

#: Colour and marker of each verdict: never colour alone.
VERDICT_LOOK = {
    "better": (BLUE, "o", BLUE),
    "worse": (ORANGE, "s", ORANGE),
    "cannot tell": (FAINT, "D", "white"),
    "identical": (FAINT, "d", FAINT),
    "higher": (SOFT, "^", SOFT),
    "lower": (SOFT, "v", SOFT),
    "undefined": (FAINT, "x", FAINT),
}

TEXT, SMALL, TITLE = 9.0, 8.0, 12.5
MARGIN = 0.18
_HANDLE, _SPACE = 2.4, 1.8
#: Tabs and line ends; not the blanks that keep a number and its unit together.
_LINE_ENDS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
#: Of a collection of fonts matplotlib knows only the first, hence Noto's Japanese name: it has the Chinese characters too.
CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "PingFang SC",
    "PingFang HK",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
)


@dataclass(frozen=True)
class Names:
    """How a figure calls the policy, the baseline it is compared with, and money."""

    policy: str
    baseline: str
    currency: str = "EUR"


@cache
def chinese_fonts() -> list[str]:
    """The Chinese fonts this machine has, used for characters that matplotlib's own font does not have."""
    present = {font.name for font in fontManager.ttflist}
    return [name for name in CJK_FONTS if name in present]


@contextmanager
def style() -> Iterator[None]:
    """Inside this context figures are made and saved in the project's look; global settings are restored after it.

    Characters that no font has are drawn as boxes, without a warning for each; `deepmarket doctor` says which font to add.
    """
    look: dict[Any, Any] = {
        "font.family": ["DejaVu Sans", *chinese_fonts()],
        "font.size": TEXT,
        "text.parse_math": False,  # a `$` in a title is a dollar
        "text.usetex": False,
        "text.color": INK,
        "axes.labelcolor": SOFT,
        "axes.edgecolor": RULE,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": TEXT,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": SMALL,
        "axes.unicode_minus": True,
        "axes.grid": False,
        "xtick.color": RULE,
        "ytick.color": RULE,
        "xtick.labelcolor": SOFT,
        "ytick.labelcolor": SOFT,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.hashsalt": "deepmarket",
        "hatch.linewidth": 0.6,
    }
    with matplotlib.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure in inches that needs no display and is not registered anywhere."""
    figure = Figure(figsize=(width, height), dpi=100)
    FigureCanvasAgg(figure)
    return figure


#: Widths of lines that a figure has asked for, in pixels: many are asked for again, and each takes up to two milliseconds.
_widths: WeakKeyDictionary[Figure, dict[tuple[str, float, str, float], float]] = WeakKeyDictionary()


def text_width(figure: Figure, text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Width of ``text`` as it is shown, in inches: of the widest of its lines."""
    known = _widths.setdefault(figure, {})
    widths = []
    for line in clean(text).split("\n"):
        key = (line, size, weight, figure.dpi)
        if key not in known:
            known[key] = _line_width(figure, line, size, weight)
        widths.append(known[key])
    return max(widths) / figure.dpi


def _line_width(figure: Figure, line: str, size: float, weight: str) -> float:
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError("figures are measured on an Agg canvas; make them with new_figure")
    font = FontProperties(size=size, weight=weight)
    renderer: Any = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return float(renderer.get_text_width_height_descent(line, font, ismath=False)[0])


def widest(figure: Figure, texts: Sequence[str], size: float = TEXT, weight: str = "normal") -> float:
    """Width of the widest of ``texts`` in inches; 0 without any."""
    return max((text_width(figure, t, size, weight) for t in texts), default=0.0)


def fold(figure: Figure, text: str, width: float, size: float = TEXT, weight: str = "normal") -> list[str]:
    """Break ``text`` into lines of at most ``width`` inches, at blanks or between Chinese characters; its own line ends become blanks."""
    text = clean(_LINE_ENDS.sub(" ", text))
    width *= 0.97  # the same text is set up to 3 % wider at another resolution
    pieces = re.findall(r"[\u3000-\u9fff\uff00-\uffef]|[^ \u3000-\u9fff\uff00-\uffef]+ ?| ", text)
    lines: list[str] = []
    while pieces:
        if lines:
            pieces[0] = pieces[0].lstrip()
        end = _fitting_pieces(figure, pieces, width, size, weight)
        lines.append("".join(pieces[:end]).rstrip())
        del pieces[:end]
    return lines if not lines or lines[-1] else lines[:-1]


def _fitting_pieces(figure: Figure, pieces: Sequence[str], width: float, size: float, weight: str) -> int:
    """How many of ``pieces`` fit on a line of ``width`` inches, at least one that is not empty.

    A line grows with every piece, so few lines are measured: each guess takes letters to be as wide as in the last one.
    """
    ends = list(accumulate(map(len, pieces)))
    fits, beyond = (1 if pieces[0] else min(2, len(pieces))), len(pieces) + 1
    letter = size / 72 / 2
    while beyond - fits > 1:
        guess = min(max(bisect_right(ends, width / letter), fits + 1), beyond - 1)
        wide = text_width(figure, "".join(pieces[:guess]).rstrip(), size, weight)
        letter = wide / ends[guess - 1] or letter
        fits, beyond = (fits, guess) if wide > width else (guess, beyond)
    return fits


def balanced(figure: Figure, text: str, width: float, size: float = TEXT, weight: str = "normal") -> list[str]:
    """Like :func:`fold`, in as many lines, but of nearly equal length: no word is left alone on the last line."""
    lines = fold(figure, text, width, size, weight)
    for share in (0.55, 0.65, 0.75, 0.85):
        narrow = fold(figure, text, share * width, size, weight)
        if len(lines) > 1 and len(narrow) == len(lines):
            return narrow
    return lines


def shorten(figure: Figure, text: str, width: float, size: float = TEXT, weight: str = "normal") -> str:
    """``text``, cut with an ellipsis when it is wider than ``width`` inches."""
    if text_width(figure, text, size, weight) <= width:
        return text
    while text and text_width(figure, text + "…", size, weight) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def fitting(figure: Figure, text: str, width: float, size: float = TEXT, weight: str = "normal") -> float:
    """The size, at most ``size`` and at least four fifths of it, at which ``text`` is no wider than ``width`` inches."""
    return size * min(1.0, max(0.8, width / max(text_width(figure, text, size, weight), 1e-9)))


def head_height(figure: Figure, title: str, note: str) -> float:
    """Inches that :func:`draw_head` will take from the top."""
    width = figure.get_figwidth() - 2 * MARGIN
    rows = len(fold(figure, title, width, TITLE, "bold"))
    notes = len(fold(figure, note, width, SMALL)) if note else 0
    return MARGIN + rows * TITLE * 1.3 / 72 + (notes * SMALL * 1.45 / 72 + 0.04 if notes else 0) + 0.14


def draw_head(figure: Figure, title: str, note: str) -> float:
    """Write the finding and, smaller, how to read the figure; return the inches taken from the top."""
    width, height = figure.get_figwidth() - 2 * MARGIN, figure.get_figheight()
    figure.set_label(f"{title}. {note}".strip())  # read out to those who cannot see the figure
    y = height - MARGIN
    for line in balanced(figure, title, width, TITLE, "bold"):
        _write(figure, y, line, TITLE, "bold", INK)
        y -= TITLE * 1.3 / 72
    y -= 0.04
    for line in fold(figure, note, width, SMALL):
        _write(figure, y, line, SMALL, "normal", SOFT)
        y -= SMALL * 1.45 / 72
    return head_height(figure, title, note)


def _write(figure: Figure, y: float, line: str, size: float, weight: str, colour: str) -> None:
    figure.text(
        MARGIN / figure.get_figwidth(),
        y / figure.get_figheight(),
        line,
        size=size,
        weight=weight,
        color=colour,
        va="top",
        ha="left",
    )


def legend_rows(figure: Figure, labels: Sequence[str]) -> int:
    """Rows that :func:`draw_legend` needs for ``labels``."""
    return -(-len(labels) // _columns(figure, labels)) if labels else 0


def draw_legend(figure: Figure, handles: Sequence[Artist], from_top: float | None = None) -> None:
    """Write a legend from the left margin: at the foot, or ``from_top`` inches below the top."""
    labels = [str(h.get_label()) for h in handles]
    x, low = MARGIN / figure.get_figwidth(), 0.14 / figure.get_figheight()
    # Matplotlib omits labels that begin with "_"; a character without width, which saving removes again, comes first.
    shown = [f"\u200b{label}" if label.startswith("_") else label for label in labels]
    figure.legend(
        handles=list(handles),
        labels=shown,
        loc="lower left" if from_top is None else "upper left",
        bbox_to_anchor=(x, low if from_top is None else 1 - from_top / figure.get_figheight()),
        ncols=_columns(figure, labels),
        frameon=False,
        fontsize=SMALL,
        borderpad=0.0,
        borderaxespad=0.0,
        handlelength=_HANDLE,
        columnspacing=_SPACE,
    )


def _columns(figure: Figure, labels: Sequence[str]) -> int:
    room = figure.get_figwidth() - 2 * MARGIN
    extra = (_HANDLE + _SPACE + 1.0) * SMALL / 72
    for columns in range(len(labels), 1, -1):
        widths = [widest(figure, labels[i::columns], SMALL) + extra for i in range(columns)]
        if sum(widths) <= room:
            return columns
    return 1


def even_ticks(axis: Axis, factor: float = 1.0, count: int = 5, signed: bool = False) -> None:
    """Few round ticks, all with the same number of decimal places, of values times ``factor``."""

    def write(value: float, _: int | None) -> str:
        places = axis.get_majorticklocs()
        step = abs(float(places[1] - places[0])) * factor if len(places) > 1 else 1.0
        return ("+" if signed and value > 0 else "") + tick(value * factor, step)

    axis.set_major_locator(MaxNLocator(count))
    axis.set_major_formatter(FuncFormatter(write))


def week_ticks(axes: Axes, first: float, last: float) -> None:
    """An axis from the ``first`` week to the end of the ``last``, ticks at quarters of a year, at most six."""
    step = next((s for s in (1, 2, 4, 13, 26, 52, 104) if (last - first) / s <= 5), 260)
    axes.set_xlim(first, last + 1)
    axes.set_xticks(np.arange(-(-first // step) * step, last + 1.5, step))


def place_axes(figure: Figure, left: float, right: float, top: float, bottom: float) -> Axes:
    """Axes with the given margins in inches."""
    width, height = figure.get_figwidth(), figure.get_figheight()
    return figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    )
