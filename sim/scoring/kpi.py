"""A KPI: how its value follows from the books and the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KpiClass = Literal["financial", "growth", "satisfaction", "management", "distributor", "books"]
How = Literal["total", "ratio", "mean", "last", "variance"]


@dataclass(frozen=True)
class Kpi:
    """A KPI: numerator over denominator, both figures of the books or measures of the record.

    ``how`` says how weeks become one value: the total over weeks, the ratio of totals, the mean of weekly values, the
    last week's value, or the ratio of variances over weeks (week by week: those of the run so far). ``scale`` multiplies the result. Figures of the books start with
    ``books.``; a measure may be restricted to our offers (``own:``) or to rows of the first week (``start:``).
    ``where`` names a measure; if it is zero in the whole run, the KPI does not exist (NaN).
    """

    name: str
    label: str
    kpi_class: KpiClass
    unit: str
    direction: Literal["up", "down", "none"]
    how: How
    numerator: str
    denominator: str = ""
    scale: float = 1.0
    where: str = ""

    @property
    def formula(self) -> str:
        """The formula in words a reader can check."""
        top, below = _in_words(self.numerator), _in_words(self.denominator)
        ratio = top + (f" / {below}" if below else "")
        once = self.denominator.startswith("start:")
        scale = f" × {self.scale:g}" if self.scale != 1.0 else ""
        return {
            "total": f"Σ weeks {ratio}",
            "ratio": f"Σ {top} / {'' if once else 'Σ '}{below}",
            "mean": f"mean over weeks of {ratio}",
            "last": f"{ratio} in the last week",
            "variance": f"variance over weeks of {top} / that of {below}",
        }[self.how] + scale


def _in_words(term: str) -> str:
    """A term as a formula shows it: recorded measures and figures of the books by their names."""
    words = {
        "start:non_users": "customers without a purchase from us at the start or opened since",
        "hours_office": "(hours_routine + hours_administration)",
    }
    return words.get(term, term.replace("own:", "our "))
