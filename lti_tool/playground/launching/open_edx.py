"""Open edX as a second profile: what its LTI consumer (lti-consumer-xblock 11.4.4) was seen to send and to answer.

The playground behaves like Moodle; here stands what Open edX does differently, laid over it. Each component of a course has a
client id of its own under one issuer, and the deployment is always "1", so a tool of the playground's stands for a component.
"""

import json
import uuid
from dataclasses import replace
from typing import Literal

from lti_tool.playground.advantage.answers import Answer
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.people import Person
from lti_tool.playground.state import Json, Tool

Profile = Literal["moodle", "open-edx"]

DEPLOYMENT_ID = "1"
COURSE_KEY = "course-v1:Stadt+SCM-01+2026"
_COURSE_TITLE = "Smart-City-Manager:in - Stadt"
_BLOCK = "block-v1:Stadt+SCM-01+2026+type@lti_consumer+block@"
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
# A component that sends its grade by one fixed line item (declarative).
_SCOPES = ("lineitem.readonly", "result.readonly", "score")


def with_uuid(person: Person) -> Person:
    """Give somebody the kind of id that Open edX has."""
    return replace(person, id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"open-edx/{person.username}")))


def block_of(tool: Tool) -> str:
    """Give the resource link id of a component: with `+`, `@` and `:`, and the same for all that it shows."""
    return f"{_BLOCK}{tool.client_id}"


def roles_of(person: Person) -> list[str]:
    """Give the roles of a launch."""
    if person.part == "participant":
        return [_MEMBERSHIP + "Learner", _SYSTEM + "None", _INSTITUTION + "None"]
    if person.part == "instructor":
        return [_MEMBERSHIP + "Instructor"]
    site_staff = [_SYSTEM + "Administrator", _INSTITUTION + "Administrator", _INSTITUTION + "Instructor"]
    return [_MEMBERSHIP + "Administrator", _MEMBERSHIP + "Instructor", *site_staff]


def launch_claims(claims: Json, tool: Tool, person: Person) -> Json:
    """Turn Moodle's claims of a launch into those of Open edX."""
    kept = {name: value for name, value in claims.items() if name not in _NOT_SENT}
    kept |= {
        "azp": tool.client_id,
        names.DEPLOYMENT_ID: DEPLOYMENT_ID,
        names.ROLES: roles_of(person),
        names.CONTEXT: {
            "id": COURSE_KEY,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
            "title": _COURSE_TITLE,
            "label": COURSE_KEY,
        },
        names.LAUNCH_PRESENTATION: {"document_target": "iframe"},
        # No product_family_code.
        names.TOOL_PLATFORM: {"guid": "lms.stadt.example", "name": "Open edX"},
    }
    if names.RESOURCE_LINK in claims:
        kept[names.RESOURCE_LINK] = {"id": block_of(tool)}
    if names.AGS_ENDPOINT in claims:
        scopes = [scope for scope in claims[names.AGS_ENDPOINT]["scope"] if scope.endswith(_SCOPES)]
        kept[names.AGS_ENDPOINT] = claims[names.AGS_ENDPOINT] | {"scope": scopes}
    if names.CUSTOM in kept:
        kept[names.CUSTOM] = {name: value for name, value in kept[names.CUSTOM].items() if name != "context_memberships_url"}
    if names.DEEP_LINKING_SETTINGS in claims:
        for name in (names.CUSTOM, names.AGS_ENDPOINT, names.NRPS):
            kept.pop(name, None)
        kept[names.DEEP_LINKING_SETTINGS] = {
            "accept_types": ["ltiResourceLink", "link", "html", "image"],
            "accept_presentation_document_targets": ["iframe", "window", "embed"],
            "accept_multiple": True,
            "accept_unsigned": True,
            "auto_create": True,
            "deep_link_return_url": claims[names.DEEP_LINKING_SETTINGS]["deep_link_return_url"],
            "title": "",
            "text": "",
        }
    return kept


_NOT_SENT = frozenset({"given_name", "family_name", names.LIS, names.EXT, names.BASIC_OUTCOME})


def member(person: Person, *, shares_name: bool, shares_email: bool) -> Json:
    """Describe a member: full roles, a teacher who is enrolled both learns and teaches, no parts of the name."""
    roles = [_MEMBERSHIP + "Learner"] + ([_MEMBERSHIP + "Instructor"] if person.part != "participant" else [])
    found: Json = {"user_id": person.id, "roles": roles, "status": "Active"}
    if shares_name:
        found["name"] = person.name
    if shares_email:
        found["email"] = person.email
    return found


def public_key(key: Json) -> Json:
    """Publish a key as Open edX does, without `alg` and `use`."""
    return {name: key[name] for name in ("kty", "kid", "e", "n")}


def answer_of(answer: Answer, method: str, path: str) -> Answer:
    """Turn Moodle's answer of a service into that of Open edX."""
    status = answer.status
    if method == "DELETE":
        return _error(403, "Forbidden")
    if status == 401:
        # Missing, spoilt and expired tokens alike.
        return _error(403, "Forbidden")
    if status == 409:
        return _error(400, "Bad Request")
    if status == 400 and "No handler found" in answer.reason:
        return _error(406, "Not Acceptable") if method == "GET" else _error(415, "Unsupported Media Type")
    if status == 200 and path.endswith("/scores"):
        return Answer(201, "Created", json.dumps({"resultUrl": ""}), names.MEDIA_SCORE)
    return answer


def _error(status: int, reason: str) -> Answer:
    return Answer(status, reason, f"<h1>{reason}</h1>", "text/html")
