"""Folding measures few lines; it breaks them where measuring after every word would."""

from __future__ import annotations

import random
import re

import pytest
from matplotlib.figure import Figure

from analysis.figures import style as look

WORDS = ["a", "of", "Deep", "marketing", "WWWW", "fi", "AVAVA", "", "  ", "市场", "–", "12.3 %", "x" * 40, "\u200d"]


def _word_by_word(figure: Figure, text: str, width: float, size: float, weight: str) -> list[str]:
    lines, line = [], ""
    for piece in re.findall(r"[\u3000-\u9fff\uff00-\uffef]|[^ \u3000-\u9fff\uff00-\uffef]+ ?| ", text):
        if line and look.text_width(figure, (line + piece).rstrip(), size, weight) > 0.97 * width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


@pytest.mark.parametrize("seed", range(4))
def test_lines_break_where_the_next_word_does_not_fit(seed: int) -> None:
    luck = random.Random(seed)
    figure = look.new_figure(5, 5)
    with look.style():
        for _ in range(15):
            text = " ".join(luck.choice(WORDS) for _ in range(luck.randint(0, 20)))
            width, size = luck.choice([0.05, 0.5, 1.0, 2.0, 4.0, 9.0]), luck.choice([8.0, 9.0, 12.5])
            weight = luck.choice(["normal", "bold"])
            assert look.fold(figure, text, width, size, weight) == _word_by_word(figure, text, width, size, weight)
