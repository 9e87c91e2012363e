"""A module to take along: as PDF, or as one page to print."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from lti_tool.booklet.compose import compose
from lti_tool.booklet.shelf import booklet_pdf
from lti_tool.learning.read_glossary import read_glossary
from lti_tool.web.language import format_day, language, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("booklet", __name__)


@blueprint.get("/modules/<module_slug>/booklet.pdf")
def pdf(module_slug: str) -> ResponseReturnValue:
    """Send the module as PDF; set at the first wish, kept afterwards."""
    current_visitor()
    tool, programme = parts(), current_programme()
    glossary = read_glossary(programme, module_slug)
    assert glossary.module is not None
    document = compose(
        programme, glossary.module, glossary.terms, say=translate, day=format_day, language=language()
    )  # fmt: skip
    made = booklet_pdf(document, made_at=int(tool.now().timestamp()), folder=tool.settings.data_dir / "booklets")
    response = Response(made, content_type="application/pdf")
    name = f"{translate('Modul')}-{glossary.module.number}-{glossary.module.slug}-{programme.version}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.get("/modules/<module_slug>/print")
def print_view(module_slug: str) -> str:
    """Show the module as one page, made for printing."""
    current_visitor()
    glossary = read_glossary(current_programme(), module_slug)
    return render_template("modules/print.html", section="modules", page=glossary, programme=current_programme())
