"""A quantity: the one way to declare a number of the model, with its unit, bounds, source and meaning.

Everything else is derived from the declaration: validation, the JSON schema, ``deepmarket params``,
the generated ``docs/defaults.md`` and the numbers that kernels take (``freeze``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_args, get_origin

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from sim.text import text_error

#: Source of a value that no publication supports; every report lists the parameters that have it.
ASSUMPTION = "A"

#: Units of text that people read: a name or title, and a text of several lines.
LINE, TEXT = "one line of text", "text"

WEEKS_PER_YEAR = 52.0
#: A hundred years: no run is longer, its warm-up included.
MOST_WEEKS = 5200
#: Most ties of one customer: talk is summed in 16 bits, up to 20 half units a tie.
MOST_TIES = 1600
_META = "quantity"


@dataclass(frozen=True)
class Declaration:
    """What is declared about one parameter.

    ``bounds`` are hard (a value outside is refused); ``soft`` is the range beyond which a value is
    surprising (a warning). ``lever`` marks what a policy may change in mid-run.
    """

    unit: str
    bounds: tuple[float, float] | None
    soft: tuple[float, float] | None
    source: str
    lever: bool
    doc: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Put the bounds on every number inside the field: itself, or each element of a list or mapping."""
        schema = handler(source)
        if self.unit in (LINE, TEXT):
            return core_schema.no_info_after_validator_function(_Readable(self.unit == LINE), schema)
        return schema if self.bounds is None else _within(schema, *self.bounds)

    def surprising(self, value: Any) -> Iterator[float]:
        """Yield the numbers inside ``value`` that are outside the soft range."""
        if self.soft is None or isinstance(value, (bool, str)) or value is None:
            return
        if isinstance(value, dict):
            value = tuple(value.values())
        if isinstance(value, (list, tuple)):
            for element in value:
                yield from self.surprising(element)
        elif isinstance(value, (int, float)) and not self.soft[0] <= value <= self.soft[1]:
            yield value


@dataclass(frozen=True)
class _Readable:
    """Refuses text that is not readable or contains control characters."""

    line: bool

    def __call__(self, text: str) -> str:
        wrong = text_error(text, line=self.line)
        if wrong is not None:
            raise ValueError(f"{wrong[0]}, expected {wrong[1]}")
        return text


def _within(schema: CoreSchema, lo: float, hi: float) -> CoreSchema:
    """``schema`` with inclusive bounds on its numbers, through nullable, default, union and container schemas."""
    bounded: dict[str, Any] = dict(schema)
    if bounded["type"] in ("int", "float"):
        whole = bounded["type"] == "int"
        ends = {
            "ge": math.ceil(lo) if whole and math.isfinite(lo) else lo,
            "le": math.floor(hi) if whole and math.isfinite(hi) else hi,
        }
        bounded.update({key: end for key, end in ends.items() if math.isfinite(end)})
    for key in ("schema", "items_schema", "values_schema"):
        if isinstance(bounded.get(key), dict):
            bounded[key] = _within(bounded[key], lo, hi)
    for key in ("items_schema", "choices"):
        if isinstance(bounded.get(key), list):
            bounded[key] = [_within(item, lo, hi) if isinstance(item, dict) else item for item in bounded[key]]
    return cast(CoreSchema, bounded)


def param(
    default: Any = ...,
    *,
    unit: str,
    doc: str,
    bounds: tuple[float, float] | None = None,
    soft: tuple[float, float] | None = None,
    source: str = ASSUMPTION,
    lever: bool = False,
    length: tuple[int, int] | None = None,
) -> Any:
    """Declare a parameter of a :class:`Section`.

    ``default`` may be omitted for values that a scenario must give. ``bounds`` are inclusive and
    apply to every element of a list; infinite ends are allowed. ``length`` bounds the number of
    elements of a list. ``source`` is a citation, or ``ASSUMPTION``.
    """
    if soft is not None and bounds is not None and not (bounds[0] <= soft[0] <= soft[1] <= bounds[1]):
        raise ValueError(f"soft range {soft} must lie within the bounds {bounds}")
    declaration = Declaration(unit, bounds, soft, source, lever, doc)
    limits: dict[str, Any] = {}
    if length is not None:
        limits = {"min_length": length[0], "max_length": length[1]}
    extra: dict[str, Any] = {
        _META: {
            "unit": unit,
            "bounds": list(bounds) if bounds else None,
            "soft": list(soft) if soft else None,
            "source": source,
            "lever": lever,
        }
    }
    info: FieldInfo = Field(default, description=doc, json_schema_extra=extra, **limits)
    info.metadata.append(declaration)
    return info


class Section(BaseModel):
    """A group of parameters that are validated together: strict, immutable, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, validate_default=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _accept_arrays(cls, given: Any) -> Any:
        """Let a list fill a tuple field: TOML and JSON have one kind of array, strict validation has two."""
        if not isinstance(given, dict):
            return given
        tuples = {name for name, info in cls.model_fields.items() if _holds_tuple(info.annotation)}
        return {key: _as_tuple(value) if key in tuples else value for key, value in given.items()}

    @classmethod
    def declarations(cls) -> Iterator[tuple[str, Declaration]]:
        """Yield (field name, declaration) of every parameter declared with :func:`param`."""
        for name, info in cls.model_fields.items():
            for item in info.metadata:
                if isinstance(item, Declaration):
                    yield name, item


def _holds_tuple(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(get_origin(option) is tuple for option in get_args(annotation))


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(element) for element in value) if isinstance(value, list) else value


NumbersT = TypeVar("NumbersT", bound=tuple[Any, ...])


def freeze(
    section: Section, numbers: type[NumbersT], dtype: type[np.floating[Any]] = np.float32, **given: Any
) -> NumbersT:
    """Copy the fields of ``section`` that the NamedTuple ``numbers`` names into it, typed for kernels.

    Floats become ``dtype`` (one stray float64 scalar would slow a float32 kernel), integers int32,
    lists contiguous arrays. ``given`` supplies derived fields (a weekly hazard for an annual rate).
    """
    values = [_typed(given[f] if f in given else getattr(section, f), dtype) for f in numbers._fields]  # type: ignore[attr-defined]
    return numbers(*values)


def _typed(value: Any, dtype: type[np.floating[Any]]) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return np.int32(value)
    if isinstance(value, (float, np.floating)):
        return dtype(value)
    array = np.ascontiguousarray(value)
    return array.astype(dtype) if array.dtype.kind == "f" else array


def weekly_hazard_of_annual_probability(p: float) -> float:
    """Weekly hazard −ln(1−p)/52 of an event that happens within a year with probability ``p``."""
    return -math.log1p(-p) / WEEKS_PER_YEAR


def retention_of_half_life(half_life: float) -> float:
    """Share kept after one period by a stock that halves in ``half_life`` periods: 2^(−1/h)."""
    return float(0.5 ** (1.0 / half_life))
