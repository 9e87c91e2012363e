import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jws

from lti_tool.errors import ConfigurationError, NotFound, ToolError
from lti_tool.keyring import Keyring

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.moment = MONDAY

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(tmp_path: Path, clock: Clock) -> Keyring:
    return Keyring(tmp_path / "keys", clock)


def test_without_a_key_nothing_signs(keyring: Keyring) -> None:
    with pytest.raises(ConfigurationError, match="keys new"):
        keyring.signing_key()


def test_the_first_key_signs_at_once_and_has_3072_bits(keyring: Keyring) -> None:
    made = keyring.new()
    key = keyring.signing_key()
    assert key.kid == made.kid
    signed = jws.serialize_compact({"alg": "RS256"}, b"x", key)
    assert len(signed.split(".")[2]) == 512  # 384 bytes in base64url
    assert keyring.signing_key() is key


def test_key_files_are_for_the_owner_only(keyring: Keyring) -> None:
    made = keyring.new()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_a_key_file_that_others_can_read_is_refused(keyring: Keyring) -> None:
    made = keyring.new()
    made.path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keyring.signing_key()


def test_a_new_key_is_published_a_day_before_it_signs(keyring: Keyring, clock: Clock) -> None:
    first = keyring.new()
    clock.moment += timedelta(days=30)
    second = keyring.new()
    assert {key["kid"] for key in keyring.public_jwks()["keys"]} == {first.kid, second.kid}
    assert keyring.signing_key().kid == first.kid
    clock.moment += timedelta(hours=24)
    assert keyring.signing_key().kid == second.kid


def test_a_retired_key_stays_published_for_a_week(keyring: Keyring, clock: Clock) -> None:
    first = keyring.new()
    second = keyring.new()
    clock.moment += timedelta(days=2)
    keyring.retire(first.kid)
    clock.moment += timedelta(days=6)
    assert {key["kid"] for key in keyring.public_jwks()["keys"]} == {first.kid, second.kid}
    clock.moment += timedelta(days=2)
    assert {key["kid"] for key in keyring.public_jwks()["keys"]} == {second.kid}


def test_the_only_ready_key_cannot_be_retired(keyring: Keyring) -> None:
    first = keyring.new()
    keyring.new()
    with pytest.raises(ToolError, match="wird noch gebraucht"):
        keyring.retire(first.kid)


def test_an_unknown_key_cannot_be_retired(keyring: Keyring) -> None:
    with pytest.raises(NotFound):
        keyring.retire("20260101T000000-00000000")


def test_the_published_set_holds_no_private_part(keyring: Keyring) -> None:
    keyring.new()
    (key,) = keyring.public_jwks()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
    assert (key["use"], key["alg"], key["kty"]) == ("sig", "RS256", "RSA")
