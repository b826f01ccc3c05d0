"""Names as users write them: what counts as the same name, and which valid name a misspelled one means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from sim.reading.identity import written_form

#: Similarity from which a misspelled name is matched to a valid one, and the lead it needs over the second best.
SIMILAR_ENOUGH = 0.85
CLEAR_LEAD = 0.05

_NOT_WORD = re.compile(r"[\W_]+", re.UNICODE)


@dataclass(frozen=True)
class Match:
    """A valid name found for a written one, and how: exact, alias, spacing or similar."""

    name: str
    how: str


@lru_cache(maxsize=65536)
def normalised(name: str) -> str:
    """The normal form of ``name`` without spaces and punctuation: 'GTX Pro' and 'ＧＴＸ-pro' become 'gtxpro'."""
    return _NOT_WORD.sub("", written_form(name))


def match_names(
    written: Iterable[str], valid: Sequence[str], aliases: Mapping[str, str] | None = None
) -> dict[str, Match | None]:
    """For each different written name the valid one it means, or None.

    A name that differs only in spacing or case is the same name. A similar name counts only when its digits agree
    (GTK 500 is not GTK 600) and no second valid name comes close.
    """
    aliases = aliases or {}
    exact = set(valid)
    by_form: dict[str, set[str]] = {}
    for name in valid:
        by_form.setdefault(normalised(name), set()).add(name)
    return {w: _match(w, valid, exact, by_form, aliases) for w in dict.fromkeys(written)}


def _match(
    written: str, valid: Sequence[str], exact: set[str], by_form: Mapping[str, set[str]], aliases: Mapping[str, str]
) -> Match | None:
    if written in aliases:
        return Match(aliases[written], "alias") if aliases[written] in exact else None
    if written in exact:
        return Match(written, "exact")
    form = normalised(written)
    same = by_form.get(form, set())
    if len(same) == 1:
        return Match(next(iter(same)), "spacing")
    ranked = sorted(((similarity(form, normalised(v)), v) for v in valid), reverse=True)
    if not ranked or ranked[0][0] < SIMILAR_ENOUGH:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < CLEAR_LEAD:
        return None
    return Match(ranked[0][1], "similar")


def similarity(a: str, b: str) -> float:
    """Similarity of two normalised names, 0..1; 0 when their digits differ."""
    if re.sub(r"\D", "", a) != re.sub(r"\D", "", b):
        return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def nearest(written: str, valid: Sequence[str]) -> str | None:
    """The most similar valid name for a message ('did you mean …?'), or None when nothing is close."""
    form = normalised(written)
    best = max(valid, key=lambda v: SequenceMatcher(None, form, normalised(v)).ratio(), default=None)
    if best is None or SequenceMatcher(None, form, normalised(best)).ratio() < 0.6:
        return None
    return best
