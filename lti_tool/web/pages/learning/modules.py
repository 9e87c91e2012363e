"""The overview of all modules, and the page of one: what is done, what is missing, what comes next."""

import logging
from datetime import datetime

from flask import Blueprint, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.courses.choose_programme import OtherProgramme, ProgrammeUndecided
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.live import PRESENCE_WORDS
from lti_tool.domain.rules.workbook import STATUS_WORDS, heading_of
from lti_tool.learning.choose_module import check_may_choose, choose_module
from lti_tool.learning.content import get_module
from lti_tool.learning.list_modules import list_modules
from lti_tool.learning.open_module import open_module
from lti_tool.progress.due_scores import tell_gradebook_news
from lti_tool.web.chosen_programme import PARAMETER, chosen_programme, keep_choice, programme_choice
from lti_tool.web.language import local
from lti_tool.web.pages.draft.workbook import chapter_name
from lti_tool.web.pages.learning import booklet, cases, content, downloads, figures, glossary, lessons, live, notes, search
from lti_tool.web.pages.surveys.answering import due_surveys
from lti_tool.web.pages.teaching import hints
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus, programme_if_decided, whole_programme
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href
from lti_tool.web.visits.overdue import hand_in_own_overdue

blueprint = Blueprint("modules", __name__)
log = logging.getLogger(__name__)


@blueprint.record_once
def _with_its_neighbours(state: BlueprintSetupState) -> None:
    """Lessons and authored content come with the modules they belong to."""
    state.app.register_blueprint(lessons.blueprint)
    state.app.register_blueprint(content.blueprint)
    state.app.register_blueprint(glossary.blueprint)
    state.app.register_blueprint(booklet.blueprint)
    state.app.register_blueprint(cases.blueprint)
    state.app.register_blueprint(downloads.blueprint)
    state.app.register_blueprint(figures.blueprint)
    state.app.register_blueprint(hints.blueprint)
    state.app.register_blueprint(live.blueprint)
    state.app.register_blueprint(notes.blueprint)
    state.app.register_blueprint(search.blueprint)


@blueprint.get("/modules")
def overview() -> str:
    """Show all modules with where the visitor stands; first of all the programmes, where nobody has chosen one yet."""
    visitor = current_visitor()
    if visitor.is_instructor and (PARAMETER in request.args or programme_if_decided() is None):
        return _choose_first(visitor)
    hand_in_own_overdue()
    with reading() as session:
        page = list_modules(session, current_syllabus(), visitor, now=parts().now())
    if page.has_gradebook_news:
        _tell_gradebook_news(visitor)
        with reading() as session:
            page = list_modules(session, current_syllabus(), visitor, now=parts().now())
    return render_template(
        "modules/overview.html",
        section="modules",
        page=page,
        programme=current_programme(),
        choices=whole_programme().modules,
        offers=[offer for offer in due_surveys() if not offer.round.module_slug],
    )


def _choose_first(visitor: Visitor) -> str:
    """Show the programmes, or the modules of the one that was picked, for a link without a module."""
    choice = programme_choice(visitor)
    return render_template("modules/choose.html", section="modules", choice=choice, programme=choice.programme)


@blueprint.post("/modules")
def choose() -> ResponseReturnValue:
    """Give the link that an instructor came by its module."""
    visitor = current_visitor()
    slug = request.form.get("module", "")
    check_may_choose(visitor)
    programme = chosen_programme(visitor)
    get_module(programme, slug)
    keep_choice(visitor, programme)
    with step() as session:
        choose_module(session, programme, visitor, slug)
    return redirect(href("modules.page", module_slug=slug), 303)


@blueprint.get("/modules/<module_slug>")
def page(module_slug: str) -> str:
    """Show one module."""
    visitor = current_visitor()
    hand_in_own_overdue()
    programme = current_programme()
    now = parts().now()
    _check_is_of_course(programme, module_slug)
    with reading() as session:
        module_page = open_module(session, current_syllabus(), visitor, module_slug, now=now)
    if module_page.has_gradebook_news:
        _tell_gradebook_news(visitor)
        with reading() as session:
            module_page = open_module(session, current_syllabus(), visitor, module_slug, now=now)
    return render_template(
        "modules/module.html",
        section="modules",
        page=module_page,
        programme=programme,
        chapter_name=chapter_name,
        heading_of=heading_of,
        cases=programme.library.of_module(module_slug, module_page.module.lesson_codes),
        status_words=STATUS_WORDS,
        presence_words=PRESENCE_WORDS,
        offers=[offer for offer in due_surveys() if offer.round.module_slug == module_slug],
    )


def _check_is_of_course(programme: Programme, module_slug: str) -> None:
    """Say so where an activity is of another programme than the course: placed by hand, or before the course changed.

    Raises:
        OtherProgramme: it is.
    """
    other = parts().catalogue.with_module(module_slug)
    if other is not None and other.head.slug != programme.slug and whole_programme().find_module(module_slug) is None:
        raise OtherProgramme(other.head.title, programme.title)


@blueprint.app_errorhandler(ProgrammeUndecided)
def undecided(_: ProgrammeUndecided) -> ResponseReturnValue:
    """Tell who comes before the programme was chosen; whoever teaches chooses it here."""
    visitor = current_visitor()
    choice = programme_choice(visitor) if visitor.is_instructor else None
    return render_template("modules/choose.html", section="modules", choice=choice, programme=None), 409


def _tell_gradebook_news(visitor: Visitor) -> None:
    try:
        with step() as session:
            tell_gradebook_news(session, visitor, now=parts().now())
    except Exception as error:
        # A disk without room keeps nobody from reading; the news is found again at the next visit, and at night.
        if parts().database.trouble_of(error) != "storage_full":
            raise
        log.warning("gradebook_news_put_off")


@blueprint.app_template_test("today")
def is_today(moment: datetime) -> bool:
    """Tell whether a moment lies on the present day."""
    return local(moment).date() == local(parts().now()).date()
