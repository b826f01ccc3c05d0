"""How a comparison of two versions is shown: one line for each quantity, before, after and their ratio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bench.against import AFTER, BEFORE, RATIO
from bench.table import Row


def is_comparison(rows: Sequence[Row]) -> bool:
    """Whether the rows of a section are those of a comparison."""
    return any(row.name.endswith(f": {RATIO}") for row in rows)


def comparison_lines(rows: Sequence[Row], short: Callable[[float], str]) -> Iterable[str]:
    """A table with medians before and after, and the median, least and most of their ratios turn by turn."""
    by_quantity: dict[tuple[str, int | None], dict[str, Row]] = {}
    for row in rows:
        quantity, _, which = row.name.rpartition(": ")
        by_quantity.setdefault((quantity, row.customers), {})[which] = row
    yield f"|  | customers | {BEFORE} | {AFTER} | {RATIO} | least | most | {RATIO}, processor | others |"
    yield f"| --- |{' ---: |' * 8}"
    for (quantity, customers), of in by_quantity.items():
        ratio = of[RATIO]
        cells = [
            f"{customers:,}" if customers is not None else "",
            *(short(number) for number in (of[BEFORE].median, of[AFTER].median, ratio.median, ratio.min, ratio.max)),
            *(short(number) for number in (ratio.processor_time, ratio.cores_used_by_others)),
        ]
        yield f"| {quantity} | {' | '.join(cells)} |"
    yield ""
