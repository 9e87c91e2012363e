"""The application with a registered platform, on both engines."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Blueprint, Flask
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.domain.content.programme import AssessmentRules, Change, HoursRules, Module, Programme
from lti_tool.keyring import Keyring
from lti_tool.lti.transport.http import Http
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.platforms.launching.front_door import open_front_door
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.platforms.registration_directory import RegistrationDirectory
from lti_tool.platforms.token_store import DatabaseTokenStore
from lti_tool.settings import Settings
from lti_tool.web.visits.browser_session import csrf_field, current_visitor
from lti_tool.web.visits.guards import current_instructor
from tests.certification.platform import CLIENT_ID, DEPLOYMENT_ID, ISSUER, TOOL_URL, KeyServer, new_key, public_half, serve_keys
from tests.certification.tool import Clock, Tool

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def platform_key() -> RSAKey:
    return new_key("841a98f4b376ced6e8a8")


@pytest.fixture(scope="session")
def foreign_key() -> RSAKey:
    """Somebody else's key that bears the platform's kid."""
    return new_key("841a98f4b376ced6e8a8")


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    keyring = Keyring(tmp_path_factory.mktemp("keys"))
    keyring.new()
    return keyring


@pytest.fixture(scope="session")
def _serving() -> Iterator[KeyServer]:
    with serve_keys() as server:
        yield server


@pytest.fixture
def key_server(_serving: KeyServer, platform_key: RSAKey) -> KeyServer:
    _serving.publish(public_half(platform_key))
    _serving.asked = 0
    return _serving


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def parts(database: Database, keyring: Keyring, clock: Clock) -> Parts:
    settings = Settings(public_url=TOOL_URL, secret_key=SecretStr("s" * 40), environment="production")
    http = Http()
    service_client = ClockedServiceClient(http, DatabaseTokenStore(database), keyring.signing_key, clock=clock)
    worker = Worker(
        database, PlatformGradebooks(RegistrationDirectory(database).registration, service_client), label_for=str, concurrency=1
    )
    return Parts(
        settings=settings,
        database=database,
        keyring=keyring,
        catalogue=Catalogue.of(a_programme()),
        issuer=bootstrap.issuer(settings),
        front_door=open_front_door(database, secret="s" * 40, public_url=TOOL_URL, deployment_policy="approve", http=http),
        http=http,
        service_client=service_client,
        worker=worker,
        now=clock,
    )


@pytest.fixture
def app(parts: Parts) -> Flask:
    return make_app(parts)


@pytest.fixture
def tool(
    app: Flask,
    database: Database,
    platform_key: RSAKey,
    key_server: KeyServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> Tool:
    caplog.set_level(logging.INFO)
    new = NewRegistration(
        issuer=ISSUER,
        client_id=CLIENT_ID,
        auth_login_url=f"{ISSUER}/mod/lti/auth.php",
        token_url=f"{ISSUER}/mod/lti/token.php",
        jwks_url=key_server.url,
        name="Moodle der Musterstadt",
        deployment_ids=(DEPLOYMENT_ID,),
    )
    with database.write.begin() as session:
        registration = add_registration(session, new, is_production=False, now=clock())
    return Tool(app, app.test_client(), platform_key, key_server, clock, registration.id, caplog)


def make_app(parts: Parts) -> Flask:
    """Make the real application, and beside it two small pages that show who is there."""
    app = create_app(parts=parts)
    app.register_blueprint(_probes())
    return app


def _probes() -> Blueprint:
    probes = Blueprint("probes", __name__)

    @probes.route("/probe", methods=["GET", "POST"])
    def who() -> str:
        visitor = current_visitor()
        return f"user {visitor.user_id}, module {visitor.module_slug} {csrf_field()}"

    @probes.get("/probe/instructor")
    def instructor() -> str:
        current_instructor()
        return "an instructor"

    return probes


def a_programme() -> Programme:
    slugs = ("grundlagen-und-strategie", "technologien-und-daten")
    modules = tuple(
        Module(number, slug, slug, slug, "", "", (), "", "", (), (), (), (), (), None) for number, slug in enumerate(slugs, 1)
    )
    return Programme(
        slug="smart-city-manager",
        title="Smart-City-Manager:in",
        subtitle="",
        language="de",
        version="1.0",
        changes=(Change("1.0", date(2026, 11, 1), ""),),
        assessment=AssessmentRules(12, {}, 6, 3, 1, 36, 60, 3, 24),
        hours=HoursRules(10, 20),
        modules=modules,
        dimensions=(),
        dimension_levels=(),
    )
