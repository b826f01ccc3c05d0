"""What a rule could remember outside of its parameters: variables of its module and class, defaults, closures.

An answer may depend on the view and on parameters alone, or one seed would give two runs. So every stranger has a twin
without memory: :meth:`Memory.forgotten` puts all such places back, for as long as the twin is asked, to what they held
when the rule was first used in this process.
"""

from __future__ import annotations

import copy
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sim.rules.rule import Rule

#: Values that cannot be written into, and need no copy.
_CONSTANT = (bool, int, float, complex, str, bytes, type(None))

#: What holds code or handles instead of memory.
_NO_MEMORY = (
    types.ModuleType,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    classmethod,
    staticmethod,
    property,
)


#: Names that Python and pydantic set when they need them.
_PYTHONS_OWN = ("__pydantic", "__signature__", "__abstract", "__class", "__warning", "__annotations__", "_abc_")


@dataclass(frozen=True)
class Place:
    """One place where something can be kept: how to read it and how to put something there."""

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], None]


@dataclass(frozen=True)
class Names:
    """The names of a class or a module at first: one that comes later can hold something too."""

    name: str
    variables: Callable[[], Mapping[str, Any]]
    known: frozenset[str]
    put: Callable[[str, Any], None]
    take: Callable[[str], None]

    def later(self) -> dict[str, Any]:
        """What has been kept under new names."""
        found = {name: value for name, value in self.variables().items() if name not in self.known}
        return {n: v for n, v in found.items() if not n.startswith(_PYTHONS_OWN) and _is_memory(v)}


class Memory:
    """All places where a class of rules could keep something, and what was there at first."""

    def __init__(self, kind: type[Rule]) -> None:
        self.places: list[tuple[Place, Any]] = []
        self.names = list(_names_of(kind))
        for place in _places(kind):
            try:
                self.places.append((place, _kept(place.get())))
            except Exception:  # what cannot be copied (an open file, a lock) cannot be put back either
                continue

    @contextmanager
    def forgotten(self) -> Iterator[None]:
        """Put every place back to what it held at first while the context is open."""
        now = [(place, place.get()) for place, _ in self.places]
        later = [(names, name, value) for names in self.names for name, value in names.later().items()]
        try:
            for names, name, _ in later:
                names.take(name)
            for place, first in self.places:
                place.put(_kept(first))
            yield
        finally:
            for names in self.names:
                for name in names.later():
                    names.take(name)
            for place, value in now:
                place.put(value)
            for names, name, value in later:
                names.put(name, value)

    def changed(self) -> list[str]:
        """Names of places that hold something else than at first."""
        held = [place.name for place, first in self.places if not _equal(place.get(), first)]
        return held + [f"{names.name}.{name}" for names in self.names for name in names.later()]


#: By class, with the code that answered when it was noted: who patches a class makes another rule of it.
_memories: WeakKeyDictionary[type[Rule], tuple[Callable[..., Any], Memory]] = WeakKeyDictionary()


def memory_of(kind: type[Rule]) -> Memory:
    """The memory of ``kind``, as noted when it was first asked for in this process."""
    answer, memory = _memories.get(kind, (None, None))
    if memory is None or answer is not kind.answer:
        memory = Memory(kind)
        _memories[kind] = (kind.answer, memory)
    return memory


def _kept(value: Any) -> Any:
    return value if isinstance(value, _CONSTANT) else copy.deepcopy(value)


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one is other or repr(one) == repr(other))
    except Exception:
        return False


def _places(kind: type[Rule]) -> Iterator[Place]:
    seen: set[int] = set()
    for owner in kind.__mro__:
        ours = owner.__module__.startswith(("sim.", "pydantic")) or owner.__module__ == "builtins"
        for name, value in list(vars(owner).items()):
            function = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(function, types.FunctionType):
                yield from _of_function(function, seen)
            elif not ours and _is_memory(value) and not name.startswith(("__", "_abc_", "model_")):
                yield _attribute(owner, name)


def _names_of(kind: type[Rule]) -> Iterator[Names]:
    """The classes that ``kind`` is made of and the module where it stands."""
    for owner in kind.__mro__:
        if owner.__module__ != "builtins" and issubclass(owner, Rule):
            known = frozenset(vars(owner))
            put, take = partial(type.__setattr__, owner), partial(type.__delattr__, owner)
            yield Names(owner.__name__, partial(vars, owner), known, put, take)
    module = sys.modules.get(kind.__module__)
    if module is None:
        return
    variables = vars(module)
    yield Names(
        kind.__module__, partial(dict, variables), frozenset(variables), variables.__setitem__, variables.__delitem__
    )


def _attribute(owner: type[Any], name: str) -> Place:
    def put(value: Any) -> None:
        type.__setattr__(owner, name, value)

    return Place(f"{owner.__name__}.{name}", lambda: vars(owner).get(name), put)


def _of_function(function: types.FunctionType, seen: set[int]) -> Iterator[Place]:
    """Places that ``function`` and what it calls in its own module can reach."""
    if id(function) in seen or function.__module__.startswith(("sim.", "numpy", "scipy", "sklearn", "pydantic")):
        return
    seen.add(id(function))
    label = function.__qualname__
    yield Place(f"{label} (defaults)", lambda: function.__defaults__, lambda v: setattr(function, "__defaults__", v))
    yield Place(
        f"{label} (keywords)", lambda: function.__kwdefaults__, lambda v: setattr(function, "__kwdefaults__", v)
    )
    yield Place(f"{label} (attributes)", lambda: vars(function), lambda v: setattr(function, "__dict__", v))
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _reached(f"{label}.{name}", _cell(cell), seen, function.__globals__.get("__file__"))
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield from _reached(name, _variable(function.__globals__, name), seen, function.__globals__.get("__file__"))


def _is_near(module: types.ModuleType, home: Any) -> bool:
    """Whether a module belongs to the author of the rule whose module's file is ``home``: it is in the same folder or below."""
    file = getattr(module, "__file__", None)
    return bool(file and home) and Path(str(home)).parent in Path(str(file)).parents


def _reached(
    label: str, access: tuple[Callable[[], Any], Callable[[Any], None]], seen: set[int], home: Any
) -> Iterator[Place]:
    """Places behind a variable: itself, what a function of its own reaches, or a module of the same author."""
    get, put = access
    value = get()
    if isinstance(value, types.FunctionType):
        yield from _of_function(value, seen)
    elif isinstance(value, types.ModuleType) and id(value) not in seen and _is_near(value, home):
        seen.add(id(value))
        for name in list(vars(value)):
            if not name.startswith("__"):
                yield from _reached(f"{value.__name__}.{name}", _variable(vars(value), name), seen, home)
    elif _is_memory(value):
        yield Place(label, get, put)


def _cell(cell: Any) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    def get() -> Any:
        try:
            return cell.cell_contents
        except ValueError:  # not bound yet
            return None

    return get, lambda value: setattr(cell, "cell_contents", value)


def _variable(variables: dict[str, Any], name: str) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    return lambda: variables.get(name), lambda value: variables.__setitem__(name, value)


def _names(code: types.CodeType) -> set[str]:
    """Names that ``code`` and what is defined inside of it look up or set."""
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return set(code.co_names).union(*(_names(part) for part in inner)) if inner else set(code.co_names)


def _is_memory(value: Any) -> bool:
    """Whether ``value`` can hold what a rule remembers: data, but no code, and nothing of the engine or of pandas."""
    if isinstance(value, _NO_MEMORY):
        return False
    home = type(value).__module__
    return not callable(value) and not home.startswith(("sim.", "mesa", "pandas", "pydantic", "_pytest", "typing"))
