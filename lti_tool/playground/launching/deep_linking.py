"""Deep linking: what the tool's answer turns into, by the rules that Moodle 4.2.3 was seen to follow.

Moodle checks less (it looks at signature, iss and exp only); the playground also wants what Deep Linking 2.0, section 4.5, and
Security Framework 1.0, section 5.1, require, for it is here to find a tool's faults.
"""

import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.playground.advantage.tool_keys import BadSignature, decode_segment, verified_claims
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching.open_edx import DEPLOYMENT_ID
from lti_tool.playground.site import Site, random_word
from lti_tool.playground.state import Activity, Column, Json, Tool

log = logging.getLogger(__name__)

# Moodle's site setting "Maximum grade" as installed.
GREATEST_MAXIMUM = 100
_TITLE_LENGTH = 255


class SelectionRefused(ToolError):
    """The tool's answer is not taken; Moodle shows an exception's text in the dialog."""

    status = 400
    code = "playground_selection_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(
            N_("Die Auswahl wurde nicht angenommen: %(reason)s"),
            next_step=N_("Gehen Sie zurück zum Kurs und wählen Sie noch einmal aus."),
            reason=reason,
        )


@dataclass(frozen=True)
class PlannedActivity:
    """A content item on its way to become an activity."""

    title: str
    url: str
    description: str
    custom: dict[str, str]
    container: str
    maximum: Any
    """scoreMaximum as the tool sent it; None where the item has no lineItem."""
    resource_id: str
    tag: str

    @property
    def has_valid_maximum(self) -> bool:
        whole = isinstance(self.maximum, int | float) and float(self.maximum).is_integer()
        return whole and not isinstance(self.maximum, bool) and 1 <= self.maximum <= GREATEST_MAXIMUM


@dataclass(frozen=True)
class Selection:
    """What an instructor chose in the tool and may now save."""

    id: str
    tool_id: str
    items: tuple[PlannedActivity, ...]
    problem: str = ""
    """Why the form cannot be saved; only a single item is checked before."""


@dataclass(frozen=True)
class Outcome:
    """What came of saving: Moodle loses items without a word, the playground names them."""

    created: tuple[Activity, ...]
    lost: tuple[PlannedActivity, ...] = field(default=())


