"""Pages for people: choosing who one is, launching, looking at grades, causing trouble."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from lti_tool.playground import Playground
from lti_tool.playground.state import Grade

MODULE = "grundlagen-und-strategie"


def become(client: FlaskClient, person: str) -> None:
    assert client.post("/person", data={"person": person}).status_code == 303


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def auth_query(login: dict[str, str]) -> str:
    return urlencode(
        {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "client_id": login["client_id"],
            "redirect_uri": "http://localhost:8000/lti/launch",
            "state": "st-1",
            "nonce": "n-1",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
        }
    )


def test_the_start_page_offers_everybody(client: FlaskClient) -> None:
    page = client.get("/").text
    assert page.count('class="person"') == 23
    for name in ("Annegret Böttcher", "Person ohne Namen", "Petra Wendisch-Köhler", "Ali Brandenburger"):
        assert name in page


@pytest.mark.parametrize("path", ["/course", "/activity/11", "/launch/11", "/gradebook", "/select/1", "/select/1/launch"])
def test_nobody_in_particular_is_asked_who_they_are(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Location"] == "/"


def test_the_course_shows_the_five_modules(client: FlaskClient) -> None:
    become(client, "participant01")
    page = client.get("/course").text
    assert page.count("Hier öffnen") == 5
    assert page.count("In neuem Fenster öffnen") == 5
    assert "Aktivität hinzufügen" not in page


def test_only_staff_may_add_activities(client: FlaskClient) -> None:
    become(client, "instructor")
    assert "Aktivität hinzufügen" in client.get("/course").text
    become(client, "participant01")
    assert client.get("/select/1/launch").status_code == 302


def test_an_activity_is_framed_with_a_title(lms: Playground, client: FlaskClient) -> None:
    become(client, "participant01")
    link = lms.activities[1].id
    page = client.get(f"/activity/{link}").text
    assert f'<iframe src="/launch/{link}" title="Modul 2: Technologien und Daten für die smarte Kommune"' in page


def test_a_launch_posts_the_login_initiation_to_the_tool(lms: Playground, client: FlaskClient) -> None:
    become(client, "participant01")
    page = client.get(f"/launch/{lms.activities[0].id}").text
    assert 'action="http://localhost:8000/lti/login" method="post"' in page
    assert "<noscript>" in page
    assert set(fields(page)) == {
        "iss",
        "target_link_uri",
        "login_hint",
        "lti_message_hint",
        "client_id",
        "lti_deployment_id",
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_authentication_request_is_answered_with_a_form(lms: Playground, client: FlaskClient, method: str) -> None:
    become(client, "participant01")
    query = auth_query(lms.initiate("participant01", MODULE))
    if method == "GET":
        page = client.get(f"/mod/lti/auth.php?{query}").text
    else:
        form = "application/x-www-form-urlencoded"
        page = client.post("/mod/lti/auth.php", data=query, content_type=form).text
    assert 'action="http://localhost:8000/lti/launch"' in page
    assert set(fields(page)) == {"id_token", "state"}


def test_without_the_cookie_the_request_is_posted_once_more(lms: Playground, client: FlaskClient) -> None:
    query = auth_query(lms.initiate("participant01", MODULE))
    page = client.get(f"/mod/lti/auth.php?{query}").text
    assert fields(page) == {"repost": "true"}
    action = unescape(page.split('action="')[1].split('"')[0]).removeprefix("http://127.0.0.1:8001")
    assert client.post(action, data={"repost": "true"}).status_code == 404
    become(client, "participant01")
    assert set(fields(client.post(action, data={"repost": "true"}).text)) == {"id_token", "state"}


def test_a_bad_authentication_request_ends_on_a_page_for_people(client: FlaskClient) -> None:
    become(client, "participant01")
    answer = client.get("/mod/lti/auth.php?scope=openid")
    assert answer.status_code == 404
    assert "Öffnen Sie die Aktivität noch einmal aus dem Kurs." in answer.text


def test_a_participant_sees_only_their_own_grades(lms: Playground, client: FlaskClient) -> None:
    column = lms.column(MODULE)
    lms.site.state.grades[f"{column.id}:4"] = Grade(85.0, "8,5 von 10 <b>Punkten</b>", 1_795_411_800, 1_795_411_800)
    become(client, "participant01")
    page = client.get("/gradebook").text
    assert "Meine Bewertungen" in page
    assert "<strong>85</strong> / 100" in page
    assert "8,5 von 10 &lt;b&gt;Punkten&lt;/b&gt;" in page
    assert "Mehtap" not in page
    assert "85 / 100" in client.get("/course").text


def test_the_instructor_sees_everybody_and_when_a_score_came(lms: Playground, client: FlaskClient) -> None:
    column = lms.column(MODULE)
    lms.site.state.grades[f"{column.id}:4"] = Grade(85.0, None, 1_795_411_800, 1_795_411_800)
    become(client, "instructor")
    page = client.get("/gradebook").text
    assert page.count('<th scope="row">') == 21
    assert "eingetroffen 23.11.2026, 06:30:00 Uhr" in page


def test_trouble_can_be_ordered_on_a_page(lms: Playground, client: FlaskClient) -> None:
    client.post("/faults", data={"kind": "429", "service": "scores", "times": "3", "seconds": "7"})
    client.post("/faults", data={"kind": "hang", "service": "", "seconds": "20", "after_work": "yes"})
    client.post("/faults", data={"kind": "reset", "service": "token"})
    waiting = [(f.kind, f.service, f.times, f.retry_after, f.seconds, f.after_work) for f in lms.faults.waiting()]
    assert waiting == [
        ("status", "scores", 3, 7, 0.0, False),
        ("hang", None, 1, None, 20.0, True),
        ("reset", "token", 1, None, 0.0, False),
    ]
    page = client.get("/faults").text
    assert "3-mal" in page
    assert "mit Retry-After 7 s" in page


def test_tokens_keys_and_clock_can_be_disturbed_on_a_page(lms: Playground, client: FlaskClient) -> None:
    lms.answer_next(503)
    for action in ("clear", "revoke", "rotate", "rotate-hard"):
        client.post("/faults/act", data={"action": action})
    client.post("/faults/act", data={"action": "clock", "offset": "-45"})
    assert lms.faults.waiting() == ()
    assert len(lms.site.public_jwks()["keys"]) == 1
    assert lms.site.clock_offset.total_seconds() == -45


def test_forms_of_other_sites_are_refused(client: FlaskClient) -> None:
    answer = client.post("/faults", data={"kind": "503"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_on_the_way_back_the_tools_message_is_shown_escaped(client: FlaskClient) -> None:
    page = client.get("/mod/lti/return.php?course=2&lti_msg=Alles+gut+<b>&lti_log=x").text
    assert "Alles gut &lt;b&gt;" in page
    assert "leave.js" not in page
    assert "Fehler im Tool" in client.get("/mod/lti/return.php?lti_errormsg=Fehler+im+Tool").text


def test_without_a_message_the_way_back_leads_to_the_course(client: FlaskClient) -> None:
    assert 'data-to="/course"' in client.get("/mod/lti/return.php?course=2").text


def test_pages_may_be_framed_by_themselves_only(client: FlaskClient) -> None:
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "sameorigin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


def test_the_tools_page_lists_what_is_registered(client: FlaskClient) -> None:
    page = client.get("/tools").text
    assert "playground-tool" in page
    assert "Registrierung beginnen" in page


def test_an_unknown_activity_shows_a_page(client: FlaskClient) -> None:
    become(client, "participant01")
    answer = client.get("/launch/99999")
    assert answer.status_code == 404
    assert "Diese Aktivität gibt es hier nicht (mehr)." in answer.text
