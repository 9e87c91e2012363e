"""All parts that pages are made of, in all their states, on one page: for who works on the tool, never in production."""

from flask import Blueprint, render_template

blueprint = Blueprint("parts_gallery", __name__)


@blueprint.get("/_parts")
def page() -> str:
    """Show them; what stands there is invented."""
    return render_template("parts/gallery.html")
