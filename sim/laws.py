"""A law of the model broken: units, money, hours or heads that appeared or vanished. Always a fault of the program."""

from __future__ import annotations


class LawBroken(AssertionError):
    """A conservation law does not hold.

    ``place`` says where and when (books, week, cell), ``law`` what must hold, ``numbers`` what was found.
    """

    def __init__(self, place: str, law: str, numbers: str) -> None:
        super().__init__(place, law, numbers)
        self.place = place
        self.law = law
        self.numbers = numbers

    def __str__(self) -> str:
        return f"{self.place}: law broken: {self.law}; found {self.numbers}"
