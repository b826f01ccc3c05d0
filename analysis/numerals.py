"""Numbers as readers want them: money in thousands and millions, shares in percent, true minus signs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

MINUS = "\u2212"
NO_BREAK = "\u00a0"
DASH = "\u2013"

_MONEY = re.compile(r"^(?P<code>[A-Z]{3}|money|currency)(?P<per>\s*(/|per ).*)?$")
_MINOR = re.compile(r"^(minor units?|cents?)(?P<per>\s*(/|per ).*)?$")
_PERCENT = re.compile(r"^%(?P<per>\s*(/|per |of ).*)?$")
_SHARE = re.compile(r"^(share|fraction|(annual )?probability)(?P<per>\s*(/|per |of ).*)?$")
#: Digits of the smallest number beyond which a narrow interval adds none: no one reads a fifth.
_DIGITS = 4
_STEPS = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


@dataclass(frozen=True)
class Scale:
    """How the numbers of one row, axis or sentence are written: the same for all of them.

    A number x is written as prefix, x · ``factor`` with ``decimals`` places, suffix. ``points`` is
    the suffix of differences where it differs from that of levels (percentage points).
    """

    factor: float = 1.0
    decimals: int = 2
    prefix: str = ""
    suffix: str = ""
    points: str = ""

    def bare(self, value: float, signed: bool = False) -> str:
        """The number alone, without currency or unit."""
        if value is None or math.isnan(value):
            return DASH
        if math.isinf(value):
            return ("+" if value > 0 else MINUS) + "∞"
        text = f"{abs(value * self.factor):,.{self.decimals}f}"
        if not any(c in "123456789" for c in text):
            return text
        return (MINUS if value < 0 else "+" if signed else "") + text

    def level(self, value: float) -> str:
        """A level with its unit: ``EUR 14.90 m``."""
        return self._dress(self.bare(value), self.suffix)

    def difference(self, value: float) -> str:
        """A difference with sign and unit: ``+EUR 1.24 m``, ``−0.8 pp``."""
        return self._dress(self.bare(value, signed=True), self.points or self.suffix)

    def amount(self, value: float) -> str:
        """A level for a narrow column: with currency or percent sign, without a unit in words."""
        symbol = bool(self.prefix) or not any(c.isalpha() for c in self.suffix)
        return self.level(value) if symbol else self.bare(value)

    def interval(self, low: float, high: float) -> str:
        """An interval of differences with its unit: ``+EUR 0.98 m to +EUR 1.50 m``."""
        return f"{self.difference(low)} to {self.difference(high)}"

    def bracket(self, low: float, high: float) -> str:
        """An interval without unit, for tables: ``[+0.98, +1.50]``."""
        return f"[{self.bare(low, signed=True)}, {self.bare(high, signed=True)}]"

    @property
    def axis(self) -> str:
        """The unit for an axis or a column head: ``EUR m``, ``%``."""
        return f"{self.prefix} {self.suffix}".strip()

    @property
    def axis_difference(self) -> str:
        """The unit for an axis of differences: ``EUR m``, ``percentage points``."""
        unit = {"pp": "percentage points"}.get(self.points or self.suffix, self.points or self.suffix)
        return f"{self.prefix} {unit}".strip()

    def _dress(self, number: str, suffix: str) -> str:
        if number == DASH:
            return number
        sign = number[0] if number[0] in "+" + MINUS else ""
        prefix = self.prefix + NO_BREAK if self.prefix else ""
        gap = "" if suffix.startswith("/") else NO_BREAK
        return f"{sign}{prefix}{number[len(sign) :]}" + (gap + suffix if suffix else "")


def scale_of(values: Iterable[float], unit: str, currency: str = "EUR", half_width: float = math.nan) -> Scale:
    """Choose the scale on which ``values`` in ``unit`` are written together.

    Units understood: a currency code, ``money`` or ``currency`` (then ``currency`` names it),
    ``minor units`` or ``cents`` (hundredths of it), ``share`` and ``%`` (written in percent;
    differences in points), anything else as it is. The largest value shows three significant digits; a
    ``half_width`` adds the places needed to read it.
    """
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v)]
    largest, least = max(sizes, default=0.0), min((size for size in sizes if size > 0), default=0.0)
    money, minor, share = _MONEY.match(unit), _MINOR.match(unit), _SHARE.match(unit) or _PERCENT.match(unit)
    if money or minor:
        found = money or minor
        per = (found.group("per") or "") if found else ""
        code = money.group("code") if money else currency
        code = currency if code in ("money", "currency") else code
        cents = 1.0 if money else 0.01
        step, name = next(((s, n) for s, n in _STEPS if largest * cents >= 0.9995 * s), (1.0, ""))
        factor = cents / step
        most = 4 if name else 2
        return Scale(factor, _places(largest, least, factor, half_width, most=most), code, f"{name}{per}", "")
    if share:
        per = share.group("per") or ""
        per = "" if per.strip().startswith("of ") else per
        factor = 1.0 if unit.startswith("%") else 100.0
        return Scale(factor, _places(largest, least, factor, half_width, fewest=1, most=2), "", f"%{per}", f"pp{per}")
    return Scale(1.0, _places(largest, least, 1.0, half_width), "", _plain(unit), "")


def shown_unit(unit: str) -> float:
    """How much of ``unit`` makes one of the unit that readers see: 100 minor units are 1 of the currency, a share of 0.01 is 1 %."""
    return 1.0 / scale_of([1.0], unit).factor


def _plain(unit: str) -> str:
    """A unit as it follows a number; empty for numbers without one."""
    if unit in ("1", "", "-", "none", "ratio", "index", "number", "count") or unit.startswith(("1 = ", "mean ")):
        return ""
    return f"per {unit[2:]}" if unit.startswith("1/") else unit


def inside(label: str) -> str:
    """A label as written inside a sentence: ``Staff turnover`` → ``staff turnover``, ``KPI`` stays."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def tick(value: float, step: float) -> str:
    """A number on an axis whose ticks are ``step`` apart: all ticks get the same number of places."""
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if abs(step * 10**places - round(step * 10**places)) > 1e-6:
        places += 1
    text = f"{abs(value):,.{places}f}"
    return (MINUS if value < 0 and any(c in "123456789" for c in text) else "") + text


