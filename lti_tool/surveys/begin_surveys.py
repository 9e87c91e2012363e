"""The chore that begins surveys in all courses."""

import logging
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.surveys.open_due_rounds import courses_to_ask, open_due_rounds
from lti_tool.surveys.round_keys import RoundKeys

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)


def begin_surveys(database: "Database", keys: RoundKeys, programme_in: Callable[[Pin], Programme], *, today: date) -> int:
    """Begin what is due in each course, each by itself, and tell how many rounds began."""
    with database.read() as session:
        courses = courses_to_ask(session)
    begun = 0
    for course in courses:
        try:
            programme = programme_in(course.pin)
            if not programme.surveys:
                continue
            with database.write.begin() as session:
                begun += len(open_due_rounds(session, course, programme, keys, today=today))
        except Exception as error:
            # A version that nobody can read any more, a folder that cannot be written: the other courses are asked all the same.
            log.error("survey_not_begun", extra={"course": course.id, "error": type(error).__name__})
    if begun:
        log.info("surveys_begun", extra={"rounds": begun})
    return begun
