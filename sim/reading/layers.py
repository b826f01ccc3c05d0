"""Layers: extended files, the file, policy overlays and ``--set`` on top of each other, with the origin of each value.

Later layers win. Tables are merged key by key, lists of tables by the ``name`` of their entries, changes
are appended; a policy section that names another ``kind`` replaces the whole section.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import InputError, InputErrors
from sim.reading.complaints import KeyPath, show, suggest
from sim.reading.files import shown
from sim.reading.library import POLICY_KEYS, find_policy, find_scenario, is_policy
from sim.reading.toml_text import Document, Place, parse_value, read_document, split_key
from sim.text import text_error

#: Files of one chain of `extends`.
_MOST_FILES = 50
#: Lists of tables whose entries are known by name.
NAMED_LISTS = ("brand", "company", "category", "offer", "territory", "customer_type")


@dataclass(frozen=True)
class Origin:
    """Who set a value: a file and the place in it, or the command line."""

    who: str
    document: Document | None = None
    place: Place = ()

    def where(self, rest: KeyPath = ()) -> str:
        """File and line (or "--set") for a message about ``rest`` below this place."""
        return self.who if self.document is None else self.document.where(self.place + rest)


@dataclass
class Layers:
    """Settings merged so far: ``content`` as nested tables, ``origins`` of every value and list entry by path.

    ``errors`` are overrides of values that do not exist.
    """

    content: dict[str, Any] = field(default_factory=dict)
    origins: dict[KeyPath, Origin] = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)

    def put(self, given: dict[str, Any], origin: Origin) -> None:
        """Merge a whole layer on top."""
        self._table(self.content, given, (), origin)

    def override(self, dotted: str, value: Any) -> None:
        """Set one value by its dotted path; entries of lists by name. Texts are read as TOML."""
        value = parse_value(value) if isinstance(value, str) else copy.deepcopy(value)
        keys = split_key(dotted)
        place = f"--set {dotted}"
        remedy = "write it into a scenario file that `extends` this one"
        if not keys or not dotted.strip():
            self.errors.append(InputError(place, "is not a path", "a dotted path like `params.hours.contract`"))
        elif keys[0] in NAMED_LISTS:
            self._override_entry(keys, value, Origin(place))
        elif keys[0] in ("change", "data"):
            what = "changes" if keys[0] == "change" else "data tables"
            self.errors.append(InputError(place, f"{what} cannot be set one by one", "", remedy))
        else:
            self.put(_nested(keys, value), Origin(place))

    def _override_entry(self, keys: tuple[str, ...], value: Any, origin: Origin) -> None:
        given = self.content.get(keys[0], [])
        entries = [entry for entry in given if isinstance(entry, dict)] if isinstance(given, list) else []
        names = [str(entry.get("name")) for entry in entries]
        if len(keys) < 3:
            path = f"a path like `{keys[0]}.{names[0] if names else 'NAME'}.KEY`"
            self.errors.append(InputError(origin.who, "is a list of tables", path, suggest(keys[-1], names)))
        elif keys[1] not in names:
            problem = f"there is no {keys[0].replace('_', ' ')} `{keys[1]}`"
            self.errors.append(InputError(origin.who, problem, f"the name of a [[{keys[0]}]]", suggest(keys[1], names)))
        else:
            self.put({keys[0]: [{"name": keys[1], **_nested(keys[2:], value)}]}, origin)

    def origin(self, path: KeyPath) -> tuple[Origin | None, KeyPath]:
        """Origin of ``path`` or of the nearest table around it, and the part of the path below that."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                return self.origins[path[:end]], path[end:]
        return None, path

    def _table(self, base: dict[str, Any], over: dict[str, Any], path: KeyPath, origin: Origin) -> None:
        for key, value in over.items():
            here, inner = (*path, key), Origin(origin.who, origin.document, (*origin.place, key))
            if path == () and key in NAMED_LISTS and _is_list_of_tables(value):
                self._named_list(base, key, value, inner)
            elif path == () and key == "change" and _is_list_of_tables(value):
                self._changes(base, value, inner)
            elif isinstance(value, dict):
                if not isinstance(base.get(key), dict) or _another_kind(here, base[key], value):
                    if isinstance(base.get(key), (dict, list)):
                        self._forget(here)
                    base[key] = {}
                    self.origins.pop(here, None)
                self.origins.setdefault(here, inner)
                self._table(base[key], value, here, inner)
            else:
                if isinstance(base.get(key), (dict, list)):  # only then something is known below it
                    self._forget(here)
                base[key] = copy.deepcopy(value)
                self.origins[here] = inner

    def _named_list(self, base: dict[str, Any], key: str, entries: list[dict[str, Any]], origin: Origin) -> None:
        if not _is_list_of_tables(base.get(key)):
            self._forget((key,))
            base[key] = []
        known: list[dict[str, Any]] = base[key]
        earlier = {entry["name"]: entry for entry in known if isinstance(entry.get("name"), str)}
        taken = set(earlier)
        for position, entry in enumerate(entries):
            name, inner = entry.get("name"), Origin(origin.who, origin.document, (*origin.place, position))
            if isinstance(name, str) and name in earlier:
                self._table(earlier.pop(name), {k: v for k, v in entry.items() if k != "name"}, (key, name), inner)
                continue
            fresh: dict[str, Any] = {}
            known.append(fresh)
            label: str | int = name if isinstance(name, str) and name and name not in taken else len(known) - 1
            taken.add(str(name))
            self.origins[key, label] = inner
            self._table(fresh, entry, (key, label), inner)

    def _changes(self, base: dict[str, Any], entries: list[dict[str, Any]], origin: Origin) -> None:
        if not _is_list_of_tables(base.get("change")):
            base["change"] = []
        for position, entry in enumerate(entries):
            base["change"].append(copy.deepcopy(entry))
            self.origins["change", len(base["change"]) - 1] = Origin(
                origin.who, origin.document, (*origin.place, position)
            )

    def _forget(self, path: KeyPath) -> None:
        for known in [known for known in self.origins if known[: len(path)] == path]:
            del self.origins[known]


