"""Plain words: what a native engineer would not write is not in code, messages and pages.

CONTRIBUTING.md explains the style. ``python -m tests.architecture.test_words [place …]`` lists every finding and counts
them by folder.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

#: Words that are never right here (regular expressions of whole words, in any case) and what to write.
AVOID = {
    r"told": "reported, shown, passed, stated, known; told apart: distinguished",
    r"tells": "says, shows, reports; tells apart: distinguishes",
    r"tell(ing)? apart": "distinguish",
    r"mend(s|ed|ing)?": "fix, correct, repair",
    r"beside": "next to, along with, in addition to, apart from",
    r"reckon(s|ed|ing)?": "compute, estimate, count; of an actor: expect",
    r"dear(er|est)?": "expensive",
    r"loath": "reluctant",
    r"heed(s|ed|ing)?": "follow, respond to",
    r"anew": "again, from scratch",
    r"of late": "recently",
    r"of old": "earlier, former",
    r"(left|leave|leaves|leaving) out": "exclude, omit, skip",
    r"(done|do|doing|did) again": "rerun, repeat",
    r"(go|goes|going|went) on": "resume, continue",
    r"(go|goes|going|gone) over": "check, review",
    r"by lot": "at random",
    r"key figures?": "KPI",
    r"something given": "input error",
    r"your word": "as you stated, your estimate",
    r"with a promise": "guaranteed",
    r"asks? after": "ask about",
    r"spoil(s|t|ed)?": "invalidate, invalid, incomplete",
    r"(take|takes|taken|taking) apart": "split, parse, decompose",
    r"likewise": "in the same way, also",
    r"thrice": "three times",
    r"nought|naught|aught": "zero, nothing, anything",
    r"lest|albeit": "so that not, although",
    r"whence|thence|hitherto|heretofore|henceforth|forthwith": "from where, until now, from now on, at once",
    r"(here|there|where)(by|of|in|to|from|upon)": "by it, of it, in which",
    r"amid|amidst|whilst|amongst|upon|betwixt": "among, while, on, between",
    r"asunder|awry|askew|afresh|hark|befall|bygone": "a word of today",
}
#: What files and scripts of users hold stays as it is: keys and values of results, by the text that writes them.
HELD_BY_USERS = ('"told"', '"mended"', "plan_changes_heeded", "left_out")
PLACES = ("sim", "analysis", "experiments", "bench", "scenarios", "docs", "README.md", "CONTRIBUTING.md")
#: The places that are swept and checked.
SWEPT = PLACES
KINDS = (".py", ".md", ".toml", ".html", ".j2")
#: Letters on either side make another word; "_" in names does not.
PATTERN = re.compile(
    "|".join(rf"(?<![a-z])(?P<w{i}>{words.replace(' ', '[ _]+')})(?![a-z])" for i, words in enumerate(AVOID)),
    re.IGNORECASE,
)


def files(root: Path, places: tuple[str, ...]) -> list[str]:
    """Tracked text files of ``places``, relative to ``root``."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *places], cwd=root, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    return [name for name in listed if name.endswith(KINDS) and (root / name).is_file()]


def found_in(text: str, table_of_pairs: bool = False) -> list[tuple[int, str, str]]:
    """Line, word and what to write for every word to avoid; rows of the style page's own tables are excepted."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if table_of_pairs and line.startswith("|"):
            continue
        for held in HELD_BY_USERS:
            line = line.replace(held, "")
        for match in PATTERN.finditer(line):
            advice = list(AVOID.values())[int((match.lastgroup or "w0")[1:])]
            found.append((number, match[0], advice))
    return found


def findings(root: Path, places: tuple[str, ...]) -> list[tuple[str, str]]:
    """File and message of every finding, in order of files and lines."""
    return [
        (name, f"{name}:{number}: {word!r}: write {advice}")
        for name in files(root, places)
        for number, word, advice in found_in(
            (root / name).read_text(encoding="utf-8", errors="replace"), name == "CONTRIBUTING.md"
        )
    ]


@pytest.mark.parametrize("place", SWEPT)
def test_words_are_plain(place: str) -> None:
    found = [message for _, message in findings(ROOT, (place,))]
    assert not found, f"{len(found)} words to replace (see CONTRIBUTING.md, Style):\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What was told is _told_or_same.", ["told", "told"]),
        ("A key_figure is left\tout", ["key_figure"]),
        ("Mended, goes on and\nis dear", ["Mended", "goes on", "dear"]),
        ("unheeded, recommended, saltelli, besides, cannot tell", []),
        ('{"told": price.known}', []),
    ],
)
def test_control_words_are_found_whole_and_in_names(text: str, words: list[str]) -> None:
    assert [word for _, word, _ in found_in(text)] == words


def test_control_the_table_of_pairs_is_excepted_and_nothing_else() -> None:
    text = "| told | reported |\ntold"
    assert [number for number, _, _ in found_in(text, table_of_pairs=True)] == [2]


def test_control_files_are_found() -> None:
    assert len(files(ROOT, PLACES)) > 400


if __name__ == "__main__":
    places = tuple(sys.argv[1:]) or PLACES
    here = Path.cwd()
    listed = findings(here, places)
    print("\n".join(message for _, message in listed))
    print(Counter("/".join(name.split("/")[:2]) for name, _ in listed))
