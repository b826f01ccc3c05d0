"""Answers declare their fields: shape, unit, bounds and meaning, from which checks, tests and documentation are made."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

_META = "answer"

#: Numbers beyond these are infinite.
_FINITE = sys.float_info.max

#: What the methods of arrays come to, without what they do on the way there.
_LEAST, _MOST = np.minimum.reduce, np.maximum.reduce

#: Kinds of numpy's types that may fill a field, by what the field is annotated with, and what they are called.
_KINDS: dict[Any, tuple[str, str]] = {
    np.integer: ("iuf", "whole numbers"),
    np.floating: ("iuf", "numbers"),
    np.bool_: ("b", "true or false"),
}


class Fixed(NamedTuple):
    """A dimension of the same size in every market, such as the levels of a reporting line."""

    name: str
    size: int


#: A dimension by name, counted by the view, or of a fixed size.
Dimension = str | Fixed


class Fault(NamedTuple):
    """What is wrong with an answer: what was found in which field, and what was expected."""

    found: str
    expected: str
    row: int | None = None  # in the field's array


@dataclass(frozen=True)
class AnswerField:
    """The declaration of one field of an answer; see :func:`answer_field`."""

    name: str
    doc: str
    unit: str
    shape: tuple[Dimension, ...]
    type: Any  # np.integer, np.floating or np.bool_
    low: float
    high: float
    above: float | None
    below: float | None
    row_of: str | None
    names: tuple[str, ...]
    without: Any
    together: Callable[[Any, Any], Any] | None
    cut: bool

    @property
    def whole(self) -> bool:
        """Whether values are whole numbers."""
        return self.type is np.integer

    @property
    def flag(self) -> bool:
        """Whether values are true or false."""
        return self.type is np.bool_

    @property
    def kinds(self) -> str:
        """Kinds of numpy's types that may hold the values."""
        return _KINDS[self.type][0] if self.row_of is None else "iu"

    def shape_text(self) -> str:
        """The dimensions in words: "territories × own offers"; "one number" for none."""
        names = [d.name if isinstance(d, Fixed) else d for d in self.shape]
        return " × ".join(names) or "one number"

    def bounds_text(self) -> str:
        """The bounds in words, with the unit of what they bound: "from 0 to 1", "above 0", "finite"."""
        if self.flag:
            return "true or false"
        if self.names:
            return ", ".join(f"{k} {name}" for k, name in enumerate(self.names))
        if self.row_of is not None:
            return f"a row of {self.row_of} from 0, or −1"
        low = f"above {_plain(self.above)}" if self.above is not None else f"at least {_plain(self.low)}"
        if self.below is not None:
            return f"from {_plain(self.low)} to below {_plain(self.below)}"
        if self.high < _FINITE:
            return f"from {_plain(self.low)} to {_plain(self.high)}"
        return low if self.low > -_FINITE else "finite"


def answer_field(
    doc: str,
    *,
    unit: str,
    shape: tuple[Dimension, ...] = (),
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    row_of: str | None = None,
    names: tuple[str, ...] = (),
    without: Any = None,
    together: Callable[[Any, Any], Any] | None = None,
    cut: bool = False,
) -> Any:
    """Declare a field of an :class:`Answer`; whether it holds numbers, whole numbers or flags is said by its annotation.

    ``shape`` names the dimensions, none for a single number of the whole firm; values are finite and lie from ``low``
    to ``high``, or strictly ``above`` and ``below``. ``row_of`` is for rows of a dimension, −1 for none; ``names`` for
    numbers of a list of names. ``without`` is the value of customers of whom the firm has no record. ``together`` makes
    one number out of two where different rules hold in different territories. What is out of bounds is refused, or
    moved to the bound where ``cut`` says so.
    """
    if row_of is not None:
        low = -1
    if names:
        low, high = 0, len(names) - 1
    if above is not None:
        low = float(np.nextafter(above, np.inf))
    if below is not None:
        high = float(np.nextafter(below, -np.inf))
    meta = {
        "doc": doc,
        "unit": unit,
        "shape": shape,
        "low": -_FINITE if low is None else low,
        "high": _FINITE if high is None else high,
        "above": above,
        "below": below,
        "row_of": row_of,
        "names": names,
        "without": without,
        "together": together,
        "cut": cut,
    }
    return dataclasses.field(metadata={_META: meta})


