"""Turns the application into a preview: every page is shown to an author, as a course of the watched folder's programme.

The pages are those that participants and instructors see, with a visitor who teaches in a course that nobody else is in. Its
database is a file of this process and ends with it. What asks for more than looking is refused in a sentence.
"""

import secrets
from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.authoring.findings_in_place import PlacedFinding, place_in_lesson
from lti_tool.authoring.watched_folder import FolderState
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.domain.people import Visitor
from lti_tool.web.pages.authoring import preview
from lti_tool.web.pages.authoring.watching import Watching, present_state
from lti_tool.web.visits.visit_cookies import Visit

# What an author may send: an answer to a self-check, a figure's numbers, the wish to have links asked.
_MAY_SEND = frozenset({"lessons.check", "lessons.position", "preview.links"})
_WITHOUT_FOLDER = frozenset({"assets.asset", "preview.stamp", "preview.changes"})


def set_up(app: Flask, watching: Watching, visitor: Visitor, hosts: frozenset[str]) -> None:
    """Seat the author on every page.

    Args:
        hosts: the only values of the Host header that are answered.
    """
    key = secrets.token_urlsafe(6)
    app.extensions["watching"] = watching
    app.register_blueprint(preview.blueprint)

    def refuse_other_hosts() -> ResponseReturnValue | None:
        # A page elsewhere may let its own name point here, and would read what lies on this machine.
        if request.host in hosts:
            return None
        return Response("This preview answers at its own address only.\n", 421, content_type="text/plain; charset=utf-8")

    def seat() -> ResponseReturnValue | None:
        now = app.extensions["parts"].now()
        g.language = "de"
        if request.endpoint == "front.page" or request.path == "/":
            return Response(status=303, headers={"Location": "/preview"})
        # First the visit: pages of errors have their navigation, too.
        g.visit, g.visitor = Visit(key, visitor, int(now.timestamp()), int(now.timestamp())), visitor
        if request.endpoint in _WITHOUT_FOLDER:
            return None
        state = present_state()
        if state.programme is None:
            return Response(render_template("preview/broken.html", state=state), content_type="text/html; charset=utf-8")
        _serve(app, state)
        if request.method not in ("GET", "HEAD") and request.endpoint not in _MAY_SEND:
            return Response(render_template("preview/read_only.html"), 403, content_type="text/html; charset=utf-8")
        return None

    hooks = app.before_request_funcs.setdefault(None, [])
    hooks.insert(0, refuse_other_hosts)
    # Behind the look for a visit, before the look at a form's token.
    hooks.insert(2, seat)
    app.context_processor(_words)


def _serve(app: Flask, state: FolderState) -> None:
    """Let all pages of this request, and whoever asks for the catalogue, have the programme as it stands now."""
    assert state.programme is not None
    if app.extensions.get("preview_stamp") != state.stamp:
        app.extensions["parts"] = replace(app.extensions["parts"], catalogue=Catalogue.of(state.programme))
        app.extensions["preview_stamp"] = state.stamp
    g.programme = state.programme


def _words() -> dict[str, Any]:
    state = present_state()
    return {"preview": {"state": state, "found": _found_here(state), "module": _module_slug(state)}}


def _module_slug(state: FolderState) -> str:
    slug = (request.view_args or {}).get("module_slug", "")
    return slug if state.programme is not None and state.programme.find_module(slug) else ""


def _found_here(state: FolderState) -> tuple[PlacedFinding, ...]:
    """Give what is to be mended in what the present page shows."""
    asked = request.view_args or {}
    if state.reading is None or request.blueprint == "preview":
        return ()
    entry = next((one for one in state.reading.modules if one.module.slug == asked.get("module_slug")), None)
    if "case_id" in asked:
        case = next((one for one in state.reading.library.cases if one.study.id == asked["case_id"]), None)
        return _whole(state, case.file) if case is not None else ()
    if "instrument_id" in asked:
        return _whole(state, "surveys/")
    if request.endpoint == "glossary.whole":
        return tuple(PlacedFinding(one) for one in state.findings if one.file.endswith("/glossary.toml"))
    if entry is None:
        return ()
    folder = entry.head.file.removesuffix("module.toml")
    lesson = next((one for one in entry.lessons if one.lesson.slug == asked.get("lesson_slug")), None)
    if lesson is not None:
        return place_in_lesson(lesson, state.findings_in(lesson.file))
    if request.endpoint == "glossary.page":
        return _whole(state, f"{folder}glossary.toml")
    return _whole(state, folder)


def _whole(state: FolderState, prefix: str) -> tuple[PlacedFinding, ...]:
    return tuple(PlacedFinding(finding) for finding in state.findings_in(prefix))
