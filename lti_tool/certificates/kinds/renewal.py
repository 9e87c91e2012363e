"""When a certificate that ends can be renewed, and what its person has to do again for it."""

from dataclasses import dataclass
from datetime import date

from lti_tool.certificates.kinds.done import Done
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.documents.certificate import renewable_from
from lti_tool.models import Certificate


@dataclass(frozen=True)
class Renewal:
    """How a person keeps a certificate that ends."""

    opens_on: date
    """From this day on a test that is passed again counts towards the next certificate."""
    is_open: bool
    left: tuple[Module, ...]
    """Modules whose test is still to be passed again."""


def is_renewable(certificate: Certificate, *, today: date) -> bool:
    """Whether a person's newest certificate ends soon or has ended. One that was revoked is for people to decide on."""
    opens_on = _opens_on(certificate)
    return opens_on is not None and today >= opens_on and certificate.revoked_at is None


def done_again(certificate: Certificate, done: Done) -> Done:
    """Choose, of what a person did, what counts towards the next certificate."""
    return done.since(_opens_on(certificate))


def renewal_of(certificate: Certificate, programme: Programme, done: Done, *, today: date) -> Renewal | None:
    """Tell how a person's newest certificate is kept; None: it does not end, or was revoked."""
    opens_on = _opens_on(certificate)
    if opens_on is None or certificate.revoked_at is not None:
        return None
    again = done_again(certificate, done).completions
    left = tuple(module for module in programme.required_modules if module.slug not in again)
    return Renewal(opens_on, today >= opens_on, left)


def _opens_on(certificate: Certificate) -> date | None:
    return renewable_from(facts_from_json(certificate.facts))
