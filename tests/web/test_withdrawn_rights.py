"""What is taken back ends in open tabs, too: the connection, a deployment, a person's access, a role in the course."""
# ruff: noqa: F401, F811

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.models import Membership, User
from lti_tool.personal_data.erase_person import erase_person
from lti_tool.platforms.launching import visit_standing
from lti_tool.platforms.registering.deployments import approve_deployment, block_deployment
from lti_tool.platforms.registering.registrations import disable_registration, enable_registration, remove_registration
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import DEPLOYMENT_ID, INSTRUCTOR, LEARNER, TOOL_URL
from tests.certification.tool import Tool

MENTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Administrator"


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit_standing, "CACHED_S", 0)


@dataclass
class Tab:
    browser: FlaskClient
    visit: str

    def get(self, path: str = "/probe") -> TestResponse:
        return self.browser.get(path, query_string={"v": self.visit}, base_url=TOOL_URL)


def opened(tool: Tool, browser: FlaskClient | None = None, **changes: Any) -> Tab:
    """Launch, five seconds before whatever comes next."""
    browser = browser or tool.another_browser()
    begun = tool.begin(browser=browser)
    landing = tool.got_in(tool.post(tool.token(begun, **changes), begun.state, browser=browser))
    tool.clock.advance(seconds=5)
    return Tab(browser, parse_qs(urlsplit(landing).query)["v"][0])


def write(tool: Tool, change: Callable[[Session], object]) -> None:
    with tool.app.extensions["parts"].database.write.begin() as session:
        change(session)


def ended(answer: TestResponse, says: str) -> bool:
    return answer.status_code == 403 and says in answer.get_data(as_text=True)


def test_a_blocked_deployment_ends_the_open_visits_of_everybody(tool: Tool) -> None:
    tabs = [opened(tool), opened(tool, sub="9", roles=[INSTRUCTOR])]
    write(tool, lambda session: block_deployment(session, tool.registration_id, DEPLOYMENT_ID, now=tool.clock()))
    assert all(ended(tab.get(), "gesperrt") for tab in tabs)
    write(tool, lambda session: approve_deployment(session, tool.registration_id, DEPLOYMENT_ID, now=tool.clock()))
    assert [tab.get().status_code for tab in tabs] == [200, 200]


def test_a_post_into_a_blocked_deployment_changes_nothing_and_says_why(tool: Tool) -> None:
    tab = opened(tool)
    write(tool, lambda session: block_deployment(session, tool.registration_id, DEPLOYMENT_ID, now=tool.clock()))
    answer = tab.browser.post("/probe", query_string={"v": tab.visit}, base_url=TOOL_URL)
    assert ended(answer, "gesperrt")


def test_another_deployment_of_the_registration_goes_on(tool: Tool) -> None:
    write(tool, lambda session: approve_deployment(session, tool.registration_id, "7", in_advance=True, now=tool.clock()))
    one, other = opened(tool), opened(tool, sub="5", deployment_id="7")
    write(tool, lambda session: block_deployment(session, tool.registration_id, "7", now=tool.clock()))
    assert (one.get().status_code, other.get().status_code) == (200, 403)


def test_a_disabled_registration_ends_open_visits_until_it_is_enabled(tool: Tool) -> None:
    tab = opened(tool)
    write(tool, lambda session: disable_registration(session, tool.registration_id))
    assert ended(tab.get(), "abgeschaltet")
    write(tool, lambda session: enable_registration(session, tool.registration_id))
    assert tab.get().status_code == 200


def test_a_removed_registration_ends_open_visits(tool: Tool) -> None:
    tab = opened(tool)
    write(tool, lambda session: remove_registration(session, tool.registration_id))
    assert ended(tab.get(), "abgeschaltet")


def test_a_blocked_person_is_out_at_once(tool: Tool) -> None:
    one, other = opened(tool), opened(tool, sub="5")
    write(tool, lambda session: session.execute(update(User).where(User.sub == "5").values(is_blocked=True)))
    assert ended(other.get(), "gesperrt")
    assert one.get().status_code == 200


def test_an_erased_person_is_out_at_once(tool: Tool) -> None:
    tab = opened(tool)
    write(tool, lambda session: session.execute(delete(User)))
    assert ended(tab.get(), "gelöscht")


