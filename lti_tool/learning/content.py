"""Finds modules and lessons by their names in an address, or says plainly that they are not there."""

from lti_tool.domain.content.programme import Lesson, Module, Programme
from lti_tool.errors import NotFound
from lti_tool.messages import N_


def get_module(programme: Programme, slug: str) -> Module:
    """Give a module.

    Raises:
        NotFound: the programme has none of that name.
    """
    module = programme.find_module(slug)
    if module is None:
        raise NotFound(N_("Dieses Modul gibt es nicht."), next_step=N_("Alle Module finden Sie unter „Module“."))
    return module


def get_module_with_exam(programme: Programme, slug: str) -> Module:
    """Give a module that has a quiz.

    Raises:
        NotFound: the programme has none of that name, or it has no quiz.
    """
    module = get_module(programme, slug)
    if not module.has_exam:
        raise NotFound(
            N_("Dieses Modul hat keine Lernerfolgskontrolle."),
            next_step=N_("Was zum Abschluss gehört, steht auf der Seite des Moduls."),
        )
    return module


def get_lesson(module: Module, slug: str) -> Lesson:
    """Give a lesson of a module.

    Raises:
        NotFound: the module has none of that name.
    """
    lesson = next((lesson for lesson in module.lessons if lesson.slug == slug), None)
    if lesson is None:
        raise NotFound(N_("Diese Lektion gibt es nicht."), next_step=N_("Alle Lektionen finden Sie auf der Seite des Moduls."))
    return lesson
