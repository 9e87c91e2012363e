"""The glossary's pages: one for each module, one for the whole programme."""

from flask import Blueprint, render_template, request

from lti_tool.learning.read_glossary import read_glossary
from lti_tool.web.programme import current_programme
from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("glossary", __name__)


@blueprint.get("/glossary")
def whole() -> str:
    """Show all terms of the programme."""
    return _page(None)


@blueprint.get("/modules/<module_slug>/glossary")
def page(module_slug: str) -> str:
    """Show the terms that a module's lessons use."""
    return _page(module_slug)


def _page(module_slug: str | None) -> str:
    current_visitor()
    programme = current_programme()
    glossary = read_glossary(programme, module_slug, lesson_code=request.args.get("lesson", ""))
    term_id = request.args.get("term", "")
    return render_template(
        "lessons/glossary.html",
        section="modules",
        page=glossary,
        term_id=term_id if term_id in programme.terms else "",
        programme=programme,
    )
