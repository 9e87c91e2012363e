"""Failures as pages: what happened, what to do next and a short reference that finds the log line."""

import logging
import secrets

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lti_tool import logs
from lti_tool.errors import ToolError
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.launching.platform_storage import KEPT_FIELD
from lti_tool.messages import N_
from lti_tool.web.endpoints.metrics import note_refused_launch
from lti_tool.web.failures.refusal_texts import RefusalText, text_of
from lti_tool.web.forms.for_scripts import refusal_as_json, wants_json
from lti_tool.web.forms.handed_back import handed_back
from lti_tool.web.headers import allow_forms_to_anywhere, allow_framing_by
from lti_tool.web.language import format_number, translate
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import retry_after

log = logging.getLogger(__name__)

_OPEN_AGAIN = N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs.")
_HTTP_TEXTS = {
    404: (
        N_("Diese Seite gibt es nicht."),
        N_("Prüfen Sie die Adresse oder öffnen Sie die Aktivität noch einmal in Ihrem Kurs."),
    ),
    405: (
        N_("Diese Adresse kann man nicht direkt aufrufen."),
        _OPEN_AGAIN,
    ),
    413: (
        N_("Das ist zu viel auf einmal: höchstens %(mb)s MB."),
        N_(
            "Gehen Sie in Ihrem Browser einen Schritt zurück: Ihr Text steht noch dort. "
            "Kürzen Sie ihn und senden Sie noch einmal ab."
        ),
    ),
    429: (
        N_("Das waren zu viele Aufrufe in kurzer Zeit."),
        N_("Warten Sie bitte eine Minute und versuchen Sie es dann noch einmal."),
    ),
}
_OTHER_REQUEST = (N_("Diese Anfrage konnten wir nicht verarbeiten."), _OPEN_AGAIN)
_OWN_FAULT = (
    N_("Bei uns ist ein Fehler aufgetreten. Was Sie zuletzt gespeichert haben, ist nicht verloren."),
    N_("Versuchen Sie es in ein paar Minuten noch einmal. Bleibt der Fehler, nennen Sie der Kursleitung die Referenznummer."),
)
_TROUBLES = {
    "database_away": (
        N_("Die Datenbank ist gerade nicht erreichbar."),
        N_("Warten Sie bitte eine Minute und versuchen Sie es dann noch einmal. Was gespeichert ist, ist nicht verloren."),
    ),
    "database_busy": (
        N_("Gerade ist sehr viel los."),
        N_("Warten Sie bitte eine Minute und versuchen Sie es dann noch einmal. Was gespeichert ist, ist nicht verloren."),
    ),
    "storage_full": (
        N_("Wir können gerade nichts speichern: Auf dem Server ist kein Platz mehr."),
        N_(
            "Der Betrieb sieht das. Versuchen Sie es später noch einmal. Bleibt es so, nennen Sie der Kursleitung die "
            "Referenznummer. Was gespeichert ist, ist nicht verloren."
        ),
    ),
}
_TRY_AGAIN_S = 10
# How often a launch that waits for the platform's keys sends itself again, and where its page counts that.
MOST_TIMES_AWAITED = 8
_TIMES_FIELD = "times"
# Without letters and digits that are taken for each other when read out on the telephone.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def set_up(app: Flask) -> None:
    """Answer every failure with a page, and give each request an id by which its log lines are found."""
    app.before_request_funcs.setdefault(None, []).insert(0, _name_request)
    app.after_request(_show_id)
    app.teardown_request(_forget_request)
    app.register_error_handler(LaunchRejected, _launch_refused)
    app.register_error_handler(ToolError, _tool_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _own_fault)


def new_reference() -> str:
    """Give the reference that a person can read out: the request's id, which stands in each of its log lines."""
    return logs.request_id.get() or _new_id()


def _new_id() -> str:
    # 32 letters, so five bits of each byte: every letter as likely as any other, and one call to the system instead of seven.
    return "".join([_LETTERS[byte & 31] for byte in secrets.token_bytes(7)])


def _name_request() -> None:
    # Kept where a request runs once more: it is still one.
    if "request_id" not in g:
        g.request_id = _new_id()
    logs.request_id.set(g.request_id)


def _show_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = logs.request_id.get()
    return response


def _forget_request(_: BaseException | None) -> None:
    # The thread goes on with another request, or with the delivery of scores.
    logs.request_id.set("")


