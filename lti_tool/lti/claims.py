"""A launch's verified claims as frozen typed values; nothing after this module ever sees a claim.

Sections of LTI Core 1.3 stand beside what they ask for. What may be missing is None or empty: certification launches
come without name, e-mail, context and roles.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.lti import claim_names as names
from lti_tool.lti.claim_inventory import claim_names_of
from lti_tool.lti.errors import LaunchRejected
from lti_tool.lti.json_shapes import (
    LONGEST_URL,
    JsonObject,
    optional_flag,
    optional_object,
    optional_text,
    optional_url,
    required_id,
    texts,
)
from lti_tool.lti.ports import Registration
from lti_tool.lti.roles import Roles

# Core says 255 for both ids; Open edX builds them of course, block type and block (200 characters seen), so be generous.
_LONGEST_PLACE_ID = 500
_LONGEST_CUSTOM_VALUE = 2000
_MOST_CUSTOM_VALUES = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the platform says this is. Names are there only if the platform shares them."""

    sub: str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class LaunchContext:
    id: str
    title: str | None = None
    label: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LaunchedResourceLink:
    id: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class AgsEndpoint:
    """Assignment and Grade Services 2.0, claim `endpoint`. `line_item` is None where it is absent or empty."""

    scopes: frozenset[str] = frozenset()
    line_items: str | None = None
    line_item: str | None = None


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """Deep Linking 2.0, section 4.4.1. `data` is None where the platform sent none; only then it is not given back."""

    return_url: str
    accept_types: tuple[str, ...]
    accept_presentation_document_targets: tuple[str, ...]
    accept_multiple: bool = True
    auto_create: bool = False
    accept_line_item: bool | None = None
    title: str | None = None
    text: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Presentation:
    locale: str | None = None
    document_target: str | None = None
    return_url: str | None = None


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    guid: str | None = None
    name: str | None = None
    product_family: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """One verified arrival."""

    registration: Registration
    deployment_id: str
    message_type: str
    target_link_uri: str
    nonce: str
    person: Person
    roles: Roles
    context: LaunchContext | None = None
    resource_link: LaunchedResourceLink | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    ags: AgsEndpoint | None = None
    memberships_url: str | None = None
    deep_linking: DeepLinkingSettings | None = None
    mentored_subs: tuple[str, ...] | None = None
    """Whom a mentor accompanies (Core 5.4.7, `role_scope_mentor`); None: the platform does not say."""
    presentation: Presentation = Presentation()
    platform: PlatformInfo = PlatformInfo()
    claim_names: tuple[str, ...] = ()
    """What the platform sent, by name, for the connection check."""


def read_claims(claims: JsonObject, registration: Registration, *, nonce: str) -> Launch:
    """Turn claims whose signature, times and nonce were checked into a `Launch`.

    Raises:
        LaunchRejected: a claim is missing or has another shape than the specification says.
    """
    message_type = required_id(claims, names.MESSAGE_TYPE, "message_type")
    # Core 5.3.2: MUST be 1.3.0. The certification suite sends "11.3" and none at all.
    if required_id(claims, names.VERSION, "version") != names.LTI_VERSION:
        raise LaunchRejected(code="version_wrong")
    # Core 5.3.7: the list MUST be there; it may be empty.
    if claims.get(names.ROLES) is None:
        raise LaunchRejected(code="claim_missing", detail="roles")
    return Launch(
        registration=registration,
        message_type=message_type,
        nonce=nonce,
        # Core 5.3.3: case-sensitive, at most 255 ASCII characters.
        deployment_id=required_id(claims, names.DEPLOYMENT_ID, "deployment_id"),
        target_link_uri=required_id(claims, names.TARGET_LINK_URI, "target_link_uri", longest=LONGEST_URL),
        person=_person(claims),
        roles=Roles.of(texts(claims, names.ROLES, "roles")),
        context=_context(claims),
        resource_link=_resource_link(claims, message_type),
        custom=_custom(claims),
        ags=_ags_endpoint(claims),
        memberships_url=_memberships_url(claims),
        deep_linking=_deep_linking(claims, message_type),
        mentored_subs=_mentored_subs(claims),
        presentation=_presentation(claims),
        platform=_platform(claims),
        claim_names=claim_names_of(claims),
    )


def _name(claims: JsonObject, claim: str) -> str | None:
    value = optional_text(claims, claim, claim)
    # One spelling for "ü", whichever of the two the platform uses: names are compared and printed.
    return value if value is None or value.isascii() else unicodedata.normalize("NFC", value)


def _person(claims: JsonObject) -> Person:
    return Person(
        # Core 5.3.6.1 allows launches without a user, but the certification suite wants them refused, and without a
        # person there is nothing to learn or to grade. At most 255 ASCII characters (Core 5.3.6).
        sub=required_id(claims, "sub", "sub"),
        name=_name(claims, "name"),
        given_name=_name(claims, "given_name"),
        family_name=_name(claims, "family_name"),
        email=optional_text(claims, "email", "email"),
    )


def _context(claims: JsonObject) -> LaunchContext | None:
    found = optional_object(claims, names.CONTEXT, "context")
    if found is None:
        return None
    return LaunchContext(
        id=required_id(found, "id", "context.id", longest=_LONGEST_PLACE_ID),
        title=optional_text(found, "title", "context.title"),
        label=optional_text(found, "label", "context.label"),
        # Moodle 4.2 sends the bare word ["CourseSection"], so nothing is concluded from it.
        types=texts(found, "type", "context.type"),
    )


