"""Dates as exports write them: read in common formats, reported with the assumptions made, on one clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_fixture import findings_text, read, refusal, rows_of

from experiments.intake.tables.values.date_order import DAY_FIRST, MONTH_FIRST, find_order, full_year, parse_dates
from experiments.intake.tables.values.month_names import month_of

_GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
_FRENCH = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()  # noqa: SIM905
_SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()  # noqa: SIM905
_EPOCH = date(1970, 1, 1)
#: Ways of writing a day that one cell, or one column, makes clear.
_FORMS: dict[str, Callable[[date], str]] = {
    "ISO": lambda d: d.isoformat(),
    "compact": lambda d: d.strftime("%Y%m%d"),
    "Chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "Jan 02, 2023": lambda d: d.strftime("%b %d, %Y"),
    "January 2nd, 2023": lambda d: (
        f"{d.strftime('%B')} {d.day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(d.day % 10, 'th') if d.day not in (11, 12, 13) else 'th' }, {d.year}"
    ),
    "02-Jan-23": lambda d: d.strftime("%d-%b-%y"),
    "02/Jan/2023": lambda d: d.strftime("%d/%b/%Y"),
    "2. Januar 2023": lambda d: f"{d.day}. {_GERMAN[d.month - 1]} {d.year}",
    "2 janv. 2023": lambda d: f"{d.day} {_FRENCH[d.month - 1]} {d.year}",
    "2 de enero de 2023": lambda d: f"{d.day} de {_SPANISH[d.month - 1]} de {d.year}",
    "Mon, 02 Jan 2023": lambda d: d.strftime("%a, %d %b %Y"),
    "01/02/23": lambda d: d.strftime("%m/%d/%y"),
    "02.01.23": lambda d: d.strftime("%d.%m.%y"),
    "1/2/2023 9:15 AM": lambda d: f"{d.month}/{d.day}/{d.year} 9:15 AM",
    "day numbers": lambda d: str((d - date(1899, 12, 30)).days),
    "day numbers with a time": lambda d: f"{(d - date(1899, 12, 30)).days}.4375",
    "seconds": lambda d: str((d - _EPOCH).days * 86400 + 3600),
    "thousandths": lambda d: str(((d - _EPOCH).days * 86400 + 3600) * 1000),
    "with a time": lambda d: f"{d.isoformat()} 23:59:59.123",
}


@pytest.mark.parametrize("form", _FORMS)
def test_every_day_of_two_years_is_read_in_every_form(form: str) -> None:
    days = [date(2023, 1, 2) + timedelta(days=k) for k in range(730)]
    cells = pd.Series([_FORMS[form](day) for day in days])
    values, bad = parse_dates(cells, find_order([cells]).order)
    assert not bad.any() and [stamp.date() for stamp in values] == days


def test_formats_of_a_column_are_reported(tmp_path: Path) -> None:
    days = ["Jan 02, 2023", "2023-01-03", "44930", "05-Jan-23"]
    frame, _, ledger = read(tmp_path, rows_of(["1.50"] * 4, days))
    assert [d.day for d in frame["day"]] == [2, 3, 4, 5]
    found = findings_text(ledger)
    assert "2 as a month in letters; 1 as year-month-day; 1 as day numbers of a spreadsheet" in found
    assert "two-digit years: '05-Jan-23'" in found and "day numbers: '44930'" in found


def test_day_numbers_since_1904_are_four_years_later(tmp_path: Path) -> None:
    rows = rows_of(["1.50", "2.50"], ["43466", "43467"])
    frame, _, _ = read(tmp_path, rows, mapping='[rules]\nday_numbers = "since_1904"\n')
    assert frame["day"].tolist() == [pd.Timestamp(2023, 1, 2), pd.Timestamp(2023, 1, 3)]


@given(st.integers(0, 99))
def test_two_digit_years_are_the_latest_not_in_the_future(short: int) -> None:
    year, this = full_year(short), date.today().year
    assert year % 100 == short and this - 100 < year <= this


def test_two_digit_years_written_first_are_recognised() -> None:
    days = [date(2023, 1, 2) + timedelta(days=k) for k in range(90)]
    cells = pd.Series([day.strftime("%y/%m/%d") for day in days])
    values, bad = parse_dates(cells, find_order([cells]).order)
    assert not bad.any() and [stamp.date() for stamp in values] == days


@pytest.mark.parametrize("form", ["%d/%m/%y", "%m/%d/%y", "%d.%m.%y"])
def test_two_digit_dates_that_fit_both_orders_need_a_rule(tmp_path: Path, form: str) -> None:
    days = [date(2023, month, day).strftime(form) for month, day in ((1, 2), (3, 4), (5, 6))]
    assert "3 dates fit both month/day and day/month" in refusal(tmp_path, rows_of(["1.50"] * 3, days))
    order = MONTH_FIRST if form.startswith("%m") else DAY_FIRST
    frame, _, _ = read(tmp_path, rows_of(["1.50"] * 3, days), mapping=f'[rules]\ndate_order = "{order}"\n')
    assert [(d.month, d.day) for d in frame["day"]] == [(1, 2), (3, 4), (5, 6)]


@pytest.mark.parametrize(
    "cell",
    [
        "2023-W01-1",
        "2023-01-02 or so",
        "Jan-23",
        "2023-01",
        "230102",
        "12:30",
        "32 Jan 2023",
        "2 Foo 2023",
        "jui 2 2023",
        "5",
        "12.5",
    ],
)
def test_a_cell_that_is_not_a_day_is_refused(tmp_path: Path, cell: str) -> None:
    assert f"impossible date: '{cell}'" in refusal(tmp_path, rows_of(["1.50", "2.50"], [cell, "2023-01-02"]))


def test_months_are_recognised_by_their_first_letters_unless_ambiguous() -> None:
    assert [month_of(w) for w in ("Sept", "MÄRZ", "mar.", "août", "dic", "Okt")] == [9, 3, 3, 8, 12, 10]
    assert [month_of(w) for w in ("ju", "jui", "ma", "x", "")] == [0] * 5


@pytest.mark.parametrize(
    "zero",
    [
        "1970-01-01",
        "01/01/1970",
        "1970-01-01T00:00:00Z",
        "1969-12-31T19:00:00-05:00",
        "0",
        "1900-01-00",
        "0000-00-00",
        "0001-01-01",
        "Jan 1, 1970",
        "1899-12-30",
    ],
)
def test_zeros_of_clocks_are_not_dates(tmp_path: Path, zero: str) -> None:
    found = refusal(tmp_path, rows_of(["1.50", "2.50"], [zero, "2023-01-02"]))
    assert "t0.csv, row 2, column 'date': no date: a zero instead of one" in found
    frame, _, ledger = read(
        tmp_path, rows_of(["1.50", "2.50"], [zero, "2023-01-02"]), mapping='[rules]\nunusable_rows = "set_aside"\n'
    )
    assert len(frame) == 1 and zero in findings_text(ledger)


@pytest.mark.parametrize("clock", ["25:00", "24:00:00", "10:75", "13:00 PM"])
def test_impossible_times_of_day_are_reported(tmp_path: Path, clock: str) -> None:
    frame, _, ledger = read(tmp_path, rows_of(["1.50"], [f"2023-01-02 {clock}"]))
    assert frame["day"].tolist() == [pd.Timestamp(2023, 1, 2)]
    assert f"impossible times of day: '2023-01-02 {clock}'" in findings_text(ledger)


def _stamps(zone: str | timezone, hour: int = 23) -> list[datetime]:
    """Moments late in the evening of every third day of a year."""
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    return [datetime(2023, 1, 2, hour, 30, tzinfo=place) + timedelta(days=3 * k) for k in range(120)]


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney", "Asia/Tokyo"]
)
@pytest.mark.parametrize("share", [2, 3])
def test_times_in_utc_and_local_time_get_local_days(tmp_path: Path, zone: str, share: int) -> None:
    stamps = _stamps(zone, 23 if "America" in zone else 1)
    cells = [(s.astimezone(UTC) if k % share == 0 else s).isoformat() for k, s in enumerate(stamps)]
    frame, _, ledger = read(tmp_path, rows_of(["1.50"] * 120, cells))
    assert [d.date() for d in frame["day"]] == [s.date() for s in stamps]
    assert "times of several zones (" in findings_text(ledger)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "UTC", "Asia/Kolkata"])
def test_times_of_one_place_keep_their_days_through_summer_time(tmp_path: Path, zone: str) -> None:
    stamps = _stamps(zone)
    frame, _, ledger = read(tmp_path, rows_of(["1.50"] * 120, [s.isoformat() for s in stamps]))
    assert [d.date() for d in frame["day"]] == [s.date() for s in stamps]
    assert "times are in the local time of one place" in findings_text(
        ledger
    ) and "days follow that clock" in findings_text(ledger)


def test_zones_of_several_files_share_one_clock(tmp_path: Path) -> None:
    late = ["2023-01-02T23:30:00-05:00", "2023-01-04T23:30:00-05:00"]
    universal = ["2023-01-03T04:30:00Z", "2023-01-06T04:30:00Z"]
    frame, _, ledger = read(tmp_path, rows_of(["1.50"] * 2, late), rows_of(["2.50"] * 2, universal))
    assert [d.day for d in frame["day"]] == [2, 4, 2, 5]
    assert "(UTC-05:00: 2, UTC: 2) are converted to UTC-05:00" in findings_text(ledger)


def test_times_without_a_zone_among_others_are_reported(tmp_path: Path) -> None:
    _, _, ledger = read(tmp_path, rows_of(["1.50"] * 2, ["2023-01-02T23:30:00+02:00", "2023-01-03 10:00"]))
    assert "1 times have no zone" in findings_text(ledger)


def test_parquet_times_keep_their_zone(tmp_path: Path) -> None:
    from experiments.intake.tables.files.table_reader import read_table
    from experiments.intake.tables.quality_ledger import QualityLedger

    frame = pd.DataFrame({"day": pd.to_datetime(["2023-01-02 23:30"]).tz_localize("America/New_York")})
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", QualityLedger())
    assert table is not None and table.frame["day"].tolist() == ["2023-01-02 23:30:00-0500"]
