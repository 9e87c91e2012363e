"""The bare address of the tool: for operators who look whether it runs, and for readers of an address on paper."""

from flask import Blueprint, render_template

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def front() -> str:
    """Say what this is, how learners get in, and where documents are verified."""
    return render_template("front/front.html")
