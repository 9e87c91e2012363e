"""Rosters: paging, full and bare roles, members that are none."""

import time

import pytest

from lti_tool.lti.advantage import memberships as module
from lti_tool.lti.advantage.memberships import RosterMember, read_members
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.claims.roles import Roles
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.transport.patience import patience
from tests.lti.recording_platform import NOW, Asked, RecordingPlatform, Told

INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def members(client: ServiceClient, platform: RecordingPlatform) -> list[RosterMember]:
    return read_members(client, platform.registration, f"{platform.url}/memberships?rlid=9", now=NOW)


def test_pages_are_followed_and_nobody_comes_twice(client: ServiceClient, platform: RecordingPlatform) -> None:
    one = {"user_id": "4", "roles": ["Learner"], "status": "Active", "name": "Jürgen Müller", "given_name": "Jürgen"}
    two = {"user_id": "9a7f-uuid", "roles": [INSTRUCTOR], "status": "Inactive"}
    link = f'<{platform.url}/memberships?limit=200&from=200>; rel="next"'
    platform.tell("/memberships", 200, {"id": "x", "members": [one]}, Link=link)
    platform.tell("/memberships", 200, {"id": "x", "members": [one, two]})
    assert members(client, platform) == [
        RosterMember("4", Roles.of(["Learner"]), True, "Jürgen Müller", "Jürgen"),
        RosterMember("9a7f-uuid", Roles.of([INSTRUCTOR]), is_active=False),
    ]
    first, _ = platform.asked_at("/memberships")
    assert first.query == {"rlid": ["9"], "limit": ["200"]}
    assert first.headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_bare_and_full_roles_mean_the_same(client: ServiceClient, platform: RecordingPlatform) -> None:
    entries = [{"user_id": "1", "roles": ["Instructor"]}, {"user_id": "2", "roles": [INSTRUCTOR]}]
    platform.tell("/memberships", 200, {"members": entries})
    assert [member.roles.is_instructor for member in members(client, platform)] == [True, True]


def test_entries_of_another_shape_are_passed_over(client: ServiceClient, platform: RecordingPlatform) -> None:
    entries = [5, None, {}, {"user_id": ""}, {"user_id": ["x"]}, {"user_id": True}, {"user_id": "x" * 256}, {"user_id": "7"}]
    platform.tell("/memberships", 200, {"members": entries})
    assert members(client, platform) == [RosterMember("7", Roles.of([]))]


@pytest.mark.parametrize("spoilt", ["\\ud800", "a\\udfffb", "\\u0000", "a\\u0000b"])
def test_texts_that_no_database_takes_are_absent_and_such_a_person_is_nobody(
    client: ServiceClient, platform: RecordingPlatform, spoilt: str
) -> None:
    body = (
        '{"members": [{"user_id": "%(x)s", "name": "Eve"}, {"user_id": "8", "name": "%(x)s", "given_name": "Ayşe", "roles":'
        ' ["%(x)s", "Learner"]}, {"user_id": "9", "name": "\\ud83c\\udfd9 Ole"}]}'
    )
    platform.tell("/memberships", 200, (body % {"x": spoilt}).encode())
    assert members(client, platform) == [
        RosterMember("8", Roles.of(["Learner"]), given_name="Ayşe"),
        RosterMember("9", Roles.of([]), name="🏙 Ole"),
    ]


def test_numbers_are_texts_and_long_texts_are_cut(client: ServiceClient, platform: RecordingPlatform) -> None:
    entry = {"user_id": 17, "name": 5, "given_name": "x" * 300, "roles": ["y" * 600, *["Learner"] * 300]}
    platform.tell("/memberships", 200, {"members": [entry]})
    assert members(client, platform) == [RosterMember("17", Roles.of(["Learner"]), name="5", given_name="x" * 255)]


@pytest.mark.parametrize("roles", ["Instructor", ["Instructor"], [None, 5, {}, "Instructor"]])
def test_roles_as_a_single_text_are_a_list_of_one(client: ServiceClient, platform: RecordingPlatform, roles: object) -> None:
    platform.tell("/memberships", 200, {"members": [{"user_id": "2", "roles": roles}]})
    assert [member.roles.is_instructor for member in members(client, platform)] == [True]


