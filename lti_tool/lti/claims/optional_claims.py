"""Reads claims that a launch can do without: the usable value comes out, anything else counts as absent.

The names of those that were there and could not be used are kept: for the log (once per registration), and for the
connection check. An empty text, list or object says nothing (PHP makes `[]` of an empty map), so it is just absent.
What identifies or protects somebody is read by `json_shapes.py`, which refuses.
"""

from functools import lru_cache
from typing import Final

from lti_tool.lti.json_shapes import LONGEST_URL, JsonObject, can_be_sent, entries_of, origin_of, text_of
from lti_tool.lti.ports import Registration
from lti_tool.lti.service_hosts import with_registered_scheme

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


class OptionalClaims:
    """The optional members of one object: of the token, or of a claim in it."""

    __slots__ = ("_place", "_registration", "source", "unusable")

    def __init__(
        self, source: JsonObject, registration: Registration, place: str = "", unusable: list[str] | None = None
    ) -> None:
        self.source = source
        self._registration = registration
        self._place = place
        self.unusable: list[str] = [] if unusable is None else unusable
        """Names such as `context.title`, in our own words; an object and its members share one list."""

    def inside(self, name: str) -> "OptionalClaims":
        """Give the members of an object; of none, where it is absent."""
        value = self.source.get(name)
        if not isinstance(value, dict):
            self.note(name, value)
            value = {}
        return OptionalClaims(value, self._registration, f"{self._place}{_short(name)}.", self.unusable)

    def text(self, name: str, *, longest: int = 255) -> str | None:
        """Read a text to show, cut where it is too long; a number is shown as a text."""
        value = self.source.get(name)
        if value is None:
            return None
        text = text_of(value)
        if text is None:
            self.note(name, value)
            return None
        return text[:longest].strip() or None

    def identifier(self, name: str, *, longest: int) -> str | None:
        """Read an id, whole or not at all: cut it would be somebody else's."""
        value = self.source.get(name)
        text = text_of(value)
        if text and len(text) <= longest:
            return text
        self.note(name, value)
        return None

    def unchanged(self, name: str) -> object:
        """Read what goes back to the platform as it came, whatever it is."""
        value = self.source.get(name)
        if can_be_sent(value):
            return value
        self.note(name, value)
        return None

    def texts(self, name: str, *, between: str = ",") -> tuple[str, ...]:
        """Read a list of texts; what is no text in it is left out.

        Args:
            between: what else may stand between several in one text, besides commas.
        """
        value = self.source.get(name)
        if value is None:
            return ()
        entries = entries_of(value.replace(between, ",") if isinstance(value, str) else value)
        if entries is None:
            self.note(name, value)
            return ()
        found = [text_of(entry) for entry in entries if entry is not None]
        if None in found:
            self.note(name, value)
        return tuple([stripped for text in found if text and (stripped := text.strip())])

    def url(self, name: str) -> str | None:
        """Read a web address (Moodle sends `"lineitem": ""` where there is none)."""
        value = self.source.get(name)
        if value is None or value == "":
            return None
        # With room for the `s` of https.
        if isinstance(value, str) and len(value) < LONGEST_URL:
            url = value.strip()
            if origin_of(url) is not None:
                return url if url.startswith("https:") else with_registered_scheme(self._registration, url)
        self.note(name, value)
        return None

    def flag(self, name: str) -> bool | None:
        """Read what is true or false, also where it was spelled as a text or a number."""
        value = self.source.get(name)
        if value is None or isinstance(value, bool):
            return value
        text = text_of(value)
        found = None if text is None else _FLAGS.get(text.strip().lower())
        if found is None:
            self.note(name, value)
        return found

    def note(self, name: str, value: object) -> None:
        """Keep the name of something that could not be used, unless it says nothing."""
        if value is None or (isinstance(value, str | list | dict) and not value):
            return
        self.unusable.append(self._place + _short(name))


# The names that we ask for, and no others.
@lru_cache(maxsize=128)
def _short(name: str) -> str:
    return name.rpartition("/")[2]
