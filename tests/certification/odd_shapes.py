"""Every claim that a launch can do without, and every shape in which platforms and nobody else send such a thing."""

from typing import Any, Final

from tests.certification.platform import ISSUER

# What must never come out again, in whichever shape it went in.
MARK: Final = "ODDVALUE7"


def nested(depth: int) -> Any:
    """Give lists within lists, with the mark in the middle."""
    value: Any = MARK
    for _ in range(depth):
        value = [value]
    return value


class TooLongANumber(int):
    """Stands for digits that Python would not turn into a number; `json.dumps` writes them as they are."""

    def __repr__(self) -> str:
        return "9" * 5000


# Shapes that no optional claim can be read from, whatever it is.
NEVER_USABLE: Final[dict[str, Any]] = {
    "an object": {"a": MARK},
    "an object in an object": {"a": {"b": [MARK]}},
    "a list in a list": [[MARK]],
    "a list of objects": [{"id": MARK}],
    "lists in lists, beyond the parser": nested(3000),
    "true": True,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "a number without end": TooLongANumber(1),
    "half a surrogate pair": f"{MARK}\ud800",
    "a zero": f"{MARK}\x00",
}
# Shapes that say nothing.
EMPTY: Final[dict[str, Any]] = {"null": None, "an empty text": "", "an empty list": [], "an empty object": {}, "blanks": "  "}
# Shapes that some claims can be read from.
SOMETIMES_USABLE: Final[dict[str, Any]] = {
    "false": False,
    "zero": 0,
    "a year": 2026,
    "a fraction": 2.5,
    "a huge number": 10**400,
    "a huge text": "x" * 9000,
    "a list": ["x"],
    "a list with gaps": {"0": "x", "2": "y"},
    "about:blank": "about:blank",
    "a script": "javascript:alert(1)",
    "a broken address": "http://[",
    "a relative address": "/mod/lti/services.php",
    "true as a text": "true",
}
ALL: Final = NEVER_USABLE | EMPTY | SOMETIMES_USABLE

_SETTINGS: Final = {"deep_link_return_url": f"{ISSUER}/return", "accept_types": ["ltiResourceLink"]}
_SERVICES: Final = f"{ISSUER}/services"


def _in(claim: str, member: str, **others: Any) -> Any:
    return lambda value: {claim: {**others, member: value}}


# name: how a launch's claims change for a value, by the names of `launch_claims`.
OPTIONAL_CLAIMS: Final[dict[str, Any]] = {
    "name": lambda value: {"name": value},
    "given_name": lambda value: {"given_name": value},
    "family_name": lambda value: {"family_name": value},
    "email": lambda value: {"email": value},
    "locale": lambda value: {"locale": value},
    "context": lambda value: {"context": value},
    "context.id": _in("context", "id", title="Kurs"),
    "context.title": _in("context", "title", id="2"),
    "context.label": _in("context", "label", id="2"),
    "context.type": _in("context", "type", id="2"),
    "resource_link.title": _in("resource_link", "title", id="95"),
    "resource_link.description": _in("resource_link", "description", id="95"),
    "custom": lambda value: {"custom": value},
    "custom.module": _in("custom", "module"),
    "custom.page": _in("custom", "page"),
    "custom.unknown": _in("custom", "unknown", module="grundlagen-und-strategie"),
    "endpoint": lambda value: {"ags_endpoint": value},
    "endpoint.scope": _in("ags_endpoint", "scope", lineitems=f"{_SERVICES}/lineitems"),
    "endpoint.lineitems": _in("ags_endpoint", "lineitems", lineitem=f"{_SERVICES}/1"),
    "endpoint.lineitem": _in("ags_endpoint", "lineitem", lineitems=f"{_SERVICES}/lineitems"),
    "namesroleservice": lambda value: {"names_role_service": value},
    "namesroleservice.context_memberships_url": _in("names_role_service", "context_memberships_url"),
    "namesroleservice.service_versions": _in("names_role_service", "service_versions"),
    "launch_presentation": lambda value: {"launch_presentation": value},
    "launch_presentation.locale": _in("launch_presentation", "locale"),
    "launch_presentation.document_target": _in("launch_presentation", "document_target"),
    "launch_presentation.return_url": _in("launch_presentation", "return_url"),
    "launch_presentation.width": _in("launch_presentation", "width"),
    "tool_platform": lambda value: {"tool_platform": value},
    "tool_platform.guid": _in("tool_platform", "guid"),
    "tool_platform.name": _in("tool_platform", "name"),
    "tool_platform.product_family_code": _in("tool_platform", "product_family_code"),
    "tool_platform.version": _in("tool_platform", "version"),
    "role_scope_mentor": lambda value: {"role_scope_mentor": value},
    "for_user": lambda value: {"for_user": value},
    "lis": lambda value: {"https://purl.imsglobal.org/spec/lti/claim/lis": value},
    "ext": lambda value: {"https://purl.imsglobal.org/spec/lti/claim/ext": value},
    "something of the platform's own": lambda value: {"https://lms.example/claim": value},
}
# Of requests for content only.
OPTIONAL_SETTINGS: Final[dict[str, Any]] = {
    "target_link_uri": lambda value: {"target_link_uri": value},
    "resource_link": lambda value: {"resource_link": value},
    "resource_link.id": _in("resource_link", "id"),
    **{
        name: _in("deep_linking_settings", name, **_SETTINGS)
        for name in (
            "accept_presentation_document_targets",
            "accept_multiple",
            "accept_lineitem",
            "auto_create",
            "accept_copy_advice",
            "title",
            "text",
            "data",
        )
    },
}
