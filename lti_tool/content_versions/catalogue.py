"""The programmes that an installation serves, each in its newest version; read when somebody first needs one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

from lti_tool.content_versions.archive import fingerprint
from lti_tool.content_versions.heads import ProgrammeHead, head_of
from lti_tool.content_versions.kept_readings import KeptReadings
from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.programme.reader import read_programme


@dataclass
class ServedProgramme:
    """One programme of this installation."""

    head: ProgrammeHead
    sha256: str
    """Of its files; empty: it has none (tests)."""
    folder: Path
    load: Callable[[], Programme]
    _programme: Programme | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def programme(self) -> Programme:
        """Return it read: 20 ms the first time in a process."""
        if self._programme is None:
            # Of several threads that want it one reads it.
            with self._lock:
                if self._programme is None:
                    self._programme = self.load()
        return self._programme


@dataclass(frozen=True)
class LeftOut:
    """A folder that is not served, and why."""

    folder: Path
    reason: str


@dataclass(frozen=True)
class Catalogue:
    """What is served, in the order of its folders."""

    served: tuple[ServedProgramme, ...]
    left_out: tuple[LeftOut, ...] = ()
    only_for: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Slugs of programmes that are offered to certain registrations alone, with the ids of those."""
    switched_off: frozenset[str] = frozenset()
    """Slugs of programmes that are there and switched off."""
    other_titles: Mapping[str, str] = field(default_factory=dict)
    """Short titles of modules by slug, of programmes that are switched off: courses go on with them."""

    @classmethod
    def of(cls, *programmes: Programme) -> "Catalogue":
        """Return a catalogue of programmes that are read already."""
        return cls(tuple(_as_read(programme) for programme in programmes))

    def find(self, slug: str) -> ServedProgramme | None:
        """Return a programme by its slug; None: it is not served."""
        return self._by_slug.get(slug)

    def newest_pin(self, slug: str) -> Pin | None:
        """Name a programme in the version that new courses learn with."""
        found = self.find(slug)
        return found.head.pin if found else None

    def offered_to(self, registration_id: int | None) -> tuple[ServedProgramme, ...]:
        """List what new courses of a registration may choose among."""
        return tuple(each for each in self.served if self.is_offered(each, registration_id))

    def is_offered(self, served: ServedProgramme, registration_id: int | None) -> bool:
        """Whether a registration's new courses may learn with it."""
        limited = self.only_for.get(served.head.slug)
        return limited is None or registration_id in limited

    def with_module(self, module_slug: str) -> ServedProgramme | None:
        """Return the programme that teaches a module in its newest version."""
        return self._by_module.get(module_slug)

    def title_of_module(self, module_slug: str) -> str:
        """Return a module's short title; its slug where nobody here knows it."""
        served = self.with_module(module_slug)
        module = served.head.find_module(module_slug) if served else None
        return module.short_title if module else self.other_titles.get(module_slug, module_slug)

    @cached_property
    def _by_slug(self) -> dict[str, ServedProgramme]:
        return {each.head.slug: each for each in self.served}

    @cached_property
    def _by_module(self) -> dict[str, ServedProgramme]:
        return {module.slug: each for each in self.served for module in each.head.modules}


# Of this process, by what was read: commands and tests wire the tool more than once.
_READ: dict[str, Programme] = {}


def open_programme(folder: Path, readings: KeptReadings) -> ServedProgramme:
    """Look at a folder; its files are read anew only where nobody has done so since they changed.

    Raises:
        ProgrammeError: they have errors.
    """
    sha256 = fingerprint(folder)

    def read() -> Programme:
        if sha256 not in _READ:
            _READ[sha256] = read_programme(folder)
        return _READ[sha256]

    def load() -> Programme:
        if sha256 not in _READ:
            _READ[sha256] = readings.programme(sha256, read)
        return _READ[sha256]

    head = head_of(_READ[sha256]) if sha256 in _READ else readings.head(sha256, read)
    return ServedProgramme(head, sha256, folder, load)


def _as_read(programme: Programme) -> ServedProgramme:
    return ServedProgramme(head_of(programme), "", Path(), lambda: programme, programme)
