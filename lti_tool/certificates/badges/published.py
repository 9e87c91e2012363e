"""What verifiers' software reads: the issuer, its keys then and now, achievements, status lists, seal certificates."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.badges.badge_maker import BadgeMaker, Credential
from lti_tool.certificates.badges.open_badge import achievement
from lti_tool.certificates.badges.status_list import encoded_list, list_exists
from lti_tool.certificates.kinds import ALL_KINDS, kind_of
from lti_tool.certificates.kinds.begin_facts import begin_facts
from lti_tool.certificates.kinds.done import everything_done
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Facts, Issuer
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import SealCertificate


def sign_status_list(session: Session, badges: BadgeMaker, number: int, *, now: datetime) -> Credential:
    """Sign a status list as it stands now.

    Raises:
        NotFound: no credential has its place in this list.
    """
    if not list_exists(session, number):
        raise NotFound(N_("Diese Statusliste gibt es nicht."), code="status_list_not_found")
    return badges.sign(badges.status_credential(number, encoded_list(session, number), now), now)


def describe_achievement(programme: Programme, name: str, *, public_url: str, issuer: Issuer, now: datetime) -> dict[str, Any]:
    """Describe an achievement (`programme`, `module-<number>`) as it is taught now.

    Raises:
        NotFound: there is no such achievement.
    """
    for facts in _samples(programme, issuer, now):
        if kind_of(facts.kind).achievement_name(facts) == name:
            return achievement(facts, public_url)
    raise NotFound(N_("Diesen Nachweis gibt es nicht."), code="achievement_not_found")


def list_seal_certificates(session: Session) -> str:
    """Give all certificates that ever sealed documents here, as PEM, the oldest first."""
    return "".join(session.scalars(select(SealCertificate.pem).order_by(SealCertificate.first_used_at)))


def _samples(programme: Programme, issuer: Issuer, now: datetime) -> Iterator[Facts]:
    """Give what documents of each kind say that are issued now to nobody."""
    head = Letterhead(issuer_name=issuer.name, issuer_url=issuer.url, language="de")
    begun = begin_facts(programme, head, issuer, name="", now=now)
    done = everything_done(programme, on=begun.issued_on)
    for kind in ALL_KINDS:
        for scope in kind.scopes(programme):
            # A Teilnahmebescheinigung asks for no test, so its description asks for none.
            yield replace(kind.add_facts(begun, scope, done, head), is_passed=False)
