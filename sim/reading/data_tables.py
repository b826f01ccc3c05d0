"""Data tables: a company's own customers, roster, offers, distributors, ties and projects, read with a scenario file and checked cell by cell.

Every error names the file, the row and the column. Rows of CSV files are named by
the line a text editor shows (the header is line 1), rows of Parquet files are counted from 1; either
is the index of the frame until all is checked.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import InputError, InputErrors
from sim.quantity import Section, param
from sim.reading.complaints import nearest, range_text
from sim.reading.files import MOST_TABLE, check_ordinary, inside, is_missing, read_ordinary, shown
from sim.reading.identity import tidy
from sim.reading.toml_text import READ, decode
from sim.text import meant

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a table, and rows: as many as a market may have customers.
_MOST_COLUMNS, _MOST_ROWS = 1000, 20_000_000
#: Errors of one column that are listed; the rest is counted.
_SHOWN = 5


class DataFiles(Section):
    """``[data]``: files of a scenario whose world comes from a company's tables, relative to the scenario file."""

    customers: str | None = param(
        None, unit="file", doc="Customers, one per row (Parquet); replaces generated customers."
    )
    roster: str | None = param(None, unit="file", doc="Reps with manager and territory (CSV); replaces [sales_force].")
    offers: str | None = param(
        None, unit="file", doc="Offers with prices (CSV); [[offer]] entries of the same name add to them."
    )
    ties: str | None = param(
        None,
        unit="file",
        doc="Who talks to whom, one tie per row (CSV or Parquet): ids of two customers, or their numbers from 0 where "
        'customers are generated. Read with params.network.kind = "edge_list".',
    )
    distributors: str | None = param(
        None,
        unit="file",
        doc="Distributors with supplier and territory (CSV); replaces the number of distributors of each territory.",
    )
    projects: str | None = param(
        None, unit="file", doc="Projects open before the first week (Parquet); replaces a generated pipeline."
    )


@dataclass(frozen=True)
class DataColumn:
    """A column of a table: its kind, its bounds, and where its names must be known (``refers``)."""

    name: str
    kind: Literal["text", "number", "whole"] = "text"
    required: bool = True
    bounds: tuple[float, float] = (-math.inf, math.inf)
    refers: str = ""
    unique: bool = False
    blank: bool = False


CUSTOMERS = (
    DataColumn("id", unique=True),
    DataColumn("type", refers="customer_type"),
    DataColumn("territory", refers="territory"),
    DataColumn("purchase_rate", "number", bounds=(0.0, 50.0)),
    DataColumn("order_size", "number", bounds=(0.001, 1e9)),
    DataColumn("rep", refers="rep", blank=True),
    DataColumn("distributor", required=False, refers="distributor", blank=True),
    DataColumn("price_sensitivity", "number", required=False, bounds=(0.0, 50.0)),
)
ROSTER = (
    DataColumn("rep", unique=True),
    DataColumn("manager"),
    DataColumn("territory", refers="territory"),
    DataColumn("skill", "number", required=False, bounds=(-10.0, 10.0)),
    DataColumn("hired_week", "whole", required=False, bounds=(-5200, 5200)),
)
OFFERS = (
    DataColumn("offer", unique=True),
    DataColumn("brand", refers="brand"),
    DataColumn("category", refers="category"),
    DataColumn("unit_cost", "whole", bounds=(0, 10**12)),
    DataColumn("list_price", "whole", bounds=(1, 10**12)),
    DataColumn("quality", "number", bounds=(-20.0, 20.0)),
)
TIES = (
    DataColumn("first"),
    DataColumn("second"),
    DataColumn("strong", "whole", required=False, bounds=(0, 1)),
)
DISTRIBUTORS = (
    DataColumn("distributor", unique=True),
    DataColumn("territory", refers="territory"),
    DataColumn("supplier", refers="distributor", blank=True),
    DataColumn("size", "number", required=False, bounds=(0.0, 1e9)),
)
PROJECTS = (
    DataColumn("customer", refers="customer"),
    DataColumn("category", refers="opportunity"),
    DataColumn("opened_week", "whole", bounds=(-5200, -1)),
)


