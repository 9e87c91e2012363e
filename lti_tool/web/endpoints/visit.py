"""Whether a visit still lasts, asked by the script of a page that is left open."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("visit", __name__)


@blueprint.get("/visit")
def visit() -> ResponseReturnValue:
    """Say yes, or as to any other request of a script why not."""
    current_visitor()
    return {"status": "open"}
