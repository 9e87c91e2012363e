"""The texts of the interface in other languages than German. Knows no Flask: commands use it too.

German is the source: a text's msgid is the German text itself. English comes from en.po, read once at start with Babel, so that
no compiled catalogue can be forgotten.
"""

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("de", "en")
_FOLDER = Path(__file__).parent


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return a language's texts by the German ones; empty for a language that we do not have."""
    path = _FOLDER / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string and not message.fuzzy}


def in_english(text: str, **values: Any) -> str:
    """Give a text in English, whatever a request wants: for the command line."""
    translated = catalogue("en").get(text, text)
    return translated % values if values else translated
