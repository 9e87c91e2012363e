"""A launch's verified claims as frozen typed values; nothing after this module ever sees a claim.

Sections of LTI Core 1.3 stand beside what they ask for. What may be missing is None or empty: certification launches
come without name, e-mail, context and roles. Two ways of reading: what identifies or protects is there and has its shape, or
the launch is refused (`json_shapes.py`); all else is taken where it is usable (`optional_claims.py`).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.claim_inventory import claim_names_of
from lti_tool.lti.claims.optional_claims import OptionalClaims
from lti_tool.lti.claims.roles import Roles, role_names_of
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.json_shapes import LONGEST_URL, JsonObject, required_id, required_object, required_url, text_of
from lti_tool.lti.ports import Registration

# Core says 255 for both ids; Open edX builds them of course, block type and block (200 characters seen), so be generous.
_LONGEST_PLACE_ID = 500
_LONGEST_CUSTOM_VALUE = 2000


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
    data: object = None
    """As it came: a text, says the specification; but it goes back, so its shape is the platform's business."""


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
    reviewed_sub: str | None = None
    """Whose result a submission review is about."""
    presentation: Presentation = Presentation()
    platform: PlatformInfo = PlatformInfo()
    claim_names: tuple[str, ...] = ()
    """What the platform sent, by name, for the connection check."""
    unusable_claims: tuple[str, ...] = ()
    """What it sent in a shape that nobody can use, by name: counted as absent."""


def read_claims(claims: JsonObject, registration: Registration, *, nonce: str, login_target: str | None = None) -> Launch:
    """Turn claims whose signature, times and nonce were checked into a `Launch`.

    Args:
        login_target: the target that the login named, for messages that need none of their own.
    Raises:
        LaunchRejected: a claim that identifies or protects is missing, or has another shape than the specification says.
    """
    message_type = required_id(claims, names.MESSAGE_TYPE, "message_type")
    # Core 5.3.2: MUST be 1.3.0. The certification suite sends "11.3" and none at all.
    if required_id(claims, names.VERSION, "version") != names.LTI_VERSION:
        raise LaunchRejected(LaunchRefusal.VERSION_WRONG)
    optional = OptionalClaims(claims, registration)
    return Launch(
        registration=registration,
        message_type=message_type,
        nonce=nonce,
        # Core 5.3.3: case-sensitive, at most 255 ASCII characters.
        deployment_id=required_id(claims, names.DEPLOYMENT_ID, "deployment_id"),
        target_link_uri=_target(optional, message_type, login_target),
        person=_person(optional),
        roles=_roles(claims),
        context=_context(optional),
        resource_link=_resource_link(optional, message_type),
        custom=_custom(optional),
        ags=_ags_endpoint(optional),
        memberships_url=optional.inside(names.NAMES_ROLE_SERVICE).url("context_memberships_url"),
        deep_linking=_deep_linking(optional, message_type),
        reviewed_sub=_reviewed_sub(claims, message_type),
        mentored_subs=_mentored_subs(optional),
        presentation=_presentation(optional),
        platform=_platform(optional),
        # The last ones, when all others have been read.
        unusable_claims=tuple(sorted(set(optional.unusable))),
        claim_names=claim_names_of(claims, unusable=optional.unusable),
    )


def _target(claims: OptionalClaims, message_type: str, login_target: str | None) -> str:
    """Core 5.3.4: required in resource link launches. A request for content need not name one (Deep Linking 2.0, 4.4)."""
    if message_type == names.RESOURCE_LINK_REQUEST or login_target is None:
        return required_id(claims.source, names.TARGET_LINK_URI, "target_link_uri", longest=LONGEST_URL)
    return claims.url(names.TARGET_LINK_URI) or login_target


def _roles(claims: JsonObject) -> Roles:
    """Core 5.3.7: the list MUST be there; it may be empty."""
    if claims.get(names.ROLES) in (None, ""):
        raise LaunchRejected(LaunchRefusal.CLAIM_MISSING, detail="roles")
    found = role_names_of(claims[names.ROLES])
    if found is None:
        raise LaunchRejected(LaunchRefusal.CLAIM_MALFORMED, detail="roles")
    return Roles.of(found)


def _person(claims: OptionalClaims) -> Person:
    return Person(
        # Core 5.3.6.1 allows launches without a user, but the certification suite wants them refused, and without a
        # person there is nothing to learn or to grade. At most 255 ASCII characters (Core 5.3.6).
        sub=required_id(claims.source, "sub", "sub"),
        name=_name(claims, "name"),
        given_name=_name(claims, "given_name"),
        family_name=_name(claims, "family_name"),
        email=claims.text("email"),
    )


def _name(claims: OptionalClaims, claim: str) -> str | None:
    value = claims.text(claim)
    # One spelling for a letter with a mark, whichever of the two the platform uses: names are compared and printed.
    return value if value is None or value.isascii() else unicodedata.normalize("NFC", value)


