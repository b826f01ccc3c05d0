"""One date as it is written: its numbers, its form, and the time of day and zone that follow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from experiments.intake.tables.values.characters import plain_characters
from experiments.intake.tables.values.month_names import month_of

YEAR_FORM = "year-month-day"
ORDERED_FORM = "three numbers, the year last"
SHORT_FORM = "three numbers of two digits"
NAMED_FORM = "a month in letters"
SERIAL_FORM = "day numbers of a spreadsheet"
EPOCH_FORM = "seconds (or parts of them) since 1970, UTC"
ZERO_FORM = "a zero that means no date"

_NUMBER = re.compile(r"(\d+)(?:[.,](\d+))?")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|[T\s]|\d{4}$|\d{6}$)")
_YEAR_LAST = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")
_WORD = r"([^\W\d_]{3,})\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_YEAR = r"'?(\d{4}|\d{2})(?!\d|:)"
_DAY_WORD = re.compile(rf"{_DAY}[-/\s]*(?:de\s+)?{_WORD}[-/.,\s]*(?:del?\s+)?{_YEAR}", re.IGNORECASE)
_WORD_DAY = re.compile(rf"{_WORD}[-/\s]*{_DAY}[-/.,\s]+{_YEAR}", re.IGNORECASE)
_YEAR_WORD = re.compile(rf"(\d{{4}})[-/\s]+{_WORD}[-/\s]+(\d{{1,2}})(?!\d)", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d_]+\.?,?\s+(?=[^\W_])")
_CLOCK = re.compile(
    r"[T\s,]*(\d{1,2})(?:[:.h]?(\d{2}))?(?:[:.]?(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?\s?m\.?|上午|下午)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?|[A-Z]{3,4})?(?:\s*\[[\w/]+\])?",
    re.IGNORECASE,
)
#: Minutes ahead of UTC of zones named by letters.
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EST": -300, "EDT": -240,
    "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "JST": 540, "AEST": 600,
}  # fmt: skip
#: Day numbers of spreadsheets from 1954 to 2119, and the day with the number 0.
_SERIALS, SERIAL_ZERO = range(20_000, 80_001), datetime(1899, 12, 30)
#: Digits of a moment since 1970 in seconds, milli-, micro- and nanoseconds, and the divisor that gives seconds.
_EPOCHS = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
#: What programs write when there is no date: the zero of Unix, of spreadsheets, of databases.
_ZEROS = frozenset(((1970, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0), (1900, 1, 1), (1, 1, 1), (0, 0, 0)))


@dataclass(frozen=True)
class Stamp:
    """A date, parsed. ``numbers`` are year, month and day; in ``ORDERED_FORM`` and ``SHORT_FORM`` they are in the order written.

    ``minutes`` of the day (None: no time given), ``offset`` in minutes ahead of UTC (None: no zone given); ``odd`` says that
    the time is impossible, such as 25:00.
    """

    form: str
    numbers: tuple[int, int, int]
    minutes: int | None = None
    offset: int | None = None
    odd: bool = False
    short_year: bool = False


@lru_cache(maxsize=2**18)
def read_stamp(cell: str) -> Stamp | None:
    """The date in a cell with its time and zone; None when the cell is not a date."""
    text = plain_characters(cell).strip()
    found = _of_number(text) or _of_text(text)
    weekday = _WEEKDAY.match(text)
    if found is None and weekday:
        found = _of_text(text[weekday.end() :])
    return replace(found, form=ZERO_FORM) if found is not None and _zero(found) else found


def _zero(stamp: Stamp) -> bool:
    first, second, third = stamp.numbers
    if stamp.form == SHORT_FORM:
        return stamp.numbers == (1, 1, 70)
    if stamp.form == ORDERED_FORM:
        return (third, first, second) in _ZEROS or (third, second, first) in _ZEROS
    west_of_utc = stamp.numbers == (1969, 12, 31) and (stamp.minutes or 0) - (stamp.offset or 0) == 1440
    return west_of_utc or stamp.numbers in _ZEROS


def is_zero(cell: str) -> bool:
    """Whether a cell holds what programs write when there is no date."""
    stamp = read_stamp(cell)
    return stamp is not None and stamp.form == ZERO_FORM


def moment_of(stamp: Stamp) -> int | None:
    """Minutes since 1970 (UTC) of a stamp with a zone; None when it has no zone, or the order of its numbers is open."""
    if stamp.minutes is None or stamp.offset is None or stamp.short_year or stamp.form in (ORDERED_FORM, ZERO_FORM):
        return None
    try:
        day = datetime(*stamp.numbers, tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) // 60 + stamp.minutes - stamp.offset


def _of_number(text: str) -> Stamp | None:
    match = _NUMBER.fullmatch(text)
    if match is None or (_COMPACT.match(text) and 1900 <= int(text[:4]) <= 2200 and 1 <= int(text[4:6]) <= 12):
        return None
    whole = int(match[1])
    if whole == 0:
        return Stamp(ZERO_FORM, (0, 0, 0))
    part = float(f"0.{match[2] or 0}")
    if len(match[1]) == 5 and whole in _SERIALS:
        day = SERIAL_ZERO + timedelta(days=whole)
        return Stamp(SERIAL_FORM, (day.year, day.month, day.day), round(part * 1440) if part else None)
    if len(match[1]) in _EPOCHS:
        moment = datetime.fromtimestamp(whole // _EPOCHS[len(match[1])], UTC)
        return Stamp(EPOCH_FORM, (moment.year, moment.month, moment.day), moment.hour * 60 + moment.minute, 0)
    return None


def _of_text(text: str) -> Stamp | None:
    for form, pattern, place in (
        (YEAR_FORM, _YEAR_FIRST, (0, 1, 2)),
        (YEAR_FORM, _COMPACT, (0, 1, 2)),
        (ORDERED_FORM, _YEAR_LAST, (0, 1, 2)),
        (NAMED_FORM, _DAY_WORD, (2, 1, 0)),
        (NAMED_FORM, _WORD_DAY, (2, 0, 1)),
        (NAMED_FORM, _YEAR_WORD, (0, 1, 2)),
    ):
        match = pattern.match(text)
        if match is None:
            continue
        first, second, third = (match[k + 1] for k in place)
        month = int(second) if second.isdecimal() else month_of(second)
        short = len(third if form == ORDERED_FORM else first) == 2
        stamp = Stamp(SHORT_FORM if short and form == ORDERED_FORM else form, (int(first), month, int(third)))
        return _with_clock(replace(stamp, short_year=short), text[match.end() :])
    return None


def _with_clock(stamp: Stamp, behind: str) -> Stamp | None:
    """``stamp`` with the time and zone that follow it; None when something else follows."""
    if not behind.strip():
        return stamp
    match = _CLOCK.fullmatch(behind)
    zone = _offset(match[5]) if match else None
    if match is None or (match[5] and zone is None) or not (match[2] or match[4]):
        return None
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[4] or "")[:1].casefold()
    odd = minute > 59 or second > 60 or hour > 23 or (bool(half) and not 1 <= hour <= 12)
    if half in ("p", "下"):
        hour = hour % 12 + 12
    elif half in ("a", "上"):
        hour %= 12
    return replace(stamp, minutes=None if odd else hour * 60 + minute, offset=zone, odd=odd)


def _offset(zone: str | None) -> int | None:
    if zone is None or zone[0] not in "+-":
        return _ZONES.get((zone or "").upper())
    digits = zone[1:].replace(":", "")
    size = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return -size if zone[0] == "-" else size
