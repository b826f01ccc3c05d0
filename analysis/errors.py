"""What is wrong with a study or a run, worded so that its author can fix it."""

from __future__ import annotations


class StudyError(ValueError):
    """Results that cannot be compared or shown.

    ``place`` names table, row or field; ``expected`` what should have been there; ``remedy`` how to
    fix it. The message joins the three and can be shown to a user as it is.
    """

    def __init__(self, place: str, expected: str, remedy: str) -> None:
        super().__init__(f"{place}: {expected}. {remedy}")
        self.place = place
        self.expected = expected
        self.remedy = remedy
