"""Complaints: what is wrong with a scenario, in the words of its author, before file and line are known.

A complaint names a path ("offer", "pump", "list_price"), what was found, what was expected and how to
fix it. Validation errors of pydantic are translated here; unknown names get the nearest valid one.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import islice
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from sim.quantity import LINE, TEXT, Declaration, Section

#: A path into a scenario: keys, with entries of lists of tables by name.
KeyPath = tuple[str | int, ...]

#: Keys that were renamed or removed, "*" standing for any one part, and what to write instead.
RENAMED: dict[tuple[str, ...], str] = {
    ("horizon",): "the length of a run is called `weeks`",
    ("world", "n_customers"): "the number of customers is called `customers`",
    ("offer", "*", "price"): "prices are given as `list_price`, in minor units (1500 for 15.00)",
    ("offer", "*", "cost"): "costs are given as `unit_cost`, in minor units (1500 for 15.00)",
    ("sales_force", "heads"): "the head count follows from `reps_per_territory`",
    ("sales_force", "teams"): "the number of teams follows from `span`, the reps of one manager",
}

#: What to do about a value of the wrong type, by pydantic's name of the error.
REMEDIES = {
    "int_type": "write a whole number, without quotation marks and without a decimal point",
    "float_type": "write a number, without quotation marks",
    "string_type": "write text in quotation marks",
    "bool_type": "write true or false, without quotation marks",
    "list_type": "write a list in square brackets",
    "tuple_type": "write a list in square brackets",
    "dict_type": "write a table in braces: { name = value }",
    "model_type": "write a table in braces: { name = value }",
}

SectionT = TypeVar("SectionT", bound=Section)


@dataclass(frozen=True)
class Complaint:
    """One input error at ``path``; see :class:`sim.errors.InputError` for the other fields."""

    path: KeyPath
    problem: str
    expected: str = ""
    remedy: str = ""
    meaning: str = ""


#: Longest name, and most valid names, for which the nearest one is searched: the time grows with their product.
_LONGEST, _MOST = 100, 2000
#: Input errors of one kind that are shown; the rest is counted.
MOST_SHOWN = 100


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None when none is like it.

    Very long names are like none; among very many names only those with the same first letter are compared.
    """
    if len(name) > _LONGEST:
        return None
    folded = {candidate.casefold(): candidate for candidate in known if len(candidate) <= _LONGEST}
    if len(folded) > _MOST:
        first = name[:1].casefold()
        folded = dict(islice(((key, one) for key, one in folded.items() if key[:1] == first), _MOST))
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.55)
    return folded[close[0]] if close else None


def suggest(name: str, known: Iterable[str]) -> str:
    """Remedy for an unknown name: the nearest valid one, or the valid ones."""
    names = list(known)
    close = nearest(name, names)
    if close is not None:
        return f"did you mean `{close}`?"
    return f"valid: {', '.join(names[:12])}{' …' if len(names) > 12 else ''}" if names else ""


def unknown_key(path: KeyPath, known: Iterable[str], what: str = "key") -> Complaint:
    """Complaint about a key that does not exist, with the reason when it was renamed or removed."""
    key = str(path[-1])[:_LONGEST]
    for pattern, reason in RENAMED.items():
        if len(pattern) == len(path) and all(p in ("*", str(k)) for p, k in zip(pattern, path, strict=True)):
            return Complaint(path, f"`{key}` is no longer a {what}", "", reason)
    return Complaint(path, f"unknown {what} `{key}`", "", suggest(key, known))


def _written(value: Any) -> str:
    """A value in the words of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_written(element) for element in value)}]"
    if isinstance(value, (date, time)):
        return value.isoformat()
    return repr(value)


def show(value: Any) -> str:
    """A found value as a user would write it, cut short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, (list, tuple)) and any(isinstance(element, dict) for element in value):
        return "a list of tables"
    if isinstance(value, (list, tuple)):
        value = value[:60]
    text = _written(value)
    return text if len(text) <= 60 else text[:57] + "…"


def validate(model: type[SectionT], raw: Any, path: KeyPath, complaints: list[Complaint]) -> SectionT | None:
    """Build a section from raw TOML; on errors add to ``complaints`` and return None."""
    if not isinstance(raw, dict):
        complaints.append(Complaint(path, f"found {show(raw)}", "a table of settings"))
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        complaints.extend(translate(error, model, path))
        return None


def translate(error: ValidationError, model: type[Section], path: KeyPath) -> Iterator[Complaint]:
    """Complaints for every error that pydantic found; one per place."""
    seen: set[KeyPath] = set()
    found = error.errors(include_url=False)
    for item in found[:MOST_SHOWN]:
        loc = tuple(part for part in item["loc"] if part != "[key]")
        place = path + loc
        if place in seen or (item["type"].startswith("too_") and any(p[: len(place)] == place for p in seen)):
            continue  # one alternative of a union, or a list too short only because its elements were refused
        seen.add(place)
        yield _complaint(item["type"], item["input"], str(item["msg"]), model, path, loc)
    if len(found) > MOST_SHOWN:
        yield Complaint(path, f"{len(found) - MOST_SHOWN:,} more errors like these")


