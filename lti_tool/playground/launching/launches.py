"""Launches as Moodle makes them: login initiation, authentication request, signed id_token.

Steps: `begin…` gives the form that Moodle posts to the tool's login address; the tool sends the browser to `authenticate`, which
checks the request in the order of Moodle's auth.php and answers with a form that is posted to the tool's redirect_uri.
"""

import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.playground.launching import claims as claim_sets
from lti_tool.playground.launching import open_edx
from lti_tool.playground.people import Person
from lti_tool.playground.site import Site, random_word
from lti_tool.playground.state import Activity, Json, Tool

Target = Literal["iframe", "window", "frame"]
Form = dict[str, str]

# Begun and never finished launches are forgotten from the oldest on.
_MOST_PENDING = 20_000
_ID_TOKEN_LIFE_S = 60


class InvalidRequest(ToolError):
    """Moodle shows its user an error page (404) for this and tells the tool nothing."""

    status = 404
    code = "playground_invalid_request"

    def __init__(self, reason: str) -> None:
        super().__init__(
            N_("Ungültige Anfrage: Das Werkzeug hat sich mit unpassenden Angaben angemeldet (%(reason)s)."),
            next_step=N_("Öffnen Sie die Aktivität noch einmal aus dem Kurs."),
            reason=reason,
        )


@dataclass(frozen=True)
class PendingLaunch:
    """A launch that has begun and waits for the tool's authentication request."""

    person: Person
    tool_id: str
    activity_id: int | None
    target: Target
    sesskey: str
    reviewed: Person | None = None
    """Whose grade was clicked in the gradebook."""


class Launches:
    """Begins and finishes launches."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pending: OrderedDict[str, PendingLaunch] = OrderedDict()

    def begin(self, person: Person, activity: Activity, *, target: Target = "iframe", reviewed: Person | None = None) -> Form:
        """Begin a resource link launch, or the review of somebody's result, and give the login initiation's parameters."""
        pending = PendingLaunch(person, activity.tool_id, activity.id, target, random_word(10), reviewed)
        launch_id = f"ltilaunch{activity.id}_{secrets.randbelow(2_000_000_000)}"
        tool = self._site.tool(activity.tool_id)
        hint = {"cmid": activity.id, "launchid": launch_id}
        # Open edX names the component's address here, whatever item of it is opened; the token has the item's.
        target_link_uri = tool.target_link_uri if self._site.is_open_edx else activity.url or tool.target_link_uri
        return self._login(pending, tool, launch_id, hint, target_link_uri)

    def begin_deep_linking(self, person: Person, tool: Tool) -> Form:
        """Begin a deep linking launch and give the login initiation's parameters."""
        pending = PendingLaunch(person, tool.id, None, "iframe", random_word(10))
        with self._site.lock:
            self._site.sesskeys.add(pending.sesskey)
        launch_id = f"ltilaunch_ContentItemSelectionRequest{secrets.randbelow(2_000_000_000)}"
        return self._login(pending, tool, launch_id, {"launchid": launch_id}, tool.deep_link_url)

    def _login(self, pending: PendingLaunch, tool: Tool, launch_id: str, hint: Json, target: str) -> Form:
        with self._site.lock:
            self._pending[launch_id] = pending
            while len(self._pending) > _MOST_PENDING:
                self._pending.popitem(last=False)
        offered = self._offered_storage(pending)
        if self._site.padding:
            hint = hint | {"padding": self._site.padding}
        return offered | {
            "iss": self._site.issuer,
            "target_link_uri": target,
            "login_hint": pending.person.id,
            "lti_message_hint": json.dumps(hint, separators=(",", ":")),
            "client_id": tool.client_id,
            "lti_deployment_id": open_edx.DEPLOYMENT_ID if self._site.is_open_edx else tool.id,
        }

    def _offered_storage(self, pending: PendingLaunch) -> Form:
        """Name the frame that keeps values for tools, in login and launch alike; Moodle 4.2 and Open edX have none."""
        target = self._site.state.storage_target if pending.target == "iframe" else ""
        return {"lti_storage_target": target} if target else {}

    def authenticate(self, params: dict[str, str], signed_in: str | None = None) -> tuple[str, Form]:
        """Answer an OpenID authentication request as Moodle's auth.php does.

        Args:
            params: the request's parameters.
            signed_in: id of the person at the browser; None takes who began the launch.
        Returns:
            The redirect_uri and the form to be posted there: `id_token` and `state`, or `error` and `state`.
        Raises:
            InvalidRequest: Moodle would show an error page instead.
        """
        launch_id = self._launch_id_of(params)
        with self._site.lock:
            # Each hint works once: the back button and a reload end on the error page.
            pending = self._pending.pop(launch_id, None)
        if pending is None:
            raise InvalidRequest("lti_message_hint")
        tool = self._site.tool(pending.tool_id)
        error: Form | None = None
        if params["client_id"] != tool.client_id:
            error = {"error": "unauthorized_client"}
        elif params["login_hint"] != (signed_in or pending.person.id):
            error = {"error": "access_denied"}
        # The redirect_uri must be a registered one to the letter, its query included.
        if params["redirect_uri"] not in tool.redirect_uris:
            raise InvalidRequest("redirect_uri")
        if error is None and params.get("response_mode") != "form_post":
            error = {"error": "invalid_request", "error_description": "Invalid response_mode"}
        if error is None and params.get("prompt") not in (None, "", "none"):
            error = {"error": "invalid_request", "error_description": "Invalid prompt"}
        form = error if error is not None else {"id_token": self._id_token(pending, tool, params["nonce"])}
        return params["redirect_uri"], {**form, "state": params.get("state", ""), **self._offered_storage(pending)}

    def _launch_id_of(self, params: dict[str, str]) -> str:
        for name in ("scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce"):
            if not params.get(name):
                raise InvalidRequest(name)
        try:
            launch_id = str(json.loads(params.get("lti_message_hint", ""))["launchid"])
        except (ValueError, KeyError, TypeError) as err:
            raise InvalidRequest("lti_message_hint") from err
        if params["scope"] != "openid":
            raise InvalidRequest("scope")
        if params["response_type"] != "id_token":
            raise InvalidRequest("response_type")
        return launch_id

    def _id_token(self, pending: PendingLaunch, tool: Tool, nonce: str) -> str:
        return self._site.sign(self.claims(pending, tool, nonce))

    def claims(self, pending: PendingLaunch, tool: Tool, nonce: str) -> Json:
        """Give the id_token's claims for a launch, unsigned."""
        issued_at = int(self._site.now().timestamp())
        times = {"nonce": nonce, "iat": issued_at, "exp": issued_at + _ID_TOKEN_LIFE_S}
        if pending.activity_id is None:
            claims = times | claim_sets.deep_linking(self._site, tool, pending.person, pending.sesskey)
        else:
            activity = self._site.activity(pending.activity_id)
            claims = times | claim_sets.resource_link(
                self._site, tool, pending.person, activity, target=pending.target, sesskey=pending.sesskey
            )
            # Moodle 4.2.3 writes `&amp;` into the address of a new window and so loses that it was to be a review.
            if pending.reviewed is not None and pending.target != "window":
                claims |= claim_sets.submission_review(pending.reviewed)
        return open_edx.launch_claims(claims, tool, pending.person) if self._site.is_open_edx else claims
