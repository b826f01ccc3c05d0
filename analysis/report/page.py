"""What all reports share: the template environment and figures embedded as pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.figures.gallery import Plate
from analysis.figures.save import svg_bytes
from analysis.study import Provenance
from sim.text import clean

ASSUMED = "A"


@dataclass(frozen=True)
class Picture:
    """A figure inside the page: ``source`` is a data URI, ``words`` its alternative text."""

    source: str
    words: str


@dataclass(frozen=True)
class Assumption:
    """One value that no publication supports."""

    path: str
    value: str
    unit: str
    doc: str


def render_page(template: str, **content: object) -> str:
    """Fill ``template`` of this package; a missing value is an error, never a blank."""
    environment = Environment(
        loader=PackageLoader("analysis.report", "templates"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = resources.files("analysis.report").joinpath("templates", "page.css").read_text(encoding="utf-8")
    # The style sheet is ours and contains no user's text, so it is not escaped.
    return environment.get_template(template).render(css=Markup(css), **content)


def _shown(value: object) -> object:
    """Text without control characters that a browser follows (bidirectional and the like); our own markup unchanged."""
    return clean(value) if type(value) is str else value


def write_page(html: str, path: Path | str) -> Path:
    """Write the page as UTF-8 and return its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8", errors="backslashreplace")  # a file name that is not Unicode
    return path


def embed(plate: Plate) -> Picture:
    """``plate`` as SVG inside a data URI."""
    data = base64.b64encode(svg_bytes(plate.figure)).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{data}", plate.words)


def pick(plates: Sequence[Plate], kind: str, policy: str = "") -> Picture | None:
    """The embedded plate of ``kind`` and ``policy``, or None when it was not drawn."""
    found = next((p for p in plates if p.kind == kind and p.policy == policy), None)
    return embed(found) if found else None


def assumed(table: pd.DataFrame) -> list[tuple[str, list[Assumption]]]:
    """Values whose source is "A", grouped by section, in the table's order."""
    groups: dict[str, list[Assumption]] = {}
    for row in table[table["source"].astype(str) == ASSUMED].itertuples():
        section, _, name = str(row.path).rpartition(".")
        value = f"{row.value:g}" if isinstance(row.value, float) else str(row.value)
        unit = "" if row.unit in ("1", "-", "") else str(row.unit)
        groups.setdefault(section, []).append(Assumption(name, value, unit, str(row.doc)))
    return list(groups.items())


def seeds_text(meta: Provenance) -> str:
    """The seeds as a range when they follow each other, else listed."""
    seeds = sorted(meta.seeds)
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(str(s) for s in seeds)
