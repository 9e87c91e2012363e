"""Takes a certificate's validity away, with a reason, for everyone to see on its verification page."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.certificates.register import find_row
from lti_tool.errors import Conflict, ToolError
from lti_tool.messages import N_

log = logging.getLogger(__name__)


def revoke_certificate(session: Session, typed_code: str, *, reason: str, now: datetime) -> int:
    """Revoke the certificate with this check code; the stored document stays as it was made.

    Args:
        reason: for the person and the register; the verification page does not show it.
    Returns:
        The certificate's id.
    Raises:
        MistypedCode, NotFound: the code leads nowhere.
        Conflict: it was revoked before; the first moment and reason stay.
    """
    if not reason.strip():
        raise ToolError(
            N_("Ein Widerruf braucht einen Grund."),
            next_step=N_("Nennen Sie ihn in einem Satz; die betroffene Person liest ihn."),
            code="reason_missing",
        )
    row = find_row(session, typed_code)
    session.refresh(row, with_for_update=True)
    if row.revoked_at is not None:
        raise Conflict(
            N_("Dieses Zertifikat ist schon widerrufen."),
            next_step=N_("`lti-tool certificates show` nennt Zeitpunkt und Grund."),
            code="certificate_already_revoked",
        )
    row.revoked_at = now
    row.revocation_reason = reason.strip()
    session.flush()
    log.info("certificate_revoked", extra={"certificate": row.id})
    return row.id
