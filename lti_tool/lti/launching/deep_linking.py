"""The answer to a deep linking request: content items in a signed message (Deep Linking 2.0, section 4.5).

PyLTI1p3's classes make the message; what they leave open is closed here: `data` goes back only if it came, texts, windows and
icons have their place, the key is ours, and the form is the page's business (theirs has an inline script and unescaped
addresses). What the platform does not accept is refused before anything is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from joserfc import jwt
from joserfc.jwk import RSAKey
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem

from lti_tool.errors import ToolError
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.claims import DeepLinkingSettings
from lti_tool.lti.launching.pylti1p3_adapters import KnownRegistration
from lti_tool.lti.ports import Registration

Target = Literal["iframe", "window"]
TARGETS: Final[tuple[Target, ...]] = ("iframe", "window")

# Moodle 4.2 silently loses items with any other maximum than a whole number from 1 to 100, and with them the following
# items without a column.
SCORE_MAXIMUM: Final = 100
# Moodle's titles are 255 characters long at most; a longer one is an error in its form.
_LONGEST_TITLE: Final = 255
# Moodle's JWT library grants no leeway: a clock that is a little ahead would make the answer "issued in the future".
_ISSUED_EARLIER: Final = timedelta(seconds=5)
_LIFE: Final = timedelta(minutes=5)


class DeepLinkingProblem(StrEnum):
    """What the platform's settings do not allow."""

    TYPE = "deep_linking_type"
    EMPTY = "deep_linking_empty"
    SEVERAL = "deep_linking_several"
    TARGET = "deep_linking_target"


class DeepLinkingRefused(ToolError):
    """The platform would not take this; nothing was signed."""

    status = 409
    code = "deep_linking_refused"

    def __init__(self, problem: DeepLinkingProblem) -> None:
        super().__init__(problem, code=problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """The gradebook column that comes with an item."""

    label: str
    resource_id: str
    tag: str


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One link to be placed in the course."""

    title: str
    text: str
    url: str
    custom: Mapping[str, str]
    icon_url: str
    column: ItemColumn | None = None


@dataclass(frozen=True, slots=True)
class ResponseForm:
    """What the browser posts back to the platform: one field, `JWT`."""

    action: str
    token: str


def accepted_targets(settings: DeepLinkingSettings) -> tuple[Target, ...]:
    """Name the ways of opening an item that the platform takes and that can be said in an item."""
    return tuple(target for target in TARGETS if target in settings.accept_presentation_document_targets)


def respond_to_deep_linking(
    registration: Registration,
    deployment_id: str,
    settings: DeepLinkingSettings,
    items: Sequence[ContentItem],
    *,
    target: Target | None,
    signing_key: RSAKey,
    now: datetime,
) -> ResponseForm:
    """Sign the chosen items for the platform.

    Args:
        deployment_id: as the platform calls it; the answer's must be the request's.
        target: how the items shall open; None: as the platform likes.
        signing_key: the tool's private key, with its kid.
    Raises:
        DeepLinkingRefused: the request's settings do not allow this.
    """
    _check(settings, items, target)
    message = _Message(registration, deployment_id, settings, signing_key, now)
    resources = [_Resource(item, target, has_column=settings.accept_line_item is not False) for item in items]
    return ResponseForm(settings.return_url, message.get_response_jwt(resources))


def _check(settings: DeepLinkingSettings, items: Sequence[ContentItem], target: Target | None) -> None:
    if names.RESOURCE_LINK_ITEM not in settings.accept_types:
        raise DeepLinkingRefused(DeepLinkingProblem.TYPE)
    if not items:
        raise DeepLinkingRefused(DeepLinkingProblem.EMPTY)
    if len(items) > 1 and not settings.accept_multiple:
        raise DeepLinkingRefused(DeepLinkingProblem.SEVERAL)
    if target is not None and target not in settings.accept_presentation_document_targets:
        raise DeepLinkingRefused(DeepLinkingProblem.TARGET)


class _Resource(DeepLinkResource):
    """An item with what PyLTI1p3's leaves out: text, the way of opening, the size of the icon."""

    def __init__(self, item: ContentItem, target: Target | None, *, has_column: bool) -> None:
        self._item = item
        self._way = target
        self.set_title(item.title[:_LONGEST_TITLE]).set_url(item.url).set_custom_params(dict(item.custom))
        self.set_icon_url(item.icon_url)
        if item.column is not None and has_column:
            column = LineItem().set_label(item.column.label).set_resource_id(item.column.resource_id).set_tag(item.column.tag)
            self.set_lineitem(column.set_score_maximum(SCORE_MAXIMUM))

    def to_dict(self) -> dict[str, object]:
        values: dict[str, object] = super().to_dict()
        values["text"] = self._item.text
        values["icon"] = {"url": self._item.icon_url, "width": 64, "height": 64}
        if self._way == "iframe":
            values["iframe"] = {"width": 1024, "height": 768}
        elif self._way == "window":
            # One name for all: the next activity replaces the last instead of piling up windows.
            values["window"] = {"targetName": "lti-tool", "width": 1024, "height": 768}
        return values


class _Message(DeepLink):
    """PyLTI1p3's message with our times and our key, and `data` only where it was sent."""

    def __init__(
        self, registration: Registration, deployment_id: str, settings: DeepLinkingSettings, signing_key: RSAKey, now: datetime
    ) -> None:
        super().__init__(KnownRegistration(registration), deployment_id, {"data": settings.data})
        self._data = settings.data
        self._signing_key = signing_key
        self._issued_at = int((now - _ISSUED_EARLIER).timestamp())
        self._expires_at = int((now + _LIFE).timestamp())

    def get_message_jwt(self, resources: Sequence[DeepLinkResource]) -> dict[str, object]:
        message: dict[str, object] = super().get_message_jwt(resources)
        message |= {"iat": self._issued_at, "exp": self._expires_at, "azp": self._registration.get_issuer()}
        if self._data is None:
            # Section 4.5.7: returned if and only if the platform gave it; PyLTI1p3 sends null.
            del message[names.DEEP_LINKING_DATA]
        return message

    def encode_jwt(self, message: dict[str, object]) -> str:
        header = {"alg": "RS256", "typ": "JWT", "kid": self._signing_key.kid}
        return jwt.encode(header, message, self._signing_key, algorithms=["RS256"])

    def get_response_form_html(self, jwt_val: str) -> str:
        raise NotImplementedError("the web layer writes the form")
