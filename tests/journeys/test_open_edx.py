"""The same journeys on the playground's second profile: Open edX, with one client id for each component."""

import pytest
from sqlalchemy import select

from lti_tool import clock
from lti_tool.models import Course as CourseRow
from lti_tool.models import Membership, Platform, RegistrationRow, ResourceLink, RosterReading, User
from tests.journeys.course import Course, Visit
from tests.passback.school import tell_everywhere

CHOICE = "/lti/deep-linking"
SLUGS = [
    "grundlagen-und-strategie",
    "technologien-und-daten",
    "sicherheit-und-datenschutz",
    "beteiligung-und-vernetzung",
    "umsetzung-und-kommunikation",
]


def place_all(course: Course) -> None:
    """Choose one module for each component, as an author does in Studio."""
    for number, slug in enumerate(SLUGS, 1):
        visit = course.choose_content(tool_id=f"component-{number}")
        outcome = course.save(visit.post(CHOICE, item=[slug]))
        assert outcome.lost == ()


def test_a_component_shows_the_module_that_was_chosen_for_it(open_edx: Course) -> None:
    place_all(open_edx)
    assert [activity.custom for activity in open_edx.lms.activities] == [{"module": slug} for slug in SLUGS]
    for slug in SLUGS:
        visit = open_edx.launch("participant01", slug)
        assert visit.landing.startswith(f"/modules/{slug}?")
        assert visit.get(f"/modules/{slug}").status_code == 200


def test_many_client_ids_under_one_issuer_are_one_platform_and_one_person(open_edx: Course) -> None:
    place_all(open_edx)
    for slug in SLUGS[:3]:
        open_edx.launch("participant01", slug)
    with open_edx.database.read() as session:
        assert len(session.scalars(select(Platform)).all()) == 1
        assert len(session.scalars(select(RegistrationRow)).all()) == 5
        assert [user.name for user in session.scalars(select(User)) if user.sub == open_edx.lms.person("participant01").id] == [
            open_edx.lms.person("participant01").name
        ]
        assert len(session.scalars(select(CourseRow)).all()) == 1
        links = session.scalars(select(ResourceLink.resource_link_id)).all()
    assert len(set(links)) == 3
    assert all(link.startswith("block-v1:Stadt+SCM-01+2026+type@lti_consumer+block@") for link in links)


@pytest.mark.parametrize(("person", "teaches"), [("participant01", False), ("instructor", True), ("administrator", True)])
def test_roles_of_open_edx_are_understood(open_edx: Course, person: str, teaches: bool) -> None:
    place_all(open_edx)
    assert open_edx.launch(person, SLUGS[0]).get("/course").status_code == (200 if teaches else 403)


def test_choosing_again_replaces_what_a_component_shows(open_edx: Course) -> None:
    for slug in SLUGS[:2]:
        open_edx.save(open_edx.choose_content(tool_id="component-1").post(CHOICE, item=[slug]))
    shown = [activity.custom for activity in open_edx.lms.activities if activity.tool_id == "component-1"]
    assert shown == [{"module": SLUGS[1]}]


def test_the_roster_has_full_roles_and_a_teacher_who_is_enrolled_too(open_edx: Course) -> None:
    place_all(open_edx)
    open_edx.lms.add_participants(230)
    visit: Visit = open_edx.launch("instructor", SLUGS[0])
    visit.get("/course")
    open_edx.work()
    page = visit.get("/course").text
    assert "251 Teilnehmende" in page
    assert open_edx.lms.person("instructor").name not in page.partition("<main")[2]
    with open_edx.database.read() as session:
        roles = set(session.scalars(select(Membership.roles)))
    assert roles == {"participant", "instructor participant"}


def test_a_token_that_expired_is_answered_403_and_a_new_one_is_fetched(open_edx: Course) -> None:
    place_all(open_edx)
    visit = open_edx.launch("instructor", SLUGS[0])
    for _ in range(2):
        assert visit.post("/course/roster", form_on="/course").status_code == 303
        open_edx.work()
        with open_edx.database.read() as session:
            assert session.scalars(select(RosterReading.problem)).one() == ""
        open_edx.lms.revoke_tokens()


def test_a_score_arrives_in_the_components_column(open_edx: Course) -> None:
    place_all(open_edx)
    open_edx.launch("participant01", SLUGS[0])
    parts = open_edx.app.extensions["parts"]
    with open_edx.database.write.begin() as session:
        user = session.scalar(select(User.id).where(User.sub == open_edx.lms.person("participant01").id))
        assert user is not None
        tell_everywhere(session, user, SLUGS[0], 90, now=clock.now())
    parts.worker.run_once()
    column = next(each for each in open_edx.lms.columns if each.tool_id == "component-1")
    grade = open_edx.lms.grade("participant01", column.id)
    assert grade is not None
    assert grade.score == 90
