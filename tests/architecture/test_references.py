"""What docstrings and pages refer to exists: a module or a name that has moved is found here, not by a reader."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, name_of, python_files

REFERENCE = re.compile(r":(?:mod|class|func|meth|data|attr):`~?((?:sim|analysis|experiments|bench|tests)(?:\.\w+)+)`")
FILE = re.compile(r"`((?:sim|analysis|experiments|bench|tests|docs)/[\w/.-]+)`")
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "bench").glob("*.md")])
#: Files that a reader is asked to write.
TO_WRITE = {"sim/questions/advertising/by_prospects.py"}


def _exists(reference: str) -> bool:
    parts = reference.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for name in parts[count:]:
            # A field without a default is no attribute of its class, but annotated there.
            if not hasattr(found, name) and name not in getattr(found, "__annotations__", {}):
                return False
            found = getattr(found, name, None)
        return True
    return False


def _missing(room: str) -> Iterator[str]:
    for path in python_files(room):
        for reference in REFERENCE.findall(path.read_text(encoding="utf-8")):
            if not _exists(reference):
                yield f"{name_of(path)}: {reference}"


@pytest.mark.parametrize("room", ["sim", "analysis", "experiments", "bench"])
def test_docstrings_refer_to_what_exists(room: str) -> None:
    assert list(_missing(room)) == []


@pytest.mark.parametrize("page", PAGES, ids=[name_of(page) for page in PAGES])
def test_pages_name_files_that_exist(page: Path) -> None:
    names = set(FILE.findall(page.read_text(encoding="utf-8"))) - TO_WRITE
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


def test_control_what_has_moved_is_found() -> None:
    assert _exists("sim.market.Market.step")
    assert not _exists("sim.market.Market.stride")
    assert not _exists("sim.market_place.Market")