@dataclass(frozen=True)
class DataTables:
    """The checked tables, with text as str, numbers as float64 and whole numbers as int64; None where not given.

    Rows are sorted by their names, so that results do not depend on their order in the file; the
    table of customers has their keys as well (``key``, uint64). ``files`` are the absolute paths, ``hashes`` the SHA-256 of each file's bytes, by kind of table.
    """

    customers: pd.DataFrame | None
    roster: pd.DataFrame | None
    offers: pd.DataFrame | None
    ties: pd.DataFrame | None
    distributors: pd.DataFrame | None
    projects: pd.DataFrame | None
    files: dict[str, Path]
    hashes: dict[str, str]


@dataclass(frozen=True)
class Reading:
    """A table as read: the typed frame, errors in cells, rows without errors, and unused columns."""

    frame: pd.DataFrame
    errors: list[InputError]
    valid: list[int]
    spare: list[str]


def read_table(path: Path, place: str, columns: tuple[DataColumn, ...], *prefixes: str) -> Reading:
    """Read and type one table.

    ``place`` names the line of the scenario that names the file; columns that begin with one of
    ``prefixes`` are optional numbers. Raises :class:`InputErrors` when the file cannot be read as a
    table or columns are missing.
    """
    frame = _read_parquet(path, place) if path.suffix == ".parquet" else _read_csv(path, place)
    known = {column.name for column in columns}
    missing = [column.name for column in columns if column.required and column.name not in frame.columns]
    if missing:
        raise InputErrors(
            [_missing_column(path, name, [str(c) for c in frame.columns if c not in known]) for name in missing]
        )
    if not len(frame):
        raise InputErrors([InputError(path.name, "the table has no rows", "at least one row below the header")])
    extra = tuple(
        DataColumn(str(name), "number", required=False)
        for name in frame.columns
        if name not in known and any(str(name).startswith(prefix) for prefix in prefixes)
    )
    errors: list[InputError] = []
    wrong: set[int] = set()
    typed = {
        c.name: _typed(path, frame[c.name], c, errors, wrong) for c in (*columns, *extra) if c.name in frame.columns
    }
    import pandas as pd

    spare = [str(name) for name in frame.columns if name not in typed]
    return Reading(
        pd.DataFrame(typed, index=frame.index), errors, [row for row in frame.index if row not in wrong], spare
    )


def check_names(
    path: Path, frame: pd.DataFrame, columns: tuple[DataColumn, ...], known: dict[str, Collection[str]]
) -> Iterator[InputError]:
    """Yield an error for every cell that names something unknown; ``known`` holds the valid names by kind."""
    for column in columns:
        if not column.refers or column.name not in frame.columns or column.refers not in known:
            continue
        valid = known[column.refers]
        what = column.refers.replace("_", " ")
        wrong = [
            (row, name)
            for row, name in zip(frame.index, frame[column.name], strict=True)
            if name not in valid and not (column.blank and name == "")
        ]
        for row, name in wrong[:_SHOWN]:
            close = nearest(str(name), valid)
            remedy = f"did you mean `{close}`?" if close else f"valid: {', '.join(sorted(valid)[:12])}"
            yield InputError(
                _cell(path, row, column.name), f"there is no {what} `{name}`", f"the name of a {what}", remedy
            )
        yield from _rest(path, column.name, wrong)


def check_sums(path: Path, frame: pd.DataFrame, columns: list[str]) -> Iterator[InputError]:
    """Yield an error for every row whose shares in ``columns`` do not sum to 1 (to a thousandth)."""
    totals = dict(zip(frame.index.tolist(), frame[columns].sum(axis=1).tolist(), strict=True))
    wrong = [row for row, total in totals.items() if not abs(total - 1) <= 1e-3]
    place = " + ".join(columns)
    for row in wrong[:_SHOWN]:
        yield InputError(_cell(path, row, place), f"shares sum to {totals[row]:g}", "1")
    yield from _rest(path, place, wrong)


