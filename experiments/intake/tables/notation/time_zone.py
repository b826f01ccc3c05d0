"""One clock for all times of an import: days differ by one when some times are in UTC and others in local time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import NOTED, QualityLedger
from experiments.intake.tables.schema.conventions import DATES
from experiments.intake.tables.values.date_stamps import ORDERED_FORM, SHORT_FORM, Stamp, moment_of, read_stamp
from experiments.intake.tables.values.local_clock import LocalClock

#: Months in which some place changes to or from summer time.
_CHANGES = (3, 4, 9, 10, 11)


def agree_on_zone(tables: Sequence[MappedTable], ledger: QualityLedger) -> LocalClock | None:
    """The clock to which all times with a zone are converted; None when they stay as written.

    They stay when all have one offset, or two an hour apart that change with the season (summer time). Otherwise the clock
    is the local one, since UTC is the clock of machines: the offset (or the two of summer time) that is not UTC, the most
    frequent one where there are several places.
    """
    stamps = _stamps_with_time(tables)
    offsets: Counter[int] = Counter()
    for stamp, count in stamps.items():
        if stamp.offset is not None:
            offsets[stamp.offset] += count
    if not offsets:
        return None
    place = ", ".join(dict.fromkeys(table.file for table in tables))
    without = sum(count for stamp, count in stamps.items() if stamp.offset is None)
    rest = f"; {without:,} times have no zone and are used as written" if without else ""
    counts = ", ".join(f"{zone_name(offset)}: {count:,}" for offset, count in offsets.most_common())
    if _one_place(stamps, sorted(offsets)):
        summer = ", including summer time" if len(offsets) > 1 else ""
        what = f"times are in the local time of one place ({counts}{summer}); days follow that clock{rest}"
        why = "the time of day is dropped, so another zone would shift times near midnight to another day"
        ledger.add(NOTED, place, "", what, why, count=offsets.total(), counted="cell")
        return None
    local = sorted(offset for offset in offsets if offset)
    if not _one_place(stamps, local):
        local = [max(local, key=lambda offset: (offsets[offset], -offset))]
    what = f"times of several zones ({counts}) are converted to {' and '.join(map(zone_name, local))}{rest}"
    why = "all days follow one clock, the local one, as UTC is the clock of machines"
    converted = offsets.total() - sum(offsets[offset] for offset in local)
    ledger.add(NOTED, place, "", what, why, count=converted, counted="cell")
    if len(local) == 1:
        return LocalClock((0,), (local[0],))
    return LocalClock.of((m, s.offset) for s in stamps if s.offset in local and (m := moment_of(s)) is not None)


def zone_name(offset: int) -> str:
    """'UTC', 'UTC-05:00'."""
    return "UTC" if not offset else f"UTC{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def _stamps_with_time(tables: Sequence[MappedTable]) -> Counter[Stamp]:
    found: Counter[Stamp] = Counter()
    for table in tables:
        for field in DATES:
            for cell, count in table.cells(field).value_counts(sort=False).items() if field in table.columns else ():
                stamp = read_stamp(str(cell))
                if stamp is not None and stamp.minutes is not None:
                    found[stamp] += int(count)
    return found


def _one_place(stamps: Counter[Stamp], offsets: Sequence[int]) -> bool:
    """Whether there is one offset, or two an hour apart that share no month except those in which clocks change."""
    if len(offsets) == 1:
        return True
    if len(offsets) != 2 or offsets[1] - offsets[0] != 60:
        return False
    seen: dict[tuple[int, int], set[int]] = defaultdict(set)
    for stamp in stamps:
        if stamp.form in (ORDERED_FORM, SHORT_FORM) and stamp.offset in offsets:
            return False  # the month is not known yet
        if stamp.offset is not None and stamp.offset in offsets:
            seen[stamp.numbers[:2]].add(stamp.offset)
    return all(len(found) == 1 or month in _CHANGES for (_, month), found in seen.items())
