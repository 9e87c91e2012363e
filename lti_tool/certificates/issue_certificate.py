"""Issues the certificate of the whole programme, once, with the last completion."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.certificates.stored_facts import facts_to_json
from lti_tool.domain.certificate import (
    CertifiedModule,
    Facts,
    Issuer,
    day_of,
    find_printable_name,
    group_check_code,
    hours_in_print,
    missing_modules,
    new_check_code,
)
from lti_tool.domain.hours import programme_minutes
from lti_tool.domain.programme import Programme
from lti_tool.models import Certificate, Completion, User

WHOLE_PROGRAMME = "programme"
log = logging.getLogger(__name__)


def issue_certificate(session: Session, programme: Programme, *, user_id: int, issuer: Issuer, now: datetime) -> int | None:
    """Issue a person's certificate if all modules are completed and the name is known; call it after each completion.

    Runs in the caller's transaction. Repeating is safe: whoever has a certificate gets that one's id, whatever came of it.

    Returns:
        The certificate's id; None: something is still missing (a module, or the name to print).
    """
    issued = find_newest_certificate_id(session, programme, user_id)
    if issued is not None:
        return issued
    # Two last completions in two transactions would each miss the other's and issue nothing. So whoever gets here waits for
    # the other's end and then sees its row (READ COMMITTED). NO KEY UPDATE: the rows that the two have just inserted hold a
    # key share lock on the same user; the stronger FOR UPDATE would deadlock with it. SQLite has one writer at a time anyway.
    user = session.scalars(
        select(User).where(User.id == user_id).with_for_update(key_share=True), execution_options={"populate_existing": True}
    ).one_or_none()
    completions = _completions_of(session, user_id)
    if user is None or missing_modules(programme, {slug: day_of(at) for slug, (at, _) in completions.items()}):
        return None
    name = find_printable_name(user.certificate_name, user.name)
    if name is None:
        log.info("certificate_waits_for_name", extra={"user": user_id})
        return None
    facts = _facts(programme, completions, name=name, issuer=issuer, now=now)
    return _insert_once(session, programme, user_id, facts, now)


def find_newest_certificate_id(session: Session, programme: Programme, user_id: int) -> int | None:
    """Find the latest certificate of a person for the whole programme."""
    return session.scalar(
        select(Certificate.id)
        .where(
            Certificate.user_id == user_id,
            Certificate.programme_slug == programme.slug,
            Certificate.subject == WHOLE_PROGRAMME,
        )
        .order_by(Certificate.serial.desc())
        .limit(1)
    )


def _completions_of(session: Session, user_id: int) -> dict[str, tuple[datetime, str]]:
    rows = session.execute(
        select(Completion.module_slug, Completion.completed_at, Completion.programme_version).where(Completion.user_id == user_id)
    )
    return {slug: (completed_at, version) for slug, completed_at, version in rows}


def _facts(
    programme: Programme, completions: Mapping[str, tuple[datetime, str]], *, name: str, issuer: Issuer, now: datetime
) -> Facts:
    code = new_check_code()
    return Facts(
        name=name,
        programme_title=programme.title,
        modules=tuple(
            CertifiedModule(module.number, module.title, completions[module.slug][1], day_of(completions[module.slug][0]))
            for module in programme.modules
        ),
        hours=hours_in_print(programme_minutes(programme) / 60),
        issuer_name=issuer.name,
        issuer_url=issuer.url,
        issued_on=day_of(now),
        check_code=code,
        verify_url=f"{issuer.verify_url}/{group_check_code(code)}",
    )


def certificate_values(facts: Facts, *, programme_slug: str, user_id: int | None, serial: int, now: datetime) -> dict[str, Any]:
    """Give the columns of a certificate that is issued now."""
    return {
        "user_id": user_id,
        "programme_slug": programme_slug,
        "subject": WHOLE_PROGRAMME,
        "serial": serial,
        "check_code": facts.check_code,
        "name": facts.name,
        "facts": facts_to_json(facts),
        "issued_at": now,
    }


def _insert_once(session: Session, programme: Programme, user_id: int, facts: Facts, now: datetime) -> int:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = certificate_values(facts, programme_slug=programme.slug, user_id=user_id, serial=1, now=now)
    certificate_id = session.scalar(
        insert(Certificate)
        .values(values)
        .on_conflict_do_nothing(index_elements=["user_id", "programme_slug", "subject", "serial"])
        .returning(Certificate.id)
    )
    if certificate_id is None:
        # The constraint has the last word: somebody issued it since we looked.
        certificate_id = find_newest_certificate_id(session, programme, user_id)
        assert certificate_id is not None
    else:
        log.info("certificate_issued", extra={"certificate": certificate_id, "user": user_id})
    return certificate_id