def check_rates(path: Path, frame: pd.DataFrame, opportunities: Collection[str]) -> Iterator[InputError]:
    """Yield an error for every column ``projects_*`` of no opportunity, and for every negative rate."""
    for column in (str(name) for name in frame.columns if str(name).startswith("projects_")):
        name = column.removeprefix("projects_")
        if name not in opportunities:
            close = nearest(name, opportunities)
            remedy = f"did you mean `{close}`?" if close else f"valid: {', '.join(opportunities) or 'none'}"
            problem = f"there is no opportunity category `{name}`"
            yield InputError(f"{path.name}, column {column}", problem, "the name of one", remedy)
        wrong = {row: rate for row, rate in zip(frame.index, frame[column], strict=True) if rate < 0}
        for row in list(wrong)[:_SHOWN]:
            yield InputError(_cell(path, row, column), f"found {wrong[row]:g}", "projects a year, at least 0")
        yield from _rest(path, column, list(wrong))


def _cell(path: Path, row: int, column: str) -> str:
    """Place of a cell; ``row`` is the label of the row in the frame's index."""
    return f"{path.name}, {'row' if path.suffix == '.parquet' else 'line'} {row}, column {column}"


def _rest(path: Path, column: str, wrong: list[Any]) -> Iterator[InputError]:
    if len(wrong) > _SHOWN:
        yield InputError(f"{path.name}, column {column}", f"{len(wrong) - _SHOWN} more rows with errors of this kind")


def _missing_column(path: Path, name: str, spare: list[str]) -> InputError:
    close = nearest(name, spare)
    remedy = f"is it the one called `{close}`?" if close else f"unused columns: {', '.join(spare) or 'none'}"
    return InputError(path.name, f"the column `{name}` is missing", "a header with this column", remedy)


def _read_parquet(path: Path, place: str) -> pd.DataFrame:
    import pandas as pd
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    _must_exist(path, place)
    try:
        held = ParquetFile(path).metadata
        _check_size(path, held.num_columns, held.num_rows)
        frame = pd.read_parquet(path)
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        return frame
    except InputErrors:
        raise
    except (ArrowException, ValueError, OSError, OverflowError, MemoryError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)[:120]
        raise InputErrors(
            [
                InputError(
                    path.name,
                    f"cannot be read as Parquet: {reason}",
                    "a Parquet file",
                    "write it again, for instance with pandas",
                )
            ]
        ) from None


def _read_csv(path: Path, place: str) -> pd.DataFrame:
    import pandas as pd

    _must_exist(path, place)
    reader = csv.reader(io.StringIO(decode(path, MOST_TABLE), newline=""))
    try:
        numbered = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise InputErrors(
            [InputError(f"{path.name}, line {reader.line_num}", f"cannot be read as CSV: {error}", "a CSV table")]
        ) from None
    rows = [row for _, row in numbered]
    if not rows:
        raise InputErrors([InputError(path.name, "the file is empty", "a CSV table with a header")])
    header = [meant(name.strip()) for name in rows[0]]
    _check_size(path, len(header), len(rows) - 1)
    repeated = sorted(name for name, count in Counter(header).items() if count > 1)
    if repeated:
        raise InputErrors(
            [InputError(f"{path.name}, line 1", f"columns repeat: {', '.join(repeated)}", "every column once")]
        )
    ragged = [position for position, row in enumerate(rows) if len(row) != len(header)]
    if ragged:
        place = f"{path.name}, line {numbered[ragged[0]][0]}"
        found = f"{len(rows[ragged[0]])} cells" + (
            f" (and {len(ragged) - 1} more such lines)" if len(ragged) > 1 else ""
        )
        raise InputErrors(
            [InputError(place, found, f"{len(header)}, as in the header", "put cells with commas in quotation marks")]
        )
    lines = [line for line, _ in numbered[1:]]
    return pd.DataFrame(
        [[meant(cell.strip()) for cell in row] for row in rows[1:]], columns=header, index=lines, dtype=str
    )


