"""Opens what somebody needs to run a live session; nobody else sees it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.content.facilitation import FacilitatorPack
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.live import Meeting
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.progress.meetings import get_meeting


@dataclass(frozen=True)
class PackPage:
    meeting: Meeting
    pack: FacilitatorPack


def open_pack(session: Session, programme: Programme, visitor: Visitor, module_slug: str, session_code: str) -> PackPage:
    """Give the pack of a session.

    Raises:
        Forbidden: somebody who does not teach here.
        NotFound: there is no such session, or the course's version of the programme has no pack for it.
    """
    viewer = teaching_viewer_of(session, visitor)
    meeting = get_meeting(session, programme, viewer.course_id, module_slug, session_code)
    pack = meeting.module.find_pack(session_code)
    if pack is None:
        raise NotFound(
            N_("Zu dieser Sitzung gibt es keinen Leitfaden."),
            next_step=N_("Leitfäden kommen mit neueren Fassungen des Programms. Unter „Kurs“ stellen Sie auf die neueste um."),
            code="pack_not_found",
        )
    return PackPage(meeting, pack)
