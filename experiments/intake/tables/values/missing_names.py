"""Words for a missing name: what systems and people write into a name cell when there is no name."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.intake.tables.values.name_matching import normalised
from sim.reading.identity import normal_form

_WORDS = (
    "n/a",
    "na",
    "n.v.",
    "#nv",
    "null",
    "nan",
    "nat",
    "nil",
    "none",
    "blank",
    "empty",
    "leer",
    "missing",
    "undefined",
    "unknown",
    "unknown customer",
    "unassigned",
    "unspecified",
    "not available",
    "not applicable",
    "not assigned",
    "not known",
    "not set",
    "not specified",
    "no customer",
    "no name",
    "no value",
    "anonymous",
    "anonymous customer",
    "guest",
    "walk-in",
    "walk-in customer",
    "cash customer",
    "cash sale",
    "tbd",
    "tba",
    "k. a.",
    "keine",
    "keine angabe",
    "nicht vorhanden",
    "unbekannt",
    "ohne",
    "gast",
    "laufkundschaft",
    "barverkauf",
    "aucun",
    "inconnu",
    "non renseigné",
    "ninguno",
    "desconocido",
    "sin datos",
    "nessuno",
    "sconosciuto",
    "无",
    "無",
    "空",
    "空白",
    "未知",
    "不详",
    "没有",
    "暂无",
    "匿名",
    "散客",
    "なし",
    "不明",
)
_FORMS = frozenset(normalised(word) for word in _WORDS)
#: Error values of spreadsheets.
_ERRORS = frozenset({"#n/a", "#null!", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "\\n"})
#: Numbers that mean a missing name where all other numbers are longer.
_NUMBERS = ("0", "-1")
_LONGER = 3
#: A word for a missing name that can also be a place: Namibia, North America.
_PLACES = frozenset({"na"})


def missing_name_words(
    names: Iterable[str], real: Iterable[str] = (), *, places: bool = False, numbers: bool = True
) -> set[str]:
    """Those of ``names`` that mean a missing name, except the ``real`` ones.

    A name without any letter or digit is missing; with ``numbers``, so is 0 or -1 where other names are long numbers.
    Where ``places`` are named, NA is a place.
    """
    given = [name for name in names if name]
    kept = {normal_form(name) for name in real}
    found = {name for name in given if _is_word(name) and normal_form(name) not in kept}
    if places:
        found = {name for name in found if normalised(name) not in _PLACES}
    lengths = sorted(len(form) for name in given if (form := normal_form(name)).isdecimal())
    if numbers and lengths and 2 * len(lengths) > len(given) and lengths[len(lengths) // 2] >= _LONGER:
        found |= {
            name for name in given if normal_form(name).removesuffix(".0") in _NUMBERS and normal_form(name) not in kept
        }
    return found


def _is_word(name: str) -> bool:
    form = normal_form(name)
    return form in _ERRORS or normalised(form) in _FORMS or not any(char.isalnum() for char in form)
