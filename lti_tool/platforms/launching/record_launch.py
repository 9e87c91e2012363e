"""Record one verified launch and use up its nonce, in one go on either engine."""

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import delete

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.placing import page_wished_by
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.lti.claims.claims import Launch, Person
from lti_tool.lti.claims.course_variables import told_of_course
from lti_tool.lti.claims.roles import Roles
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.models import UsedNonce
from lti_tool.models.database import Database
from lti_tool.platforms.launching.launch_rows import write_row_by_row
from lti_tool.platforms.launching.launch_statement import write_at_once
from lti_tool.platforms.registration_directory import DirectoryEntry

# A nonce can come back only with its login cookie, which ends after ten minutes; kept longer than that by far.
NONCE_KEPT = timedelta(hours=1)
_PURGE_EVERY = 500

_launches = count(1)


def record_launch(
    database: Database,
    launch: Launch,
    entry: DirectoryEntry,
    deployment_id: int,
    module_slug: str | None,
    *,
    pin: Pin | None = None,
    now: datetime,
) -> Visitor:
    """Use up a launch's nonce and store who came, from where, to which link.

    Opens and commits its own transaction, unlike other use cases: the launch path has room for one round trip.

    Args:
        entry: the launch's registration as the directory knows it.
        deployment_id: our key of the deployment.
        module_slug: the module that the link names; None keeps what an instructor has chosen.
        pin: what a course learns with that has no programme yet; one that has one keeps its own.
    Raises:
        LaunchRejected: the nonce was used before, or the user is blocked.
    """
    roles = roles_of(launch.roles)
    values = _values(launch, entry, deployment_id, module_slug, roles, now=now)
    values |= {"programme_slug": pin.programme if pin else None, "programme_version": pin.version if pin else None}
    row = write_at_once(database, values) if database.is_postgresql else write_row_by_row(database, values)
    if next(_launches) % _PURGE_EVERY == 0:
        with database.write.begin() as session:
            session.execute(delete(UsedNonce).where(UsedNonce.expires_at < now))
    if row is None:
        raise LaunchRejected(LaunchRefusal.NONCE_USED, registration_id=launch.registration.id)
    if row.is_blocked:
        raise LaunchRejected(LaunchRefusal.USER_BLOCKED, registration_id=launch.registration.id)
    return Visitor(
        user_id=row.user_id,
        platform_id=entry.platform_id,
        registration_id=launch.registration.id,
        deployment_id=deployment_id,
        course_id=row.course_key,
        resource_link_id=row.link_key,
        module_slug=row.module_slug,
        roles=roles,
        locale=launch.presentation.locale or "",
        frame_origin=entry.frame_origin_of(launch),
        return_url=entry.return_url_of(launch),
    )


# A platform has few roles, and every launch and every member of a roster has some of them.
@lru_cache(maxsize=256)
def roles_of(roles: Roles) -> frozenset[Role]:
    """Say in our words what a platform's roles mean here."""
    meanings = (
        (roles.is_administrator, Role.ADMINISTRATOR),
        (roles.is_instructor, Role.INSTRUCTOR),
        (roles.is_mentor, Role.MENTOR),
        (roles.is_test_user, Role.TEST_USER),
        (roles.is_learner, Role.PARTICIPANT),
    )
    found = frozenset(role for is_so, role in meanings if is_so)
    # A launch without roles, or with roles that nobody knows, is a participant's (Core 5.3.7 allows the empty list).
    return found if found - {Role.TEST_USER} else found | {Role.PARTICIPANT}


def _values(
    launch: Launch,
    entry: DirectoryEntry,
    deployment_id: int,
    module_slug: str | None,
    roles: frozenset[Role],
    *,
    now: datetime,
) -> dict[str, Any]:
    context, link, ags = launch.context, launch.resource_link, launch.ags
    told = told_of_course(launch.custom)
    return {
        "now": now,
        "nonce_hash": hashlib.sha256(launch.nonce.encode()).hexdigest(),
        "nonce_expires_at": now + NONCE_KEPT,
        "platform_id": entry.platform_id,
        "registration_id": launch.registration.id,
        "deployment_id": deployment_id,
        "sub": launch.person.sub,
        "name": full_name(launch.person),
        "locale": launch.presentation.locale or "",
        "context_id": context.id if context else None,
        "course_title": clean_line((context.title if context else None) or ""),
        "course_label": clean_line((context.label if context else None) or ""),
        "memberships_url": launch.memberships_url,
        "claim_names": " ".join(launch.claim_names),
        "unusable_claims": " ".join(launch.unusable_claims),
        "told_begin": told.begins_at,
        "told_end": told.ends_at,
        "context_history": told.history,
        "roles": " ".join(sorted(roles)),
        "resource_link_id": link.id if link else None,
        "link_title": clean_line((link.title if link else None) or ""),
        "module_slug": module_slug,
        "page": page_of(launch) if module_slug is None else "",
        "line_item_url": ags.line_item if ags else None,
        "line_items_url": ags.line_items if ags else None,
        "ags_scopes": " ".join(sorted(ags.scopes)) if ags else "",
        "product_family": launch.platform.product_family or "",
    }


def page_of(launch: Launch) -> str:
    """Name the page that a link stands for by its custom parameters; empty: for none that we know."""
    return page_wished_by(launch.custom)


def full_name(person: Person) -> str | None:
    """Give the name to show and print; Open edX sends no parts, others send nothing but parts."""
    parts = (_said(person.given_name), _said(person.family_name))
    return _said(person.name) or " ".join(part for part in parts if part) or None


def _said(name: str | None) -> str:
    """Return a name in one line; empty where it has neither letter nor digit: ILIAS sends a dash where it withholds one."""
    line = clean_line(name or "")
    return line if any(sign.isalnum() for sign in line) else ""
