"""Mutations of the shipped files: lines dropped, doubled, swapped and cut, values and keys replaced, bits flipped."""

from __future__ import annotations

import random
import re
from pathlib import Path

from sim.reading.library import scenario_folder


def shipped() -> list[Path]:
    """All shipped TOML files: scenarios, policies, designs, and the invalid ones."""
    return sorted(scenario_folder().rglob("*.toml"))


#: Values that replace others.
_VALUES = [
    "nan",
    "inf",
    "-inf",
    "-1",
    "0",
    "1",
    "1e308",
    "1e-320",
    "-1e308",
    "9223372036854775807",
    "-9223372036854775809",
    "true",
    "[]",
    "{}",
    "''",
    '"x"',
    "1979-05-27",
    "07:32:00",
    "[[1]]",
    "[{}]",
    "{a=1}",
    "0x7f",
    "1_0",
    "-0.0",
    "1e400",
    "00",
    "+1",
]
_VALUES += ["9" * 400, "9" * 4301, f'"{"x" * 400}"', '"\\u0000"', '"~nouser/x"', '"../"', '"*"', "[" * 400, "{a=" * 90]


def mutate(text: str, seed: int) -> bytes:
    """``text`` of a TOML file with one to four mutations drawn by ``seed``."""
    draw = random.Random(seed)
    for _ in range(draw.randint(1, 4)):
        text = draw.choice(_MUTATIONS)(text, draw)
    data = text.encode("utf-8", "surrogatepass")
    if draw.random() < 0.25 and data:
        place = draw.randrange(len(data))
        data = data[:place] + bytes([data[place] ^ (1 << draw.randrange(8))]) + data[place + 1 :]
    return data


def _lines(text: str, draw: random.Random) -> tuple[list[str], int]:
    lines = text.splitlines(keepends=True) or [""]
    return lines, draw.randrange(len(lines))


def _drop(text: str, draw: random.Random) -> str:
    lines, place = _lines(text, draw)
    return "".join(lines[:place] + lines[place + 1 :])


def _twice(text: str, draw: random.Random) -> str:
    lines, place = _lines(text, draw)
    return "".join(lines[:place] + [lines[place]] * draw.choice((2, 3, 50)) + lines[place + 1 :])


def _swap(text: str, draw: random.Random) -> str:
    lines, place = _lines(text, draw)
    other = draw.randrange(len(lines))
    lines[place], lines[other] = lines[other], lines[place]
    return "".join(lines)


def _value(text: str, draw: random.Random) -> str:
    found = list(re.finditer(r"(?<== )[^\n#{\[]+", text)) or list(re.finditer(r"\d+", text))
    if not found:
        return text + draw.choice(_VALUES)
    hit = draw.choice(found)
    return text[: hit.start()] + draw.choice(_VALUES) + text[hit.end() :]


def _number(text: str, draw: random.Random) -> str:
    found = list(re.finditer(r"\d[\d_.]*", text))
    if not found:
        return text
    hit = draw.choice(found)
    return text[: hit.start()] + draw.choice(_VALUES[:24]) + text[hit.end() :]


def _key(text: str, draw: random.Random) -> str:
    found = list(re.finditer(r"(?m)^[\w.-]+(?= =)|(?<=\[)[\w.]+(?=\])", text))
    if not found:
        return text
    hit = draw.choice(found)
    other = draw.choice(
        [
            "x",
            "a.b",
            '""',
            "policy",
            "params",
            "extends",
            "change",
            ".".join("a" * 70),
            hit[0] + "x",
            hit[0][:-1] or "y",
        ]
    )
    return text[: hit.start()] + other + text[hit.end() :]


def _insert(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    return (
        text[:place]
        + draw.choice(["\0", "\u202e", '"', "'", "[", "]", "{", "=", ".", "\r", "\ufeff", "é", "\n"])
        + text[place:]
    )


def _cut(text: str, draw: random.Random) -> str:
    return text[: draw.randrange(len(text) + 1)]


_MUTATIONS = (_drop, _twice, _swap, _value, _value, _value, _number, _number, _key, _key, _insert, _cut)