def _launch_refused(refusal: LaunchRejected) -> ResponseReturnValue:
    reference = new_reference()
    # The certification suite wants a line for each refusal. No claim, no token and no name stands in it.
    extra = {"code": refusal.code, "registration": refusal.registration_id, "reference": reference}
    if refusal.detail:
        extra["detail"] = refusal.detail
    log.info("launch_refused", extra=extra)
    note_refused_launch(refusal.code)
    _allow_platform_to_frame(refusal)
    text = text_of(refusal)
    if refusal.refusal is LaunchRefusal.COOKIE_MISSING and (refusal.initiation is not None or refusal.errand is not None):
        allow_forms_to_anywhere()
        page = render_template(
            "errors/new_window.html",
            login=refusal.initiation.as_form() if refusal.initiation else None,
            message=text.message,
            next_step=text.next_step,
            errand=refusal.errand,
            launch={name: request.form.get(name, "") for name in ("id_token", "state")},
            kept_field=KEPT_FIELD,
            reference=reference,
        )
        return page, text.status
    if refusal.refusal is LaunchRefusal.KEYS_AWAITED and _times_awaited() < MOST_TIMES_AWAITED:
        return _keys_awaited(refusal, reference), text.status, retry_after(refusal)
    if refusal.received:
        page = render_template(
            "errors/to_compare.html", refusal=refusal, text=text, received=refusal.received, reference=reference
        )
        return page, text.status
    body, status = _answer(text, reference, refusal.code)
    return body, status, retry_after(refusal)


def _keys_awaited(refusal: LaunchRejected, reference: str) -> str:
    """Send the same launch again in a moment, from the browser: no thread of ours waits for a platform meanwhile."""
    fields = {name: request.form[name] for name in ("id_token", "state", KEPT_FIELD) if name in request.form}
    return render_template(
        "errors/keys_awaited.html",
        launch={**fields, _TIMES_FIELD: _times_awaited() + 1},
        wait_s=refusal.retry_after_s,
        reference=reference,
    )


def _times_awaited() -> int:
    value = request.form.get(_TIMES_FIELD, "0")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else MOST_TIMES_AWAITED


def _allow_platform_to_frame(refusal: LaunchRejected) -> None:
    """Show the page where the launch happened. Where that is unknown anybody may frame it: it carries nothing."""
    known = parts().front_door.registrations.by_id(refusal.registration_id) if refusal.registration_id else None
    allow_framing_by(known.frame_origin if known else "*")


def _tool_error(error: ToolError) -> ResponseReturnValue:
    reference = new_reference()
    level = logging.ERROR if error.status == 500 else logging.INFO
    log.log(level, "request_refused", extra={"code": error.code, "status": error.status, "reference": reference})
    allow_framing_by("*")
    body, status = _answer(text_of(error), reference, error.code)
    return body, status, retry_after(error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()
    reference = new_reference()
    log.info("request_refused", extra={"code": f"http_{status}", "status": status, "reference": reference})
    message, next_step = _HTTP_TEXTS.get(status, _OTHER_REQUEST if status < 500 else _OWN_FAULT)
    allow_framing_by("*")
    # A 405 must say what is allowed, a 429 when to come back (RFC 9110).
    kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    if isinstance(error, RequestEntityTooLarge):
        # The rest of the body is not read, so the connection cannot serve another request.
        kept.append(("Connection", "close"))
    limit_mb = format_number((request.max_content_length or 0) / 1024 / 1024, 2)
    text = RefusalText(status, message, next_step, {"mb": limit_mb} if status == 413 else {})
    body, code = _answer(text, reference, f"http_{status}")
    return body, code, kept


def _own_fault(error: Exception) -> ResponseReturnValue:
    reference = new_reference()
    trouble = parts().database.trouble_of(error)
    if trouble is not None:
        log.error("database_trouble", extra={"code": trouble.value, "reference": reference}, exc_info=error)
        allow_framing_by("*")
        code = "database_busy" if trouble == "database_collided" else trouble.value
        body, status = _answer(RefusalText(503, *_TROUBLES[code]), reference, code)
        return body, status, {"Retry-After": str(_TRY_AGAIN_S)}
    log.error("request_failed", extra={"code": type(error).__name__, "reference": reference}, exc_info=error)
    allow_framing_by("*")
    return _answer(RefusalText(500, *_OWN_FAULT), reference, "own_fault")


def _answer(text: RefusalText, reference: str, code: str) -> tuple[str | Response, int]:
    """Return the refusal as a page, or as JSON for a script of ours: it could not tell a page from a lost connection."""
    if wants_json():
        told = translate(text.next_step, **text.values) if text.next_step else ""
        return refusal_as_json(code, translate(text.message, **text.values), told, reference), text.status
    page = render_template(
        "errors/error.html",
        message=text.message,
        next_step=text.next_step,
        values=text.values,
        typed=handed_back(code),
        reference=reference,
        status=text.status,
    )
    return page, text.status
