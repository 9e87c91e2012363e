"""Registrations and deployments as an operator keeps them, on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.errors import Conflict, NotFound, ToolError
from lti_tool.lti.ports import DeploymentStanding
from lti_tool.models import Course, Deployment, ResourceLink, User
from lti_tool.models.database import Database
from lti_tool.platforms.registering.deployments import (
    DeploymentDirectory,
    approve_deployment,
    block_deployment,
    list_deployments,
)
from lti_tool.platforms.registering.registrations import (
    add_registration,
    change_service_hosts,
    disable_registration,
    enable_registration,
    find_registration_id,
    get_registration,
    list_registrations,
    remove_registration,
    save_registration,
)
from lti_tool.platforms.registration_directory import RegistrationDirectory
from tests.platforms.conftest import MOODLE


def add(session: Session, now: datetime, **changes: object) -> int:
    return add_registration(session, replace(MOODLE, **changes), is_production=True, now=now).id  # type: ignore[arg-type]


def test_a_registration_is_added_with_its_deployments(session: Session, now: datetime) -> None:
    added = add_registration(session, MOODLE, is_production=True, now=now)
    assert get_registration(session, added.id) == added
    assert (added.issuer, added.client_id, added.name) == ("https://moodle.test", "2IPN84Z5a6bbk2l", "Moodle der Musterstadt")
    assert added.is_enabled
    (deployment,) = list_deployments(session)
    assert (deployment.deployment_id, deployment.status, deployment.decided_at) == ("6", DeploymentStanding.APPROVED, now)


def test_the_same_issuer_and_client_again_is_refused(session: Session, now: datetime) -> None:
    add(session, now)
    with pytest.raises(Conflict) as caught:
        add(session, now)
    assert caught.value.status == 409
    assert len(list_registrations(session)) == 1


def test_one_issuer_may_have_many_clients(session: Session, now: datetime) -> None:
    first, second = add(session, now), add(session, now, client_id="second")
    assert find_registration_id(session, "https://moodle.test", "second") == second
    assert get_registration(session, first).platform_id == get_registration(session, second).platform_id


@pytest.mark.parametrize("name", ["issuer", "auth_login_url", "token_url", "jwks_url"])
@pytest.mark.parametrize("value", ["http://moodle.test/x", "moodle.test", "", "https://moodle.test/ä", "https://m/" + "x" * 1001])
def test_in_production_every_address_is_https(session: Session, now: datetime, name: str, value: str) -> None:
    with pytest.raises(ToolError) as caught:
        add(session, now, **{name: value})
    assert caught.value.code == "registration_invalid"
    assert list_registrations(session) == []


def test_outside_of_production_http_will_do(session: Session, now: datetime) -> None:
    local = replace(MOODLE, jwks_url="http://127.0.0.1:8001/certs")
    assert add_registration(session, local, is_production=False, now=now).jwks_url == "http://127.0.0.1:8001/certs"


@pytest.mark.parametrize("changes", [{"client_id": ""}, {"client_id": "x" * 256}, {"deployment_ids": ("",)}])
def test_ids_have_a_length(session: Session, now: datetime, changes: dict[str, object]) -> None:
    with pytest.raises(ToolError):
        add(session, now, **changes)


@pytest.mark.parametrize("change", [disable_registration, enable_registration, remove_registration, get_registration])
def test_a_registration_that_is_not_there_is_said_to_be_missing(session: Session, change: object) -> None:
    assert callable(change)
    with pytest.raises(NotFound):
        change(session, 99)


def test_a_removed_registration_takes_its_places_along_and_leaves_its_people(session: Session, now: datetime) -> None:
    added = add_registration(session, MOODLE, is_production=True, now=now)
    deployment = session.scalars(select(Deployment)).one()
    course = Course(platform_id=added.platform_id, context_id="2", registration_id=added.id, created_at=now, last_seen_at=now)
    session.add(course)
    session.add(User(platform_id=added.platform_id, sub="4", first_seen_at=now, last_seen_at=now))
    session.add(ResourceLink(deployment_id=deployment.id, resource_link_id="95", created_at=now, last_seen_at=now))
    session.flush()
    remove_registration(session, added.id)
    for table, left in ((Deployment, 0), (Course, 0), (ResourceLink, 0), (User, 1)):
        assert session.scalar(select(func.count()).select_from(table)) == left


def test_the_directory_answers_for_five_seconds_from_memory(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr("lti_tool.platforms.registration_directory.time.monotonic", lambda: moment[0])
    directory = RegistrationDirectory(database)
    assert directory.find("https://moodle.test", "2IPN84Z5a6bbk2l") is None
    with database.write.begin() as session:
        added = add(session, now)
    assert directory.find("https://moodle.test", "2IPN84Z5a6bbk2l") is None
    moment[0] += 5
    found = directory.find("https://moodle.test", "2IPN84Z5a6bbk2l")
    assert found is not None
    assert found.is_enabled
    with database.write.begin() as session:
        disable_registration(session, added)
    moment[0] += 5
    found = directory.find("https://moodle.test", "2IPN84Z5a6bbk2l")
    assert found is not None
    assert not found.is_enabled


def test_the_directory_forgets_what_anybody_may_ask_for(database: Database) -> None:
    directory = RegistrationDirectory(database)
    for number in range(1010):
        directory.find(f"https://{number}.test", None)
    assert len(directory._found) <= 1000


def test_a_deployment_never_seen_is_held_under_approve_and_noted_once(database: Database, now: datetime) -> None:
    with database.write.begin() as session:
        registration = add(session, now)
    directory = DeploymentDirectory(database, "approve")
    assert directory.get(registration, "99", now=now).standing is DeploymentStanding.HELD
    DeploymentDirectory(database, "approve").get(registration, "99", now=now + timedelta(days=1))
    with database.read() as session:
        held, approved = list_deployments(session)
    assert (held.deployment_id, held.status, held.first_seen_at, held.decided_at) == ("99", "held", now, None)
    assert approved.deployment_id == "6"


def test_a_deployment_never_seen_may_launch_under_first_use(database: Database, now: datetime) -> None:
    with database.write.begin() as session:
        registration = add(session, now)
    directory = DeploymentDirectory(database, "first-use")
    assert directory.get(registration, "99", now=now).standing is DeploymentStanding.APPROVED


def test_an_operators_decision_works_within_five_seconds(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr("lti_tool.platforms.registering.deployments.time.monotonic", lambda: moment[0])
    with database.write.begin() as session:
        registration = add(session, now)
    directory = DeploymentDirectory(database, "approve")
    directory.get(registration, "99", now=now)
    for decide, standing in (
        (approve_deployment, DeploymentStanding.APPROVED),
        (block_deployment, DeploymentStanding.BLOCKED),
    ):
        with database.write.begin() as session:
            decide(session, registration, "99", now=now)
        moment[0] += 5
        assert directory.get(registration, "99", now=now).standing is standing


def test_a_deployment_may_be_decided_before_it_is_seen(session: Session, now: datetime) -> None:
    registration = add(session, now)
    block_deployment(session, registration, "99", in_advance=True, now=now)
    assert {found.deployment_id: found.status for found in list_deployments(session)} == {"6": "approved", "99": "blocked"}


def test_a_decision_about_a_registration_that_is_not_there_is_refused(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        approve_deployment(session, 99, "6", now=now)


def test_further_hosts_for_services_are_listed_and_struck(session: Session, now: datetime) -> None:
    registration = add(session, now, service_hosts=("https://a.example",))
    listed = change_service_hosts(session, registration, added=("https://*.schule.example",), is_production=True)
    assert listed == ("https://a.example", "https://*.schule.example")
    change_service_hosts(session, registration, added=("https://a.example",), is_production=True)
    assert get_registration(session, registration).service_hosts == listed
    assert change_service_hosts(session, registration, removed=("https://a.example",), is_production=True) == listed[1:]


@pytest.mark.parametrize("host", ["http://a.example", "https://a.example/path", "a.example", "https://*.de"])
def test_what_is_no_host_is_not_listed(session: Session, now: datetime, host: str) -> None:
    registration = add(session, now)
    with pytest.raises(ToolError):
        change_service_hosts(session, registration, added=(host,), is_production=True)
    with pytest.raises(ToolError):
        add(session, now, client_id="second", service_hosts=(host,))
    with pytest.raises(NotFound):
        change_service_hosts(session, 99, added=("https://a.example",), is_production=True)


def test_registering_again_keeps_the_hosts_that_an_operator_has_listed(session: Session, now: datetime) -> None:
    registration = add(session, now, service_hosts=("https://a.example",))
    save_registration(session, replace(MOODLE, service_hosts=("https://b.example",)), is_production=True, now=now)
    save_registration(session, MOODLE, is_production=True, now=now)
    assert get_registration(session, registration).service_hosts == ("https://a.example", "https://b.example")
