"""Begins the facts of a document of any kind: who, when, under which code, with whose letterhead."""

from datetime import datetime

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Facts, Issuer, day_of
from lti_tool.domain.documents.check_code import group_check_code, new_check_code
from lti_tool.domain.documents.letterhead import Letterhead


def begin_facts(programme: Programme, head: Letterhead, issuer: Issuer, *, name: str, now: datetime) -> Facts:
    """Return the facts that every kind has; the check code is new each time."""
    code = new_check_code()
    return Facts(
        name=name,
        programme_title=programme.title,
        programme_slug=programme.slug,
        modules=(),
        hours=0,
        issuer_name=head.issuer_name,
        issuer_url=head.issuer_url,
        issued_on=day_of(now),
        check_code=code,
        verify_url=f"{issuer.verify_url}/{group_check_code(code)}",
        language=head.language,
        signatories=head.signatories,
        note=head.note,
        accent=head.accent,
        logo_sha256=head.logo_sha256,
        logo_alt=head.logo_alt,
    )
