"""The library of scenarios and policies: where the shipped files are and how a name or a path is resolved to a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, InputErrors
from sim.reading.complaints import nearest
from sim.reading.files import MOST_TEXT, at_home, check_ordinary, inside, is_file, is_folder, is_there, shown
from sim.reading.toml_text import content_of

#: The folder of ``sim``.
_PACKAGE = Path(__file__).resolve().parents[1]
#: What a policy file may hold.
POLICY_KEYS = frozenset({"name", "title", "description", "extends", "policy", "change"})


@dataclass(frozen=True)
class Listing:
    """A file of the library as a list shows it."""

    name: str
    path: Path
    title: str
    question: str


def scenario_folder() -> Path:
    """Folder of the shipped scenarios: inside an installed wheel, else next to the package in a clone."""
    shipped = _PACKAGE / "_scenarios"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "scenarios"


def available_scenarios() -> dict[str, Listing]:
    """Shipped scenarios by name; a scenario is a file NAME.toml or a folder NAME holding scenario.toml."""
    folder = scenario_folder()
    files = {path.stem: path for path in folder.glob("*.toml")}
    files.update({path.parent.name: path for path in folder.glob("*/scenario.toml")})
    return {name: _listing(name, files[name]) for name in sorted(files)}


def available_policies() -> dict[str, Listing]:
    """Shipped policy overlays by name."""
    files = {path.stem: path for path in (scenario_folder() / "policies").glob("*.toml")}
    return {name: _listing(name, files[name]) for name in sorted(files)}


def _listing(name: str, path: Path) -> Listing:
    """Title and question of a file; a file that cannot be read is listed without (loading it says why)."""
    content = content_of(path)
    title, question = content.get("title", ""), content.get("question") or content.get("description", "")
    return Listing(name, path, str(title), str(question))


def find_scenario(name_or_path: str | os.PathLike[str], asker: Path | None = None) -> Path:
    """File of a scenario, by the name of a shipped one, a path to a file, or a path to a folder with scenario.toml.

    ``asker`` is the file that names it (in ``extends``): files in its folder are found first, the file itself never by name.
    Raises :class:`InputErrors`.
    """
    nearby = [asker.parent] if asker is not None else []
    return _find(name_or_path, [*nearby, scenario_folder()], asker, "scenario")


def find_policy(name_or_path: str | os.PathLike[str], asker: Path | None = None) -> Path:
    """File of a policy overlay, by a path or by name: in the folder of ``asker``, in its policies folder, or shipped."""
    nearby = [asker.parent, asker.parent / "policies"] if asker is not None else []
    return _find(name_or_path, [*nearby, scenario_folder() / "policies"], asker, "policy")


def is_policy(name_or_path: str) -> bool:
    """Whether a name or a file is a policy overlay and not a scenario.

    A file without a key that only scenarios have is a policy, unless it extends a scenario.
    """
    if not name_or_path.endswith(".toml"):
        return name_or_path in available_policies() and name_or_path not in available_scenarios()
    path = Path(name_or_path)
    content = content_of(path)
    if not content or not content.keys() <= POLICY_KEYS:
        return False
    parent = content.get("extends")
    if not isinstance(parent, str):
        return "policy" in content or "change" in content
    try:
        find_policy(parent, asker=path)
    except InputErrors:
        return False
    return True


def _find(name_or_path: str | os.PathLike[str], folders: list[Path], asker: Path | None, what: str) -> Path:
    text = os.fspath(name_or_path)
    known = list(available_scenarios() if what == "scenario" else available_policies())
    if not text.strip() or any(ord(letter) < 32 for letter in text):
        raise InputErrors(
            [
                InputError(
                    repr(text), "is neither a name nor a path", f"the name of a {what}", f"shipped: {', '.join(known)}"
                )
            ]
        )
    is_path = isinstance(name_or_path, Path) or text.endswith(".toml") or any(sep in text for sep in ("/", os.sep))
    if not is_path:
        for folder in folders:
            for candidate in (folder / f"{text}.toml", folder / text / "scenario.toml"):
                if is_file(candidate) and (asker is None or candidate.resolve() != asker.resolve()):
                    return candidate
    path = at_home(text)
    if asker is not None and not path.is_absolute() and is_there(asker.parent / path):
        path = asker.parent / path
    return _file_at(path, text, what, known)


def _file_at(path: Path, text: str, what: str, known: list[str]) -> Path:
    if is_file(path):
        return path
    if is_folder(path):
        if what == "scenario" and is_file(path / "scenario.toml"):
            return path / "scenario.toml"
        files = inside(path, ".toml")
        remedy = (
            f"name one of its files: {', '.join(files[:6])}"
            if files
            else f"name a file, or a shipped {what}: {', '.join(known)}"
        )
        raise InputErrors(
            [
                InputError(
                    shown(text),
                    "is a folder without scenario.toml",
                    f"a {what} file or a folder with scenario.toml",
                    remedy,
                )
            ]
        )
    if is_there(path):  # a pipe, a device
        check_ordinary(path, MOST_TEXT)
    close = nearest(path.stem, known)
    shipped = f"shipped: {', '.join(known)}" if known else f"no {what} is shipped"
    remedy = f"did you mean `{close}`? {shipped}" if close else shipped
    raise InputErrors(
        [InputError(shown(text), f"there is no {what} of this name and no such file", f"a {what}", remedy)]
    )
