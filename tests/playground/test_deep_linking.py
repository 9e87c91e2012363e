"""Deep linking turns the tool's answer into activities as Moodle 4.2.3 was seen to do, and takes no bad answer."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from lti_tool.errors import ToolError
from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching.deep_linking import Outcome, SelectionRefused
from lti_tool.playground.launching.signing import new_key

Respond = Callable[..., Outcome]
Make = Callable[..., str]


def open_selection(lms: Playground, key: RSAKey) -> dict[str, Any]:
    login = lms.initiate_deep_linking()
    _, form = lms.authenticate(
        {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "client_id": login["client_id"],
            "redirect_uri": "http://localhost:8000/lti/launch",
            "state": "s",
            "nonce": "n",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
        }
    )
    return jwt.decode(form["id_token"], key, algorithms=["RS256"]).claims


@pytest.fixture
def return_url(lms: Playground, platform_key: RSAKey) -> str:
    url: str = open_selection(lms, platform_key)[names.DEEP_LINKING_SETTINGS]["deep_link_return_url"]
    return url


@pytest.fixture
def make_response(lms: Playground, signed: Callable[..., str]) -> Make:
    def make(*items: dict[str, Any], header: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(lms.site.now().timestamp())
        claims: dict[str, Any] = {
            "iss": "playground-tool",
            "aud": ["http://127.0.0.1:8001"],
            "iat": now,
            "exp": now + 300,
            "nonce": secrets.token_hex(8),
            names.DEPLOYMENT_ID: "1",
            names.MESSAGE_TYPE: "LtiDeepLinkingResponse",
            names.VERSION: "1.3.0",
            names.CONTENT_ITEMS: list(items),
            **changes,
        }
        return signed({name: value for name, value in claims.items() if value is not None}, **(header or {}))

    return make


@pytest.fixture
def respond(lms: Playground, return_url: str, make_response: Make) -> Respond:
    def send(*items: dict[str, Any]) -> Outcome:
        return lms.save_selection(lms.accept_deep_linking_response(return_url, make_response(*items)))

    return send


def item(title: str, maximum: Any = None, **more: Any) -> dict[str, Any]:
    line_item = {} if maximum is None else {"lineItem": {"scoreMaximum": maximum, "label": "Punkte", "resourceId": "r"}}
    return {"type": "ltiResourceLink", "url": "http://localhost:8000/lti/launch", "title": title, **line_item, **more}


def test_the_request_has_the_recorded_settings(lms: Playground, platform_key: RSAKey) -> None:
    claims = open_selection(lms, platform_key)
    settings = claims[names.DEEP_LINKING_SETTINGS]
    url = settings.pop("deep_link_return_url")
    assert url.startswith("http://127.0.0.1:8001/mod/lti/contentitem_return.php?course=2&id=1&sesskey=")
    assert settings == {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_copy_advice": False,
        "accept_multiple": True,
        "accept_unsigned": False,
        "auto_create": False,
        "can_confirm": False,
        "title": "Smart-City-Manager:in",
        "text": "",
    }
    assert claims[names.MESSAGE_TYPE] == "LtiDeepLinkingRequest"
    assert claims[names.LAUNCH_PRESENTATION] == {"locale": "de"}
    assert names.RESOURCE_LINK not in claims
    assert list(claims[names.AGS_ENDPOINT]) == ["scope", "lineitems"]


def test_the_first_request_in_a_course_has_no_members_service(platform_key: RSAKey) -> None:
    lms = Playground("http://127.0.0.1:8001", signing_key=platform_key)
    lms.register_tool("http://localhost:8000", with_modules=False)
    login = lms.initiate_deep_linking()
    request = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "redirect_uri": "http://localhost:8000/lti/launch",
        "nonce": "n",
        **{name: login[name] for name in ("client_id", "login_hint", "lti_message_hint")},
    }
    _, form = lms.authenticate(request)
    assert names.NRPS not in jwt.decode(form["id_token"], platform_key, algorithms=["RS256"]).claims


def test_an_item_becomes_an_activity_with_its_column(lms: Playground, respond: Respond) -> None:
    chosen = item(
        "Modul 1 + mehr",
        50,
        url="http://localhost:8000/modules/x?a=1+2",
        text="Beschreibung mit Umlauten äöü",
        custom={"module": "grundlagen-und-strategie", "list": [1, 2]},
        iframe={"width": 800, "height": 600},
    )
    activity = respond(chosen).created[0]
    assert activity.url == "http://localhost:8000/modules/x?a=1%202"
    assert activity.description == "Beschreibung mit Umlauten äöü"
    assert activity.custom == {"module": "grundlagen-und-strategie", "list": "Array"}
    assert activity.container == "embed"
    column = lms.columns[-1]
    # The label of the lineItem is dropped: the column is called like the activity.
    assert (column.label, column.maximum, column.resource_id) == ("Modul 1 + mehr", 50.0, "r")
    assert column.link_id == activity.id
    assert column.is_coupled


@pytest.mark.parametrize(
    ("more", "container"),
    [
        ({"iframe": {}}, "embed"),
        ({"window": {"targetName": "_blank"}}, "window"),
        ({"iframe": {}, "window": {}}, "embed"),
        ({}, "default"),
    ],
)
def test_iframe_and_window_decide_how_it_opens(respond: Respond, more: dict[str, Any], container: str) -> None:
    assert respond(item("x", **more)).created[0].container == container


def test_an_item_without_url_launches_the_tools_own_address(lms: Playground, respond: Respond) -> None:
    activity = respond({"type": "ltiResourceLink", "title": "Ohne URL"}).created[0]
    assert lms.claims("4", activity.id, nonce="n")[names.TARGET_LINK_URI] == "http://localhost:8000/lti/launch"


def test_an_item_without_line_item_has_no_column(lms: Playground, respond: Respond) -> None:
    before = len(lms.columns)
    respond(item("Ohne Bewertung"))
    assert len(lms.columns) == before


@pytest.mark.parametrize("maximum", [30.5, 0, 101, -1, "20", True])
def test_a_single_item_with_a_bad_maximum_cannot_be_saved(
    lms: Playground, return_url: str, make_response: Make, maximum: Any
) -> None:
    selection = lms.accept_deep_linking_response(return_url, make_response(item("x", maximum)))
    assert selection.problem == "Die höchste Bewertung muss eine ganze Zahl von 1 bis 100 sein."
    with pytest.raises(SelectionRefused):
        lms.save_selection(selection)


def test_of_several_items_those_after_a_bad_maximum_are_lost_until_a_good_one(respond: Respond) -> None:
    outcome = respond(item("F1"), item("F2", 30.5), item("F3"), item("F4", 100), item("F5"))
    assert [activity.title for activity in outcome.created] == ["F1", "F4", "F5"]
    assert [each.title for each in outcome.lost] == ["F2", "F3"]


def test_link_and_html_items_become_activities_too(respond: Respond) -> None:
    outcome = respond(
        {"type": "link", "url": "http://localhost:8000/doc", "title": "Ein Link"},
        {"type": "html", "html": "<b>Hallo</b>", "title": "Ein HTML"},
    )
    assert [(a.title, a.url, a.description) for a in outcome.created] == [
        ("Ein Link", "http://localhost:8000/doc", ""),
        ("Ein HTML", "", "<b>Hallo</b>"),
    ]


def test_a_title_of_300_characters_cannot_be_saved(lms: Playground, return_url: str, make_response: Make) -> None:
    selection = lms.accept_deep_linking_response(return_url, make_response(item("L" * 300)))
    assert selection.problem == "Der Titel ist länger als 255 Zeichen."


@pytest.mark.parametrize("audience", ["http://127.0.0.1:8001", ["http://127.0.0.1:8001"]])
def test_the_audience_may_be_a_string_or_a_list(lms: Playground, return_url: str, make_response: Make, audience: Any) -> None:
    assert lms.accept_deep_linking_response(return_url, make_response(item("x"), aud=audience)).items


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "https://example.org"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nonce": None},
        {names.DEPLOYMENT_ID: "2"},
        {names.MESSAGE_TYPE: "LtiResourceLinkRequest"},
        {names.VERSION: None},
        {names.DATA: "never given"},
        {names.CONTENT_ITEMS: {"type": "link"}},
        {"header": {"kid": "other"}},
        {"header": {"kid": None}},
    ],
)
def test_a_bad_answer_is_refused(lms: Playground, return_url: str, make_response: Make, changes: dict[str, Any]) -> None:
    with pytest.raises(SelectionRefused):
        lms.accept_deep_linking_response(return_url, make_response(item("x"), **changes))


def test_an_answer_of_another_key_is_refused(lms: Playground, return_url: str, make_response: Make) -> None:
    with pytest.raises(SelectionRefused, match="Signature verification failed"):
        lms.accept_deep_linking_response(return_url, make_response(item("x"), header={"key": new_key()}))


def test_a_nonce_works_once(lms: Playground, return_url: str, make_response: Make) -> None:
    answer = make_response(item("x"))
    lms.accept_deep_linking_response(return_url, answer)
    with pytest.raises(SelectionRefused):
        lms.accept_deep_linking_response(return_url, answer)


def test_an_answer_without_issuer_changes_nothing(lms: Playground, return_url: str, make_response: Make) -> None:
    assert lms.accept_deep_linking_response(return_url, make_response(item("x"), iss=None)).items == ()


def test_an_unknown_session_key_is_refused(lms: Playground, return_url: str, make_response: Make) -> None:
    with pytest.raises(SelectionRefused):
        lms.accept_deep_linking_response(return_url.replace("sesskey=", "sesskey=x"), make_response(item("x")))


def test_a_selection_is_saved_once(lms: Playground, return_url: str, make_response: Make) -> None:
    selection = lms.accept_deep_linking_response(return_url, make_response(item("x")))
    lms.save_selection(selection)
    with pytest.raises(ToolError):
        lms.save_selection(selection)


def test_the_way_through_the_pages_ends_in_the_course(client: FlaskClient, return_url: str, make_response: Make) -> None:
    client.set_cookie("playground_person", "3")
    answer = make_response(item("Neue Aktivität", 20))
    shown = client.post(return_url.removeprefix("http://127.0.0.1:8001"), data={"JWT": answer})
    assert "Neue Aktivität" in shown.text
    action = shown.text.split('action="')[1].split('"')[0]
    assert "Hinzugefügt: 1" in client.post(action).text
    assert "Neue Aktivität" in client.get("/course").text


def test_a_refused_answer_shows_a_page(client: FlaskClient, return_url: str) -> None:
    shown = client.post(return_url.removeprefix("http://127.0.0.1:8001"), data={"JWT": "a.b.c"})
    assert shown.status_code == 400
    assert "Das ging nicht" in shown.text
