"""Currencies as users write them: symbols, words and codes, each with the currencies that it can mean.

Codes are those of ISO 4217. A symbol that several currencies share means what it means in the English locale of the
Unicode CLDR ($ is USD, ¥ is JPY, £ is GBP), or the most used currency where CLDR has none (kr: SEK).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from experiments.intake.tables.values.characters import plain_characters

_ISO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND "
    "VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
CODES = frozenset(_ISO.split())
#: Currencies whose amounts have no decimals.
WITHOUT_CENTS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)

_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN CLP COP ARS BRL"
_SYMBOLS = {
    "$": _DOLLARS, "dollar": _DOLLARS, "dollars": _DOLLARS, "us$": "USD", "$us": "USD", "u$s": "USD", "usd$": "USD",
    "hk$": "HKD", "r$": "BRL", "c$": "CAD", "ca$": "CAD", "can$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD",
    "s$": "SGD", "sg$": "SGD", "nt$": "TWD", "mx$": "MXN", "us dollar": "USD", "us dollars": "USD",
    "€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "₤": "GBP", "pound": "GBP", "pounds": "GBP", "stg": "GBP",
    "¥": "JPY CNY", "円": "JPY", "yen": "JPY", "cn¥": "CNY", "jp¥": "JPY", "元": "CNY", "人民币": "CNY", "rmb": "CNY",
    "yuan": "CNY", "fr": "CHF", "sfr": "CHF", "rs": "INR PKR LKR NPR MUR", "₹": "INR", "rupees": "INR PKR LKR NPR MUR",
    "kr": "SEK NOK DKK ISK", "skr": "SEK", "nkr": "NOK", "dkr": "DKK", "₽": "RUB", "руб": "RUB", "р": "RUB", "₺": "TRY",
    "tl": "TRY", "฿": "THB", "baht": "THB", "₩": "KRW", "원": "KRW", "won": "KRW", "zł": "PLN", "zl": "PLN", "kč": "CZK",
    "kc": "CZK", "ft": "HUF", "lei": "RON MDL", "leu": "RON MDL", "₴": "UAH", "грн": "UAH", "₪": "ILS", "₫": "VND",
    "đ": "VND", "₱": "PHP", "₦": "NGN", "лв": "BGN", "rm": "MYR", "rp": "IDR", "r": "ZAR", "₡": "CRC", "₲": "PYG",
    "₸": "KZT", "₵": "GHS", "₾": "GEL", "₼": "AZN", "din": "RSD", "s/": "PEN",
}  # fmt: skip
#: Symbols and codes that are also words with other meanings: in a header they count only in brackets.
_ALSO_WORDS = frozenset(
    (
        "r", "р", "rs", "rm", "rp", "fr", "ft", "din", "won", "pound", "pounds", "dollar", "lei", "tl", "all", "top",
        "try", "mad", "pen", "bob", "cup", "cop", "sos", "gel", "mop", "bam", "lak", "rub", "kes",
    )
)  # fmt: skip
_BRACKETS = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")
_BETWEEN_WORDS = re.compile(r"[\s_/:,;|\-()\[\]（）【】]+")


@lru_cache(maxsize=4096)
def currencies_of(word: str) -> tuple[str, ...]:
    """Currencies that a symbol, word or code can mean, the most likely first; empty when it is not a currency."""
    form = unicodedata.normalize("NFC", plain_characters(word)).casefold().strip().rstrip(".").strip()
    if form.upper() in CODES:
        return (form.upper(),)
    return tuple(_SYMBOLS[form].split()) if form in _SYMBOLS else ()


@lru_cache(maxsize=4096)
def currencies_in_header(header: str) -> tuple[str, ...]:
    """Currencies that a header names: 'Amount (USD)', 'price_eur', 'Betrag in €'; empty where it names none."""
    text = plain_characters(header)
    bracketed = [word for inner in _BRACKETS.findall(text) for word in (inner, *_BETWEEN_WORDS.split(inner))]
    plain = [word for word in _BETWEEN_WORDS.split(text) if word.casefold() not in _ALSO_WORDS]
    symbols = [char for char in text if unicodedata.category(char) == "Sc"]
    return next((codes for word in (*bracketed, *plain, *symbols) if (codes := currencies_of(word))), ())


@lru_cache(maxsize=4096)
def header_without_unit(header: str) -> str:
    """``header`` without the currency that it names and without anything in brackets: 'Amount (USD)' becomes 'Amount'."""
    words = [word for word in _BETWEEN_WORDS.split(_BRACKETS.sub(" ", plain_characters(header))) if word]
    kept = [word for word in words if word.casefold() in _ALSO_WORDS or not currencies_of(word)]
    if len(kept) < len(words) and kept and kept[-1].casefold() == "in":
        kept.pop()
    return " ".join(kept)