@pytest.mark.parametrize("role", [INSTRUCTOR, ADMINISTRATOR, MENTOR])
def test_a_launch_with_lesser_roles_ends_what_was_opened_with_more(tool: Tool, role: str) -> None:
    old = opened(tool, roles=[role])
    new = opened(tool, roles=[LEARNER])
    assert ended(old.get(), "Rolle im Kurs hat sich geändert")
    assert new.get().status_code == 200


def test_in_the_same_browser_likewise(tool: Tool) -> None:
    old = opened(tool, tool.browser, roles=[INSTRUCTOR])
    new = opened(tool, tool.browser, roles=[LEARNER])
    assert ended(old.get("/probe/instructor"), "Rolle im Kurs hat sich geändert")
    assert (new.get().status_code, new.get("/probe/instructor").status_code) == (200, 403)


def test_an_instructor_who_is_an_administrator_no_longer_has_lost_something(tool: Tool) -> None:
    old = opened(tool, roles=[INSTRUCTOR, ADMINISTRATOR])
    opened(tool, roles=[INSTRUCTOR])
    assert old.get().status_code == 403


def test_a_launch_with_more_roles_leaves_older_visits_as_they_are(tool: Tool) -> None:
    old = opened(tool, roles=[LEARNER])
    new = opened(tool, roles=[INSTRUCTOR])
    assert (old.get().status_code, old.get("/probe/instructor").status_code) == (200, 403)
    assert new.get("/probe/instructor").status_code == 200


def test_a_role_lost_in_one_course_stays_in_another(tool: Tool) -> None:
    elsewhere = opened(tool, roles=[INSTRUCTOR], context={"id": "3"}, resource_link={"id": "300"})
    here = opened(tool, roles=[INSTRUCTOR])
    opened(tool, roles=[LEARNER])
    assert (elsewhere.get("/probe/instructor").status_code, here.get("/probe/instructor").status_code) == (200, 403)


def test_somebody_elses_lesser_role_ends_nothing(tool: Tool) -> None:
    teacher = opened(tool, roles=[INSTRUCTOR])
    opened(tool, sub="5", roles=[LEARNER])
    assert teacher.get("/probe/instructor").status_code == 200


def test_whoever_the_roster_no_longer_has_teaches_no_longer_but_learns_on(tool: Tool) -> None:
    teacher, participant = opened(tool, sub="9", roles=[INSTRUCTOR]), opened(tool)
    write(tool, lambda session: session.execute(update(Membership).values(is_gone=True)))
    assert ended(teacher.get(), "Rolle im Kurs hat sich geändert")
    assert participant.get().status_code == 200
    assert opened(tool, sub="9", roles=[INSTRUCTOR]).get("/probe/instructor").status_code == 200


def test_a_roster_that_calls_a_tutor_a_learner_ends_nothing(tool: Tool) -> None:
    tutor = opened(tool, roles=[INSTRUCTOR])
    write(tool, lambda session: session.execute(update(Membership).values(roles="participant")))
    assert tutor.get("/probe/instructor").status_code == 200


def test_a_launch_without_a_course_can_be_visited(tool: Tool) -> None:
    tab = opened(tool, context=None, roles=[INSTRUCTOR])
    assert tab.get("/probe/instructor").status_code == 200


def test_it_is_looked_up_once_in_five_seconds(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit_standing, "CACHED_S", 60)
    tab = opened(tool)
    assert tab.get().status_code == 200
    write(tool, lambda session: block_deployment(session, tool.registration_id, DEPLOYMENT_ID, now=tool.clock()))
    assert tab.get().status_code == 200
    monkeypatch.setattr(visit_standing, "CACHED_S", 0)
    assert tab.get().status_code == 403


@pytest.mark.parametrize("table", ["lti_user", "course", "deployment", "registration"])
def test_a_visit_never_speaks_for_who_got_its_number_after_a_restore(tool: Tool, table: str) -> None:
    tab = opened(tool)
    assert tab.get().status_code == 200
    column = "first_seen_at" if table in ("lti_user", "deployment") else "created_at"
    # As if the row had been lost with a backup put back, and its number had gone to the next one.
    write(tool, lambda session: session.execute(text(f"UPDATE {table} SET {column} = :now"), {"now": str(tool.clock())}))
    assert ended(tab.get(), "Diese Sitzung gilt nicht mehr.")
    assert opened(tool, tab.browser).get().status_code == 200


def test_an_erasure_ends_open_visits_at_once(tool: Tool) -> None:
    tab = opened(tool)
    write(tool, lambda session: erase_person(session, 1, now=tool.clock()))
    assert ended(tab.get(), "Diese Sitzung gilt nicht mehr.")
