"""Memberships follow the rules that Moodle 4.2.3 was seen to follow."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names

Get = Callable[..., TestResponse]
MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PATH = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"


@pytest.fixture
def get(client: FlaskClient, bearer: Callable[..., dict[str, str]]) -> Get:
    def fetch(url: str = PATH, *, accept: str = MEDIA) -> TestResponse:
        return client.get(url, headers={**bearer(), "Accept": accept})

    return fetch


def test_members_have_the_recorded_shape(get: Get, shape: Callable[[Any], Any]) -> None:
    answer = get()
    assert answer.content_type == f"{MEDIA}; charset=utf-8"
    assert shape(answer.get_json()) == {
        "id": "str",
        "context": {"id": "str", "label": "str", "title": "str"},
        "members": [
            {
                "status": "str",
                "roles": ["str"],
                "user_id": "str",
                "lis_person_sourcedid": "str",
                "name": "str",
                "given_name": "str",
                "family_name": "str",
                "email": "str",
                "ext_user_username": "str",
            }
        ],
    }


def test_everybody_but_the_administrator_is_a_member_sorted_by_family_name(get: Get) -> None:
    members = get().get_json()["members"]
    assert len(members) == 22
    family_names = [member.get("family_name") for member in members]
    assert family_names[:4] == ["Aßmann", "Böttcher", "Çelik", "Dreßler"]
    assert "Brandenburger" not in family_names


def test_roles_are_bare_words(get: Get) -> None:
    roles = {member["user_id"]: member["roles"] for member in get().get_json()["members"]}
    assert roles["3"] == ["Instructor"]
    assert roles["4"] == ["Learner"]


def test_a_withheld_name_is_missing(get: Get) -> None:
    member = next(each for each in get().get_json()["members"] if each["user_id"] == "24")
    assert member == {
        "status": "Active",
        "roles": ["Learner"],
        "user_id": "24",
        "lis_person_sourcedid": "P-NAMELESS",
    }


def test_pages_are_linked_until_the_last(get: Get) -> None:
    first = get(f"{PATH}?limit=15")
    assert len(first.get_json()["members"]) == 15
    assert first.headers["Link"] == f'<http://127.0.0.1:8001{PATH}?limit=15&from=15>; rel="next"'
    last = get(f"{PATH}?limit=15&from=15")
    assert len(last.get_json()["members"]) == 7
    assert "Link" not in last.headers


@pytest.mark.parametrize(
    ("role", "count"),
    [
        ("Learner", 21),
        ("Instructor", 1),
        ("http%3A%2F%2Fpurl.imsglobal.org%2Fvocab%2Flis%2Fv2%2Fmembership%23Instructor", 1),
        ("https%3A%2F%2Fpurl.imsglobal.org%2Fvocab%2Flis%2Fv2%2Fmembership%23Instructor", 22),
        ("Mentor", 22),
    ],
)
def test_a_known_role_filters_and_an_unknown_one_does_not(get: Get, role: str, count: int) -> None:
    assert len(get(f"{PATH}?role={role}").get_json()["members"]) == count


def test_with_a_link_each_member_has_its_message(lms: Playground, get: Get) -> None:
    link = lms.activities[0].id
    answer = get(f"{PATH}?rlid={link}&limit=2")
    message = answer.get_json()["members"][0]["message"][0]
    assert message[names.MESSAGE_TYPE] == "LtiResourceLinkRequest"
    assert answer.headers["Link"].endswith(f'?limit=2&from=2&rlid={link}>; rel="next"')


def test_an_unknown_link_is_not_found(get: Get) -> None:
    assert get(f"{PATH}?rlid=99999").status == "404 Not Found: LTI link 99999 doesn't exist"


def test_suspended_and_unenrolled_members_are_left_out(lms: Playground, get: Get) -> None:
    lms.suspend("participant01")
    lms.unenrol("participant02")
    ids = {member["user_id"] for member in get().get_json()["members"]}
    assert not {"4", "5"} & ids
    lms.enrol("participant01")
    assert "4" in {member["user_id"] for member in get().get_json()["members"]}


def test_a_large_course_has_more_participants(lms: Playground, get: Get) -> None:
    lms.add_participants(478)
    members = get().get_json()["members"]
    assert len(members) == 500
    assert len({member["user_id"] for member in members}) == 500
    assert lms.initiate("participant498", lms.activities[0].id)["login_hint"] == "502"


def test_any_accept_is_fine_here_but_plain_json_is_not(get: Get) -> None:
    assert get(accept="*/*").status_code == 200
    assert get(accept="application/json").status_code == 400


def test_another_tools_binding_is_refused(get: Get) -> None:
    assert get(PATH.replace("bindings/1", "bindings/2")).status_code == 401


def test_the_scope_is_needed(client: FlaskClient, bearer: Callable[..., dict[str, str]]) -> None:
    assert client.get(PATH, headers={**bearer(names.SCOPE_SCORE), "Accept": MEDIA}).status_code == 401
