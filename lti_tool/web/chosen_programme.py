"""The programme that an instructor chooses content from: the course's own, or the one that they have just picked for it."""

from dataclasses import dataclass

from flask import request

from lti_tool.content_versions.catalogue import ServedProgramme
from lti_tool.courses.choose_programme import OtherProgramme, ProgrammeUndecided, choose_programme, is_programme_fixed
from lti_tool.domain.content.pin import pin_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.web.programme import current_course, offered_programmes, whole_programme
from lti_tool.web.step import reading, step

PARAMETER = "programme"


@dataclass(frozen=True)
class ProgrammeChoice:
    """What the page shows of the choice."""

    programme: Programme | None
    """Whose content is chosen from; None: the programme has to be chosen first."""
    offered: tuple[ServedProgramme, ...]
    """What there is to choose among; empty: nothing, for there is only one, or the course has begun with one."""
    others: tuple[ServedProgramme, ...]
    """What a course of its own would be needed for."""


def programme_choice(visitor: Visitor) -> ProgrammeChoice:
    """Tell from which programme content is chosen, by the address and by what the course learns with.

    Raises:
        NotFound: the address names a programme that is not offered.
        OtherProgramme: it names another than the one that the course has begun with.
    """
    offered, wished, has = offered_programmes(), request.args.get(PARAMETER), current_course().pin
    others = tuple(each for each in offered if has is None or each.head.slug != has.programme)
    if has is not None and (not others or _is_fixed(visitor)):
        programme = whole_programme()
        if wished and wished != has.programme:
            raise OtherProgramme(_offered(offered, wished).head.title, programme.title)
        return ProgrammeChoice(programme, (), others)
    if len(offered) == 1 and not wished:
        return ProgrammeChoice(offered[0].programme, (), ())
    # An empty word in the address asks for the list; without any, the choice stays.
    if has is not None and wished in (None, has.programme):
        return ProgrammeChoice(whole_programme(), offered, ())
    if wished:
        return ProgrammeChoice(_offered(offered, wished).programme, offered, ())
    return ProgrammeChoice(None, offered, ())


def chosen_programme(visitor: Visitor) -> Programme:
    """Give the programme that a form is about.

    Raises:
        ProgrammeUndecided: it names none, and there are several.
    """
    programme = programme_choice(visitor).programme
    if programme is None:
        raise ProgrammeUndecided
    return programme


def keep_choice(visitor: Visitor, programme: Programme) -> None:
    """Let the course learn with what was chosen for it.

    Raises:
        OtherProgramme: somebody has begun with another there.
    """
    with step() as session:
        is_so = choose_programme(session, visitor, pin_of(programme))
    if not is_so:
        raise OtherProgramme(programme.title, whole_programme().title)


def _is_fixed(visitor: Visitor) -> bool:
    with reading() as session:
        return is_programme_fixed(session, visitor.course_id)


def _offered(offered: tuple[ServedProgramme, ...], slug: str) -> ServedProgramme:
    served = next((each for each in offered if each.head.slug == slug), None)
    if served is None:
        raise NotFound(N_("Dieses Programm gibt es hier nicht."), next_step=N_("Wählen Sie bitte eines aus der Liste."))
    return served
