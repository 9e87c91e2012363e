"""Answers a self-check inside a lesson: ungraded, as often as one likes, nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items.base import Remark
from lti_tool.domain.items.choice import SelfCheck, on_options
from lti_tool.errors import NotFound
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.messages import N_


@dataclass(frozen=True)
class CheckResult:
    check: SelfCheck
    chosen: frozenset[int]
    remarks: tuple[Remark, ...]
    is_right: bool


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