@dataclass_transform(frozen_default=True, field_specifiers=(answer_field,))
class Answer:
    """What a rule answers, for all actors of its question at once: a frozen dataclass of declared fields."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    _declared: ClassVar[tuple[AnswerField, ...]]

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        dataclass(frozen=True)(cls)

    @classmethod
    def declared(cls) -> tuple[AnswerField, ...]:
        """Declarations of all fields, in order."""
        if "_declared" not in cls.__dict__:
            hints = get_type_hints(cls)
            cls._declared = tuple(
                AnswerField(name=f.name, type=_number_of(hints[f.name]), **f.metadata[_META])
                for f in dataclasses.fields(cls)
            )
        return cls._declared

    def faults(self, market: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
        """What is wrong beyond shapes and bounds; ``market`` is what the engine adds to the check by name, or nothing."""
        return iter(())


AnswerT = TypeVar("AnswerT", bound=Answer)


def _number_of(hint: Any) -> Any:
    """The type of the numbers in a field: of an array's elements, or of a single number."""
    if get_origin(hint) is np.ndarray:
        dtype = get_args(get_args(hint)[1])[0]
        return get_origin(dtype) or dtype
    return {int: np.integer, float: np.floating, bool: np.bool_}[hint]


def form_fault(answer: Answer, count: Callable[[str], int]) -> Fault | None:
    """The first field that has another shape or another kind of values than declared; ``count`` gives sizes by dimension."""
    sizes: dict[Dimension, int] = {}  # fields of an answer share most of their dimensions
    for declared in answer.declared():
        value = getattr(answer, declared.name)
        if not declared.shape:
            if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
                return Fault(f"{declared.name} of type {type(value).__name__}", "one number")
            continue
        for d in declared.shape:
            if d not in sizes:
                sizes[d] = d.size if isinstance(d, Fixed) else count(d)
        shape = tuple([sizes[d] for d in declared.shape])
        if not isinstance(value, np.ndarray):
            return Fault(f"{declared.name} of type {type(value).__name__}", f"an array of shape {shape}")
        if value.shape != shape:
            found, what = " × ".join(map(str, value.shape)) or "no", declared.shape_text()
            expected = f"{' × '.join(map(str, shape))}, by {what}"
            return Fault(f"{found} values of {declared.name}", expected)
        if value.dtype.kind not in declared.kinds:
            return Fault(f"{declared.name} of type {value.dtype}", _KINDS[declared.type][1])
    return None


def bounds_fault(answer: Answer, count: Callable[[str], int]) -> Fault | None:
    """The worst value of the first field that is out of its bounds, infinite or no number."""
    for declared in answer.declared():
        values = np.asarray(getattr(answer, declared.name))
        if declared.flag or not values.size:
            continue
        high = declared.high if declared.row_of is None else count(declared.row_of) - 1
        if not (declared.low <= _LEAST(values, None).item() and _MOST(values, None).item() <= high):
            if not declared.cut or not np.isfinite(values).all():
                return _worst(declared, values, high)
        elif declared.whole and values.dtype.kind == "f" and (values != np.rint(values)).any():
            odd = tuple(np.argwhere(values != np.rint(values))[0])
            return Fault(f"{declared.name} {values[odd]:g}", "whole numbers", _row(odd))
    return None


def _worst(declared: AnswerField, values: NDArray[Any], high: float) -> Fault:
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        odd = tuple(np.argwhere(~np.isfinite(numbers))[0])
        return Fault(f"NaN or infinity in {declared.name}", "finite numbers", _row(odd))
    place = np.unravel_index(int(np.argmax(np.maximum(declared.low - numbers, numbers - high))), values.shape)
    unit = "" if declared.names or declared.row_of else f" {declared.unit}"
    return Fault(f"{declared.name} {numbers[place]:g}", f"{declared.bounds_text()}{unit}", _row(place))


def _row(place: tuple[Any, ...]) -> int | None:
    return int(place[0]) if place else None


def cut_to_bounds(answer: AnswerT) -> AnswerT:
    """``answer`` with the values of fields declared ``cut`` moved to the nearest bound where they lie outside."""
    moved = {}
    for declared in answer.declared():
        if declared.cut:
            values = getattr(answer, declared.name)
            if values.size and not (declared.low <= _LEAST(values, None) and _MOST(values, None) <= declared.high):
                moved[declared.name] = np.clip(values, declared.low, declared.high)
    return dataclasses.replace(answer, **moved) if moved else answer


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e7 else f"{number:g}"
