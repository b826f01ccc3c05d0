"""A rule by the name that a user gives: FILE.py[:Class], MODULE:Class, or QUESTION.KIND of one that is registered."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType

from sim.decisions.question import Rule
from sim.errors import InputError, InputErrors
from sim.policies.registry import kind_of, questions, rules
from sim.reading.complaints import suggest

_FORMS = "FILE.py:Class, MODULE:Class, or QUESTION.KIND of a rule that `deepmarket policies --rules` lists"


def load_rule(name: str) -> type[Rule]:
    """The class of rules called ``name``. Raises InputErrors for one that is not there or is no rule."""
    source, _, wanted = name.rpartition(":") if _has_class(name) else (name, "", "")
    if source.endswith(".py"):
        module = _from_file(Path(source), name)
    elif wanted:
        module = _from_name(source, name)
    else:
        return _registered(name)
    found = {n: item for n, item in vars(module).items() if _is_rule(item) and item.__module__ == module.__name__}
    if wanted and wanted not in found:
        there = getattr(module, wanted, None)
        problem = f"there is no rule `{wanted}`" if there is None else f"`{wanted}` is no rule that can answer"
        remedy = suggest(wanted, list(found)) if there is None else "derive it from a …Rule of sim.decisions"
        raise _mistake(name, problem, f"one of {', '.join(found) or 'none is there'}", remedy)
    if not wanted and len(found) != 1:
        raise _mistake(name, f"holds {len(found)} rules", "one rule, or its name behind a colon", ", ".join(found))
    rule: type[Rule] = found[wanted or next(iter(found))]
    _check_class(rule, name)
    return rule


def _has_class(name: str) -> bool:
    """Whether a class is named behind the last colon, which is no drive letter's."""
    head, colon, tail = name.rpartition(":")
    return bool(colon) and tail.isidentifier() and len(head) > 1


def _from_file(file: Path, name: str) -> ModuleType:
    if not file.is_file():
        raise _mistake(name, "there is no such file", "a Python file with a rule")
    title = f"_rule_{file.stem}"
    spec = importlib.util.spec_from_file_location(title, file)
    if spec is None or spec.loader is None:
        raise _mistake(name, "cannot be imported", "a Python file with a rule")
    module = importlib.util.module_from_spec(spec)
    sys.modules[title] = module  # where pydantic looks for the names of annotations
    try:
        spec.loader.exec_module(module)
    except InputError:
        raise
    except Exception as error:
        del sys.modules[title]
        raise _mistake(name, f"cannot be imported: {type(error).__name__}: {error}", "a file that imports") from error
    return module


def _from_name(source: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(source)
    except InputError:
        raise
    except Exception as error:
        wording = f"cannot be imported: {type(error).__name__}: {error}"
        raise _mistake(name, wording, "a module that Python finds, or a file FILE.py:Class") from error


def _registered(name: str) -> type[Rule]:
    question, _, kind = name.partition(".")
    known = rules(question)
    if kind in known:
        return known[kind]
    if not known:
        raise _mistake(name, "is no rule", _FORMS, suggest(question, questions()))
    raise _mistake(name, f"the question `{question}` has no rule `{kind}`", f"one of {', '.join(known)}")


def _is_rule(item: object) -> bool:
    return inspect.isclass(item) and issubclass(item, Rule) and not inspect.isabstract(item)


def _check_class(rule: type[Rule], name: str) -> None:
    """Refuse a class that a scenario could not name, or whose parameters it could not set."""
    mistakes = []
    if getattr(rule, "question", None) not in questions():
        mistakes.append(
            InputError(
                name,
                "answers no question of the model",
                f"one of {', '.join(questions())}",
                "derive it from one of these questions",
            )
        )
    elif not isinstance(rule.model_fields["kind"].default, str):
        expected = 'kind: Literal["name"] = "name"'
        mistakes.append(InputError(name, "has no `kind`, by which scenario files name it", expected))
    else:
        known = rules(rule.question).get(kind_of(rule))
        if known is not None and (known.__name__, _file(known)) != (rule.__name__, _file(rule)):
            problem = f"`{rule.question}` has a rule `{kind_of(rule)}` already, in {known.__module__}"
            mistakes.append(InputError(name, problem, "a kind of its own", "call it otherwise"))
    declared = {name for name, _ in rule.declarations()}
    for field in set(rule.model_fields) - declared - {"kind"}:
        mistakes.append(InputError(name, f"the parameter `{field}` has no unit and no meaning", "declared by param()"))
    if mistakes:
        raise InputErrors(mistakes)


def _file(rule: type[Rule]) -> str | None:
    try:
        return inspect.getsourcefile(rule)
    except (OSError, TypeError):
        return None


def _mistake(place: str, problem: str, expected: str, remedy: str = "") -> InputErrors:
    return InputErrors([InputError(place, problem, expected, remedy)])
