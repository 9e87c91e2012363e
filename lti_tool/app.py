"""The Flask application: takes the wired parts and hangs endpoints and pages into it."""

from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from lti_tool import bootstrap, preflight
from lti_tool.parts import Parts
from lti_tool.settings import Settings, load_settings
from lti_tool.web import assets, compressed, former_addresses, headers, host_check, language, step
from lti_tool.web.endpoints import credentials, handover, health, jwks, launch, login, metrics, visit
from lti_tool.web.failures import errors
from lti_tool.web.failures.once_more import Application
from lti_tool.web.forms import request_body, shown, storable, typed_forms
from lti_tool.web.pages import certificates, concerns, front, legal, my_data, parts_gallery, verify
from lti_tool.web.pages.connecting import check, deep_linking, register
from lti_tool.web.pages.draft import reifegrad, workbook
from lti_tool.web.pages.learning import modules, quizzes
from lti_tool.web.pages.surveys import answering
from lti_tool.web.pages.teaching import certificate_office, course, letterhead
from lti_tool.web.programme import site_name
from lti_tool.web.visits import browser_session

PACKAGE = Path(__file__).parent
# Login and launch bodies are small; an id_token is at most 64 KB. Pages of a visit take more (`browser_session`).
MAX_BODY_BYTES = 256 * 1024


def _templates_folder() -> Path:
    """Installed, the templates are inside the package; in a checkout they stand at the top level."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def create_app(settings: Settings | None = None, *, parts: Parts | None = None) -> Flask:
    """Make the application; with `parts` given, on those (tests, the command line)."""
    if parts is None:
        parts = bootstrap.build(settings or load_settings())
    app = Application("lti_tool", static_folder=None, template_folder=str(_templates_folder()))
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_PARTS"] = 2000
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["parts"] = parts
    request_body.set_up(app)
    if parts.settings.trusted_proxies:
        hops = parts.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]

    storable.set_up(app)
    # First, so that it comes last: whatever else looks at a page sees it whole.
    compressed.set_up(app)
    assets.set_up(app)
    language.set_up(app)
    browser_session.set_up(app)
    step.set_up(app)
    shown.set_up(app)
    typed_forms.set_up(app)
    headers.set_up(app)
    errors.set_up(app)
    metrics.set_up(app)
    former_addresses.set_up(app)
    host_check.set_up(app)
    endpoints = (login, launch, handover, jwks, health, metrics, credentials, visit)
    pages = (
        modules,
        quizzes,
        certificates,
        certificate_office,
        verify,
        register,
        check,
        workbook,
        deep_linking,
        course,
        front,
        legal,
        my_data,
        concerns,
        letterhead,
        reifegrad,
        answering,
    )
    for room in (*endpoints, *pages):
        app.register_blueprint(room.blueprint)
    if not parts.settings.is_production:
        app.register_blueprint(parts_gallery.blueprint)

    health.set_readiness(app, preflight.Readiness(parts))

    def in_language(wish: str) -> str:
        """Give the present page's address in another language (the visit stays in it)."""
        if not request.endpoint or request.method != "GET":
            return f"?lang={wish}"
        # Not through `url_for`: a stranger's `?_scheme=…` or `?endpoint=…` would count as its own arguments.
        return f"{url_for(request.endpoint, **(request.view_args or {}))}?{urlencode({**request.args.to_dict(), 'lang': wish})}"

    app.jinja_env.globals.update(in_language=in_language, site_name=site_name)
    return app
