"""Opens one case: what it belongs to, what is like it, and whether the reader has marked it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.case_library.marked_cases import marked_cases
from lti_tool.domain.content.case_studies import CaseStudy, Label
from lti_tool.domain.content.programme import Lesson, Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.words.folding import fold
from lti_tool.errors import NotFound
from lti_tool.messages import N_

ALIKE_MAX = 4


@dataclass(frozen=True)
class CasePage:
    case: CaseStudy
    topics: tuple[Label, ...]
    measure: str
    lessons: tuple[tuple[Module, Lesson], ...]
    """Lessons that it belongs to or that name it, as far as the course has them."""
    alike: tuple[CaseStudy, ...]
    previous: CaseStudy | None
    following: CaseStudy | None
    """Its neighbours in the list of all."""
    is_marked: bool


def open_case(session: Session, programme: Programme, visitor: Visitor, case_id: str) -> CasePage:
    """Gather the page of a case.

    Raises:
        NotFound: the library has none of that name.
    """
    study = get_case(programme, case_id)
    library = programme.library
    in_order = sorted(library.studies, key=lambda other: fold(other.title))
    place = in_order.index(study)
    return CasePage(
        case=study,
        topics=tuple(topic for topic in library.topics if topic.id in study.topics),
        measure=next((entry.label for entry in library.measures if entry.id == study.measure), ""),
        lessons=tuple(
            (module, lesson)
            for module in programme.modules
            for lesson in module.lessons
            if lesson.code in study.lesson_codes or study.id in lesson.case_ids
        ),
        alike=_alike(study, in_order),
        previous=in_order[place - 1] if place else None,
        following=in_order[place + 1] if place + 1 < len(in_order) else None,
        is_marked=visitor.is_participant and study in marked_cases(session, programme, user_id=visitor.user_id),
    )


def get_case(programme: Programme, case_id: str) -> CaseStudy:
    """Give a case of the library.

    Raises:
        NotFound: it has none of that name.
    """
    study = programme.library.find(case_id)
    if study is None:
        raise NotFound(
            N_("Diesen Fall gibt es nicht."), next_step=N_("Alle Fälle finden Sie unter „Fälle“."), code="case_not_found"
        )
    return study


def _alike(study: CaseStudy, others: list[CaseStudy]) -> tuple[CaseStudy, ...]:
    """Give the cases that share most: topics first, then what was done and how large the place is."""

    def shared(other: CaseStudy) -> int:
        return 4 * len(set(study.topics) & set(other.topics)) + 2 * (study.measure == other.measure) + (study.size == other.size)

    near = [other for other in others if other is not study and set(study.topics) & set(other.topics)]
    return tuple(sorted(near, key=lambda other: -shared(other))[:ALIKE_MAX])
