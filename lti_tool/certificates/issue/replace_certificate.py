"""Puts a successor in a document's place: the old one says from then on that it was replaced."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.certificates.documents.queue import call_for_document
from lti_tool.certificates.issue.certificate_rows import RegisterPlace, certificate_values
from lti_tool.domain.documents.certificate import Facts
from lti_tool.messages import N_
from lti_tool.models import Certificate

log = logging.getLogger(__name__)


def replace_certificate(session: Session, row: Certificate, facts: Facts, *, now: datetime) -> int:
    """Insert a successor with these facts; the old document says from now on that it was replaced."""
    successor = Certificate(
        **certificate_values(facts, RegisterPlace(row.user_id, row.programme_slug, row.subject, row.serial + 1), now=now)
    )
    session.add(successor)
    session.flush()
    row.replaced_by_id = successor.id
    # Also revoked: should the successor's row ever go, the old paper must not become valid again.
    # What was revoked before has not been valid since then.
    row.revoked_at = row.revoked_at or now
    row.revocation_reason = row.revocation_reason or N_("Durch ein neu ausgestelltes Zertifikat ersetzt.")
    session.flush()
    call_for_document(session, successor.id)
    log.info("certificate_reissued", extra={"certificate": successor.id, "replaces": row.id})
    return successor.id
