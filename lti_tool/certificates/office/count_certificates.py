"""How many certificates stand and how many were revoked, for monitors."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models import Certificate


def count_certificates(session: Session) -> dict[str, int]:
    """Count certificates by `valid` and `revoked`."""
    total = session.scalar(select(func.count()).select_from(Certificate)) or 0
    revoked = session.scalar(select(func.count()).where(Certificate.revoked_at.is_not(None))) or 0
    return {"valid": total - revoked, "revoked": revoked}