class DeepLinking:
    """Takes a tool's answer and makes activities and columns of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._selections: dict[str, Selection] = {}
        self._nonces: set[str] = set()

    def receive(self, return_url: str, token: str) -> Selection:
        """Check the tool's answer and show what it would make.

        Raises:
            SelectionRefused: the answer is not the tool's, too late, or lacks what the specification requires.
        """
        query = parse_qs(urlsplit(return_url).query)
        with self._site.lock:
            if query.get("sesskey", [""])[0] not in self._site.sesskeys:
                raise SelectionRefused("sesskey")
        tool = self._site.tool(query.get("id", [""])[0])
        try:
            # An answer without iss makes Moodle close the dialog without a word.
            has_issuer = bool(decode_segment(token.split(".")[1]).get("iss")) if token.count(".") == 2 else True
            claims = verified_claims(self._site, tool, token)
        except (BadSignature, ValueError) as err:
            raise SelectionRefused(str(err)) from err
        if has_issuer:
            self._check(claims, tool)
        entries = claims.get(names.CONTENT_ITEMS) or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise SelectionRefused("content_items")
        items = tuple(self._plan(entry, tool) for entry in entries) if has_issuer else ()
        selection = Selection(random_word(12), tool.id, items, _problem(items))
        with self._site.lock:
            self._selections[selection.id] = selection
        return selection

    def _check(self, claims: Json, tool: Tool) -> None:
        expires_at, audience = claims.get("exp"), claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        wrong = {
            "iss": claims.get("iss") != tool.client_id,
            "aud": self._site.issuer not in audiences,
            "message_type": claims.get(names.MESSAGE_TYPE) != names.DEEP_LINKING_RESPONSE,
            "version": claims.get(names.VERSION) != "1.3.0",
            "deployment_id": claims.get(names.DEPLOYMENT_ID) != (DEPLOYMENT_ID if self._site.is_open_edx else tool.id),
            "iat": not isinstance(claims.get("iat"), int | float),
            "exp": not isinstance(expires_at, int | float),
            "data": names.DATA in claims,  # to be sent back only if it was given, and the playground gives none
        }
        faults = [name for name, is_wrong in wrong.items() if is_wrong]
        if faults:
            log.warning("playground_selection_refused", extra={"reason": ",".join(faults)})
            raise SelectionRefused(", ".join(faults))
        if claims["exp"] <= self._site.now().timestamp():
            raise SelectionRefused("Expired token")
        nonce = claims.get("nonce")
        with self._site.lock:
            if not isinstance(nonce, str) or not nonce or nonce in self._nonces:
                raise SelectionRefused("nonce")
            self._nonces.add(nonce)

    def _plan(self, entry: Json, tool: Tool) -> PlannedActivity:
        line_item = entry.get("lineItem") if isinstance(entry.get("lineItem"), dict) else None
        custom: Json = entry["custom"] if isinstance(entry.get("custom"), dict) else {}
        in_frame, in_window = "iframe" in entry, "window" in entry
        container = "embed" if in_frame else "window" if in_window else "default"
        return PlannedActivity(
            title=str(entry.get("title") or tool.name),
            url=_moodle_url(str(entry.get("url") or "")),
            description=str(entry.get("text") or entry.get("html") or ""),
            # PHP turns a list into the word Array.
            custom={str(name): "Array" if isinstance(value, list | dict) else str(value) for name, value in custom.items()},
            container=container,
            # Without a maximum Moodle 4.2.3 fills in its default of 100.
            maximum=None if line_item is None else line_item.get("scoreMaximum", GREATEST_MAXIMUM),
            resource_id=str((line_item or {}).get("resourceId") or ""),
            tag=str((line_item or {}).get("tag") or ""),
        )

    def save(self, selection_id: str) -> Outcome:
        """Make the activities of a selection, once.

        Raises:
            SelectionRefused: there is no such selection (any more), or its single item cannot be saved.
        """
        with self._site.lock:
            selection = self._selections.pop(selection_id, None)
            if selection is None:
                raise SelectionRefused("selection")
            if selection.problem:
                raise SelectionRefused(selection.problem)
            kept, lost = _kept_and_lost(selection.items)
            if self._site.is_open_edx:
                self._clear_component(selection.tool_id)
            created = tuple(self._create(selection.tool_id, item) for item in kept)
            self._site.save()
        return Outcome(created, lost)

    def _clear_component(self, tool_id: str) -> None:
        """Take away what a component of Open edX has shown: chosen content replaces it, an empty choice clears it."""
        activities = self._site.state.activities
        for key in [key for key, activity in activities.items() if activity.tool_id == tool_id]:
            del activities[key]

    def _create(self, tool_id: str, item: PlannedActivity) -> Activity:
        # Open edX keeps `lineItem` and ignores it: the component has its own column.
        maximum = None if item.maximum is None or self._site.is_open_edx else float(item.maximum)
        return place(
            self._site,
            Activity(self._site.next_id(), tool_id, item.title, item.url, item.description, item.custom, item.container),
            maximum=maximum,
            resource_id=item.resource_id,
            tag=item.tag,
        )


def place(site: Site, activity: Activity, *, maximum: float | None, resource_id: str = "", tag: str = "") -> Activity:
    """Put an activity into the course, with a coupled column if it has a maximum. The column is called like the activity."""
    with site.lock:
        site.state.activities[str(activity.id)] = activity
        if maximum is not None:
            column = Column(
                site.next_id(),
                activity.tool_id,
                activity.title,
                maximum,
                resource_id,
                tag,
                activity.id,
                is_coupled=True,
                course=activity.course,
            )
            site.state.columns[str(column.id)] = column
    return activity


def _kept_and_lost(items: tuple[PlannedActivity, ...]) -> tuple[list[PlannedActivity], tuple[PlannedActivity, ...]]:
    """Part what Moodle creates from what it loses.

    Of several items one with a bad maximum is lost, and with it all that follow without a lineItem, until one with a valid
    maximum.
    """
    kept: list[PlannedActivity] = []
    lost: list[PlannedActivity] = []
    is_stuck = False
    for item in items:
        if item.maximum is not None:
            is_stuck = not item.has_valid_maximum
        too_long = len(item.title) > _TITLE_LENGTH
        (lost if is_stuck or too_long else kept).append(item)
    return kept, tuple(lost)


def _problem(items: tuple[PlannedActivity, ...]) -> str:
    if len(items) != 1:
        return ""
    if len(items[0].title) > _TITLE_LENGTH:
        return N_("Der Titel ist länger als 255 Zeichen.")
    if items[0].maximum is not None and not items[0].has_valid_maximum:
        return N_("Die höchste Bewertung muss eine ganze Zahl von 1 bis 100 sein.")
    return ""


def _moodle_url(url: str) -> str:
    """Write a URL as Moodle stores it: `+` in the query becomes `%20`."""
    head, mark, query = url.partition("?")
    return head + mark + query.replace("+", "%20")
