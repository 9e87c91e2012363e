"""What a form changed: every page says what it showed, so that people who edit at the same time never undo each other's work.

A value is kept as it is stored where it was not changed on this page, and written where nobody else has changed it meanwhile.
Where both have, and differently, nothing is overwritten: both values are shown, and the person decides.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lti_tool.errors import Conflict
from lti_tool.messages import N_

# 48 bits: that a change stays unnoticed by chance happens once in some hundred thousand billion.
_DIGEST_LENGTH = 12


def digest(value: str) -> str:
    """Return what a page carries of a value that it shows, instead of the value."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True)
class Shown:
    """What a page showed, as digests by field."""

    digests: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Shown":
        return cls({name: digest(value) for name, value in values.items()})

    @classmethod
    def read(cls, text: str) -> "Shown":
        """Read what `as_text` wrote; what a browser made of it otherwise tells nothing."""
        pairs = (word.rpartition("=") for word in text.split())
        return cls({name: value for name, _, value in pairs if name and len(value) == _DIGEST_LENGTH})

    @property
    def as_text(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.digests.items())

    def replaced(self, values: Mapping[str, str]) -> "Shown":
        """Return the same with other values for some fields: those that the person has now been shown."""
        return Shown({**self.digests, **Shown.of(values).digests})

    def is_still(self, name: str, value: str) -> bool:
        """Whether a field was shown with this value; what the page says nothing of was shown as it is."""
        return self.digests.get(name, digest(value)) == digest(value)


NOTHING_SHOWN = Shown({})
"""Of a form that says nothing: what is typed there is meant."""


@dataclass(frozen=True)
class Clash:
    """Changed here and, differently, elsewhere."""

    mine: str
    theirs: str


@dataclass(frozen=True)
class Merged:
    """What a form comes to."""

    values: Mapping[str, str]
    """What is to be stored; of fields in conflict, what is stored."""
    changed: frozenset[str]
    """The fields to write."""
    clashes: Mapping[str, Clash]


def merge(shown: Shown, typed: Mapping[str, str], stored: Mapping[str, str]) -> Merged:
    """Bring together what a page showed, what was typed there and what is stored now."""
    values, clashes = dict(stored), {}
    for name, mine in typed.items():
        theirs = stored.get(name, "")
        is_mine = name not in shown.digests or not shown.is_still(name, mine)
        if mine == theirs or not is_mine:
            continue
        if shown.is_still(name, theirs):
            values[name] = mine
        else:
            clashes[name] = Clash(mine, theirs)
    changed = frozenset(name for name, value in values.items() if value != stored.get(name, ""))
    return Merged(values, changed, clashes)


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the same values since the page was opened; nothing of the form was stored."""

    code = "changed_meanwhile"

    def __init__(self, clashes: Mapping[str, Clash], *, by: str | None = None, at: datetime | None = None) -> None:
        super().__init__(
            N_("Inzwischen hat jemand dasselbe anders geändert. Es ist noch nichts überschrieben."),
            next_step=N_("Sie sehen beide Angaben. Entscheiden Sie, welche gelten soll, und speichern Sie noch einmal."),
        )
        self.clashes = clashes
        self.by = by
        self.at = at

    @property
    def theirs(self) -> dict[str, str]:
        """What is stored of the fields in conflict: what the person sees now."""
        return {name: clash.theirs for name, clash in self.clashes.items()}
