"""Issues a certificate anew, with the name corrected or the address changed; the old one says that it was replaced."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import effective_letterhead, latest_course
from lti_tool.certificates.issue.replace_certificate import replace_certificate
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.office.certificate_register import find_row
from lti_tool.domain.documents.certificate import Issuer, day_of
from lti_tool.domain.documents.check_code import group_check_code, new_check_code
from lti_tool.domain.documents.letterhead import Letterhead, add_months
from lti_tool.domain.documents.printed_name import clean_name
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import User


def reissue_certificate(
    session: Session, typed_code: str, *, issuer: Issuer, name: str | None = None, may_have_ended: bool = False, now: datetime
) -> int:
    """Issue a successor with the same facts but a new date, a new check code and, if given, another name.

    Its document is made by `make_document` after the commit, as with any other.

    Args:
        may_have_ended: also what was revoked (by mistake) or has expired; then its validity begins anew.

    Returns:
        The successor's id.
    Raises:
        NameRefused: the name cannot be printed.
        MistypedCode, NotFound: the code leads nowhere.
        Conflict: the certificate has a successor already, or is revoked.
    """
    row = find_row(session, typed_code)
    session.refresh(row, with_for_update=True)
    if row.erased_at is not None:
        raise Conflict(
            N_("Die Angaben der Person wurden gelöscht; neu ausstellen lässt sich dieses Zertifikat nicht."),
            code="person_erased",
        )
    if row.replaced_by_id is not None or (row.revoked_at is not None and not may_have_ended):
        raise Conflict(
            N_("Dieses Zertifikat gilt nicht mehr; neu ausstellen lässt sich nur ein gültiges."),
            next_step=N_("Nehmen Sie den Prüfcode des neuesten Zertifikats dieser Person: `lti-tool certificates list`."),
            code="certificate_not_valid",
        )
    course = latest_course(session, row.user_id) if row.user_id is not None else None
    head = effective_letterhead(session, issuer, course.registration_id if course else None)
    code = new_check_code()
    old = facts_from_json(row.facts)
    has_ended = old.valid_until is not None and old.valid_until < day_of(now)
    facts = replace(
        old,
        name=clean_name(name) if name is not None else row.name,
        signatories=head.signatories,
        note=head.note,
        accent=head.accent,
        logo_sha256=head.logo_sha256,
        logo_alt=head.logo_alt,
        issuer_name=head.issuer_name,
        issuer_url=head.issuer_url,
        issued_on=day_of(now),
        valid_until=_anew(head, now) if has_ended and may_have_ended else old.valid_until,
        check_code=code,
        verify_url=f"{issuer.verify_url}/{group_check_code(code)}",
    )
    successor_id = replace_certificate(session, row, facts, now=now)
    if name is not None and row.user_id is not None:
        session.get_one(User, row.user_id).certificate_name = facts.name
    session.flush()
    return successor_id


def _anew(head: Letterhead, now: datetime) -> date | None:
    return add_months(day_of(now), head.valid_months) if head.valid_months else None