def _resource_link(claims: JsonObject, message_type: str) -> LaunchedResourceLink | None:
    found = optional_object(claims, names.RESOURCE_LINK, "resource_link")
    if found is None:
        # Core 5.3.5: required in resource link launches; a deep linking request has none.
        if message_type == names.RESOURCE_LINK_REQUEST:
            raise LaunchRejected(code="claim_missing", detail="resource_link")
        return None
    return LaunchedResourceLink(
        id=required_id(found, "id", "resource_link.id", longest=_LONGEST_PLACE_ID),
        title=optional_text(found, "title", "resource_link.title"),
        description=optional_text(found, "description", "resource_link.description", longest=2000),
    )


def _custom(claims: JsonObject) -> Mapping[str, str]:
    """Read the custom parameters (Core 5.4.6: a map of texts). Numbers and flags are taken in their JSON spelling."""
    found = optional_object(claims, names.CUSTOM, "custom")
    if found is None:
        return {}
    if len(found) > _MOST_CUSTOM_VALUES:
        raise LaunchRejected(code="claim_malformed", detail="custom")
    values: dict[str, str] = {}
    for key, value in found.items():
        if isinstance(value, bool):
            values[key] = "true" if value else "false"
        elif isinstance(value, int | float):
            values[key] = str(value)
        elif (text := optional_text(found, key, "custom", longest=_LONGEST_CUSTOM_VALUE)) is not None:
            values[key] = text
    return values


def _ags_endpoint(claims: JsonObject) -> AgsEndpoint | None:
    found = optional_object(claims, names.AGS_ENDPOINT, "ags")
    if found is None:
        return None
    return AgsEndpoint(
        scopes=frozenset(texts(found, "scope", "ags.scope")),
        line_items=optional_url(found, "lineitems", "ags.lineitems"),
        line_item=optional_url(found, "lineitem", "ags.lineitem"),
    )


def _memberships_url(claims: JsonObject) -> str | None:
    found = optional_object(claims, names.NAMES_ROLE_SERVICE, "namesroleservice")
    return None if found is None else optional_url(found, "context_memberships_url", "context_memberships_url")


def _deep_linking(claims: JsonObject, message_type: str) -> DeepLinkingSettings | None:
    found = optional_object(claims, names.DEEP_LINKING_SETTINGS, "deep_linking_settings")
    if found is None:
        if message_type == names.DEEP_LINKING_REQUEST:
            raise LaunchRejected(code="claim_missing", detail="deep_linking_settings")
        return None
    return_url = optional_url(found, "deep_link_return_url", "deep_link_return_url")
    if return_url is None:
        raise LaunchRejected(code="claim_missing", detail="deep_link_return_url")
    accepts_line_item = found.get("accept_lineitem") is not None
    return DeepLinkingSettings(
        return_url=return_url,
        accept_types=texts(found, "accept_types", "accept_types"),
        accept_presentation_document_targets=texts(
            found, "accept_presentation_document_targets", "accept_presentation_document_targets"
        ),
        accept_multiple=optional_flag(found, "accept_multiple", "accept_multiple", default=True),
        auto_create=optional_flag(found, "auto_create", "auto_create", default=False),
        accept_line_item=(
            optional_flag(found, "accept_lineitem", "accept_lineitem", default=False) if accepts_line_item else None
        ),
        title=optional_text(found, "title", "deep_linking_settings.title"),
        text=optional_text(found, "text", "deep_linking_settings.text", longest=2000),
        data=_opaque(found, "data"),
    )


def _mentored_subs(claims: JsonObject) -> tuple[str, ...] | None:
    return None if claims.get(names.ROLE_SCOPE_MENTOR) is None else texts(claims, names.ROLE_SCOPE_MENTOR, "role_scope_mentor")


def _opaque(source: JsonObject, name: str) -> str | None:
    """Read a text that goes back unchanged, so it is neither cut nor stripped."""
    value = source.get(name)
    if value is not None and not isinstance(value, str):
        raise LaunchRejected(code="claim_malformed", detail=name)
    return value


def _presentation(claims: JsonObject) -> Presentation:
    found = optional_object(claims, names.LAUNCH_PRESENTATION, "launch_presentation")
    if found is None:
        return Presentation(locale=optional_text(claims, "locale", "locale", longest=20))
    return Presentation(
        # Moodle has no `locale` claim, only this; spelled `de`, `de_kids`, `en_us`.
        locale=optional_text(found, "locale", "launch_presentation.locale", longest=20)
        or optional_text(claims, "locale", "locale", longest=20),
        document_target=optional_text(found, "document_target", "document_target", longest=20),
        return_url=optional_url(found, "return_url", "return_url"),
    )


def _platform(claims: JsonObject) -> PlatformInfo:
    found = optional_object(claims, names.TOOL_PLATFORM, "tool_platform")
    if found is None:
        return PlatformInfo()
    return PlatformInfo(
        guid=optional_text(found, "guid", "tool_platform.guid"),
        name=optional_text(found, "name", "tool_platform.name", longest=200),
        product_family=optional_text(found, "product_family_code", "product_family_code", longest=100),
        version=optional_text(found, "version", "tool_platform.version", longest=100),
    )