@pytest.mark.parametrize(
    ("status", "is_active"),
    [
        ("Active", True), ("active", True), ("ACTIVE", True), (None, True), ("", True), (1, True), ([], True), ("enrolled", True),
        ("http://purl.imsglobal.org/vocab/lis/v2/person#Active", True), ("Reactivated", True), ("not Inactive yet", True),
        ("Inactive", False), ("INACTIVE", False), ("deleted", False), (" Deleted ", False),
        ("http://purl.imsglobal.org/vocab/lis/v2/person#Inactive", False),
    ],
)  # fmt: skip
def test_only_inactive_or_deleted_as_the_last_word_takes_somebody_out(
    client: ServiceClient, platform: RecordingPlatform, status: object, is_active: bool
) -> None:
    platform.tell("/memberships", 200, {"members": [{"user_id": "2", "roles": ["Learner"], "status": status}]})
    assert [member.is_active for member in members(client, platform)] == [is_active]


def test_two_entries_of_one_person_are_one_person_with_the_roles_of_both(
    client: ServiceClient, platform: RecordingPlatform
) -> None:
    entries = [
        {"user_id": "1", "roles": ["Learner"], "status": "Inactive"},
        {"user_id": "1", "roles": ["Learner"], "name": "Anna"},
        {"user_id": "1", "roles": ["Instructor"]},
        {"user_id": "1", "roles": ["Mentor"], "status": "Deleted"},
    ]
    platform.tell("/memberships", 200, {"members": entries})
    assert members(client, platform) == [RosterMember("1", Roles.of(["Learner", "Instructor"]), name="Anna")]


@pytest.mark.parametrize(
    "shape", [{"0": {"user_id": "1"}, "2": {"user_id": "2"}}, {"7": {"user_id": "1"}, "3": {"user_id": "2"}}]
)
def test_an_object_with_number_keys_is_a_list(client: ServiceClient, platform: RecordingPlatform, shape: object) -> None:
    platform.tell("/memberships", 200, {"members": shape})
    assert [member.user_id for member in members(client, platform)] == ["1", "2"]


def test_a_single_member_without_a_list_around_it_is_a_list_of_one(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/memberships", 200, {"members": {"user_id": "1", "roles": ["Learner"]}})
    assert [member.user_id for member in members(client, platform)] == ["1"]


def test_entries_of_which_none_is_a_person_are_no_roster(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/memberships", 200, {"members": [{"id": "1"}, {"id": "2"}]})
    with pytest.raises(ServiceUnavailable) as caught:
        members(client, platform)
    assert caught.value.code == "roster_unreadable"


def test_a_roster_without_end_does_not_fill_the_memory(
    client: ServiceClient, platform: RecordingPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_MEMBERS", 3)
    platform.tell("/memberships", 200, {"members": [{"user_id": str(n)} for n in range(4)]})
    with pytest.raises(ServiceRefused) as caught:
        members(client, platform)
    assert caught.value.code == "roster_too_large"


def test_every_page_counts_against_the_time_of_the_whole_roster(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/memberships", 200, {"members": [{"user_id": "1"}]}, Link=f'<{platform.url}/memberships?p=2>; rel="next"')
    platform.tell("/memberships", 200, {"members": []}, Link=f'<{platform.url}/memberships?p=3>; rel="next"')
    answered = platform.answer

    def slow(asked: Asked) -> Told:
        time.sleep(0.15)
        return answered(asked)

    platform.answer = slow  # type: ignore[method-assign]
    with patience(0.4), pytest.raises(ServiceUnavailable) as caught:
        members(client, platform)
    assert caught.value.code in ("timeout", "out_of_time")


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


@pytest.mark.parametrize("address", ["http://[", "http://[::1", "//[/", "http://x:99999/"])
def test_a_next_page_that_is_no_address_is_refused(client: ServiceClient, platform: RecordingPlatform, address: str) -> None:
    platform.tell("/memberships", 200, {"members": []}, Link=f'<{address}>; rel="next"')
    with pytest.raises((ServiceRefused, ServiceUnavailable)):
        members(client, platform)
