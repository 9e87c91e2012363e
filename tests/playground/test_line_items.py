"""Line items follow the rules that Moodle 4.2.3 was seen to follow."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names

Bearer = Callable[..., dict[str, str]]
Call = Callable[..., TestResponse]

LIST = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_PATH = "/mod/lti/services.php/2/lineitems?type_id=1"


@pytest.fixture
def call(client: FlaskClient, bearer: Bearer) -> Call:
    def send(method: str, url: str, *, json: Any = None, media: str | None = None, **headers: str) -> TestResponse:
        if media and method == "GET":
            headers["Accept"] = media
        elif media:
            headers["Content-Type"] = media
        return client.open(url, method=method, json=json, headers={**bearer(), **headers})

    return send


def path_of(lms: Playground, column: str | int) -> str:
    return lms.line_item_url(column).removeprefix("http://127.0.0.1:8001")


def create(call: Call, **body: Any) -> TestResponse:
    return call("POST", ITEMS_PATH, json={"label": "Extra", "scoreMaximum": 10, **body}, media=ITEM)


def test_the_list_has_the_recorded_shape(call: Call, shape: Callable[[Any], Any]) -> None:
    answer = call("GET", ITEMS_PATH, media=LIST)
    assert answer.content_type == f"{LIST}; charset=utf-8"
    assert shape(answer.get_json()) == [
        {
            "id": "str",
            "label": "str",
            "scoreMaximum": "int",
            "resourceId": "str",
            "tag": "str",
            "resourceLinkId": "str",
            "ltiLinkId": "str",
        }
    ]
    assert len(answer.get_json()) == 5


def test_no_accept_header_is_fine(call: Call) -> None:
    assert call("GET", ITEMS_PATH).status_code == 200


@pytest.mark.parametrize(
    ("accept", "reason"),
    [
        ("application/json", "No handler found for /2/lineitems application/json "),
        ("*/*", "No context or unsupported content type"),
        (f"{LIST}, application/json;q=0.5", f"No handler found for /2/lineitems {LIST}, application/json;q=0.5 "),
        (f"{LIST}, */*;q=0.1", "No context or unsupported content type"),
    ],
)
def test_any_other_accept_header_is_refused(call: Call, accept: str, reason: str) -> None:
    answer = call("GET", ITEMS_PATH, media=accept)
    assert answer.status_code == 400
    assert answer.get_json() == {
        "status": 400,
        "reason": reason,
        "request": {"method": "GET", "url": ITEMS_PATH, "accept": accept, "contentType": ""},
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&resource_id=beteiligung-und-vernetzung", ["Modul 4: Beteiligung und Vernetzung"]),
        ("&resource_id=nix", []),
        ("&tag=nix", []),
    ],
)
def test_the_list_is_filtered(call: Call, query: str, found: list[str]) -> None:
    assert [item["label"] for item in call("GET", ITEMS_PATH + query, media=LIST).get_json()] == found


def test_the_list_is_filtered_by_link(lms: Playground, call: Call) -> None:
    column = lms.column("beteiligung-und-vernetzung")
    items = call("GET", f"{ITEMS_PATH}&resource_link_id={column.link_id}", media=LIST).get_json()
    assert [item["resourceId"] for item in items] == ["beteiligung-und-vernetzung"]


def test_pages_have_moodles_odd_link_header(call: Call) -> None:
    answer = call("GET", f"{ITEMS_PATH}&limit=2&from=2", media=LIST)
    assert len(answer.get_json()) == 2
    link = answer.headers["Link"].encode("latin-1").decode()
    base = "<http://127.0.0.1:8001/mod/lti/services.php/2/lineitems?type_id=1&amp;limit=2&amp;from="
    assert link == (
        f"{base}0>; rel=“first”, {base}0>; rel=“prev”, {base}2>; rel=“canonical”, {base}4>; rel=“next”, {base}4>; rel=“last”"
    )


def test_a_new_line_item_is_echoed_with_its_id(lms: Playground, call: Call) -> None:
    answer = create(call, resourceId="exam-1", tag="exam", startDateTime="2026-11-01T00:00:00Z", gradesReleased=True)
    assert answer.status_code == 201
    column = lms.columns[-1]
    assert answer.get_json() == {
        "label": "Extra",
        "scoreMaximum": 10,
        "resourceId": "exam-1",
        "tag": "exam",
        "startDateTime": "2026-11-01T00:00:00Z",
        "gradesReleased": True,
        "id": f"http://127.0.0.1:8001/mod/lti/services.php/2/lineitems/{column.id}/lineitem?type_id=1",
    }
    read = call("GET", path_of(lms, column.id), media=ITEM).get_json()
    assert read == {
        "id": answer.get_json()["id"],
        "label": "Extra",
        "scoreMaximum": 10,
        "resourceId": "exam-1",
        "tag": "exam",
    }


def test_nothing_stops_a_second_one_like_it(lms: Playground, call: Call) -> None:
    create(call, resourceId="exam-1")
    assert create(call, resourceId="exam-1").status_code == 201
    assert len([column for column in lms.columns if column.resource_id == "exam-1"]) == 2


@pytest.mark.parametrize(
    ("media", "body", "status", "reason"),
    [
        ("application/json", {"label": "x", "scoreMaximum": 1}, 400, "No handler found for /2/lineitems  application/json"),
        (LIST, {"label": "x", "scoreMaximum": 1}, 400, "No context or unsupported content type"),
        (ITEM, {"scoreMaximum": 80}, 400, "No label or Score Maximum"),
        (ITEM, {"label": "x"}, 400, "No label or Score Maximum"),
        (ITEM, {"label": "x", "scoreMaximum": 1, "resourceLinkId": "99999"}, 403, "Forbidden"),
    ],
)
def test_a_bad_new_line_item_is_refused(call: Call, media: str, body: dict[str, Any], status: int, reason: str) -> None:
    answer = call("POST", ITEMS_PATH, json=body, media=media)
    assert answer.status_code == status
    assert answer.get_json()["reason"] == reason


def test_parameters_of_the_content_type_are_fine(call: Call) -> None:
    answer = call("POST", ITEMS_PATH, json={"label": "x", "scoreMaximum": 5}, media=f"{ITEM}; charset=utf-8")
    assert answer.status_code == 201


def test_an_over_long_label_breaks_the_platform(call: Call) -> None:
    assert create(call, label="L" * 400).status == "502 Bad Gateway"


def test_an_update_clears_what_is_left_out(lms: Playground, call: Call) -> None:
    create(call, resourceId="exam-1", tag="exam")
    url = path_of(lms, lms.columns[-1].id)
    assert call("PUT", url, json={"label": "Neu", "scoreMaximum": 40}, media=ITEM).status_code == 200
    read = call("GET", url, media=ITEM).get_json()
    assert (read["label"], read["scoreMaximum"], read["resourceId"], read["tag"]) == ("Neu", 40, "", "")


def test_an_update_of_the_maximum_rescales_the_grades(lms: Playground, call: Call, post_score: Call) -> None:
    post_score(scoreGiven=8, scoreMaximum=10)
    url = path_of(lms, "grundlagen-und-strategie")
    body = {"label": "Neu", "scoreMaximum": 50, "resourceId": "grundlagen-und-strategie"}
    assert call("PUT", url, json=body, media=ITEM).status_code == 200
    grade = lms.grade("4", "grundlagen-und-strategie")
    assert grade is not None
    assert (grade.score, grade.maximum) == (40, 50)


def test_an_update_needs_a_maximum(lms: Playground, call: Call) -> None:
    answer = call("PUT", path_of(lms, "grundlagen-und-strategie"), json={"label": "x"}, media=ITEM)
    assert answer.status == "400 Bad Request"


def test_even_an_activitys_column_can_be_deleted(lms: Playground, call: Call) -> None:
    url = path_of(lms, "grundlagen-und-strategie")
    column = lms.column("grundlagen-und-strategie").id
    assert call("DELETE", url).status == "204 OK"
    again = call("GET", url, media=ITEM)
    assert again.status == f"404 Not Found: Grade item {column} doesn't exist"


def test_patch_is_not_allowed(lms: Playground, call: Call) -> None:
    answer = call("PATCH", path_of(lms, "grundlagen-und-strategie"), json={"label": "x"}, media=ITEM)
    assert answer.status == "405 Method Not Allowed"


def test_scores_after_the_query_are_not_found(lms: Playground, call: Call) -> None:
    url = path_of(lms, "grundlagen-und-strategie") + "/scores"
    answer = call("POST", url, json={}, media="application/vnd.ims.lis.v1.score+json")
    assert answer.status_code == 400
    assert answer.get_json()["reason"].startswith("No handler found for /2/lineitems/")


def test_an_unknown_course_is_not_found(call: Call) -> None:
    answer = call("GET", "/mod/lti/services.php/999/lineitems?type_id=1", media=LIST)
    assert answer.status == "404 Not Found: Course 999 doesn't exist"


@pytest.mark.parametrize("scope", [names.SCOPE_SCORE, names.SCOPE_MEMBERSHIPS])
def test_another_scope_reads_no_line_items(client: FlaskClient, bearer: Bearer, scope: str) -> None:
    answer = client.get(ITEMS_PATH, headers={**bearer(scope), "Accept": LIST})
    assert answer.status == "401 Unauthorized"
    assert answer.get_json() == {
        "status": 401,
        "reason": "Unauthorized",
        "request": {"method": "GET", "url": ITEMS_PATH, "accept": LIST, "contentType": ""},
    }


def test_the_readonly_scope_creates_nothing(client: FlaskClient, bearer: Bearer) -> None:
    headers = {**bearer(names.SCOPE_LINE_ITEM_READONLY), "Content-Type": ITEM}
    assert client.post(ITEMS_PATH, json={"label": "x", "scoreMaximum": 1}, headers=headers).status_code == 401


def test_another_tools_address_is_refused(call: Call) -> None:
    assert call("GET", "/mod/lti/services.php/2/lineitems?type_id=2", media=LIST).status_code == 401


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic abc"}])
def test_without_a_valid_token_nothing_is_read(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get(ITEMS_PATH, headers={**headers, "Accept": LIST}).status_code == 401


def test_a_column_made_for_an_ungraded_activity_shows_as_empty_line_item(lms: Playground, call: Call) -> None:
    activity = lms.add_activity("Ohne Bewertung", maximum=None)
    create(call, resourceLinkId=str(activity.id))
    claims = lms.claims("4", activity.id, nonce="n")
    assert claims[names.AGS_ENDPOINT]["lineitem"] == ""


def test_two_columns_on_a_link_show_no_line_item(lms: Playground, call: Call) -> None:
    link = lms.column("grundlagen-und-strategie").link_id
    create(call, resourceLinkId=str(link))
    claims = lms.claims("4", "grundlagen-und-strategie", nonce="n")
    assert "lineitem" not in claims[names.AGS_ENDPOINT]
