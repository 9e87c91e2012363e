"""Reads numbers that platforms write: as JSON numbers, or as texts (`"90"`, `"82,5"`); nothing that is no finite number."""

import math
import re

# Digits enough for any score. Python itself refuses to read thousands of them, and a float cannot hold them.
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(?:[eE][+-]?\d{1,3})?", re.ASCII)


def number_of(value: object) -> float | None:
    """Give a number, None for anything else: no number at all, infinite, or too large to be reckoned with."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text.replace(",", "."))
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
