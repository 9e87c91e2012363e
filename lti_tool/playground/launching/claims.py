"""Claim sets of id_tokens, member for member as Moodle 4.2.3 was recorded to send them."""

import hashlib
import json

from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.people import Person
from lti_tool.playground.site import Site
from lti_tool.playground.state import (
    COURSE_NUMBER,
    Activity,
    Column,
    Json,
    Tool,
)

# What custom values may stand for; an LMS knows more of them, these a tool of ours might use.
VARIABLES = (
    "$Context.id",
    "$Context.title",
    "$Context.label",
    "$Context.sourcedId",
    "$Context.id.history",
    "$Context.timeFrame.begin",
    "$ResourceLink.id",
    "$ResourceLink.title",
    "$ResourceLink.description",
    "$User.id",
    "$User.username",
    "$Person.name.full",
    "$Person.name.given",
    "$Person.name.family",
    "$Person.email.primary",
    "$Person.sourcedId",
    "$Membership.role",
    "$Moodle.Person.userGroupIds",
)
_EMBEDDED, _NEW_WINDOW = "2", "4"


def memberships_url(site: Site, tool: Tool) -> str:
    """Give the address of the course's members for a tool."""
    return site.service_url(f"/mod/lti/services.php/CourseSection/{site.course_id}/bindings/{tool.id}/memberships")


def line_items_url(site: Site, type_id: str | None, course: str = "") -> str:
    """Give the address of a course's line items; Moodle writes the tool's id into the query."""
    query = {"type_id": type_id} if type_id else {}
    return site.service_url(f"/mod/lti/services.php/{site.course(course).id}/lineitems", **query)


def line_item_url(site: Site, column: Column, type_id: str | None) -> str:
    """Give a line item's address. The query is why a tool must put `/scores` into the path, not at the end."""
    query = {"type_id": type_id} if type_id else {}
    return site.service_url(f"/mod/lti/services.php/{site.course(column.course).id}/lineitems/{column.id}/lineitem", **query)


def basic_outcome(site: Site, tool: Tool, person: Person, activity: Activity) -> Json:
    """Give the LTI 1.1 grade address that Moodle still sends beside AGS; the playground does not answer there."""
    data = {"instanceid": str(activity.id), "userid": person.id, "typeid": tool.id, "launchid": activity.id}
    digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
    sourced_id = json.dumps({"data": data, "hash": digest}, separators=(",", ":"))
    return {"lis_result_sourcedid": sourced_id, "lis_outcome_service_url": site.url("/mod/lti/service.php")}


def resource_link(
    site: Site, tool: Tool, person: Person, activity: Activity, *, target: str = "iframe", sesskey: str = "sesskey"
) -> Json:
    """Build the claims of an LtiResourceLinkRequest, but for nonce, iat and exp."""
    container = _NEW_WINDOW if target == "window" else _EMBEDDED
    return_url = site.url(
        "/mod/lti/return.php",
        course=site.course_id,
        launch_container=container,
        instanceid=str(activity.id),
        sesskey=sesskey,
    )
    link = {"title": activity.title, "description": activity.description, "id": str(activity.id)}
    return {
        **_common(site, tool, person, names.RESOURCE_LINK_REQUEST, activity.course),
        names.TARGET_LINK_URI: activity.url or tool.target_link_uri,
        names.RESOURCE_LINK: link,
        names.BASIC_OUTCOME: basic_outcome(site, tool, person, activity),
        names.LAUNCH_PRESENTATION: {"locale": person.locale, "document_target": target, "return_url": return_url},
        names.CUSTOM: _custom(site, tool, person, activity),
        **_services(site, tool, activity),
    }


def submission_review(reviewed: Person) -> Json:
    """Give what makes of a launch's claims those of an LtiSubmissionReviewRequest; Moodle 4.5 sends it unasked for each grade."""
    return {names.MESSAGE_TYPE: names.SUBMISSION_REVIEW_REQUEST, names.FOR_USER: {"user_id": reviewed.id}}


def deep_linking(site: Site, tool: Tool, person: Person, sesskey: str) -> Json:
    """Build the claims of an LtiDeepLinkingRequest, but for nonce, iat and exp."""
    settings = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_copy_advice": False,
        "accept_multiple": True,
        "accept_unsigned": False,
        "auto_create": False,
        "can_confirm": False,
        "deep_link_return_url": site.url("/mod/lti/contentitem_return.php", course=site.course_id, id=tool.id, sesskey=sesskey),
        "title": tool.name,
        "text": "",
    }
    return {
        **_common(site, tool, person, names.DEEP_LINKING_REQUEST),
        names.TARGET_LINK_URI: tool.deep_link_url,
        names.LAUNCH_PRESENTATION: {"locale": person.locale},
        names.CUSTOM: _custom(site, tool, person, None),
        **_services(site, tool, None),
        names.DEEP_LINKING_SETTINGS: settings,
    }


def _course_number(site: Site) -> str:
    # A copied course has none until somebody gives it one.
    return "" if site.state.course_history else COURSE_NUMBER


