"""The programme's forms to take home: the list, and each as a file made when it is asked for."""

from hashlib import sha256

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool import __version__
from lti_tool.domain.content.downloads import Download
from lti_tool.downloads.make_download import MEDIA_TYPES, make_download
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.web.programme import current_programme
from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/downloads")
def overview() -> str:
    """List all forms with what they are for."""
    current_visitor()
    return render_template("downloads/overview.html", section="modules", programme=current_programme())


@blueprint.get("/downloads/<download_id>")
def file(download_id: str) -> ResponseReturnValue:
    """Send a form as a file; who has it already and asks again is told so, and nothing is made."""
    current_visitor()
    programme = current_programme()
    download = programme.find_download(download_id)
    if download is None:
        raise NotFound(
            N_("Diese Vorlage gibt es nicht."),
            next_step=N_("Alle Vorlagen finden Sie auf der Seite „Vorlagen zum Herunterladen“."),
            code="download_not_found",
        )
    tag = _tag_of(programme.title, download)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(make_download(programme, download), content_type=MEDIA_TYPES[download.ending])
        response.headers.set("Content-Disposition", "attachment", filename=download.file_name)
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _tag_of(programme_title: str, download: Download) -> str:
    """Name a state of the file by all that goes into it, and by the release that writes it."""
    return sha256(repr((__version__, programme_title, download)).encode()).hexdigest()[:24]
