"""Names of months in common business languages, recognised by their first letters."""

from __future__ import annotations

import unicodedata

#: English, German, French, Spanish, Italian, Portuguese, Dutch.
_NAMES = (
    ("january", "januar", "jänner", "janvier", "enero", "gennaio", "janeiro", "januari"),
    ("february", "februar", "février", "febrero", "febbraio", "fevereiro", "februari"),
    ("march", "märz", "maerz", "mars", "marzo", "março", "maart", "mrt"),
    ("april", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio", "maio", "mei"),
    ("june", "juni", "juin", "junio", "giugno", "junho"),
    ("july", "juli", "juillet", "julio", "luglio", "julho"),
    ("august", "août", "agosto", "augustus"),
    ("september", "septembre", "septiembre", "setiembre", "settembre", "setembro"),
    ("october", "oktober", "octobre", "octubre", "ottobre", "outubro"),
    ("november", "novembre", "noviembre", "novembro"),
    ("december", "dezember", "décembre", "diciembre", "dicembre", "dezembro"),
)
_LEAST_LETTERS = 3


def _bare(word: str) -> str:
    """``word`` without case, accents and the dot of an abbreviation."""
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char)).rstrip(".")


_FORMS = tuple((number, _bare(name)) for number, names in enumerate(_NAMES, 1) for name in names)


def month_of(word: str) -> int:
    """Number of the month that ``word`` means (a name or at least its first three letters); 0 when it is none, or ambiguous."""
    bare = _bare(word)
    if len(bare) < _LEAST_LETTERS:
        return 0
    found = {number for number, name in _FORMS if name.startswith(bare)}
    return found.pop() if len(found) == 1 else 0
