"""Futures from a user's table: a row per future, a column per factor, every cell checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import ArrowException
from pyarrow.parquet import ParquetFile

from analysis.ensemble import DRAWN, ROLES
from analysis.factor import Factor, Value
from experiments.batch.design_limits import MOST_FACTORS, MOST_POINTS
from experiments.batch.samples import column
from experiments.intake.tables.files.table_reader import DELIMITERS, Table, read_table
from experiments.intake.tables.quality_ledger import SET_ASIDE, QualityLedger
from sim.errors import InputError, InputErrors
from sim.reading.files import MOST_TABLE, check_ordinary, is_missing

#: Numbers that a spreadsheet has rounded may lie outside a range by this share of its larger end.
_ROUNDING = 1e-9
_TRUTH = {"true": True, "false": False}
#: What a cell should have held is said by raising ValueError with it.
_Reader = Callable[[str], Value]


def futures_from_file(path: Path, factors: Sequence[Factor] | None = None) -> pd.DataFrame:
    """Read futures from a CSV, TSV or Parquet file: ``role`` (if the file has it), ``block``, ``step``, then factors.

    Blocks are numbered by row and steps are 0 where the file has no ``block``; with ``block`` alone, steps count its
    rows. Without ``factors`` every other column is a factor: of numbers, of true and false, or of words. Numbers have a
    decimal point. Raises :class:`sim.errors.InputErrors` with all input errors at once (file, rows, column, what was
    expected, what to do): no file, no rows, a header twice, columns that are missing or unknown, blanks, words for
    numbers, values outside the range or not among the levels, roles other than "study" and "fresh", steps twice.
    """
    ledger = QualityLedger()
    _check_size(path)
    table = read_table(path, ledger)
    for left in (finding for finding in ledger.findings if finding.kind == SET_ASIDE):
        ledger.refused(left.file, "", left.what, "one future a row, and nothing else", "delete these lines", left.rows)
    ledger.stop_if_refused()
    assert table is not None, "a table that is not there was refused"
    names = [str(name) for name in table.frame.columns if name not in DRAWN]
    if factors is None:
        factors = [_guessed(name, table.frame[name]) for name in names]
    else:
        _check_names(table, names, [factor.name for factor in factors], ledger)
    futures = _places(table, ledger)
    for factor in factors:
        if factor.name in names:
            read = _cells(table, factor.name, _reader(factor), ledger)
            if read is not None:
                futures[factor.name] = column(factor, read)
    ledger.stop_if_refused()
    return pd.DataFrame(futures)


def _check_size(path: Path) -> None:
    """Refuse what is no ordinary file, and a table of more columns or rows than a design has, before it is read."""
    if is_missing(path):
        return  # which the reader says
    check_ordinary(path, MOST_TABLE)
    try:
        columns, rows = _header_and_rows(path)
    except OSError:
        return  # which the reader says
    most = MOST_FACTORS + len(DRAWN)
    for what, found, limit in (("columns", columns, most), ("rows", rows, MOST_POINTS)):
        if found > limit:
            raise InputErrors([InputError(path.name, f"the table has {found:,} {what}", f"at most {limit:,}")])


def _header_and_rows(path: Path) -> tuple[int, int]:
    """How many columns and rows a table has, by its first line and its line ends, or by what a Parquet file says."""
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            try:
                held = ParquetFile(path).metadata
            except (ArrowException, OSError, ValueError):
                return 0, 0  # which the reader says
            return held.num_columns, held.num_rows
        file.seek(0)
        first = file.readline()
        columns = 1 + max(first.count(letter.encode()) for letter in DELIMITERS)
        return columns, sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b""))


def _check_names(table: Table, found: Sequence[str], wanted: Sequence[str], ledger: QualityLedger) -> None:
    expected = f"the factors {', '.join(wanted)} (and {', '.join(DRAWN)}, which may be omitted)"
    for name in found:
        if name not in wanted:
            ledger.refused(table.file, name, "no factor has this name", expected, "rename or delete the column")
    for name in wanted:
        if name not in found:
            ledger.refused(table.file, name, "the column is missing", expected, "add it, with a value in every row")


def _places(table: Table, ledger: QualityLedger) -> dict[str, pd.Series]:
    """Columns role (if given), block and step."""
    places: dict[str, pd.Series] = {}
    frame, count = table.frame, len(table.frame)
    if "role" in frame:
        roles = _cells(table, "role", _one_of(ROLES), ledger)
        places["role"] = pd.Series(roles or [""] * count, dtype="str")
    if "step" in frame and "block" not in frame:
        ledger.refused(table.file, "step", "there are steps but no blocks", "a column 'block' too", "add or delete one")
    blocks = _cells(table, "block", _counting, ledger) if "block" in frame else list(range(count))
    places["block"] = pd.Series(np.array(blocks or [0] * count, dtype=np.int64))
    if "step" in frame:
        places["step"] = pd.Series(np.array(_cells(table, "step", _counting, ledger) or [0] * count, dtype=np.int64))
    else:
        places["step"] = places["block"].groupby(places["block"]).cumcount().astype(np.int64)
    twice = pd.DataFrame({"block": places["block"], "step": places["step"]}).duplicated().to_numpy()
    if "block" in frame and "step" in frame and not ledger.refusals and twice.any():
        rows = list(frame.index[twice])
        ledger.refused(table.file, "step", "a step stands twice in its block", "each once", "number them again", rows)
    return places


def _cells(table: Table, name: str, read: _Reader, ledger: QualityLedger) -> list[Value] | None:
    """Values of a column; None when a cell was refused. Rows with the same fault are reported together."""
    values: list[Value] = []
    faults: dict[tuple[str, str], list[int]] = {}
    for row, cell in zip(table.frame.index, table.frame[name], strict=True):
        try:
            values.append(read(str(cell)))
        except ValueError as error:
            found = f"'{cell}' was found" if cell else "the cell is blank"
            faults.setdefault((found, str(error)), []).append(int(row))
    for (found, expected), rows in faults.items():
        ledger.refused(table.file, name, found, expected, "correct the cell, or the factor in the design", rows)
    return None if faults else values


def _reader(factor: Factor) -> _Reader:
    if not factor.levels:
        return _in_range(factor)
    if factor.is_number:
        return _one_of_numbers([level for level in factor.levels if not isinstance(level, str)])
    return _one_of(factor.levels)


def _in_range(factor: Factor) -> _Reader:
    kind = "a whole number" if factor.whole else "a number"
    expected = f"{kind} from {factor.low:g} to {factor.high:g}{f' {factor.unit}' if factor.unit else ''}"
    slack = _ROUNDING * max(abs(factor.low), abs(factor.high))

    def read(cell: str) -> Value:
        value = _number(cell, expected)
        if not factor.low - slack <= value <= factor.high + slack or (factor.whole and value != int(value)):
            raise ValueError(expected)
        return int(value) if factor.whole else min(max(value, float(factor.low)), float(factor.high))

    return read


def _one_of_numbers(levels: Sequence[float]) -> _Reader:
    expected = f"one of {', '.join(f'{level:g}' for level in levels)}"

    def read(cell: str) -> Value:
        value = _number(cell, expected)
        near = [level for level in levels if abs(level - value) <= _ROUNDING * abs(level)]
        if not near:
            raise ValueError(expected)
        return near[0]

    return read


def _one_of(levels: Sequence[Value]) -> _Reader:
    written = {str(level).lower() if isinstance(level, bool) else str(level): level for level in levels}
    truth = all(isinstance(level, bool) for level in levels)

    def read(cell: str) -> Value:
        try:
            return written[cell.lower() if truth else cell]
        except KeyError:
            raise ValueError(f"one of {', '.join(written)}") from None

    return read


def _counting(cell: str) -> Value:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 15):
        raise ValueError("a whole number, 0 or above")
    return int(cell)


def _number(cell: str, expected: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(expected) from None
    if not math.isfinite(value) or "_" in cell:
        raise ValueError(expected)
    return value


def _guessed(name: str, cells: pd.Series) -> Factor:
    """A factor that holds what ``cells`` hold; a blank fits none."""
    texts = [str(cell) for cell in cells if cell]
    try:
        numbers = [_number(text, "") for text in texts]
    except ValueError:
        truth = all(text.lower() in _TRUTH for text in texts)
        return Factor(name, levels=(False, True) if truth else tuple(dict.fromkeys(texts)))
    whole = all(number == int(number) for number in numbers)
    return Factor(name, min(numbers, default=0.0), max(numbers, default=1.0), whole=whole)
