"""Puts authored HTML into pages: turns the addresses of lessons and figures into those of this site."""

import re
from hashlib import sha256

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Lesson, Module
from lti_tool.web.language import language, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, shown_figure
from lti_tool.web.visits.browser_session import href

blueprint = Blueprint("content", __name__)

_LESSON_LINK = re.compile(r'<a href="lektion:([\d.]+)">(.*?)</a>', re.DOTALL)
_TERM_LINK = re.compile(r'href="#glossar-([a-z0-9-]+)"')
_HEADING = re.compile(r"<(/?)h([23])")
_CASE_LINK = re.compile(r'<a href="fall:([a-z0-9-]+)">(.*?)</a>', re.DOTALL)
_DOWNLOAD_LINK = re.compile(r'<a href="vorlage:([a-z0-9-]+)">(.*?)</a>', re.DOTALL)
_OUTSIDE = re.compile(r'<a href="(https?://[^"]*)">(.*?)</a>', re.DOTALL)
_CITATION = re.compile(r'href="#quelle-')
_ANCHOR = re.compile(r'id="([^"]+)"')
_FIGURE = re.compile(r'src="figur:([a-z0-9-]+\.svg)"')
# A drawing opened by itself is a document of its own: it may style itself and do nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/figures/<name>")
def figure(name: str) -> Response:
    """Send a drawing of a lesson; it is public and never changes under its address."""
    found = parts().figure_in(Pin(request.args.get("programme", ""), request.args.get("version", "")), name)
    if found is None:
        abort(404)
    response = Response(found.svg, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.app_template_filter("with_glossary")
def with_glossary(html: str, module: Module, lesson: Lesson) -> str:
    """Let a lesson's terms lead to their entries in the module's glossary, and from there back to the lesson."""
    page = href("glossary.page", module_slug=module.slug, lesson=lesson.code)
    return _TERM_LINK.sub(lambda found: f'href="{Markup.escape(page)}&amp;term={found[1]}#glossar-{found[1]}"', html)


@blueprint.app_template_filter("with_whole_glossary")
def with_whole_glossary(html: str) -> str:
    """Let the terms of a text that belongs to no lesson lead to the programme's glossary."""
    page = href("glossary.whole")
    return _TERM_LINK.sub(lambda found: f'href="{Markup.escape(page)}&amp;term={found[1]}#glossar-{found[1]}"', html)


@blueprint.app_template_filter("as_part")
def as_part(html: str, code: str) -> str:
    """Make a lesson's text part of a longer page: headings one level deeper, anchors named after it, nothing folded."""
    html = html.replace("<details>", "<details open>")
    html = _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", html)
    prefix = code.replace(".", "-")
    html = _CITATION.sub(f'href="#{prefix}-quelle-', html)
    return _ANCHOR.sub(lambda found: f'id="{prefix}-{found[1]}"', html)


@blueprint.app_template_filter("authored")
def authored(html: str) -> Markup:
    """Mark authored HTML as safe (it was cleaned when it was read) and give its links their addresses."""
    if "lektion:" in html:
        html = _LESSON_LINK.sub(_lesson_link, html)
    if "fall:" in html:
        html = _CASE_LINK.sub(_case_link, html)
    if "vorlage:" in html:
        html = _DOWNLOAD_LINK.sub(_download_link, html)
    if "http" in html:
        html = _OUTSIDE.sub(_outside_link, html)
    if "figur:" in html:
        html = _FIGURE.sub(lambda found: f'src="{_figure_address(found[1])}"', html)
    return Markup(html)  # noqa: S704 - cleaned by nh3 in programme/formats/markdown.py


@blueprint.app_template_filter("after_opening")
def after_opening(html: str) -> tuple[Markup, Markup]:
    """Part a lesson's text behind its opening story: before the second heading, or the first where the story has none."""
    place = html.find("<h2", 1)
    place = len(html) if place < 0 else place
    return Markup(html[:place]), Markup(html[place:])  # noqa: S704 - cleaned when read


def _lesson_link(found: re.Match[str]) -> str:
    entry = current_programme().lessons_by_code.get(found[1])
    if entry is None:
        return found[2]
    module, lesson = entry
    address = href("lessons.page", module_slug=module.slug, lesson_slug=lesson.slug)
    return f'<a href="{Markup.escape(address)}">{found[2]}</a>'


def _case_link(found: re.Match[str]) -> str:
    if current_programme().library.find(found[1]) is None:
        return found[2]
    return f'<a href="{Markup.escape(href("cases.page", case_id=found[1]))}">{found[2]}</a>'


def _download_link(found: re.Match[str]) -> str:
    download = current_programme().find_download(found[1])
    if download is None:
        return found[2]
    address = Markup.escape(href("downloads.file", download_id=download.id))
    return f'<a href="{address}" download="{download.file_name}">{found[2]} ({download.ending.upper()})</a>'


def _outside_link(found: re.Match[str]) -> str:
    """Open a new window: in the frame of a platform most sites refuse to show, and the lesson would be gone."""
    note = f'<span class="kern-sr-only" lang="{language()}"> ({Markup.escape(translate("neues Fenster"))})</span>'
    return f'<a href="{found[1]}" target="_blank" rel="noopener noreferrer external">{found[2]}{note}</a>'


def _figure_address(name: str) -> str:
    found = shown_figure(name)
    if found is None:
        return url_for("content.figure", name=name)
    pin, drawing = found
    return url_for("content.figure", name=name, **pin._asdict(), h=sha256(drawing.svg).hexdigest()[:12])
