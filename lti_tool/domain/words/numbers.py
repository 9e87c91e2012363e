"""Reads numbers as German offices type them: comma or point, thousands separators, unit, currency, about, any minus sign."""

import re
from decimal import Decimal
from functools import lru_cache

from lti_tool.domain.words.typed_text import clean_line

_LONGEST = 50
# Every dash and minus, whatever keyboard or program put it there; apostrophes between thousands; full-width signs.
_SIGNS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u2019\u2018\u02bc\u02b9\u2032\u00b4`\uff07", "'")
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
    | {"\uff0c": ",", "\uff0e": ".", "\uff0b": "+", "\uff05": "%"}
)
_THOUSANDS = {separator: re.compile(rf"[+-]?[0-9]{{1,3}}(?:{re.escape(separator)}[0-9]{{3}})+") for separator in ",.' "}
_PLAIN = re.compile(r"[+-]?[0-9]+")

_NO_LETTER = r"(?![^\W\d])"
# What stands before a number: that it is about so much, or which money.
_BEFORE = (
    rf"(?:(?:(?:ca|circa|zirka|etwa|rund|rd|ungefähr|ungef|insgesamt|about|approx|eur|euro){_NO_LETTER}\.?|[€=≈~:„“”\"»«])\s*)*"
)
_NUMBER = r"[.,]?[0-9](?:[0-9.,' ]*[0-9])?"
# 1.200,- and 1.200,-- and 1.200.-; also the full stop of a sentence.
_END = r"(?:[.,](?:\s*[-=]{1,3})?)?"
_MONEY = "€|euros?|eur"
_UNITS = (
    rf"%|prozent|percent|v\.\s?h|{_MONEY}|stunden?|stdn|std|hours?|h|minuten?|minutes?|min|sekunden?|sek|tagen?|days?|wochen?"
    r"|monaten?|jahren?|punkten?|pkt|points?|personen|stück|stk"
)
_TIMES = {
    "tsd": Decimal(10**3),
    "tausend": Decimal(10**3),
    "t": Decimal(10**3),
    "k": Decimal(10**3),
    "mio": Decimal(10**6),
    "million": Decimal(10**6),
    "millionen": Decimal(10**6),
    "mrd": Decimal(10**9),
    "milliarde": Decimal(10**9),
    "milliarden": Decimal(10**9),
}
_TIMES_WORDS = rf"tsd|tausend|millionen|million|milliarden|milliarde|mio|mrd|[tk](?=\s?(?:{_MONEY}))"
_PER = r"(?:\s*(?:/|pro\b|je\b|per\b|im\b|am\b|in der\b)\s*[^\W\d]+\.?)?"


def readings(text: str, *, unit: str = "") -> tuple[Decimal, ...]:
    """Give every value that `text` can mean; nothing if it is no number.

    `1.234` may be one thousand and something or one and something: whoever types it meant one of the two, so both are
    given and the marking accepts either.
    """
    cleaned = clean_line(text).translate(_SIGNS)
    if len(cleaned) > _LONGEST:
        return ()
    found = _typed(unit).fullmatch(cleaned)
    if found is None:
        return ()
    number = (found["sign"] or "") + found["number"]
    times = _TIMES[found["times"].lower()] if found["times"] else Decimal(1)
    values = (_whole(number), _with_fraction(number, ","), _with_fraction(number, "."))
    return tuple(Decimal(value) * times for value in dict.fromkeys(value for value in values if value))


@lru_cache(maxsize=64)
def _typed(unit: str) -> re.Pattern[str]:
    """Give the pattern of a number with what people write around it, the unit that was asked for included."""
    own = f"{re.escape(clean_line(unit).translate(_SIGNS))}|" if unit else ""
    return re.compile(
        rf"{_BEFORE}(?P<sign>[+-])?\s*{_BEFORE}(?P<number>{_NUMBER})\s*{_END}\s*"
        rf"(?:(?P<times>{_TIMES_WORDS})\.?)?\s*(?:{own}{_UNITS})?{_PER}\s*[.,„“”\"»«]*",
        re.IGNORECASE,
    )


def _whole(text: str) -> str | None:
    """Read an integer, with or without thousands separators."""
    if _PLAIN.fullmatch(text):
        return text
    for separator, pattern in _THOUSANDS.items():
        # "0.125" is a fraction: no group of thousands begins with a zero.
        if pattern.fullmatch(text) and not text.lstrip("+-").startswith("0"):
            return text.replace(separator, "")
    return None


def _with_fraction(text: str, decimal_sign: str) -> str | None:
    """Read a number whose decimal sign is `decimal_sign`."""
    before, sign, after = text.rpartition(decimal_sign)
    if not sign or not re.fullmatch(r"[0-9]+", after):
        return None
    if before in ("", "+", "-"):
        before += "0"
    whole = None if decimal_sign in before else _whole(before)
    return f"{whole}.{after}" if whole is not None else None
