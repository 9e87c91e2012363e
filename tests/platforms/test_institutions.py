"""One issuer, several institutions (fault L5): the same `sub` twice is two people, where the registration says so."""
# ruff: noqa: F401, F811

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.errors import NotFound
from lti_tool.models import Course, Membership, Platform, RegistrationRow, User
from lti_tool.platforms.registering.institutions import ToldApart, mixed_platforms, usually_told_apart_by
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration, get_registration
from lti_tool.platforms.registering.tell_institutions_apart import ToldApartAnew, tell_institutions_apart
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import ABSENT, CLIENT_ID, ISSUER
from tests.certification.tool import Tool

SUB = "_2850_1"
SHARED = "https://blackboard.com"


def add(tool: Tool, client_id: str, told_apart_by: str | None = None, *, issuer: str = ISSUER) -> int:
    new = NewRegistration(
        issuer, client_id, f"{issuer}/auth", f"{issuer}/token", tool.key_server.url,
        deployment_ids=("6", "7"), told_apart_by=told_apart_by,
    )  # fmt: skip
    with tool.app.extensions["parts"].database.write.begin() as session:
        return add_registration(session, new, is_production=False, now=tool.clock()).id


def launch(tool: Tool, client_id: str, name: str, guid: str | None, *, issuer: str = ISSUER, **changes: Any) -> None:
    browser = tool.another_browser()
    begun = tool.begin(browser=browser, iss=issuer, client_id=client_id)
    claim = {"guid": guid, "name": "x"} if guid is not None else ABSENT
    claims = {"iss": issuer, "aud": client_id, "sub": SUB, "name": name, "tool_platform": claim, "deployment_id": "6", **changes}
    answer = tool.post(tool.token(begun, **claims), begun.state, browser=browser)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def people(tool: Tool) -> list[str]:
    with tool.app.extensions["parts"].database.read() as session:
        return sorted(session.scalars(select(User.name).where(User.sub == SUB)))


def courses(tool: Tool) -> int:
    with tool.app.extensions["parts"].database.read() as session:
        return session.scalar(select(func.count()).select_from(Course)) or 0


def change(tool: Tool, registration: int, how: ToldApart) -> ToldApartAnew:
    with tool.app.extensions["parts"].database.write.begin() as session:
        outcome = tell_institutions_apart(session, registration, how, now=tool.clock())
    tool.app.extensions["parts"].front_door.registrations._by_id.clear()
    return outcome


def warned(tool: Tool) -> bool:
    return any(record.getMessage() == "institutions_mixed" for record in tool.caplog.records)


def test_many_clients_of_one_site_share_their_people_as_open_edx_needs_it(tool: Tool) -> None:
    add(tool, "c2")
    launch(tool, CLIENT_ID, "Anna", "same")
    launch(tool, "c2", "Anna", "same")
    assert people(tool) == ["Anna"]
    assert courses(tool) == 1
    assert not warned(tool)


def test_two_clients_are_told_apart_where_the_registrations_say_so(tool: Tool) -> None:
    add(tool, "c1", "client")
    add(tool, "c2", "client")
    launch(tool, "c1", "Anna", None)
    launch(tool, "c2", "Béla", None)
    launch(tool, "c1", "Anna", None)
    assert people(tool) == ["Anna", "Béla"]
    assert courses(tool) == 2


@pytest.mark.parametrize("clients", [("c1", "c2"), ("c1", "c1")], ids=["two clients", "one client for all"])
def test_two_institutions_are_told_apart_by_guid_whichever_client_they_have(tool: Tool, clients: tuple[str, str]) -> None:
    for client in sorted(set(clients)):
        add(tool, client, "guid")
    for _ in range(2):
        launch(tool, clients[0], "Anna", "school-1")
        launch(tool, clients[1], "Béla", "school-2")
    assert people(tool) == ["Anna", "Béla"]
    assert courses(tool) == 2
    assert not warned(tool)


def test_one_institution_with_a_new_client_keeps_its_people(tool: Tool) -> None:
    add(tool, "c1", "guid")
    add(tool, "c2", "guid")
    launch(tool, "c1", "Anna", "school-1")
    launch(tool, "c2", "Anna", "school-1")
    assert people(tool) == ["Anna"]


@pytest.mark.parametrize("guid", [None, ""])
def test_without_a_guid_they_are_told_apart_by_client_and_deployment(tool: Tool, guid: str | None) -> None:
    add(tool, "c1", "guid")
    add(tool, "c2", "guid")
    launch(tool, "c1", "Anna", guid)
    launch(tool, "c2", "Béla", guid)
    launch(tool, "c1", "Cem", guid, deployment_id="7")
    assert people(tool) == ["Anna", "Béla", "Cem"]


