"""The mapping file: the user says what headers and stage words mean and what happens to unusable rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from experiments.intake.tables.schema.table_kind import Kind
from experiments.intake.tables.values.currency_symbols import CODES
from experiments.intake.tables.values.date_order import ORDERS
from experiments.intake.tables.values.name_matching import nearest
from sim.errors import InputError, InputErrors
from sim.reading.complaints import show
from sim.reading.files import is_file, is_folder, is_missing
from sim.reading.toml_text import read_document

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TableMapping(_Strict):
    """Headers of one kind of table: field → header, and the file's name when several files look alike."""

    file: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)


class Stages(_Strict):
    """Words of the stage column; a word in neither list means the deal is open."""

    won: list[str] = Field(default_factory=list)
    lost: list[str] = Field(default_factory=list)
    open: list[str] = Field(default_factory=list)


class Rules(_Strict):
    """What to do where data cannot be used as they are.

    ``unusable_rows``: refuse the import and list them, or set them aside and count them: a few scattered ones only, or
    any number. ``leading_zeros``: whether 007 and 7 are the same where one column holds both. ``strong_ties``: whether a
    tie is strong when either of its rows says so, or only when both do. ``real_names``: words such as NA that are real
    names here. ``date_order`` and ``number_style``: how to read what no cell proves. ``fill_down``: fields that are
    filled in only in the first row of a group.
    """

    unusable_rows: Literal["refuse", "set_aside", "set_aside_even_if_systematic"] = "refuse"
    leading_zeros: Literal["same", "differ"] | None = None
    strong_ties: Literal["either", "both"] | None = None
    real_names: list[str] = Field(default_factory=list)
    date_order: Literal["month_first", "day_first", "year_first"] | None = None
    day_numbers: Literal["since_1900", "since_1904"] = "since_1900"
    number_style: Literal["decimal_point", "decimal_comma"] | None = None
    fill_down: list[str] = Field(default_factory=list)


class CurrencyRules(_Strict):
    """Rates that convert amounts: ``rates`` give the value of one unit of each currency in ``into``."""

    into: str
    rates: dict[str, Annotated[float, Field(gt=0.0, allow_inf_nan=False)]] = Field(default_factory=dict)

    @field_validator("into")
    @classmethod
    def _known(cls, code: str) -> str:
        return _currency_code(code)

    @field_validator("rates")
    @classmethod
    def _all_known(cls, rates: dict[str, float]) -> dict[str, float]:
        return {_currency_code(code): rate for code, rate in rates.items()}


def _currency_code(code: str) -> str:
    if code not in CODES:
        raise ValueError(f"a currency code such as EUR, not '{code}'")
    return code


class InvoiceRules(_Strict):
    """What invoice lines do not say but the user may know.

    ``own_share``: share of customers' purchase occasions that end in one of these invoices. ``no_customer``: lines without
    a customer are set aside, or raise the rates of all customers in proportion. ``not_goods``, ``goods``: codes of services
    and charges, and codes of goods that look like charges. ``price_bands``: number of categories into which products are
    divided where no column groups them.
    """

    own_share: float = Field(default=0.3, ge=0.05, le=0.95)
    no_customer: Literal["set_aside", "spread"] = "set_aside"
    not_goods: list[str] = Field(default_factory=list)
    goods: list[str] = Field(default_factory=list)
    price_bands: int = Field(default=4, ge=1, le=8)


class MappingFile(_Strict):
    """Contents of a mapping file. ``names`` says what a written name means: product, agent, account, customer or sector.

    ``transactions`` applies to invoice lines only.
    """

    tables: dict[str, TableMapping] = Field(default_factory=dict)
    stages: Stages = Field(default_factory=Stages)
    rules: Rules = Field(default_factory=Rules)
    names: dict[str, dict[str, str]] = Field(default_factory=dict)
    transactions: InvoiceRules | None = None
    currency: CurrencyRules | None = None


NAMED_FIELDS = ("product", "agent", "account", "sector", "customer")


def load_mapping(path: Path | None, kinds: tuple[Kind, ...]) -> MappingFile:
    """Read and check a mapping file; an empty mapping for None. Raises InputErrors with every error in it."""
    if path is None:
        return MappingFile()
    if is_missing(path) or is_folder(path):
        problem = "is a folder" if is_folder(path) else "no such mapping file"
        raise InputErrors([_error(str(path), problem, "a TOML file", "check the name and the folder")])
    try:
        raw = read_document(path).content
    except InputErrors as error:
        if is_file(path) and not path.stat().st_size:
            return MappingFile()
        raise error from None
    try:
        mapping = MappingFile.model_validate(raw)
    except ValidationError as error:
        raise InputErrors([_of_pydantic(path, e) for e in error.errors()]) from None
    errors = _unknown_names(path, mapping, kinds)
    if errors:
        raise InputErrors(errors)
    return mapping


def _of_pydantic(path: Path, error: ErrorDetails) -> InputError:
    """One validation error as place, finding, expectation and remedy."""
    where, remedy = error["loc"], "start from the mapping.toml of an earlier import"
    place = f"{path.name}: {'.'.join(str(w) for w in where)}"
    if error["type"] == "extra_forbidden":
        return _unknown(place, str(where[-1]), _valid_keys(where), "key of a mapping file")
    expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    if where[-1] == "date_order":
        expected = " or ".join(ORDERS)
    elif where[-1] == "own_share":
        expected = "a share from 0.05 to 0.95, such as 0.3 for 30 %"
    return _error(place, f"found {show(error['input'])}", expected, remedy)


def _valid_keys(where: tuple[int | str, ...]) -> list[str]:
    """Keys that are valid where an unknown one was found."""
    if len(where) > 2:  # below [tables.…]
        return list(TableMapping.model_fields)
    sections: dict[str, type[_Strict]] = {
        "stages": Stages,
        "rules": Rules,
        "transactions": InvoiceRules,
        "currency": CurrencyRules,
    }
    return list((sections[str(where[0])] if len(where) > 1 else MappingFile).model_fields)


def _unknown_names(path: Path, mapping: MappingFile, kinds: tuple[Kind, ...]) -> list[InputError]:
    known: Mapping[str, Kind] = {k.name: k for k in kinds}
    errors = []
    for table, given in mapping.tables.items():
        if table not in known:
            errors.append(_unknown(f"{path.name}: tables.{table}", table, list(known), "kind of table"))
            continue
        fields = [f.name for f in known[table].fields]
        errors += [
            _unknown(f"{path.name}: tables.{table}.columns.{c}", c, fields, "field")
            for c in given.columns
            if c not in fields
        ]
    errors += [
        _unknown(f"{path.name}: names.{n}", n, list(NAMED_FIELDS), "field of names")
        for n in mapping.names
        if n not in NAMED_FIELDS
    ]
    return errors


def _unknown(place: str, word: str, valid: list[str], what: str) -> InputError:
    near = nearest(word, valid)
    remedy = f"did you mean '{near}'?" if near else "rename or remove it"
    return _error(place, f"'{word}' is not a {what}", "one of " + ", ".join(valid), remedy)


def _error(place: str, problem: str, expected: str, remedy: str) -> InputError:
    return InputError(place=place, problem=problem, expected=expected, remedy=remedy)
