"""What verifiers' software reads: the issuer, its keys then and now, achievements, status lists, seal certificates."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.badges.open_badge import achievement
from lti_tool.certificates.badges.status_list import encoded_list, list_exists
from lti_tool.certificates.documents.document_maker import BadgeMaker, Credential
from lti_tool.domain.certificate import CertifiedModule, DocumentKind, Facts, Issuer, day_of, hours_in_print
from lti_tool.domain.hours import module_minutes, programme_minutes
from lti_tool.domain.programme import Module, Programme
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
    """Describe the achievement `programme` or `module-<number>` as it is taught now.

    Raises:
        NotFound: there is no such achievement.
    """
    module = next((each for each in programme.modules if name == f"module-{each.number}"), None)
    if module is None and name != "programme":
        raise NotFound(N_("Diesen Nachweis gibt es nicht."), code="achievement_not_found")
    return achievement(_sample(programme, module, issuer, now), public_url)


def list_seal_certificates(session: Session) -> str:
    """Give all certificates that ever sealed documents here, as PEM, the oldest first."""
    return "".join(session.scalars(select(SealCertificate.pem).order_by(SealCertificate.first_used_at)))


def _sample(programme: Programme, module: Module | None, issuer: Issuer, now: datetime) -> Facts:
    modules = programme.required_modules if module is None else (module,)
    minutes = programme_minutes(programme) if module is None else module_minutes(module, programme.hours)
    today = day_of(now)
    return Facts(
        name="",
        programme_title=programme.title,
        modules=tuple(CertifiedModule(each.number, each.title, programme.version, today) for each in modules),
        hours=hours_in_print(minutes / 60),
        issuer_name=issuer.name,
        issuer_url=issuer.url,
        issued_on=today,
        check_code="",
        verify_url="",
        kind=DocumentKind.CERTIFICATE if module is None else DocumentKind.PARTICIPATION,
    )
