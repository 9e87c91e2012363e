"""Deep linking requests: kept for the visit that one began, found again by that visit alone."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.errors import Forbidden, NotFound
from lti_tool.lti.claims.claims import DeepLinkingSettings
from lti_tool.messages import N_
from lti_tool.models import DeepLinkingRequest

# As long as a visit lasts; the platform's own session, which its return address carries, ends earlier.
KEPT = timedelta(hours=12)


@dataclass(frozen=True)
class PendingRequest:
    """A platform waits for content."""

    deployment_id: str
    """As the platform calls it."""
    settings: DeepLinkingSettings


def keep_deep_linking_request(
    session: Session, visitor: Visitor, visit_key: str, *, deployment_id: str, settings: DeepLinkingSettings, now: datetime
) -> None:
    """Keep a request for the visit that it has just begun; those of visits long over are thrown away."""
    session.execute(delete(DeepLinkingRequest).where(DeepLinkingRequest.created_at < now - KEPT))
    session.add(
        DeepLinkingRequest(
            visit_key=visit_key,
            user_id=visitor.user_id,
            registration_id=visitor.registration_id,
            deployment_id=deployment_id,
            course_id=visitor.course_id,
            settings=asdict(settings),
            created_at=now,
        )
    )


def get_deep_linking_request(session: Session, visitor: Visitor, visit_key: str, *, now: datetime) -> PendingRequest:
    """Give the request that a visit began with.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: the visit began with something else, or too long ago.
    """
    if not visitor.is_instructor:
        raise Forbidden(
            N_("Inhalte wählt die Kursleitung aus."),
            next_step=N_("Ihre eigenen Inhalte finden Sie unter „Module“."),
            code="instructors_only",
        )
    row = session.scalars(
        select(DeepLinkingRequest).where(
            DeepLinkingRequest.visit_key == visit_key,
            DeepLinkingRequest.user_id == visitor.user_id,
            DeepLinkingRequest.registration_id == visitor.registration_id,
            DeepLinkingRequest.created_at >= now - KEPT,
        )
    ).one_or_none()
    if row is None:
        raise NotFound(
            N_("Hier wartet keine Lernplattform auf eine Auswahl."),
            next_step=N_("Öffnen Sie die Auswahl im Kurs noch einmal: Aktivität anlegen, dann „Inhalt auswählen“."),
        )
    return PendingRequest(row.deployment_id, _settings_of(row.settings))


def _settings_of(stored: dict[str, object]) -> DeepLinkingSettings:
    # JSON knows no tuples.
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return DeepLinkingSettings(**values)  # type: ignore[arg-type]
