"""Launches as platforms of other makes send them: sound, though spelled otherwise (faults L2 and L3)."""

from typing import Any

import pytest

from lti_tool.lti.claims import claim_names as names
from tests.certification.platform import ABSENT, INSTRUCTOR, ISSUER, LEARNER, TOOL_URL
from tests.certification.tool import Tool

CHOICE = {
    "message_type": names.DEEP_LINKING_REQUEST,
    "resource_link": ABSENT,
    "roles": [INSTRUCTOR],
    "deep_linking_settings": {"deep_link_return_url": f"{ISSUER}/return", "accept_types": ["ltiResourceLink"]},
}


def sees_the_course(tool: Tool, **changes: Any) -> int:
    key = tool.got_in(tool.launch(**changes)).partition("?v=")[2]
    return tool.browser.get("/course", query_string={"v": key}, base_url=TOOL_URL).status_code


@pytest.mark.parametrize(
    "roles",
    [
        ["https://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
        ["urn:lti:role:ims/lis/Instructor"],
        [" INSTRUCTOR "],
        "Instructor",
        f"{LEARNER},{INSTRUCTOR}",
        {"0": LEARNER, "3": INSTRUCTOR},
        [INSTRUCTOR, None, 5, ""],
    ],
)
def test_who_teaches_gets_to_the_course_in_any_spelling(tool: Tool, roles: Any) -> None:
    assert sees_the_course(tool, roles=roles) == 200


@pytest.mark.parametrize("roles", [[], [""], "Learner", ["Lehrkraft"], ["https://evil.example/membership#Instructor"]])
def test_who_does_not_teach_does_not(tool: Tool, roles: Any) -> None:
    assert sees_the_course(tool, roles=roles) == 403


def test_unknown_roles_are_logged_once_per_registration_and_never_what_is_no_role(tool: Tool) -> None:
    unknown = "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"
    for roles in ([unknown, LEARNER], [unknown], ["Jürgen Müller ist da"], ["x\nlaunch_refused code=fake"]):
        tool.got_in(tool.launch(roles=roles))
    lines = [record.__dict__ for record in tool.caplog.records if record.getMessage() == "role_unknown"]
    assert [(line["registration"], line["role"]) for line in lines] == [
        (tool.registration_id, unknown),
        (tool.registration_id, "other"),
    ]


def test_a_platform_that_makes_up_roles_does_not_fill_the_log(tool: Tool) -> None:
    for number in range(3):
        tool.got_in(tool.launch(roles=[f"role{number}x{each}" for each in range(200)]))
    assert [record.getMessage() for record in tool.caplog.records].count("role_unknown") == 100


def test_a_request_for_content_needs_no_target_of_its_own(tool: Tool) -> None:
    assert tool.got_in(tool.launch(target_link_uri=ABSENT, **CHOICE)).startswith("/lti/deep-linking?v=")


def test_one_that_has_a_foreign_target_is_refused_all_the_same(tool: Tool) -> None:
    tool.refused(tool.launch(target_link_uri="https://evil.example/lti/launch", **CHOICE), "target_link_foreign")


def test_the_logins_own_target_was_checked(tool: Tool) -> None:
    tool.refused(tool.login(target_link_uri="https://evil.example/lti/launch"), "target_link_foreign")
