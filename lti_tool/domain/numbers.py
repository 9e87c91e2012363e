"""Reads numbers as people in German offices type them: comma or point, thousands separators, unit, minus sign."""

import re
from decimal import Decimal

_LONGEST = 40
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_THOUSANDS = {
    separator: re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+") for separator in (",", ".", "'", "\u2019", " ")
}
_PLAIN = re.compile(r"[+-]?\d+")


def readings(text: str, *, unit: str = "") -> tuple[Decimal, ...]:
    """Give every value that `text` can mean; nothing if it is no number.

    `1.234` may be one thousand and something or one and something: whoever types it meant one of the two, so both are
    given and the marking accepts either.
    """
    cleaned = _without_unit(_SPACES.sub(" ", text).strip().replace("\u2212", "-").replace("\u2013", "-"), unit)
    if not cleaned or len(cleaned) > _LONGEST:
        return ()
    found = dict.fromkeys(
        value for value in (_whole(cleaned), _with_fraction(cleaned, ","), _with_fraction(cleaned, ".")) if value
    )
    return tuple(Decimal(value) for value in found)


def _without_unit(text: str, unit: str) -> str:
    for suffix in (unit, "%", "€", "Euro", "Prozent"):
        if suffix and text.casefold().endswith(suffix.casefold()):
            return text[: -len(suffix)].rstrip()
    return text


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
    if not sign or not re.fullmatch(r"\d+", after):
        return None
    if before in ("", "+", "-"):
        before += "0"
    whole = None if decimal_sign in before else _whole(before)
    return f"{whole}.{after}" if whole is not None else None
