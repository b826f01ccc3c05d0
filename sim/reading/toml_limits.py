"""Limits of TOML: how long a number, how deep a key and how many values a file may have, checked before it is parsed.

The parser of the standard library takes time that grows with the square of a key's parts, and accepts numbers and depths
that later code cannot handle. What no scenario needs is refused here, in one pass over the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

#: Parts of a dotted key, and tables or lists within each other. Scenarios and designs need six.
MOST_DEEP = 32
#: Characters of a number: integers of as many digits are still floating-point numbers.
MOST_DIGITS = 300
#: Keys and elements of lists in a file.
MOST_VALUES = 200_000

_STRING = r"""(?:"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')"""
_PART = rf"""(?:(?<![\w-])[\w-]++|{_STRING})"""
#: Tokens searched in TOML text: strings and comments are skipped; the first key or number that is too long is reported.
_SCAN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''" + r"|\#[^\n]*+"
    rf"|(?P<key>{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MOST_DEEP},}})"
    rf"|{_STRING}"
    rf"|(?P<number>(?<![\w.+-])[+-]?\d[\w.+-]{{{MOST_DIGITS},}}+)",
    re.DOTALL,
)


class BeyondLimits(ValueError):
    """TOML beyond the limits; ``line`` from 1, None where no single line is meant."""

    def __init__(self, problem: str, expected: str, line: int | None = None) -> None:
        super().__init__(f"{problem}; expected {expected}")
        self.problem, self.expected, self.line = problem, expected, line


def parse_toml(text: str) -> dict[str, Any]:
    """The content of TOML text. Raises tomllib.TOMLDecodeError, and :class:`BeyondLimits` for what is too large."""
    for found in _SCAN.finditer(text):
        if found["number"] is not None or found["key"] is not None:
            raise _beyond(text, found)
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise BeyondLimits("lists or tables are nested too deeply", f"at most {MOST_DEEP} levels") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a date that does not exist, a number that this machine cannot represent
        raise BeyondLimits(f"a value cannot be read: {error}", "numbers, texts, lists and tables") from None
    _check_size(content)
    return content


def _beyond(text: str, found: re.Match[str]) -> BeyondLimits:
    line = text.count("\n", 0, found.start()) + 1
    if found["number"] is not None:
        return BeyondLimits(f"a number of {len(found['number']):,} digits", f"at most {MOST_DIGITS} digits", line)
    return BeyondLimits(
        f"a key of {found['key'].count('.') + 1:,} parts: `{found['key'][:40]}…`", f"at most {MOST_DEEP} parts", line
    )


def _check_size(content: dict[str, Any]) -> None:
    """Walk over the values level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [content]
    values = 0
    for _ in range(MOST_DEEP):
        values += len(level)
        if values > MOST_VALUES:
            raise BeyondLimits(f"more than {MOST_VALUES:,} keys and values", "a smaller file; tables go into [data]")
        level = [value for table in level for value in _within(table)]
        if not level:
            return
    raise BeyondLimits("lists or tables are nested too deeply", f"at most {MOST_DEEP} levels")


def _within(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
