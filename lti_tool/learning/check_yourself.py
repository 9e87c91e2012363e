"""Answers a self-check inside a lesson: ungraded, as often as one likes. Only for the reader it is kept which went right."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items.base import Remark
from lti_tool.domain.items.choice import SelfCheck, on_options
from lti_tool.domain.people import Visitor
from lti_tool.errors import NotFound
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.messages import N_
from lti_tool.models import LessonProgress


@dataclass(frozen=True)
class CheckResult:
    check: SelfCheck
    chosen: frozenset[int]
    remarks: tuple[Remark, ...]
    is_right: bool

    def remark_at(self, index: int) -> Remark | None:
        """Return what the authors say about one option, if it was chosen."""
        return dict(zip(sorted(self.chosen), self.remarks, strict=True)).get(index)


def check_yourself(programme: Programme, module_slug: str, lesson_slug: str, check_id: str, chosen: Iterable[int]) -> CheckResult:
    """Tell what the authors say about the chosen options.

    Raises:
        NotFound: there is no such lesson or self-check.
    """
    lesson = get_lesson(get_module(programme, module_slug), lesson_slug)
    check = next((check for check in lesson.self_checks if check.id == check_id), None)
    if check is None:
        raise NotFound(N_("Diesen Selbstcheck gibt es nicht."), next_step=N_("Laden Sie die Lektion bitte neu."))
    known = frozenset(index for index in chosen if 0 <= index < len(check.options))
    right = frozenset(index for index, option in enumerate(check.options) if option.is_right)
    return CheckResult(check, known, on_options(check.options, known), known == right)


def remember_check(session: Session, visitor: Visitor, place: tuple[str, str], result: CheckResult) -> None:
    """Note whether a self-check was answered rightly this time; nothing chosen is no answer.

    Args:
        place: slug of the module and code of the lesson, which has been opened before.
    """
    if not result.chosen:
        return
    module_slug, lesson_code = place
    row = session.scalar(
        select(LessonProgress)
        .where(
            LessonProgress.user_id == visitor.user_id,
            LessonProgress.module_slug == module_slug,
            LessonProgress.lesson_code == lesson_code,
        )
        .with_for_update()
    )
    if row is None:
        return
    right = set(row.checks_right.split()) - {result.check.id}
    row.checks_right = " ".join(sorted(right | {result.check.id} if result.is_right else right))
