"""Errors: input errors that say how to fix them (place, problem, expectation, remedy), and broken laws of the model."""

from __future__ import annotations

from collections.abc import Sequence


class InputError(ValueError):
    """One error in a user's input: a scenario, a table, a setting.

    ``place`` names the file and the field or row, ``problem`` what was found there, ``expected`` what
    would have been right, ``remedy`` what to do about it, ``meaning`` what the setting means. The last
    three may be empty.
    """

    def __init__(self, place: str, problem: str, expected: str = "", remedy: str = "", meaning: str = "") -> None:
        super().__init__(place, problem, expected, remedy, meaning)
        self.place = place
        self.problem = problem
        self.expected = expected
        self.remedy = remedy
        self.meaning = meaning

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}"
        if self.expected:
            text += f"; expected {self.expected}"
        if self.remedy:
            text += f" ({self.remedy})"
        return text


class InputErrors(InputError):
    """Several input errors at once, so that all can be fixed in one go; ``errors`` holds them in order."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        self.errors = tuple(errors)
        if not self.errors:
            raise ValueError("InputErrors needs at least one error")
        first = self.errors[0]
        super().__init__(first.place, first.problem, first.expected, first.remedy, first.meaning)

    def __reduce__(self) -> tuple[type[InputErrors], tuple[tuple[InputError, ...]]]:
        return InputErrors, (self.errors,)  # so that a worker process can return it

    def __str__(self) -> str:
        if len(self.errors) == 1:
            return str(self.errors[0])
        return f"{len(self.errors)} input errors:\n" + "\n".join(
            f"  {number}. {error}" for number, error in enumerate(self.errors, 1)
        )


class LawBroken(AssertionError):
    """A law of the model does not hold: units, money, hours or heads appeared or vanished. Always a bug of the program.

    ``place`` says where and when (books, week, cell), ``law`` what must hold, ``numbers`` what was found.
    """

    def __init__(self, place: str, law: str, numbers: str) -> None:
        super().__init__(place, law, numbers)
        self.place = place
        self.law = law
        self.numbers = numbers

    def __str__(self) -> str:
        return f"{self.place}: law broken: {self.law}; found {self.numbers}"
