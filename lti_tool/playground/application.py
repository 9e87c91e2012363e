"""Puts the playground on the web: one Flask application over one Playground."""

from email.utils import format_datetime
from pathlib import Path

from flask import Flask, Response, render_template, request

from lti_tool.errors import ToolError
from lti_tool.playground.endpoints import endpoints, playground
from lti_tool.playground.faulty_wsgi import FaultyWsgi
from lti_tool.playground.gradebook_pages import gradebook_pages
from lti_tool.playground.pages import pages
from lti_tool.playground.platform import Playground

# Moodle's pages may be framed by itself only; the tool is framed by them.
_POLICY = "default-src 'self'; frame-src *; img-src *; base-uri 'none'; object-src 'none'; frame-ancestors 'self'"


def _template_folder() -> Path:
    """Find the templates: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _text(text: str, **values: object) -> str:
    """Fill a German text's placeholders; the playground speaks German only."""
    return text % values if values else text


def create_playground(lms: Playground) -> Flask:
    """Build the application that shows and serves `lms`."""
    app = Flask(
        __name__,
        template_folder=str(_template_folder()),
        static_folder=str(Path(__file__).parent / "static"),
        static_url_path="/static",
    )
    # Kept by browsers for a while: werkzeug leaves a file open that it answers with 304 for.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.extensions["playground"] = lms
    app.jinja_env.globals["_"] = _text
    app.jinja_options = {**app.jinja_options, "autoescape": True}
    app.register_blueprint(endpoints)
    app.register_blueprint(pages)
    app.register_blueprint(gradebook_pages)
    app.after_request(_add_headers)
    app.register_error_handler(ToolError, _refused)
    app.wsgi_app = FaultyWsgi(app.wsgi_app, lms.faults)  # type: ignore[method-assign]
    return app


def _add_headers(response: Response) -> Response:
    response.headers["Date"] = format_datetime(playground().site.now(), usegmt=True)
    if response.mimetype == "text/html" and not request.path.startswith("/mod/lti/token.php"):
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("X-Frame-Options", "sameorigin")
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refused(error: ToolError) -> tuple[str, int]:
    message = error.message % error.values if error.values else error.message
    return render_template("playground/refused.html", message=message, next_step=error.next_step), error.status
