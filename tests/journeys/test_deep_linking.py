"""An instructor fills a course: five modules in one step, single items, what the platform does not take, a copied course."""

from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet

from lti_tool.playground.launching import claim_names as names
from tests.journeys.course import BASE, Course, form_of

M1, M2 = "grundlagen-und-strategie", "technologien-und-daten"
SLUGS = [M1, M2, "sicherheit-und-datenschutz", "beteiligung-und-vernetzung", "umsetzung-und-kommunikation"]
CHOICE = "/lti/deep-linking"


def changed_settings(**changes: Any) -> dict[str, Any]:
    settings = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_multiple": True,
        "deep_link_return_url": "http://127.0.0.1/return",
        **changes,
    }
    return {names.DEEP_LINKING_SETTINGS: settings}


def message_of(course: Course, token: str) -> dict[str, Any]:
    """Check a response's signature by the tool's published keys and give its claims."""
    published = KeySet.import_key_set(course.app.test_client().get("/lti/jwks", base_url=BASE).get_json())
    assert jws.extract_compact(token.encode()).protected["kid"] in [key.kid for key in published.keys]
    claims: dict[str, Any] = jwt.decode(token, published, algorithms=["RS256"]).claims
    return claims


def test_the_whole_programme_is_placed_with_one_click_in_the_tool(course: Course) -> None:
    visit = course.choose_content()
    assert visit.landing.startswith(CHOICE)
    outcome = course.save(visit.post(CHOICE, all="programme"))
    assert outcome.lost == ()
    assert [activity.custom for activity in outcome.created] == [{"module": slug} for slug in SLUGS]
    assert [activity.container for activity in outcome.created] == ["embed"] * 5
    columns = [(column.resource_id, column.tag, column.maximum) for column in course.lms.columns]
    assert columns == [(slug, "lti-tool", 100.0) for slug in SLUGS]


def test_a_course_that_has_some_modules_is_offered_those_it_lacks(course: Course) -> None:
    course.save(course.choose_content().post(CHOICE, item=[M1, M2]))
    course.launch("participant01", M1)
    visit = course.choose_content()
    page = visit.get(CHOICE).text
    assert "Fehlende 3 Module einsetzen" in page
    assert "Alle 5 Module einsetzen" not in page
    outcome = course.save(visit.post(CHOICE, all="missing"))
    assert [activity.custom["module"] for activity in outcome.created] == [slug for slug in SLUGS if slug not in (M1, M2)]


def test_a_course_that_has_all_modules_is_never_doubled_by_the_first_button(course: Course) -> None:
    course.save(course.choose_content().post(CHOICE, all="programme"))
    visit = course.choose_content()
    page = visit.get(CHOICE).text
    assert "Alle Module sind schon in Ihrem Kurs" in page
    assert 'value="missing"' not in page
    # Sent by an older page, it brings nothing either.
    assert visit.post(CHOICE, all="missing").status_code == 400
    # Meant expressly, it is done.
    assert len(course.save(visit.post(CHOICE, all="programme")).created) == 5


def test_every_placed_module_launches(course: Course) -> None:
    course.save(course.choose_content().post(CHOICE, all="programme"))
    for slug in SLUGS:
        visit = course.launch("participant01", slug)
        assert visit.landing.startswith(f"/modules/{slug}?")
        assert visit.get(f"/modules/{slug}").status_code == 200


def test_the_response_has_what_the_certification_asks_for(course: Course) -> None:
    answer = course.choose_content().post(CHOICE, item=[M1])
    action, token = form_of(answer)
    assert "/mod/lti/contentitem_return.php?" in action
    message = message_of(course, token)
    now = course.lms.site.now().timestamp()
    assert message["iss"] == "playground-tool"
    assert message["aud"] == [course.lms.issuer]
    assert message[names.MESSAGE_TYPE] == "LtiDeepLinkingResponse"
    assert message[names.VERSION] == "1.3.0"
    assert message[names.DEPLOYMENT_ID] == "1"
    assert message["nonce"]
    assert now - 60 < message["iat"] < now < message["exp"] < now + 600
    assert names.DATA not in message


def test_an_item_has_text_icon_column_and_its_way_of_opening(course: Course) -> None:
    _, token = form_of(course.choose_content().post(CHOICE, item=[M2], target="window"))
    (item,) = message_of(course, token)[names.CONTENT_ITEMS]
    assert item["type"] == "ltiResourceLink"
    assert item["title"] == "Modul 2: Technologien und Daten für die smarte Kommune"
    assert item["text"].startswith("Vom Bedarf zur Lösung")
    assert item["url"] == "http://localhost:8000/lti/launch"
    assert item["custom"] == {"module": M2}
    assert item["icon"] == {"url": "http://localhost:8000/static/icon.svg", "width": 64, "height": 64}
    assert item["lineItem"] == {"scoreMaximum": 100, "label": item["title"], "resourceId": M2, "tag": "lti-tool"}
    assert item["window"]["targetName"] == "lti-tool"
    assert "iframe" not in item


def test_data_goes_back_exactly_as_it_came(course: Course) -> None:
    visit = course.choose_content(**changed_settings(data=' a=b&"<ü>\n'))
    _, token = form_of(visit.post(CHOICE, item=[M1]))
    assert message_of(course, token)[names.DATA] == ' a=b&"<ü>\n'


def test_each_response_has_its_own_nonce(course: Course) -> None:
    visit = course.choose_content()
    nonces = {message_of(course, form_of(visit.post(CHOICE, item=[M1]))[1])["nonce"] for _ in range(3)}
    assert len(nonces) == 3