def percent(share: float, signed: bool = False, decimals: int = 1) -> str:
    """A share in percent: ``+8.3 %``; more places are spent on shares below half a percent."""
    if math.isnan(share):
        return DASH
    if 0 < abs(share) < 0.005:
        decimals = max(decimals, min(4, 1 - math.floor(math.log10(abs(share) * 100))))
    text = Scale(100.0, decimals).bare(share, signed)
    return f"{text}{NO_BREAK}%"


def probability(p: float) -> str:
    """A probability in percent that never claims certainty: ``> 99.9 %``."""
    if math.isnan(p):
        return DASH
    if p > 0.999:
        return f">{NO_BREAK}99.9{NO_BREAK}%"
    if p < 0.001:
        return f"<{NO_BREAK}0.1{NO_BREAK}%"
    return percent(p, decimals=1 if p > 0.99 or p < 0.01 else 0)


def p_text(p: float) -> str:
    """A p-value: three places, ``< 0.001`` below."""
    if math.isnan(p):
        return DASH
    return f"<{NO_BREAK}0.001" if p < 0.001 else f"{p:.3f}"


def factor_text(vrf: float) -> str:
    """A variance-reduction factor: ``×12``, ``×∞`` when the difference is constant."""
    if math.isnan(vrf):
        return DASH
    if math.isinf(vrf):
        return "×∞"
    return f"×{vrf:,.0f}" if vrf >= 10 else f"×{vrf:.1f}"


def listed(items: list[str]) -> str:
    """Items in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def plural(count: int, noun: str) -> str:
    """``1 pair``, ``20 pairs``."""
    return f"{count:,}{NO_BREAK}{noun}{'' if count == 1 else 's'}"


def _places(largest: float, least: float, factor: float, half_width: float, fewest: int = 0, most: int = 4) -> int:
    """Decimal places: three digits of the largest number, and one (two if it starts with 1) of the half-width."""
    shown = largest * factor
    places = max(fewest, 2 - math.floor(math.log10(shown))) if shown > 0 else fewest
    places = min(places, most)
    fine = half_width * factor
    if math.isfinite(fine) and fine > 0:
        readable = max(places, _DIGITS - 1 - math.floor(math.log10(least * factor))) if least > 0 else 6
        places = max(places, min(6, readable, -math.floor(math.log10(fine / 2))))
    return max(places, 0)


def round_up(count: int) -> int:
    """A count with two significant digits, for "about": 5083 → 5100."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step
