"""Stores what an administrator entered as the letterhead of a registration."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import check_printable
from lti_tool.certificates.kinds.stored_facts import facts_from_json, letterhead_from_json, letterhead_to_json
from lti_tool.certificates.office.check_logo import check_logo
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.models import Certificate, CertificateLetterhead, CertificateLogo, User
from lti_tool.models.upsert import insert_for


def save_letterhead(
    session: Session,
    registration_id: int,
    head: Letterhead,
    *,
    logo: bytes | None,
    shown: Shown = NOTHING_SHOWN,
    changed_by_id: int,
    now: datetime,
) -> Letterhead:
    """Store a registration's letterhead; documents issued from now on bear it, earlier ones stay as they are.

    Args:
        logo: a new SVG file; None: the logo that `head` names stays.
        shown: what the page showed, by the names of `Letterhead.texts`: only what was changed there is written.
    Raises:
        LetterheadRefused: a field or the logo cannot be printed.
        ChangedMeanwhile: somebody else has changed the same fields since the page was opened.
    """
    if logo is not None:
        svg = check_logo(logo)
        sha256 = hashlib.sha256(svg.encode()).hexdigest()
        insert = insert_for(session, CertificateLogo).values(sha256=sha256, svg=svg)
        session.execute(insert.on_conflict_do_nothing(index_elements=["sha256"]))
        head = replace(head, logo_sha256=sha256)
    if shown == NOTHING_SHOWN:  # all of it will be written; else what somebody else has written meanwhile belongs to it
        check_printable(head)
    row = _locked_row(session, registration_id, now=now)
    stored = letterhead_from_json(row.letterhead)
    merged = merge(shown, head.texts(), stored.texts())
    if merged.clashes:
        by = session.scalar(select(User.name).where(User.id == row.changed_by_id))
        raise ChangedMeanwhile(merged.clashes, by=by, at=row.changed_at)
    head = check_printable(with_changes(stored, head, merged.changed))
    old_logo = stored.logo_sha256
    row.letterhead, row.changed_at, row.changed_by_id = letterhead_to_json(head), now, changed_by_id
    session.flush()
    if old_logo and old_logo != head.logo_sha256:
        _try_again_at_once(session, old_logo)
    return head


def with_changes(stored: Letterhead, typed: Letterhead, changed: Collection[str]) -> Letterhead:
    """Return the stored letterhead with those of the typed fields that were changed on the page."""
    return replace(stored, **{name: getattr(typed, name) for name in changed})


def _locked_row(session: Session, registration_id: int, *, now: datetime) -> CertificateLetterhead:
    insert = insert_for(session, CertificateLetterhead).values(registration_id=registration_id, letterhead={}, changed_at=now)
    session.execute(insert.on_conflict_do_nothing(index_elements=["registration_id"]))
    return session.scalars(
        select(CertificateLetterhead).where(CertificateLetterhead.registration_id == registration_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def _try_again_at_once(session: Session, logo_sha256: str) -> None:
    """Let documents that are not made yet and name this logo wait no longer: perhaps it was what kept them."""
    waiting = select(Certificate).where(Certificate.pdf_sha256.is_(None), Certificate.document_due_at.is_not(None))
    for row in session.scalars(waiting):
        if facts_from_json(row.facts).logo_sha256 == logo_sha256:
            row.document_due_at = None
    session.flush()