def _complaint(kind: str, given: Any, message: str, model: type[Section], path: KeyPath, loc: KeyPath) -> Complaint:
    annotation, declaration, owner = _declared(model, loc)
    place = path + loc
    if kind == "extra_forbidden":
        return unknown_key(place, owner.model_fields)
    if kind in ("value_error", "assertion_error"):
        return Complaint(place, message.split(" error, ", 1)[-1])
    expected = expectation(annotation, declaration) if annotation is not None else message
    meaning = declaration.doc if declaration is not None else ""
    if kind == "missing":
        return Complaint(place, "is missing", expected, f"add `{loc[-1]} = …`", meaning)
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
        return Complaint(place, f"found {show(given)}", f"{expected}, {_length_of(message)}", "", meaning)
    remedy = _remedy(kind, given, annotation, declaration) or _default_of(owner, loc)
    return Complaint(place, f"found {show(given)}", expected, remedy, meaning)


def _length_of(message: str) -> str:
    return message.split(" should have ")[-1].split(" after validation")[0]


def _remedy(kind: str, given: Any, annotation: Any, declaration: Declaration | None) -> str:
    choices = _choices(annotation)
    if choices and isinstance(given, str):
        close = nearest(given, choices)
        return f"did you mean `{close}`?" if close else ""
    if choices:
        return f'write one of these words in quotation marks, such as "{choices[0]}"'
    if (
        kind == "int_type"
        and isinstance(given, float)
        and declaration is not None
        and "minor units" in declaration.unit
    ):
        return "money is in whole minor units: write 1500 for 15.00"
    if isinstance(given, str) and kind in ("int_type", "float_type") and _looks_like_number(given):
        return "remove the quotation marks"
    return REMEDIES.get(kind, "")


def _default_of(owner: type[Section], loc: KeyPath) -> str:
    """Remedy for a value out of bounds: the default, where the setting has one."""
    info = owner.model_fields.get(str(loc[-1])) if loc else None
    if info is None or info.is_required() or info.default is None:
        return "write a value within these bounds"
    return f"write a value within these bounds, or omit it: the default is {show(info.default)}"


def _looks_like_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _declared(model: type[Section], loc: KeyPath) -> tuple[Any, Declaration | None, type[Section]]:
    """(annotation, declaration, owning section) of the field at ``loc``; annotation None when there is none."""
    owner: type[Section] = model
    annotation: Any = None
    declaration: Declaration | None = None
    for part in loc:
        if annotation is None or _is_section(annotation):
            owner = owner if annotation is None else annotation
            info = owner.model_fields.get(str(part))
            if info is None:
                return None, None, owner
            annotation = info.annotation
            declaration = next((item for item in info.metadata if isinstance(item, Declaration)), None)
        else:
            annotation = _element(annotation)
    return annotation, declaration, owner


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _options(annotation: Any) -> tuple[Any, ...]:
    """Alternatives of a union other than None; the annotation itself when it is not one."""
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(option for option in get_args(annotation) if option is not type(None))
    return (annotation,)


def _element(annotation: Any) -> Any:
    """Type of the elements of a list, tuple or mapping; of other types the type itself."""
    for option in _options(annotation):
        if get_origin(option) in (list, tuple):
            return get_args(option)[0]
        if get_origin(option) is dict:
            return get_args(option)[1]
    return annotation


def _choices(annotation: Any) -> list[str]:
    return [str(choice) for choice in get_args(annotation)] if get_origin(annotation) is Literal else []


def expectation(annotation: Any, declaration: Declaration | None) -> str:
    """What a field takes, in words: "a whole number (minor units) from 1 to 1000000"."""
    choices = _choices(annotation)
    if choices:
        return "one of " + ", ".join(choices)
    text = " or ".join(_noun(option) for option in _options(annotation))
    if declaration is None:
        return text
    if declaration.unit not in ("", "-", "1", TEXT, LINE, "yes/no"):
        text += f" ({declaration.unit})"
    if declaration.bounds is not None:
        text += " " + range_text(declaration.bounds)
    return text


def range_text(bounds: tuple[float, float]) -> str:
    """Bounds in words: "from 0 to 1", "of at least 0"; empty when both ends are infinite."""
    lo, hi = bounds
    if hi == float("inf"):
        return "" if lo == float("-inf") else f"of at least {_plain(lo)}"
    return f"of at most {_plain(hi)}" if lo == float("-inf") else f"from {_plain(lo)} to {_plain(hi)}"


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e7 else f"{number:g}".replace("e+", "e")


def _noun(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin in (list, tuple):
        return f"a list, each {_noun(get_args(annotation)[0])}"
    if origin is dict:
        return f"a table, each value {_noun(get_args(annotation)[1])}"
    if origin is Literal:
        return "one of " + ", ".join(_choices(annotation))
    if _is_section(annotation):
        return "a table of settings"
    if origin in (Union, types.UnionType):
        return " or ".join(_noun(option) for option in _options(annotation))
    nouns = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    return nouns.get(annotation, str(annotation))
