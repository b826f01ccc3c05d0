"""Titles and names are text in pictures, pages and tables, whatever signs they are made of."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.text import Text

from analysis.figures.gallery import Plate, draw_study
from analysis.figures.save import svg_bytes
from analysis.findings import analyse_study, write_tables
from analysis.report.page import render_page
from analysis.report.study_page import write_report
from analysis.study import PolicyLabel, Study
from sim.text import clean, steers

NASTY = {
    "mathtext": "cost $x_{$ and $y^2$",
    "one dollar": "US$ 5",
    "markup of terminals": "[/b] [red]x[/red] [link=x]",
    "markup of pages": "<script>alert(1)</script> &amp; \"x\" 'y'",
    "a template": "{{ 7 * 7 }} {% raw %}",
    "a formula": '=cmd|"/C calc"!A0',
    "an escape sequence": "\x1b[31mred\x1b[0m\x07",
    "turned round": "a\u202etxt.exe\u2066b",
    "no width": "\u200ba\ufeff",
    "a line below": "_private",
    "lines": "one\ntwo\ttabbed",
    "tex": r"\frac{1}{2} \$ %",
    "percent": "%s %(x)d 100 %",
}


def named(study: Study, words: str) -> Study:
    """``study`` with ``words`` wherever a user names something."""
    policies = {name: PolicyLabel(f"{words} {name}", words) for name in study.policies}
    meta = replace(study.meta, scenario=words, scenario_title=words, notes=(words,), commands=(words,))
    levels = study.runs_by["level"].map(lambda level: f"{words} {level}")
    return replace(study, question=words, policies=policies, meta=meta, runs_by=study.runs_by.assign(level=levels))


@pytest.mark.parametrize("words", NASTY.values(), ids=NASTY.keys())
def test_words_go_through_pictures_pages_and_tables(
    words: str, make_study: Callable[..., Study], tmp_path: Path
) -> None:
    findings = analyse_study(named(make_study(seeds=5), words))
    plates = draw_study(findings)
    for plate in plates:
        svg_bytes(plate.figure)
        shown = [text.get_text() for text in plate.figure.findobj(Text)]
        assert not any(steers(sign) for text in shown for sign in text if sign not in "\n\t")
        assert not any(text.get_parse_math() for text in plate.figure.findobj(Text))
    page = write_report(findings, tmp_path / "report.html", plates).read_text(encoding="utf-8")
    bare = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert clean(words).split()[0] in bare
    assert "<script" not in page
    assert not any(steers(sign) for sign in page if sign not in "\n\t")
    write_tables(findings, tmp_path)
    for file in tmp_path.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as table:
            cells = [cell for row in csv.reader(table) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_a_title_that_begins_with_a_line_below_is_in_the_legend(make_study: Callable[..., Study]) -> None:
    plates: list[Plate] = draw_study(analyse_study(named(make_study(seeds=5), "_private")))
    weeks = next(plate for plate in plates if plate.kind == "weeks")
    svg_bytes(weeks.figure)
    shown = [text.get_text() for legend in weeks.figure.legends for text in legend.get_texts()]
    assert any(text.startswith("_private") for text in shown)


def test_a_page_escapes_what_it_is_given() -> None:
    page = render_page("base.html.j2", title="<b>\u202e\x1b&")
    assert "<title>&lt;b&gt;&amp;</title>" in page