def test_the_return_form_is_escaped_and_has_no_inline_script(course: Course) -> None:
    evil = 'http://127.0.0.1/return?a="><script>alert(1)</script>&b=1'
    answer = course.choose_content(**changed_settings(deep_link_return_url=evil)).post(CHOICE, item=[M1])
    assert "<script>alert" not in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert form_of(answer)[0] == evil
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert "form-action" not in answer.headers["Content-Security-Policy"]


def test_several_items_are_refused_where_one_is_allowed(course: Course) -> None:
    visit = course.choose_content(**changed_settings(accept_multiple=False))
    page = visit.get(CHOICE).text
    assert 'type="radio" name="item"' in page
    assert "Alle 5 Module" not in page
    refused = visit.post(CHOICE, item=[M1, M2])
    assert refused.status_code == 409
    assert "JWT" not in refused.text
    assert visit.post(CHOICE, all="programme").status_code == 409
    assert visit.post(CHOICE, item=[M1]).status_code == 200


def test_a_request_that_takes_no_links_does_not_get_in(course: Course) -> None:
    changes = changed_settings(accept_types=["link", "file"])
    answer = course.answer_to_choice("instructor", **changes)
    assert answer.status_code == 400
    assert "__Host-visit-" not in str(answer.headers)


@pytest.mark.parametrize(("targets", "way"), [(["window"], "window"), (["iframe"], "iframe"), (["embed", "frame"], None)])
def test_items_open_only_in_ways_that_the_platform_takes(course: Course, targets: list[str], way: str | None) -> None:
    visit = course.choose_content(**changed_settings(accept_presentation_document_targets=targets))
    assert 'name="target"' not in visit.get(CHOICE).text
    _, token = form_of(visit.post(CHOICE, item=[M1], target="iframe" if way == "window" else "window"))
    (item,) = message_of(course, token)[names.CONTENT_ITEMS]
    assert {"iframe", "window"} & set(item) == ({way} if way else set())


def test_a_column_is_left_out_where_the_platform_says_that_it_ignores_it(course: Course) -> None:
    _, token = form_of(course.choose_content(**changed_settings(accept_lineitem=False)).post(CHOICE, item=[M1]))
    assert "lineItem" not in message_of(course, token)[names.CONTENT_ITEMS][0]


def test_an_empty_choice_shows_the_page_again(course: Course) -> None:
    answer = course.choose_content().post(CHOICE)
    assert answer.status_code == 400
    assert "Es ist noch nichts ausgewählt." in answer.text


def test_what_the_course_has_already_is_marked(course: Course) -> None:
    course.save(course.choose_content().post(CHOICE, item=[M1, M2]))
    course.launch("participant01", M1)
    page = course.choose_content().get(CHOICE).text
    assert page.count("Schon im Kurs") == 1
    assert page.count("Ausgewählt am") == 1


def test_workbook_and_certificates_are_placed_without_a_column_and_land_on_their_pages(course: Course) -> None:
    outcome = course.save(course.choose_content().post(CHOICE, item=["workbook", "certificates"]))
    assert course.lms.columns == []
    landings = [course.launch("participant01", activity.id).landing.split("?")[0] for activity in outcome.created]
    assert landings == ["/workbook", "/certificates"]
    # Such a link needs no module: nobody is told that it has not been set up.
    overview = course.launch("participant01", outcome.created[0].id).get("/modules").text
    assert "noch nicht eingerichtet" not in overview


def test_the_case_library_and_a_single_case_are_placed_and_land_on_their_pages(course: Course) -> None:
    page = course.choose_content().get(CHOICE).text
    assert "Ein einzelner Fall (" in page
    outcome = course.save(course.choose_content().post(CHOICE, item=["cases", "cases/parksensoren"]))
    assert course.lms.columns == []
    landings = [course.launch("participant01", activity.id).landing.split("?")[0] for activity in outcome.created]
    assert landings == ["/cases", "/cases/parksensoren"]
    assert course.choose_content().get(CHOICE).text.count("Schon im Kurs") == 2


def test_a_participant_gets_no_choice(course: Course) -> None:
    visit = course.choose_content("participant01")
    assert visit.get(CHOICE).status_code == 403


def test_another_visit_of_the_same_person_has_no_choice(course: Course) -> None:
    course.save(course.choose_content().post(CHOICE, item=[M1]))
    assert course.launch("instructor", M1).get(CHOICE).status_code == 404


def test_the_choice_belongs_to_the_visit_that_it_began(course: Course) -> None:
    first = course.choose_content()
    second = course.choose_content("administrator")
    stolen = second.browser.get(CHOICE, query_string={"v": first.key}, base_url=BASE)
    assert stolen.status_code == 403


def test_a_copied_course_works_by_custom_parameter_resource_id_and_tag(course: Course) -> None:
    course.save(course.choose_content().post(CHOICE, all="programme"))
    before = course.launch("participant01", M1)
    course.lms.copy_course()
    after = course.launch("participant01", M1)
    assert after.landing.startswith(f"/modules/{M1}?")
    assert before.key != after.key
    assert [(column.resource_id, column.tag) for column in course.lms.columns] == [(slug, "lti-tool") for slug in SLUGS]
    page = course.launch("instructor", M1).get("/course").text
    assert "Smart-City-Manager:in copy 1" in page


def test_an_unknown_module_lets_the_instructor_choose_and_tells_participants(course: Course) -> None:
    activity = course.lms.add_activity("Irgendein Modul", custom={"module": "gibt-es-nicht"})
    assert "noch nicht eingerichtet" in course.launch("participant01", activity.id).get("/modules").text
    instructor = course.launch("instructor", activity.id)
    assert instructor.post("/modules", module=M2).status_code == 303
    assert course.launch("participant01", activity.id).landing.startswith(f"/modules/{M2}?")
