"""What every kind of document has to say: what it is about, when it is due, its facts, its words, its achievement."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from lti_tool.certificates.kinds.done import Done
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.documents.certificate import CertifiedModule, DocumentKind, Facts
from lti_tool.domain.documents.letterhead import Letterhead


@dataclass(frozen=True)
class Scope:
    """What one document is about: modules of a programme."""

    programme: Programme
    modules: tuple[Module, ...]

    @property
    def module(self) -> Module:
        """The module, where the document is about one."""
        return self.modules[0]


@dataclass(frozen=True)
class StillMissing:
    """What is missing next for a document that is asked for: a sentence for its person, marked for translation."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


class KindOfDocument(ABC):
    """One kind, whole. Nothing else branches on kinds: typesetting, badges, verification and pages ask it."""

    kind: ClassVar[DocumentKind]
    label: ClassVar[str]
    """Its name on our pages, marked for translation."""
    names: ClassVar[Mapping[str, str]]
    """Its heading by language, where the issuer has no word of their own for it."""
    columns: ClassVar[Mapping[str, list[str]]]
    """The heads of the table of modules, by language."""
    achievement_type: ClassVar[str]
    """A term of Open Badges 3.0, section B.1.1 (AchievementType)."""

    # What it is about

    @abstractmethod
    def scopes(self, programme: Programme) -> tuple[Scope, ...]:
        """List what there may be a document of this kind about."""

    @abstractmethod
    def subject(self, scope: Scope) -> str:
        """Return the key under which the register keeps it, among all kinds of the same programme."""

    @abstractmethod
    def file_name(self, programme_slug: str, subject: str) -> str:
        """Return the name of the downloaded file, without its ending."""

    # When it is due

    @abstractmethod
    def is_due(self, scope: Scope, done: Done) -> bool:
        """Whether a person has done everything that it certifies."""

    def is_outdated(self, facts: Facts, scope: Scope, done: Done) -> bool:
        """Whether a valid document should be issued anew when its person asks, because it could say more by now."""
        return False

    # What it says

    @abstractmethod
    def add_facts(self, begun: Facts, scope: Scope, done: Done, head: Letterhead) -> Facts:
        """Return the facts, begun with person, day and issuer, with everything that is said of the learning."""

    @abstractmethod
    def about(self, facts: Facts) -> str:
        """Name what was achieved: the programme, or the module."""

    @abstractmethod
    def statement(self, facts: Facts) -> str:
        """Write the sentence that follows the name, in the document's language."""

    # What it achieves, for programs

    @abstractmethod
    def achievement_name(self, facts: Facts) -> str:
        """Return the last part of the address under which the achievement is described."""

    @abstractmethod
    def criteria(self, facts: Facts) -> str:
        """Say in German what the achievement asks for."""

    @abstractmethod
    def is_proven(self, facts: Facts) -> bool:
        """Whether the Lernerfolgskontrolle of every module was passed."""

    def parts(self, facts: Facts) -> tuple[CertifiedModule, ...]:
        """List the modules that are achievements of their own inside this one."""
        return ()


class KindAskedFor(KindOfDocument):
    """A kind that its person asks for, module by module; it is listed under „Meine Nachweise“ with what is still missing."""

    heading: ClassVar[str]
    explanation: ClassVar[str]
    """What stands above the list, both marked for translation."""
    explanation_of_test: ClassVar[str] = ""
    """What is said besides where the programme examines anybody."""

    @abstractmethod
    def missing(self, scope: Scope, done: Done) -> StillMissing | None:
        """Say what is missing next; None: it is due."""

    def is_due(self, scope: Scope, done: Done) -> bool:
        return self.missing(scope, done) is None


@dataclass(frozen=True)
class AskedDocument:
    """What a person may ask for: a kind, and the module that it is about."""

    kind: KindAskedFor
    scope: Scope
