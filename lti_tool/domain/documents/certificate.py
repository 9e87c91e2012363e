"""Rules of the certificate: what it says and who gets it. The name on it: printed_name.py; its code: check_code.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.documents.letterhead import Letterhead, Signatory, add_months

# The programme is German: a certificate bears the date of this zone, wherever the server stands.
ZONE = ZoneInfo("Europe/Berlin")
_RENEWAL_MONTHS = 3
WHOLE_PROGRAMME: Final = "programme"
"""What the register calls the subject of the certificate; other kinds have names of modules in theirs."""


@dataclass(frozen=True)
class Issuer:
    """Who issues, and the address under which anyone verifies (`…/verify`, without slash at the end)."""

    name: str
    url: str
    verify_url: str
    modules_count_months: int = 24
    """How long a completed module counts towards the certificate (curriculum, section 6); 0: for ever."""
    letterhead: Letterhead = field(default_factory=Letterhead)
    """The installation's; a registration may lay its own over it."""


class DocumentKind(StrEnum):
    """The two documents (curriculum, section 6)."""

    CERTIFICATE = "certificate"
    PARTICIPATION = "participation"
    """Teilnahmebescheinigung: one module's lessons, and its live part where there is one."""


@dataclass(frozen=True)
class CertifiedModule:
    """One module as the certificate prints it; `version` is the programme's when the module was completed."""

    number: int
    title: str
    version: str
    completed_on: date


@dataclass(frozen=True)
class Facts:
    """Everything that a certificate prints, as it was at issue. Stored once and never derived again."""

    name: str
    programme_title: str
    modules: tuple[CertifiedModule, ...]
    hours: float
    issuer_name: str
    issuer_url: str
    issued_on: date
    check_code: str
    """Normalised; printed in groups."""
    verify_url: str
    """Full address of this certificate's verification page, as the QR code holds it."""
    language: str = "de"
    kind: DocumentKind = DocumentKind.CERTIFICATE
    title: str = ""
    """The issuer's own word for the document; empty: Zertifikat, Teilnahmebescheinigung."""
    topics: tuple[str, ...] = ()
    """Of a Teilnahmebescheinigung: what the module was about."""
    began_on: date | None = None
    is_passed: bool = False
    """Of a Teilnahmebescheinigung: with the Lernerfolgskontrolle passed."""
    is_tested: bool = True
    """Of a certificate: the Lernerfolgskontrolle of every module is passed; False: the course asked for none."""
    draft_title: str = ""
    """Of a certificate: the title that the person gave their own strategy draft."""
    course: str = ""
    programme_slug: str = ""
    """Under which its achievement is described; empty: issued when an installation had one programme only."""
    valid_until: date | None = None
    """The last day on which it is valid; None: it does not expire."""
    signatories: tuple[Signatory, ...] = ()
    note: str = ""
    accent: str = ""
    logo_sha256: str = ""
    logo_alt: str = ""


def without_person(facts: Facts) -> Facts:
    """Give what may stay of a document after its person's data were erased: that it was issued, when and as what."""
    return replace(facts, name="", modules=(), topics=(), began_on=None, course="", draft_title="")


def day_of(moment: datetime) -> date:
    """Tell the date that a certificate prints for a moment."""
    return moment.astimezone(ZONE).date()


def hours_in_print(hours: float) -> float:
    """Round to what an estimate can honestly say: half hours, at least one of them."""
    return max(round(hours * 2) / 2, 0.5)


def missing_modules(
    programme: Programme, completed_on: Mapping[str, date], *, today: date | None = None, count_months: int = 0
) -> tuple[Module, ...]:
    """List the modules that a person still has to complete for the certificate; empty: it is due.

    Args:
        completed_on: by module slug, the day on which each was completed.
        today, count_months: a module counts for so many months; 0 or no today: for ever.
    """
    return tuple(
        module
        for module in programme.required_modules
        if module.slug not in completed_on
        or (today is not None and has_lapsed(completed_on[module.slug], today=today, count_months=count_months))
    )


def lapsing_modules(
    programme: Programme, completed_on: Mapping[str, date], *, today: date, count_months: int
) -> tuple[tuple[Module, date], ...]:
    """List the modules that still count towards the certificate but soon do no more, with the last day on which they do."""
    ends = [
        (module, add_months(completed_on[module.slug], count_months))
        for module in programme.required_modules
        if module.slug in completed_on and count_months
    ]
    return tuple((module, end) for module, end in ends if today <= end < add_months(today, _RENEWAL_MONTHS))


def renewable_from(facts: Facts) -> date | None:
    """Give the day from which on a certificate can be renewed: its last three months, or half of a shorter validity.

    Who passes all tests again from then on gets a new certificate; what was passed earlier is what this one certifies. Counted
    from the last module, because a name that was corrected changes the day of issue.

    Returns:
        None: it does not end.
    """
    if facts.valid_until is None:
        return None
    done_on = max((module.completed_on for module in facts.modules), default=facts.issued_on)
    return max(add_months(facts.valid_until, -_RENEWAL_MONTHS), done_on + (facts.valid_until - done_on) / 2)


def has_lapsed(completed_on: date, *, today: date, count_months: int) -> bool:
    """Tell whether a module was completed too long ago to count towards the certificate."""
    return count_months > 0 and today > add_months(completed_on, count_months)
