"""Finding texts by words as people type them: capitals, accents and the two ways to write an umlaut make no difference."""

import unicodedata

_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def folded(text: str) -> str:
    """Give a text as it is searched in: „Müll“ becomes „mull muell“."""
    small = unicodedata.normalize("NFC", text).casefold()
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign))
    spelt = small.translate(_SPELT)
    return plain if spelt == plain else f"{plain}\n{spelt}"


def is_found(query: str, haystack: str) -> bool:
    """Whether every word of a query occurs in a folded text; an empty query is found everywhere."""
    return all(any(form in haystack for form in folded(word).split("\n")) for word in query.split())
