"""Connecting a platform, without a page: claim, register, store; and the invitation comes back where that fails."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lti_tool.errors import ToolError
from lti_tool.lti.registering.dynamic_registration import PlatformConfiguration
from lti_tool.lti.registering.registration_failed import RegistrationFailed
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.models.database import Database
from lti_tool.platforms.registering.connect_platform import Connector, connect_by_hand, connect_platform, meet_platform
from lti_tool.platforms.registering.invite_platform import InviteUnusable, OpenInvite, claim_invite, invite_platform, open_invite
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registration_offers import Offer
from lti_tool.platforms.registering.registrations import list_registrations
from tests.lti.recording_platform import RecordingPlatform, serve

REQUEST = {"client_name": "Smart-City-Manager:in"}


@pytest.fixture
def platform() -> Iterator[RecordingPlatform]:
    with serve() as platform:
        yield platform


@pytest.fixture
def connector(database: Database) -> Connector:
    return Connector(database.write.begin, GuardedHttp(allow_private=True), is_production=False)


@pytest.fixture
def secret(database: Database, now: datetime) -> str:
    with database.write.begin() as session:
        return invite_platform(session, now=now)


def invite_of(database: Database, secret: str, now: datetime) -> OpenInvite:
    with database.read() as session:
        return open_invite(session, secret, now=now)


def configuration(platform: RecordingPlatform) -> PlatformConfiguration:
    url = platform.url
    return PlatformConfiguration(url, f"{url}/auth", f"{url}/token", f"{url}/keys", f"{url}/register")


def issuers(database: Database) -> list[str]:
    with database.read() as session:
        return [each.issuer for each in list_registrations(session)]


def test_a_platform_that_accepts_is_stored_and_the_invitation_is_used_up(
    database: Database, connector: Connector, platform: RecordingPlatform, secret: str, now: datetime
) -> None:
    platform.tell("/register", 201, {"client_id": "client-1"})
    offer = Offer(configuration(platform), "token-1")
    connected = connect_platform(connector, invite_of(database, secret, now), offer, REQUEST, now=now)
    assert connected.registered.client_id == "client-1"
    assert connected.admitted.saved is not None
    assert issuers(database) == [platform.url]
    (asked,) = platform.asked_at("/register")
    assert asked.headers["Authorization"] == "Bearer token-1"
    with pytest.raises(InviteUnusable):
        invite_of(database, secret, now)


def test_a_platform_that_refuses_gives_the_invitation_back(
    database: Database, connector: Connector, platform: RecordingPlatform, secret: str, now: datetime
) -> None:
    platform.tell("/register", 403, b"no")
    platform.tell("/register", 200, {"client_id": "client-2"})
    offer = Offer(configuration(platform), "")
    with pytest.raises(RegistrationFailed):
        connect_platform(connector, invite_of(database, secret, now), offer, REQUEST, now=now)
    assert issuers(database) == []
    assert connect_platform(connector, invite_of(database, secret, now), offer, REQUEST, now=now).admitted.saved is not None


def test_while_somebody_registers_with_it_nobody_else_asks_the_platform(
    database: Database, connector: Connector, platform: RecordingPlatform, secret: str, now: datetime
) -> None:
    invite = invite_of(database, secret, now)
    with database.write.begin() as session:
        claim_invite(session, invite.id, now=now)
    with pytest.raises(InviteUnusable):
        connect_platform(connector, invite, Offer(configuration(platform), ""), REQUEST, now=now + timedelta(seconds=5))
    assert platform.asked == []


def test_what_cannot_be_stored_gives_the_invitation_back_too(
    database: Database, connector: Connector, platform: RecordingPlatform, secret: str, now: datetime
) -> None:
    platform.tell("/register", 201, {"client_id": "client-4"})
    strict = replace(connector, is_production=True)
    offer = Offer(configuration(platform), "")
    with pytest.raises(ToolError) as caught:
        connect_platform(strict, invite_of(database, secret, now), offer, REQUEST, now=now)
    assert caught.value.code == "registration_invalid"
    with database.write.begin() as session:
        claim_invite(session, invite_of(database, secret, now).id, now=now)


def test_nobody_is_asked_with_a_token_that_no_header_takes(
    database: Database, connector: Connector, platform: RecordingPlatform, secret: str, now: datetime
) -> None:
    with pytest.raises(RegistrationFailed) as caught:
        meet_platform(connector, invite_of(database, secret, now), f"{platform.url}/openid-configuration", "a b")
    assert (caught.value.code, platform.asked) == ("token_unusable", [])


def test_what_was_typed_is_stored_once_the_keys_have_been_seen(
    database: Database, connector: Connector, platform: RecordingPlatform, secret: str, now: datetime
) -> None:
    url = platform.url
    new = NewRegistration(url, "client-3", f"{url}/auth", f"{url}/token", f"{url}/keys")
    platform.tell("/keys", 404)
    platform.tell("/keys", 200, {"keys": [{"kid": "1"}]})
    with pytest.raises(RegistrationFailed):
        connect_by_hand(connector, invite_of(database, secret, now), new, now=now)
    assert connect_by_hand(connector, invite_of(database, secret, now), new, now=now).saved is not None
    assert issuers(database) == [url]