def _must_exist(path: Path, place: str) -> None:
    if is_missing(path):
        close = nearest(path.name, inside(path.parent, path.suffix))
        remedy = f"did you mean `{close}`?" if close else "paths are relative to the scenario file"
        problem = f"there is no file `{shown(path.name)}` in {shown(path.parent.name) or '.'}"
        raise InputErrors([InputError(place, problem, "an existing file", remedy)])
    check_ordinary(path, MOST_TABLE, place)
    READ.add(path.resolve())


def _check_size(path: Path, columns: int, rows: int) -> None:
    """Refuse a table that is too large for memory, before it is built."""
    for what, found, most in (("columns", columns, _MOST_COLUMNS), ("rows", rows, _MOST_ROWS)):
        if found > most:
            raise InputErrors([InputError(path.name, f"the table has {found:,} {what}", f"at most {most:,}")])


def _typed(path: Path, cells: pd.Series[Any], column: DataColumn, errors: list[InputError], wrong: set[int]) -> Any:
    """One column converted; errors go to ``errors``, their rows to ``wrong``, and wrong cells become "", NaN or 0."""
    import numpy as np

    values, rows = cells.tolist(), cells.index.tolist()
    if column.kind == "text":
        texts = ["" if value is None or value != value else str(value) for value in values]
        _check_texts(path, dict(zip(rows, texts, strict=True)), column, errors, wrong)
        return np.array(texts, dtype=object)
    numbers = np.array([_number(value) for value in values], dtype=np.float64)
    lo, hi = column.bounds
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(numbers) | (numbers < lo) | (numbers > hi)
        if column.kind == "whole":
            bad |= numbers != np.floor(numbers)
    places = np.flatnonzero(bad).tolist()
    noun = "a whole number" if column.kind == "whole" else "a number"
    for place in places[:_SHOWN]:
        found = shown(str(values[place])) if values[place] not in ("", None) else "an empty cell"
        expected = f"{noun} {range_text(column.bounds)}".strip()
        errors.append(InputError(_cell(path, rows[place], column.name), f"found {found}", expected))
    errors.extend(_rest(path, column.name, places))
    wrong.update(rows[place] for place in places)
    return np.where(bad, 0, numbers).astype(np.int64) if column.kind == "whole" else numbers


def _check_texts(
    path: Path, texts: dict[int, str], column: DataColumn, errors: list[InputError], wrong: set[int]
) -> None:
    if not column.blank:
        empty = [row for row, text in texts.items() if not text]
        errors.extend(
            InputError(_cell(path, row, column.name), "found an empty cell", "text") for row in empty[:_SHOWN]
        )
        errors.extend(_rest(path, column.name, empty))
        wrong.update(empty)
    if column.unique:
        first: dict[str, int] = {}
        # invisible characters do not make another name: two rows would look the same wherever they are shown
        again = [row for row, text in texts.items() if text and first.setdefault(tidy(text), row) != row]
        for row in again[:_SHOWN]:
            earlier = _cell(path, first[tidy(texts[row])], column.name).split(", ")[1]
            problem = f"`{texts[row]}` occurs again (first in {earlier})"
            errors.append(
                InputError(_cell(path, row, column.name), problem, "every value once", "delete or rename one")
            )
        errors.extend(_rest(path, column.name, again))
        wrong.update(again)


def _number(value: Any) -> float:
    """``value`` as a float; NaN when it is not a number."""
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(read_ordinary(path, MOST_TABLE)).hexdigest()
