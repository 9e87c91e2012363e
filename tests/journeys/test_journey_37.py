"""Journey 37: an author puts a second programme beside the first without a line of code, and the same person learns with both."""

import json
import re
from html import unescape

from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.models import Certificate
from lti_tool.models import Course as CourseRow
from lti_tool.parts import Parts
from lti_tool.passback.columns.line_item import TAG
from lti_tool.playground.launching import claim_names as names
from tests.journeys.course import BASE, Course, Visit
from tests.journeys.grades import visitor_of
from tests.learning.conftest import answer_rightly, read_all_lessons

FIRST, SECOND = "smart-city-manager", "zweites"
M1, OTHER = "grundlagen-und-strategie", "zweites-modul"
CHOICE = "/lti/deep-linking"
PERSON = "participant01"
ELSEWHERE = {names.CONTEXT: {"id": "elsewhere", "title": "Ein anderer Kurs"}}


def parts_of(course: Course) -> Parts:
    parts: Parts = course.app.extensions["parts"]
    return parts


def post_in(visit: Visit, path: str, programme: str, **form: object) -> TestResponse:
    """Post a form of the page that shows a programme."""
    page = visit.get(path, programme=programme)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None, page.text
    query = {"v": visit.key, "programme": programme}
    return visit.browser.post(path, query_string=query, data={"csrf_token": token[1], **form}, base_url=BASE)


def pass_module(course: Course, visit: Visit, slug: str, programme_slug: str, context: str) -> None:
    """Read all lessons, begin the quiz, answer rightly and hand in."""
    served = parts_of(course).catalogue.find(programme_slug)
    assert served is not None
    visitor = visitor_of(course.database, course.lms.person(PERSON).id, context)
    with course.database.write.begin() as session:
        read_all_lessons(session, served.programme, visitor, slug, now=clock.now())
    assert visit.post(f"/modules/{slug}/quiz").status_code == 303
    with course.database.write.begin() as session:
        answer_rightly(session, served.programme, visitor, slug, 1, right=10, now=clock.now())
    done = visit.post(f"/modules/{slug}/quiz/1/answers")
    assert done.status_code == 303, done.text


def programmes_of_courses(course: Course) -> dict[str, str | None]:
    with course.database.read() as session:
        return dict(session.execute(select(CourseRow.title, CourseRow.programme_slug)).all())


def test_journey_37_a_second_programme_from_deep_linking_to_certificate_beside_the_first(several: Course) -> None:
    lms = several.lms
    # In one course the instructor chooses the second programme, which no line of code knows, and places all of it.
    choosing = several.choose_content()
    page = choosing.get(CHOICE).text
    assert "Welches Programm?" in page
    assert {FIRST, SECOND} <= set(re.findall(r"programme=([a-z-]+)", unescape(page)))
    assert 'name="item"' not in page
    outcome = several.save(post_in(choosing, CHOICE, SECOND, all="programme"))
    assert [activity.custom for activity in outcome.created] == [{"module": OTHER}]
    # In another course runs the first one.
    other = lms.site.add_course("B", "Smart City in B").id
    beside = lms.add_activity("Modul 1", custom={"module": M1}, resource_id=M1, tag=TAG, course=other)

    # The same person learns in both.
    second = several.launch(PERSON, OTHER)
    assert second.landing.startswith(f"/modules/{OTHER}?")
    assert "Zweites" in second.get("/modules").text
    first = several.launch(PERSON, beside.id)
    assert first.landing.startswith(f"/modules/{M1}?")
    overview = first.get("/modules").text
    assert "0 von 1 Modul bestanden" in overview
    assert OTHER not in overview
    assert sorted(filter(None, programmes_of_courses(several).values())) == [FIRST, SECOND]

    pass_module(several, second, OTHER, SECOND, lms.site.course_id)
    pass_module(several, first, M1, FIRST, other)
    parts_of(several).worker.run_once()

    # The certificate is the second programme's, and no other.
    with several.database.read() as session:
        (certificate,) = session.scalars(select(Certificate)).all()
    assert (certificate.programme_slug, certificate.subject) == (SECOND, "programme")
    assert [module["title"] for module in certificate.facts["modules"]] == [
        module.title
        for module in parts_of(several).catalogue.find(SECOND).programme.modules  # type: ignore[union-attr]
    ]
    assert lms.grade(PERSON, OTHER) is not None
    assert "1 von 1: Sie haben das Modul dieses Kurses bestanden" in first.get("/modules").text
    # Its page is found from both courses, and what is missing is said of the course's own programme.
    for visit in (second, first):
        assert f"/certificates/{certificate.id}" in visit.get("/certificates").text
    assert "Zweites" in first.get("/certificates").text
    # Whoever reads a badge finds what was achieved, for each programme.
    described = [
        json.loads(several.app.test_client().get(f"/credentials/achievements/{slug}/programme", base_url=BASE).data)
        for slug in (FIRST, SECOND)
    ]
    assert [each["id"].split("/")[-2] for each in described] == [FIRST, SECOND]
    assert described[0]["description"] != described[1]["description"]