def test_a_guid_cannot_be_made_to_look_like_another_institutions(tool: Tool) -> None:
    add(tool, "c1", "guid")
    names = ["x" * 400, "x" * 401, "deployment c1 6", "client c1"]
    for number, guid in enumerate(names):
        launch(tool, "c1", str(number), guid)
    launch(tool, "c1", "without", None)
    # What the claim allows ends at 255 letters: those two are one.
    assert len(people(tool)) == 4


def test_an_issuer_known_as_shared_is_told_apart_without_being_told(tool: Tool) -> None:
    for client in ("c1", "c2"):
        add(tool, client, issuer=SHARED)
    launch(tool, "c1", "Anna", "school-1", issuer=SHARED)
    launch(tool, "c2", "Béla", "school-2", issuer=SHARED)
    assert people(tool) == ["Anna", "Béla"]


@pytest.mark.parametrize(
    ("issuer", "how"),
    [
        ("https://blackboard.com", ToldApart.GUID),
        ("https://canvas.instructure.com", ToldApart.GUID),
        ("https://schoology.schoology.com", ToldApart.GUID),
        ("https://moodle.stadt.example", ToldApart.NOTHING),
        ("https://blackboard.com.evil.test", ToldApart.NOTHING),
    ],
)
def test_what_is_usual_for_an_issuer(issuer: str, how: ToldApart) -> None:
    assert usually_told_apart_by(issuer) is how


def test_a_second_registration_with_another_guid_is_warned_of(tool: Tool) -> None:
    add(tool, "c2")
    launch(tool, CLIENT_ID, "Anna", "school-1")
    assert not warned(tool)
    launch(tool, "c2", "Béla", "school-2")
    assert warned(tool)
    with tool.app.extensions["parts"].database.read() as session:
        assert mixed_platforms(session) == [(1, 2)]


def test_a_guid_is_written_down_once(tool: Tool) -> None:
    for _ in range(3):
        launch(tool, CLIENT_ID, "Anna", "school-1")
    tool.app.extensions["parts"].front_door.institutions._seen.clear()
    launch(tool, CLIENT_ID, "Anna", "school-1")
    assert not warned(tool)


class TestChangingIt:
    def test_the_only_client_takes_its_people_along(self, tool: Tool) -> None:
        launch(tool, CLIENT_ID, "Anna", "school-1")
        assert change(tool, 1, ToldApart.CLIENT) == ToldApartAnew(1, 0)
        launch(tool, CLIENT_ID, "Anna", "school-1")
        assert (people(tool), courses(tool)) == (["Anna"], 1)

    def test_the_only_institution_takes_its_people_along(self, tool: Tool) -> None:
        launch(tool, CLIENT_ID, "Anna", "school-1")
        assert change(tool, 1, ToldApart.GUID) == ToldApartAnew(1, 0)
        launch(tool, CLIENT_ID, "Anna", "school-1")
        launch(tool, CLIENT_ID, "Béla", "school-2")
        assert (people(tool), courses(tool)) == (["Anna", "Béla"], 2)

    def test_whoever_came_by_two_clients_stays_behind(self, tool: Tool) -> None:
        second = add(tool, "c2")
        launch(tool, CLIENT_ID, "Anna", "school-1")
        launch(tool, "c2", "Béla", "school-2")
        launch(tool, "c2", "Cem", "school-2", sub="7", context={"id": "9"}, resource_link={"id": "900"})
        assert change(tool, second, ToldApart.CLIENT) == ToldApartAnew(1, 1)
        launch(tool, "c2", "Béla", "school-2")
        launch(tool, CLIENT_ID, "Anna", "school-1")
        assert people(tool) == ["Anna", "Béla"]

    def test_and_back(self, tool: Tool) -> None:
        launch(tool, CLIENT_ID, "Anna", "school-1")
        change(tool, 1, ToldApart.CLIENT)
        assert change(tool, 1, ToldApart.NOTHING) == ToldApartAnew(1, 0)
        launch(tool, CLIENT_ID, "Anna", "school-1")
        assert people(tool) == ["Anna"]

    def test_nothing_changes_where_it_is_so_already(self, tool: Tool) -> None:
        launch(tool, CLIENT_ID, "Anna", "school-1")
        assert change(tool, 1, ToldApart.NOTHING) == ToldApartAnew(1, 0)

    def test_there_has_to_be_such_a_registration(self, tool: Tool) -> None:
        with pytest.raises(NotFound):
            change(tool, 99, ToldApart.CLIENT)
