"""Which signs the documents' fonts have: asked before something is stored that could never be printed.

Both weights have the same signs, which a test holds.
"""

import unicodedata
from typing import Final

from lti_tool.typesetting.letters import NOTO_SANS, signs_of

REGULAR: Final = NOTO_SANS / "NotoSans-Regular.ttf"


def missing_sign(text: str) -> str | None:
    """Give the first sign of a text that the fonts lack; None: all of it can be printed."""
    signs = signs_of(REGULAR)
    return next((sign for sign in unicodedata.normalize("NFC", text) if ord(sign) not in signs and sign != "\n"), None)


def keep_printable(text: str) -> str:
    """Give a text without the signs that the fonts lack (pictures in a course's title), for lines that are not a name."""
    signs = signs_of(REGULAR)
    return " ".join("".join(sign for sign in unicodedata.normalize("NFC", text) if ord(sign) in signs).split())
