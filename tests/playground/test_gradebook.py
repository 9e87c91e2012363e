"""What a teacher does to the gradebook, as Moodle 4.5 was seen to carry it out; and other platforms' ways."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names
from tests.playground.conftest import ISSUER
from tests.playground.test_pages import become

MODULE = "grundlagen-und-strategie"
SETUP = "/gradebook/setup"
Post = Callable[..., TestResponse]
Bearer = Callable[..., dict[str, str]]


def endpoint(lms: Playground) -> dict[str, Any]:
    claim: dict[str, Any] = lms.claims("participant01", MODULE, nonce="n").get(names.AGS_ENDPOINT, {})
    return claim


def results(lms: Playground, client: FlaskClient, bearer: Bearer) -> list[dict[str, Any]]:
    path, _, query = lms.line_item_url(MODULE).removeprefix(ISSUER).partition("?")
    answer = client.get(f"{path}/results?{query}", headers={**bearer(), "Accept": names.MEDIA_RESULTS})
    found: list[dict[str, Any]] = answer.get_json(force=True)
    return found


def test_unticking_deletes_the_column_and_ticking_makes_another(lms: Playground, post_score: Post) -> None:
    before = lms.column(MODULE)
    url = lms.line_item_url(MODULE)
    post_score()
    lms.allow_grades(MODULE, False)
    assert "lineitem" not in endpoint(lms)
    assert before.id not in [column.id for column in lms.columns]
    lms.allow_grades(MODULE, True)
    after = lms.gradebook.own_column(lms.site.activity(MODULE))
    assert after is not None
    assert (after.id != before.id, after.label, after.maximum, after.resource_id, after.tag) == (True, before.label, 100, "", "")
    assert endpoint(lms)["lineitem"] == lms.line_item_url(after.id) != url
    assert lms.grade("participant01", after.id) is None
    lms.allow_grades(MODULE, True)
    assert lms.gradebook.own_column(lms.site.activity(MODULE)) is after


def test_a_grade_set_by_hand_stays_whatever_is_sent(
    lms: Playground, client: FlaskClient, bearer: Bearer, post_score: Post
) -> None:
    post_score()
    lms.override("participant01", MODULE, 55)
    lms.move_clock(5)
    assert post_score(scoreGiven=9).status_code == 200
    grade = lms.grade("participant01", MODULE)
    assert grade is not None
    assert grade.score == 55
    assert [each["resultScore"] for each in results(lms, client, bearer)] == [55]
    lms.override("participant01", MODULE, None)
    grade = lms.grade("participant01", MODULE)
    assert grade is not None
    assert grade.score == 90


def test_a_locked_column_answers_500_and_is_read_out_all_the_same(
    lms: Playground, client: FlaskClient, bearer: Bearer, post_score: Post
) -> None:
    post_score()
    lms.lock_column(MODULE)
    lms.move_clock(5)
    assert post_score(scoreGiven=9).status_code == 500
    assert [each["resultScore"] for each in results(lms, client, bearer)] == [80]
    lms.lock_column(MODULE, False)
    assert post_score(scoreGiven=9).status_code == 200


def test_a_course_reset_empties_every_column(lms: Playground, post_score: Post) -> None:
    post_score()
    post_score(column="technologien-und-daten")
    lms.override("participant02", MODULE, 70)
    lms.empty_grades()
    assert lms.site.state.grades == {}
    assert len(lms.columns) == 5


def test_points_come_as_they_are_sent_where_the_platform_does_not_convert(lms: Playground, post_score: Post) -> None:
    lms.be_odd("points_as_they_come")
    post_score(scoreGiven=90, scoreMaximum=10)
    lms.gradebook.change_maximum(lms.column(MODULE), 10)
    post_score(userId="5", scoreGiven=90, scoreMaximum=100)
    grades = [lms.grade(f"participant0{number}", MODULE) for number in (1, 2)]
    assert [grade.score for grade in grades if grade is not None] == [90, 90]


def test_numbers_in_results_may_be_texts(lms: Playground, client: FlaskClient, bearer: Bearer, post_score: Post) -> None:
    lms.be_odd("results_as_texts")
    post_score()
    (result,) = results(lms, client, bearer)
    assert (result["resultScore"], result["resultMaximum"]) == ("80", "100")


def test_a_platform_may_offer_no_list_of_columns_or_no_scores_at_all(lms: Playground) -> None:
    lms.be_odd("no_line_items")
    assert set(endpoint(lms)) == {"scope", "lineitem"}
    assert not any("lineitem" in scope for scope in endpoint(lms)["scope"])
    lms.be_odd("no_scores")
    assert endpoint(lms) == {}
    lms.be_odd("no_scores", False)
    lms.be_odd("no_line_items", False)
    assert set(endpoint(lms)) == {"scope", "lineitems", "lineitem"}


def test_a_page_to_sign_in_comes_with_status_200(lms: Playground, post_score: Post) -> None:
    lms.sign_out_next(service="scores")
    answer = post_score()
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "<form" in answer.text
    assert lms.grade("participant01", MODULE) is None


@pytest.mark.parametrize("path", [SETUP, f"{SETUP}/reset"])
def test_the_switches_are_the_teachers(client: FlaskClient, path: str) -> None:
    def ask() -> TestResponse:
        return client.get(path) if path == SETUP else client.post(path)

    assert ask().headers["Location"] == "/"
    become(client, "participant01")
    assert ask().status_code == 403
    become(client, "instructor")
    assert ask().status_code in (200, 303)


def test_every_switch_can_be_pressed_on_the_page(lms: Playground, client: FlaskClient, post_score: Post) -> None:
    become(client, "instructor")
    assert "Bewertungen einrichten" in client.get("/gradebook").text
    activity, column = lms.site.activity(MODULE), lms.column(MODULE)
    post_score()
    client.post(f"{SETUP}/column/{column.id}", data={"action": "lock"})
    assert column.is_locked
    assert "gesperrt" in client.get(SETUP).text
    client.post(f"{SETUP}/column/{column.id}", data={"action": "unlock"})
    client.post(f"{SETUP}/override", data={"person": "participant01", "column": column.id, "value": "55,5"})
    grade = lms.grade("participant01", column.id)
    assert grade is not None
    assert grade.score == 55.5
    client.post(f"{SETUP}/column/{column.id}", data={"action": "maximum", "maximum": "10"})
    assert column.maximum == 10
    client.post(f"{SETUP}/column/{column.id}", data={"action": "empty"})
    assert lms.grade("participant01", column.id) is None
    client.post(f"{SETUP}/activity/{activity.id}", data={"allowed": "no"})
    assert "ohne Bewertung" in client.get(SETUP).text
    client.post(f"{SETUP}/activity/{activity.id}", data={"allowed": "yes"})
    made = lms.gradebook.own_column(activity)
    assert made is not None
    client.post(f"{SETUP}/column/{made.id}", data={"action": "delete"})
    assert lms.gradebook.own_column(activity) is None
    client.post(f"{SETUP}/oddity", data={"oddity": "no_line_items", "on": "yes"})
    assert lms.site.has_oddity("no_line_items")
    client.post(f"{SETUP}/reset")
    assert lms.site.state.grades == {}


def test_forms_of_other_sites_press_nothing(lms: Playground, client: FlaskClient, post_score: Post) -> None:
    become(client, "instructor")
    post_score()
    assert client.post(f"{SETUP}/reset", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert lms.site.state.grades != {}