def _common(site: Site, tool: Tool, person: Person, message_type: str, course_id: str = "") -> Json:
    course = site.course(course_id)
    claims: Json = {
        "iss": site.issuer,
        "aud": tool.client_id,
        names.DEPLOYMENT_ID: tool.id,
        "sub": person.id,
        names.LIS: {"person_sourcedid": person.sourced_id, "course_section_sourcedid": _course_number(site)},
        names.ROLES: person.roles,
        names.CONTEXT: {"id": course.id, "label": course.label, "title": course.title, "type": ["CourseSection"]},
        names.MESSAGE_TYPE: message_type,
        names.TOOL_PLATFORM: {
            "product_family_code": site.product_family,
            "version": "2023042403",
            "guid": hashlib.md5(site.issuer.encode(), usedforsecurity=False).hexdigest(),
            "name": "Playground",
            "description": "Playground-Lernplattform",
        },
        names.VERSION: "1.3.0",
        names.EXT: {"lms": "moodle-2"},
    }
    if tool.shares_name and person.shares_name:
        claims |= {"given_name": person.given_name, "family_name": person.family_name, "name": person.name}
        claims[names.EXT] = {"user_username": person.username, "lms": "moodle-2"}
    if tool.shares_email and person.shares_name:
        claims["email"] = person.email
    return claims


def _services(site: Site, tool: Tool, activity: Activity | None) -> Json:
    claims: Json = {}
    scopes = [scope for scope in names.AGS_SCOPES if scope in tool.scopes and not _is_missing(site, scope)]
    if scopes:
        lists = (
            {}
            if site.has_oddity("no_line_items")
            else {"lineitems": line_items_url(site, tool.id, activity.course if activity else "")}
        )
        claims[names.AGS_ENDPOINT] = {"scope": scopes, **lists}
        claims[names.AGS_ENDPOINT] |= _line_item(site, tool, activity) if activity else {}
    # The members of a further course are not told.
    if _has_memberships(site, tool) and not (activity and activity.course):
        url = memberships_url(site, tool)
        claims[names.NRPS] = {"context_memberships_url": url, "service_versions": ["1.0", "2.0"]}
    return claims


def _is_missing(site: Site, scope: str) -> bool:
    """Whether a platform of another make does not offer a scope."""
    is_for_columns = scope in (names.SCOPE_LINE_ITEM, names.SCOPE_LINE_ITEM_READONLY)
    return site.has_oddity("no_scores") or (is_for_columns and site.has_oddity("no_line_items"))


def _line_item(site: Site, tool: Tool, activity: Activity) -> Json:
    with site.lock:
        # All that a component of Open edX shows shares its column.
        columns = [
            c for c in site.state.columns.values() if c.tool_id == tool.id and (site.is_open_edx or c.link_id == activity.id)
        ]
    if len(columns) != 1:
        return {}
    # Moodle 4.2.3 looks for the activity's own grade then: a single column that the tool made itself gives an empty string.
    return {"lineitem": line_item_url(site, columns[0], tool.id) if columns[0].is_coupled else ""}


def _has_memberships(site: Site, tool: Tool) -> bool:
    # The claim is absent until an activity of the tool exists in the course, so from the first deep linking request.
    with site.lock:
        is_placed = any(activity.tool_id == tool.id for activity in site.state.activities.values())
    return is_placed and names.SCOPE_MEMBERSHIPS in tool.scopes


def _custom(site: Site, tool: Tool, person: Person, activity: Activity | None) -> Json:
    values = {**tool.custom, **(activity.custom if activity else {})}
    shares = tool.shares_name and person.shares_name
    known = {
        "$User.id": person.id,
        "$User.username": person.username if shares else "",
        "$Person.name.full": person.name if shares else "",
        "$Person.name.given": person.given_name if shares else "",
        "$Person.name.family": person.family_name if shares else "",
        "$Person.email.primary": person.email if tool.shares_email and person.shares_name else "",
        "$Person.sourcedId": person.sourced_id,
        "$Membership.role": ",".join(person.roles),
        "$Context.id": site.course_id,
        "$Context.label": site.course_label,
        "$Context.title": site.course_title,
        "$Context.sourcedId": _course_number(site),
        "$Context.id.history": ",".join(site.state.course_history),
        # Moodle writes this one as Unix time, and the course section's as ISO 8601, empty where no day is set.
        "$Context.timeFrame.begin": "1793487600",
        "$CourseSection.timeFrame.begin": "2026-10-31T23:00:00+00:00",
        "$CourseSection.timeFrame.end": "",
        "$Moodle.Person.userGroupIds": "",
        "$ResourceLink.id": str(activity.id) if activity else "",
        "$ResourceLink.title": activity.title if activity else "",
        "$ResourceLink.description": activity.description if activity else "",
    }
    # Only a value that is one variable and nothing else is filled in; unknown variables arrive as they stand.
    custom: Json = {name: known.get(value, value) for name, value in values.items()}
    if _has_memberships(site, tool) and not (activity and activity.course):
        custom["context_memberships_url"] = memberships_url(site, tool)
    return custom