def entry_labels(entries: list[Any]) -> list[str | int]:
    """Labels of list entries in paths: the name, or the position where the name is missing or repeated."""
    labels: dict[str | int, None] = {}
    for position, entry in enumerate(entries):
        name = entry.get("name") if isinstance(entry, dict) else None
        labels[name if isinstance(name, str) and name and name not in labels else position] = None
    return list(labels)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(element, dict) for element in value)


def _another_kind(path: KeyPath, base: dict[str, Any], over: dict[str, Any]) -> bool:
    return len(path) == 2 and path[0] == "policy" and "kind" in over and over["kind"] != base.get("kind")


def _nested(keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def read_scenario_layers(path: Path) -> list[tuple[Document, Origin]]:
    """A scenario file and the files it extends, the farthest ancestor first."""
    chain = _chain(path, find_scenario)
    return [(document, Origin(f"file {document.path.name}", document)) for document in reversed(chain)]


def read_policy_layers(path: Path) -> list[tuple[Document, Origin]]:
    """A policy overlay and those it extends, the farthest ancestor first; overlays hold policies only."""
    chain = _chain(path, find_policy)
    errors = [
        InputError(
            f"{document.where((key,))}, {key}",
            f"a policy file cannot hold `{key}`",
            "only name, title, description, extends and [policy.*]",
            "put it into a scenario that `extends` this one",
        )
        for document in chain
        for key in document.content
        if key not in POLICY_KEYS
    ]
    errors += [error for document in chain for error in _unreadable(document)]
    if errors:
        raise InputErrors(errors)
    return [(document, Origin(f"policy file {document.path.name}", document)) for document in reversed(chain)]


def _unreadable(document: Document) -> Iterator[InputError]:
    """Words of a policy that are not text, or not readable."""
    for key in ("name", "title", "description"):
        value = document.content.get(key, "")
        place = f"{document.where((key,))}, {key}"
        if not isinstance(value, str):
            yield InputError(place, f"found {show(value)}", "text in quotation marks")
        elif wrong := text_error(value, line=key != "description"):
            yield InputError(place, *wrong, "write plain text")


def _chain(path: Path, find: Callable[..., Path]) -> list[Document]:
    """The document at ``path`` and those it extends, one after another. Raises :class:`InputErrors`."""
    chain: list[Document] = []
    seen: dict[Path, str] = {}
    while True:
        document = read_document(path)
        chain.append(document)
        seen[path.resolve()] = path.name
        parent = document.content.get("extends")
        if parent is None:
            return chain
        place = f"{document.where(('extends',))}, extends"
        found = _extended(parent, path, find, place)
        if found.resolve() in seen:
            circle = " → ".join(_few([*seen.values(), found.name]))
            problem = f"files extend each other in a circle: {circle}"
            raise InputErrors([InputError(place, problem, "a chain that ends", "remove one `extends`")])
        if len(chain) == _MOST_FILES:
            problem = f"{len(chain)} files extend each other up to here"
            raise InputErrors([InputError(place, problem, f"at most {_MOST_FILES}", "write some of them into one")])
        path = found


def _extended(parent: Any, path: Path, find: Callable[..., Path], place: str) -> Path:
    """The file that ``path`` extends."""
    if not isinstance(parent, str):
        raise InputErrors([InputError(place, f"found {show(parent)}", "the name or path of another file")])
    try:
        return find(parent, asker=path)
    except InputErrors as error:
        first = error.errors[0]
        remedy = first.remedy
        if find is find_scenario and is_policy(str(path)):
            remedy = (
                f"`{shown(parent)}` is a policy, so this file is one too: give it after the scenario, or as --policy"
            )
        raise InputErrors([InputError(place, f"`{shown(parent)}`: {first.problem}", first.expected, remedy)]) from None


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= 8 else [*names[:4], "…", *names[-3:]]
