"""Rosters: paging, full and bare roles, members that are none."""

import pytest

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.memberships import Member, read_members
from lti_tool.lti.roles import Roles
from lti_tool.lti.service_client import ServiceClient
from tests.lti.recording_platform import NOW, RecordingPlatform

INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def members(client: ServiceClient, platform: RecordingPlatform) -> list[Member]:
    return list(read_members(client, platform.registration, f"{platform.url}/memberships?rlid=9", now=NOW))


def test_pages_are_followed_and_nobody_comes_twice(client: ServiceClient, platform: RecordingPlatform) -> None:
    one = {"user_id": "4", "roles": ["Learner"], "status": "Active", "name": "Jürgen Müller", "given_name": "Jürgen"}
    two = {"user_id": "9a7f-uuid", "roles": [INSTRUCTOR], "status": "Inactive"}
    link = f'<{platform.url}/memberships?limit=200&from=200>; rel="next"'
    platform.tell("/memberships", 200, {"id": "x", "members": [one]}, Link=link)
    platform.tell("/memberships", 200, {"id": "x", "members": [one, two]})
    assert members(client, platform) == [
        Member("4", Roles.of(["Learner"]), True, "Jürgen Müller", "Jürgen"),
        Member("9a7f-uuid", Roles.of([INSTRUCTOR]), is_active=False),
    ]
    first, _ = platform.asked_at("/memberships")
    assert first.query == {"rlid": ["9"], "limit": ["200"]}
    assert first.headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_bare_and_full_roles_mean_the_same(client: ServiceClient, platform: RecordingPlatform) -> None:
    entries = [{"user_id": "1", "roles": ["Instructor"]}, {"user_id": "2", "roles": [INSTRUCTOR]}]
    platform.tell("/memberships", 200, {"members": entries})
    assert [member.roles.is_instructor for member in members(client, platform)] == [True, True]


def test_entries_of_another_shape_are_passed_over(client: ServiceClient, platform: RecordingPlatform) -> None:
    entries = [5, None, {}, {"user_id": ""}, {"user_id": ["x"]}, {"user_id": 17, "roles": "Learner", "name": 5}]
    platform.tell("/memberships", 200, {"members": entries})
    assert members(client, platform) == [Member("17", Roles.of([]))]


@pytest.mark.parametrize("body", [[], {}, {"members": "x"}, "x"])
def test_an_answer_that_is_no_roster_is_not_an_empty_course(
    client: ServiceClient, platform: RecordingPlatform, body: object
) -> None:
    platform.tell("/memberships", 200, body)
    with pytest.raises(ServiceUnavailable):
        members(client, platform)


def test_a_roster_beyond_the_platforms_limit_is_refused(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/memberships", 403, {"error": "above_response_limit"}, times=2)
    with pytest.raises(ServiceRefused) as caught:
        members(client, platform)
    assert caught.value.code == "http_403"


def test_a_next_page_elsewhere_is_refused(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/memberships", 200, {"members": []}, Link='<https://evil.example/m>; rel="next"')
    with pytest.raises(ServiceRefused) as caught:
        members(client, platform)
    assert caught.value.code == "foreign_address"
