"""What is wrong with a study or a run, said so that its maker can mend it."""

from __future__ import annotations


class StudyError(ValueError):
    """Results that cannot be compared or shown.

    ``place`` names table, row or field; ``expected`` what should have been there; ``remedy`` how to
    mend it. The message joins the three, so it can be shown to a user as it is.
    """

    def __init__(self, place: str, expected: str, remedy: str) -> None:
        super().__init__(f"{place}: {expected}. {remedy}")
        self.place = place
        self.expected = expected
        self.remedy = remedy
