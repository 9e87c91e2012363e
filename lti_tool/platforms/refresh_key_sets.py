"""Ask platforms for their keys regularly, so that one that a platform has withdrawn opens nothing for long."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.errors import NotFound, ToolError
from lti_tool.jobs.stop import Stop
from lti_tool.lti.keys.key_sets import KeySets, Refreshed
from lti_tool.messages import N_
from lti_tool.models import PlatformKeySet, RegistrationRow
from lti_tool.platforms.registration_directory import RegistrationDirectory

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

# What a launch has made anyone fetch since then is fresh enough.
FRESH_FOR = timedelta(minutes=30)
# Some platforms do not answer; the others should not wait for them, nor the next refresh for this one.
_AT_ONCE = 4
BUDGET_S = 600.0


def refresh_key_sets(
    database: "Database", key_sets: KeySets, stop: Stop | None = None, *, clock: Callable[[], datetime]
) -> tuple[int, int]:
    """Ask each platform of an enabled registration for its keys; one that fails does not stop the others.

    Returns:
        How many gave their keys, and how many did not.
    """
    directory = RegistrationDirectory(database)
    ends_at = time.monotonic() + BUDGET_S

    def refresh(registration_id: int) -> bool:
        if time.monotonic() > ends_at or (stop is not None and stop.is_asked):
            return False
        try:
            entry = directory.by_id(registration_id)
            return entry is not None and not key_sets.refresh(entry.registration, now=clock()).problem
        except Exception:
            log.exception("key_set_not_refreshed", extra={"registration": registration_id})
            return False

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(refresh, _due(database, now=clock())))
    good = sum(outcomes)
    log.info("key_sets_refreshed", extra={"good": good, "failed": len(outcomes) - good})
    return good, len(outcomes) - good


def refresh_key_set(database: "Database", key_sets: KeySets, registration_id: int, *, now: datetime) -> Refreshed:
    """Ask one platform for its keys at once, for an operator; works within a minute in every process.

    Raises:
        NotFound: there is no such registration.
        ToolError: the platform did not give a usable set; what was known stays.
    """
    entry = RegistrationDirectory(database).by_id(registration_id)
    if entry is None:
        raise NotFound(
            N_("Es gibt keine Registrierung mit der Nummer %(id)s."),
            next_step=N_("`registrations list` zeigt alle."),
            id=registration_id,
        )
    refreshed = key_sets.refresh(entry.registration, now=now, at_once=True)
    if refreshed.problem:
        raise ToolError(
            N_("Die Schlüssel waren nicht zu lesen (%(problem)s): %(url)s"),
            next_step=N_(
                "Die bisher bekannten gelten weiter. Ist einer davon in falschen Händen, schalten Sie die Registrierung ab: "
                "`registrations disable`."
            ),
            problem=refreshed.problem,
            url=entry.registration.jwks_url,
        )
    return refreshed


def _due(database: "Database", *, now: datetime) -> Iterator[int]:
    """Give one registration for each address of keys, those that were asked longest ago first."""
    query = (
        select(RegistrationRow.id, RegistrationRow.jwks_url, PlatformKeySet.fetched_at)
        .outerjoin(PlatformKeySet, PlatformKeySet.jwks_url == RegistrationRow.jwks_url)
        .where(RegistrationRow.is_enabled)
        .order_by(PlatformKeySet.fetched_at.is_not(None), PlatformKeySet.fetched_at, RegistrationRow.id)
    )
    with database.read() as session:
        rows = session.execute(query).all()
    seen: set[str] = set()
    for registration_id, url, fetched_at in rows:
        is_fresh = fetched_at is not None and now - FRESH_FOR < fetched_at <= now
        if url not in seen and not is_fresh:
            seen.add(url)
            yield registration_id