def _context(claims: OptionalClaims) -> LaunchContext | None:
    found = claims.inside(names.CONTEXT)
    # Cut, an id would be another course's; a course without a usable id is none.
    context_id = found.identifier("id", longest=_LONGEST_PLACE_ID)
    if context_id is None:
        return None
    return LaunchContext(
        id=context_id,
        title=found.text("title"),
        label=found.text("label"),
        # Moodle 4.2 sends the bare word ["CourseSection"], so nothing is concluded from it.
        types=found.texts("type"),
    )


def _resource_link(claims: OptionalClaims, message_type: str) -> LaunchedResourceLink | None:
    if message_type == names.RESOURCE_LINK_REQUEST:
        # Core 5.3.5: required in resource link launches; a deep linking request has none.
        link = required_object(claims.source, names.RESOURCE_LINK, "resource_link")
        required_id(link, "id", "resource_link.id", longest=_LONGEST_PLACE_ID)
    found = claims.inside(names.RESOURCE_LINK)
    link_id = found.identifier("id", longest=_LONGEST_PLACE_ID)
    if link_id is None:
        return None
    return LaunchedResourceLink(link_id, found.text("title"), found.text("description", longest=2000))


def _custom(claims: OptionalClaims) -> Mapping[str, str]:
    """Read the custom parameters (Core 5.4.6: a map of texts). Numbers and flags are taken in their JSON spelling."""
    values: dict[str, str] = {}
    for key, value in claims.inside(names.CUSTOM).source.items():
        text = ("true" if value else "false") if isinstance(value, bool) else text_of(value)
        if text is None:
            claims.note(names.CUSTOM, value)
        elif text := text[:_LONGEST_CUSTOM_VALUE].strip():
            values[key] = text
    return values


def _ags_endpoint(claims: OptionalClaims) -> AgsEndpoint | None:
    found = claims.inside(names.AGS_ENDPOINT)
    if not found.source:
        return None
    return AgsEndpoint(
        # OAuth separates scopes by blanks, and so do some here.
        scopes=frozenset(found.texts("scope", between=" ")),
        line_items=found.url("lineitems"),
        line_item=found.url("lineitem"),
    )


def _deep_linking(claims: OptionalClaims, message_type: str) -> DeepLinkingSettings | None:
    if message_type != names.DEEP_LINKING_REQUEST:
        return None
    # Without a place to send the answer to there is nothing to choose for.
    settings = required_object(claims.source, names.DEEP_LINKING_SETTINGS, "deep_linking_settings")
    return_url = required_url(settings, "deep_link_return_url", "deep_link_return_url")
    found = claims.inside(names.DEEP_LINKING_SETTINGS)
    accept_types = found.texts("accept_types") or (names.RESOURCE_LINK_ITEM,)
    if names.RESOURCE_LINK_ITEM not in accept_types:
        raise LaunchRejected(LaunchRefusal.CONTENT_NOT_TAKEN, detail="accept_types")
    accept_multiple, auto_create = found.flag("accept_multiple"), found.flag("auto_create")
    return DeepLinkingSettings(
        return_url=found.url("deep_link_return_url") or return_url,
        accept_types=accept_types,
        accept_presentation_document_targets=found.texts("accept_presentation_document_targets"),
        accept_multiple=True if accept_multiple is None else accept_multiple,
        auto_create=bool(auto_create),
        accept_line_item=found.flag("accept_lineitem"),
        title=found.text("title"),
        text=found.text("text", longest=2000),
        data=found.unchanged("data"),
    )


def _reviewed_sub(claims: JsonObject, message_type: str) -> str | None:
    """Submission Review 1.0, 3.2: whose submission is meant is what such a message is about."""
    if message_type != names.SUBMISSION_REVIEW_REQUEST:
        return None
    return required_id(required_object(claims, names.FOR_USER, "for_user"), "user_id", "for_user.user_id")


def _mentored_subs(claims: OptionalClaims) -> tuple[str, ...] | None:
    """Where the platform says something that nobody can read, a mentor sees nobody: this claim narrows what they see."""
    return None if claims.source.get(names.ROLE_SCOPE_MENTOR) is None else claims.texts(names.ROLE_SCOPE_MENTOR)


def _presentation(claims: OptionalClaims) -> Presentation:
    found = claims.inside(names.LAUNCH_PRESENTATION)
    return Presentation(
        # Moodle has no `locale` claim, only this; spelled `de`, `de_kids`, `en_us`.
        locale=found.text("locale", longest=20) or claims.text("locale", longest=20),
        document_target=found.text("document_target", longest=20),
        return_url=found.url("return_url"),
    )


def _platform(claims: OptionalClaims) -> PlatformInfo:
    found = claims.inside(names.TOOL_PLATFORM)
    return PlatformInfo(
        guid=found.text("guid"),
        name=found.text("name", longest=200),
        product_family=found.text("product_family_code", longest=100),
        version=found.text("version", longest=100),
    )
