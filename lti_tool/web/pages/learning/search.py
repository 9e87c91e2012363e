"""One page that looks through lessons, glossary and cases; it works without a script."""

from flask import Blueprint, render_template, request

from lti_tool.learning.search_programme import WORDS_MAX, search_programme
from lti_tool.web.programme import current_programme
from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def page() -> str:
    """Ask for words, and show where they stand."""
    current_visitor()
    programme = current_programme()
    found = search_programme(programme, request.args.get("q", ""))
    return render_template("search/search.html", section="search", found=found, longest=WORDS_MAX, programme=programme)