def test_another_programme_is_refused_before_it_is_placed_once_the_course_has_begun(several: Course) -> None:
    several.save(post_in(several.choose_content(), CHOICE, SECOND, all="programme"))
    several.launch(PERSON, OTHER)
    visit = several.choose_content()
    page = visit.get(CHOICE).text
    assert "Dieser Kurs lernt mit dem Programm „Zweites“." in page
    assert "Welches Programm?" not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    refused = visit.browser.post(
        CHOICE,
        query_string={"v": visit.key, "programme": FIRST},
        data={"csrf_token": token[1], "all": "programme"},
        base_url=BASE,
    )
    assert refused.status_code == 409
    assert "einen eigenen Kurs" in refused.text
    assert 'name="JWT"' not in refused.text


def test_who_picked_the_wrong_programme_picks_again_until_somebody_has_begun(several: Course) -> None:
    several.save(post_in(several.choose_content(), CHOICE, SECOND, all="programme"))
    visit = several.choose_content()
    assert "Anderes Programm wählen" in visit.get(CHOICE).text
    assert "Welches Programm?" in visit.get(CHOICE, programme="").text
    several.save(post_in(visit, CHOICE, FIRST, item=[M1]))
    assert FIRST in programmes_of_courses(several).values()
    several.launch(PERSON, M1)
    assert "Anderes Programm wählen" not in several.choose_content().get(CHOICE).text
    # The activity of before is still there: it says what to do, and does not show another programme's module.
    lost = several.launch(PERSON, OTHER).get(f"/modules/{OTHER}")
    assert lost.status_code == 409
    assert "„Zweites“" in lost.text


def test_a_link_by_hand_asks_for_the_programme_first_and_a_participant_is_told_to_wait(several: Course) -> None:
    link = several.lms.add_activity("Von Hand").id
    waiting = several.launch(PERSON, link)
    page = waiting.get("/modules")
    assert (page.status_code, "noch nicht eingerichtet" in page.text) == (409, True)
    for path in ("/workbook", "/course", f"/modules/{M1}", "/glossary"):
        assert waiting.get(path).status_code in (403, 404, 409), path
    teacher = several.launch("instructor", link)
    assert teacher.landing.startswith("/modules?")
    assert "programme=zweites" in unescape(teacher.get("/modules").text)
    assert post_in(teacher, "/modules", SECOND, module=M1).status_code == 404
    done = post_in(teacher, "/modules", SECOND, module=OTHER)
    assert done.location.startswith(f"/modules/{OTHER}")
    assert several.launch(PERSON, link).landing.startswith(f"/modules/{OTHER}?")


def test_a_page_brings_its_programme_along_also_into_a_copied_course(several: Course) -> None:
    outcome = several.save(post_in(several.choose_content(), CHOICE, SECOND, item=["certificates"]))
    (activity,) = outcome.created
    assert activity.custom == {"page": "certificates", "programme": SECOND}
    several.launch(PERSON, activity.id, **ELSEWHERE)
    assert programmes_of_courses(several)["Ein anderer Kurs"] == SECOND


def test_a_programme_that_is_unknown_here_counts_as_none(several: Course) -> None:
    link = several.lms.add_activity("Zertifikate", custom={"page": "certificates", "programme": "../x"}).id
    several.launch(PERSON, link)
    assert set(programmes_of_courses(several).values()) == {None}
    assert several.choose_content().get(CHOICE, programme="../x").status_code == 404
