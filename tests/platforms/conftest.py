"""A registered platform and launches from it, made without any signature: what is recorded is the business here."""

from dataclasses import replace
from datetime import datetime

import pytest

from lti_tool.lti.claims.claims import (
    AgsEndpoint,
    Launch,
    LaunchContext,
    LaunchedResourceLink,
    Person,
    PlatformInfo,
    Presentation,
)
from lti_tool.lti.claims.roles import Roles
from lti_tool.models.database import Database
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.platforms.registration_directory import DirectoryEntry, RegistrationDirectory

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"

MOODLE = NewRegistration(
    issuer="https://moodle.test",
    client_id="2IPN84Z5a6bbk2l",
    auth_login_url="https://moodle.test/mod/lti/auth.php",
    token_url="https://moodle.test/mod/lti/token.php",
    jwks_url="https://moodle.test/mod/lti/certs.php",
    name="Moodle der Musterstadt",
    deployment_ids=("6",),
)


@pytest.fixture
def entry(database: Database, now: datetime) -> DirectoryEntry:
    """The registration of Moodle, as the directory gives it."""
    with database.write.begin() as session:
        added = add_registration(session, MOODLE, is_production=True, now=now)
    found = RegistrationDirectory(database).by_id(added.id)
    assert found is not None
    return found


@pytest.fixture
def launch(entry: DirectoryEntry) -> Launch:
    """Jürgen Müller opens activity 95 of course 2."""
    return Launch(
        registration=entry.registration,
        deployment_id="6",
        message_type="LtiResourceLinkRequest",
        target_link_uri="https://tool.test/lti/launch",
        nonce="nonce-1",
        person=Person(sub="4", name="Jürgen Müller", email="student01@stadt.test"),
        roles=Roles.of([LEARNER]),
        context=LaunchContext("2", "Smart-City-Manager:in", "SCM-in"),
        resource_link=LaunchedResourceLink("95", "Modul 1"),
        custom={"module": "grundlagen-und-strategie"},
        ags=AgsEndpoint(
            frozenset({"https://purl.imsglobal.org/spec/lti-ags/scope/score"}),
            "https://moodle.test/mod/lti/services.php/2/lineitems?type_id=6",
            "https://moodle.test/mod/lti/services.php/2/lineitems/87/lineitem?type_id=6",
        ),
        memberships_url="https://moodle.test/mod/lti/services.php/CourseSection/2/bindings/6/memberships",
        presentation=Presentation(locale="de"),
        platform=PlatformInfo(product_family="moodle"),
    )


def again(launch: Launch, nonce: str, **changes: object) -> Launch:
    """The same launch once more, with a fresh nonce and some differences."""
    return replace(launch, nonce=nonce, **changes)  # type: ignore[arg-type]
