"""What a launch leaves behind, row by row in one short transaction: for SQLite, where a statement costs no round trip.

Says the same as `launch_statement.py`, which PostgreSQL takes at once; whoever adds a value adds it in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.models import Base, Course, LaunchedLink, Membership, Platform, ResourceLink, UsedNonce, User
from lti_tool.models.database import Database
from lti_tool.models.upsert import insert_for


@dataclass(frozen=True, slots=True)
class RecordedLaunch:
    """Our keys of what was written, in the order of the statement's columns."""

    user_id: int
    is_blocked: bool
    course_key: int | None
    link_key: int | None
    module_slug: str | None


def write_row_by_row(database: Database, values: Mapping[str, Any]) -> RecordedLaunch | None:
    """Write a launch's rows; None where its nonce was used before."""
    with database.write.begin() as session:
        nonce = insert_for(session, UsedNonce).values(nonce_hash=values["nonce_hash"], expires_at=values["nonce_expires_at"])
        if session.scalar(nonce.on_conflict_do_nothing().returning(UsedNonce.nonce_hash)) is None:
            return None
        user_id, is_blocked = session.execute(_user(session, values).returning(User.id, User.is_blocked)).one()
        course_key = link_key = module_slug = None
        if values["context_id"] is not None:
            course_key = session.scalar(_course(session, values).returning(Course.id))
            session.execute(_membership(session, values, user_id, course_key))
        if values["resource_link_id"] is not None:
            link = _link(session, values, course_key).returning(ResourceLink.id, ResourceLink.module_slug)
            link_key, module_slug = session.execute(link).one()
            session.execute(_launched(session, values, user_id, link_key))
        if values["product_family"]:
            session.execute(_platform(values))
    return RecordedLaunch(user_id, is_blocked, course_key, link_key, module_slug)


def _user(session: Session, values: Mapping[str, Any]) -> "postgresql.Insert | sqlite.Insert":
    return _seen(
        session,
        User,
        {"platform_id": values["platform_id"], "sub": values["sub"]},
        {"name": values["name"], "locale": values["locale"], "last_seen_at": values["now"]},
        first={"is_blocked": False, "first_seen_at": values["now"]},
    )


def _course(session: Session, values: Mapping[str, Any]) -> "postgresql.Insert | sqlite.Insert":
    return _seen(
        session,
        Course,
        {"platform_id": values["platform_id"], "context_id": values["context_id"]},
        {
            "registration_id": values["registration_id"],
            "title": values["course_title"],
            "label": values["course_label"],
            "memberships_url": values["memberships_url"],
            "claim_names": values["claim_names"],
            "unusable_claims": values["unusable_claims"],
            "programme_version": values["programme_version"],
            "last_seen_at": values["now"],
        },
        first={"created_at": values["now"]},
        kept_where_absent=("memberships_url",),
        kept_for_good=("programme_version",),
    )


def _membership(
    session: Session, values: Mapping[str, Any], user_id: int, course_key: int | None
) -> "postgresql.Insert | sqlite.Insert":
    return _seen(
        session,
        Membership,
        {"user_id": user_id, "course_id": course_key},
        {
            "roles": values["roles"],
            "launch_roles": values["roles"],
            "launched_at": values["now"],
            "is_gone": False,
            "last_seen_at": values["now"],
        },
        first={"first_seen_at": values["now"]},
    )


def _link(session: Session, values: Mapping[str, Any], course_key: int | None) -> "postgresql.Insert | sqlite.Insert":
    return _seen(
        session,
        ResourceLink,
        {"deployment_id": values["deployment_id"], "resource_link_id": values["resource_link_id"]},
        {
            "course_id": course_key,
            "title": values["link_title"],
            "module_slug": values["module_slug"],
            "page": values["page"],
            "line_item_url": values["line_item_url"],
            "line_items_url": values["line_items_url"],
            "ags_scopes": values["ags_scopes"],
            "last_seen_at": values["now"],
        },
        first={"created_at": values["now"]},
        kept_where_absent=("course_id", "module_slug"),
    )


def _launched(session: Session, values: Mapping[str, Any], user_id: int, link_key: int) -> "postgresql.Insert | sqlite.Insert":
    return _seen(
        session,
        LaunchedLink,
        {"user_id": user_id, "resource_link_id": link_key},
        {"last_launched_at": values["now"]},
        first={"first_launched_at": values["now"]},
    )


def _platform(values: Mapping[str, Any]) -> Any:
    family = values["product_family"]
    return (
        update(Platform)
        .where(Platform.id == values["platform_id"], Platform.product_family != family)
        .values(product_family=family)
    )


def _seen(
    session: Session,
    model: type[Base],
    keys: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    first: Mapping[str, Any],
    kept_where_absent: tuple[str, ...] = (),
    kept_for_good: tuple[str, ...] = (),
) -> "postgresql.Insert | sqlite.Insert":
    """Insert a row, or bring the one with these keys up to date.

    Args:
        first: what only a new row gets.
        kept_where_absent: what a launch may leave out without taking it away.
        kept_for_good: what stays as it was set first.
    """
    statement = insert_for(session, model).values({**keys, **values, **first})
    new, old = statement.excluded, model.__table__.c
    change = {name: new[name] for name in values}
    change |= {name: func.coalesce(new[name], old[name]) for name in kept_where_absent}
    change |= {name: func.coalesce(old[name], new[name]) for name in kept_for_good}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=change)
